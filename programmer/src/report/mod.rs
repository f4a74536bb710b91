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
pub use text::{device_line, text};

use crate::push::DeviceResult;
use crate::push::EndState;

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
}

/// The exit status of these results: the worst of them.
#[must_use]
pub fn exit_status(results: &[DeviceResult]) -> ExitStatus {
    let of = |result: &DeviceResult| match result.state {
        EndState::Partial | EndState::Unknown => ExitStatus::SomeUnclear,
        _ if result.failure.is_some() => ExitStatus::SomeFailed,
        _ => ExitStatus::AllApplied,
    };
    results
        .iter()
        .map(of)
        .max()
        .unwrap_or(ExitStatus::AllApplied)
}
