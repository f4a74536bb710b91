//! The catalogue: what can go wrong, by its name, with what it does, its parameters and an example.
//!
//! `fleet faults`, topologies, the control API and `topologies/failures/README.md` all tell it from here. The names in
//! `reference` are those of the project's list of failures (T transport, X SSH, A authentication, S shell session, E echo and
//! stream, C command line, K stored configuration, L life of the device).

mod command;
mod connection;
mod device;
mod login;
mod stream;

use std::fmt;

use super::kind::Kind;

/// Where a fault sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The TCP connection and the network below it.
    Transport,
    /// The SSH protocol.
    Ssh,
    /// Who may log in, and do what.
    Login,
    /// The bytes that the terminal shows.
    Stream,
    /// The command line.
    Command,
    /// The device and its configuration as a whole.
    Device,
}

/// A kind of fault.
#[derive(Debug)]
pub struct Entry {
    /// Its name in a rule.
    pub name: &'static str,
    /// Where it sits.
    pub layer: Layer,
    /// What the list of failures calls it.
    pub reference: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What can be set.
    pub parameters: &'static [Parameter],
    /// Which lines it means where a rule names none: a pattern, or nothing for every line.
    pub lines: &'static str,
    /// A rule that uses it, in YAML's flow style.
    pub example: &'static str,
    pub(crate) kind: Kind,
}

/// What can be set in a fault.
#[derive(Debug)]
pub struct Parameter {
    /// Its key.
    pub name: &'static str,
    /// What it is.
    pub form: Form,
    /// What it is if nothing is said, as it would be written; empty: it must be said, or (a list, a text) is empty.
    pub default: &'static str,
    /// What it means.
    pub about: &'static str,
}

/// The form of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A time: `250ms`, `30s`, `5m`, `1h`.
    Time,
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// A list of texts.
    List,
    /// `true` or `false`.
    Truth,
}

/// Every fault, by layer.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    [
        connection::ENTRIES,
        login::ENTRIES,
        stream::ENTRIES,
        command::ENTRIES,
        device::ENTRIES,
    ]
    .into_iter()
    .flatten()
}

/// The fault of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.name == name)
}

impl fmt::Display for Layer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Transport => "transport",
            Self::Ssh => "ssh",
            Self::Login => "login",
            Self::Stream => "stream",
            Self::Command => "command",
            Self::Device => "device",
        })
    }
}

impl fmt::Display for Form {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Time => "time",
            Self::Number => "number",
            Self::Text => "text",
            Self::List => "list",
            Self::Truth => "true or false",
        })
    }
}

impl Entry {
    const fn of(
        layer: Layer,
        name: &'static str,
        reference: &'static str,
        about: &'static str,
        parameters: &'static [Parameter],
        example: &'static str,
        kind: Kind,
    ) -> Self {
        Self {
            name,
            layer,
            reference,
            about,
            parameters,
            lines: "",
            example,
            kind,
        }
    }

    /// It means these lines where a rule names none.
    const fn on_lines(self, lines: &'static str) -> Self {
        Self { lines, ..self }
    }
}

/// A parameter, on one line.
const fn parameter(
    name: &'static str,
    form: Form,
    default: &'static str,
    about: &'static str,
) -> Parameter {
    Parameter {
        name,
        form,
        default,
        about,
    }
}

/// The catalogue as `topologies/failures/README.md` has it.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::new();
    let mut layer = None;
    for entry in sorted() {
        if layer.replace(entry.layer) != Some(entry.layer) {
            text.push_str(&format!(
                "\n### {}\n\n| fault | | what it does | parameters |\n| --- | --- | --- | --- |\n",
                entry.layer
            ));
        }
        let parameters = entry.parameters.iter().map(|one| {
            let default = match one.default {
                "" => String::new(),
                default => format!(" (`{}`)", default.replace('|', "\\|")),
            };
            format!("`{}`{default}: {}", one.name, one.about)
        });
        let parameters = parameters.collect::<Vec<_>>().join("; ");
        let (name, reference, about) = (entry.name, entry.reference, entry.about);
        text.push_str(&format!(
            "| `{name}` | {reference} | {about} | {parameters} |\n"
        ));
    }
    text
}

fn sorted() -> Vec<&'static Entry> {
    let mut entries: Vec<_> = all().collect();
    entries.sort_by_key(|entry| entry.layer);
    entries
}
