//! Lines of configuration: which goes out when, and what its answer makes of it.

use std::sync::Arc;
use std::time::Duration;

use super::answer::Answer;
use super::engine::{Phase, Session};
use super::failure::{Cause, Sent};
use super::prompt::Prompt;
use super::{Configured, LineFate, OnRefused, Reply, Sending};
use crate::plan::PlanLine;

/// The mode that is shown for a prompt outside configuration mode.
const EXEC_MODE: &str = "exec";

/// The lines of one request, and how far they are.
#[derive(Debug)]
pub(super) struct Configuring {
    lines: Arc<[PlanLine]>,
    sending: Sending,
    on_refused: OnRefused,
    /// The line that is sent next.
    next: usize,
    /// The mode of the last prompt.
    mode: String,
    result: Configured,
}

impl Configuring {
    pub(super) fn accepted(&self) -> usize {
        self.result.accepted()
    }

    /// Whether a line may be sent now, with so many in flight.
    fn has_room(&self, in_flight: usize) -> bool {
        let window = match self.sending {
            Sending::Lockstep => 1,
            Sending::Pipelined { window } => window.max(1),
            Sending::Buffer => usize::MAX,
        };
        in_flight < window
    }

    fn set(&mut self, line_no: usize, fate: LineFate) {
        if let Some(place) = self.result.lines.get_mut(line_no.saturating_sub(1)) {
            *place = fate;
        }
    }
}

impl Session {
    pub(super) fn configure(
        &mut self,
        enter: Option<String>,
        lines: Arc<[PlanLine]>,
        sending: Sending,
        on_refused: OnRefused,
        now: Duration,
    ) {
        let result = Configured {
            lines: vec![LineFate::NotSent; lines.len()],
            ..Configured::default()
        };
        self.configuring = Some(Configuring {
            lines,
            sending,
            on_refused,
            next: 0,
            mode: self.access.expect.configure_mode.clone(),
            result,
        });
        self.phase = Phase::Configure;
        let command = enter.unwrap_or_else(|| self.access.expect.configure.clone());
        self.command(&command, now);
    }

    /// Configuration mode is entered, or is not.
    pub(super) fn configured(&mut self, answer: &Answer, now: Duration) {
        let mode = &self.access.expect.configure_mode;
        let is_there =
            matches!(&self.at, Some((Prompt::Config { mode: found }, _)) if found == mode);
        if is_there && answer.refused.is_none() {
            self.phase = Phase::Lines;
            return self.feed(now);
        }
        let command = self.access.expect.configure.clone();
        let answer = answer.text();
        self.fail(Cause::CannotConfigure { command, answer }, now);
    }

    /// Sends as many lines as may be in flight; when all are answered, leaves configuration mode.
    pub(super) fn feed(&mut self, now: Duration) {
        while let Some(configuring) = &mut self.configuring {
            let is_held = self.interrupted || configuring.result.cause.is_some();
            let next = configuring.lines.get(configuring.next);
            let Some(line) = next.filter(|_| !is_held && configuring.has_room(self.flight.len()))
            else {
                break;
            };
            let (text, shown) = (line.text().to_string(), line.shown().to_string());
            configuring.next += 1;
            let no = configuring.next;
            configuring.set(no, LineFate::InFlight);
            self.exchange_line(Sent::Line { no, text: shown }, &text, now);
        }
        if self.flight.is_empty() {
            self.all_answered(now);
        }
    }

    /// Nothing is in flight, and nothing more is to be sent.
    fn all_answered(&mut self, now: Duration) {
        let Some(configuring) = &mut self.configuring else {
            return;
        };
        if configuring.result.cause.is_none() && self.interrupted {
            configuring.result.cause = Some(Cause::Interrupted);
        }
        if configuring.result.cause.is_some() {
            return self.give_up_lines(now);
        }
        self.phase = Phase::Leave;
        let command = self.access.expect.unconfigure.clone();
        self.command(&command, now);
    }

    /// Says what became of the lines, when the device is clean again.
    pub(super) fn give_up_lines(&mut self, now: Duration) {
        let result = self
            .configuring
            .take()
            .map(|configuring| configuring.result);
        self.owed = result.map(Reply::Configured);
        self.clean_up(now);
    }

    pub(super) fn line_answered(&mut self, sent: Sent, answer: Answer, now: Duration) {
        let found = match &self.at {
            Some((Prompt::Config { mode }, _)) => mode.clone(),
            _ => EXEC_MODE.to_string(),
        };
        let (Some(configuring), Some(no)) = (&mut self.configuring, sent.line_no()) else {
            return;
        };
        let has_moved = configuring.mode != found;
        configuring.mode.clone_from(&found);
        if let Some(text) = answer.refused {
            let may_be_in = has_moved || !answer.is_listed;
            let cause = Cause::Refused {
                sent: sent.clone(),
                answer: text,
                may_be_in,
            };
            return self.fail_at(&sent, cause, now);
        }
        let expected = configuring.lines.get(no.saturating_sub(1));
        let expected = expected.map(PlanLine::mode).unwrap_or_default();
        if !self.access.expect.is_mode(expected, &found) {
            let cause = Cause::WrongMode {
                sent: sent.clone(),
                expected: expected.to_string(),
                found,
            };
            return self.fail_at(&sent, cause, now);
        }
        configuring.set(no, LineFate::Accepted);
        let notes = answer.notes.into_iter().map(|note| (no, note));
        configuring.result.notes.extend(notes);
        self.feed(now);
    }

    /// A line failed, and the device stands at a prompt. What is in flight behind it is waited for.
    pub(super) fn fail_at(&mut self, sent: &Sent, cause: Cause, now: Duration) {
        let (Some(configuring), Some(no)) = (&mut self.configuring, sent.line_no()) else {
            return self.fail(cause, now);
        };
        if cause.leaves_nothing() {
            configuring.set(no, LineFate::Refused);
        }
        let goes_on = configuring.on_refused == OnRefused::Continue
            && cause.leaves_nothing()
            && configuring.result.cause.is_none();
        if goes_on {
            configuring.result.refused.push((no, cause));
        } else {
            configuring.result.cause.get_or_insert(cause);
        }
        self.feed(now);
    }

    pub(super) fn unconfigured(&mut self, sent: Sent, answer: &Answer, now: Duration) {
        if !matches!(self.at, Some((Prompt::Exec { .. }, _))) {
            let answer = answer.text();
            let may_be_in = false;
            let cause = Cause::Refused {
                sent,
                answer,
                may_be_in,
            };
            return self.fail(cause, now);
        }
        let result = self
            .configuring
            .take()
            .map(|configuring| configuring.result);
        self.rest(Reply::Configured(result.unwrap_or_default()));
    }

    /// The lines end here, whatever is in flight.
    pub(super) fn stop_lines(&mut self, cause: Cause) {
        if let Some(mut configuring) = self.configuring.take() {
            configuring.result.cause.get_or_insert(cause);
            self.owed = Some(Reply::Configured(configuring.result));
        }
    }
}
