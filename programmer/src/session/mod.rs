//! A conversation with one device, as a state machine: bytes and time in, bytes and replies out.
//!
//! A session opens by itself: it waits for a prompt, logs in where the device asks for it, sends `enable` and
//! the terminal settings. Then it is [`Reply::Ready`], and takes one [`Request`] at a time: run a command,
//! configure lines, save, leave. Each line is sent whole; its echo must come back literally, then the prompt
//! of the mode that the line leads to, and what stands between must not refuse it. After a failure the device
//! is brought back to its EXEC prompt with nothing pending, before the reply is given; [`Session::is_ready`]
//! says whether that worked, so that a rollback can go on in the same session.
//!
//! Nothing here knows a socket or a clock, so a test is a list of bytes.

mod answer;
mod asking;
mod cleanup;
mod configuring;
mod echo;
mod engine;
mod exchange;
mod failure;
#[cfg(test)]
mod fuzz;
mod listen;
mod opening;
mod prompt;
#[cfg(test)]
mod replay;
mod running;
mod screen;
mod sending;
#[cfg(test)]
mod texts;
mod transcript;

use std::sync::Arc;
use std::time::Duration;

pub use engine::Session;
pub use failure::{Cause, PushFailure, Sent};
pub use transcript::{Step, Transcript};

use crate::inventory::Credentials;
use crate::packs::Expect;
use crate::plan::{DevicePlan, PlanLine};
use crate::secret::Mask;

/// How a device is talked to, and by whom.
#[derive(Debug, Clone)]
pub struct Access {
    /// What the platform says and wants to hear.
    pub expect: Arc<Expect>,
    /// How to log in.
    pub credentials: Credentials,
    /// The secrets that must not be shown.
    pub mask: Arc<Mask>,
}

impl Access {
    /// The access to the device of a plan.
    #[must_use]
    pub fn of(plan: &DevicePlan) -> Self {
        Self {
            expect: Arc::clone(plan.expect()),
            credentials: plan.device().credentials.clone(),
            mask: Arc::new(Mask::clone(plan.mask()).at(&plan.expect().secrets)),
        }
    }
}

/// What a session is asked for. One at a time: the next one after the reply.
#[derive(Debug, Clone)]
pub enum Request {
    /// Runs a command at the EXEC prompt. Replies: [`Reply::Output`], [`Reply::Failed`].
    Exec {
        /// The command.
        command: String,
        /// How long it may take.
        within: Duration,
        /// The line that the output ends with, if that is known: a prompt behind it is the prompt, and needs no
        /// moment of silence after it.
        ends: Option<String>,
    },
    /// Enters configuration mode, sends the lines, and leaves it. Reply: [`Reply::Configured`].
    Configure {
        /// What enters configuration mode, where it isn't the platform's usual command.
        enter: Option<String>,
        /// The lines.
        lines: Arc<[PlanLine]>,
        /// How many of them are on their way at once.
        sending: Sending,
        /// What follows a refused line.
        on_refused: OnRefused,
    },
    /// Saves the configuration. Replies: [`Reply::Saved`], [`Reply::Failed`].
    Save,
    /// Logs out. Reply: [`Reply::Left`].
    Leave,
}

/// How lines are sent. Each is verified the same: its echo, its prompt, its mode, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sending {
    /// A line is sent when the one before has its prompt.
    #[default]
    Lockstep,
    /// So many lines are on their way at once, so that the way there and back isn't paid once a line.
    Pipelined {
        /// How many; at least one.
        window: usize,
    },
    /// All lines at once.
    Buffer,
}

/// What follows a refused line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnRefused {
    /// Nothing more is sent.
    #[default]
    Stop,
    /// The lines below it (deeper than it) are skipped, and the rest is sent.
    Continue,
}

/// What came of a request.
#[derive(Debug)]
pub enum Reply {
    /// The session is open: logged in, privileged, set up.
    Ready,
    /// A command's output, line by line, with whatever secrets it holds.
    Output {
        /// The lines between echo and prompt.
        lines: Vec<String>,
    },
    /// What became of the lines.
    Configured(Configured),
    /// The configuration is saved.
    Saved,
    /// The session is over, as it was asked for.
    Left,
    /// The request failed; [`Session::is_ready`] says whether there may be another.
    Failed(Cause),
}

/// What became of lines of configuration.
#[derive(Debug, Default)]
pub struct Configured {
    /// Each line's fate.
    pub lines: Vec<LineFate>,
    /// What ended it before the last line; also when all lines are in but configuration mode isn't left.
    pub cause: Option<Cause>,
    /// Lines that were refused and passed over: the line's number from 1, and why.
    pub refused: Vec<(usize, Cause)>,
    /// What the device said about lines that it accepted: the line's number from 1, and the text.
    pub notes: Vec<(usize, String)>,
}

impl Configured {
    /// How many lines the device has accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        let accepted = |fate: &&LineFate| **fate == LineFate::Accepted;
        self.lines.iter().filter(accepted).count()
    }

    /// The number of the first line of which it isn't known whether it is in.
    #[must_use]
    pub fn in_doubt(&self) -> Option<usize> {
        let place = self
            .lines
            .iter()
            .position(|fate| *fate == LineFate::InFlight);
        place.map(|index| index + 1)
    }

    /// Whether every line was accepted and configuration mode was left.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.cause.is_none() && self.accepted() == self.lines.len()
    }
}

/// What became of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFate {
    /// It was not sent.
    NotSent,
    /// It was sent, and what came back doesn't tell whether it is in.
    InFlight,
    /// The device took it, in the mode where it belongs.
    Accepted,
    /// The device refused it: it is not in.
    Refused,
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
    /// The connection broke: a reset, not an end.
    Reset(&'a str),
    /// The user wants it to stop.
    Interrupt,
}

/// What the session wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// These bytes go to the device.
    Send {
        /// The bytes.
        bytes: Vec<u8>,
        /// Whether nothing of them may be shown; else [`Session::shown`] shows them.
        is_secret: bool,
    },
    /// Call again at this time, with [`Input::Tick`], if nothing happens before.
    WakeAt(Duration),
    /// The session is over; the connection can be closed.
    Close,
}
