//! A rule: which fault, when, and with which parameters.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use regex::Regex;

use super::catalogue::Entry;

/// A fault that somebody has asked for.
#[derive(Debug)]
pub struct Rule {
    /// Its name, which no other rule of the fleet has.
    pub id: String,
    /// What it does.
    pub entry: &'static Entry,
    /// The role of the devices that it is about, if it names one.
    pub role: Option<String>,
    /// When it strikes.
    pub when: When,
    /// Every parameter of the entry.
    pub(crate) settings: BTreeMap<&'static str, Setting>,
    /// As it was written.
    pub written: String,
    /// How often it has struck, on all devices.
    pub(crate) hits: AtomicU64,
}

/// When a rule strikes: all that is said must hold.
#[derive(Debug, Default)]
pub struct When {
    /// Which connection to the device, counted from its boot in the fleet.
    pub session: Option<Count>,
    /// Which command of the session, counted over all modes; empty lines don't count.
    pub command: Option<Count>,
    /// Which line of the session in configuration mode.
    pub line: Option<Count>,
    /// What the line looks like.
    pub line_matches: Option<Regex>,
    /// After so many bytes: of echo and reply where the connection ends, of the reply where that is changed.
    pub after_bytes: Option<u64>,
    /// Not before this time of the fleet.
    pub at: Option<Duration>,
    /// With this probability.
    pub probability: Option<f64>,
    /// What chance follows from, besides the fleet's seed and the device's name.
    pub seed: u64,
    /// At most so often on each device.
    pub times: Option<u64>,
}

/// A place in a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// `3`: the third.
    Exactly(u64),
    /// `3+`: the third and all after it.
    From(u64),
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Setting {
    Time(Duration),
    Number(u64),
    Text(String),
    List(Vec<String>),
    Patterns(Vec<Regex1>),
    Truth(bool),
}

/// A pattern, which is its text.
#[derive(Debug, Clone)]
pub(crate) struct Regex1(pub(crate) Regex);

impl PartialEq for Regex1 {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Count {
    pub(crate) fn holds(self, number: u64) -> bool {
        match self {
            Self::Exactly(wanted) => number == wanted,
            Self::From(first) => number >= first,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(number) => write!(out, "{number}"),
            Self::From(number) => write!(out, "{number}+"),
        }
    }
}

impl When {
    /// Whether it speaks of a line.
    pub(crate) fn names_a_line(&self) -> bool {
        self.command.is_some() || self.line.is_some() || self.line_matches.is_some()
    }
}

impl Rule {
    pub(crate) fn struck(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it has struck, on all devices.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    pub(crate) fn time(&self, name: &str) -> Duration {
        match self.settings.get(name) {
            Some(Setting::Time(time)) => *time,
            _ => Duration::ZERO,
        }
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        match self.settings.get(name) {
            Some(Setting::Number(number)) => *number,
            _ => 0,
        }
    }

    /// A number of bytes, columns or lines.
    pub(crate) fn length(&self, name: &str) -> usize {
        usize::try_from(self.number(name)).unwrap_or(usize::MAX)
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        match self.settings.get(name) {
            Some(Setting::Text(text)) => text,
            _ => "",
        }
    }

    pub(crate) fn list(&self, name: &str) -> &[String] {
        match self.settings.get(name) {
            Some(Setting::List(list)) => list,
            _ => &[],
        }
    }

    pub(crate) fn truth(&self, name: &str) -> bool {
        matches!(self.settings.get(name), Some(Setting::Truth(true)))
    }

    /// Whether one of the patterns of a parameter matches.
    pub(crate) fn matches(&self, name: &str, line: &str) -> bool {
        match self.settings.get(name) {
            Some(Setting::Patterns(patterns)) => patterns.iter().any(|one| one.0.is_match(line)),
            _ => false,
        }
    }
}
