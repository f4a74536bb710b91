//! Lines of configuration: which goes out when, and what its answer makes of it.
//!
//! With several lines in flight, a line that may ask, read text, change the hostname or leave configuration mode
//! goes out alone: what stood behind it would be taken for its answer, its text, or another mode's line.

use std::sync::Arc;
use std::time::Duration;

use super::answer::Answer;
use super::engine::{Phase, Session};
use super::exchange::Exchange;
use super::failure::Cause;
use super::{Configured, LineFate, OnRefused, Reply, Sending};
use crate::packs::Expect;
use crate::plan::{ANY_MODE, PlanLine};

/// The mode that is shown for a prompt outside configuration mode.
const EXEC_MODE: &str = "exec";

/// So many bytes may be on their way in a window; a device's own buffer for what is typed ahead is small.
const WINDOW_BYTES_MAX: usize = 4096;

/// The lines of one request, and how far they are.
#[derive(Debug)]
pub(super) struct Configuring {
    enter: String,
    lines: Arc<[PlanLine]>,
    sending: Sending,
    on_refused: OnRefused,
    /// The line that is sent next.
    next: usize,
    /// How many bytes of them are on their way.
    bytes_in_flight: usize,
    /// Lines deeper than this one are skipped: the line above them was refused.
    skips_below: Option<usize>,
    /// Whether the line in flight is one that nothing may be sent behind.
    alone: bool,
    /// The mode of the last prompt.
    mode: Arc<str>,
    accepted: usize,
    result: Configured,
}

/// What comes next.
enum Next {
    /// A line by its number, and whether the platform knows nothing special of it.
    Line {
        no: usize,
        plain: bool,
    },
    EnterConfiguration,
    LeaveConfiguration,
    /// Something in flight must be answered first.
    Wait,
    /// All is sent.
    Nothing,
}

impl Configuring {
    pub(super) fn accepted(&self) -> usize {
        self.accepted
    }

    /// What may be done now, with these in flight.
    fn next(&mut self, in_flight: usize, expect: &Expect) -> Next {
        self.skip();
        let Some(line) = self.lines.get(self.next) else {
            return Next::Nothing;
        };
        let is_configuring = *self.mode != *EXEC_MODE;
        if line.is_exec() == is_configuring {
            return match (in_flight, is_configuring) {
                (0, true) => Next::LeaveConfiguration,
                (0, false) => Next::EnterConfiguration,
                _ => Next::Wait,
            };
        }
        let has_room = match self.sending {
            Sending::Lockstep => in_flight == 0,
            Sending::Pipelined { window } => {
                let bytes = self.bytes_in_flight + line.text().len();
                in_flight < window.max(1) && bytes <= WINDOW_BYTES_MAX
            }
            Sending::Buffer => true,
        };
        if in_flight > 0 && (!has_room || self.alone || !expect.echo) {
            return Next::Wait;
        }
        let plain = !line.has_parts() && expect.is_plain(line.text().as_bytes());
        let alone = self.goes_alone(line, plain, expect);
        if in_flight > 0 && alone {
            return Next::Wait;
        }
        self.alone = alone;
        self.next += 1;
        let no = self.next;
        Next::Line { no, plain }
    }

    fn skip(&mut self) {
        while let (Some(depth), Some(line)) = (self.skips_below, self.lines.get(self.next)) {
            if line.depth() <= depth {
                self.skips_below = None;
            } else {
                self.next += 1;
            }
        }
    }

    fn goes_alone(&self, line: &PlanLine, plain: bool, expect: &Expect) -> bool {
        let text = line.text().as_bytes();
        let below = self.lines.get(self.next + 1);
        let is_parent = below.is_some_and(|below| below.depth() > line.depth());
        line.is_exec()
            || !line.answers().is_empty()
            || (!plain
                && (line.has_parts()
                    || expect.asks.is_match(text)
                    || expect.hostname.is_match(text)))
            || (self.on_refused == OnRefused::Continue && is_parent)
    }

    fn line(&self, no: usize) -> Option<&PlanLine> {
        self.lines.get(no.checked_sub(1)?)
    }

    /// A line is no longer in flight.
    fn has_landed(&mut self, no: usize) {
        let bytes = self.line(no).map_or(0, |line| line.text().len());
        self.bytes_in_flight = self.bytes_in_flight.saturating_sub(bytes);
    }

    /// What is wrong with an answer, at the prompt that the device now stands at.
    fn failure(
        &self,
        exchange: &Exchange,
        answer: &Answer,
        before: &str,
        expect: &Expect,
    ) -> Option<Cause> {
        let found = &*self.mode;
        if let Some(text) = answer.refused.clone() {
            let may_be_in = before != found || !answer.is_listed || exchange.overtaken;
            return Some(answer.cause(exchange.sent(), text, may_be_in));
        }
        let line = self.line(exchange.line_no()?)?;
        let expected = if line.is_exec() {
            EXEC_MODE
        } else {
            line.mode()
        };
        let is_there = match expected {
            ANY_MODE => found != EXEC_MODE,
            mode => expect.is_mode(mode, found),
        };
        (!is_there).then(|| Cause::WrongMode {
            sent: exchange.sent(),
            expected: expected.to_string(),
            found: found.to_string(),
        })
    }

    fn set(&mut self, no: usize, fate: LineFate) {
        if let Some(place) = self.result.lines.get_mut(no.saturating_sub(1)) {
            *place = fate;
        }
        self.accepted += usize::from(fate == LineFate::Accepted);
    }
}

impl Session {
    /// The first in flight, which is answered.
    pub(super) fn landed(&mut self) -> Option<Exchange> {
        let exchange = self.flight.pop_front()?;
        if let (Some(configuring), Some(no)) = (&mut self.configuring, exchange.line_no()) {
            configuring.has_landed(no);
        }
        Some(exchange)
    }

    pub(super) fn configure(
        &mut self,
        enter: Option<String>,
        lines: Arc<[PlanLine]>,
        sending: Sending,
        on_refused: OnRefused,
        now: Duration,
    ) {
        let bytes = lines.iter().map(|line| line.text().len()).sum();
        self.transcript.expect(lines.len(), bytes);
        let result = Configured {
            lines: vec![LineFate::NotSent; lines.len()],
            ..Configured::default()
        };
        self.configuring = Some(Configuring {
            enter: enter.unwrap_or_else(|| self.access.expect.configure.clone()),
            lines,
            sending,
            on_refused,
            next: 0,
            bytes_in_flight: 0,
            skips_below: None,
            alone: false,
            mode: EXEC_MODE.into(),
            accepted: 0,
            result,
        });
        self.tries = 0;
        self.phase = Phase::Lines;
        self.feed(now);
    }

    /// Sends as many lines as may be in flight; when all are answered, leaves configuration mode.
    pub(super) fn feed(&mut self, now: Duration) {
        while let Some(configuring) = &mut self.configuring {
            if self.interrupted || configuring.result.cause.is_some() {
                break;
            }
            match configuring.next(self.flight.len(), &self.access.expect) {
                Next::Line { no, plain } => self.send_plan_line(no, plain, now),
                Next::EnterConfiguration => return self.enter_configuration(now),
                Next::LeaveConfiguration => return self.leave_configuration(now),
                Next::Wait => return,
                Next::Nothing => break,
            }
        }
        if self.flight.is_empty() {
            self.all_answered(now);
        }
    }

    fn send_plan_line(&mut self, no: usize, plain: bool, now: Duration) {
        let Some(configuring) = &mut self.configuring else {
            return;
        };
        configuring.set(no, LineFate::InFlight);
        configuring.bytes_in_flight += configuring.line(no).map_or(0, |line| line.text().len());
        let lines = &configuring.lines;
        if let Some(exchange) = Exchange::of_line(no, lines, plain, &self.access.expect) {
            self.begin_exchange(exchange, now);
        }
    }

    fn enter_configuration(&mut self, now: Duration) {
        self.phase = Phase::Configure;
        let enter = self
            .configuring
            .as_ref()
            .map(|configuring| configuring.enter.clone());
        self.command(&enter.unwrap_or_default(), now);
    }

    fn leave_configuration(&mut self, now: Duration) {
        self.phase = Phase::Leave;
        let command = self.access.expect.unconfigure.clone();
        self.command(&command, now);
    }

    /// Configuration mode is entered, or is not.
    pub(super) fn configured(&mut self, exchange: &Exchange, answer: &Answer, now: Duration) {
        let expect = self.access.expect.clone();
        if let Some(mode) = self.at.as_ref().and_then(|at| at.mode())
            && **mode == *expect.configure_mode
            && answer.refused.is_none()
        {
            if let Some(configuring) = &mut self.configuring {
                configuring.mode.clone_from(mode);
            }
            self.phase = Phase::Lines;
            return self.feed(now);
        }
        let text = answer.text();
        let is_locked = expect.locked.says.is_match(text.as_bytes());
        if is_locked && self.tries < expect.locked.tries {
            return self.wait(expect.locked.wait, now);
        }
        let sent = exchange.sent();
        let command = sent.text().to_string();
        let cause = if answer.is_denied {
            answer.cause(sent, text, false)
        } else {
            Cause::CannotConfigure {
                command,
                answer: text,
            }
        };
        self.fail(cause, now);
    }

    /// Stands at the prompt for a while, and tries again then.
    fn wait(&mut self, wait: Duration, now: Duration) {
        self.tries += 1;
        self.phase = Phase::Waiting;
        self.again = Some(now + wait);
    }

    pub(super) fn try_again(&mut self, now: Duration) {
        self.phase = Phase::Lines;
        self.feed(now);
    }

    /// Nothing is in flight, and nothing more is to be sent.
    fn all_answered(&mut self, now: Duration) {
        let Some(configuring) = &mut self.configuring else {
            return;
        };
        if self.interrupted && configuring.next < configuring.lines.len() {
            configuring.result.cause.get_or_insert(Cause::Interrupted);
        }
        if configuring.result.cause.is_some() {
            let result = self
                .configuring
                .take()
                .map(|configuring| configuring.result);
            self.owed = result.map(Reply::Configured);
            self.clean_up(now);
        } else if *configuring.mode == *EXEC_MODE {
            self.lines_done();
        } else {
            self.leave_configuration(now);
        }
    }

    fn lines_done(&mut self) {
        let result = self
            .configuring
            .take()
            .map(|configuring| configuring.result);
        self.rest(Reply::Configured(result.unwrap_or_default()));
    }

    pub(super) fn line_answered(&mut self, exchange: &Exchange, answer: Answer, now: Duration) {
        let found = self.at.as_ref().and_then(|at| at.mode());
        let found = found.map_or_else(|| EXEC_MODE.into(), Arc::clone);
        let (Some(configuring), Some(no)) = (&mut self.configuring, exchange.line_no()) else {
            return;
        };
        let before = std::mem::replace(&mut configuring.mode, found);
        let is_first_failure = configuring.result.cause.is_none() && self.flight.is_empty();
        if answer.passes && is_first_failure && self.tries < self.access.expect.later.tries {
            configuring.next = no - 1;
            configuring.set(no, LineFate::NotSent);
            return self.wait(self.access.expect.later.wait, now);
        }
        let failure = configuring.failure(exchange, &answer, &before, &self.access.expect);
        if let Some(cause) = failure {
            return self.fail_at(Some(no), cause, now);
        }
        self.tries = 0;
        configuring.set(no, LineFate::Accepted);
        let notes = answer.notes.into_iter().map(|note| (no, note));
        configuring.result.notes.extend(notes);
        self.feed(now);
    }

    /// A line failed, and the device stands at a prompt. What is in flight behind it is waited for.
    pub(super) fn fail_at(&mut self, line_no: Option<usize>, cause: Cause, now: Duration) {
        let (Some(configuring), Some(no)) = (&mut self.configuring, line_no) else {
            return self.fail(cause, now);
        };
        if cause.leaves_nothing() {
            configuring.set(no, LineFate::Refused);
        }
        let goes_on = configuring.on_refused == OnRefused::Continue
            && cause.leaves_nothing()
            && configuring.result.cause.is_none();
        if goes_on {
            configuring.skips_below = configuring.line(no).map(PlanLine::depth);
            configuring.result.refused.push((no, cause));
        } else {
            configuring.result.cause.get_or_insert(cause);
        }
        self.feed(now);
    }

    pub(super) fn unconfigured(&mut self, exchange: &Exchange, answer: &Answer, now: Duration) {
        if self.at.as_ref().is_none_or(|at| at.mode().is_some()) {
            let sent = exchange.sent();
            let answer = answer.text();
            let may_be_in = false;
            return self.fail(
                Cause::Refused {
                    sent,
                    answer,
                    may_be_in,
                },
                now,
            );
        }
        if let Some(configuring) = &mut self.configuring {
            configuring.mode = EXEC_MODE.into();
            self.phase = Phase::Lines;
        }
        self.feed(now);
    }

    /// The lines end here, whatever is in flight.
    pub(super) fn stop_lines(&mut self, cause: Cause) {
        if let Some(mut configuring) = self.configuring.take() {
            configuring.result.cause.get_or_insert(cause);
            self.owed = Some(Reply::Configured(configuring.result));
        }
    }
}
