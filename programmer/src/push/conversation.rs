//! One conversation over one transport: the only place where session, bytes and clock meet.
//!
//! Time is tokio's, so a test with a paused clock waits for nothing.

use std::pin::Pin;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until};
use tracing::debug;

use crate::secret::STARS;
use crate::session::{Access, Action, Cause, Input, Reply, Request, Session, Transcript};
use crate::transport::{Transport, TransportError};

/// So long a transport may take to end.
const CLOSE_MAX: Duration = Duration::from_secs(2);

/// A device that doesn't read must not hold us longer than one that doesn't answer.
const WRITE_MAX: Duration = Duration::from_secs(60);

/// Without a deadline the request would be answered, so this is only a net.
const WAIT_MAX: Duration = Duration::from_secs(3_600);

/// A line longer than this is logged in pieces.
const UNLOGGED_MAX: usize = 64 << 10;

/// The time since a session began.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Instant);

impl Clock {
    /// A clock that begins now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since then.
    #[must_use]
    pub fn now(self) -> Duration {
        self.0.elapsed()
    }
}

/// A session with its transport.
#[derive(Debug)]
pub struct Conversation<T> {
    session: Session,
    transport: T,
    clock: Clock,
    interrupt: watch::Receiver<bool>,
    /// When the session wants to be called, if nothing happens before.
    wake: Option<Duration>,
    /// Rings then. It is set anew for each wait, which costs less than a new one: it is mostly set later.
    alarm: Pin<Box<Sleep>>,
    over: bool,
    /// What the device wrote since its last line ended: the log tells whole lines, so that no secret is cut.
    unlogged: Vec<u8>,
}

/// What was waited for.
enum Woken {
    Bytes(Vec<u8>),
    Closed(String),
    Reset(String),
    Interrupted,
    TimeUp,
}

impl<T: Transport> Conversation<T> {
    /// Opens a session over a transport: [`Reply::Ready`], or why not. `interrupt` turns true when the user
    /// wants it to stop.
    pub async fn open(
        transport: T,
        access: Access,
        interrupt: watch::Receiver<bool>,
    ) -> (Self, Reply) {
        let clock = Clock::start();
        let mut conversation = Self {
            session: Session::new(access, clock.now()),
            transport,
            clock,
            interrupt,
            wake: None,
            alarm: Box::pin(sleep_until(clock.0 + WAIT_MAX)),
            over: false,
            unlogged: Vec::new(),
        };
        let actions = conversation.session.handle(Input::Tick, clock.now());
        let reply = conversation.run(actions, &mut |_| {}).await;
        (conversation, reply)
    }

    /// Asks for one thing, and waits until it is answered.
    pub async fn ask(&mut self, request: Request) -> Reply {
        self.ask_watched(request, |_| {}).await
    }

    /// As [`Self::ask`]; `accepted` hears how many lines the device has taken.
    pub async fn ask_watched(
        &mut self,
        request: Request,
        mut accepted: impl FnMut(usize) + Send,
    ) -> Reply {
        let actions = self.session.request(request, self.clock.now());
        self.run(actions, &mut accepted).await
    }

    /// Whether there may be another request.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.session.is_ready() && !self.over
    }

    /// The hostname that the device shows, once it is known.
    #[must_use]
    pub fn hostname(&self) -> Option<String> {
        self.session.hostname()
    }

    /// Everything sent and received so far.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        self.session.transcript()
    }

    /// Ends it as it stands. To log out, ask for [`Request::Leave`] before.
    pub async fn close(self) -> Transcript {
        // The session is over; a transport that can't even say so is dropped.
        let _ = tokio::time::timeout(CLOSE_MAX, self.transport.close()).await;
        self.session.finish()
    }

    async fn run(
        &mut self,
        mut actions: Vec<Action>,
        accepted: &mut (impl FnMut(usize) + Send),
    ) -> Reply {
        let mut told = 0;
        loop {
            actions = match self.perform(actions).await {
                Some(actions) => actions,
                None => match self.session.take_reply() {
                    Some(reply) => return reply,
                    None if self.over => return Reply::Failed(nothing_said()),
                    None => self.listen().await,
                },
            };
            if self.session.accepted() > told {
                told = self.session.accepted();
                accepted(told);
            }
        }
    }

    /// Does what the session wants; if that fails, says what the session wants then.
    async fn perform(&mut self, actions: Vec<Action>) -> Option<Vec<Action>> {
        for action in actions {
            match action {
                Action::Close => self.over = true,
                Action::WakeAt(at) => self.wake = Some(at),
                Action::Send { bytes, is_secret } => {
                    self.log_sent(&bytes, is_secret);
                    if let Err(input) = self.write(bytes).await {
                        return Some(self.happened(&input));
                    }
                }
            }
        }
        None
    }

    async fn listen(&mut self) -> Vec<Action> {
        let woken = self.wait().await;
        self.happened(&woken)
    }

    fn happened(&mut self, woken: &Woken) -> Vec<Action> {
        let now = self.clock.now();
        self.wake = None;
        match woken {
            Woken::Bytes(bytes) => {
                self.log(bytes);
                self.session.handle(Input::Bytes(bytes), now)
            }
            Woken::Closed(reason) => self.session.handle(Input::Closed(reason), now),
            Woken::Reset(reason) => self.session.handle(Input::Reset(reason), now),
            Woken::Interrupted => self.session.handle(Input::Interrupt, now),
            Woken::TimeUp => self.session.handle(Input::Tick, now),
        }
    }

    fn log_sent(&self, bytes: &[u8], is_secret: bool) {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        match is_secret {
            true => debug!(sent = STARS),
            false => debug!(sent = %self.session.shown(bytes)),
        }
    }

    fn log(&mut self, bytes: &[u8]) {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        self.unlogged.extend_from_slice(bytes);
        let whole = self.unlogged.iter().rposition(|byte| *byte == b'\n');
        let end = whole
            .map_or(0, |at| at + 1)
            .max(self.unlogged.len().saturating_sub(UNLOGGED_MAX));
        let lines: Vec<u8> = self.unlogged.drain(..end).collect();
        if !lines.is_empty() {
            debug!(received = %self.session.shown(&lines));
        }
    }

    async fn wait(&mut self) -> Woken {
        let until = self.clock.0 + self.wake.unwrap_or(WAIT_MAX);
        self.alarm.as_mut().reset(until);
        tokio::select! {
            // Who interrupts isn't kept waiting by a device that goes on, nor by chance; and what has come is read
            // before it is said that nothing did.
            biased;
            () = interrupted(&mut self.interrupt) => Woken::Interrupted,
            read = self.transport.read() => match read {
                Ok(Some(bytes)) => Woken::Bytes(bytes),
                Ok(None) => Woken::Closed("the device ended it".to_string()),
                Err(error) => Woken::broken(&error),
            },
            () = &mut self.alarm => Woken::TimeUp,
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), Woken> {
        let now = self.clock.now();
        let until = self.clock.0 + self.wake.unwrap_or(now + WRITE_MAX);
        match tokio::time::timeout_at(until, self.transport.write(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Woken::broken(&error)),
            Err(_) => Err(Woken::Closed("the device reads nothing more".to_string())),
        }
    }
}

impl Woken {
    fn broken(error: &TransportError) -> Self {
        Self::Reset(error.to_string())
    }
}

fn nothing_said() -> Cause {
    Cause::Internal("a session ended without a reply".into())
}

/// Returns when the user interrupts; never, when that can't happen (again).
pub(super) async fn interrupted(interrupt: &mut watch::Receiver<bool>) {
    if interrupt.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
