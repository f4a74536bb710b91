//! Pushes a plan: one session for each device, many at once.
//!
//! The scheduler bounds how many sessions are open; each runs by itself and shares nothing with the
//! others. An interrupt reaches all of them: sessions finish the line in flight and leave their devices
//! clean, and devices whose turn hasn't come stay untouched.

mod conversation;
mod course;
mod schedule;

pub use conversation::{Clock, Conversation};
pub use course::Course;
pub use schedule::{PushOptions, push};

use std::time::Duration;

use crate::plan::DevicePlan;
use crate::session::{Cause, PushFailure, Transcript};

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
    /// How many lines the device has accepted.
    pub accepted: usize,
    /// The number of the line of which it isn't known whether it is in.
    pub in_doubt: Option<usize>,
    /// What went wrong.
    pub cause: Option<Cause>,
    /// What the device said about lines that it accepted: the line's number, and the text.
    pub notes: Vec<(usize, String)>,
}

/// How the push of one device ended.
#[derive(Debug)]
pub struct DeviceResult {
    /// What was to be pushed.
    pub plan: DevicePlan,
    /// What the device has.
    pub state: EndState,
    /// How many lines it accepted, from the first.
    pub accepted: usize,
    /// The number of the line of which it isn't known whether it is in.
    pub in_doubt: Option<usize>,
    /// What went wrong.
    pub failure: Option<PushFailure>,
    /// What the device said about lines that it accepted.
    pub notes: Vec<(usize, String)>,
    /// Everything sent and received.
    pub transcript: Transcript,
    /// How long it took.
    pub took: Duration,
}

/// What happens while a plan is pushed.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A device's turn has come.
    Started(&'a DevicePlan),
    /// A device has accepted so many lines.
    Accepted(&'a DevicePlan, usize),
    /// A device is done.
    Done(&'a DeviceResult),
}

/// Somebody who watches a push. Called from many tasks; it must not block.
pub trait Watch: Send + Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);
}

/// Nobody watches.
impl Watch for () {
    fn event(&self, _: Event<'_>) {}
}

impl DeviceResult {
    fn new(plan: DevicePlan, outcome: Outcome, transcript: Transcript, took: Duration) -> Self {
        let device = plan.device();
        let failure = outcome.cause.map(|cause| PushFailure {
            device: device.name.clone(),
            host: device.host.clone(),
            cause,
        });
        Self {
            plan,
            state: outcome.state,
            accepted: outcome.accepted,
            in_doubt: outcome.in_doubt,
            failure,
            notes: outcome.notes,
            transcript,
            took,
        }
    }
}
