//! One device as a file says it: the keys that every format is reduced to, and what they mean.
//!
//! `host port pack platform role site groups username password enable transport prompt expect`; a `platform` is what other
//! programs call a pack, and counts where there is no `pack`; `prompt` is the hostname that the device shows, if that
//! isn't its name.
//! `transport` is a word (`native`, `system`, `telnet`) or a mapping with `kind`, `console`, `legacy`, `jump` and
//! `identity`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ValueEnum as _;
use yaml::{Mistake, Position};

use super::{Credentials, Device, PasswordOverride, Reach};
use crate::node::Node;
use crate::packs::Settings;
use crate::secret::Secret;
use crate::transport::{Hop, TransportKind};

/// A device's keys and values, and where it stands.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) file: String,
    pub(super) at: Option<Position>,
    pub(super) name: String,
    pub(super) values: BTreeMap<&'static str, Node>,
    /// The groups that it belongs to, the innermost first.
    pub(super) groups: Vec<String>,
    /// An inventory for other programs has devices that are none of ours: one without a pack is told when it is wanted.
    pub(super) may_lack_pack: bool,
}

/// The keys that a device may have.
pub(super) const KEYS: [&str; 14] = [
    "name",
    "host",
    "port",
    "pack",
    "platform",
    "role",
    "site",
    "groups",
    "username",
    "password",
    "enable",
    "transport",
    "prompt",
    "expect",
];

/// What other programs call them.
const OTHER_NAMES: [(&str, &str); 12] = [
    ("device", "name"),
    ("address", "host"),
    ("hostname", "host"),
    ("ip", "host"),
    ("device_type", "platform"),
    ("os", "platform"),
    ("group", "groups"),
    ("user", "username"),
    ("enable_password", "enable"),
    ("enable_secret", "enable"),
    ("secret", "enable"),
    ("location", "site"),
];

/// The key that a word stands for; ours go before the others.
pub(super) fn key(word: &str) -> Option<&'static str> {
    let word = word.trim().to_ascii_lowercase();
    let ours = KEYS.into_iter().find(|key| *key == word);
    ours.or_else(|| {
        let mut others = OTHER_NAMES.into_iter();
        others.find_map(|(other, key)| (other == word).then_some(key))
    })
}

impl Row {
    pub(super) fn new(file: &str, at: Option<Position>, name: impl Into<String>) -> Self {
        Self {
            file: file.to_string(),
            at,
            name: name.into(),
            values: BTreeMap::new(),
            groups: Vec::new(),
            may_lack_pack: false,
        }
    }

    /// Sets a key; one that is set already, or has no value, stays.
    pub(super) fn set(&mut self, key: &'static str, value: Option<&Node>) {
        if let Some(value) = value.filter(|value| **value != Node::Empty) {
            self.values.entry(key).or_insert_with(|| value.clone());
        }
    }

    pub(super) fn mistake(&self, what: impl Into<String>) -> Mistake {
        Mistake::new(&self.file, what).at(self.at)
    }

    /// The device, or the first thing that is wrong with it. What stands above its own passwords makes them needless.
    pub(super) fn into_device(mut self, over: &PasswordOverride) -> Result<Device, Mistake> {
        for (key, is_given) in [
            ("username", over.username.is_some()),
            ("password", over.password.is_some() || over.password_follows),
            ("enable", over.enable.is_some()),
        ] {
            if is_given {
                self.values.remove(key);
            }
        }
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            return Err(self.mistake("a device has no name"));
        }
        let reach = self.reach()?;
        let host = self.text("host")?.unwrap_or_else(|| self.name.clone());
        let odd = |letter: char| letter.is_whitespace() || letter.is_control();
        // A host that begins with a hyphen would be an option of `ssh`.
        if host.is_empty() || host.starts_with('-') || host.contains(odd) {
            let what = format!(
                "`{}`: `{}` is not an address",
                self.name,
                host.escape_debug()
            );
            return Err(self.mistake(what).hint("write an address or a name"));
        }
        let pack = match self.text("pack")? {
            None => self.text("platform")?,
            pack => pack,
        };
        let Some(pack) = pack.or_else(|| self.may_lack_pack.then(String::new)) else {
            let what = format!("`{}` has no pack", self.name);
            let hint = "say which platform it is, e.g. `pack: catalyst-9300`";
            return Err(self.mistake(what).hint(hint));
        };
        Ok(Device {
            role: self.text("role")?,
            site: self.text("site")?,
            groups: self.groups()?,
            credentials: Credentials {
                username: self.text("username")?.unwrap_or_default(),
                password: self.secret("password")?.unwrap_or_default(),
                enable: self.secret("enable")?,
            },
            expect: self.settings()?,
            hostname: self.text("prompt")?,
            ..Device {
                reach: reach.clone(),
                ..Device::new(
                    &self.name,
                    pack,
                    host.trim_matches(['[', ']']),
                    self.port(&reach)?,
                )
            }
        })
    }

    fn settings(&self) -> Result<Settings, Mistake> {
        let read = self
            .values
            .get("expect")
            .map_or(Ok(Settings::default()), Settings::read);
        read.map_err(|bad| {
            self.mistake(format!("`{}`: {}", self.name, bad.what))
                .hint(bad.hint)
        })
    }

    fn port(&self, reach: &Reach) -> Result<u16, Mistake> {
        let usual = match reach.transport {
            Some(TransportKind::Telnet) => 23,
            _ => 22,
        };
        let Some(port) = self.text("port")? else {
            return Ok(usual);
        };
        match port.trim().parse() {
            Ok(port) if port > 0 => Ok(port),
            _ => {
                let what = format!("`{}`: `{}` is not a port", self.name, port.escape_debug());
                Err(self
                    .mistake(what)
                    .hint("a port is a number from 1 to 65535"))
            }
        }
    }

    fn groups(&self) -> Result<Vec<String>, Mistake> {
        let mut groups = match self.values.get("groups") {
            None => Vec::new(),
            // In a table, and as one word.
            Some(Node::Text(text)) => text
                .split([';', ',', ' '])
                .filter(|group| !group.is_empty())
                .map(str::to_string)
                .collect(),
            Some(value) => self.texts("groups", value)?,
        };
        for group in &self.groups {
            if !groups.contains(group) {
                groups.push(group.clone());
            }
        }
        Ok(groups)
    }

    fn reach(&self) -> Result<Reach, Mistake> {
        let mut reach = Reach::default();
        match self.values.get("transport") {
            None => {}
            Some(Node::Map(entries)) => {
                for (key, value) in entries {
                    self.reach_key(&mut reach, key, value)?;
                }
            }
            Some(word) => self.reach_key(&mut reach, "kind", word)?,
        }
        Ok(reach)
    }

    fn reach_key(&self, reach: &mut Reach, key: &str, value: &Node) -> Result<(), Mistake> {
        match key {
            "kind" => reach.transport = Some(self.kind(value)?),
            "console" => reach.console = self.bool(key, value)?,
            "legacy" => reach.legacy = Some(self.bool(key, value)?),
            "jump" => {
                let hops = match value {
                    Node::Empty => Vec::new(),
                    value => self.texts(key, value)?,
                };
                let read = |hops: &[String]| match hops {
                    [] => Ok(Vec::new()),
                    hops => Hop::list(&hops.join(",")),
                };
                let hops =
                    read(&hops).map_err(|what| self.mistake(format!("`{}`: {what}", self.name)))?;
                reach.jump = Some(hops);
            }
            "identity" => {
                reach.identities = self
                    .texts(key, value)?
                    .into_iter()
                    .map(PathBuf::from)
                    .collect();
            }
            other => {
                let what = format!("`{}`: unknown key `{other}` under `transport`", self.name);
                let hint = "it has kind, console, legacy, jump and identity";
                return Err(self.mistake(what).hint(hint));
            }
        }
        Ok(())
    }

    fn kind(&self, value: &Node) -> Result<TransportKind, Mistake> {
        let word = value.as_text().unwrap_or_default();
        TransportKind::from_str(&word, true).map_err(|_| {
            let what = format!(
                "`{}`: `{}` is not a transport",
                self.name,
                word.escape_debug()
            );
            let known = TransportKind::value_variants()
                .iter()
                .filter_map(|kind| kind.to_possible_value());
            let known: Vec<String> = known.map(|kind| kind.get_name().to_string()).collect();
            self.mistake(what)
                .hint(format!("the transports are {}", known.join(", ")))
        })
    }

    fn bool(&self, key: &str, value: &Node) -> Result<bool, Mistake> {
        let text = value.as_text().unwrap_or_default().to_ascii_lowercase();
        match text.as_str() {
            "true" | "yes" => Ok(true),
            "false" | "no" => Ok(false),
            _ => Err(self.mistake(format!(
                "`{}`: `{key}` is neither true nor false",
                self.name
            ))),
        }
    }

    fn texts(&self, key: &str, value: &Node) -> Result<Vec<String>, Mistake> {
        let bad = || self.mistake(format!("`{}`: `{key}` is not a list of words", self.name));
        match value {
            Node::List(items) => items
                .iter()
                .map(|item| item.as_text().ok_or_else(bad))
                .collect(),
            value => value.as_text().map(|text| vec![text]).ok_or_else(bad),
        }
    }

    fn secret(&self, key: &'static str) -> Result<Option<Secret>, Mistake> {
        Ok(self.text(key)?.map(Secret::new))
    }

    /// The text of a key. The mistake doesn't repeat a value: it may be a secret.
    fn text(&self, key: &'static str) -> Result<Option<String>, Mistake> {
        let Some(value) = self.values.get(key) else {
            return Ok(None);
        };
        if let Some(what) = value.get(EXPRESSION).and_then(Node::as_text) {
            let what = format!("`{}`: `{key}` can't be told: {what}", self.name);
            return Err(self.mistake(what).hint(OTHER_WAY));
        }
        if value.get(VAULT).is_some() {
            let what = format!(
                "`{}`: `{key}` is encrypted by ansible-vault, which isn't supported",
                self.name
            );
            return Err(self.mistake(what).hint(OTHER_WAY));
        }
        let Some(text) = value.as_text() else {
            let what = format!("`{}`: `{key}` is {}, not text", self.name, value.kind());
            return Err(self.mistake(what));
        };
        if text.chars().any(char::is_control) {
            return Err(self.mistake(format!("`{}`: `{key}` has a control character", self.name)));
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }
}

const OTHER_WAY: &str = "write it plainly; a password comes also from PROGRAMMER_PASSWORD, --password-file, --ask-password or --password-command";

/// The key of what can't be computed, and why.
pub(super) const EXPRESSION: &str = "__expression";

/// The key by which JSON writes what YAML marks `!vault`.
pub(super) const VAULT: &str = "__ansible_vault";
