//! Telnet, for consoles behind a terminal server: no host key, no login of its own. Who may come in is asked in the
//! session, with `Username:` and `Password:`.
//!
//! A console says nothing to whoever has just come; an Enter wakes it up. Everything that is typed can be read on the
//! way, so telnet is only used where somebody says so.

mod options;

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::line::{Ending, Line};
use super::native::{KEEPALIVES_MAX, tcp};
use super::{Transport, TransportError, TransportOptions};
use crate::inventory::Device;
use options::Telnet;

/// So much is read at once.
const READ_BYTES: usize = 4_096;

/// A telnet connection.
pub struct TelnetTransport {
    line: Line<TcpStream>,
    ending: Ending,
    telnet: Telnet,
    /// Answers and data that aren't sent yet: whoever gives up a wait must not lose half a command.
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

impl TelnetTransport {
    /// Connects, and wakes a console up.
    pub(super) async fn open(
        device: &Device,
        options: &TransportOptions,
    ) -> Result<Self, TransportError> {
        let stream = tcp(&device.host, device.port).await?;
        if let Some(every) = options.keepalive {
            keep_alive(&stream, every).map_err(|error| TransportError::Connect {
                address: device.endpoint(),
                error,
            })?;
        }
        let ending = Ending::default();
        let mut opened = Self {
            line: Line::new(stream, ending.clone()),
            ending,
            telnet: Telnet::default(),
            outgoing: Vec::new(),
            incoming: Vec::new(),
        };
        if device.reach.console {
            opened.write(b"\n".to_vec()).await?;
        }
        Ok(opened)
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        while !self.outgoing.is_empty() {
            let written = self.line.write(&self.outgoing).await?;
            self.outgoing.drain(..written);
        }
        self.line.flush().await
    }

    fn lost(&self, error: &std::io::Error) -> TransportError {
        self.ending
            .error()
            .unwrap_or_else(|| TransportError::Reset {
                error: error.to_string(),
            })
    }
}

/// The kernel asks a silent peer for a sign of life; telnet has no question that every server knows.
fn keep_alive(stream: &TcpStream, every: Duration) -> std::io::Result<()> {
    let retries = u32::try_from(KEEPALIVES_MAX).unwrap_or(1);
    let keepalive = TcpKeepalive::new()
        .with_time(every)
        .with_interval(every)
        .with_retries(retries);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

impl Transport for TelnetTransport {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        loop {
            self.flush().await.map_err(|error| self.lost(&error))?;
            if !self.incoming.is_empty() {
                return Ok(Some(std::mem::take(&mut self.incoming)));
            }
            let mut bytes = [0; READ_BYTES];
            let read = self
                .line
                .read(&mut bytes)
                .await
                .map_err(|error| self.lost(&error))?;
            if read == 0 {
                return Ok(None);
            }
            let data = self.telnet.receive(bytes.get(..read).unwrap_or_default());
            self.incoming.extend(data);
            self.outgoing.extend(self.telnet.take_answers());
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        self.outgoing.extend(Telnet::encode(&bytes));
        self.flush().await.map_err(|error| self.lost(&error))
    }

    async fn close(mut self) {
        // The session is over either way.
        let _ = self.line.shutdown().await;
    }
}
