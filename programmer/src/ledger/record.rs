//! What the journal holds.

use std::fmt;

use super::Owner;

/// The name of a run: `run-0042`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(String);

impl RunId {
    pub(super) fn of(number: i64) -> Self {
        Self(format!("run-{number:04}"))
    }

    /// As a person writes it: `run-0042`, `0042` or `42`.
    #[must_use]
    pub fn written(text: &str) -> Self {
        let digits = text.strip_prefix("run-").unwrap_or(text);
        digits
            .parse()
            .map_or_else(|_| Self(text.to_string()), Self::of)
    }

    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// How far a device is, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Its turn hasn't come; no line was sent.
    Planned,
    /// Lines may have been sent.
    Configuring,
    /// All lines are in; the configuration is being saved.
    Saving,
    /// What is in is being taken back.
    RollingBack,
    /// No line is in.
    NotStarted,
    /// All lines are in.
    Applied,
    /// What was in has been taken back.
    RolledBack,
    /// Some lines are in, and it is known which.
    Partial,
    /// What the device has isn't known.
    Unknown,
}

impl Phase {
    const ALL: [Self; 9] = [
        Self::Planned,
        Self::Configuring,
        Self::Saving,
        Self::RollingBack,
        Self::NotStarted,
        Self::Applied,
        Self::RolledBack,
        Self::Partial,
        Self::Unknown,
    ];

    /// Its name in the journal and in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "PLANNED",
            Self::Configuring => "CONFIGURING",
            Self::Saving => "SAVING",
            Self::RollingBack => "ROLLING_BACK",
            Self::NotStarted => "NOT_STARTED",
            Self::Applied => "APPLIED",
            Self::RolledBack => "ROLLED_BACK",
            Self::Partial => "PARTIAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The phase of that name. A name from elsewhere says nothing of the device.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|phase| phase.name() == name)
            .unwrap_or(Self::Unknown)
    }

    /// Whether the push of the device has not come to its end.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Planned | Self::Configuring | Self::Saving | Self::RollingBack
        )
    }

    /// Whether the device may have lines of the run.
    #[must_use]
    pub fn may_be_in(self) -> bool {
        !matches!(self, Self::Planned | Self::NotStarted | Self::RolledBack)
    }
}

/// A run that begins.
#[derive(Debug, Clone, Default)]
pub struct NewRun {
    /// `push` or `undo`.
    pub verb: String,
    /// The run that this one takes back.
    pub parent: Option<RunId>,
    /// How the run was started, as JSON: what `resume` needs to reach the devices again. No secrets.
    pub settings: String,
    /// Its devices, in order.
    pub devices: Vec<NewDevice>,
}

/// A device of a run that begins.
#[derive(Debug, Clone, Default)]
pub struct NewDevice {
    /// Its name.
    pub name: String,
    /// Its address and port.
    pub endpoint: String,
    /// Its platform.
    pub pack: String,
    /// Its role.
    pub role: String,
    /// How many lines are wanted.
    pub lines: i64,
    /// The wanted lines, sealed.
    pub sealed: String,
}

/// What is about to be done to a device.
#[derive(Debug, Clone, Default)]
pub struct Intent {
    /// How many lines are sent.
    pub lines: i64,
    /// The lines, their inverse, and the configuration as it was: sealed.
    pub sealed: String,
    /// The fingerprint of the configuration as it was.
    pub before: String,
    /// The hostname that the device showed.
    pub hostname: String,
}

/// How a device ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The end.
    pub phase: Phase,
    /// Whether the configuration was saved.
    pub saved: bool,
    /// What went wrong, in one sentence without secrets; empty if nothing did.
    pub error: String,
    /// More for `show`, as JSON without secrets: the lines that are in.
    pub detail: String,
    /// The fingerprint of the configuration as it is.
    pub after: String,
    /// What the event says.
    pub note: String,
    /// Everything sent and received, masked.
    pub transcript: String,
    /// Whether the device stays locked.
    pub keep_lock: bool,
}

/// A run in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// Its name.
    pub id: RunId,
    /// `push` or `undo`.
    pub verb: String,
    /// The run that it takes back.
    pub parent: Option<RunId>,
    /// How it was started, as JSON.
    pub settings: String,
    /// The process that runs it, or ran it last.
    pub owner: Owner,
    /// When it began, in milliseconds since 1970.
    pub began_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Its exit status, once it has ended.
    pub exit: Option<i64>,
}

/// A device of a run in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// Its name.
    pub name: String,
    /// Its address and port.
    pub endpoint: String,
    /// Its platform.
    pub pack: String,
    /// Its role.
    pub role: String,
    /// How far it is, or how it ended.
    pub phase: Phase,
    /// Whether the configuration was saved.
    pub saved: bool,
    /// How many lines are wanted.
    pub wanted: i64,
    /// How many lines were about to be sent.
    pub lines: i64,
    /// The wanted lines, sealed.
    pub sealed_wanted: String,
    /// The lines, their inverse and the configuration as it was, sealed; empty before the intent.
    pub sealed: String,
    /// The fingerprint of the configuration as it was.
    pub before: String,
    /// The fingerprint of the configuration as it was left.
    pub after: String,
    /// The hostname that the device showed.
    pub hostname: String,
    /// What went wrong.
    pub error: String,
    /// More, as JSON.
    pub detail: String,
    /// When this was written, in milliseconds since 1970.
    pub updated_ms: i64,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// The device; empty for the run itself.
    pub device: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// What.
    pub what: String,
    /// More of it.
    pub note: String,
}

/// Who has a device's lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The device's address and port.
    pub endpoint: String,
    /// The device's name in that run.
    pub device: String,
    /// The run.
    pub run: RunId,
    /// The process.
    pub owner: Owner,
    /// Until when it promised to be done or to renew, in milliseconds since 1970.
    pub lease_ms: i64,
    /// Counts who had it.
    pub fence: i64,
    /// Nobody pushes to it any more, and it stays locked because nobody knows what it has.
    pub kept: bool,
}

impl Holder {
    /// Whether nobody can be sending lines to the device any more, as seen from `here` at `now_ms`. The promise of
    /// another machine is taken for broken one more lease later: clocks differ.
    #[must_use]
    pub fn is_gone(&self, here: &Owner, now_ms: i64) -> bool {
        let grace = i64::try_from(super::LEASE.as_millis()).unwrap_or(i64::MAX);
        let broken = self.owner.host != here.host && now_ms > self.lease_ms.saturating_add(grace);
        self.kept || broken || self.owner.is_gone(here)
    }
}
