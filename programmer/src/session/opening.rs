//! The opening: from the first prompt to a privileged one with the terminal set up.

use std::time::Duration;

use super::Reply;
use super::answer::Answer;
use super::engine::{Phase, Session};
use super::failure::Cause;
use crate::packs::EnableCondition;

impl Session {
    /// The device waits at its first prompt.
    pub(super) fn begin(&mut self, now: Duration) {
        let expect = self.access.expect.clone();
        if self.at.as_ref().is_some_and(|at| at.mode().is_some()) {
            if matches!(self.phase, Phase::Unconfigure) {
                let command = expect.unconfigure.clone();
                let answer = "it stays in configuration mode".into();
                return self.fail(Cause::CannotConfigure { command, answer }, now);
            }
            self.phase = Phase::Unconfigure;
            return self.command(&expect.unconfigure, now);
        }
        match expect.enable_condition {
            EnableCondition::WhenNeeded if self.is_privileged() => self.setup(0, now),
            EnableCondition::Never => self.setup(0, now),
            EnableCondition::Always | EnableCondition::WhenNeeded => {
                self.phase = Phase::Enable { secret_sent: false };
                self.command(&expect.enable, now);
            }
        }
    }

    pub(super) fn enabled(&mut self, secret_sent: bool, answer: &Answer, now: Duration) {
        let answer = answer.text();
        if self.is_privileged() {
            self.setup(0, now)
        } else if secret_sent {
            self.fail(Cause::EnableRefused { answer }, now)
        } else {
            let command = self.access.expect.enable.clone();
            self.fail(Cause::NotPrivileged { command, answer }, now)
        }
    }

    pub(super) fn setup(&mut self, index: usize, now: Duration) {
        self.phase = Phase::Setup(index);
        let expect = self.access.expect.clone();
        match expect.setup.get(index) {
            Some(command) => self.command(command, now),
            None => self.rest(Reply::Ready),
        }
    }

    /// Stands at the EXEC prompt, says what came of the request, and waits for the next.
    pub(super) fn rest(&mut self, reply: Reply) {
        self.phase = Phase::Ready;
        self.deadline = None;
        self.settles = None;
        self.interrupted = false;
        self.answer(reply);
    }

    pub(super) fn is_privileged(&self) -> bool {
        self.at.as_ref().is_some_and(|at| at.is_privileged())
    }
}
