//! The session itself: its state, and what each input does to it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::cleanup::Cleanup;
use super::configuring::Configuring;
use super::exchange::Exchange;
use super::failure::{Cause, Sent};
use super::prompt::{Prompt, Prompts};
use super::screen::Screen;
use super::transcript::Transcript;
use super::{Access, Action, Input, Reply, Request};
use crate::visible::{visible, visible_tail};

/// So many of the last bytes are shown when a prompt doesn't come.
const TAIL_BYTES: usize = 240;

/// So many are kept, so that a secret that stands at the beginning of what is shown is seen with its keyword.
const TAIL_KEPT_BYTES: usize = 1024;

/// A device that writes more than this for one line is taken to write without end.
const HEARD_BYTES_MAX: usize = 1 << 20;

/// The output of a command may be a whole configuration; 30,000 lines of it are 1 MB.
const OUTPUT_BYTES_MAX: usize = 16 << 20;

const BACKSPACE: u8 = 0x08;

/// One conversation with one device.
#[derive(Debug)]
pub struct Session {
    pub(super) access: Access,
    pub(super) screen: Screen,
    pub(super) transcript: Transcript,
    pub(super) actions: Vec<Action>,
    pub(super) phase: Phase,
    /// The hostname, once an echo has confirmed it.
    pub(super) host: Option<Vec<u8>>,
    /// The prompt that the device waits at.
    pub(super) at: Option<Arc<Prompt>>,
    /// When the device must have answered.
    pub(super) deadline: Option<Deadline>,
    pub(super) started: Duration,
    /// What was sent and isn't answered yet, in order. The first is the one that is listened for.
    pub(super) flight: VecDeque<Exchange>,
    /// When an unfinished wrong echo, or an unknown question, is taken for what it is.
    pub(super) settles: Option<Duration>,
    pub(super) tail: VecDeque<u8>,
    /// How much the device has written since something was sent.
    pub(super) heard: usize,
    pub(super) interrupted: bool,
    pub(super) password_sent: bool,
    /// The lines that are being configured.
    pub(super) configuring: Option<Configuring>,
    /// A prompt that ended its line: if a message of the log follows, the device waits there.
    pub(super) passed: Option<Arc<Prompt>>,
    /// Room for a line and its end.
    pub(super) keys: Vec<u8>,
    /// The prompts that it has shown.
    pub(super) prompts: Prompts,
    /// When something is tried again, and how often it was.
    pub(super) again: Option<Duration>,
    pub(super) tries: u32,
    /// What is said when the device is clean again.
    pub(super) owed: Option<Reply>,
    reply: Option<Reply>,
}

/// Where in the conversation the session is.
#[derive(Debug)]
pub(super) enum Phase {
    Login,
    /// The device stood in configuration mode when we came.
    Unconfigure,
    Enable {
        secret_sent: bool,
    },
    Setup(usize),
    /// At an EXEC prompt, with nothing pending.
    Ready,
    Exec {
        /// The last line of the output, if it is known.
        ends: Option<String>,
    },
    Configure,
    Lines,
    /// At a prompt, until something is tried again.
    Waiting,
    Leave,
    Save,
    /// The device is brought to its EXEC prompt, or logged out.
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
    pub fn new(access: Access, now: Duration) -> Self {
        let waited = access.expect.timeouts.connect;
        Self {
            transcript: Transcript::new(access.mask.clone()),
            deadline: Some(Deadline::after(waited, now)),
            started: now,
            access,
            screen: Screen::default(),
            actions: Vec::new(),
            phase: Phase::Login,
            host: None,
            at: None,
            flight: VecDeque::new(),
            settles: None,
            tail: VecDeque::new(),
            heard: 0,
            interrupted: false,
            password_sent: false,
            configuring: None,
            passed: None,
            keys: Vec::new(),
            prompts: Prompts::default(),
            again: None,
            tries: 0,
            owed: None,
            reply: None,
        }
    }

    /// Takes a request. It is answered by [`Self::take_reply`], after as many inputs as it takes.
    pub fn request(&mut self, request: Request, now: Duration) -> Vec<Action> {
        match self.phase {
            Phase::Ready => self.take_up(request, now),
            Phase::Over if matches!(request, Request::Leave) => self.answer(Reply::Left),
            Phase::Over => self.answer(Reply::Failed(Cause::Closed {
                sent: Sent::Login,
                reason: "the session is over".into(),
                tail: self.tail_text(),
            })),
            _ => self.answer(Reply::Failed(Cause::Internal(
                "asked before the last request was answered".into(),
            ))),
        }
        self.done()
    }

    /// Applies one input and returns what must now be done, in order.
    pub fn handle(&mut self, input: Input<'_>, now: Duration) -> Vec<Action> {
        match input {
            Input::Bytes(bytes) if self.access.expect.single_byte => {
                bytes.chunks(1).for_each(|byte| self.bytes(byte, now));
            }
            Input::Bytes(bytes) => self.bytes(bytes, now),
            Input::Tick => self.tick(now),
            Input::Closed(reason) => self.closed(reason, false),
            Input::Reset(reason) => self.closed(reason, true),
            Input::Interrupt => self.interrupt(now),
        }
        self.done()
    }

    /// What came of the last request, once. The first reply is to the opening.
    pub fn take_reply(&mut self) -> Option<Reply> {
        self.reply.take()
    }

    /// Whether the device waits at its EXEC prompt for the next request.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.phase, Phase::Ready)
    }

    /// Whether the session has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// How many lines of the running request the device has accepted so far.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.configuring.as_ref().map_or(0, Configuring::accepted)
    }

    /// The hostname that the prompts show, once an echo has confirmed it.
    #[must_use]
    pub fn hostname(&self) -> Option<String> {
        let host = self.host.as_ref()?;
        Some(String::from_utf8_lossy(host).into_owned())
    }

    /// Received bytes as they may be shown: escaped, without secrets.
    #[must_use]
    pub fn shown(&self, bytes: &[u8]) -> String {
        visible(&self.access.mask.bytes(bytes))
    }

    /// Everything sent and received.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Ends the session as it stands.
    #[must_use]
    pub fn finish(self) -> Transcript {
        self.transcript
    }

    pub(super) fn answer(&mut self, reply: Reply) {
        self.reply = Some(reply);
    }

    fn done(&mut self) -> Vec<Action> {
        if matches!(self.phase, Phase::Over) {
            self.actions.push(Action::Close);
        } else if let Some(wake) = self.next_wake() {
            self.actions.push(Action::WakeAt(wake));
        }
        std::mem::take(&mut self.actions)
    }

    fn bytes(&mut self, bytes: &[u8], now: Duration) {
        self.transcript.received(bytes, now);
        self.heard += bytes.len();
        let bytes_max = match self.phase {
            Phase::Exec { .. } => OUTPUT_BYTES_MAX,
            _ => HEARD_BYTES_MAX,
        };
        if self.heard > bytes_max && !matches!(self.phase, Phase::Cleanup(_) | Phase::Over) {
            let sent = self.sent();
            return self.fail(Cause::Flooded { sent, bytes_max }, now);
        }
        let kept = bytes.len().saturating_sub(TAIL_KEPT_BYTES);
        self.tail.extend(bytes.get(kept..).unwrap_or_default());
        self.tail
            .drain(..self.tail.len().saturating_sub(TAIL_KEPT_BYTES));
        self.settles = None;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (_, behind) = rest.split_at(self.screen.letters(rest));
            rest = behind;
            if let Some((byte, behind)) = rest.split_first() {
                self.control(*byte, now);
                rest = behind;
            }
        }
        self.last_line(now);
    }

    /// A byte that does something else than stand there.
    fn control(&mut self, byte: u8, now: Duration) {
        if matches!(byte, b'\r' | BACKSPACE)
            && self.screen.at_end()
            && let Some(exchange) = self.flight.front_mut()
        {
            exchange.turned_back(self.screen.written(), byte == b'\r');
        }
        if let Some(line) = self.screen.show(byte) {
            self.line(&line, now);
            self.screen.reuse(line);
        }
    }

    fn tick(&mut self, now: Duration) {
        if self.settles.is_some_and(|at| now >= at) {
            self.settles = None;
            return self.settled(now);
        }
        if self.again.is_some_and(|at| now >= at) {
            self.again = None;
            return self.try_again(now);
        }
        let session_ends = self.session_ends();
        if let Some(Deadline { at, waited }) = self.deadline
            && (now >= at || now >= session_ends)
        {
            self.time_is_up(waited, now);
        }
    }

    fn closed(&mut self, reason: &str, is_reset: bool) {
        let is_asked_for = matches!(&self.phase, Phase::Cleanup(cleanup) if cleanup.leaves());
        if !is_asked_for && !matches!(self.phase, Phase::Ready | Phase::Over) {
            let (sent, tail, reason) = (self.sent(), self.tail_text(), reason.to_string());
            self.conclude(if is_reset {
                Cause::Reset { sent, reason, tail }
            } else {
                Cause::Closed { sent, reason, tail }
            });
        }
        self.over();
    }

    fn interrupt(&mut self, now: Duration) {
        match self.phase {
            Phase::Login
            | Phase::Unconfigure
            | Phase::Enable { .. }
            | Phase::Setup(_)
            | Phase::Configure => self.fail_before_prompt(Cause::Interrupted, now),
            // The lines in flight are waited for, so that it is known what the device has.
            Phase::Lines => {
                self.interrupted = true;
                self.feed(now);
            }
            Phase::Waiting => self.fail(Cause::Interrupted, now),
            Phase::Leave => self.interrupted = true,
            Phase::Ready | Phase::Exec { .. } | Phase::Save => {}
            Phase::Cleanup(_) | Phase::Over => {}
        }
    }

    fn next_wake(&self) -> Option<Duration> {
        let session_ends = self.session_ends();
        let deadline = self.deadline.map(|deadline| deadline.at.min(session_ends));
        [deadline, self.settles, self.again]
            .into_iter()
            .flatten()
            .min()
    }

    fn session_ends(&self) -> Duration {
        self.started + self.access.expect.timeouts.session
    }

    pub(super) fn over(&mut self) {
        if !matches!(self.phase, Phase::Over)
            && let Some(owed) = self.owed.take()
        {
            self.answer(owed);
        }
        self.phase = Phase::Over;
        self.deadline = None;
        self.again = None;
        self.settles = None;
        self.flight.clear();
    }

    /// What the first failure of this moment is about.
    pub(super) fn sent(&self) -> Sent {
        self.flight.front().map_or(Sent::Login, Exchange::sent)
    }

    pub(super) fn tail_text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        visible_tail(&self.access.mask.bytes(&tail), TAIL_BYTES)
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
