//! Why `fleet` ends without having done its work, and how it says so.

use std::error::Error;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use emulator::BindError;
use emulator::inventory::InventoryError;
use emulator::record::RecordError;
use yaml::Mistake;

/// The input is wrong.
const BAD_INPUT: u8 = 2;

/// It failed while running.
const FAILED: u8 = 1;

/// Why the program failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Mistakes in files.
    Mistakes(Vec<Mistake>),
    /// An address is taken.
    Bind(BindError),
    /// An inventory can't be written.
    Inventory(InventoryError),
    /// A device can't be recorded.
    Record(RecordError),
    /// A device that no pack is for.
    Unidentified,
    /// No fault has the name.
    NoFault(String),
    /// A token can't be read or written.
    Token(PathBuf, std::io::Error),
    /// No fleet answers at a control address.
    Control(SocketAddr, String),
    /// A fleet has refused a request, with an HTTP status.
    Refused(u16, String),
    /// A control address that other machines can reach.
    Reachable(SocketAddr),
    /// A load can't be put on anybody.
    Load(String),
    /// The system refuses something.
    System(&'static str, std::io::Error),
}

impl Failure {
    /// Says it on standard error, and gives the exit status.
    pub(super) fn report(&self) -> ExitCode {
        super::output::error(&self.text());
        match self {
            Self::Mistakes(_)
            | Self::Inventory(InventoryError::NoPorts)
            | Self::Unidentified
            | Self::NoFault(_)
            | Self::Reachable(_)
            | Self::Load(_)
            | Self::Refused(400..=499, _) => BAD_INPUT.into(),
            Self::Bind(_)
            | Self::Inventory(_)
            | Self::Record(_)
            | Self::Token(..)
            | Self::Control(..)
            | Self::Refused(..)
            | Self::System(..) => FAILED.into(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Mistakes(mistakes) => listed(mistakes),
            Self::Bind(error) => told(error, error.hint()),
            Self::Inventory(error) => told(error, error.hint()),
            Self::Record(error) => told(error, error.hint()),
            Self::Unidentified => "error: no pack is for a device like this one\n\nhint: name one with --pack; `fleet packs` lists them".to_string(),
            Self::NoFault(name) => format!(
                "error: no fault is called `{}`\n\nhint: `fleet faults` lists them",
                name.escape_debug()
            ),
            Self::Token(file, error) => format!(
                "error: the token in {}: {error}\n\nhint: it is written by `fleet --control ADDRESS` while it runs, for its own user",
                file.display()
            ),
            Self::Control(address, error) => format!(
                "error: no fleet answers at {address}: {error}\n\nhint: start it with `fleet TOPOLOGY --control {address}`"
            ),
            Self::Refused(_, says) => format!("error: {says}"),
            Self::Reachable(address) => format!(
                "error: other machines can reach {address}\n\nhint: control a fleet at 127.0.0.1, or say --allow-remote"
            ),
            Self::Load(says) => format!("error: {says}"),
            Self::System(what, error) => format!("error: {what}: {error}"),
        }
    }
}

fn listed(mistakes: &[Mistake]) -> String {
    let mut text = String::new();
    for mistake in mistakes {
        // Writing to a string doesn't fail.
        _ = writeln!(text, "error: {}\n", mistake.report());
    }
    let many = if mistakes.len() == 1 {
        "1 mistake".into()
    } else {
        format!("{} mistakes", mistakes.len())
    };
    text + &many
}

/// An error with its causes and the next step.
fn told(error: &dyn Error, hint: &str) -> String {
    let mut text = format!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            _ = write!(text, ": {said}");
        }
        cause = error.source();
    }
    text + "\n\nhint: " + hint
}
