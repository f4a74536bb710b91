//! How commands and lines go out, and what it means that one of them has its prompt.

use std::time::Duration;

use super::answer::Answer;
use super::engine::{Deadline, Phase, Session};
use super::exchange::{Echo, Exchange};
use super::failure::{Cause, Sent};
use super::prompt::Prompt;
use super::screen::Screen;
use super::{Action, Reply, Request};

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
        let Some(exchange) = self.flight.pop_front() else {
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
            let sent = exchange.sent.clone();
            let cause = Cause::EchoMismatch { sent, received };
            return self.fail_at(&exchange.sent, cause, now);
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
            Phase::Configure => self.configured(&exchange.sent, &answer, now),
            Phase::Lines => self.line_answered(&exchange, answer, now),
            Phase::Leave => self.unconfigured(exchange.sent, &answer, now),
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
        let expect = &self.access.expect;
        let is_strict = exchange.sent.line_no().is_some()
            && matches!(self.at, Some((Prompt::Config { .. }, _)))
            && !expect.runs.is_match(exchange.first_text());
        let (output, mask) = (exchange.output(), &self.access.mask);
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
        let prompt = self.at.as_ref().map(|(_, text)| text.as_slice());
        next.begin(prompt.unwrap_or_default());
        let text = String::from_utf8_lossy(next.text()).into_owned();
        self.deadline = Some(Deadline::after(self.access.expect.within(&text), now));
    }

    pub(super) fn command(&mut self, text: &str, now: Duration) {
        let exchange = Exchange::new(Sent::Command(text.to_string()), text);
        self.begin_exchange(exchange, text, now);
    }

    /// Sends a line, and listens for it if nothing is in flight before it.
    pub(super) fn begin_exchange(&mut self, mut exchange: Exchange, text: &str, now: Duration) {
        if self.flight.is_empty() {
            let prompt = self.at.take().map(|(_, text)| text).unwrap_or_default();
            self.listen_for(&mut exchange, &prompt);
            self.deadline = Some(Deadline::after(self.access.expect.within(text), now));
        }
        self.flight.push_back(exchange);
        self.tail.clear();
        self.send_line(text, now);
    }

    fn listen_for(&mut self, exchange: &mut Exchange, prompt: &[u8]) {
        if !self.access.expect.echo {
            // Without an echo, all that comes is the answer.
            exchange.echo = Echo::Right;
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

    pub(super) fn send_line(&mut self, text: &str, now: Duration) {
        let line = format!("{text}{}", self.access.expect.newline);
        self.send(line.into_bytes(), now);
    }

    pub(super) fn send(&mut self, bytes: Vec<u8>, now: Duration) {
        self.heard = 0;
        self.transcript.sent(&bytes, now);
        if !self.access.expect.single_buffer {
            let each = bytes.iter().map(|byte| Action::Send {
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
            before.extend(bytes);
        } else {
            let is_secret = false;
            self.actions.push(Action::Send { bytes, is_secret });
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
