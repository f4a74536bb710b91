//! `fleet faults`: the catalogue.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use emulator::faults::catalogue::{self, Entry};
use emulator::inventory;

use super::{Failure, output};

/// The arguments of `fleet faults`.
#[derive(Debug, Args)]
pub(super) struct Faults {
    /// One fault, with its parameters and an example
    kind: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the catalogue is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For topologies/failures/README.md
    Markdown,
}

pub(super) fn run(arguments: &Faults) -> Result<(), Failure> {
    let text = match (&arguments.kind, arguments.format) {
        (Some(kind), _) => {
            one(catalogue::find(kind).ok_or_else(|| Failure::NoFault(kind.clone()))?)
        }
        (None, Format::Markdown) => catalogue::markdown(),
        (None, Format::Text) => return output::write(|out| inventory::columns(&lines(), out)),
    };
    output::write(|out| out.write_all(text.as_bytes()))
}

fn lines() -> Vec<[String; 4]> {
    let head = ["FAULT", "LAYER", "REFERENCE", "WHAT IT DOES"].map(str::to_string);
    let line = |entry: &'static Entry| {
        [
            entry.name.to_string(),
            entry.layer.to_string(),
            entry.reference.to_string(),
            entry.about.to_string(),
        ]
    };
    std::iter::once(head)
        .chain(catalogue::all().map(line))
        .collect()
}

fn one(entry: &Entry) -> String {
    // Writing to a string doesn't fail.
    let mut text = format!(
        "{} ({}, {})\n{}\n",
        entry.name, entry.layer, entry.reference, entry.about
    );
    if !entry.lines.is_empty() {
        _ = writeln!(
            text,
            "Where a rule names no line it means those that match {}",
            entry.lines
        );
    }
    for parameter in entry.parameters {
        let default = match parameter.default {
            "" => String::new(),
            default => format!(", {default} if nothing is said"),
        };
        _ = writeln!(
            text,
            "  {}: {} ({}{default})",
            parameter.name, parameter.about, parameter.form
        );
    }
    _ = writeln!(text, "\nfaults:\n  - {}", entry.example);
    text
}
