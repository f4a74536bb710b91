//! The floor: russh alone, with the same handshake and the same lines, but no device and no engine.
//!
//! The server answers every line with its echo and a prompt; the client sends a line when it has the prompt.

use std::net::SocketAddr;
use std::sync::Arc;

use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};
use russh::keys::{PrivateKey, PublicKeyOrCertificate};
use russh::server::{self, Auth, ChannelOpenHandle, Msg, Session};
use russh::{Channel, ChannelId, ChannelMsg, Preferred, Pty, client, kex};
use tokio::net::{TcpListener, TcpStream};

/// A server that knows nothing but a prompt.
pub struct Floor {
    address: SocketAddr,
    config: Arc<client::Config>,
}

/// The lines that a push of 20 sends, those around it included.
const LINES: usize = 20 + ["enable", "length", "width", "configure", "end"].len();

impl Floor {
    /// Starts the server; it serves as long as its runtime.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&[7; 32]));
        let config = Arc::new(server::Config {
            keys: vec![PrivateKey::new(pair, "").unwrap()],
            nodelay: true,
            preferred: preferred(),
            ..server::Config::default()
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let config = config.clone();
                tokio::spawn(async move {
                    if let Ok(session) = server::run_stream(config, stream, Prompt).await {
                        // How it ends is the client's affair.
                        _ = session.await;
                    }
                });
            }
        });
        let config = client::Config {
            nodelay: true,
            preferred: preferred(),
            ..client::Config::default()
        };
        Self {
            address,
            config: Arc::new(config),
        }
    }

    /// Connects, logs in, sends the lines one by one, and leaves.
    pub async fn run(&self) {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut client = client::connect_stream(self.config.clone(), stream, Trusting)
            .await
            .unwrap();
        assert!(
            client
                .authenticate_password("netadmin", "any")
                .await
                .unwrap()
                .success()
        );
        let mut channel = client.channel_open_session().await.unwrap();
        channel
            .request_pty(true, "vt100", 511, 1000, 0, 0, &[])
            .await
            .unwrap();
        channel.request_shell(true).await.unwrap();
        to_prompt(&mut channel).await;
        for _ in 0..LINES {
            channel.data(&b"vlan 21\n"[..]).await.unwrap();
            to_prompt(&mut channel).await;
        }
        channel.close().await.unwrap();
    }
}

/// The key exchange that devices offer; russh's own first choice costs more.
fn preferred() -> Preferred {
    Preferred {
        kex: vec![kex::CURVE25519].into(),
        ..Preferred::default()
    }
}

async fn to_prompt(channel: &mut Channel<client::Msg>) {
    loop {
        match channel.wait().await.expect("the server is here") {
            ChannelMsg::Data { data } if data.ends_with(b"#") => return,
            _ => {}
        }
    }
}

struct Trusting;

impl client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

struct Prompt;

impl server::Handler for Prompt {
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
        session.data(channel, &b"edge-1#"[..])
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let echo = [data.trim_ascii_end(), b"\r\nedge-1(config)#"].concat();
        session.data(channel, echo)
    }
}
