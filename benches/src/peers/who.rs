//! Who pushes, and what each knows of a line when it sends the next.

use clap::ValueEnum;

use super::field::Side;
use super::own::{Own, WINDOW};

/// Programs that others have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// ferrissh, in Rust
    Ferrissh,
    /// netmiko, in threads
    Netmiko,
    /// nornir with netmiko, in threads
    Nornir,
    /// scrapli with asyncssh, in one thread
    ScrapliAsyncssh,
    /// scrapli with ssh2, in threads
    ScrapliSsh2,
}

/// One of those that push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// Its name in the table.
    pub name: &'static str,
    /// What it makes sure of, line by line, before it says that a push is done.
    pub verifies: &'static [&'static str],
    /// Lines on their way at once.
    pub window: usize,
    /// Whom it pushes to.
    pub side: Side,
    /// What it is.
    pub kind: Kind,
}

/// What runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// This program.
    Own(Own),
    /// Another's.
    Peer(Peer),
}

const FLOOR: &[&str] = &["echo", "prompt"];
const SESSION: &[&str] = &["echo", "prompt", "mode", "any reply"];
const PUSH: &[&str] = &["echo", "prompt", "mode", "any reply", "read back"];
/// The whole echo, or the echo without blanks and case; then the prompt, and what looks like a refusal.
const ECHO: &[&str] = &["echo", "prompt", "refusals"];
const PROMPT: &[&str] = &["prompt", "refusals"];

/// The floor and ours, line by line and with a window.
pub const OWN: [Who; 6] = [
    own("floor", FLOOR, 1, Side::Floor, Own::Floor),
    own("floor, window", FLOOR, WINDOW, Side::Floor, Own::Floor),
    own("programmer", SESSION, 1, Side::Fleet, Own::Session),
    own(
        "programmer, pipelined",
        SESSION,
        WINDOW,
        Side::Fleet,
        Own::Session,
    ),
    own("programmer, whole push", PUSH, 1, Side::Fleet, Own::Push),
    own(
        "programmer, whole push, pipelined",
        PUSH,
        WINDOW,
        Side::Fleet,
        Own::Push,
    ),
];

const fn own(
    name: &'static str,
    verifies: &'static [&'static str],
    window: usize,
    side: Side,
    own: Own,
) -> Who {
    Who {
        name,
        verifies,
        window,
        side,
        kind: Kind::Own(own),
    }
}

impl Peer {
    /// This peer in the field.
    #[must_use]
    pub fn who(self) -> Who {
        let (name, verifies) = match self {
            Self::Ferrissh => ("ferrissh", PROMPT),
            Self::Netmiko => ("netmiko", ECHO),
            Self::Nornir => ("nornir", ECHO),
            Self::ScrapliAsyncssh => ("scrapli-asyncssh", ECHO),
            Self::ScrapliSsh2 => ("scrapli-ssh2", ECHO),
        };
        Who {
            name,
            verifies,
            window: 1,
            side: Side::Fleet,
            kind: Kind::Peer(self),
        }
    }
}
