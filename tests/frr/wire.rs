//! The way to a router, with something that happens on it: before a certain line is sent, and once.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use programmer::inventory::Device;
use programmer::transport::{
    AnyTransport, Connect, Connector, HostKeyPolicy, HostKeys, Transport, TransportError,
    TransportOptions,
};

/// What happens.
type Deed = Box<dyn FnOnce() + Send>;

/// The line it waits for, and what happens then.
type Trap = Arc<Mutex<Option<(Vec<u8>, Deed)>>>;

/// Opens ways to routers; the trap is on all of them.
pub(crate) struct Wire {
    connector: Connector,
    /// Where to connect, if not to the device itself.
    through: Option<u16>,
    trap: Trap,
}

/// An open way.
pub(crate) struct Tapped {
    transport: AnyTransport,
    trap: Trap,
}

impl Wire {
    /// A way on which nothing happens.
    pub(crate) fn new(known_hosts: PathBuf) -> Self {
        let keys = HostKeys::new(HostKeyPolicy::Strict, known_hosts);
        Self {
            connector: Connector::new(TransportOptions::new(keys)),
            through: None,
            trap: Arc::default(),
        }
    }

    /// The same, through a port that leads there.
    pub(crate) fn through(mut self, port: u16) -> Self {
        self.through = Some(port);
        self
    }

    /// The same, and this happens before the line is sent.
    pub(crate) fn before(self, line: &str, deed: impl FnOnce() + Send + 'static) -> Self {
        let line = format!("{line}\n").into_bytes();
        *self.trap.lock().unwrap() = Some((line, Box::new(deed)));
        self
    }
}

impl Connect for Wire {
    type Transport = Tapped;

    async fn connect(&self, device: &Device, within: Duration) -> Result<Tapped, TransportError> {
        let mut device = device.clone();
        device.port = self.through.unwrap_or(device.port);
        let transport = self.connector.connect(&device, within).await?;
        let trap = Arc::clone(&self.trap);
        Ok(Tapped { transport, trap })
    }
}

impl Transport for Tapped {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        self.transport.read().await
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        let sprung = {
            let mut trap = self.trap.lock().unwrap();
            let is_it = trap.as_ref().is_some_and(|(line, _)| *line == bytes);
            if is_it { trap.take() } else { None }
        };
        if let Some((_, deed)) = sprung {
            // It speaks with the lab, which answers at once.
            tokio::task::spawn_blocking(deed).await.unwrap();
        }
        self.transport.write(bytes).await
    }

    async fn close(self) {
        self.transport.close().await;
    }
}
