//! Host keys as OpenSSH's `known_hosts` has them.

use std::io::Write;

use super::{InventoryError, host_pattern};
use crate::ssh::host_key::{HostKeyError, host_key};
use crate::topology::Topology;

/// A host key can't be made or written.
#[derive(Debug, thiserror::Error)]
pub enum HostKeyUnknown {
    /// It can't be made.
    #[error(transparent)]
    Make(#[from] HostKeyError),
    /// It can't be written as text.
    #[error("the public key has no text form")]
    Encode(#[source] russh::keys::ssh_key::Error),
}

pub(super) fn write(
    topology: &Topology,
    host: Option<&str>,
    out: &mut dyn Write,
) -> Result<(), InventoryError> {
    for row in topology.rows() {
        let key = host_key(topology.seed(), &row.name, &row.group.ssh)
            .map_err(HostKeyUnknown::Make)
            .and_then(|key| {
                key.public_key()
                    .to_openssh()
                    .map_err(HostKeyUnknown::Encode)
            })
            .map_err(InventoryError::HostKey)?;
        let own = row.address.ip().to_string();
        let pattern = host_pattern(host.unwrap_or(&own), row.address.port());
        writeln!(out, "{pattern} {}", key.trim()).map_err(InventoryError::Output)?;
    }
    Ok(())
}
