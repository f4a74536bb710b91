//! Leaves a device clean: nothing pending, out of configuration mode, logged out.
//!
//! `end` is sent only at a configuration prompt (at an EXEC prompt it would be looked up as a host), and
//! `exit` only at an EXEC prompt. Where no prompt is known, the interrupt key comes first. No question is
//! answered, except that an empty line ends a password dialogue that ignores the interrupt key.

use std::time::Duration;

use super::engine::{Deadline, Phase, Session};
use super::prompt::Prompt;

/// After so many tries the session is closed as it is.
const TRIES_MAX: u8 = 6;

/// How far the leaving is.
#[derive(Debug, Default)]
pub(super) struct Cleanup {
    tries: u8,
    left: bool,
}

impl Session {
    pub(super) fn begin_cleanup(&mut self, now: Duration) {
        self.deadline = Some(Deadline::after(self.job.expect.timeouts.cleanup, now));
        self.phase = Phase::Cleanup(Cleanup::default());
        match self.at.take() {
            Some((prompt, _)) => self.leave_prompt(&prompt, now),
            None => self.type_interrupt(now),
        }
    }

    /// Leaves the session at the next prompt; if none comes soon, as without one.
    pub(super) fn await_prompt(&mut self, now: Duration) {
        let timeouts = self.job.expect.timeouts;
        self.deadline = Some(Deadline::after(timeouts.cleanup, now));
        self.settles = Some(now + timeouts.settle);
        self.phase = Phase::Cleanup(Cleanup::default());
    }

    pub(super) fn type_interrupt(&mut self, now: Duration) {
        let expect = self.job.expect.clone();
        self.type_keys(&expect.interrupt, now);
    }

    /// The last line changed while the session is being left.
    pub(super) fn in_cleanup(&mut self, now: Duration) {
        let Phase::Cleanup(Cleanup { left, tries }) = self.phase else {
            return;
        };
        let expect = self.job.expect.clone();
        let line = self.screen.line();
        if let Some(prompt) = Prompt::of(line, &expect, self.host.as_deref()) {
            // A device that shows a prompt after `exit` has something else in mind with it.
            if left {
                self.over()
            } else {
                self.leave_prompt(&prompt, now)
            }
        } else if left {
            // It is about to end the session.
        } else if expect.password.is_match(line) {
            self.type_keys(&expect.newline, now);
        } else if tries == 0 {
            self.settles = Some(now + expect.timeouts.settle);
        }
    }

    fn leave_prompt(&mut self, prompt: &Prompt, now: Duration) {
        let expect = self.job.expect.clone();
        let is_exec = matches!(prompt, Prompt::Exec { .. });
        if let Phase::Cleanup(cleanup) = &mut self.phase {
            cleanup.left = is_exec;
        }
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
        self.send(keys.as_bytes().to_vec(), keys.to_string(), now);
        self.settles = None;
        // What stands on the line now was seen; only what comes next counts.
        self.screen = super::screen::Screen::default();
    }
}
