//! What ends a push besides a session's failures.

use crate::config::ConfigError;
use crate::ledger::{Holder, LedgerError};

/// So many lines are named in one sentence.
const NAMED_MAX: usize = 3;

/// What goes wrong around the session: locks, plans, the journal, and what the read-back shows.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Another run has the device.
    #[error("is locked by {}, {}{}", .0.run, .0.owner, if .0.kept { " (ended, and left what it has unknown)" } else { "" })]
    Locked(Box<Holder>),
    /// The configuration isn't the one that the plan was made from.
    #[error("has changed since the plan was made ({planned}, now {found}): {}", named(.changes))]
    Stale {
        /// The fingerprint in the plan, shortened.
        planned: String,
        /// The fingerprint of what was read, shortened.
        found: String,
        /// The lines that have changed it.
        changes: Vec<String>,
    },
    /// It may be another device.
    #[error("shows the hostname `{found}`, the inventory has `{expected}`")]
    OtherHostname {
        /// What the inventory has.
        expected: String,
        /// What the prompt shows.
        found: String,
    },
    /// Another device answers than in the session before.
    #[error(
        "shows the hostname `{found}`, and had `{before}` in the session before: another device may answer there"
    )]
    OtherDevice {
        /// What the prompt showed.
        before: String,
        /// What it shows now.
        found: String,
    },
    /// The device took the lines and doesn't have them.
    #[error("took the lines, but doesn't have {}", named(.0))]
    NotApplied(Vec<String>),
    /// The revert timer needs an archive.
    #[error("has no archive, so it can't take back a change by itself")]
    NoArchive,
    /// No checkpoint was made, so no line was sent.
    #[error("made no checkpoint: {0}")]
    NoCheckpoint(String),
    /// What came isn't a configuration.
    #[error("couldn't be read: {0}")]
    Unreadable(#[from] ConfigError),
    /// The change cut the way to the device, which takes it back.
    #[error("couldn't be reached anew within {minutes} min to confirm the change")]
    NotConfirmed {
        /// The revert timer.
        minutes: u8,
    },
    /// The journal doesn't take what must be written.
    #[error("was left alone: {0}")]
    Journal(#[from] LedgerError),
    /// It went together with one that failed.
    #[error("was taken back: {0} failed, and they go together")]
    TakenBack(String),
    /// Its turn never came.
    #[error("was not begun: {0}")]
    NotBegun(String),
}

impl Trouble {
    /// One word for programs that read a report.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Locked(_) => "locked",
            Self::Stale { .. } => "stale",
            Self::OtherHostname { .. } => "other_hostname",
            Self::OtherDevice { .. } => "other_device",
            Self::NotApplied(_) => "not_applied",
            Self::NoArchive => "no_archive",
            Self::NoCheckpoint(_) => "no_checkpoint",
            Self::Unreadable(_) => "unreadable",
            Self::NotConfirmed { .. } => "not_confirmed",
            Self::Journal(_) => "journal",
            Self::TakenBack(_) => "taken_back",
            Self::NotBegun(_) => "not_begun",
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Locked(holder) => {
                let run = &holder.run;
                return format!(
                    "wait for it, or if its process is gone: `programmer resume {run}` finishes it, `programmer undo {run}` takes it back"
                );
            }
            Self::Stale { .. } => "make the plan anew: `programmer plan`",
            Self::OtherHostname { .. } => {
                "is it the right device? Correct the inventory (`prompt: NAME`), or push with --other-hostname warn"
            }
            Self::OtherDevice { .. } => {
                "look who has the address; when the right device answers, `programmer resume RUN` goes on"
            }
            Self::NotApplied(_) => {
                "the transcript shows what the device said; ask it for its log: a process may have died"
            }
            Self::NoArchive => "push without --confirm, or configure `archive` with a `path` first",
            Self::NoCheckpoint(_) => {
                "make room on the device's flash, or push without `--on-error rollback`"
            }
            Self::Unreadable(_) => "see the transcript for what came",
            Self::NotConfirmed { .. } => {
                "the change cuts the way to the device: correct it before you push again"
            }
            Self::Journal(error) => error.hint(),
            Self::TakenBack(_) => "correct the one that failed, and push again",
            Self::NotBegun(_) => "`programmer resume RUN` begins it, when the others are in order",
        }
        .to_string()
    }
}

fn named(lines: &[String]) -> String {
    let more = lines.len().saturating_sub(NAMED_MAX);
    let some: Vec<String> = lines
        .iter()
        .take(NAMED_MAX)
        .map(|line| format!("`{}`", line.trim()))
        .collect();
    match more {
        0 => some.join(", "),
        more => format!("{} and {more} more", some.join(", ")),
    }
}

#[cfg(test)]
impl Trouble {
    /// One of each kind; a new one doesn't compile before it is added here.
    pub(crate) fn one_of_each() -> Vec<Self> {
        use crate::ledger::{Owner, RunId};
        let holder = Holder {
            endpoint: "10.0.0.1:22".into(),
            device: "sw-1".into(),
            run: RunId::written("7"),
            owner: Owner::this_process(),
            lease_ms: 0,
            fence: 1,
            kept: false,
        };
        let text = String::new;
        let all = vec![
            Self::Locked(Box::new(holder)),
            Self::Stale {
                planned: text(),
                found: text(),
                changes: vec![text()],
            },
            Self::OtherHostname {
                expected: text(),
                found: text(),
            },
            Self::OtherDevice {
                before: text(),
                found: text(),
            },
            Self::NotApplied(vec!["vlan 20".into()]),
            Self::NoArchive,
            Self::NoCheckpoint(text()),
            Self::Unreadable(ConfigError::TooLong { bytes: 1 }),
            Self::NotConfirmed { minutes: 5 },
            Self::Journal(LedgerError::Write(text())),
            Self::TakenBack("sw-2".into()),
            Self::NotBegun("the canary failed".into()),
        ];
        let is_listed = |trouble: &Self| match trouble {
            Self::Locked(_) | Self::Stale { .. } | Self::OtherHostname { .. } => true,
            Self::OtherDevice { .. } => true,
            Self::NotApplied(_) | Self::NoArchive | Self::NoCheckpoint(_) => true,
            Self::Unreadable(_) | Self::NotConfirmed { .. } | Self::Journal(_) => true,
            Self::TakenBack(_) | Self::NotBegun(_) => true,
        };
        assert!(all.iter().all(is_listed));
        all
    }
}
