//! What somebody who drives a device may do to it beyond typing: the faults that lie inside its command line.
//!
//! Nothing here happens by itself. A session that nobody interferes with pays for one look at an empty option a line.

use std::time::Duration;

/// What a session does with its next line in place of what the line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// Only this is answered, as when a parser or an authorization server refuses the line. `^` in the first column of
    /// a line of the text is moved below the first character of what was typed.
    Answer(String),
    /// The line is run, and this is said as well.
    Add(String),
    /// The line is read, and the mode that it leads to is entered, but the configuration stays as it was.
    Lose,
    /// As `Lose`, and the line takes effect after this time.
    Late(Duration),
    /// The line takes effect, and is taken back after this time.
    Fade(Duration),
    /// This is asked first. It ends in `[confirm]`, which a key answers, or is answered with a line that begins with
    /// `y`; anything else leaves the line undone.
    Ask(String),
    /// The first text is said at once, the second after this time; the line is not run. A break key ends the wait.
    Stall {
        /// What is said at once.
        says: String,
        /// How long it takes.
        wait: Duration,
        /// What is said then.
        then: String,
    },
    /// The password that the line gives is wrong, whatever it is.
    Deny,
}

/// What a session does with the next byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It is part of a command line.
    Command {
        /// In configuration mode.
        configures: bool,
    },
    /// It is part of a password.
    Password,
    /// It answers a question.
    Answer,
    /// It is part of a text that belongs to a command: a banner, a certificate.
    Text,
    /// It turns the pager's page.
    Page,
    /// It waits.
    Busy,
    /// A file is being copied, or the session is over.
    Other,
}
