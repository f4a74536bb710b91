//! Latencies, by percentile.

use std::time::Duration;

use hdrhistogram::Histogram;

/// The longest latency that is told apart, in µs: an hour.
const LONGEST_US: u64 = 3_600_000_000;
/// Three digits of each latency are kept.
const DIGITS: u8 = 3;

/// How long each of many acts took. Its size doesn't grow with their number.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    /// Nothing until the first act.
    histogram: Option<Histogram<u64>>,
}

impl Latencies {
    /// Counts an act.
    pub fn record(&mut self, took: Duration) {
        if self.histogram.is_none() {
            self.histogram = Histogram::new_with_bounds(1, LONGEST_US, DIGITS).ok();
        }
        if let Some(histogram) = &mut self.histogram {
            let us = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
            histogram.saturating_record(us.max(1));
        }
    }

    /// Adds those of others.
    pub fn add(&mut self, other: &Self) {
        match (&mut self.histogram, &other.histogram) {
            (Some(own), Some(other)) => {
                // Both have the same bounds.
                _ = own.add(other);
            }
            (own @ None, Some(other)) => *own = Some(other.clone()),
            (_, None) => {}
        }
    }

    /// What so many of a hundred acts didn't exceed, in ms. Nothing if there was no act.
    #[must_use]
    pub fn percentile_ms(&self, percentile: f64) -> Option<f64> {
        self.ms(|histogram| histogram.value_at_percentile(percentile))
    }

    /// The longest, in ms.
    #[must_use]
    pub fn max_ms(&self) -> Option<f64> {
        self.ms(Histogram::max)
    }

    fn ms(&self, value: impl Fn(&Histogram<u64>) -> u64) -> Option<f64> {
        let histogram = self.histogram.as_ref()?;
        #[allow(clippy::cast_precision_loss, reason = "an hour in µs has 12 digits")]
        Some(value(histogram) as f64 / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value - expected).abs() <= expected * 0.001, "{value}");
    }

    #[test]
    fn percentiles_are_those_of_all_that_was_recorded() {
        let mut odd = Latencies::default();
        let mut even = Latencies::default();
        for ms in 1..=100 {
            let half = if ms % 2 == 0 { &mut even } else { &mut odd };
            half.record(Duration::from_millis(ms));
        }
        let mut all = Latencies::default();
        all.add(&odd);
        all.add(&even);
        near(all.percentile_ms(50.0), 50.0);
        near(all.percentile_ms(99.0), 99.0);
        near(all.max_ms(), 100.0);
    }

    #[test]
    fn what_is_out_of_bounds_is_the_bound() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.max_ms(), None);
        latencies.record(Duration::ZERO);
        near(latencies.max_ms(), 0.001);
        latencies.record(Duration::from_secs(10_000));
        near(latencies.max_ms(), 3_600_000.0);
    }
}
