//! Everything that is generated follows from the topology's seed, the device's name, and what it is for.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest, Sha256};

/// What is generated; two purposes never share their randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The device's own seed: serial numbers, MAC addresses, salts.
    Facts,
    /// The SSH host key.
    HostKey,
}

/// The seed of a device.
#[must_use]
pub(crate) fn of_device(seed: u64, name: &str) -> u64 {
    let digest = digest(seed, name, Purpose::Facts);
    digest
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A generator for a device's host key.
#[must_use]
pub(crate) fn host_key_rng(seed: u64, name: &str) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(digest(seed, name, Purpose::HostKey))
}

fn digest(seed: u64, name: &str, purpose: Purpose) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(match purpose {
        Purpose::Facts => b"facts   ",
        Purpose::HostKey => b"host key",
    });
    hash.update(seed.to_be_bytes());
    hash.update(name.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_keeps_its_seed_and_shares_it_with_nobody() {
        assert_eq!(of_device(7, "edge-1"), of_device(7, "edge-1"));
        assert_ne!(of_device(7, "edge-1"), of_device(7, "edge-2"));
        assert_ne!(of_device(7, "edge-1"), of_device(8, "edge-1"));
    }
}
