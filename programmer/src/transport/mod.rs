//! The way to a device: bytes there, bytes back, and an end.
//!
//! [`SshTransport`] is the one there is. The trait keeps the session engine and its driver free of it, so
//! that the user's own `ssh` in a pseudo-terminal, or a console's telnet, can stand beside it.

mod error;
mod host_keys;
mod ssh;

pub use error::TransportError;
pub use host_keys::{HostKeyPolicy, HostKeys};
pub use ssh::{SshOptions, SshTransport};

/// An open session with a device.
pub trait Transport: Send {
    /// The next bytes, or `None` if the session has ended. Giving up the wait loses nothing.
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, TransportError>> + Send;

    /// Sends all the bytes.
    fn write(&mut self, bytes: Vec<u8>) -> impl Future<Output = Result<(), TransportError>> + Send;

    /// Ends the session.
    fn close(self) -> impl Future<Output = ()> + Send;
}
