//! Tells how a push ended: for people, and for programs.

pub mod field;
mod json;
mod junit;
mod pal_transcript;
mod palerror;
mod text;
mod xml;

pub use json::json;
pub use junit::junit;
pub use palerror::{PalRun, pal_error, palerror};
pub use text::{device_line, next_steps, text};

use crate::push::DeviceResult;
use crate::push::EndState;
use crate::session::Cause;

/// What the program's exit status says of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// Every device has all of it.
    AllApplied = 0,
    /// A device failed, and it is known to have nothing of it, or all of it unsaved.
    SomeFailed = 1,
    /// Documents, topology or packs are wrong; nothing was sent.
    BadInput = 2,
    /// A device has part of it, or it isn't known what it has.
    SomeUnclear = 3,
    /// Devices couldn't be reached; the others have all of it.
    Unreachable = 4,
    /// The user stopped it; every device is known to have all of it or nothing.
    Interrupted = 130,
}

/// The exit status of these results.
#[must_use]
pub fn exit_status(results: &[DeviceResult]) -> ExitStatus {
    let unclear =
        |result: &DeviceResult| matches!(result.state, EndState::Partial | EndState::Unknown);
    let causes: Vec<&Cause> = results
        .iter()
        .filter_map(|result| Some(&result.failure.as_ref()?.cause))
        .collect();
    match causes.as_slice() {
        _ if results.iter().any(unclear) => ExitStatus::SomeUnclear,
        [] => ExitStatus::AllApplied,
        causes
            if causes
                .iter()
                .any(|cause| matches!(cause, Cause::Interrupted)) =>
        {
            ExitStatus::Interrupted
        }
        causes if causes.iter().all(|cause| cause.is_unreachable()) => ExitStatus::Unreachable,
        _ => ExitStatus::SomeFailed,
    }
}
