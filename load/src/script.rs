//! What is typed, as data: a platform's commands and lines, and what its dialogue looks like.

use std::time::Duration;

use serde::Deserialize;

use crate::client::{Dialogue, Enable};

/// What a load types.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What a prompt ends with; any of them.
    pub prompt: Vec<String>,
    /// How the privileged mode is entered after the login.
    #[serde(default)]
    pub enable: Option<Entry>,
    /// A line of an answer that begins with one of these says that the line was refused.
    #[serde(default)]
    pub refusals: Vec<String>,
    /// What a session for commands begins with.
    #[serde(default)]
    pub setup: Vec<String>,
    /// The command that is measured.
    pub command: String,
    /// How configuration is entered, and left.
    pub enter: Vec<String>,
    /// The lines of configuration; `{n}` counts their repetitions.
    pub lines: Vec<String>,
    /// How it is left.
    pub leave: Vec<String>,
}

/// How the privileged mode is entered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What is typed.
    pub command: String,
    /// How the question for the password ends.
    pub question: String,
}

impl Script {
    /// What a session looks like. Without a password for it, the privileged mode isn't entered.
    #[must_use]
    pub fn dialogue(&self, enable: Option<&str>, patience: Duration) -> Dialogue {
        let enable = self.enable.as_ref().zip(enable);
        Dialogue {
            prompt_ends: self.prompt.clone(),
            enable: enable.map(|(entry, password)| Enable {
                command: entry.command.clone(),
                question: entry.question.clone(),
                password: password.to_string(),
            }),
            echo: true,
            refusals: self.refusals.clone(),
            patience,
        }
    }

    /// So many lines of configuration.
    #[must_use]
    pub fn lines(&self, count: usize) -> Vec<String> {
        numbered(&self.lines, count)
    }
}

/// So many lines of a block that is repeated; `{n}` counts its repetitions. A block without lines gives none.
#[must_use]
pub fn numbered(block: &[String], count: usize) -> Vec<String> {
    let lines = block.iter().cycle().zip(0..count);
    let number = |at: usize| (at / block.len()).to_string();
    lines
        .map(|(line, at)| line.replace("{n}", &number(at)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_repeated_until_there_are_enough_lines() {
        let block = ["interface Lo{n}", " description {n}"].map(String::from);
        let lines = ["interface Lo0", " description 0", "interface Lo1"];
        assert_eq!(numbered(&block, 3), lines);
        assert!(numbered(&[], 3).is_empty());
    }
}
