//! The dialogue: which command or line comes next, and how it is sent.

use std::time::Duration;

use super::engine::{Deadline, Phase, Session};
use super::exchange::{Answer, Echo, Exchange};
use super::failure::{Cause, Sent};
use super::prompt::Prompt;
use super::screen::Screen;
use super::{Action, EndState};
use crate::packs::EnableCondition;
use crate::plan::PlanLine;
use crate::secret::STARS;

impl Session {
    /// A prompt came after an exchange.
    pub(super) fn answered(&mut self, now: Duration) {
        let Some(exchange) = self.exchange.take() else {
            return;
        };
        self.deadline = None;
        if let Echo::Wrong(line) = &exchange.echo {
            let received = self.received_by(&exchange, line);
            return self.fail(
                Cause::EchoMismatch {
                    sent: exchange.sent,
                    received,
                },
                now,
            );
        }
        let answer = Answer::of(exchange.output(), &self.job.expect);
        let answer = Answer {
            refused: answer.refused.map(|text| self.job.mask.text(&text)),
            is_listed: answer.is_listed,
            notes: answer
                .notes
                .iter()
                .map(|text| self.job.mask.text(text))
                .collect(),
        };
        match self.phase {
            Phase::Enable { secret_sent } => self.enabled(secret_sent, &answer, now),
            Phase::Setup(index) => self.setup(index + 1, now),
            Phase::Configure => self.configured(&answer, now),
            Phase::Line(index) => self.line_answered(index, exchange.sent, answer, now),
            Phase::Unconfigure => self.unconfigured(exchange.sent, &answer, now),
            Phase::Save => self.saved(&exchange, &answer, now),
            Phase::Login | Phase::Cleanup(_) | Phase::Over => {}
        }
    }

    /// The device waits at its first prompt.
    pub(super) fn begin(&mut self, now: Duration) {
        let privileged = self.is_privileged();
        match self.job.expect.enable_condition {
            EnableCondition::WhenNeeded if privileged => self.setup(0, now),
            EnableCondition::Never => self.setup(0, now),
            EnableCondition::Always | EnableCondition::WhenNeeded => {
                self.phase = Phase::Enable { secret_sent: false };
                let command = self.job.expect.enable.clone();
                self.command(&command, now);
            }
        }
    }

    pub(super) fn enabled(&mut self, secret_sent: bool, answer: &Answer, now: Duration) {
        if self.is_privileged() {
            return self.setup(0, now);
        }
        if secret_sent {
            return self.fail(
                Cause::EnableRefused {
                    answer: answer.text(),
                },
                now,
            );
        }
        let command = self.job.expect.enable.clone();
        self.fail(
            Cause::NotPrivileged {
                command,
                answer: answer.text(),
            },
            now,
        );
    }

    pub(super) fn setup(&mut self, index: usize, now: Duration) {
        self.phase = Phase::Setup(index);
        let expect = self.job.expect.clone();
        match expect.setup.get(index) {
            Some(command) => self.command(command, now),
            None => {
                self.phase = Phase::Configure;
                self.command(&expect.configure, now);
            }
        }
    }

    pub(super) fn configured(&mut self, answer: &Answer, now: Duration) {
        let mode = &self.job.expect.configure_mode;
        match &self.at {
            Some((Prompt::Config { mode: found }, _))
                if found == mode && answer.refused.is_none() =>
            {
                self.next_line(0, now);
            }
            _ => {
                let command = self.job.expect.configure.clone();
                self.fail(
                    Cause::CannotConfigure {
                        command,
                        answer: answer.text(),
                    },
                    now,
                );
            }
        }
    }

    pub(super) fn next_line(&mut self, index: usize, now: Duration) {
        let lines = self.job.lines.clone();
        match lines.get(index) {
            Some(_) if self.interrupted => self.fail(Cause::Interrupted, now),
            Some(line) => {
                self.phase = Phase::Line(index);
                let sent = Sent::Line {
                    no: index + 1,
                    text: line.shown().to_string(),
                };
                self.exchange_line(sent, line.text(), now);
            }
            None => {
                self.phase = Phase::Unconfigure;
                let command = self.job.expect.unconfigure.clone();
                self.command(&command, now);
            }
        }
    }

    pub(super) fn line_answered(
        &mut self,
        index: usize,
        sent: Sent,
        answer: Answer,
        now: Duration,
    ) {
        let found = match &self.at {
            Some((Prompt::Config { mode }, _)) => mode.clone(),
            _ => "exec".to_string(),
        };
        if let Some(text) = answer.refused {
            let has_moved = !self.job.expect.is_mode(self.mode_before(index), &found);
            let cause = Cause::Refused {
                sent,
                answer: text,
                may_be_in: has_moved || !answer.is_listed,
            };
            return self.fail(cause, now);
        }
        let expected = self
            .job
            .lines
            .get(index)
            .map(PlanLine::mode)
            .unwrap_or_default()
            .to_string();
        if !self.job.expect.is_mode(&expected, &found) {
            return self.fail(
                Cause::WrongMode {
                    sent,
                    expected,
                    found,
                },
                now,
            );
        }
        self.accepted = index + 1;
        self.notes
            .extend(answer.notes.into_iter().map(|note| (index + 1, note)));
        self.next_line(index + 1, now);
    }

    /// The mode that the line before leads to.
    fn mode_before(&self, index: usize) -> &str {
        index
            .checked_sub(1)
            .and_then(|before| self.job.lines.get(before))
            .map_or(&self.job.expect.configure_mode, PlanLine::mode)
    }

    pub(super) fn unconfigured(&mut self, sent: Sent, answer: &Answer, now: Duration) {
        if !matches!(self.at, Some((Prompt::Exec { .. }, _))) {
            let cause = Cause::Refused {
                sent,
                answer: answer.text(),
                may_be_in: false,
            };
            return self.fail(cause, now);
        }
        if !self.job.save {
            return self.leave(EndState::Applied { saved: false }, now);
        }
        self.phase = Phase::Save;
        let command = self.job.expect.save.clone();
        self.command(&command, now);
        self.deadline = Some(Deadline::after(self.job.expect.timeouts.save, now));
    }

    pub(super) fn saved(&mut self, exchange: &Exchange, answer: &Answer, now: Duration) {
        let saved = &self.job.expect.saved;
        if answer.refused.is_none() && exchange.output().iter().any(|line| saved.is_match(line)) {
            return self.leave(EndState::Applied { saved: true }, now);
        }
        let command = self.job.expect.save.clone();
        self.fail(
            Cause::NotSaved {
                command,
                answer: answer.text(),
            },
            now,
        );
    }

    pub(super) fn command(&mut self, text: &str, now: Duration) {
        self.exchange_line(Sent::Command(text.to_string()), text, now);
    }

    pub(super) fn exchange_line(&mut self, sent: Sent, text: &str, now: Duration) {
        let prompt = self.at.take().map(|(_, text)| text).unwrap_or_default();
        self.exchange = Some(if self.host.is_some() {
            Exchange::new(sent, &prompt, text, Echo::Awaited)
        } else {
            Exchange::new(sent, b"", text, Echo::Finding)
        });
        self.tail.clear();
        let line = format!("{text}{}", self.job.expect.newline);
        let shown = self.job.mask.text(&line);
        self.deadline = Some(Deadline::after(self.job.expect.timeouts.line, now));
        self.send(line.into_bytes(), shown, now);
    }

    pub(super) fn send(&mut self, bytes: Vec<u8>, shown: String, now: Duration) {
        self.heard = 0;
        self.transcript.sent(&bytes, now);
        self.actions.push(Action::Send { bytes, shown });
    }

    /// What is typed at a password prompt is shown nowhere.
    pub(super) fn send_secret(&mut self, secret: &str, now: Duration) {
        self.heard = 0;
        self.transcript.sent_secret(now);
        let bytes = format!("{secret}{}", self.job.expect.newline).into_bytes();
        self.actions.push(Action::Send {
            bytes,
            shown: STARS.to_string(),
        });
        self.screen = Screen::default();
    }
}
