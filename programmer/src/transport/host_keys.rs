//! Host keys: is this the device that it says it is?
//!
//! A key of a kind that the file doesn't have for a known host counts as changed, not as new: whoever knows one key of
//! a device knows its keys. A certificate is accepted if an authority of the file signed it for the host; a key that the
//! file has revoked never is, whatever the policy.
//!
//! Known limits: one file; critical options of certificates are refused, as OpenSSH knows none for hosts.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use russh::keys::ssh_key::certificate::CertType;
use russh::keys::{Algorithm, Certificate, HashAlg, PublicKey};

use super::TransportError;
use super::known_hosts::{self, Known, KnownHosts};
use crate::inventory::endpoint;

/// What is done with a host key that isn't known.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    clap::ValueEnum,
    serde::Serialize,
    serde::Deserialize,
)]
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
    /// The file as it was read last; two devices must not write it at once. Never held over an await.
    read: Mutex<Cache>,
}

/// A file, and by what it is known to be the same still.
#[derive(Debug, Default)]
struct Cache {
    stamp: Option<(SystemTime, u64)>,
    hosts: KnownHosts,
}

impl HostKeys {
    /// Known hosts by this policy and file.
    pub fn new(policy: HostKeyPolicy, file: impl Into<PathBuf>) -> Self {
        Self {
            policy,
            file: file.into(),
            read: Mutex::default(),
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

    /// The kinds of key that are known for a host, and whether somebody is known who signs its keys. A device with
    /// several keys is asked for one that is known.
    #[must_use]
    pub fn known_algorithms(&self, host: &str, port: u16) -> (Vec<Algorithm>, bool) {
        let known = self.known(host, port).unwrap_or_default();
        let kinds = known.keys.iter().map(PublicKey::algorithm).collect();
        (kinds, !known.authorities.is_empty())
    }

    /// Checks the key that a device shows.
    ///
    /// # Errors
    ///
    /// [`TransportError::HostKeyUnknown`], [`TransportError::HostKeyChanged`] or [`TransportError::HostKeyRevoked`],
    /// with fingerprints.
    pub fn check(&self, host: &str, port: u16, key: &PublicKey) -> Result<(), TransportError> {
        let known = self.known_if_asked(host, port)?;
        if known.is_revoked(key.key_data()) {
            return Err(self.revoked(host, port, key));
        }
        if self.policy == HostKeyPolicy::Off
            || known
                .keys
                .iter()
                .any(|one| one.key_data() == key.key_data())
        {
            return Ok(());
        }
        let (address, file) = (endpoint(host, port), self.file.clone());
        let fingerprint = fingerprint(key);
        if !known.keys.is_empty() {
            let known = known.keys.iter().map(self::fingerprint).collect();
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

    /// Checks the certificate that a device shows.
    ///
    /// # Errors
    ///
    /// [`TransportError::HostCertificate`] with what is wrong with it, or [`TransportError::HostKeyRevoked`].
    pub fn check_certificate(
        &self,
        host: &str,
        port: u16,
        shown: &Certificate,
    ) -> Result<(), TransportError> {
        let known = self.known_if_asked(host, port)?;
        for key in [shown.public_key(), shown.signature_key()] {
            if known.is_revoked(key) {
                return Err(self.revoked(host, port, &PublicKey::from(key.clone())));
            }
        }
        if self.policy == HostKeyPolicy::Off {
            return Ok(());
        }
        let wrong = |what: &str| {
            Err(TransportError::HostCertificate {
                address: endpoint(host, port),
                what: what.to_string(),
                file: self.file.clone(),
            })
        };
        if shown.cert_type() != CertType::Host {
            return wrong("it is not a host's");
        }
        let host = host.to_ascii_lowercase();
        // OpenSSH takes a certificate without principals for no host.
        if !shown
            .valid_principals()
            .iter()
            .any(|one| one.to_ascii_lowercase() == host)
        {
            return wrong("it is for other hosts");
        }
        if !shown.critical_options().is_empty() {
            return wrong("it has critical options, which nobody knows for a host");
        }
        let signer = shown.signature_key().fingerprint(HashAlg::Sha256);
        let trusted: Vec<_> = known
            .authorities
            .iter()
            .map(|one| one.fingerprint(HashAlg::Sha256))
            .collect();
        if !trusted.contains(&signer) {
            return wrong("no authority of the file signed it");
        }
        match shown.validate(&trusted) {
            Ok(()) => Ok(()),
            Err(_) => wrong("it has expired, isn't valid yet, or its signature is wrong"),
        }
    }

    /// Without a policy that looks at keys, a file that can't be read says nothing.
    fn known_if_asked(&self, host: &str, port: u16) -> Result<Known, TransportError> {
        match self.known(host, port) {
            Err(_) if self.policy == HostKeyPolicy::Off => Ok(Known::default()),
            known => known,
        }
    }

    fn known(&self, host: &str, port: u16) -> Result<Known, TransportError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = self.stamp();
        if stamp.is_none() || stamp != read.stamp {
            read.hosts = match fs::read_to_string(&self.file) {
                Ok(text) => KnownHosts::of(&text),
                Err(error) if error.kind() == io::ErrorKind::NotFound => KnownHosts::default(),
                Err(error) => return Err(self.bad(&error.to_string())),
            };
            read.stamp = stamp;
        }
        Ok(read.hosts.host(host, port))
    }

    fn learn(&self, host: &str, port: u16, key: &PublicKey) -> Result<(), TransportError> {
        let bad = |error: &dyn std::fmt::Display| self.bad(&error.to_string());
        let line = key.to_openssh().map_err(|error| bad(&error))?;
        let line = format!("{} {}\n", known_hosts::name(host, port), line.trim());
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ours = read.stamp == self.stamp();
        self.append(&line).map_err(|error| bad(&error))?;
        // If only we have written, what was read is what there is, and this line.
        read.hosts.add(&line);
        read.stamp = if is_ours { self.stamp() } else { None };
        Ok(())
    }

    /// When the file was written last, and how long it is.
    fn stamp(&self) -> Option<(SystemTime, u64)> {
        let metadata = fs::metadata(&self.file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// Adds a line in one write, so that another process's line isn't cut in two.
    fn append(&self, line: &str) -> io::Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let lacks_end = match fs::File::open(&self.file) {
            Ok(mut file) => {
                let mut last = [b'\n'];
                let is_there = file.seek(SeekFrom::End(-1)).is_ok();
                is_there && file.read_exact(&mut last).is_ok() && last != *b"\n"
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        let line = if lacks_end {
            format!("\n{line}")
        } else {
            line.to_string()
        };
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.file)?;
        file.write_all(line.as_bytes())?;
        file.sync_data()
    }

    fn revoked(&self, host: &str, port: u16, key: &PublicKey) -> TransportError {
        TransportError::HostKeyRevoked {
            address: endpoint(host, port),
            fingerprint: fingerprint(key),
            file: self.file.clone(),
        }
    }

    fn bad(&self, error: &str) -> TransportError {
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

    /// What is done with a key that isn't known.
    #[must_use]
    pub fn policy(&self) -> HostKeyPolicy {
        self.policy
    }
}

fn fingerprint(key: &PublicKey) -> String {
    format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256))
}

#[cfg(test)]
mod tests {
    use russh::keys::PrivateKey;
    use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};

    use super::*;

    fn key(seed: u8) -> PublicKey {
        let pair = Ed25519Keypair::from_seed(&[seed; 32]);
        let key = PrivateKey::new(KeypairData::Ed25519(pair), "").unwrap();
        key.public_key().clone()
    }

    #[test]
    fn what_is_learnt_and_what_others_write_meanwhile_is_known() {
        let file = std::env::temp_dir().join(format!("known-hosts-{}", std::process::id()));
        // The last line of a file that a person wrote may have no end.
        fs::write(&file, "# ours").unwrap();
        let hosts = HostKeys::new(HostKeyPolicy::AcceptNew, &file);
        for port in 2201..2204 {
            hosts.check("Edge-1", port, &key(1)).unwrap();
        }
        let changed = hosts.check("edge-1", 2202, &key(2)).unwrap_err();
        assert_eq!(changed.kind(), "host_key_changed");
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(
            text.lines()
                .filter(|line| line.starts_with("[edge-1]:220"))
                .count(),
            3
        );

        let other = HostKeys::new(HostKeyPolicy::AcceptNew, &file);
        other.check("edge-2", 22, &key(3)).unwrap();
        assert_eq!(
            hosts.check("edge-2", 22, &key(4)).unwrap_err().kind(),
            "host_key_changed"
        );
        fs::remove_file(&file).unwrap();
    }
}
