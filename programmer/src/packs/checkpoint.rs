//! The archive of a device: a copy of its configuration that it goes back to by one command, and the timer by which
//! it goes back by itself. Not every device of a platform has one configured.

use regex::Regex;
use serde::Deserialize;
use yaml::Mistake;

use super::expect::Place;

/// The shape of `checkpoint` in `expect.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckpointFile {
    pub configured: String,
    pub make: String,
    pub list: String,
    pub newest: String,
    pub replace: String,
    pub enter: String,
    pub confirm: String,
    pub revert: String,
}

/// How an archive is used.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// What the running-config of a device that has one matches.
    configured: Regex,
    /// Makes a copy.
    pub make: String,
    /// Lists the copies.
    pub list: String,
    /// The line of that list that names the newest; group `file` is its name.
    newest: Regex,
    /// Goes back to a copy.
    replace: String,
    /// Enters configuration mode for a change that goes back by itself.
    enter: String,
    /// Keeps such a change.
    pub confirm: String,
    /// Takes it back at once.
    pub revert: String,
}

impl Checkpoint {
    pub(super) fn compile(file: CheckpointFile, place: &Place<'_>) -> Result<Self, Mistake> {
        let pattern = |text: &str, path: &str| {
            Regex::new(text).map_err(|error| place.bad(path, &error.to_string()))
        };
        let newest = pattern(&file.newest, "checkpoint.newest")?;
        if !newest.capture_names().flatten().any(|name| name == "file") {
            return Err(place.bad("checkpoint.newest", "the pattern has no group `file`"));
        }
        Ok(Self {
            configured: pattern(&file.configured, "checkpoint.configured")?,
            make: file.make,
            list: file.list,
            newest,
            replace: file.replace,
            enter: file.enter,
            confirm: file.confirm,
            revert: file.revert,
        })
    }

    /// Whether a device with this configuration has an archive.
    #[must_use]
    pub fn is_in(&self, running: &str) -> bool {
        self.configured.is_match(running)
    }

    /// The name of the newest copy in a list of them.
    #[must_use]
    pub fn newest_of(&self, list: &[String]) -> Option<String> {
        let mut found = list.iter().filter_map(|line| self.newest.captures(line));
        Some(found.next()?.name("file")?.as_str().to_string())
    }

    /// The command that goes back to a copy.
    #[must_use]
    pub fn replace_with(&self, file: &str) -> String {
        self.replace.replace("{file}", file)
    }

    /// The command that enters configuration mode for a change that goes back after so many minutes.
    #[must_use]
    pub fn enter_for(&self, minutes: u8) -> String {
        self.enter.replace("{minutes}", &minutes.to_string())
    }
}
