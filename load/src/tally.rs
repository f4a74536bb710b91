//! What came of a load: how many acts, how long each took, what failed.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::failure::Failure;
use crate::histogram::Latencies;

/// Acts that were done.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Acts that succeeded.
    pub done: u64,
    /// What they did: lines, commands.
    pub units: u64,
    /// How long those took that succeeded.
    pub latencies: Latencies,
    /// Those that failed, by kind.
    pub failures: BTreeMap<&'static str, Failed>,
    /// From the first act's begin to the last one's end.
    pub elapsed: Duration,
    /// What it cost the side that loads, if that could be measured.
    pub client_cpu: Option<Duration>,
    /// And the side that is loaded.
    pub server_cpu: Option<Duration>,
}

/// Failures of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// How many.
    pub count: u64,
    /// What the first one said.
    pub first: String,
}

impl Tally {
    /// Counts an act.
    pub fn count(&mut self, outcome: Result<u64, Failure>, took: Duration) {
        match outcome {
            Ok(units) => {
                self.done += 1;
                self.units += units;
                self.latencies.record(took);
            }
            Err(failure) => {
                let failed = self
                    .failures
                    .entry(failure.kind())
                    .or_insert_with(|| Failed {
                        count: 0,
                        first: failure.to_string(),
                    });
                failed.count += 1;
            }
        }
    }

    /// How many acts failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().map(|failed| failed.count).sum()
    }

    /// Acts a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        rate(self.done, self.elapsed)
    }

    /// Lines or commands a second.
    #[must_use]
    pub fn units_per_second(&self) -> f64 {
        rate(self.units, self.elapsed)
    }

    /// Adds another worker's acts, which were done at the same time.
    pub fn beside(&mut self, other: &Self) {
        let elapsed = self.elapsed.max(other.elapsed);
        self.add_acts(other);
        self.elapsed = elapsed;
    }

    /// Adds another round's acts, which were done before or after.
    pub fn after(&mut self, other: &Self) {
        self.add_acts(other);
        self.elapsed += other.elapsed;
        self.client_cpu = sum(self.client_cpu, other.client_cpu);
        self.server_cpu = sum(self.server_cpu, other.server_cpu);
    }

    fn add_acts(&mut self, other: &Self) {
        self.done += other.done;
        self.units += other.units;
        self.latencies.add(&other.latencies);
        for (kind, failed) in &other.failures {
            let own = self.failures.entry(kind).or_insert_with(|| Failed {
                count: 0,
                ..failed.clone()
            });
            own.count += failed.count;
        }
    }
}

/// Nothing added to something is that.
fn sum(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (one, other) => one.or(other),
    }
}

#[allow(clippy::cast_precision_loss, reason = "nobody counts to 2^52")]
fn rate(count: u64, elapsed: Duration) -> f64 {
    let seconds = elapsed.as_secs_f64();
    if seconds > 0.0 {
        count as f64 / seconds
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_share_the_time_and_rounds_add_it() {
        let of = |seconds| Tally {
            done: 10,
            elapsed: Duration::from_secs(seconds),
            ..Tally::default()
        };
        let mut workers = of(2);
        workers.beside(&of(3));
        assert_eq!((workers.done, workers.elapsed.as_secs()), (20, 3));
        let mut rounds = of(2);
        rounds.after(&of(3));
        assert_eq!((rounds.done, rounds.elapsed.as_secs()), (20, 5));
        assert!((rounds.per_second() - 4.0).abs() < 1e-9);
    }

    #[test]
    fn failures_are_counted_by_kind_and_the_first_is_told() {
        let mut tally = Tally::default();
        for line in ["a", "b"] {
            let refused = Err(Failure::Refused(line.to_string()));
            tally.count(refused, Duration::ZERO);
        }
        tally.count(Err(Failure::Login), Duration::ZERO);
        let mut all = Tally::default();
        all.beside(&tally);
        assert_eq!((all.done, all.failed()), (0, 3));
        let first = "refused: a".to_string();
        assert_eq!(all.failures["refused"], Failed { count: 2, first });
    }
}
