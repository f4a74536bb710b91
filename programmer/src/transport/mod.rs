//! The way to a device: bytes there, bytes back, and an end.
//!
//! [`Connect`] opens ways, [`Transport`] is one. [`Connector`] opens the real ones; a test has its own and needs no
//! network. The traits keep the session engine and its driver free of sockets.

mod algorithms;
mod connector;
mod error;
mod host_keys;
mod known_hosts;
mod line;
mod native;
mod system;
mod telnet;

use std::time::Duration;

pub use algorithms::{AlgorithmKind, SshOffer};
pub use connector::{AnyTransport, Connector, TransportKind, TransportOptions};
pub use error::TransportError;
pub use host_keys::{HostKeyPolicy, HostKeys};
pub use native::{Hop, NativeTransport};
pub use system::SystemTransport;
pub use telnet::TelnetTransport;

use crate::inventory::Device;

/// An open session with a device.
pub trait Transport: Send {
    /// The next bytes, or `None` if the device has ended the session. Giving up the wait loses nothing.
    ///
    /// A connection that broke is an error, and not an end: see [`TransportError::is_broken`].
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, TransportError>> + Send;

    /// Sends all the bytes.
    fn write(&mut self, bytes: Vec<u8>) -> impl Future<Output = Result<(), TransportError>> + Send;

    /// Ends the session.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// Opens sessions with devices.
pub trait Connect: Send + Sync + 'static {
    /// What it opens.
    type Transport: Transport + 'static;

    /// Opens a session: connected, logged in, a shell. Takes no longer than `within`.
    fn connect(
        &self,
        device: &Device,
        within: Duration,
    ) -> impl Future<Output = Result<Self::Transport, TransportError>> + Send;
}
