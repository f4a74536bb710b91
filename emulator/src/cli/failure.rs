//! Why `fleet` ends without having done its work, and how it says so.

use std::error::Error;
use std::fmt::Write;
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
    /// The system refuses something.
    System(&'static str, std::io::Error),
}

impl Failure {
    /// Says it on standard error, and gives the exit status.
    pub(super) fn report(&self) -> ExitCode {
        super::output::error(&self.text());
        match self {
            Self::Mistakes(_) | Self::Inventory(InventoryError::NoPorts) | Self::Unidentified => {
                BAD_INPUT.into()
            }
            Self::Bind(_) | Self::Inventory(_) | Self::Record(_) | Self::System(..) => {
                FAILED.into()
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Mistakes(mistakes) => listed(mistakes),
            Self::Bind(error) => told(error, error.hint()),
            Self::Inventory(error) => told(error, error.hint()),
            Self::Record(error) => told(error, error.hint()),
            Self::Unidentified => "error: no pack is for a device like this one\n\nhint: name one with --pack; `fleet packs` lists them".to_string(),
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
