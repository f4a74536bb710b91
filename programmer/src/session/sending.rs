//! How commands and lines go out, and what it means that one of them has its prompt.

use std::time::Duration;

use super::answer::Answer;
use super::engine::{Deadline, Phase, Session};
use super::exchange::{Echo, Exchange};
use super::failure::Cause;
use super::screen::Screen;
use super::{Action, Reply, Request};

/// Room for the lines that mostly go out together; it grows for more.
const WRITE_BYTES_USUAL: usize = 256;

impl Session {
    /// Begins what is asked for, at the EXEC prompt.
    pub(super) fn take_up(&mut self, request: Request, now: Duration) {
        match request {
            Request::Exec {
                command,
                within,
                ends,
            } => self.exec(&command, within, ends, now),
            Request::Configure {
                enter,
                lines,
                sending,
                on_refused,
            } => self.configure(enter, lines, sending, on_refused, now),
            Request::Save => self.save(now),
            Request::Leave => {
                self.owed = Some(Reply::Left);
                self.log_out(now);
            }
        }
    }

    /// The first exchange in flight has its prompt, which the session now stands at.
    pub(super) fn answered(&mut self, now: Duration) {
        let Some(exchange) = self.landed() else {
            return;
        };
        self.deadline = None;
        self.heard = 0;
        self.listen_to_next(now);
        self.judge(exchange, now);
        if !self.flight.is_empty() {
            // The device has left that prompt already.
            self.at = None;
        }
    }

    fn judge(&mut self, exchange: Exchange, now: Duration) {
        if let Echo::Wrong(line) = &exchange.echo {
            let received = self.received_by(&exchange, line);
            let sent = exchange.sent();
            let cause = Cause::EchoMismatch { sent, received };
            return self.fail_at(exchange.line_no(), cause, now);
        }
        if matches!(self.phase, Phase::Exec { .. }) {
            // It may be long, and is no answer to be judged line by line.
            return self.executed(exchange, now);
        }
        let answer = self.answer_of(&exchange);
        match self.phase {
            Phase::Unconfigure => self.begin(now),
            Phase::Enable { secret_sent } => self.enabled(secret_sent, &answer, now),
            Phase::Setup(index) => self.setup(index + 1, now),
            Phase::Configure => self.configured(&exchange, &answer, now),
            Phase::Lines => self.line_answered(&exchange, answer, now),
            Phase::Leave => self.unconfigured(&exchange, &answer, now),
            Phase::Save => self.saved(&exchange, &answer, now),
            Phase::Login
            | Phase::Exec { .. }
            | Phase::Ready
            | Phase::Waiting
            | Phase::Cleanup(_)
            | Phase::Over => {}
        }
    }

    /// What came back. For a line of configuration, any text that the platform doesn't know refuses it.
    pub(super) fn answer_of(&self, exchange: &Exchange) -> Answer {
        let (output, mask) = (exchange.output(), &self.access.mask);
        if output.is_empty() {
            return Answer::default();
        }
        let expect = &self.access.expect;
        let is_strict = exchange.line_no().is_some()
            && self.at.as_ref().is_some_and(|at| at.mode().is_some())
            && !exchange.runs(expect);
        if is_strict {
            Answer::to_line(output, expect, mask)
        } else {
            Answer::of(output, expect, mask)
        }
    }

    /// The next exchange in flight begins at the prompt that just came.
    fn listen_to_next(&mut self, now: Duration) {
        let Some(next) = self.flight.front_mut() else {
            return;
        };
        let prompt = self.at.as_ref().map(|at| at.text());
        next.begin(prompt.unwrap_or_default());
        let within = next.within(&self.access.expect);
        self.deadline = Some(Deadline::after(within, now));
    }

    pub(super) fn command(&mut self, text: &str, now: Duration) {
        self.begin_exchange(Exchange::command(text), now);
    }

    /// Sends a line, and listens for it if nothing is in flight before it.
    pub(super) fn begin_exchange(&mut self, mut exchange: Exchange, now: Duration) {
        if self.flight.is_empty() {
            let prompt = self.at.take();
            self.listen_for(&mut exchange, prompt.as_ref().map_or(b"", |at| at.text()));
            let within = exchange.within(&self.access.expect);
            self.deadline = Some(Deadline::after(within, now));
        }
        self.tail.clear();
        self.send_line(exchange.text(), now);
        self.flight.push_back(exchange);
    }

    fn listen_for(&mut self, exchange: &mut Exchange, prompt: &[u8]) {
        if !self.access.expect.echo {
            exchange.begin_unechoed();
            self.screen = Screen::default();
        } else if self.host.is_none() {
            exchange.find();
        } else {
            exchange.begin(prompt);
            if self.screen.line().trim_ascii_end() != prompt.trim_ascii_end() {
                exchange.restart();
            }
        }
    }

    pub(super) fn send_line(&mut self, text: &[u8], now: Duration) {
        let mut keys = std::mem::take(&mut self.keys);
        keys.clear();
        keys.extend_from_slice(text);
        keys.extend_from_slice(self.access.expect.newline.as_bytes());
        self.send(&keys, now);
        self.keys = keys;
    }

    pub(super) fn send(&mut self, keys: &[u8], now: Duration) {
        self.heard = 0;
        self.transcript.sent(keys, now);
        if !self.access.expect.single_buffer {
            let each = keys.iter().map(|byte| Action::Send {
                bytes: vec![*byte],
                is_secret: false,
            });
            return self.actions.extend(each);
        }
        // Lines that go out together go out in one write.
        if let Some(Action::Send {
            bytes: before,
            is_secret: false,
        }) = self.actions.last_mut()
        {
            before.extend_from_slice(keys);
        } else {
            let mut bytes = Vec::with_capacity(WRITE_BYTES_USUAL.max(keys.len()));
            bytes.extend_from_slice(keys);
            self.actions.push(Action::Send {
                bytes,
                is_secret: false,
            });
        }
    }

    /// What is typed at a password prompt is shown nowhere.
    pub(super) fn send_secret(&mut self, secret: &str, now: Duration) {
        let bytes = format!("{secret}{}", self.access.expect.newline).into_bytes();
        self.send_secret_keys(bytes, now);
    }

    pub(super) fn send_secret_keys(&mut self, bytes: Vec<u8>, now: Duration) {
        self.heard = 0;
        self.transcript.sent_secret(now);
        self.actions.push(Action::Send {
            bytes,
            is_secret: true,
        });
        self.screen = Screen::default();
    }
}
