//! What a chain asks of whoever drives the device.

use std::sync::Arc;
use std::time::Duration;

use device::{Door, Effect, SessionId};

use super::kind::End;
use super::rule::Rule;

/// What is to be done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// What the device wants, or would want.
    Effect(Effect),
    /// Bytes that go out in a packet of their own.
    Apart(SessionId, Vec<u8>),
    /// A session's connection ends in this way; the reason is for [`End::Disconnect`].
    End(SessionId, End, String),
}

/// The answer to somebody who connects.
#[derive(Debug)]
pub(crate) struct Admission {
    pub(crate) door: Door,
    /// Nothing is ever said.
    pub(crate) silent: bool,
    /// What goes wrong on the way to the login, if anything does.
    pub(crate) oddities: Option<Box<Oddities>>,
}

/// What goes wrong on the way to the login.
#[derive(Debug, Default)]
pub(crate) struct Oddities {
    /// How long the server waits before it says anything.
    pub(crate) wait: Duration,
    /// Lines that it says first.
    pub(crate) preface: Vec<String>,
    /// Which host key it has: zero is the device's own.
    pub(crate) host_key: u32,
    /// The rule that says what it offers.
    pub(crate) offer: Option<Arc<Rule>>,
    /// Passwords are taken in a dialogue only.
    pub(crate) keyboard_only: bool,
    /// Keys are exchanged anew after so many bytes.
    pub(crate) rekey_bytes: Option<usize>,
}

impl From<Door> for Admission {
    fn from(door: Door) -> Self {
        Self {
            door,
            silent: false,
            oddities: None,
        }
    }
}
