//! SSH with russh: connect (through jump hosts), check the host key, log in, open a shell.
//!
//! A password is tried once, by one method, so that a wrong one fails at once and locks no account. A connection that
//! breaks is told apart from one that the device closes: see [`crate::transport::TransportError::is_broken`].
//!
//! Known limits: no GSSAPI and no hardware keys except through an agent; the transport `system` has them.

mod door;
mod identity;
mod jump;
mod login;

use std::sync::Arc;

use russh::client::{self, Handle};
use russh::{Channel, ChannelMsg, Disconnect};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

pub use jump::Hop;
pub(super) use jump::{Hops, Jumps};
pub(super) use login::Learned;

use super::line::{Ended, Ending, Line};
use super::{SshOffer, Transport, TransportError, TransportOptions};
use crate::inventory::{Device, endpoint};
use door::Door;
use login::{Begin, Login, Progress};

/// The terminal we ask for: wide enough that no line of configuration is scrolled.
pub(super) const COLUMNS: u16 = 511;
/// And so long that no pager stops.
pub(super) const ROWS: u16 = 1_000;
/// The terminal's name.
pub(super) const TERMINAL: &str = "vt100";
/// So many questions for a sign of life may stay without an answer.
pub(super) const KEEPALIVES_MAX: usize = 3;

/// A shell on a device.
pub struct NativeTransport {
    handle: Handle<Door>,
    channel: Channel<client::Msg>,
    ending: Ending,
    /// The jump hosts that lead to the device, nearest first.
    hops: Hops,
}

impl NativeTransport {
    /// Connects, logs in and opens a shell.
    ///
    /// # Errors
    ///
    /// A [`TransportError`] that says which of these failed.
    pub(super) async fn open(
        device: &Device,
        options: &Arc<TransportOptions>,
        hops: Hops,
        learned: &Learned,
    ) -> Result<Self, TransportError> {
        let offer = device.reach.offer.clone().unwrap_or_default();
        let (host, port) = (device.host.as_str(), device.port);
        let peer = Peer {
            host,
            port,
            offer: &offer,
        };
        let mut login = Login {
            address: device.endpoint(),
            user: &device.credentials.username,
            password: &device.credentials.password,
            begin: learned.begin(),
            identities: options.identities_of(device),
            agent: options.agent_for(options.identities_of(device), &device.credentials.password),
            sha1: offer.signs_with_sha1(),
        };
        let meet = async || match hops.last() {
            None => peer.meet(tcp(host, port).await?, options).await,
            Some(hop) => peer.meet(hop.onward(host, port).await?, options).await,
        };
        let (mut handle, mut ending) = meet().await?;
        if !login_on(&mut handle, &ending, &login).await? {
            learned.was_unclear();
            login.begin = Begin::AsksAgain;
            // The first connection is given up, and it is no matter how.
            _ = handle.disconnect(Disconnect::ByApplication, "", "").await;
            (handle, ending) = meet().await?;
            login_on(&mut handle, &ending, &login).await?;
        }
        let channel = match open_shell(&handle).await {
            Ok(channel) => channel,
            Err(error) => return Err(hung_up(&ending, &login.address).unwrap_or(error)),
        };
        Ok(Self {
            handle,
            channel,
            ending,
            hops,
        })
    }

    /// Why the session is gone: the nearest thing that broke, or nothing if the device closed it.
    fn broken(&self) -> Option<TransportError> {
        let hop = self.hops.iter().find_map(|hop| hop.broken());
        hop.or_else(|| self.ending.error())
    }
}

impl Transport for NativeTransport {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        loop {
            match self.channel.wait().await {
                Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                    return Ok(Some(data.into()));
                }
                Some(ChannelMsg::Failure) => {
                    return Err(TransportError::NoShell {
                        what: "terminal or shell",
                    });
                }
                Some(ChannelMsg::Eof | ChannelMsg::Close) => return Ok(None),
                None => return self.broken().map_or(Ok(None), Err),
                Some(_) => {}
            }
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        match self.channel.data_bytes(bytes).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.broken().unwrap_or(error.into())),
        }
    }

    async fn close(self) {
        // The session is over either way.
        let _ = self
            .handle
            .disconnect(Disconnect::ByApplication, "", "")
            .await;
    }
}

/// A peer that SSH is spoken with: a device, or a jump host.
struct Peer<'a> {
    host: &'a str,
    port: u16,
    offer: &'a SshOffer,
}

impl Peer<'_> {
    /// Agrees on keys and checks who the peer is.
    async fn meet<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
        options: &Arc<TransportOptions>,
    ) -> Result<(Handle<Door>, Ending), TransportError> {
        let (known, certificates) = options.host_keys.known_algorithms(self.host, self.port);
        let config = client::Config {
            preferred: self.offer.preferred(&known, certificates),
            keepalive_interval: options.keepalive,
            keepalive_max: KEEPALIVES_MAX,
            nodelay: true,
            ..client::Config::default()
        };
        let ending = Ending::default();
        let door = Door {
            host: self.host.to_string(),
            port: self.port,
            ending: ending.clone(),
            options: Arc::clone(options),
        };
        let line = Line::new(stream, ending.clone());
        match client::connect_stream(Arc::new(config), line, door).await {
            Ok(handle) => Ok((handle, ending)),
            Err(error) => {
                // What isn't SSH's own complaint is that the peer is gone.
                let gone = matches!(error, TransportError::Ssh(_));
                let ended = gone.then(|| hung_up(&ending, &endpoint(self.host, self.port)));
                Err(ended.flatten().unwrap_or(error))
            }
        }
    }
}

/// Logs in. False if it was refused, and only [`Begin::AsksAgain`] can tell why. If the connection ends when something was
/// shown already, that is the answer to it, and not worth a second try.
async fn login_on(
    handle: &mut Handle<Door>,
    ending: &Ending,
    login: &Login<'_>,
) -> Result<bool, TransportError> {
    let mut progress = Progress::default();
    let Err(error) = login.log_in(handle, &mut progress).await else {
        return Ok(true);
    };
    if progress.is_unclear() {
        return Ok(false);
    }
    let Some(ended) = ending.get() else {
        return Err(error);
    };
    let Some(methods) = progress.shown() else {
        return Err(hung_up(ending, &login.address).unwrap_or(error));
    };
    Err(TransportError::LoginCut {
        address: login.address.clone(),
        username: login.user.to_string(),
        methods,
        how: ended.to_string(),
    })
}

/// What it means that the connection ended before the session was open.
fn hung_up(ending: &Ending, address: &str) -> Option<TransportError> {
    let address = || address.to_string();
    match ending.get()? {
        ended @ (Ended::Closed | Ended::Reset(_)) => Some(TransportError::HungUp {
            address: address(),
            how: ended.to_string(),
        }),
        Ended::Said(_) | Ended::Silent(_) => ending.error(),
    }
}

pub(super) async fn tcp(host: &str, port: u16) -> Result<TcpStream, TransportError> {
    let refused = |error| TransportError::Connect {
        address: endpoint(host, port),
        error,
    };
    let stream = TcpStream::connect((host, port)).await.map_err(refused)?;
    // Without it, each line of the push waits for the delayed acknowledgement of the one before.
    stream.set_nodelay(true).map_err(refused)?;
    Ok(stream)
}

/// Terminal and shell are asked for in one go: each answer waited for would cost a round trip.
async fn open_shell(handle: &Handle<Door>) -> Result<Channel<client::Msg>, TransportError> {
    let channel = handle.channel_open_session().await?;
    channel
        .request_pty(
            true,
            TERMINAL,
            u32::from(COLUMNS),
            u32::from(ROWS),
            0,
            0,
            &[],
        )
        .await?;
    channel.request_shell(true).await?;
    Ok(channel)
}
