//! What russh asks us while a connection comes about, and tells us when it ends.

use std::sync::Arc;

use russh::client::{self, DisconnectReason, Session};
use russh::keys::PublicKeyOrCertificate;
use tracing::debug;

use crate::transport::line::{Ended, Ending};
use crate::transport::native::KEEPALIVES_MAX;
use crate::transport::{TransportError, TransportOptions};
use crate::visible::visible_tail;

/// The longest reason of a device that is told, in bytes.
const REASON_BYTES_MAX: usize = 200;

/// One connection's answers.
pub(super) struct Door {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) ending: Ending,
    pub(super) options: Arc<TransportOptions>,
}

impl client::Handler for Door {
    type Error = TransportError;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, TransportError> {
        let known = &self.options.host_keys;
        match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => {
                known.check(&self.host, self.port, key)?;
            }
            PublicKeyOrCertificate::Certificate(certificate) => {
                known.check_certificate(&self.host, self.port, certificate)?;
            }
        }
        Ok(true)
    }

    async fn auth_banner(
        &mut self,
        banner: &str,
        _session: &mut Session,
    ) -> Result<(), TransportError> {
        debug!(banner = %banner.escape_debug());
        Ok(())
    }

    async fn disconnected(
        &mut self,
        reason: DisconnectReason<TransportError>,
    ) -> Result<(), TransportError> {
        match reason {
            DisconnectReason::ReceivedDisconnect(said) => {
                let message = visible_tail(said.message.as_bytes(), REASON_BYTES_MAX);
                self.ending.note(if message.is_empty() {
                    Ended::Said(format!("{:?}", said.reason_code))
                } else {
                    Ended::Said(message)
                });
                Ok(())
            }
            DisconnectReason::Error(error) => {
                match &error {
                    TransportError::Ssh(russh::Error::KeepaliveTimeout) => {
                        let every = self.options.keepalive.unwrap_or_default().as_secs();
                        self.ending
                            .note(Ended::Silent(every * (KEEPALIVES_MAX as u64 + 1)));
                    }
                    // The stream has noted it already, if it was the stream.
                    TransportError::Ssh(russh::Error::Disconnect) => {
                        self.ending.note(Ended::Closed);
                    }
                    other => self.ending.note(Ended::Reset(other.to_string())),
                }
                Err(error)
            }
        }
    }
}
