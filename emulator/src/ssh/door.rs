//! The SSH callbacks of one connection: each lets the device take a step. What it answers at once goes back at once; the
//! rest takes another way (see [`super::outbox`]).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use device::{Login, Opening, Screen, SessionId};
use russh::server::VerifiedPublicKey;
use russh::server::{Auth, ChannelOpenHandle, Handler, Msg, PublicKeyOffer, Response, Session};
use russh::{Channel, ChannelId, Pty};
use tokio::sync::oneshot;

use super::algorithms;
use super::line::Switch;
use super::outbox::Outbox;
use crate::live::{Cause, Claim, Opened, Proof};
use crate::running::Running;

/// How long a failed login takes. Real devices take two seconds, which would make every test of a wrong
/// password slow; without any delay passwords could be guessed at the speed of the machine.
const FAILED_LOGIN_DELAY: Duration = Duration::from_millis(250);

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DoorError {
    /// The device has ended.
    #[error("the device is gone")]
    DeviceGone,
    /// The client wants a second session; IOS-XE has one on a connection.
    #[error("a second session channel")]
    SecondChannel,
    /// The protocol went wrong.
    #[error("SSH")]
    Ssh(#[source] russh::Error),
}

impl From<russh::Error> for DoorError {
    fn from(error: russh::Error) -> Self {
        Self::Ssh(error)
    }
}

/// The door of one connection.
pub(crate) struct Door {
    pub(crate) id: SessionId,
    pub(crate) peer: IpAddr,
    pub(crate) device: Arc<Running>,
    pub(crate) banner: Option<String>,
    /// How many more logins may fail.
    pub(crate) tries_left: usize,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) switch: Arc<Switch>,
    /// Told once the user is known.
    pub(crate) authenticated: Option<oneshot::Sender<()>>,
    /// Told once the session has a shell or a command.
    pub(crate) opened: Option<oneshot::Sender<ChannelId>>,
    pub(crate) stage: Stage,
    /// Passwords are taken in a dialogue and in no other way.
    pub(crate) keyboard_only: bool,
}

/// How far a connection has come.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    user: String,
    channel: Option<ChannelId>,
    screen: Option<Screen>,
    terminal: Option<String>,
    /// The session is a shell, which ends with its input; a command ends by itself.
    shell: bool,
}

impl Door {
    async fn ask(&self, user: &str, proof: Proof) -> Result<Login, DoorError> {
        let claim = Claim {
            user: user.to_string(),
            proof,
            peer: self.peer,
            id: self.id,
        };
        let verdict = self.device.login(&claim).ok_or(DoorError::DeviceGone)?;
        if !verdict.wait.is_zero() {
            tokio::time::sleep(verdict.wait).await;
        }
        Ok(verdict.login)
    }

    fn tell(&self, cause: Cause<'_>) -> Result<(), DoorError> {
        match self.device.happens(cause) {
            true => Ok(()),
            false => Err(DoorError::DeviceGone),
        }
    }

    /// Lets the device take a step, and sends what it answers.
    fn answer(
        &self,
        cause: Cause<'_>,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), DoorError> {
        // What the client's window has no room for waits in the library, where it has no bound.
        if session.has_pending_data(channel) {
            return self.tell(cause);
        }
        self.outbox.attend();
        self.tell(cause)?;
        if let Some(bytes) = self.outbox.answer() {
            session.data(channel, bytes)?;
        }
        Ok(())
    }

    /// Judges a password; after the last try the client has its answer and the line is closed.
    async fn password(&mut self, user: &str, password: &str) -> Result<Auth, DoorError> {
        if self
            .ask(user, Proof::Password(password.to_string()))
            .await?
            == Login::Accepted
        {
            self.stage.user = user.to_string();
            return Ok(Auth::Accept);
        }
        tokio::time::sleep(FAILED_LOGIN_DELAY).await;
        self.tries_left = self.tries_left.saturating_sub(1);
        if self.tries_left == 0 {
            self.switch.hang_up();
        }
        Ok(self.refusal())
    }

    async fn key(&mut self, user: &str, key: &russh::keys::PublicKey) -> Result<Auth, DoorError> {
        let Ok(blob) = key.to_bytes() else {
            return Ok(self.refusal());
        };
        if self.ask(user, Proof::Key(blob)).await? == Login::Accepted {
            self.stage.user = user.to_string();
            return Ok(Auth::Accept);
        }
        Ok(self.refusal())
    }

    /// Opens the session on the device.
    fn open(
        &mut self,
        channel: ChannelId,
        command: Option<Vec<u8>>,
        session: &mut Session,
    ) -> Result<(), DoorError> {
        let Some(opened) = self.opened.take() else {
            session.channel_failure(channel)?;
            return Ok(());
        };
        session.channel_success(channel)?;
        self.stage.shell = command.is_none();
        let opening = Opening {
            user: std::mem::take(&mut self.stage.user),
            peer: self.peer,
            screen: self.stage.screen,
            terminal: self.stage.terminal.take(),
            command,
        };
        let event = Opened {
            id: self.id,
            opening,
            outbox: self.outbox.clone(),
        };
        self.answer(Cause::Opened(Box::new(event)), channel, session)?;
        opened.send(channel).map_err(|_| DoorError::DeviceGone)
    }

    /// A refusal that leaves every method open; see [`algorithms::methods`].
    fn refusal(&self) -> Auth {
        Auth::Reject {
            proceed_with_methods: Some(algorithms::methods(self.keyboard_only)),
            partial_success: false,
        }
    }
}

/// A terminal's size; one beyond any real terminal's is cut.
fn screen(columns: u32, rows: u32) -> Screen {
    let cut = |size: u32| u16::try_from(size).unwrap_or(u16::MAX);
    Screen {
        width: cut(columns),
        length: cut(rows),
    }
}

impl Handler for Door {
    type Error = DoorError;

    async fn authentication_banner(&mut self) -> Result<Option<String>, DoorError> {
        Ok(self.banner.take())
    }

    async fn auth_none(&mut self, _: &str) -> Result<Auth, DoorError> {
        Ok(self.refusal())
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, DoorError> {
        if self.keyboard_only {
            return Ok(self.refusal());
        }
        self.password(user, password).await
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, DoorError> {
        let Some(mut response) = response else {
            return Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: vec![("Password: ".into(), false)].into(),
            });
        };
        let typed = response.next().unwrap_or_default();
        let password = String::from_utf8_lossy(&typed).into_owned();
        self.password(user, &password).await
    }

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, DoorError> {
        self.key(user, offer.public_key).await
    }

    async fn auth_publickey(
        &mut self,
        user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, DoorError> {
        self.key(user, key.public_key).await
    }

    async fn auth_succeeded(&mut self, _: &mut Session) -> Result<(), DoorError> {
        if let Some(authenticated) = self.authenticated.take() {
            // The connection may just have been given up.
            _ = authenticated.send(());
        }
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), DoorError> {
        if self.stage.channel.is_some() {
            return Err(DoorError::SecondChannel);
        }
        self.stage.channel = Some(channel.id());
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        terminal: &str,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), DoorError> {
        self.stage.screen = Some(screen(columns, rows));
        self.stage.terminal = Some(terminal.to_string());
        Ok(session.channel_success(channel)?)
    }

    async fn window_change_request(
        &mut self,
        _: ChannelId,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        _: &mut Session,
    ) -> Result<(), DoorError> {
        let screen = screen(columns, rows);
        self.stage.screen = Some(screen);
        self.tell(Cause::Resized(self.id, screen))
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), DoorError> {
        self.open(channel, None, session)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), DoorError> {
        self.open(channel, Some(command.to_vec()), session)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: &str,
        session: &mut Session,
    ) -> Result<(), DoorError> {
        Ok(session.channel_failure(channel)?)
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _: bool,
        _: &str,
        _: &str,
        _: u32,
        session: &mut Session,
    ) -> Result<(), DoorError> {
        Ok(session.channel_failure(channel)?)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        session: &mut Session,
    ) -> Result<(), DoorError> {
        Ok(session.channel_failure(channel)?)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), DoorError> {
        self.answer(Cause::Bytes(self.id, bytes), channel, session)
    }

    /// A shell whose input has ended ends; what was typed before has been handed in. A command may have more to say.
    async fn channel_eof(&mut self, _: ChannelId, _: &mut Session) -> Result<(), DoorError> {
        if self.stage.shell {
            return self.tell(Cause::Closed(self.id));
        }
        self.tell(Cause::EndOfInput(self.id))
    }

    async fn channel_close(&mut self, _: ChannelId, _: &mut Session) -> Result<(), DoorError> {
        self.switch.hang_up();
        self.tell(Cause::Closed(self.id))
    }
}
