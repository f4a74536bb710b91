//! Settings of a session that differ from the platform's, for one device or one run, by the names that palError has
//! for them (sda-provisioning.md, section 5).
//!
//! A setting that palError lists and that stands elsewhere here (an address, a password) is refused with the place.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use regex::bytes::{Regex, RegexSet};

use super::expect::{EnableCondition, Expect};
use super::pattern::Pattern;
use crate::node::Node;

/// No wait is longer than a day.
const TIME_MAX: Duration = Duration::from_secs(86_400);

/// Settings, in the order in which they are applied.
#[derive(Debug, Clone, Default)]
pub struct Settings(Vec<Setting>);

/// One of them.
#[derive(Debug, Clone)]
enum Setting {
    Prompt(Pattern),
    ConfigPrompt(Pattern),
    Username(RegexSet),
    Password(RegexSet),
    EnableCondition(EnableCondition),
    SingleBuffer(bool),
    SingleByte(bool),
    LineTimeout(Duration),
    ConnectTimeout(Duration),
    SessionTimeout(Duration),
}

/// Why a setting can't be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting {
    /// What is wrong.
    pub what: String,
    /// The next step.
    pub hint: String,
}

impl fmt::Display for BadSetting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.what, self.hint)
    }
}

impl std::error::Error for BadSetting {}

impl Settings {
    /// The settings of a mapping: `{DEVICE_TIMEOUT: 60000}`.
    ///
    /// # Errors
    ///
    /// The first that can't be taken.
    pub fn read(node: &Node) -> Result<Self, BadSetting> {
        let Node::Map(entries) = node else {
            let what = format!("`expect` is {}", node.kind());
            return Err(bad(what, "it is a mapping, e.g. `{DEVICE_TIMEOUT: 60000}`"));
        };
        let mut settings = Self::default();
        for (name, value) in entries {
            let what = || format!("`{name}` is {}", value.kind());
            let value = value
                .as_text()
                .ok_or_else(|| bad(what(), "it has one value"))?;
            settings.set(name, &value)?;
        }
        Ok(settings)
    }

    /// Adds `NAME=VALUE`, as a command line says it.
    ///
    /// # Errors
    ///
    /// If it can't be taken.
    pub fn add(&mut self, text: &str) -> Result<(), BadSetting> {
        match text.split_once('=') {
            Some((name, value)) => self.set(name.trim(), value),
            None => Err(bad(
                format!("`{text}` has no `=`"),
                "write NAME=VALUE, e.g. DEVICE_TIMEOUT=60000",
            )),
        }
    }

    /// Adds those that go before these.
    pub fn extend(&mut self, over: &Self) {
        self.0.extend(over.0.iter().cloned());
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), BadSetting> {
        self.0.push(match name {
            "CLI_PROMPT_EXPECT" => Setting::Prompt(Pattern::of(pattern(name, value, &["host"])?)),
            "CLI_CONFIG_PROMPT_SEARCH_EXPRESION" | "CLI_CONFIG_PROMPT_SEARCH_EXPRESSION" => {
                Setting::ConfigPrompt(Pattern::of(pattern(name, value, &["host", "mode"])?))
            }
            "CLI_USERNAME_EXPECT" => Setting::Username(patterns(name, value)?),
            "CLI_PASSWORD_EXPECT" => Setting::Password(patterns(name, value)?),
            "CLI_ENABLE_CONDITION" => Setting::EnableCondition(condition(name, value)?),
            "CLI_SINGLE_BUFFER_SENDING" => Setting::SingleBuffer(truth(name, value)?),
            "CLI_SINGLE_BYTE_READING" => Setting::SingleByte(truth(name, value)?),
            "DEVICE_TIMEOUT" => Setting::LineTimeout(time(name, value, Duration::from_millis)?),
            "CLI_CONNECTION_TIME" => {
                Setting::ConnectTimeout(time(name, value, Duration::from_secs)?)
            }
            "DEVICE_CONNECTION_TIMEOUT" => {
                Setting::ConnectTimeout(time(name, value, Duration::from_millis)?)
            }
            "DEVICE_FAILSAFE_TIMEOUT" => {
                Setting::SessionTimeout(time(name, value, Duration::from_millis)?)
            }
            other => return Err(unknown(other)),
        });
        Ok(())
    }
}

impl Expect {
    /// The same platform with these settings; itself, if there are none.
    #[must_use]
    pub fn set(self: &Arc<Self>, settings: &Settings) -> Arc<Self> {
        if settings.0.is_empty() {
            Arc::clone(self)
        } else {
            Arc::new(self.with(settings))
        }
    }

    /// The same platform with these settings.
    #[must_use]
    pub fn with(&self, settings: &Settings) -> Self {
        let mut expect = self.clone();
        for setting in &settings.0 {
            match setting.clone() {
                Setting::Prompt(pattern) => expect.exec = pattern,
                Setting::ConfigPrompt(pattern) => expect.config = pattern,
                Setting::Username(patterns) => expect.username = patterns,
                Setting::Password(patterns) => expect.password = patterns,
                Setting::EnableCondition(condition) => expect.enable_condition = condition,
                Setting::SingleBuffer(is_single) => expect.single_buffer = is_single,
                Setting::SingleByte(is_single) => expect.single_byte = is_single,
                Setting::LineTimeout(time) => {
                    expect.timeouts.line = time;
                    // What is slow by the pack may be slower, and not quicker, than what is said here.
                    expect.timeouts.save = expect.timeouts.save.max(time);
                }
                Setting::ConnectTimeout(time) => expect.timeouts.connect = time,
                Setting::SessionTimeout(time) => expect.timeouts.session = time,
            }
        }
        expect
    }
}

/// A setting that is none of ours: one that stands elsewhere, or none at all.
fn unknown(name: &str) -> BadSetting {
    let place = match name {
        "CLI_ADDRESS" => "the address is the inventory's `host`",
        "CLI_PORT" => "the port is the inventory's `port`",
        "CLI_TRANSPORT" => "the transport is the inventory's `transport`, or --transport",
        "CLI_LOGIN_USERNAME" => "the user is the inventory's `username`, or PROGRAMMER_USERNAME",
        "CLI_LOGIN_PASSWORD" | "CLI_ENABLE_PASSWORD" => {
            "passwords come from the environment, a file, a prompt or a command; see --help"
        }
        _ => {
            return bad(
                format!("there is no setting `{name}`"),
                &format!("there are {}", NAMES.join(", ")),
            );
        }
    };
    bad(format!("`{name}` is set elsewhere"), place)
}

const NAMES: [&str; 10] = [
    "CLI_PROMPT_EXPECT",
    "CLI_CONFIG_PROMPT_SEARCH_EXPRESION",
    "CLI_USERNAME_EXPECT",
    "CLI_PASSWORD_EXPECT",
    "CLI_ENABLE_CONDITION",
    "CLI_SINGLE_BUFFER_SENDING",
    "CLI_SINGLE_BYTE_READING",
    "CLI_CONNECTION_TIME (s)",
    "DEVICE_TIMEOUT (ms)",
    "DEVICE_FAILSAFE_TIMEOUT (ms)",
];

fn bad(what: impl Into<String>, hint: &str) -> BadSetting {
    BadSetting {
        what: what.into(),
        hint: hint.to_string(),
    }
}

fn pattern(name: &str, value: &str, groups: &[&str]) -> Result<Regex, BadSetting> {
    let regex = Regex::new(value).map_err(|error| {
        bad(
            format!("`{name}`: {error}"),
            "it is a regular expression over bytes; https://docs.rs/regex has the syntax",
        )
    })?;
    let lacks = |group: &&&str| !regex.capture_names().flatten().any(|name| name == **group);
    match groups.iter().find(lacks) {
        None => Ok(regex),
        Some(group) => Err(bad(
            format!("`{name}`: the pattern has no group `{group}`"),
            "the hostname and the mode are told by groups: `^(?<host>\\S+)\\((?<mode>[^)]+)\\)#$`",
        )),
    }
}

/// Alternatives stand on lines of their own.
fn patterns(name: &str, value: &str) -> Result<RegexSet, BadSetting> {
    let lines: Vec<&str> = value
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    for line in &lines {
        pattern(name, line, &[])?;
    }
    RegexSet::new(lines)
        .map_err(|error| bad(format!("`{name}`: {error}"), "the patterns are too large"))
}

fn condition(name: &str, value: &str) -> Result<EnableCondition, BadSetting> {
    match value.to_ascii_uppercase().as_str() {
        "ALWAYS" => Ok(EnableCondition::Always),
        "WHEN_NEEDED" => Ok(EnableCondition::WhenNeeded),
        "NEVER" => Ok(EnableCondition::Never),
        _ => Err(bad(
            format!("`{name}` is `{value}`"),
            "it is ALWAYS, WHEN_NEEDED or NEVER",
        )),
    }
}

fn truth(name: &str, value: &str) -> Result<bool, BadSetting> {
    match value.to_ascii_uppercase().as_str() {
        "TRUE" => Ok(true),
        "FALSE" => Ok(false),
        _ => Err(bad(format!("`{name}` is `{value}`"), "it is TRUE or FALSE")),
    }
}

fn time(name: &str, value: &str, of: impl Fn(u64) -> Duration) -> Result<Duration, BadSetting> {
    let time = value.parse().map(&of).ok();
    time.filter(|time| !time.is_zero() && *time <= TIME_MAX)
        .ok_or_else(|| {
            let unit = if of(1) == Duration::from_secs(1) {
                "seconds"
            } else {
                "milliseconds"
            };
            bad(
                format!("`{name}` is `{value}`"),
                &format!("it is a time in {unit}, at most a day"),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packs::{PackSource, Packs};

    fn told(text: &str) -> String {
        let added = Settings::default().add(text);
        added.err().map_or("taken".into(), |bad| bad.to_string())
    }

    #[test]
    fn settings_of_palerror_go_before_the_platforms() {
        let packs = Packs::load(&PackSource::embedded()).unwrap();
        let expect = packs.platform("catalyst-9300").unwrap().expect();
        let mut settings = Settings::read(&Node::Map(vec![
            ("DEVICE_TIMEOUT".into(), Node::Integer(60_000)),
            ("CLI_ENABLE_CONDITION".into(), Node::Text("NEVER".into())),
            (
                "CLI_PASSWORD_EXPECT".into(),
                Node::Text("assword[:\\s]*\\z\nPIN:$".into()),
            ),
        ]))
        .unwrap();
        let mut run = Settings::default();
        run.add("DEVICE_TIMEOUT=5000").unwrap();
        run.add("CLI_SINGLE_BUFFER_SENDING=false").unwrap();
        settings.extend(&run);
        let with = expect.with(&settings);
        assert_eq!(with.timeouts.line, Duration::from_secs(5));
        assert_eq!(with.within(b"vlan 20"), Duration::from_secs(5));
        assert_eq!(with.enable_condition, EnableCondition::Never);
        assert!(with.password.is_match(b"PIN:") && !with.single_buffer);
    }

    #[test]
    fn a_setting_that_cant_be_taken_says_why_and_what_to_write() {
        let cases = [
            (
                "DEVICE_TIMEOUT",
                "`DEVICE_TIMEOUT` has no `=`: write NAME=VALUE, e.g. DEVICE_TIMEOUT=60000",
            ),
            (
                "DEVICE_TIMEOUT=soon",
                "`DEVICE_TIMEOUT` is `soon`: it is a time in milliseconds, at most a day",
            ),
            (
                "CLI_CONNECTION_TIME=0",
                "`CLI_CONNECTION_TIME` is `0`: it is a time in seconds, at most a day",
            ),
            (
                "CLI_ENABLE_CONDITION=yes",
                "`CLI_ENABLE_CONDITION` is `yes`: it is ALWAYS, WHEN_NEEDED or NEVER",
            ),
            (
                "CLI_SINGLE_BYTE_READING=1",
                "`CLI_SINGLE_BYTE_READING` is `1`: it is TRUE or FALSE",
            ),
            (
                "CLI_PORT=22",
                "`CLI_PORT` is set elsewhere: the port is the inventory's `port`",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text), expected);
        }
        assert!(
            told("CLI_PROMPT_EXPECT=#$")
                .starts_with("`CLI_PROMPT_EXPECT`: the pattern has no group `host`")
        );
        assert!(
            told("CLI_PASSWORD_EXPECT=[").starts_with("`CLI_PASSWORD_EXPECT`: regex parse error")
        );
        assert!(told("CLI_LOGIN_PASSWORD=x").contains("passwords come from the environment"));
        assert!(
            told("DEVICE_TIMOUT=1")
                .starts_with("there is no setting `DEVICE_TIMOUT`: there are CLI_PROMPT_EXPECT")
        );
    }
}
