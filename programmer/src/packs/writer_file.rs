//! The shape of a writer's file: what an RFS may say, and the lines that it becomes.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::node::Node;
use crate::rfs::Op;

/// One `writers/<name>.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WriterFile {
    /// The name that an RFS document uses.
    pub writer: String,
    /// What the writer is for.
    pub about: String,
    /// Its place in the push: creates go up, deletes come down.
    pub order: i64,
    /// What the feature's key must be.
    pub key: FieldFile,
    #[serde(default, deserialize_with = "ordered")]
    pub fields: Vec<(String, FieldFile)>,
    #[serde(default)]
    pub checks: Vec<CheckFile>,
    pub forms: Vec<FormFile>,
}

/// One field of a writer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldFile {
    #[serde(rename = "type")]
    pub kind: KindFile,
    /// What it is for; only a document's own variables may leave it out.
    #[serde(default)]
    pub help: String,
    #[serde(default)]
    pub required: RequiredFile,
    /// A value, or a template over the key and the fields that are given.
    pub default: Option<Node>,
    pub min: Option<i64>,
    /// The largest number, the longest text or the longest list.
    pub max: Option<i64>,
    pub pattern: Option<String>,
    #[serde(default)]
    pub values: Vec<String>,
    /// What a list holds.
    pub of: Option<Box<FieldFile>>,
    /// What a group holds.
    #[serde(default, deserialize_with = "ordered")]
    pub fields: Vec<(String, FieldFile)>,
}

/// The types that a field may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindFile {
    Integer,
    Vlan,
    Ipv4,
    /// `10.1.1.1/24`: an address on a subnet.
    Interface4,
    /// `10.1.1.0/24`: a subnet.
    Prefix4,
    /// `239.0.0.0/24`: multicast groups.
    Group4,
    Ipv6,
    Interface6,
    Mac,
    /// One word.
    Name,
    /// Several words.
    Text,
    /// Several lines.
    Lines,
    Secret,
    Bool,
    Choice,
    List,
    Group,
    /// A raw CLI template.
    Template,
    /// The definitions of a raw template's variables.
    Variables,
    /// The values of a raw template's variables.
    Values,
}

/// The types that a raw template's variables may have.
pub(super) const VARIABLE_KINDS: [&str; 17] = [
    "integer",
    "vlan",
    "ipv4",
    "interface4",
    "prefix4",
    "group4",
    "ipv6",
    "interface6",
    "mac",
    "name",
    "text",
    "lines",
    "secret",
    "bool",
    "choice",
    "list",
    "group",
];

/// When a field must be given.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum RequiredFile {
    Always(bool),
    For(Vec<Op>),
}

impl Default for RequiredFile {
    fn default() -> Self {
        Self::Always(false)
    }
}

/// A rule over several fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckFile {
    /// An expression; if it holds, the feature is refused.
    pub refuse: String,
    /// The field at which the mistake is placed.
    pub field: Option<String>,
    /// A template of the message.
    pub message: String,
    pub hint: String,
}

/// The lines for some roles and platforms. The first form that fits is taken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormFile {
    /// The roles it is for; all, if none is named.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The platforms it is for; all, if none is named.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Fields that this form needs in addition.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The document brings the templates (see `packs::raw`).
    #[serde(default)]
    pub raw: bool,
    /// Lines that are not the document's to send: the programmer enters and leaves configuration mode.
    #[serde(default)]
    pub own: Vec<String>,
    pub create: Option<String>,
    pub modify: Option<String>,
    pub delete: Option<String>,
}

/// Reads a mapping and keeps its order, in which defaults are worked out and help is shown.
fn ordered<'de, D, T>(from: D) -> Result<Vec<(String, T)>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Entries<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
        type Value = Vec<(String, T)>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("a mapping from field to type")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while let Some(entry) = map.next_entry()? {
                entries.push(entry);
            }
            Ok(entries)
        }
    }
    from.deserialize_map(Entries(PhantomData))
}
