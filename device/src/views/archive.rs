//! The archive, as its show templates see it.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use super::{Snapshot, stamp};
use crate::archive::Settings;
use crate::archive::log::Entry;
use crate::archive::revert::{Pending, Timer};

/// What the archive shows.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ArchiveView {
    /// Whether it has a path.
    enabled: bool,
    /// How many copies it keeps.
    maximum: usize,
    /// The names of its copies, oldest first.
    copies: Vec<String>,
    /// The name of the next, with `<timestamp>` in it.
    next: String,
    /// Whether commands are logged.
    logging: bool,
    /// In how many sessions of configuration.
    sessions: u32,
    /// The commands.
    log: Arc<VecDeque<Entry>>,
    /// A change that waits to be confirmed.
    pending: Option<PendingView>,
}

/// A change that waits to be confirmed.
#[derive(Debug, Clone, Serialize)]
struct PendingView {
    /// When its timer was set.
    set: String,
    /// `absolute` or `idle`.
    timer: &'static str,
    minutes: u64,
    user: String,
}

/// The archive of a device.
pub(super) fn view(snapshot: &Snapshot) -> ArchiveView {
    let settings = Settings::of(&snapshot.platform, &snapshot.config);
    let path = settings.path(&snapshot.hostname);
    let archive = &snapshot.archive;
    let zone = snapshot.zone();
    let pending = |pending: &Pending| PendingView {
        set: stamp(pending.set, &zone).short,
        timer: match pending.timer {
            Timer::Absolute => "absolute",
            Timer::Idle => "idle",
        },
        minutes: pending.minutes,
        user: pending.operator.user.clone(),
    };
    let next = path.as_ref().map(|path| archive.name(path, "<timestamp>"));
    ArchiveView {
        enabled: path.is_some(),
        maximum: settings.maximum(),
        copies: archive.copies.clone(),
        next: next.unwrap_or_default(),
        logging: settings.logs(),
        sessions: archive.log.sessions,
        log: archive.log.entries.clone(),
        pending: archive.pending.as_ref().map(pending),
    }
}
