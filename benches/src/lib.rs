//! What the benches measure with: a device without a network, a fleet with one, and the least that SSH can cost.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a bench that can't go on stops"
)]

pub mod configuration;
pub mod floor;
pub mod many;
pub mod peers;
pub mod plan;
pub mod recorded;
pub mod terminal;

use std::time::Duration;

use criterion::Criterion;

/// Criterion in a hurry: a few seconds a bench, and no plots.
#[must_use]
pub fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .without_plots()
}
