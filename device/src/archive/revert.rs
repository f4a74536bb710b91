//! A change of the configuration that goes back by itself unless it is confirmed.
//!
//! Facts: ios-xe-behaviour §2.15 and Cisco's "Configuration Rollback Confirmed Change". One minute before it goes
//! back the terminal that it was made on is told; it goes back whether that session is still there or not.

use std::sync::Arc;
use std::time::Duration;

use crate::SimTime;
use crate::archive::replacement::Manner;
use crate::state::{Order, State};

/// The warning comes so long before.
const WARNING: Duration = Duration::from_secs(60);

/// What is said where nothing waits.
pub(crate) const NONE_PENDING: &str = "%No Rollback Confirmed Change pending\n";

/// Which time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// Since it was set.
    Absolute,
    /// Since the operator typed last.
    Idle,
}

/// Who works where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) user: String,
    pub(crate) vty: usize,
    pub(crate) privilege: u8,
}

/// A change that waits to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The configuration that it goes back to.
    pub(crate) file: String,
    pub(crate) timer: Timer,
    pub(crate) minutes: u64,
    /// When the timer was set, or set anew.
    pub(crate) set: SimTime,
    pub(crate) operator: Operator,
    /// When it goes back.
    due: SimTime,
    warned: bool,
}

impl Pending {
    fn new(file: String, timer: Timer, minutes: u64, operator: Operator, now: SimTime) -> Self {
        Self {
            file,
            timer,
            minutes,
            set: now,
            operator,
            due: now.after(Duration::from_secs(minutes * 60)),
            warned: false,
        }
    }

    /// When it wants to be woken.
    pub(crate) fn wake_at(&self) -> SimTime {
        let warning = self.due.since(SimTime::default()).saturating_sub(WARNING);
        if self.warned {
            self.due
        } else {
            SimTime::default().after(warning)
        }
    }
}

impl State {
    /// Schedules the way back to a copy of the configuration.
    pub(crate) fn revert_later(
        &mut self,
        file: String,
        timer: Timer,
        minutes: u64,
        operator: Operator,
        now: SimTime,
    ) {
        let plural = "minutes";
        let (user, privilege) = (&operator.user, operator.privilege);
        let (name, when) = match timer {
            Timer::Absolute => ("ABSTIMER", format!("in {minutes} {plural}")),
            Timer::Idle => ("IDLETIMER", format!("if idle for {minutes} {plural}")),
        };
        let text = format!(
            "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_START_{name}: User: {user}(Priv: {privilege}, View: 0): \
             Scheduled to rollback to config {file} {when}"
        );
        self.log(now, &text);
        let pending = Pending::new(file, timer, minutes, operator, now);
        Arc::make_mut(&mut self.archive).pending = Some(pending);
    }

    /// Keeps a copy to go back to, and says so.
    pub(crate) fn back_up(&mut self, now: SimTime) -> Result<String, super::ArchiveError> {
        let file = self.archive_now(now)?;
        self.log(
            now,
            &format!("%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_BACKUP: Backing up current running config to {file}"),
        );
        Ok(file)
    }

    /// Confirms the change that waits; false if none does.
    pub(crate) fn confirm_change(&mut self, user: &str, now: SimTime) -> bool {
        let pending = Arc::make_mut(&mut self.archive).pending.take();
        if pending.is_some() {
            self.log(
                now,
                &format!("%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_CONFIRM: User: {user}: Confirm the configuration change"),
            );
        }
        pending.is_some()
    }

    /// Gives the change that waits another timer; false if none does.
    pub(crate) fn revert_at_another_time(
        &mut self,
        timer: Timer,
        minutes: u64,
        operator: Operator,
        now: SimTime,
    ) -> bool {
        let Some(pending) = self.archive.pending.clone() else {
            return false;
        };
        self.revert_later(pending.file, timer, minutes, operator, now);
        true
    }

    /// Goes back now; what is printed, or none if nothing waits.
    pub(crate) fn revert(&mut self, now: SimTime) -> Option<String> {
        let pending = Arc::make_mut(&mut self.archive).pending.take()?;
        let file = pending.file;
        self.log(
            now,
            &format!("%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_ROLLBACK_START: Start rolling to: {file}"),
        );
        let heading = format!("Rollback Confirmed Change: rolling to:{file}\n\n");
        let text = match self.file_text(&file) {
            Ok(text) => text,
            Err(error) => return Some(format!("{heading}%Error opening {file} ({error})\n")),
        };
        let manner = Manner {
            list: true,
            ..Manner::default()
        };
        let printed = self.replace(&text, &manner, &pending.operator.user, now);
        Some(heading + &printed)
    }

    /// The operator on a vty line typed something.
    pub(crate) fn revert_is_touched(&mut self, vty: usize, now: SimTime) {
        let idle = |pending: &Pending| pending.timer == Timer::Idle && pending.operator.vty == vty;
        if self.archive.pending.as_ref().is_some_and(idle)
            && let Some(pending) = &mut Arc::make_mut(&mut self.archive).pending
        {
            pending.due = now.after(Duration::from_secs(pending.minutes * 60));
            pending.warned = false;
        }
    }

    /// Time has passed.
    pub(super) fn revert_tick(&mut self, now: SimTime) {
        let Some(pending) = self.archive.pending.clone() else {
            return;
        };
        if pending.due <= now {
            if let Some(text) = self.revert(now) {
                self.advise(&pending.operator, text);
            }
        } else if !pending.warned && pending.wake_at() <= now {
            self.warn_of_revert(&pending, now);
        }
    }

    fn warn_of_revert(&mut self, pending: &Pending, now: SimTime) {
        if let Some(pending) = &mut Arc::make_mut(&mut self.archive).pending {
            pending.warned = true;
        }
        let keep = "Enter \"configure confirm\" if you wish to keep what you've configured";
        let name = match pending.timer {
            Timer::Absolute => "ABSTIMER",
            Timer::Idle => "IDLETIMER",
        };
        let file = &pending.file;
        self.log(
            now,
            &format!(
                "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_WARNING_{name}: System will rollback to config {file} in one \
                 minute. {keep}"
            ),
        );
        let text =
            format!("Rollback Confirmed Change: Rollback will begin in one minute.\n{keep}\n");
        self.advise(&pending.operator, text);
    }

    fn advise(&mut self, operator: &Operator, text: String) {
        self.orders.push(Order::Advise {
            operator: operator.clone(),
            text,
        });
    }
}
