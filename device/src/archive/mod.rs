//! The archive of configurations: copies that are kept in files, commands that are logged, changes that must be
//! confirmed (ios-xe-behaviour §2.15).
//!
//! Known limit: paths on other hosts are refused, as nobody answers there.

pub(crate) mod log;
pub(crate) mod replacement;
pub(crate) mod revert;

use std::sync::Arc;
use std::time::Duration;

use crate::SimTime;
use crate::config::{Block, Statement};
use crate::pack::{Grammar, Platform};
use crate::state::State;
use crate::views::stamp;

use log::CommandLog;
use revert::Pending;

/// So many copies are kept when `maximum` doesn't say otherwise.
const COPIES: usize = 10;

/// So many commands are logged when `logging size` doesn't say otherwise.
const ENTRIES: usize = 100;

/// What the archive of a device holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Archive {
    /// The names of the copies, oldest first.
    pub(crate) copies: Vec<String>,
    /// The number of the next copy.
    pub(crate) number: u32,
    /// The commands that changed the configuration.
    pub(crate) log: CommandLog,
    /// A change that waits to be confirmed.
    pub(crate) pending: Option<Pending>,
    /// Whether commands are logged.
    pub(crate) logging: bool,
    /// When `time-period` makes the next copy.
    next_at: Option<SimTime>,
}

/// Why the configuration isn't archived.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// No path is configured.
    #[error(" Archive feature not enabled\n% Error caught by command handler")]
    Off,
    /// The path is on another host, and nobody answers there.
    #[error("%Error opening {0} (Timed out)")]
    Silent(String),
    /// The file can't be written.
    #[error("%Error opening {name} ({error})")]
    File {
        name: String,
        error: crate::files::FileError,
    },
}

impl Archive {
    /// When it wants to be woken.
    pub(crate) fn wake_at(&self) -> Option<SimTime> {
        let pending = self.pending.as_ref().map(Pending::wake_at);
        pending.into_iter().chain(self.next_at).min()
    }
}

/// What the configuration says of the archive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings<'c> {
    grammar: &'c Grammar,
    block: Option<&'c Block>,
}

impl<'c> Settings<'c> {
    /// Those of a configuration.
    pub(crate) fn of(platform: &'c Platform, config: &'c Block) -> Self {
        let grammar = platform.grammar();
        let archive = config.named(grammar, "archive").next();
        Self {
            grammar,
            block: archive.and_then(|statement| statement.block.as_ref()),
        }
    }

    fn line(&self, kind: &str) -> Option<&'c Statement> {
        self.block?
            .iter()
            .find(|statement| statement.kind(self.grammar) == kind)
    }

    /// A line of the `log config` block.
    fn of_log(&self, kind: &str) -> Option<&'c Statement> {
        let below = self.line("log config")?.block.as_ref()?;
        below
            .iter()
            .find(|statement| statement.kind(self.grammar) == kind)
    }

    /// Where copies go; none while the archive is off.
    pub(crate) fn path(&self, hostname: &str) -> Option<String> {
        let path = self
            .line("path")
            .filter(|line| !line.negated)?
            .value("path")?;
        Some(path.replace("$h", hostname).replace("$H", hostname))
    }

    /// How many copies are kept.
    pub(crate) fn maximum(&self) -> usize {
        let set = self
            .line("maximum")
            .and_then(|line| line.value("archives")?.parse().ok());
        set.unwrap_or(COPIES)
    }

    /// How often a copy is made by itself.
    fn period(&self) -> Option<Duration> {
        let minutes: u64 = self.line("time-period")?.value("minutes")?.parse().ok()?;
        Some(Duration::from_secs(minutes * 60))
    }

    /// Whether commands are logged.
    pub(crate) fn logs(&self) -> bool {
        self.of_log("logging enable")
            .is_some_and(|line| !line.negated)
    }

    /// How many commands are kept.
    fn log_size(&self) -> usize {
        let set = self
            .of_log("logging size")
            .and_then(|line| line.value("entries")?.parse().ok());
        set.unwrap_or(ENTRIES)
    }

    /// Whether secrets are logged as `*`: always, unless `no hidekeys` says otherwise.
    pub(crate) fn hides_keys(&self) -> bool {
        self.of_log("hidekeys").is_none_or(|line| !line.negated)
    }

    /// Whether each command is a message of the system's log too.
    fn notifies(&self) -> bool {
        self.of_log("notify syslog")
            .is_some_and(|line| !line.negated)
    }
}

impl Archive {
    /// What is left when the device boots: the copies, which lie in flash.
    pub(crate) fn after_boot(&self) -> Self {
        Self {
            copies: self.copies.clone(),
            number: self.number,
            ..Self::default()
        }
    }

    /// The name of the next copy; `when` stands for its time.
    pub(crate) fn name(&self, path: &str, when: &str) -> String {
        let number = self.number;
        if path.contains("$t") || path.contains("$T") {
            let name = path.replace("$t", when).replace("$T", when);
            return format!("{name}-{number}");
        }
        let joint = if path.ends_with(['/', ':']) { "" } else { "-" };
        format!("{path}{joint}{when}-{number}")
    }
}

impl State {
    /// What the configuration says of the archive.
    pub(crate) fn archiving(&self) -> Settings<'_> {
        Settings::of(&self.platform, &self.config)
    }

    /// Where copies go; none while the archive is off.
    pub(crate) fn archive_path(&self) -> Option<String> {
        self.archiving().path(self.hostname())
    }

    /// Keeps a copy of the running-config; its name.
    pub(crate) fn archive_now(&mut self, now: SimTime) -> Result<String, ArchiveError> {
        let path = self.archive_path().ok_or(ArchiveError::Off)?;
        let name = self.archive.name(&path, &self.archive_time(now));
        if name.contains("//") {
            return Err(ArchiveError::Silent(name));
        }
        let text = self.running_text();
        let written = self.put_file(&name, text, now);
        written.map_err(|error| ArchiveError::File {
            name: name.clone(),
            error,
        })?;
        let most = self.archiving().maximum();
        let archive = Arc::make_mut(&mut self.archive);
        archive.number += 1;
        archive.copies.push(name.clone());
        let surplus = archive.copies.len().saturating_sub(most);
        for old in archive.copies.drain(..surplus).collect::<Vec<_>>() {
            // Somebody may have deleted it.
            _ = self.remove_file(&old);
        }
        Ok(name)
    }

    /// `Feb-15-15-56-38.517`, with the zone if one is set.
    fn archive_time(&self, now: SimTime) -> String {
        let zone = self.zone();
        let time = stamp(now, &zone);
        let text = time.log.replace([' ', ':'], "-");
        if zone.is_utc() {
            text
        } else {
            format!("{text}-{}", time.zone)
        }
    }

    /// `write memory` keeps a copy too, if the archive says so.
    pub(crate) fn archive_on_save(&mut self, now: SimTime) {
        if self.archiving().line("write-memory").is_some()
            && let Err(error) = self.archive_now(now)
            && error != ArchiveError::Off
        {
            self.log(now, &format!("%ARCHIVE-3-BACKUP: {error}"));
        }
    }

    /// The configuration may have changed, and with it whether commands are logged and when the next copy is due.
    pub(crate) fn look_at_archive(&mut self, now: SimTime) {
        let settings = self.archiving();
        let (logging, period) = (settings.logs(), settings.period());
        let period = period.filter(|_| self.archive_path().is_some());
        let next_at = period.map(|period| {
            let latest = now.after(period);
            self.archive.next_at.map_or(latest, |at| at.min(latest))
        });
        if (logging, next_at) != (self.archive.logging, self.archive.next_at) {
            let archive = Arc::make_mut(&mut self.archive);
            (archive.logging, archive.next_at) = (logging, next_at);
        }
    }

    /// Time has passed.
    pub(crate) fn archive_tick(&mut self, now: SimTime) {
        self.revert_tick(now);
        if self.archive.next_at.is_some_and(|at| at <= now) {
            Arc::make_mut(&mut self.archive).next_at = None;
            // A copy that can't be written is tried again when the next is due.
            _ = self.archive_now(now);
            self.look_at_archive(now);
        }
    }
}
