//! Which transport leads to a device, and what a run says of all of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::native::{Jumps, Learned};
use super::{
    Connect, Hop, HostKeyPolicy, HostKeys, NativeTransport, SystemTransport, TelnetTransport,
    Transport, TransportError,
};
use crate::inventory::Device;
use crate::secret::Secret;

/// Firewalls that forget silent connections do so after a minute or more.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// The kinds of transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TransportKind {
    /// SSH, built in
    #[default]
    Native,
    /// The `ssh` of the user, as it works by hand
    System,
    /// Telnet, for consoles
    Telnet,
}

/// What a run says of its transports.
#[derive(Debug)]
pub struct TransportOptions {
    /// The known hosts.
    pub host_keys: HostKeys,
    /// Private keys that are tried before the password, in order, where a device names none.
    pub identities: Vec<PathBuf>,
    /// Whether the keys of the agent are tried too. Where there is neither password nor key file, they always are.
    pub agent: bool,
    /// The agent's socket, if there is an agent.
    pub agent_socket: Option<PathBuf>,
    /// The jump hosts that lead to devices that name none, the nearest first.
    pub jump: Vec<Hop>,
    /// What jump hosts are given for a password.
    pub jump_password: Option<Secret>,
    /// A silent peer is asked for a sign of life so often; firewalls forget connections that say nothing.
    pub keepalive: Option<Duration>,
    /// The transport to devices that name none.
    pub transport: TransportKind,
    /// The user's `ssh`.
    pub ssh_program: PathBuf,
    /// What it is told with `-o`, before all else.
    pub ssh_options: Vec<String>,
    /// What the user said about host keys; where nothing is said, the user's `ssh` does as it always does.
    pub said_host_keys: Option<HostKeyPolicy>,
    /// Whether the user named the file of known hosts.
    pub said_known_hosts: bool,
}

impl TransportOptions {
    /// The private keys that a device is shown.
    pub(super) fn identities_of<'a>(&'a self, device: &'a Device) -> &'a [PathBuf] {
        match device.reach.identities.as_slice() {
            [] => &self.identities,
            own => own,
        }
    }

    /// The agent that is asked: where it is wanted, or where there is nothing else to log in with.
    pub(super) fn agent_for(&self, identities: &[PathBuf], password: &Secret) -> Option<&Path> {
        let nothing_else = identities.is_empty() && password.reveal().is_empty();
        let socket = self.agent_socket.as_deref();
        socket.filter(|_| self.agent || nothing_else)
    }

    /// Passwords only, over the built-in SSH.
    #[must_use]
    pub fn new(host_keys: HostKeys) -> Self {
        Self {
            host_keys,
            identities: Vec::new(),
            agent: false,
            agent_socket: None,
            jump: Vec::new(),
            jump_password: None,
            keepalive: Some(KEEPALIVE),
            transport: TransportKind::default(),
            ssh_program: PathBuf::from("ssh"),
            ssh_options: Vec::new(),
            said_host_keys: None,
            said_known_hosts: false,
        }
    }
}

/// Opens the transport that each device wants.
#[derive(Debug, Clone)]
pub struct Connector {
    options: Arc<TransportOptions>,
    jumps: Arc<Jumps>,
    logins: Arc<Learned>,
}

impl Connector {
    /// A connector by these options.
    #[must_use]
    pub fn new(options: TransportOptions) -> Self {
        Self {
            options: Arc::new(options),
            jumps: Arc::default(),
            logins: Arc::default(),
        }
    }
}

impl Connect for Connector {
    type Transport = AnyTransport;

    async fn connect(
        &self,
        device: &Device,
        within: Duration,
    ) -> Result<AnyTransport, TransportError> {
        match tokio::time::timeout(within, self.open(device)).await {
            Ok(opened) => opened,
            Err(_) => Err(TransportError::TimedOut {
                address: device.endpoint(),
                seconds: within.as_secs(),
            }),
        }
    }
}

impl Connector {
    async fn open(&self, device: &Device) -> Result<AnyTransport, TransportError> {
        let options = &self.options;
        match device.reach.transport.unwrap_or(options.transport) {
            TransportKind::Native => {
                let jump = device.reach.jump.as_ref().unwrap_or(&options.jump);
                let hops = self.jumps.through(jump, options).await?;
                let opened = NativeTransport::open(device, options, hops, &self.logins).await?;
                Ok(AnyTransport::Native(opened))
            }
            TransportKind::System => {
                let opened = SystemTransport::open(device, options).await?;
                Ok(AnyTransport::System(opened))
            }
            TransportKind::Telnet => {
                let opened = TelnetTransport::open(device, options).await?;
                Ok(AnyTransport::Telnet(opened))
            }
        }
    }
}

/// A transport of any kind.
pub enum AnyTransport {
    /// SSH, built in.
    Native(NativeTransport),
    /// The user's `ssh`.
    System(SystemTransport),
    /// Telnet.
    Telnet(TelnetTransport),
}

impl Transport for AnyTransport {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        match self {
            Self::Native(it) => it.read().await,
            Self::System(it) => it.read().await,
            Self::Telnet(it) => it.read().await,
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        match self {
            Self::Native(it) => it.write(bytes).await,
            Self::System(it) => it.write(bytes).await,
            Self::Telnet(it) => it.write(bytes).await,
        }
    }

    async fn close(self) {
        match self {
            Self::Native(it) => it.close().await,
            Self::System(it) => it.close().await,
            Self::Telnet(it) => it.close().await,
        }
    }
}
