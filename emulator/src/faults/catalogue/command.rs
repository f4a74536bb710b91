//! Faults of the command line.

use super::Form::{Text, Time};
use super::Layer::Command;
use super::{Entry, parameter};
use crate::faults::kind::{Kind, Line};

pub(super) const ENTRIES: &[Entry] = &[
    Entry::of(
        Command,
        "command-refused",
        "C1, C2",
        "A command is refused with a text; `^` in its first column stands below the first character that was typed.",
        &[parameter(
            "answer",
            Text,
            "^\\n% Invalid input detected at '^' marker.\\n\\n",
            "the refusal",
        )],
        "{id: overlaps, kind: command-refused, answer: \"% 10.1.1.0 overlaps with Vlan1021\\n\", when: {line_matches: ^ip address}}",
        Kind::Line(Line::Refused),
    ),
    Entry::of(
        Command,
        "width-refused",
        "E4",
        "`terminal width` is refused.",
        &[parameter(
            "answer",
            Text,
            "^\\n% Invalid input detected at '^' marker.\\n\\n",
            "the refusal",
        )],
        "{id: no-width, kind: width-refused}",
        Kind::Line(Line::Refused),
    )
    .on_lines("^terminal width"),
    Entry::of(
        Command,
        "warning",
        "C3",
        "A command is taken, with a warning that begins with `%`.",
        &[parameter(
            "text",
            Text,
            "% Warning: this command is deprecated\\n",
            "the warning",
        )],
        "{id: grumbles, kind: warning, when: {line: 1}}",
        Kind::Line(Line::Warned),
    ),
    Entry::of(
        Command,
        "silently-discarded",
        "C4",
        "A command is taken without a word, and nothing comes of it, not even its mode.",
        &[],
        "{id: ignored, kind: silently-discarded, when: {line: 2}}",
        Kind::Line(Line::Discarded),
    ),
    Entry::of(
        Command,
        "accepted-not-applied",
        "C5",
        "A configuration line is taken and its mode entered, but it isn't stored.",
        &[],
        "{id: bgpd-died, kind: accepted-not-applied, when: {line_matches: ^router bgp}}",
        Kind::Line(Line::NotApplied),
    ),
    Entry::of(
        Command,
        "applied-late",
        "C6",
        "A configuration line takes effect after a while.",
        &[parameter("delay", Time, "20s", "the while")],
        "{id: lagging, kind: applied-late, delay: 20s, when: {line: 1}}",
        Kind::Line(Line::Late),
    ),
    Entry::of(
        Command,
        "removed-later",
        "C6",
        "A configuration line takes effect, and is gone again after a while.",
        &[parameter("delay", Time, "5s", "the while")],
        "{id: vanishing, kind: removed-later, delay: 5s, when: {line: 2}}",
        Kind::Line(Line::Fades),
    ),
    Entry::of(
        Command,
        "unexpected-confirm",
        "E20",
        "A command asks something first; only Enter or `y` lets it be done.",
        &[parameter(
            "text",
            Text,
            "This may disrupt traffic. Continue? [confirm]",
            "the question; one that doesn't end in `[confirm]` is answered with a line",
        )],
        "{id: sure, kind: unexpected-confirm, when: {line: 2}}",
        Kind::Line(Line::Asks),
    ),
    Entry::of(
        Command,
        "dns-stall",
        "E21",
        "A command is taken for a host name that is looked up.",
        &[parameter("delay", Time, "30s", "how long the lookup takes")],
        "{id: translating, kind: dns-stall, delay: 30s, when: {command: 3}}",
        Kind::Line(Line::Translates),
    ),
    Entry::of(
        Command,
        "low-memory",
        "C11",
        "From that line on every configuration line is refused for want of memory, until the fault is removed.",
        &[
            parameter(
                "answer",
                Text,
                "% Low on memory; try again later\\n\\n",
                "the refusal",
            ),
            parameter(
                "spares",
                super::Form::List,
                "[\"^end$\", \"^exit$\", \"^do \"]",
                "patterns of commands that still work",
            ),
        ],
        "{id: starved, kind: low-memory, when: {line: 3}}",
        Kind::Line(Line::RefusedFromNowOn),
    ),
];
