//! A mistake in a file that a person wrote, and how it is told.

use std::fmt;

/// A place in a text; both numbers count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One mistake: where, what, and the next step.
///
/// `Display` prints `file:line:column: message`; [`Mistake::advice`] has the hint, which the program
/// prints once, below.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mistake {
    file: String,
    position: Option<Position>,
    message: String,
    hint: Option<String>,
}

impl Mistake {
    /// A mistake in `file` whose place is not known (yet).
    pub fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            position: None,
            message: message.into(),
            hint: None,
        }
    }

    /// The same mistake, placed. `None` leaves the place unknown.
    #[must_use]
    pub fn at(mut self, position: impl Into<Option<Position>>) -> Self {
        self.position = position.into();
        self
    }

    /// The same mistake with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Where the mistake is.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The mistake and its hint as a program prints them.
    #[must_use]
    pub fn report(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{self}\n  hint: {hint}"),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(Position { line, column }) => {
                write!(out, "{}:{line}:{column}: {}", self.file, self.message)
            }
            None => write!(out, "{}: {}", self.file, self.message),
        }
    }
}
