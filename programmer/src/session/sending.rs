//! How commands and lines go out, and what it means that one of them has its prompt.

use std::time::Duration;

use super::answer::Answer;
use super::engine::{Deadline, Phase, Session};
use super::exchange::{Echo, Exchange};
use super::failure::{Cause, Sent};
use super::screen::Screen;
use super::{Action, Reply, Request};
use crate::secret::STARS;

impl Session {
    /// Begins what is asked for, at the EXEC prompt.
    pub(super) fn take_up(&mut self, request: Request, now: Duration) {
        match request {
            Request::Exec { command, within } => self.exec(&command, within, now),
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
        let answer = Answer::of(exchange.output(), &self.access.expect).masked(&self.access.mask);
        match self.phase {
            Phase::Unconfigure => self.begin(now),
            Phase::Enable { secret_sent } => self.enabled(secret_sent, &answer, now),
            Phase::Setup(index) => self.setup(index + 1, now),
            Phase::Exec => self.executed(exchange, now),
            Phase::Configure => self.configured(&answer, now),
            Phase::Lines => self.line_answered(exchange.sent, answer, now),
            Phase::Leave => self.unconfigured(exchange.sent, &answer, now),
            Phase::Save => self.saved(&exchange, &answer, now),
            Phase::Login | Phase::Ready | Phase::Cleanup(_) | Phase::Over => {}
        }
    }

    /// The next exchange in flight begins at the prompt that just came.
    fn listen_to_next(&mut self, now: Duration) {
        if let Some(next) = self.flight.front_mut() {
            let prompt = self.at.as_ref().map(|(_, text)| text.as_slice());
            next.begin(prompt.unwrap_or_default());
            let timeout = self.access.expect.timeouts.line;
            self.deadline = Some(Deadline::after(timeout, now));
        }
    }

    pub(super) fn command(&mut self, text: &str, now: Duration) {
        self.exchange_line(Sent::Command(text.to_string()), text, now);
    }

    /// Sends a line, and listens for it if nothing is in flight before it.
    pub(super) fn exchange_line(&mut self, sent: Sent, text: &str, now: Duration) {
        let mut exchange = Exchange::new(sent, text);
        if self.flight.is_empty() {
            let prompt = self.at.take().map(|(_, text)| text).unwrap_or_default();
            if self.host.is_none() {
                exchange.find();
            } else {
                exchange.begin(&prompt);
                if self.screen.line().trim_ascii_end() != prompt.trim_ascii_end() {
                    exchange.echo = Echo::Restarted;
                }
            }
            self.deadline = Some(Deadline::after(self.access.expect.timeouts.line, now));
        }
        self.flight.push_back(exchange);
        self.tail.clear();
        let line = format!("{text}{}", self.access.expect.newline);
        let shown = self.access.mask.text(&line);
        self.send(line.into_bytes(), shown, now);
    }

    pub(super) fn send(&mut self, bytes: Vec<u8>, shown: String, now: Duration) {
        self.heard = 0;
        self.transcript.sent(&bytes, now);
        // Lines that go out together go out in one write.
        if let Some(Action::Send {
            bytes: before,
            shown: told,
        }) = self.actions.last_mut()
        {
            before.extend(bytes);
            told.push_str(&shown);
        } else {
            self.actions.push(Action::Send { bytes, shown });
        }
    }

    /// What is typed at a password prompt is shown nowhere.
    pub(super) fn send_secret(&mut self, secret: &str, now: Duration) {
        self.heard = 0;
        self.transcript.sent_secret(now);
        let bytes = format!("{secret}{}", self.access.expect.newline).into_bytes();
        self.actions.push(Action::Send {
            bytes,
            shown: STARS.to_string(),
        });
        self.screen = Screen::default();
    }
}
