//! From an address to a login.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use russh::Names;
use russh::client::{self, Handle, KeyboardInteractiveAuthResponse as Asked};
use russh::keys::PublicKeyOrCertificate;
use tokio::net::TcpStream;

use super::Method;
use crate::failure::Failure;
use crate::handshake::Handshake;

/// A peer that asks more often than this is refused.
const ROUNDS_MAX: usize = 4;

/// Takes any host key: a load is put on what one owns.
#[derive(Default)]
pub(super) struct Trusting {
    agreed: Agreed,
}

/// What the first key exchange agreed on.
pub(super) type Agreed = Arc<OnceLock<Handshake>>;

impl client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }

    async fn kex_done(
        &mut self,
        _: Option<&[u8]>,
        names: &Names,
        _: &mut client::Session,
    ) -> Result<(), russh::Error> {
        self.agreed.get_or_init(|| Handshake::of(names));
        Ok(())
    }
}

/// Connects and agrees on keys.
pub(super) async fn meet(
    address: SocketAddr,
    config: Arc<client::Config>,
) -> Result<(Handle<Trusting>, Agreed), Failure> {
    let refused = |error: std::io::Error| Failure::Connect(error.kind());
    let stream = TcpStream::connect(address).await.map_err(refused)?;
    // Without it each line waits for the delayed acknowledgement of the one before.
    stream.set_nodelay(true).map_err(refused)?;
    let door = Trusting::default();
    let agreed = door.agreed.clone();
    let met = client::connect_stream(config, stream, door).await;
    Ok((met.map_err(Failure::of_handshake)?, agreed))
}

/// Logs in, with one try.
pub(super) async fn log_in(
    handle: &mut Handle<Trusting>,
    username: &str,
    password: &str,
    method: Method,
) -> Result<(), Failure> {
    let accepted = match method {
        Method::Password => {
            let answer = handle.authenticate_password(username, password).await;
            answer.map_err(|_| Failure::Login)?.success()
        }
        Method::KeyboardInteractive => answer_questions(handle, username, password).await?,
    };
    if accepted {
        Ok(())
    } else {
        Err(Failure::Login)
    }
}

/// Answers every question with the password.
async fn answer_questions(
    handle: &mut Handle<Trusting>,
    username: &str,
    password: &str,
) -> Result<bool, Failure> {
    let start = handle.authenticate_keyboard_interactive_start(username, None);
    let mut asked = start.await.map_err(|_| Failure::Login)?;
    for _ in 0..ROUNDS_MAX {
        let prompts = match asked {
            Asked::Success => return Ok(true),
            Asked::Failure { .. } => return Ok(false),
            Asked::InfoRequest { prompts, .. } => prompts,
        };
        let answers = prompts.iter().map(|_| password.to_string()).collect();
        let answered = handle.authenticate_keyboard_interactive_respond(answers);
        asked = answered.await.map_err(|_| Failure::Login)?;
    }
    Ok(false)
}
