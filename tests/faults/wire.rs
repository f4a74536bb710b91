//! The programmer's way to a device of the fleet, without a network.
//!
//! The two share nothing but the bytes: this is the only place that knows both.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use emulator::wire::{Heard, Refusal, Wire, Wired};
use programmer::inventory::Device;
use programmer::transport::{Connect, Transport, TransportError};

/// Opens sessions with the devices of a fleet in memory.
pub(crate) struct InMemory(pub(crate) Arc<Wired>);

/// One of them.
pub(crate) struct Session(Wire);

impl Connect for InMemory {
    type Transport = Session;

    async fn connect(&self, device: &Device, within: Duration) -> Result<Session, TransportError> {
        let connected = tokio::time::timeout(within, self.opened(device)).await;
        connected.unwrap_or_else(|_| {
            Err(TransportError::TimedOut {
                address: device.name.clone(),
                seconds: within.as_secs(),
            })
        })
    }
}

impl InMemory {
    async fn opened(&self, device: &Device) -> Result<Session, TransportError> {
        let address = device.name.clone();
        let refused = |refusal: Refusal| match refusal {
            Refusal::Refused => TransportError::Connect {
                address: address.clone(),
                error: io::ErrorKind::ConnectionRefused.into(),
            },
            Refusal::Algorithms(theirs) => TransportError::NoCommonAlgorithm {
                kind: "kex".to_string(),
                ours: "curve25519-sha256".to_string(),
                theirs,
            },
            Refusal::Login => TransportError::LoginRefused {
                address: address.clone(),
                username: device.credentials.username.clone(),
                methods: "password".to_string(),
            },
        };
        let door = self.0.knock(&device.name).await.map_err(refused)?;
        if door.host_key > 0 {
            return Err(TransportError::HostKeyChanged {
                address: address.clone(),
                fingerprint: format!("key {}", door.host_key),
                known: vec!["key 0".to_string()],
                file: PathBuf::from("known_hosts"),
            });
        }
        let password = device.credentials.password.reveal();
        let wire = door.log_in(&device.credentials.username, password).await;
        wire.map(Session).map_err(refused)
    }
}

impl Transport for Session {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        match self.0.read().await {
            Heard::Bytes(bytes) => Ok(Some(bytes.to_vec())),
            Heard::Closed => Ok(None),
            Heard::Reset => Err(broken()),
            Heard::Disconnected(reason) => Err(TransportError::Disconnected { reason }),
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        match self.0.write(bytes).await {
            true => Ok(()),
            false => Err(broken()),
        }
    }

    async fn close(self) {}
}

fn broken() -> TransportError {
    TransportError::Reset {
        error: "reset by peer".to_string(),
    }
}
