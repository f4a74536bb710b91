//! What the device writes: lines that end, and the line that the cursor is on.
//!
//! A line that ended is looked at once. The last line is looked at after each read: it may be a prompt, a
//! question, or an echo that has gone astray. With more lines in flight, the prompt of one and the echo of
//! the next stand on one line of the terminal.

use std::time::Duration;

use super::engine::{Deadline, Phase, Session};
use super::exchange::{Echo, Exchange, is_noise_behind};
use super::failure::Cause;
use super::prompt::Prompt;
use super::screen::Screen;
use crate::visible::visible;

impl Session {
    /// A line of the terminal ended.
    pub(super) fn line(&mut self, line: Vec<u8>, now: Duration) {
        if matches!(self.phase, Phase::Login) {
            if self.password_sent && self.access.expect.login_refused.is_match(&line) {
                let username = self.access.credentials.username.clone();
                let answer = visible(line.trim_ascii());
                self.fail_before_prompt(Cause::LoginRefused { username, answer }, now);
            }
            return;
        }
        self.next_begins(&line, now);
        let Some(exchange) = self.flight.front_mut() else {
            return;
        };
        let refuses = exchange.echo == Echo::Right
            && self
                .access
                .expect
                .enable_refused
                .is_match(line.trim_ascii());
        let answer = visible(line.trim_ascii());
        if let Some(prompt) = exchange.line(line, &self.access.expect) {
            self.found_echo(&prompt);
        } else if refuses && matches!(self.phase, Phase::Enable { .. }) {
            self.fail_before_prompt(Cause::EnableRefused { answer }, now);
        }
    }

    /// The first line's echo shows where banners end and what the hostname is.
    fn found_echo(&mut self, prompt: &[u8]) {
        let found = Prompt::of(prompt, &self.access.expect, None);
        if let Some(exchange) = self.flight.front_mut()
            && found.is_some()
        {
            exchange.echo = Echo::Right;
        }
        if let Some(Prompt::Exec { host, .. }) = found {
            self.host = Some(host);
        }
    }

    /// The line that the cursor is on changed.
    pub(super) fn last_line(&mut self, now: Duration) {
        match self.phase {
            Phase::Login => self.at_login(now),
            Phase::Cleanup(_) => self.in_cleanup(now),
            Phase::Ready | Phase::Over => {}
            _ => self.in_exchange(now),
        }
    }

    /// With another line in flight, this one may show the prompt of the first and the echo of the next. A
    /// message of the system log may stand there too.
    fn next_begins(&mut self, line: &[u8], now: Duration) {
        let ends = |exchange: &Exchange| matches!(exchange.echo, Echo::Right | Echo::Wrong(_));
        if !self.flight.front().is_some_and(ends) {
            return;
        }
        let (expect, host) = (&self.access.expect, self.host.as_deref());
        let alone = self.flight.len() < 2;
        if let Some((prompt, text)) = Prompt::before(line, expect, host)
            && (!alone || is_noise_behind(text, line, expect))
        {
            self.at = Some((prompt, text.to_vec()));
            self.answered(now);
        }
    }

    fn at_login(&mut self, now: Duration) {
        let expect = self.access.expect.clone();
        let line = self.screen.line().to_vec();
        if let Some(prompt) = Prompt::of(&line, &expect, None) {
            self.at = Some((prompt, line));
            self.begin(now);
        } else if expect.password.is_match(&line) {
            if self.password_sent {
                let username = self.access.credentials.username.clone();
                let answer = visible(&line);
                return self.fail(Cause::LoginRefused { username, answer }, now);
            }
            self.password_sent = true;
            let secret = self.access.credentials.password.clone();
            self.send_secret(secret.reveal(), now);
        } else if expect.username.is_match(&line) && !self.password_sent {
            let name = format!("{}{}", self.access.credentials.username, expect.newline);
            self.send(name.clone().into_bytes(), name, now);
            // A second question for the name must be a new line.
            self.screen = Screen::default();
        } else if expect.questions.is_match(&line) {
            self.settles = Some(now + expect.timeouts.settle);
        }
    }

    fn in_exchange(&mut self, now: Duration) {
        if self.flight.len() > 1 {
            let line = self.screen.line().to_vec();
            self.next_begins(&line, now);
        }
        let Some(exchange) = self.flight.front_mut() else {
            return;
        };
        let expect = self.access.expect.clone();
        let settle = now + expect.timeouts.settle;
        if exchange.is_astray(&mut self.screen) {
            self.settles = Some(settle);
            return;
        }
        let is_wrong = matches!(exchange.echo, Echo::Wrong(_));
        if exchange.echo != Echo::Right && !is_wrong {
            return;
        }
        let line = self.screen.line();
        if let Some(prompt) = Prompt::of(line, &expect, self.host.as_deref()) {
            self.at = Some((prompt, line.to_vec()));
            self.answered(now);
        } else if is_wrong {
            self.settles = Some(settle);
        } else if expect.password.is_match(line) {
            self.password_asked(now);
        } else if let Some((_, answer)) = expect
            .dialogues
            .iter()
            .find(|(question, _)| question.is_match(line))
        {
            self.send(answer.clone().into_bytes(), answer.clone(), now);
            // The question stays on its line; only what follows it counts.
            self.screen = Screen::default();
        } else if expect.questions.is_match(line) {
            self.settles = Some(settle);
        }
    }

    /// Nothing has come for a moment: what stands there is what the device meant.
    pub(super) fn settled(&mut self, now: Duration) {
        if matches!(self.phase, Phase::Cleanup(_)) {
            return self.type_interrupt(now);
        }
        let line = self.screen.line().to_vec();
        let sent = self.sent();
        let wrong = match self.flight.front().map(|exchange| &exchange.echo) {
            Some(Echo::Awaited) => Some(line.clone()),
            Some(Echo::Wrong(received)) => Some(received.clone()),
            _ => None,
        };
        if let Some(wrong) = wrong {
            let received = self.received(&wrong);
            return self.fail(Cause::EchoMismatch { sent, received }, now);
        }
        let question = self.access.mask.text(&visible(line.trim_ascii()));
        self.fail(Cause::Question { sent, question }, now);
    }

    /// The device has not answered in time.
    pub(super) fn time_is_up(&mut self, waited: Duration, now: Duration) {
        if matches!(self.phase, Phase::Cleanup(_)) {
            return self.over();
        }
        let (sent, tail) = (self.sent(), self.tail_text());
        self.fail(Cause::NoPrompt { sent, waited, tail }, now);
    }

    fn password_asked(&mut self, now: Duration) {
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
                let question = visible(self.screen.line().trim_ascii());
                let sent = self.sent();
                self.fail(Cause::Question { sent, question }, now);
            }
        }
    }
}
