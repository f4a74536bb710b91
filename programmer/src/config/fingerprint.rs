//! A configuration in 32 bytes, so that a plan can tell whether it has changed since.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::tree::{Block, Config};

/// SHA-256 of a configuration, whatever the order of statements whose order doesn't count.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Config {
    /// What identifies this configuration. Lines that change by themselves are not in it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        self.root.hash(&mut hash);
        let digits = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Fingerprint(digits)
    }
}

impl Block {
    fn hash(&self, into: &mut Sha256) {
        let mut statements: Vec<_> = self.statements.iter().collect();
        statements.sort_by(|a, b| a.0.cmp(b.0));
        for (key, statement) in statements {
            // Lengths keep what stands side by side apart.
            for part in [&**key, &statement.line(), &statement.rank.to_string()] {
                into.update(part.len().to_be_bytes());
                into.update(part.as_bytes());
            }
            into.update(b"{");
            statement.block.hash(into);
            into.update(b"}");
        }
    }
}

impl Fingerprint {
    /// A fingerprint as it was written down.
    pub fn of_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The first digits: enough to tell two apart by eye.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }

    /// All 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Fingerprint({})", self.short())
    }
}
