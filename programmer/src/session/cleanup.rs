//! Leaves a device clean after a failure, and at the end: nothing pending, out of configuration mode.
//!
//! `end` is sent only at a configuration prompt (at an EXEC prompt it would be looked up as a host), and
//! `exit` only at an EXEC prompt. Where no prompt is known, the interrupt key comes first. No question is
//! answered, except that an empty line ends a password dialogue that ignores the interrupt key.

use std::sync::Arc;
use std::time::Duration;

use super::Reply;
use super::engine::{Deadline, Phase, Session};
use super::exchange::Exchange;
use super::failure::Cause;
use super::prompt::Prompt;
use super::screen::Screen;

/// After so many tries the session is closed as it is.
const TRIES_MAX: u8 = 6;

/// How far the cleaning is.
#[derive(Debug)]
pub(super) struct Cleanup {
    goal: Goal,
    tries: u8,
    left: bool,
}

/// Where a cleaning ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// At the EXEC prompt, ready for the next request.
    Prompt,
    /// Logged out.
    Gone,
}

impl Cleanup {
    fn new(goal: Goal) -> Self {
        Self {
            goal,
            tries: 0,
            left: false,
        }
    }

    /// Whether the end of the session is what is wanted.
    pub(super) fn leaves(&self) -> bool {
        self.goal == Goal::Gone
    }
}

impl Session {
    /// The request failed. It is answered when the device is clean again.
    pub(super) fn fail(&mut self, cause: Cause, now: Duration) {
        self.conclude(cause);
        self.clean_up(now);
    }

    /// As [`Self::fail`], while the device is about to show a prompt: it is cleaned up from there.
    pub(super) fn fail_before_prompt(&mut self, cause: Cause, now: Duration) {
        let goal = self.goal();
        self.conclude(cause);
        self.flight.clear();
        let timeouts = self.access.expect.timeouts;
        self.deadline = Some(Deadline::after(timeouts.cleanup, now));
        self.settles = Some(now + timeouts.settle);
        self.phase = Phase::Cleanup(Cleanup::new(goal));
    }

    /// What will be said of the failure.
    pub(super) fn conclude(&mut self, cause: Cause) {
        if self.configuring.is_some() {
            self.stop_lines(cause);
        } else if self.owed.is_none() {
            self.owed = Some(Reply::Failed(cause));
        }
    }

    /// A session that isn't open yet is left; another goes on from its EXEC prompt.
    fn goal(&self) -> Goal {
        match self.phase {
            Phase::Login | Phase::Unconfigure | Phase::Enable { .. } | Phase::Setup(_) => {
                Goal::Gone
            }
            _ => Goal::Prompt,
        }
    }

    pub(super) fn clean_up(&mut self, now: Duration) {
        let goal = self.goal();
        self.start_cleanup(goal, now);
    }

    pub(super) fn log_out(&mut self, now: Duration) {
        self.start_cleanup(Goal::Gone, now);
    }

    fn start_cleanup(&mut self, goal: Goal, now: Duration) {
        self.flight.clear();
        self.settles = None;
        self.deadline = Some(Deadline::after(self.access.expect.timeouts.cleanup, now));
        self.phase = Phase::Cleanup(Cleanup::new(goal));
        match self.at.take() {
            Some(prompt) => self.at_clean_prompt(prompt, now),
            None => self.type_interrupt(now),
        }
    }

    pub(super) fn type_interrupt(&mut self, now: Duration) {
        let expect = self.access.expect.clone();
        self.type_keys(&expect.interrupt, now);
    }

    /// The last line changed while the device is being cleaned up.
    pub(super) fn in_cleanup(&mut self, now: Duration) {
        let Phase::Cleanup(Cleanup { left, tries, .. }) = self.phase else {
            return;
        };
        let expect = self.access.expect.clone();
        let line = self.screen.without_run();
        let here = self.prompts.of(line, &expect);
        if let Some(prompt) = here.filter(|it| it.is_of(self.host.as_deref(), &expect)) {
            // A device that shows a prompt after `exit` has something else in mind with it.
            if left {
                self.over()
            } else {
                self.at_clean_prompt(prompt, now)
            }
        } else if left {
            // It is about to end the session.
        } else if expect.password.is_match(line) {
            self.type_keys(&expect.newline, now);
        } else if tries == 0 {
            self.settles = Some(now + expect.timeouts.settle);
        }
    }

    fn at_clean_prompt(&mut self, prompt: Arc<Prompt>, now: Duration) {
        let expect = self.access.expect.clone();
        let Phase::Cleanup(cleanup) = &mut self.phase else {
            return;
        };
        let is_exec = prompt.mode().is_none();
        if is_exec && cleanup.goal == Goal::Prompt {
            self.at = Some(prompt);
            if let Some(owed) = self.owed.take() {
                self.rest(owed);
            }
            return;
        }
        cleanup.left = is_exec;
        let command = if is_exec {
            &expect.leave
        } else {
            &expect.unconfigure
        };
        self.type_keys(&format!("{command}{}", expect.newline), now);
    }

    fn type_keys(&mut self, keys: &str, now: Duration) {
        if let Phase::Cleanup(cleanup) = &mut self.phase {
            cleanup.tries += 1;
            if cleanup.tries > TRIES_MAX {
                return self.over();
            }
        }
        self.send(keys.as_bytes(), now);
        self.settles = None;
        // What stands on the line now was seen; only what comes next counts.
        self.screen = Screen::default();
    }

    pub(super) fn received(&self, line: &[u8]) -> String {
        self.flight
            .front()
            .map(|exchange| self.received_by(exchange, line))
            .unwrap_or_default()
    }

    pub(super) fn received_by(&self, exchange: &Exchange, line: &[u8]) -> String {
        self.shown(exchange.echoed(line))
    }
}
