//! An SSH client for tests.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use russh::client::{self, AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, ChannelMsg};

/// Takes any host key, and keeps the login banner.
#[derive(Default)]
pub(crate) struct Trusting {
    pub(crate) banner: Arc<Mutex<String>>,
}

impl client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }

    async fn auth_banner(
        &mut self,
        text: &str,
        _: &mut client::Session,
    ) -> Result<(), russh::Error> {
        self.banner.lock().unwrap().push_str(text);
        Ok(())
    }
}

pub(crate) type Client = Handle<Trusting>;

/// Connects with a channel window of `window` bytes.
pub(crate) async fn connect_with(address: SocketAddr, window: u32) -> Result<Client, russh::Error> {
    let config = client::Config {
        nodelay: true,
        window_size: window,
        ..client::Config::default()
    };
    client::connect(Arc::new(config), address, Trusting::default()).await
}

pub(crate) async fn connect(address: SocketAddr) -> Client {
    connect_with(address, 1 << 20).await.unwrap()
}

/// Connects and logs in.
pub(crate) async fn logged_in(address: SocketAddr) -> Client {
    let mut client = connect(address).await;
    assert!(password(&mut client, "right").await.success());
    client
}

pub(crate) async fn password(client: &mut Client, password: &str) -> AuthResult {
    client
        .authenticate_password("netadmin", password)
        .await
        .unwrap()
}

/// Answers `Password: ` once, and says what was asked and what came of it.
pub(crate) async fn interactive(client: &mut Client, password: &str) -> (String, bool) {
    let begun = client
        .authenticate_keyboard_interactive_start("netadmin", None)
        .await
        .unwrap();
    let KeyboardInteractiveAuthResponse::InfoRequest {
        name,
        instructions,
        prompts,
    } = begun
    else {
        panic!("no question: {begun:?}");
    };
    let asked: Vec<_> = prompts
        .iter()
        .map(|p| format!("{}{}", p.prompt, p.echo))
        .collect();
    let answer = vec![password.to_string()];
    let done = client
        .authenticate_keyboard_interactive_respond(answer)
        .await
        .unwrap();
    let accepted = matches!(done, KeyboardInteractiveAuthResponse::Success);
    (format!("{name}{instructions}{}", asked.join(",")), accepted)
}

/// A shell on a terminal of 100 by 30.
pub(crate) async fn shell(client: &Client) -> Channel<client::Msg> {
    let channel = client.channel_open_session().await.unwrap();
    channel
        .request_pty(true, "vt100", 100, 30, 0, 0, &[])
        .await
        .unwrap();
    channel.request_shell(true).await.unwrap();
    channel
}

/// Reads until `end` has come, or the channel has closed.
pub(crate) async fn read_to(channel: &mut Channel<client::Msg>, end: &str) -> String {
    let mut seen = Vec::new();
    while let Some(message) = channel.wait().await {
        if let ChannelMsg::Data { data } = message {
            seen.extend_from_slice(&data);
            if seen.ends_with(end.as_bytes()) {
                break;
            }
        }
    }
    String::from_utf8_lossy(&seen).into_owned()
}

/// Reads until the channel closes: how many bytes came.
pub(crate) async fn drain(channel: &mut Channel<client::Msg>) -> usize {
    let mut count = 0;
    while let Some(message) = channel.wait().await {
        if let ChannelMsg::Data { data } = message {
            count += data.len();
        }
    }
    count
}

pub(crate) async fn type_in(channel: &Channel<client::Msg>, text: &str) {
    channel
        .data_bytes(text.to_string().into_bytes())
        .await
        .unwrap();
}
