//! The session itself: its state, and what each input does to it.

use std::collections::VecDeque;
use std::time::Duration;

use super::cleanup::Cleanup;
use super::exchange::Exchange;
use super::failure::Cause;
use super::prompt::Prompt;
use super::screen::Screen;
use super::transcript::Transcript;
use super::{Action, EndState, Input, Job, Outcome};
use crate::visible::visible;

/// So many of the last bytes are shown when a prompt doesn't come.
pub(super) const TAIL_BYTES: usize = 240;

/// A device that writes more than this for one line is taken to write without end.
const HEARD_BYTES_MAX: usize = 1 << 20;

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
    pub(super) started: Duration,
    pub(super) exchange: Option<Exchange>,
    /// When an unfinished wrong echo, or an unknown question, is taken for what it is.
    pub(super) settles: Option<Duration>,
    pub(super) tail: VecDeque<u8>,
    /// How much the device has written since something was sent.
    pub(super) heard: usize,
    pub(super) interrupted: bool,
    pub(super) password_sent: bool,
    pub(super) accepted: usize,
    pub(super) notes: Vec<(usize, String)>,
    pub(super) outcome: Option<Outcome>,
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
            heard: 0,
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

    /// Received bytes as they may be shown: escaped, without secrets.
    #[must_use]
    pub fn shown(&self, bytes: &[u8]) -> String {
        visible(&self.job.mask.bytes(bytes))
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

    pub(super) fn bytes(&mut self, bytes: &[u8], now: Duration) {
        self.transcript.received(bytes, now);
        self.heard += bytes.len();
        if self.heard > HEARD_BYTES_MAX && !matches!(self.phase, Phase::Cleanup(_) | Phase::Over) {
            let (sent, bytes_max) = (self.sent(), HEARD_BYTES_MAX);
            return self.fail(Cause::Flooded { sent, bytes_max }, now);
        }
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

    pub(super) fn tick(&mut self, now: Duration) {
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

    pub(super) fn closed(&mut self, reason: &str) {
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

    pub(super) fn interrupt(&mut self, now: Duration) {
        match self.phase {
            Phase::Login | Phase::Enable { .. } | Phase::Setup(_) | Phase::Configure => {
                self.fail_before_prompt(Cause::Interrupted, now);
            }
            // The line in flight is waited for, so that it is known what the device has.
            Phase::Line(_) => self.interrupted = true,
            Phase::Unconfigure | Phase::Save | Phase::Cleanup(_) | Phase::Over => {}
        }
    }

    pub(super) fn next_wake(&self) -> Option<Duration> {
        let deadline = self.deadline.map(|deadline| {
            deadline
                .at
                .min(self.started + self.job.expect.timeouts.session)
        });
        [deadline, self.settles].into_iter().flatten().min()
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
