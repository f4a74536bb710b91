//! SSH with russh: connect, check the host key, log in, open a shell.
//!
//! A password is tried once, by one method, so that a wrong one fails at once and locks no account.
//! Known limits: no agent, no jump host, no algorithms that IOS-XE has dropped.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::{Algorithm, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use russh::{Channel, ChannelMsg, Disconnect, MethodKind, MethodSet, Preferred, kex};
use tokio::net::TcpStream;

use super::{Transport, TransportError, TransportOptions};
use crate::secret::Secret;
use crate::topology::Device;

/// A keyboard-interactive login that asks more often than this is given up.
const ROUNDS_MAX: usize = 4;
/// The terminal we ask for: wide enough that no line of configuration is scrolled.
const COLUMNS: u32 = 511;
const ROWS: u32 = 1_000;
/// A silent device is asked for a sign of life; firewalls forget connections that say nothing.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A shell on a device.
pub struct NativeTransport {
    handle: Handle<Door>,
    channel: Channel<client::Msg>,
}

impl NativeTransport {
    /// Connects, logs in and opens a shell, all within `within`.
    ///
    /// # Errors
    ///
    /// A [`TransportError`] that says which of these failed.
    pub async fn open(
        device: &Device,
        options: &Arc<TransportOptions>,
        within: Duration,
    ) -> Result<Self, TransportError> {
        match tokio::time::timeout(within, Self::connect(device, options)).await {
            Ok(opened) => opened,
            Err(_) => Err(TransportError::TimedOut {
                address: device.endpoint(),
                seconds: within.as_secs(),
            }),
        }
    }

    async fn connect(
        device: &Device,
        options: &Arc<TransportOptions>,
    ) -> Result<Self, TransportError> {
        let refused = |error| TransportError::Connect {
            address: device.endpoint(),
            error,
        };
        let stream = TcpStream::connect((device.host.as_str(), device.port))
            .await
            .map_err(refused)?;
        // Without it, each line of the push waits for the delayed acknowledgement of the one before.
        stream.set_nodelay(true).map_err(refused)?;
        let known = options
            .host_keys
            .known_algorithms(&device.host, device.port);
        let config = client::Config {
            preferred: preferred(&known),
            keepalive_interval: Some(KEEPALIVE),
            nodelay: true,
            ..client::Config::default()
        };
        let door = Door {
            host: device.host.clone(),
            port: device.port,
            options: Arc::clone(options),
        };
        let mut handle = client::connect_stream(Arc::new(config), stream, door).await?;
        log_in(&mut handle, device, options).await?;
        let channel = open_shell(&handle).await?;
        Ok(Self { handle, channel })
    }
}

impl Transport for NativeTransport {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        loop {
            match self.channel.wait().await {
                Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                    return Ok(Some(data.to_vec()));
                }
                Some(ChannelMsg::Failure) => {
                    return Err(TransportError::NoShell {
                        what: "terminal or shell",
                    });
                }
                Some(ChannelMsg::Eof | ChannelMsg::Close) | None => return Ok(None),
                Some(_) => {}
            }
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        Ok(self.channel.data_bytes(bytes).await?)
    }

    async fn close(self) {
        // The session is over either way.
        let _ = self
            .handle
            .disconnect(Disconnect::ByApplication, "", "")
            .await;
    }
}

/// What russh asks us while a connection comes about.
struct Door {
    host: String,
    port: u16,
    options: Arc<TransportOptions>,
}

impl client::Handler for Door {
    type Error = TransportError;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, TransportError> {
        let key: PublicKey = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => key.clone(),
            PublicKeyOrCertificate::Certificate(certificate) => {
                PublicKey::from(certificate.public_key().clone())
            }
        };
        self.options
            .host_keys
            .check(&self.host, self.port, &key)
            .map(|()| true)
    }
}

async fn log_in(
    handle: &mut Handle<Door>,
    device: &Device,
    options: &TransportOptions,
) -> Result<(), TransportError> {
    let user = device.credentials.username.as_str();
    // Asks which methods there are; counts as no attempt.
    let mut offered = match handle.authenticate_none(user).await? {
        AuthResult::Success => return Ok(()),
        AuthResult::Failure {
            remaining_methods, ..
        } => remaining_methods,
    };
    let mut tried = Vec::new();
    for file in &options.identities {
        if !has(&offered, MethodKind::PublicKey) {
            break;
        }
        if tried.is_empty() {
            tried.push("public key");
        }
        match by_key(handle, user, file).await? {
            AuthResult::Success => return Ok(()),
            AuthResult::Failure {
                remaining_methods, ..
            } => offered = remaining_methods,
        }
    }
    let password = &device.credentials.password;
    let is_in = if has(&offered, MethodKind::Password) {
        tried.push("password");
        handle
            .authenticate_password(user, password.reveal())
            .await?
            .success()
    } else if has(&offered, MethodKind::KeyboardInteractive) {
        tried.push("keyboard-interactive");
        by_keyboard(handle, user, password).await?
    } else {
        false
    };
    if is_in {
        return Ok(());
    }
    Err(TransportError::LoginRefused {
        address: device.endpoint(),
        username: user.to_string(),
        methods: if tried.is_empty() {
            "any method it offers".into()
        } else {
            tried.join(" and ")
        },
    })
}

async fn by_key(
    handle: &mut Handle<Door>,
    user: &str,
    file: &Path,
) -> Result<AuthResult, TransportError> {
    let key =
        russh::keys::load_secret_key(file, None).map_err(|error| TransportError::Identity {
            file: file.to_path_buf(),
            error: error.to_string(),
        })?;
    let hash = handle.best_supported_rsa_hash().await?.flatten();
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    Ok(handle.authenticate_publickey(user, key).await?)
}

/// Answers every hidden question with the password, and an open one with the user's name.
async fn by_keyboard(
    handle: &mut Handle<Door>,
    user: &str,
    password: &Secret,
) -> Result<bool, TransportError> {
    let mut response = handle
        .authenticate_keyboard_interactive_start(user, None)
        .await?;
    for _ in 0..ROUNDS_MAX {
        let answers = match response {
            KeyboardInteractiveAuthResponse::Success => return Ok(true),
            KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts
                .iter()
                .map(|prompt| if prompt.echo { user } else { password.reveal() }.to_string())
                .collect(),
        };
        response = handle
            .authenticate_keyboard_interactive_respond(answers)
            .await?;
    }
    Ok(false)
}

/// Terminal and shell are asked for in one go: each answer waited for would cost a round trip.
async fn open_shell(handle: &Handle<Door>) -> Result<Channel<client::Msg>, TransportError> {
    let channel = handle.channel_open_session().await?;
    channel
        .request_pty(true, "vt100", COLUMNS, ROWS, 0, 0, &[])
        .await?;
    channel.request_shell(true).await?;
    Ok(channel)
}

/// What IOS-XE offers, fast first. Post-quantum key exchange is left out: no release has it, and russh
/// would pay for it on every connection. A kind of host key that is known comes first.
fn preferred(known: &[Algorithm]) -> Preferred {
    const KEX: &[kex::Name] = &[
        kex::CURVE25519,
        kex::CURVE25519_PRE_RFC_8731,
        kex::ECDH_SHA2_NISTP256,
        kex::ECDH_SHA2_NISTP384,
        kex::ECDH_SHA2_NISTP521,
        kex::DH_G16_SHA512,
        kex::DH_G14_SHA256,
        kex::EXTENSION_SUPPORT_AS_CLIENT,
        kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
    ];
    let is_known = |algorithm: &Algorithm| {
        known
            .iter()
            .any(|one| one == algorithm || (is_rsa(one) && is_rsa(algorithm)))
    };
    let (first, rest): (Vec<_>, Vec<_>) =
        Preferred::DEFAULT.key.iter().cloned().partition(is_known);
    Preferred {
        kex: Cow::Borrowed(KEX),
        key: Cow::Owned([first, rest].concat()),
        ..Preferred::DEFAULT
    }
}

/// The three RSA algorithms share one key.
fn is_rsa(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::Rsa { .. })
}

fn has(methods: &MethodSet, method: MethodKind) -> bool {
    methods.contains(&method)
}
