//! A device's SSH host key, which follows from the topology's seed and the device's name.
//!
//! A device has one key, of the first kind in its offer that can be made. ECDSA and Ed25519 keys take
//! microseconds; an RSA key of 2048 bits takes up to seconds, and is made only where nothing else is offered.

use device::pack::SshOffer;
use rand_chacha::ChaCha20Rng;
use russh::keys::ssh_key::private::{KeypairData, RsaKeypair};
use russh::keys::{Algorithm, EcdsaCurve, PrivateKey};

use super::algorithms::HOST_KEYS;
use crate::seed;

/// The size of RSA keys that IOS-XE suggests.
const RSA_BITS: usize = 2048;

/// A key could not be made.
#[derive(Debug, thiserror::Error)]
#[error("no host key for {device}")]
pub struct HostKeyError {
    device: String,
    source: russh::keys::ssh_key::Error,
}

/// The host key of a device.
///
/// # Errors
///
/// If the arithmetic of the key fails, which no seed is known to do.
pub fn host_key(seed: u64, name: &str, offer: &SshOffer) -> Result<PrivateKey, HostKeyError> {
    let mut rng = seed::host_key_rng(seed, name);
    let made = match kind(offer) {
        Algorithm::Rsa { .. } => rsa(&mut rng),
        kind => PrivateKey::random(&mut rng, kind),
    };
    made.map_err(|source| HostKeyError {
        device: name.to_string(),
        source,
    })
}

/// The first kind of key that is quick to make; else RSA, if that is offered.
fn kind(offer: &SshOffer) -> Algorithm {
    let usable = offer
        .host_key
        .iter()
        .filter(|name| HOST_KEYS.contains(&name.as_str()));
    let kinds: Vec<_> = usable
        .filter_map(|name| name.parse::<Algorithm>().ok())
        .collect();
    let quick = kinds
        .iter()
        .find(|kind| !matches!(kind, Algorithm::Rsa { .. }));
    let ecdsa = Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP256,
    };
    quick.or(kinds.first()).cloned().unwrap_or(ecdsa)
}

fn rsa(rng: &mut ChaCha20Rng) -> russh::keys::ssh_key::Result<PrivateKey> {
    PrivateKey::new(KeypairData::from(RsaKeypair::random(rng, RSA_BITS)?), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(host_key: &[&str]) -> SshOffer {
        SshOffer {
            host_key: host_key.iter().map(ToString::to_string).collect(),
            ..SshOffer::default()
        }
    }

    fn public(seed: u64, name: &str, offered: &[&str]) -> String {
        let key = host_key(seed, name, &offer(offered)).unwrap();
        key.public_key().to_openssh().unwrap()
    }

    #[test]
    fn a_device_keeps_its_key_and_shares_it_with_nobody() {
        let offered = ["ecdsa-sha2-nistp256"];
        assert_eq!(public(7, "edge-1", &offered), public(7, "edge-1", &offered));
        assert_ne!(public(7, "edge-1", &offered), public(7, "edge-2", &offered));
        assert_ne!(public(7, "edge-1", &offered), public(8, "edge-1", &offered));
    }

    #[test]
    fn the_first_kind_that_is_quick_to_make_is_taken() {
        let is = |offered: &[&str], kind: &str| public(1, "r", offered).starts_with(kind);
        assert!(is(
            &["x509v3-ssh-rsa", "rsa-sha2-512", "ecdsa-sha2-nistp384"],
            "ecdsa-sha2-nistp384"
        ));
        assert!(is(&["ssh-ed25519", "ecdsa-sha2-nistp256"], "ssh-ed25519"));
        assert!(is(&[], "ecdsa-sha2-nistp256"));
    }
}
