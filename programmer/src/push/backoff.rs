//! Waits between tries: each twice as long as the one before, with a random part so that many devices that were lost
//! together don't come back together. The random part follows from a seed and the device's name.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// The waits of one device.
#[derive(Debug, Clone)]
pub(super) struct Backoff {
    seed: Vec<u8>,
    tries: u32,
}

impl Backoff {
    pub(super) fn new(seed: u64, device: &str) -> Self {
        let mut of = seed.to_be_bytes().to_vec();
        of.extend_from_slice(device.as_bytes());
        Self { seed: of, tries: 0 }
    }

    /// How long to wait before the next try: between half of the step and the whole of it.
    pub(super) fn next(&mut self) -> Duration {
        let step = FIRST.saturating_mul(1 << self.tries.min(5)).min(LONGEST);
        let mut hash = Sha256::new();
        hash.update(&self.seed);
        hash.update(self.tries.to_be_bytes());
        let share = u32::from(hash.finalize().first().copied().unwrap_or_default());
        self.tries = self.tries.saturating_add(1);
        step / 2 + (step / 2) * share / 255
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_follow_from_the_seed() {
        let waits = |seed, device| {
            let mut backoff = Backoff::new(seed, device);
            (0..8).map(|_| backoff.next()).collect::<Vec<_>>()
        };
        let mut step = FIRST;
        for wait in waits(1, "a") {
            assert!(wait >= step / 2 && wait <= step, "{wait:?} of {step:?}");
            step = (step * 2).min(LONGEST);
        }
        assert_eq!(waits(1, "a"), waits(1, "a"));
        assert_ne!(waits(1, "a"), waits(1, "b"));
        assert_ne!(waits(1, "a"), waits(2, "a"));
    }
}
