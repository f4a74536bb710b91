//! Known hosts: is this the device that it says it is?
//!
//! Files are OpenSSH's `known_hosts`: plain and hashed names, `[address]:port`. A key of a kind that the
//! file doesn't have for a known host counts as changed, not as new: whoever knows one key of a device
//! knows its keys.
//!
//! Known limits: no wildcards, no certificate authorities.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use russh::keys::known_hosts::{known_host_keys_path, learn_known_hosts_path};
use russh::keys::{Algorithm, HashAlg, PublicKey};

use super::TransportError;
use crate::topology::endpoint;

/// What is done with a host key that isn't known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum HostKeyPolicy {
    /// It is refused.
    #[default]
    Strict,
    /// It is accepted and added to the file; a changed key is refused.
    AcceptNew,
    /// Any key will do: only for a closed lab.
    Off,
}

/// The known hosts of one run.
#[derive(Debug)]
pub struct HostKeys {
    policy: HostKeyPolicy,
    file: PathBuf,
    /// Two devices must not write the file at once. Never held over an await.
    writing: Mutex<()>,
}

impl HostKeys {
    /// Known hosts by this policy and file.
    pub fn new(policy: HostKeyPolicy, file: impl Into<PathBuf>) -> Self {
        Self {
            policy,
            file: file.into(),
            writing: Mutex::new(()),
        }
    }

    /// The user's own file, `~/.ssh/known_hosts`.
    #[must_use]
    pub fn default_file() -> PathBuf {
        std::env::home_dir()
            .unwrap_or_default()
            .join(".ssh")
            .join("known_hosts")
    }

    /// The kinds of key that are known for a host; a device with several keys is asked for one of them.
    #[must_use]
    pub fn known_algorithms(&self, host: &str, port: u16) -> Vec<Algorithm> {
        let known = self.known(host, port).unwrap_or_default();
        known.iter().map(PublicKey::algorithm).collect()
    }

    /// Checks the key that a device shows.
    ///
    /// # Errors
    ///
    /// [`TransportError::HostKeyUnknown`] or [`TransportError::HostKeyChanged`], with fingerprints.
    pub fn check(&self, host: &str, port: u16, key: &PublicKey) -> Result<(), TransportError> {
        if self.policy == HostKeyPolicy::Off {
            return Ok(());
        }
        let known = self.known(host, port)?;
        if known.iter().any(|one| one.key_data() == key.key_data()) {
            return Ok(());
        }
        let (address, file) = (endpoint(host, port), self.file.clone());
        let fingerprint = fingerprint(key);
        if !known.is_empty() {
            let known = known.iter().map(self::fingerprint).collect();
            return Err(TransportError::HostKeyChanged {
                address,
                fingerprint,
                known,
                file,
            });
        }
        if self.policy == HostKeyPolicy::Strict {
            return Err(TransportError::HostKeyUnknown {
                address,
                fingerprint,
                file,
            });
        }
        self.learn(host, port, key)
    }

    fn known(&self, host: &str, port: u16) -> Result<Vec<PublicKey>, TransportError> {
        let keys =
            known_host_keys_path(host, port, &self.file).map_err(|error| self.bad(&error))?;
        Ok(keys.into_iter().map(|(_, key)| key).collect())
    }

    fn learn(&self, host: &str, port: u16, key: &PublicKey) -> Result<(), TransportError> {
        let _guard = self
            .writing
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        learn_known_hosts_path(host, port, key, &self.file).map_err(|error| self.bad(&error))
    }

    fn bad(&self, error: &russh::keys::Error) -> TransportError {
        TransportError::KnownHosts {
            file: self.file.clone(),
            error: error.to_string(),
        }
    }

    /// The file of known hosts.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }
}

fn fingerprint(key: &PublicKey) -> String {
    format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256))
}
