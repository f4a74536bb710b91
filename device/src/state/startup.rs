//! The startup-config.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::config::{Block, text};
use crate::pack::Platform;

/// What a device boots from. Nobody has typed that of a device which leaves the factory: it is what the device was born
/// with, and becomes a text when somebody asks for it. A handle is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Startup(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    text: OnceLock<String>,
    born: Option<(Arc<Platform>, Block)>,
}

impl Startup {
    /// That of a device which has just booted for the first time.
    pub(super) fn born(platform: Arc<Platform>, config: Block) -> Self {
        Self(Arc::new(Kept {
            text: OnceLock::new(),
            born: Some((platform, config)),
        }))
    }
}

impl From<String> for Startup {
    fn from(text: String) -> Self {
        Self(Arc::new(Kept {
            text: OnceLock::from(text),
            born: None,
        }))
    }
}

impl Deref for Startup {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.text.get_or_init(|| {
            let body = |(platform, config): &(Arc<Platform>, Block)| {
                text::body(platform, config, text::Detail::Plain)
            };
            headed(
                UNCHANGED,
                &self.0.born.as_ref().map(body).unwrap_or_default(),
            )
        })
    }
}

/// The heading of a configuration that nobody has changed.
pub(super) const UNCHANGED: &str = "! No configuration change since last restart\n";

/// A configuration with what stands above it, and `end`.
pub(super) fn headed(heading: &str, body: &str) -> String {
    format!("!\n{heading}!\n{body}end\n")
}
