//! Commands at the EXEC prompt: any one whose output is wanted, and the one that saves.

use std::time::Duration;

use super::Reply;
use super::answer::Answer;
use super::engine::{Deadline, Phase, Session};
use super::exchange::Exchange;
use super::failure::Cause;

/// A refusal is short; what stands further down in an output is data, whatever it looks like.
const REFUSAL_LINES_MAX: usize = 4;

impl Session {
    pub(super) fn exec(
        &mut self,
        command: &str,
        within: Duration,
        ends: Option<String>,
        now: Duration,
    ) {
        self.phase = Phase::Exec { ends };
        self.command(command, now);
        self.deadline = Some(Deadline::after(within, now));
    }

    pub(super) fn executed(&mut self, exchange: Exchange, now: Duration) {
        let output = exchange.output();
        let said = output.iter().filter(|line| !line.trim_ascii().is_empty());
        let answer = if said.count() <= REFUSAL_LINES_MAX {
            Answer::of(output, &self.access.expect, &self.access.mask)
        } else {
            Answer::default()
        };
        if answer.is_listed
            && let Some(refused) = answer.refused.clone()
        {
            let cause = answer.cause(exchange.sent(), refused, false);
            return self.fail(cause, now);
        }
        let expect = &self.access.expect;
        let is_log = expect.logs.is_match(exchange.first_text());
        let is_noise = |line: &[u8]| {
            expect
                .noise
                .find(line)
                .is_some_and(|found| found.start() == 0)
        };
        let lines = output
            .iter()
            .filter(|line| is_log || !is_noise(line))
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        self.rest(Reply::Output { lines });
    }

    pub(super) fn save(&mut self, now: Duration) {
        self.phase = Phase::Save;
        let command = self.access.expect.save.clone();
        self.command(&command, now);
        self.deadline = Some(Deadline::after(self.access.expect.timeouts.save, now));
    }

    pub(super) fn saved(&mut self, exchange: &Exchange, answer: &Answer, now: Duration) {
        let saved = &self.access.expect.saved;
        if answer.refused.is_none() && exchange.output().iter().any(|line| saved.is_match(line)) {
            return self.rest(Reply::Saved);
        }
        let command = self.access.expect.save.clone();
        let answer = answer.text();
        self.fail(Cause::NotSaved { command, answer }, now);
    }
}
