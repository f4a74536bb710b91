//! Resource-facing services (RFS): what devices shall have, as documents that people and systems write.
//!
//! A document names its devices and the features that they get. [`read()`] checks its form, and
//! [`resolve`](crate::resolve) its meaning against the inventory and the device packs. Every mistake of
//! every file is told in one run.

mod read;

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use yaml::{Position, Positions};

pub(crate) use read::{DOCUMENT_KEYS, FEATURE_KEYS};
pub use read::{read, read_file};

use crate::node::Node;

/// What is done with a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// The device gets it.
    Create,
    /// What the fields name is changed.
    Modify,
    /// The device loses it.
    Delete,
}

impl Op {
    /// All of them, as documents write them.
    pub const ALL: [Self; 3] = [Self::Create, Self::Modify, Self::Delete];

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.to_string() == text)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Create => "create",
            Self::Modify => "modify",
            Self::Delete => "delete",
        })
    }
}

/// One RFS document: devices, and what they get.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file it stands in.
    pub file: String,
    /// Where everything stands in that file.
    pub positions: Arc<Positions>,
    /// The document's path in the file; empty for the first of a YAML file.
    pub path: String,
    /// The devices it is for.
    pub target: Target,
    /// What they get.
    pub features: Vec<Feature>,
}

impl Document {
    /// The path of something in this document.
    #[must_use]
    pub fn path_of(&self, within: &str) -> String {
        join(&self.path, within)
    }
}

/// The devices that a document is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `device: edge-1`
    Device(String),
    /// `devices: [edge-1, edge-2]`
    Devices(Vec<String>),
    /// `role: edge`
    Role(String),
}

/// One feature of a document, its fields unchecked.
#[derive(Debug, Clone)]
pub struct Feature {
    /// Where it stands: `features[2]`, with the document's path.
    pub path: String,
    /// The name of its writer.
    pub writer: String,
    /// What is done with it.
    pub op: Op,
    /// Its key.
    pub key: Node,
    /// Its fields, a mapping.
    pub fields: Node,
}

/// Where something stands; what isn't there stands where the thing that lacks it does.
pub(crate) fn place(positions: &Positions, path: &str) -> Option<Position> {
    let mut path = path;
    loop {
        if let Some(found) = positions.get(path) {
            return Some(found);
        }
        let shorter = match path.rfind(['.', '[', '?']) {
            Some(end) => path.get(..end),
            // A document of a stream: `1:features` stands in `1:`.
            None => path.find(':').and_then(|end| path.get(..=end)).or(Some("")),
        };
        path = shorter.filter(|shorter| shorter.len() < path.len())?;
    }
}

fn join(path: &str, within: &str) -> String {
    if path.is_empty() || path.ends_with(':') {
        format!("{path}{within}")
    } else {
        format!("{path}.{within}")
    }
}
