//! The push itself: which line comes next, and what an answer means for the device.

use std::collections::VecDeque;
use std::time::Duration;

use super::cleanup::Cleanup;
use super::exchange::{Answer, Echo, Exchange, OUTPUT_BYTES_MAX};
use super::failure::{Cause, Sent};
use super::prompt::Prompt;
use super::screen::Screen;
use super::transcript::Transcript;
use super::{Action, EndState, Input, Job, Outcome};
use crate::packs::EnableCondition;
use crate::plan::PlanLine;
use crate::visible::{visible, visible_tail};

/// So many of the last bytes are shown when a prompt doesn't come.
const TAIL_BYTES: usize = 240;

/// One push to one device.
#[derive(Debug)]
pub struct Session {
    pub(super) job: Job,
    pub(super) screen: Screen,
    pub(super) transcript: Transcript,
    pub(super) actions: Vec<Action>,
    pub(super) phase: Phase,
    /// The hostname, once an echo has confirmed it.
    pub(super) host: Option<Vec<u8>>,
    /// The prompt that the device waits at, and its text.
    pub(super) at: Option<(Prompt, Vec<u8>)>,
    /// When the device must have answered.
    pub(super) deadline: Option<Deadline>,
    started: Duration,
    exchange: Option<Exchange>,
    /// When an unfinished wrong echo, or an unknown question, is taken for what it is.
    pub(super) settles: Option<Duration>,
    tail: VecDeque<u8>,
    interrupted: bool,
    password_sent: bool,
    accepted: usize,
    notes: Vec<(usize, String)>,
    outcome: Option<Outcome>,
}

/// Where in the dialogue the session is.
#[derive(Debug)]
pub(super) enum Phase {
    Login,
    Enable {
        secret_sent: bool,
    },
    Setup(usize),
    Configure,
    Line(usize),
    Unconfigure,
    Save,
    /// All is said; the session is left.
    Cleanup(Cleanup),
    Over,
}

/// A time by which something must have happened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    pub(super) at: Duration,
    pub(super) waited: Duration,
}

impl Session {
    /// A session whose shell has just been opened.
    #[must_use]
    pub fn new(job: Job, now: Duration) -> Self {
        let waited = job.expect.timeouts.connect;
        Self {
            transcript: Transcript::new(job.mask.clone()),
            deadline: Some(Deadline {
                at: now + waited,
                waited,
            }),
            started: now,
            job,
            screen: Screen::default(),
            actions: Vec::new(),
            phase: Phase::Login,
            host: None,
            at: None,
            exchange: None,
            settles: None,
            tail: VecDeque::new(),
            interrupted: false,
            password_sent: false,
            accepted: 0,
            notes: Vec::new(),
            outcome: None,
        }
    }

    /// Applies one input and returns what must now be done, in order.
    pub fn handle(&mut self, input: Input<'_>, now: Duration) -> Vec<Action> {
        match input {
            Input::Bytes(bytes) => self.bytes(bytes, now),
            Input::Tick => self.tick(now),
            Input::Closed(reason) => self.closed(reason),
            Input::Interrupt => self.interrupt(now),
        }
        if matches!(self.phase, Phase::Over) {
            self.actions.push(Action::Close);
        } else if let Some(wake) = self.next_wake() {
            self.actions.push(Action::WakeAt(wake));
        }
        std::mem::take(&mut self.actions)
    }

    /// How many lines the device has accepted so far.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.accepted
    }

    /// Everything sent and received.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Ends the session and says how it went. One that isn't over is given up.
    #[must_use]
    pub fn finish(mut self) -> (Outcome, Transcript) {
        if self.outcome.is_none() {
            self.closed("the session was given up");
        }
        let outcome = self.outcome.unwrap_or_else(|| Outcome {
            state: EndState::Unknown,
            accepted: self.accepted,
            in_doubt: None,
            cause: Some(Cause::Internal("a session without an outcome".into())),
            notes: Vec::new(),
        });
        (outcome, self.transcript)
    }

    // === inputs ===

    fn bytes(&mut self, bytes: &[u8], now: Duration) {
        self.transcript.received(bytes, now);
        self.tail.extend(bytes);
        self.tail
            .drain(..self.tail.len().saturating_sub(TAIL_BYTES));
        self.settles = None;
        for byte in bytes {
            if let Some(line) = self.screen.show(*byte) {
                self.line(line, now);
            }
        }
        self.last_line(now);
    }

    fn tick(&mut self, now: Duration) {
        if self.settles.is_some_and(|at| now >= at) {
            self.settles = None;
            return self.settled(now);
        }
        let session_ends = self.started + self.job.expect.timeouts.session;
        if let Some(Deadline { at, waited }) = self.deadline
            && (now >= at || now >= session_ends)
        {
            if matches!(self.phase, Phase::Cleanup(_)) {
                return self.over();
            }
            let tail = self.tail_text();
            self.fail(
                Cause::NoPrompt {
                    sent: self.sent(),
                    waited,
                    tail,
                },
                now,
            );
        }
    }

    fn closed(&mut self, reason: &str) {
        if self.outcome.is_none() {
            let (sent, tail) = (self.sent(), self.tail_text());
            self.conclude(Cause::Closed {
                sent,
                reason: reason.to_string(),
                tail,
            });
        }
        self.over();
    }

    fn interrupt(&mut self, now: Duration) {
        match self.phase {
            Phase::Login | Phase::Enable { .. } | Phase::Setup(_) | Phase::Configure => {
                self.fail_before_prompt(Cause::Interrupted, now);
            }
            // The line in flight is waited for, so that it is known what the device has.
            Phase::Line(_) => self.interrupted = true,
            Phase::Unconfigure | Phase::Save | Phase::Cleanup(_) | Phase::Over => {}
        }
    }

    fn next_wake(&self) -> Option<Duration> {
        let deadline = self.deadline.map(|deadline| {
            deadline
                .at
                .min(self.started + self.job.expect.timeouts.session)
        });
        [deadline, self.settles].into_iter().flatten().min()
    }

    // === what the device writes ===

    /// A line of the terminal ended.
    fn line(&mut self, line: Vec<u8>, now: Duration) {
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
        if let Some(prompt) = exchange.line(line) {
            self.found_echo(&prompt);
        } else if exchange.is_flooded() {
            let sent = exchange.sent.clone();
            self.fail(
                Cause::Flooded {
                    sent,
                    bytes_max: OUTPUT_BYTES_MAX,
                },
                now,
            );
        } else if refuses && matches!(self.phase, Phase::Enable { .. }) {
            self.fail_before_prompt(Cause::EnableRefused { answer }, now);
        }
    }

    /// The first line's echo shows where banners end and what the hostname is.
    fn found_echo(&mut self, prompt: &[u8]) {
        if let Some(Prompt::Exec { host, .. }) = Prompt::of(prompt, &self.job.expect, None) {
            self.host = Some(host);
            if let Some(exchange) = &mut self.exchange {
                exchange.echo = Echo::Right;
            }
        }
    }

    /// The line that the cursor is on changed.
    fn last_line(&mut self, now: Duration) {
        match self.phase {
            Phase::Login => self.at_login(now),
            Phase::Cleanup(_) => self.in_cleanup(now),
            Phase::Over => {}
            _ => self.in_exchange(now),
        }
    }

    fn at_login(&mut self, now: Duration) {
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

    fn in_exchange(&mut self, now: Duration) {
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
    fn settled(&mut self, now: Duration) {
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

    fn password_asked(&mut self, now: Duration) {
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

    // === the dialogue ===

    /// A prompt came after an exchange.
    fn answered(&mut self, now: Duration) {
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
    fn begin(&mut self, now: Duration) {
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

    fn enabled(&mut self, secret_sent: bool, answer: &Answer, now: Duration) {
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

    fn setup(&mut self, index: usize, now: Duration) {
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

    fn configured(&mut self, answer: &Answer, now: Duration) {
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

    fn next_line(&mut self, index: usize, now: Duration) {
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

    fn line_answered(&mut self, index: usize, sent: Sent, answer: Answer, now: Duration) {
        if let Some(answer) = answer.refused {
            return self.fail(Cause::Refused { sent, answer }, now);
        }
        let expected = self
            .job
            .lines
            .get(index)
            .map(PlanLine::mode)
            .unwrap_or_default()
            .to_string();
        let found = match &self.at {
            Some((Prompt::Config { mode }, _)) => mode.clone(),
            _ => "exec".to_string(),
        };
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

    fn unconfigured(&mut self, sent: Sent, answer: &Answer, now: Duration) {
        if !matches!(self.at, Some((Prompt::Exec { .. }, _))) {
            let answer = answer.text();
            return self.fail(Cause::Refused { sent, answer }, now);
        }
        if !self.job.save {
            return self.leave(EndState::Applied { saved: false }, now);
        }
        self.phase = Phase::Save;
        let command = self.job.expect.save.clone();
        self.command(&command, now);
        self.deadline = Some(Deadline::after(self.job.expect.timeouts.save, now));
    }

    fn saved(&mut self, exchange: &Exchange, answer: &Answer, now: Duration) {
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

    // === sending ===

    fn command(&mut self, text: &str, now: Duration) {
        self.exchange_line(Sent::Command(text.to_string()), text, now);
    }

    fn exchange_line(&mut self, sent: Sent, text: &str, now: Duration) {
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
        self.transcript.sent(&bytes, now);
        self.actions.push(Action::Send { bytes, shown });
    }

    /// What is typed at a password prompt is shown nowhere.
    fn send_secret(&mut self, secret: &str, now: Duration) {
        self.transcript.sent_secret(now);
        let bytes = format!("{secret}{}", self.job.expect.newline).into_bytes();
        self.actions.push(Action::Send {
            bytes,
            shown: crate::secret::STARS.to_string(),
        });
        self.screen = Screen::default();
    }

    // === ends ===

    pub(super) fn fail(&mut self, cause: Cause, now: Duration) {
        let state = self.conclude(cause);
        self.leave(state, now);
    }

    /// As [`Self::fail`], while the device is about to show a prompt: it is left from there.
    fn fail_before_prompt(&mut self, cause: Cause, now: Duration) {
        self.conclude(cause);
        self.exchange = None;
        self.await_prompt(now);
    }

    /// What a failure means for the device.
    fn conclude(&mut self, cause: Cause) -> EndState {
        let in_flight = match self.phase {
            Phase::Line(index) => Some(index + 1),
            _ => None,
        };
        let all_are_in = matches!(self.phase, Phase::Unconfigure | Phase::Save);
        let state = match in_flight {
            None if all_are_in => EndState::Applied { saved: false },
            None => EndState::NotStarted,
            Some(_) if cause.loses_sight() => EndState::Unknown,
            Some(_) => EndState::Partial,
        };
        let is_sure = matches!(cause, Cause::Refused { .. } | Cause::Interrupted);
        self.outcome = Some(Outcome {
            state,
            accepted: self.accepted,
            in_doubt: in_flight.filter(|_| !is_sure),
            cause: Some(cause),
            notes: std::mem::take(&mut self.notes),
        });
        state
    }

    fn leave(&mut self, state: EndState, now: Duration) {
        let (accepted, notes) = (self.accepted, std::mem::take(&mut self.notes));
        self.outcome.get_or_insert(Outcome {
            state,
            accepted,
            in_doubt: None,
            cause: None,
            notes,
        });
        self.exchange = None;
        self.settles = None;
        self.begin_cleanup(now);
    }

    pub(super) fn over(&mut self) {
        self.phase = Phase::Over;
        self.deadline = None;
        self.settles = None;
    }

    fn is_privileged(&self) -> bool {
        matches!(
            self.at,
            Some((
                Prompt::Exec {
                    privileged: true,
                    ..
                } | Prompt::Config { .. },
                _
            ))
        )
    }

    fn sent(&self) -> Sent {
        match &self.exchange {
            Some(exchange) => exchange.sent.clone(),
            None => Sent::Login,
        }
    }

    fn received(&self, line: &[u8]) -> String {
        self.exchange
            .as_ref()
            .map(|exchange| self.received_by(exchange, line))
            .unwrap_or_default()
    }

    fn received_by(&self, exchange: &Exchange, line: &[u8]) -> String {
        self.job.mask.text(&visible(exchange.echoed(line)))
    }

    fn tail_text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        visible_tail(&self.job.mask.bytes(&tail), TAIL_BYTES)
    }
}

impl Deadline {
    pub(super) fn after(waited: Duration, now: Duration) -> Self {
        Self {
            at: now + waited,
            waited,
        }
    }
}
