//! A server of SSH that knows nothing but lines and a prompt.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use russh::server::{self, Auth, ChannelOpenHandle, Msg, Session};
use russh::{Channel, ChannelId, Pty};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use super::replies::{Lines, Replies};
use crate::handshake::Handshake;

/// A server of SSH. It takes any password, and serves until it is dropped.
pub struct Server {
    address: SocketAddr,
    accepting: AbortHandle,
}

impl Server {
    /// Listens on loopback, at a port of the system's choice, and serves on the runtime that it is called on.
    ///
    /// # Errors
    ///
    /// If no port can be listened at.
    pub async fn start(replies: Replies) -> io::Result<Self> {
        Self::start_with(&Handshake::default(), replies).await
    }

    /// The same with another handshake.
    ///
    /// # Errors
    ///
    /// If there is no host key of its kind, or no port can be listened at.
    pub async fn start_with(handshake: &Handshake, replies: Replies) -> io::Result<Self> {
        let config = Arc::new(config(handshake)?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, config, Arc::new(replies)));
        Ok(Self {
            address,
            accepting: accepting.abort_handle(),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn config(handshake: &Handshake) -> io::Result<server::Config> {
    Ok(server::Config {
        keys: vec![handshake.key()?],
        nodelay: true,
        // A session that is held open is no idle one.
        inactivity_timeout: None,
        preferred: handshake.preferred(),
        ..server::Config::default()
    })
}

async fn accept(listener: TcpListener, config: Arc<server::Config>, replies: Arc<Replies>) {
    loop {
        // Out of file descriptors, or the client has gone already: the next may come in.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        tokio::spawn(serve(stream, config.clone(), replies.clone()));
    }
}

/// How a session ends is the client's affair.
async fn serve(stream: TcpStream, config: Arc<server::Config>, replies: Arc<Replies>) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let prompter = Prompter {
        replies,
        lines: Lines::default(),
    };
    if let Ok(session) = server::run_stream(config, stream, prompter).await {
        _ = session.await;
    }
}

/// One connection.
struct Prompter {
    replies: Arc<Replies>,
    lines: Lines,
}

impl server::Handler for Prompter {
    type Error = russh::Error;

    async fn auth_password(&mut self, _: &str, _: &str) -> Result<Auth, russh::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_success(channel)
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_success(channel)?;
        session.data(channel, self.replies.prompt().to_vec())
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        keys: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let answer = self.lines.take(keys, &self.replies);
        if answer.is_empty() {
            return Ok(());
        }
        session.data(channel, answer)
    }
}
