//! What was measured: a table for people, JSON for programs, a plot.

mod plot;
mod table;

use serde_json::{Value, json};

pub use plot::plot;
pub use table::table;

use crate::tally::Tally;

/// One row of a report.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What was done.
    pub what: &'static str,
    /// Who was loaded, or did it.
    pub who: String,
    /// How many devices took turns, where fleets of several sizes were loaded.
    pub devices: Option<usize>,
    /// How many at once.
    pub at_once: usize,
    /// Acts a second that were due, in an open loop.
    pub rate: Option<f64>,
    /// The lines of each act, where it has any.
    pub lines: Option<usize>,
    /// How many of them were on their way at once.
    pub window: Option<usize>,
    /// What came of it.
    pub tally: Tally,
    /// The memory of an open session on the side that is loaded.
    pub session_bytes: Option<u64>,
    /// How good it is compared with floors, by their names; 1 is as good.
    pub ratios: Vec<(&'static str, f64)>,
}

impl Figure {
    /// Compares with the same done with a floor: sessions by their memory, an open loop by its median latency,
    /// everything else by its throughput.
    pub fn compare(&mut self, name: &'static str, floor: &Self) {
        let ratio = match (self.session_bytes, floor.session_bytes) {
            #[allow(clippy::cast_precision_loss, reason = "memory of one session")]
            (Some(own), Some(floor)) => quotient(own as f64, floor as f64),
            _ if self.rate.is_some() => {
                let median = |figure: &Self| figure.tally.latencies.percentile_ms(50.0);
                median(floor)
                    .zip(median(self))
                    .and_then(|(floor, own)| quotient(floor, own))
            }
            _ => quotient(self.tally.per_second(), floor.tally.per_second()),
        };
        self.ratios.extend(ratio.map(|ratio| (name, ratio)));
    }

    /// Processor time of one act in µs.
    fn us_each(&self, cpu: Option<std::time::Duration>) -> Option<f64> {
        let acts = self.tally.done + self.tally.failed();
        #[allow(clippy::cast_precision_loss, reason = "nobody counts to 2^52")]
        quotient(cpu?.as_secs_f64() * 1e6, acts as f64)
    }

    fn client_us(&self) -> Option<f64> {
        self.us_each(self.tally.client_cpu)
    }

    fn server_us(&self) -> Option<f64> {
        self.us_each(self.tally.server_cpu)
    }
}

fn quotient(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

/// All figures, for programs.
#[must_use]
pub fn json(figures: &[Figure]) -> Value {
    let figures: Vec<Value> = figures.iter().map(row).collect();
    json!({ "figures": figures })
}

fn row(figure: &Figure) -> Value {
    let tally = &figure.tally;
    let percentile = |at| tally.latencies.percentile_ms(at);
    let failures = tally.failures.iter().map(|(kind, failed)| {
        let told = json!({"count": failed.count, "first": failed.first});
        ((*kind).to_string(), told)
    });
    let ratios = figure.ratios.iter();
    json!({
        "what": figure.what,
        "who": figure.who,
        "devices": figure.devices,
        "at_once": figure.at_once,
        "rate": figure.rate,
        "lines": figure.lines,
        "window": figure.window.map(|window| match window {
            usize::MAX => json!("all"),
            window => json!(window),
        }),
        "done": tally.done,
        "failed": tally.failed(),
        "failures": failures.collect::<serde_json::Map<_, _>>(),
        "seconds": tally.elapsed.as_secs_f64(),
        "per_second": tally.per_second(),
        "units_per_second": tally.units_per_second(),
        "latency_ms": {
            "p50": percentile(50.0),
            "p95": percentile(95.0),
            "p99": percentile(99.0),
            "max": tally.latencies.max_ms(),
        },
        "client_cpu_us": figure.client_us(),
        "server_cpu_us": figure.server_us(),
        "session_bytes": figure.session_bytes,
        "of": ratios.map(|(name, ratio)| ((*name).to_string(), json!(ratio))).collect::<serde_json::Map<_, _>>(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::failure::Failure;

    pub(super) fn figure(who: &str, at_once: usize, acts: u64) -> Figure {
        let mut tally = Tally::default();
        for ms in 1..=acts {
            tally.count(Ok(20), Duration::from_millis(ms));
        }
        tally.elapsed = Duration::from_secs(2);
        tally.client_cpu = Some(Duration::from_secs(1));
        Figure {
            what: "pushes",
            who: who.to_string(),
            devices: None,
            at_once,
            rate: None,
            lines: Some(20),
            window: Some(1),
            tally,
            session_bytes: None,
            ratios: Vec::new(),
        }
    }

    #[test]
    fn a_program_reads_what_was_measured() {
        let floor = figure("floor", 8, 100);
        let mut own = figure("fleet", 8, 80);
        own.tally.count(Err(Failure::Login), Duration::ZERO);
        own.compare("floor", &floor);
        let row = &json(&[own])["figures"][0];
        assert_eq!((&row["done"], &row["failed"]), (&json!(80), &json!(1)));
        assert_eq!(row["failures"]["login"]["count"], json!(1));
        assert_eq!(row["of"], json!({"floor": 0.8}));
        assert_eq!(row["per_second"], json!(40.0));
        assert_eq!(row["units_per_second"], json!(800.0));
        assert_eq!(row["server_cpu_us"], Value::Null);
    }

    #[test]
    fn sessions_are_compared_by_memory_and_open_loops_by_their_median() {
        let mut own = figure("fleet", 8, 100);
        let mut floor = own.clone();
        (own.session_bytes, floor.session_bytes) = (Some(60_000), Some(40_000));
        own.compare("floor", &floor);
        assert_eq!(own.ratios, [("floor", 1.5)]);
        let (mut own, mut floor) = (figure("fleet", 8, 100), figure("floor", 8, 50));
        (own.rate, floor.rate) = (Some(10.0), Some(10.0));
        own.compare("floor", &floor);
        assert!((own.ratios[0].1 - 0.5).abs() < 0.01, "{:?}", own.ratios);
    }
}
