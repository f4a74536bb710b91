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
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};
use tokio::time::Instant;

use super::door::{self, Door, DoorError};
use super::line::{self, Line, Switch};
use super::outbox::Outbox;
use crate::faults::End;
use crate::fleet::Core;
use crate::live::Cause;
use crate::running::Running;

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
    let id = core.next_session();
    let Some((device, admission)) = core.knock(number, id) else {
        return reset(&stream);
    };
    let door = admission.door;
    if !door.open {
        return reset(&stream);
    }
    let _gone = Gone {
        id,
        device: device.clone(),
    };
    let mut stream = stream;
    if admission.silent {
        return black_hole(stream, &core).await;
    }
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
    let odd = admission.oddities;
    let config = match core.ssh(number, &device, odd.as_deref()) {
        Ok(config) => config,
        Err(error) => {
            tracing::error!(%error, "connection refused");
            return reset(&stream);
        }
    };
    let grace = door.grace;
    let deadline = Instant::now() + grace;
    let keyboard_only = odd.as_ref().is_some_and(|odd| odd.keyboard_only);
    let (handler, mut session) = halves(id, peer, &device, door, keyboard_only);
    if let Some(odd) = &odd {
        tokio::time::sleep(odd.wait).await;
        for line in &odd.preface {
            let line = format!("{line}\r\n");
            if stream.write_all(line.as_bytes()).await.is_err() {
                return;
            }
        }
    }
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
    end(&session, protocol).await;
    if session.switch.is_reset() {
        if let Ok(stream) = left.await {
            reset(&stream);
        }
        return;
    }
    line::close(left).await;
}

/// Tells the device that a client has gone, however that came.
struct Gone {
    id: SessionId,
    device: Arc<Running>,
}

impl Drop for Gone {
    fn drop(&mut self) {
        // One that has gone needs no telling.
        _ = self.device.happens(Cause::Closed(self.id));
    }
}

/// Says nothing until the client gives up.
async fn black_hole(mut stream: TcpStream, core: &Core) {
    let mut stopping = core.stopping.clone();
    let mut sink = tokio::io::sink();
    tokio::select! {
        _ = tokio::io::copy(&mut stream, &mut sink) => {}
        _ = stopping.wait_for(|stop| *stop) => {}
    }
}

/// The two sides of a connection: the handler for the SSH library, and what stays here.
fn halves(
    id: SessionId,
    peer: SocketAddr,
    device: &Arc<Running>,
    door: device::Door,
    keyboard_only: bool,
) -> (Door, Session) {
    let switch = Arc::new(Switch::default());
    let outbox = Arc::new(Outbox::new(switch.clone()));
    let (authenticated, is_authenticated) = oneshot::channel();
    let (opened, is_opened) = oneshot::channel();
    let handler = Door {
        id,
        peer: peer.ip(),
        device: device.clone(),
        banner: door.banner,
        tries_left: door.tries.max(1),
        outbox: outbox.clone(),
        switch: switch.clone(),
        authenticated: Some(authenticated),
        opened: Some(opened),
        stage: door::Stage::default(),
        keyboard_only,
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
        // The device has been stopped as well, which ends the output in its own time.
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
    if let Some((end, reason)) = outbox.last() {
        return end_by(end, reason, switch, handle, channel).await;
    }
    if let Some(status) = outbox.status()
        && handle.exit_status_request(channel, status).await.is_err()
    {
        return;
    }
    if handle.close(channel).await.is_err() {
        return;
    }
    quiet(switch).await;
}

/// Waits until nothing moves.
async fn quiet(switch: &Switch) {
    loop {
        let before = switch.written();
        tokio::time::sleep(QUIET).await;
        if switch.written() == before {
            return;
        }
    }
}

/// Ends a connection as a fault wants it; returns if the session is over.
async fn end_by(end: End, reason: String, switch: &Switch, handle: &Handle, channel: ChannelId) {
    match end {
        End::Reset => {
            quiet(switch).await;
            switch.reset();
        }
        End::Close => {
            // The peer has gone already if it can't be told.
            _ = handle.close(channel).await;
            quiet(switch).await;
        }
        End::Disconnect => {
            let language = String::new();
            let why = russh::Disconnect::TooManyConnections;
            _ = handle.disconnect(why, reason, language).await;
            quiet(switch).await;
        }
        End::HalfClosed => {
            _ = handle.eof(channel).await;
            std::future::pending::<()>().await;
        }
        End::HalfOpen | End::Idle => {
            quiet(switch).await;
            switch.freeze();
            std::future::pending::<()>().await;
        }
    }
}

/// Ends the connection in good order: what was written goes out, then the line closes.
async fn end(session: &Session, mut protocol: Protocol) {
    session.switch.hang_up();
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
