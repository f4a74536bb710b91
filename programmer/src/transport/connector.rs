//! Which transport leads to a device, and what a run says of all of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::{Connect, HostKeys, NativeTransport, Transport, TransportError};
use crate::topology::Device;

/// The kinds of transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TransportKind {
    /// SSH, built in.
    #[default]
    Native,
}

/// What a run says of its transports.
#[derive(Debug)]
pub struct TransportOptions {
    /// The known hosts.
    pub host_keys: HostKeys,
    /// Private keys that are tried before the password, in order.
    pub identities: Vec<PathBuf>,
    /// The transport to devices that name none.
    pub transport: TransportKind,
}

impl TransportOptions {
    /// Passwords only, over the built-in SSH.
    #[must_use]
    pub fn new(host_keys: HostKeys) -> Self {
        Self {
            host_keys,
            identities: Vec::new(),
            transport: TransportKind::default(),
        }
    }
}

/// Opens the transport that each device wants.
#[derive(Debug, Clone)]
pub struct Connector {
    options: Arc<TransportOptions>,
}

impl Connector {
    /// A connector by these options.
    #[must_use]
    pub fn new(options: TransportOptions) -> Self {
        Self {
            options: Arc::new(options),
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
        match device.transport.unwrap_or(self.options.transport) {
            TransportKind::Native => {
                let opened = NativeTransport::open(device, &self.options, within).await?;
                Ok(AnyTransport::Native(opened))
            }
        }
    }
}

/// A transport of any kind.
pub enum AnyTransport {
    /// SSH, built in.
    Native(NativeTransport),
}

impl Transport for AnyTransport {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        match self {
            Self::Native(it) => it.read().await,
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        match self {
            Self::Native(it) => it.write(bytes).await,
        }
    }

    async fn close(self) {
        match self {
            Self::Native(it) => it.close().await,
        }
    }
}
