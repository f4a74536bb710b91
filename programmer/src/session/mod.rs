//! One push to one device, as a state machine: bytes and time in, bytes and a verdict out.
//!
//! The dialogue: wait for a prompt, `enable`, terminal settings, `configure terminal`, the plan's lines,
//! `end`, `write memory`, `exit`. Each line is sent whole; its echo must come back literally, then the
//! prompt of the mode that the line leads to, and what stands between must not refuse it. The first
//! failure ends the push, and the device is left clean: nothing pending, out of configuration mode.
//!
//! Nothing here knows a socket or a clock, so a test is a list of bytes.

mod cleanup;
mod dialogue;
mod engine;
mod exchange;
mod failure;
mod listen;
mod prompt;
#[cfg(test)]
mod replay;
mod screen;
mod transcript;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

pub use engine::Session;
pub use failure::{Cause, PushFailure, Sent};
pub use transcript::{Step, Transcript};

use crate::packs::Expect;
use crate::plan::{DevicePlan, PlanLine};
use crate::secret::Mask;
use crate::topology::Credentials;

/// What a session is to do.
#[derive(Debug, Clone)]
pub struct Job {
    /// How the platform is talked to.
    pub expect: Arc<Expect>,
    /// How to log in.
    pub credentials: Credentials,
    /// The lines.
    pub lines: Arc<[PlanLine]>,
    /// The secrets that must not be shown.
    pub mask: Arc<Mask>,
    /// Whether the configuration is saved at the end.
    pub save: bool,
}

impl Job {
    /// The job that a plan makes of a device.
    #[must_use]
    pub fn of(plan: &DevicePlan, save: bool) -> Self {
        Self {
            expect: Arc::clone(plan.expect()),
            credentials: plan.device().credentials.clone(),
            lines: Arc::clone(plan.lines()),
            mask: Arc::clone(plan.mask()),
            save,
        }
    }
}

/// What happens to a session.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The device wrote.
    Bytes(&'a [u8]),
    /// Time has passed.
    Tick,
    /// The device, or the way to it, ended the session.
    Closed(&'a str),
    /// The user wants the push to stop.
    Interrupt,
}

/// What the session wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// These bytes go to the device. `shown` is what may be said of them.
    Send {
        /// The bytes.
        bytes: Vec<u8>,
        /// The same, without secrets.
        shown: String,
    },
    /// Call again at this time, with [`Input::Tick`], if nothing happens before.
    WakeAt(Duration),
    /// The session is over; [`Session::finish`] says how it went.
    Close,
}

/// What a push may end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndState {
    /// No line of configuration was sent.
    NotStarted,
    /// The device refused the first line: nothing is in.
    Refused,
    /// Every line is in.
    Applied {
        /// Whether the configuration was saved.
        saved: bool,
    },
    /// Some lines are in, or one may be, and it is known which.
    Partial,
    /// What the device has isn't known.
    Unknown,
}

impl EndState {
    /// The name that reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "NOT_STARTED",
            Self::Refused => "REFUSED",
            Self::Applied { .. } => "APPLIED",
            Self::Partial => "PARTIAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// How a session ended.
#[derive(Debug)]
pub struct Outcome {
    /// What the device has.
    pub state: EndState,
    /// How many lines the device has accepted, from the first.
    pub accepted: usize,
    /// The number of the line of which it isn't known whether it is in.
    pub in_doubt: Option<usize>,
    /// What went wrong.
    pub cause: Option<Cause>,
    /// What the device said about lines that it accepted: the line's number, and the text.
    pub notes: Vec<(usize, String)>,
}
