//! Runs one session over one transport: the only place where engine, bytes and clock meet.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tracing::debug;

use crate::session::{Action, Input, Session};
use crate::transport::Transport;

/// So long a transport may take to end.
const CLOSE_MAX: Duration = Duration::from_secs(2);

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

/// What the driver waited for.
enum Woken {
    Bytes(Vec<u8>),
    Closed(String),
    Interrupted,
    TimeUp,
}

/// Runs the session to its end. `accepted` hears how many lines the device has taken.
pub async fn drive<T: Transport>(
    session: &mut Session,
    mut transport: T,
    clock: Clock,
    mut interrupt: watch::Receiver<bool>,
    mut accepted: impl FnMut(usize),
) {
    let mut told = 0;
    let mut actions = session.handle(Input::Tick, clock.now());
    'session: loop {
        let mut wake = None;
        for action in std::mem::take(&mut actions) {
            match action {
                Action::Close => break 'session,
                Action::WakeAt(at) => wake = Some(at),
                Action::Send { bytes, shown } => {
                    debug!(sent = %shown.escape_debug());
                    if let Err(reason) = write(&mut transport, bytes, clock, wake).await {
                        actions = session.handle(Input::Closed(&reason), clock.now());
                        continue 'session;
                    }
                }
            }
        }
        let woken = wait(&mut transport, clock, wake, &mut interrupt).await;
        let now = clock.now();
        actions = match &woken {
            Woken::Bytes(bytes) => {
                debug!(received = %session.shown(bytes));
                session.handle(Input::Bytes(bytes), now)
            }
            Woken::Closed(reason) => session.handle(Input::Closed(reason), now),
            Woken::Interrupted => session.handle(Input::Interrupt, now),
            Woken::TimeUp => session.handle(Input::Tick, now),
        };
        if session.accepted() != told {
            told = session.accepted();
            accepted(told);
        }
    }
    // The session is over; a transport that can't even say so is dropped.
    let _ = tokio::time::timeout(CLOSE_MAX, transport.close()).await;
}

async fn wait<T: Transport>(
    transport: &mut T,
    clock: Clock,
    wake: Option<Duration>,
    interrupt: &mut watch::Receiver<bool>,
) -> Woken {
    // Without a deadline the session would be over, so an hour is only a net.
    let until = clock.0 + wake.unwrap_or(Duration::from_secs(3_600));
    tokio::select! {
        read = transport.read() => match read {
            Ok(Some(bytes)) => Woken::Bytes(bytes),
            Ok(None) => Woken::Closed("the device ended it".to_string()),
            Err(error) => Woken::Closed(error.to_string()),
        },
        () = interrupted(interrupt) => Woken::Interrupted,
        () = tokio::time::sleep_until(until) => Woken::TimeUp,
    }
}

/// Returns when the user interrupts; never, when that can't happen (again).
pub(super) async fn interrupted(interrupt: &mut watch::Receiver<bool>) {
    if interrupt.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// A device that doesn't read must not hold us longer than one that doesn't answer.
async fn write<T: Transport>(
    transport: &mut T,
    bytes: Vec<u8>,
    clock: Clock,
    wake: Option<Duration>,
) -> Result<(), String> {
    const WRITE_MAX: Duration = Duration::from_secs(60);
    let until = clock.0 + wake.unwrap_or(clock.now() + WRITE_MAX);
    match tokio::time::timeout_at(until, transport.write(bytes)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the device reads nothing more".to_string()),
    }
}
