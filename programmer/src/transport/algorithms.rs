//! Which SSH algorithms we offer.
//!
//! A pack names them (`ssh:` in `expect.yaml`): what current releases have, and what only old ones have, which is
//! offered where a device or a pack says `legacy: true`. A peer without a pack, such as a jump host, gets what is
//! current everywhere.
//!
//! Known limits: no `3des-cbc` and no `ssh-dss`; the SSH library has them only with code that nobody else needs.

use std::borrow::Cow;
use std::str::FromStr as _;

use russh::keys::Algorithm;
use russh::{Preferred, cipher, kex, mac};

/// Algorithms by kind, the best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshOffer {
    kex: Vec<kex::Name>,
    host_key: Vec<Algorithm>,
    cipher: Vec<cipher::Name>,
    mac: Vec<mac::Name>,
}

impl Default for SshOffer {
    /// What is current. Post-quantum key exchange is left out: no release of IOS-XE has it, and it would be paid for on
    /// every connection.
    fn default() -> Self {
        Self {
            kex: vec![
                kex::CURVE25519,
                kex::CURVE25519_PRE_RFC_8731,
                kex::ECDH_SHA2_NISTP256,
                kex::ECDH_SHA2_NISTP384,
                kex::ECDH_SHA2_NISTP521,
                kex::DH_G16_SHA512,
                kex::DH_G14_SHA256,
            ],
            host_key: Preferred::DEFAULT.key.to_vec(),
            cipher: Preferred::DEFAULT.cipher.to_vec(),
            mac: Preferred::DEFAULT.mac.to_vec(),
        }
    }
}

impl SshOffer {
    /// An offer of nothing, to add to.
    pub(crate) fn empty() -> Self {
        Self {
            kex: Vec::new(),
            host_key: Vec::new(),
            cipher: Vec::new(),
            mac: Vec::new(),
        }
    }

    /// Adds an algorithm by its name in SSH. False if the SSH library hasn't got it.
    pub(crate) fn add(&mut self, kind: AlgorithmKind, name: &str) -> bool {
        match kind {
            AlgorithmKind::Kex => push(&mut self.kex, kex::Name::try_from(name).ok()),
            AlgorithmKind::HostKey => {
                // The library takes any name for one that it can't check.
                let known = Algorithm::from_str(name).ok();
                let known = known.filter(|known| !matches!(known, Algorithm::Other(_)));
                push(&mut self.host_key, known)
            }
            AlgorithmKind::Cipher => push(&mut self.cipher, cipher::Name::try_from(name).ok()),
            AlgorithmKind::Mac => push(&mut self.mac, mac::Name::try_from(name).ok()),
        }
    }

    /// Takes another offer's algorithms of one kind.
    pub(crate) fn take(&mut self, kind: AlgorithmKind, from: Self) {
        match kind {
            AlgorithmKind::Kex => self.kex = from.kex,
            AlgorithmKind::HostKey => self.host_key = from.host_key,
            AlgorithmKind::Cipher => self.cipher = from.cipher,
            AlgorithmKind::Mac => self.mac = from.mac,
        }
    }

    /// The names of one kind.
    #[must_use]
    pub fn names(&self, kind: AlgorithmKind) -> Vec<&str> {
        match kind {
            AlgorithmKind::Kex => self.kex.iter().map(AsRef::as_ref).collect(),
            AlgorithmKind::HostKey => self.host_key.iter().map(Algorithm::as_str).collect(),
            AlgorithmKind::Cipher => self.cipher.iter().map(AsRef::as_ref).collect(),
            AlgorithmKind::Mac => self.mac.iter().map(AsRef::as_ref).collect(),
        }
    }

    /// The offer in the library's words: a kind of host key that is known comes first, and a certificate if somebody is
    /// known who signs them.
    pub(super) fn preferred(&self, known: &[Algorithm], certificates: bool) -> Preferred {
        let is_known = |algorithm: &Algorithm| {
            known
                .iter()
                .any(|one| one == algorithm || (is_rsa(one) && is_rsa(algorithm)))
        };
        let (first, rest): (Vec<_>, Vec<_>) = self.host_key.iter().cloned().partition(is_known);
        let signed = if certificates {
            self.host_key.clone()
        } else {
            Vec::new()
        };
        let extensions = [
            kex::EXTENSION_SUPPORT_AS_CLIENT,
            kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
        ];
        Preferred {
            kex: Cow::Owned([self.kex.as_slice(), &extensions].concat()),
            key: Cow::Owned([first, rest].concat()),
            host_key_certificates: Cow::Owned(signed),
            cipher: Cow::Owned(self.cipher.clone()),
            mac: Cow::Owned(self.mac.clone()),
            ..Preferred::DEFAULT
        }
    }

    /// Whether RSA keys may sign with SHA-1.
    pub(super) fn signs_with_sha1(&self) -> bool {
        self.host_key.contains(&Algorithm::Rsa { hash: None })
    }
}

/// What an algorithm is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlgorithmKind {
    /// Key exchange.
    Kex,
    /// Host keys.
    HostKey,
    /// Ciphers.
    Cipher,
    /// Message authentication.
    Mac,
}

fn push<T: PartialEq>(list: &mut Vec<T>, known: Option<T>) -> bool {
    match known {
        None => false,
        Some(known) => {
            if !list.contains(&known) {
                list.push(known);
            }
            true
        }
    }
}

/// The three RSA algorithms share one key.
fn is_rsa(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::Rsa { .. })
}
