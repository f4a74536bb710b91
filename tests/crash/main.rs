//! SIGKILL at random instants of a push to 50 devices, as real processes on real disks: whatever the instant, `resume`
//! or `undo` brings every device to the plan or to what it had before; no line is lost, none is doubled, no lock stays.
//!
//! The instants follow from a seed, which is printed; what a process does at an instant depends on the machine.
//!
//!     cargo test -p end-to-end --test crash
//!     cargo test -p end-to-end --test crash -- --ignored --nocapture         # 200 kills
//!     CRASH_KILLS=40 CRASH_SEED=7 cargo test -p end-to-end --test crash -- --nocapture

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on shall panic"
)]
#![allow(clippy::print_stderr, reason = "the figures are for who runs it")]

mod devices;
mod processes;
mod rounds;
#[path = "../secrecy.rs"]
mod secrecy;

/// What fits into a build server's patience with a debug build.
const KILLS: usize = 8;
const ALL_KILLS: usize = 200;

#[test]
fn a_push_that_is_killed_is_finished_or_taken_back() {
    rounds::play(number("CRASH_KILLS").unwrap_or(KILLS), seed());
}

#[test]
#[ignore = "takes half an hour"]
fn two_hundred_pushes_that_are_killed_are_finished_or_taken_back() {
    rounds::play(ALL_KILLS, seed());
}

fn seed() -> u64 {
    number("CRASH_SEED").map_or(20_261_121, |seed| u64::try_from(seed).unwrap())
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}
