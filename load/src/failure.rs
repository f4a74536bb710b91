//! What can go wrong with one act of a load. A load goes on: it counts these.

use std::io;

use russh::Error;

/// Why an act failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection.
    #[error("no connection: {0}")]
    Connect(io::ErrorKind),
    /// The peer speaks no SSH, or none that we agree on, or hung up before the login.
    #[error("no agreement on SSH: {0}")]
    Handshake(String),
    /// The login was refused.
    #[error("the login was refused")]
    Login,
    /// No terminal or no shell.
    #[error("no terminal or no shell")]
    Shell,
    /// The privileged mode was refused.
    #[error("the second password was refused")]
    Enable,
    /// The peer hung up in a session.
    #[error("the session was closed")]
    Closed,
    /// It took longer than it may.
    #[error("no answer in time: {0}")]
    Slow(&'static str),
    /// A line was refused.
    #[error("refused: {0}")]
    Refused(String),
    /// What another client says of itself: a kind, and in words.
    #[error("{1}")]
    Other(&'static str, String),
}

impl Failure {
    /// What failures are counted by.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Connect(_) => "connect",
            Self::Handshake(_) => "handshake",
            Self::Login => "login",
            Self::Shell => "shell",
            Self::Enable => "enable",
            Self::Closed => "closed",
            Self::Slow(_) => "slow",
            Self::Refused(_) => "refused",
            Self::Other(kind, _) => kind,
        }
    }

    /// What an error means before there is a session.
    pub(crate) fn of_handshake(error: Error) -> Self {
        Self::Handshake(error.to_string())
    }
}

/// What an error means in a session: that it is gone.
impl From<Error> for Failure {
    fn from(_: Error) -> Self {
        Self::Closed
    }
}
