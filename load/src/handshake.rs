//! The handshake that two peers agree on, so that the floor can hold the same.

use std::io;
use std::str::FromStr;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use russh::keys::ssh_key::private::{KeypairData, RsaKeypair};
use russh::keys::{Algorithm, PrivateKey};
use russh::{Names, Preferred, cipher, kex};
use serde::{Deserialize, Serialize};

/// What a session's key exchange agreed on, by the names of SSH.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshake {
    /// The key exchange.
    pub kex: String,
    /// The host key.
    pub host_key: String,
    /// The cipher.
    pub cipher: String,
}

/// The least that a current device can offer: the library's own first choice of key exchange is post-quantum, costs 60 %
/// more, and is offered by none.
impl Default for Handshake {
    fn default() -> Self {
        Self {
            kex: kex::CURVE25519.as_ref().to_string(),
            host_key: Algorithm::Ed25519.to_string(),
            cipher: cipher::CHACHA20_POLY1305.as_ref().to_string(),
        }
    }
}

/// The size of an RSA key that devices have.
const RSA_BITS: usize = 2048;

impl Handshake {
    pub(crate) fn of(names: &Names) -> Self {
        Self {
            kex: names.kex.as_ref().to_string(),
            host_key: names.key.to_string(),
            cipher: names.cipher.as_ref().to_string(),
        }
    }

    /// An offer of nothing else. What the library hasn't is its own choice.
    pub(crate) fn preferred(&self) -> Preferred {
        let mut preferred = Preferred::default();
        if let Ok(kex) = kex::Name::try_from(self.kex.as_str()) {
            preferred.kex = vec![kex].into();
        }
        if let Ok(cipher) = cipher::Name::try_from(self.cipher.as_str()) {
            preferred.cipher = vec![cipher].into();
        }
        preferred
    }

    /// A host key of its kind, always the same.
    pub(crate) fn key(&self) -> io::Result<PrivateKey> {
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let kind = Algorithm::from_str(&self.host_key).map_err(io::Error::other)?;
        let key = match kind {
            Algorithm::Rsa { .. } => RsaKeypair::random(&mut rng, RSA_BITS)
                .and_then(|pair| PrivateKey::new(KeypairData::from(pair), "")),
            kind => PrivateKey::random(&mut rng, kind),
        };
        key.map_err(io::Error::other)
    }
}
