//! The keys that we may log in with: from files, or held by an agent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::{AgentClient, AgentStream};
use russh::keys::{Certificate, PrivateKey, load_openssh_certificate, load_secret_key};

use crate::transport::TransportError;

/// An agent of which somebody else holds the other end.
pub(super) type Agent = AgentClient<Box<dyn AgentStream + Send + Unpin + 'static>>;

/// A key, and the certificate that goes with it.
pub(super) struct Identity {
    pub(super) key: Arc<PrivateKey>,
    pub(super) certificate: Option<Certificate>,
}

impl Identity {
    /// Reads a private key, and `FILE-cert.pub` beside it if there is one, as OpenSSH does.
    pub(super) fn read(file: &Path) -> Result<Self, TransportError> {
        let bad = |file: &Path, error: String| TransportError::Identity {
            file: file.to_path_buf(),
            error,
        };
        let key = load_secret_key(file, None).map_err(|error| bad(file, error.to_string()))?;
        let mut beside = file.as_os_str().to_os_string();
        beside.push("-cert.pub");
        let beside = PathBuf::from(beside);
        let certificate = match beside.exists() {
            false => None,
            true => Some(
                load_openssh_certificate(&beside)
                    .map_err(|error| bad(&beside, error.to_string()))?,
            ),
        };
        Ok(Self {
            key: Arc::new(key),
            certificate,
        })
    }
}

/// The agent at a socket, and what it holds.
pub(super) async fn agent(socket: &Path) -> Result<(Agent, Vec<AgentIdentity>), TransportError> {
    let bad = |error: russh::keys::Error| TransportError::Agent {
        error: format!("{}: {error}", socket.display()),
    };
    let mut agent = AgentClient::connect_uds(socket)
        .await
        .map_err(bad)?
        .dynamic();
    let held = agent.request_identities().await.map_err(bad)?;
    Ok((agent, held))
}
