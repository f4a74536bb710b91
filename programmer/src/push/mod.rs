//! Pushes a plan: one session for each device, many at once.
//!
//! [`deploy()`] is the push of one device, [`schedule`] decides whose turn it is. An interrupt reaches all of them:
//! sessions finish the line in flight and say what is where, and devices whose turn hasn't come stay untouched.

mod backoff;
mod conversation;
#[cfg(test)]
mod course;
mod deploy;
mod fence;
mod kept;
mod look;
mod schedule;
mod settings;
mod trouble;
mod waves;

pub use conversation::{Clock, Conversation};
#[cfg(test)]
pub(crate) use course::Course;
pub use deploy::{Journal, Purpose, Task, Tools, deploy, wanted};
pub use fence::Lease;
pub use kept::{Kept, Wanted};
pub use look::{Seen, look};
pub use schedule::{Canary, Pace, Together, push};
pub use settings::{OnError, OtherHostname, SendingKind, Settings};
pub use trouble::Trouble;
pub use waves::{Order, Waves};

use std::sync::Arc;
use std::time::Duration;

use crate::ledger::Phase;
use crate::plan::{DevicePlan, PlanLine};
use crate::session::{Cause, PushFailure, Transcript};

/// What a push may end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndState {
    /// No line of it is in, and none was.
    NotStarted,
    /// Every line is in.
    Applied {
        /// Whether the configuration was saved.
        saved: bool,
    },
    /// What was in is out again: everything is as it was.
    RolledBack,
    /// Some lines are in, and it is known which.
    Partial,
    /// What the device has isn't known, because it can't be read.
    Unknown,
}

impl EndState {
    /// The name that reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.phase().name()
    }

    /// What a device has that the journal left in this phase: where lines were on their way, nobody knows.
    #[must_use]
    pub fn of(phase: Phase, saved: bool) -> Self {
        match phase {
            Phase::Planned | Phase::NotStarted => Self::NotStarted,
            Phase::Applied => Self::Applied { saved },
            Phase::RolledBack => Self::RolledBack,
            Phase::Partial => Self::Partial,
            Phase::Configuring | Phase::Saving | Phase::RollingBack | Phase::Unknown => {
                Self::Unknown
            }
        }
    }

    /// The name that the journal uses.
    #[must_use]
    pub fn phase(self) -> Phase {
        match self {
            Self::NotStarted => Phase::NotStarted,
            Self::Applied { .. } => Phase::Applied,
            Self::RolledBack => Phase::RolledBack,
            Self::Partial => Phase::Partial,
            Self::Unknown => Phase::Unknown,
        }
    }
}

/// How the push of one device ended.
#[derive(Debug)]
pub struct DeviceResult {
    /// What was to be pushed.
    pub plan: DevicePlan,
    /// Why.
    pub purpose: Purpose,
    /// The lines that were missing, and so were to be sent; a failure counts them from 1.
    pub sent: Arc<[PlanLine]>,
    /// The lines that take them back.
    pub inverse: Arc<[PlanLine]>,
    /// What the device has.
    pub state: EndState,
    /// How many lines it accepted.
    pub accepted: usize,
    /// The number of the line of which it isn't known whether it is in.
    pub in_doubt: Option<usize>,
    /// Lines that are in, where not all of them are, as they may be shown.
    pub is_in: Vec<String>,
    /// What went wrong.
    pub failure: Option<PushFailure>,
    /// What the device said about lines that it accepted.
    pub notes: Vec<(usize, String)>,
    /// What a person should know besides.
    pub warnings: Vec<String>,
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
    /// A device has accepted so many lines of so many.
    Accepted(&'a DevicePlan, usize, usize),
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
    /// The result of a device that nothing was sent to.
    #[must_use]
    pub fn untouched(plan: DevicePlan, cause: impl Into<Option<Cause>>) -> Self {
        let failure = cause
            .into()
            .map(|cause| PushFailure::of(plan.device(), cause));
        Self {
            plan,
            purpose: Purpose::default(),
            sent: Arc::default(),
            inverse: Arc::default(),
            state: EndState::NotStarted,
            accepted: 0,
            in_doubt: None,
            is_in: Vec::new(),
            failure,
            notes: Vec::new(),
            warnings: Vec::new(),
            transcript: Transcript::default(),
            took: Duration::ZERO,
        }
    }
}
