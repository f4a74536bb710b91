//! The life of one connection: knock, handshake and login within the grace time, output, the end.
//!
//! The SSH library runs the protocol in a task of its own; this one carries output to it and holds the
//! switch that ends it. A panic in either ends this connection and no other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use device::SessionId;
use russh::ChannelId;
use russh::server::{Handle, RunningSession};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};
use tokio::time::Instant;

use super::door::{self, Door, DoorError};
use super::line::{self, Line, Switch};
use super::outbox::Outbox;
use crate::device_task::DeviceEvent;
use crate::fleet::{Core, Running};

/// How long a session that has ended may take to read what was written to it.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// How long nothing must have been written before a session that has ended is hung up on. It begins again
/// as long as something moves.
const QUIET: Duration = Duration::from_millis(100);

/// What this side of a connection holds.
struct Session {
    id: SessionId,
    outbox: Arc<Outbox>,
    switch: Arc<Switch>,
    authenticated: oneshot::Receiver<()>,
    opened: oneshot::Receiver<ChannelId>,
}

/// The library's task, which may be waited for more than once.
struct Protocol {
    id: SessionId,
    running: Option<RunningSession<Door>>,
}

impl Protocol {
    /// Waits until the protocol has come to its end.
    async fn ended(&mut self) {
        let Some(running) = &mut self.running else {
            return;
        };
        let result = running.await;
        self.running = None;
        let session = self.id.0;
        match result {
            Err(DoorError::Ssh(russh::Error::Join(error))) => {
                tracing::error!(session, %error, "a connection's task failed");
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::debug!(session, %error, cause, "connection ended");
            }
            Ok(()) => tracing::debug!(session, "connection ended"),
        }
    }
}

/// Serves one connection to the device with this number. The permit counts it as not yet logged in.
pub(crate) async fn serve(
    core: Arc<Core>,
    number: usize,
    stream: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
) {
    let Some((device, door)) = core.knock(number).await else {
        return reset(&stream);
    };
    if !door.open {
        return reset(&stream);
    }
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
    let config = match core.ssh(number, &device) {
        Ok(config) => config,
        Err(error) => {
            tracing::error!(%error, "connection refused");
            return reset(&stream);
        }
    };
    let grace = door.grace;
    let deadline = Instant::now() + grace;
    let (handler, mut session) = halves(core.next_session(), peer, &device, door);
    let (line, left) = Line::new(stream, session.switch.clone());
    let mut stopping = core.stopping.clone();
    drop(core);
    let started = russh::server::run_stream(config, line, handler);
    let Ok(Ok(running)) = tokio::time::timeout_at(deadline, started).await else {
        tracing::debug!(device = device.name, %peer, "no SSH handshake");
        return line::close(left).await;
    };
    let mut protocol = Protocol {
        id: session.id,
        running: Some(running),
    };
    let logged_in = login(&mut protocol, &mut session, deadline, &mut stopping).await;
    if logged_in {
        drop(permit);
        converse(&mut protocol, &mut session, grace, &mut stopping).await;
    }
    end(&device, &session, protocol).await;
    line::close(left).await;
}

/// The two sides of a connection: the handler for the SSH library, and what stays here.
fn halves(
    id: SessionId,
    peer: SocketAddr,
    device: &Running,
    door: device::Door,
) -> (Door, Session) {
    let switch = Arc::new(Switch::default());
    let outbox = Arc::new(Outbox::new(switch.clone()));
    let (authenticated, is_authenticated) = oneshot::channel();
    let (opened, is_opened) = oneshot::channel();
    let handler = Door {
        id,
        peer: peer.ip(),
        events: device.events.clone(),
        banner: door.banner,
        tries_left: door.tries.max(1),
        outbox: outbox.clone(),
        switch: switch.clone(),
        authenticated: Some(authenticated),
        opened: Some(opened),
        stage: door::Stage::default(),
    };
    let session = Session {
        id,
        outbox,
        switch,
        authenticated: is_authenticated,
        opened: is_opened,
    };
    (handler, session)
}

/// Waits for the login: whether there is one before the deadline.
async fn login(
    protocol: &mut Protocol,
    session: &mut Session,
    deadline: Instant,
    stopping: &mut watch::Receiver<bool>,
) -> bool {
    tokio::select! {
        login = &mut session.authenticated => login.is_ok(),
        () = protocol.ended() => false,
        () = tokio::time::sleep_until(deadline) => {
            tracing::debug!(session = session.id.0, "the login took too long");
            false
        }
        _ = stopping.wait_for(|stop| *stop) => false,
    }
}

/// Carries output until the device or the client ends the session.
async fn converse(
    protocol: &mut Protocol,
    session: &mut Session,
    grace: Duration,
    stopping: &mut watch::Receiver<bool>,
) {
    let Some(handle) = protocol.running.as_ref().map(RunningSession::handle) else {
        return;
    };
    let Session {
        outbox,
        switch,
        opened,
        ..
    } = session;
    let output = async {
        // A user who never asks for a shell doesn't stay either.
        if let Ok(Ok(channel)) = tokio::time::timeout(grace, opened).await {
            write_all(outbox, switch, &handle, channel).await;
        }
    };
    let overdue = async {
        outbox.ended().await;
        tokio::time::sleep(LAST_WORDS).await;
    };
    let stopped = async {
        // The device's task has been told as well, and ends the output in its own time.
        _ = stopping.wait_for(|stop| *stop).await;
        tokio::time::sleep(QUIET).await;
    };
    tokio::select! {
        () = protocol.ended() => {}
        () = output => {}
        () = overdue => tracing::debug!(session = session.id.0, "the client didn't read to the end"),
        () = stopped => {}
    }
}

/// Sends all that the device writes, closes the channel, and waits until nothing moves.
async fn write_all(outbox: &Outbox, switch: &Switch, handle: &Handle, channel: ChannelId) {
    while let Some(chunk) = outbox.next().await {
        if handle.data(channel, chunk).await.is_err() {
            return;
        }
    }
    if let Some(status) = outbox.status()
        && handle.exit_status_request(channel, status).await.is_err()
    {
        return;
    }
    if handle.close(channel).await.is_err() {
        return;
    }
    loop {
        let before = switch.written();
        tokio::time::sleep(QUIET).await;
        if switch.written() == before {
            return;
        }
    }
}

/// Ends the connection in good order: what was written goes out, then the line closes.
async fn end(device: &Running, session: &Session, mut protocol: Protocol) {
    session.switch.hang_up();
    // A device whose task has ended has no session to close.
    _ = device.events.send(DeviceEvent::Closed(session.id)).await;
    if tokio::time::timeout(QUIET, protocol.ended()).await.is_err() {
        session.switch.cut();
    }
}

/// Refuses a connection as a host does where nobody listens.
pub(crate) fn reset(stream: &TcpStream) {
    if let Err(error) = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO)) {
        tracing::debug!(%error, "SO_LINGER");
    }
}
