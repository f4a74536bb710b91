//! What a device asks in the middle of a line, and the lines of one command that it reads as text.
//!
//! A question is answered only where the line, or the platform, says how. Enter is never sent at one.

use std::sync::Arc;
use std::time::Duration;

use super::engine::{Deadline, Phase, Session};
use super::exchange::{Echo, Exchange};
use super::failure::Cause;
use super::prompt::Prompt;
use super::screen::Screen;

impl Session {
    /// Types what the line brought as the answer to a question.
    pub(super) fn reply(&mut self, answer: &str, now: Duration) {
        let (expect, question) = (&self.access.expect, self.screen.line());
        let is_key = expect.keys.is_match(question) && !answer.is_empty();
        let end = if is_key || answer.ends_with(['\n', '\r']) {
            ""
        } else {
            expect.newline.as_str()
        };
        let typed = format!("{answer}{end}");
        if expect.password.is_match(question) {
            self.send_secret_keys(typed.into_bytes(), now);
        } else {
            self.send(typed.as_bytes(), now);
        }
        if let Some(exchange) = self.flight.front_mut() {
            exchange.answered(answer);
        }
        // The question stays on its line; only what follows it counts.
        self.screen = Screen::default();
    }

    pub(super) fn password_asked(&mut self, now: Duration) {
        match &mut self.phase {
            Phase::Enable { secret_sent } if !*secret_sent => {
                *secret_sent = true;
                let secret = self.access.credentials.enable_password().clone();
                self.send_secret(secret.reveal(), now);
                if let Some(exchange) = self.flight.front_mut() {
                    exchange.echo = Echo::Hidden;
                }
                let timeout = self.access.expect.timeouts.line;
                self.deadline = Some(Deadline::after(timeout, now));
            }
            Phase::Enable { .. } => {
                let answer = "it asked for the password again".to_string();
                self.fail(Cause::EnableRefused { answer }, now);
            }
            _ => {
                let question = self.shown(self.screen.line().trim_ascii());
                let sent = self.sent();
                self.fail(Cause::Question { sent, question }, now);
            }
        }
    }

    /// The device waits for something that won't come. It is told not to by these keys, once.
    pub(super) fn end_stall(&mut self, keys: &str, now: Duration) {
        if let Some(exchange) = self.flight.front_mut()
            && !std::mem::replace(&mut exchange.stalled, true)
        {
            self.send(keys.as_bytes(), now);
        }
    }

    /// A line ended. Where the device has begun to read text, it gets the next line.
    pub(super) fn go_on_with_parts(&mut self, now: Duration) {
        let Some(exchange) = self.flight.front() else {
            return;
        };
        if exchange.echo != Echo::Right || !exchange.has_parts() {
            return;
        }
        let texts = &self.access.expect.texts;
        let says_so = exchange
            .output()
            .last()
            .is_some_and(|line| texts.is_match(line));
        if says_so || exchange.reads_text {
            self.send_next_part(None, now);
        }
    }

    /// A prompt before the last line of a command. In some modes each line has one; else the device has taken
    /// less than was meant, and the rest would be run as commands.
    pub(super) fn prompt_among_parts(&mut self, prompt: Arc<Prompt>, now: Duration) {
        let reads = |mode: &Arc<str>| {
            self.access
                .expect
                .text_modes
                .iter()
                .any(|it| **it == **mode)
        };
        if prompt.mode().is_some_and(reads) {
            return self.send_next_part(Some(prompt.text()), now);
        }
        self.at = Some(prompt);
        let Some(exchange) = self.landed() else {
            return;
        };
        self.deadline = None;
        let answer = self.answer_of(&exchange);
        let cause = Cause::Refused {
            sent: exchange.sent(),
            may_be_in: !answer.is_listed || exchange.reads_text,
            answer: match answer.refused {
                Some(refused) => refused,
                None => "it took the command for complete before its last line".to_string(),
            },
        };
        self.fail_at(exchange.line_no(), cause, now);
    }

    pub(super) fn send_next_part(&mut self, prompt: Option<&[u8]>, now: Duration) {
        let Some(exchange) = self.flight.front_mut() else {
            return;
        };
        exchange.reads_text = true;
        if let Some(part) = exchange.next_part(prompt) {
            self.send_line(part.as_bytes(), now);
        }
    }

    /// Whether an empty line may ask for a prompt: the echo has come, nothing is behind it, and nothing is asked.
    pub(super) fn may_be_probed(&self) -> bool {
        let line = self.screen.line();
        let expect = &self.access.expect;
        let is_free = |exchange: &Exchange| {
            exchange.probed.is_none()
                && exchange.echo == Echo::Right
                && !exchange.has_parts()
                && !expect.asks.is_match(exchange.first_text())
        };
        self.flight.len() == 1
            && self.flight.front().is_some_and(is_free)
            && !matches!(self.phase, Phase::Enable { .. })
            && !expect.questions.is_match(line)
            && !expect.password.is_match(line)
    }

    pub(super) fn probe(&mut self, waited: Duration, now: Duration) {
        if let Some(exchange) = self.flight.front_mut() {
            exchange.probed = Some(waited);
        }
        self.send_line(b"", now);
        self.deadline = Some(Deadline::after(self.access.expect.timeouts.cleanup, now));
    }
}
