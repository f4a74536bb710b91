//! What the device writes: lines that end, and the line that the cursor is on.
//!
//! A line that ended is looked at once. The last line is looked at after each read: it may be a prompt, a
//! question, or an echo that has gone astray.

use std::time::Duration;

use super::engine::{Phase, Session};
use super::exchange::{Echo, Exchange};
use super::failure::Cause;
use super::prompt::Prompt;
use super::screen::Screen;
use crate::visible::visible;

impl Session {
    /// A line of the terminal ended.
    pub(super) fn line(&mut self, line: Vec<u8>, now: Duration) {
        if matches!(self.phase, Phase::Login) {
            if self.password_sent && self.job.expect.login_refused.is_match(&line) {
                let username = self.job.credentials.username.clone();
                self.fail_before_prompt(
                    Cause::LoginRefused {
                        username,
                        answer: visible(line.trim_ascii()),
                    },
                    now,
                );
            }
            return;
        }
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        let refuses = exchange.echo == Echo::Right
            && self.job.expect.enable_refused.is_match(line.trim_ascii());
        let answer = visible(line.trim_ascii());
        if let Some(prompt) = exchange.line(line, &self.job.expect) {
            self.found_echo(&prompt);
        } else if refuses && matches!(self.phase, Phase::Enable { .. }) {
            self.fail_before_prompt(Cause::EnableRefused { answer }, now);
        }
    }

    /// The first line's echo shows where banners end and what the hostname is.
    pub(super) fn found_echo(&mut self, prompt: &[u8]) {
        if let Some(Prompt::Exec { host, .. }) = Prompt::of(prompt, &self.job.expect, None) {
            self.host = Some(host);
            if let Some(exchange) = &mut self.exchange {
                exchange.echo = Echo::Right;
            }
        }
    }

    /// The line that the cursor is on changed.
    pub(super) fn last_line(&mut self, now: Duration) {
        match self.phase {
            Phase::Login => self.at_login(now),
            Phase::Cleanup(_) => self.in_cleanup(now),
            Phase::Over => {}
            _ => self.in_exchange(now),
        }
    }

    pub(super) fn at_login(&mut self, now: Duration) {
        let expect = self.job.expect.clone();
        let line = self.screen.line().trim_ascii_end().to_vec();
        if let Some(prompt) = Prompt::of(&line, &expect, None) {
            self.at = Some((prompt, line));
            self.begin(now);
        } else if expect.password.is_match(&line) {
            if self.password_sent {
                let username = self.job.credentials.username.clone();
                return self.fail(
                    Cause::LoginRefused {
                        username,
                        answer: visible(&line),
                    },
                    now,
                );
            }
            self.password_sent = true;
            let secret = self.job.credentials.password.clone();
            self.send_secret(secret.reveal(), now);
        } else if expect.username.is_match(&line) && !self.password_sent {
            let name = format!("{}{}", self.job.credentials.username, expect.newline);
            self.send(name.clone().into_bytes(), name, now);
            // A second question for the name must be a new line.
            self.screen = Screen::default();
        } else if expect.questions.is_match(&line) {
            self.settles = Some(now + expect.timeouts.settle);
        }
    }

    pub(super) fn in_exchange(&mut self, now: Duration) {
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        let settle = now + self.job.expect.timeouts.settle;
        if exchange.is_astray(&mut self.screen) {
            self.settles = Some(settle);
            return;
        }
        let is_wrong = matches!(exchange.echo, Echo::Wrong(_));
        if exchange.echo != Echo::Right && !is_wrong {
            return;
        }
        let line = self.screen.line();
        if let Some(prompt) = Prompt::of(line, &self.job.expect, self.host.as_deref()) {
            self.at = Some((prompt, line.trim_ascii_end().to_vec()));
            self.answered(now);
        } else if is_wrong {
            self.settles = Some(settle);
        } else if self.job.expect.password.is_match(line) {
            self.password_asked(now);
        } else if let Some((_, answer)) = self
            .job
            .expect
            .dialogues
            .iter()
            .find(|(question, _)| question.is_match(line))
        {
            let answer = answer.clone();
            self.send(answer.clone().into_bytes(), answer, now);
            // The question stays on its line; only what follows it counts.
            self.screen = Screen::default();
        } else if self.job.expect.questions.is_match(line) {
            self.settles = Some(settle);
        }
    }

    /// Nothing has come for a moment: what stands there is what the device meant.
    pub(super) fn settled(&mut self, now: Duration) {
        if matches!(self.phase, Phase::Cleanup(_)) {
            return self.type_interrupt(now);
        }
        let line = self.screen.line().to_vec();
        match &self.exchange {
            Some(exchange) if matches!(exchange.echo, Echo::Awaited) => {
                let received = self.received(&line);
                self.fail(
                    Cause::EchoMismatch {
                        sent: self.sent(),
                        received,
                    },
                    now,
                );
            }
            Some(Exchange {
                echo: Echo::Wrong(received),
                ..
            }) => {
                let received = self.received(&received.clone());
                self.fail(
                    Cause::EchoMismatch {
                        sent: self.sent(),
                        received,
                    },
                    now,
                );
            }
            _ => {
                let question = self.job.mask.text(&visible(line.trim_ascii()));
                self.fail(
                    Cause::Question {
                        sent: self.sent(),
                        question,
                    },
                    now,
                );
            }
        }
    }

    pub(super) fn password_asked(&mut self, now: Duration) {
        match &mut self.phase {
            Phase::Enable { secret_sent } if !*secret_sent => {
                *secret_sent = true;
                let secret = self.job.credentials.enable_password().clone();
                self.send_secret(secret.reveal(), now);
                if let Some(exchange) = &mut self.exchange {
                    exchange.echo = Echo::Hidden;
                }
            }
            Phase::Enable { .. } => {
                let answer = "it asked for the password again".to_string();
                self.fail(Cause::EnableRefused { answer }, now);
            }
            _ => {
                let question = visible(self.screen.line().trim_ascii());
                self.fail(
                    Cause::Question {
                        sent: self.sent(),
                        question,
                    },
                    now,
                );
            }
        }
    }
}
