//! Every fault of the fleet, against every policy and way of sending of the programmer, at every position: is what the programmer says of
//! the device true, and can what is left undone be finished and taken back?
//!
//! A cell is one push over a wire in memory, on tokio's paused clock. It is played twice, with the same seed: once
//! finished by `resume`, once taken back by `undo`; both must begin with the same transcript. The oracle is the
//! configuration that the device really has. See `matrix` for what is asked of each cell.
//!
//!     cargo test -p end-to-end --test faults
//!     EVERY=1 cargo test -p end-to-end --test faults             # those too that are left out otherwise: twice as many
//!     KIND=reset cargo test -p end-to-end --test faults -- --nocapture     # one kind, with the table of its ends
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that can't go on fails; the table of ends is what it is run for"
)]

mod cases;
mod cell;
mod matrix;
mod oracle;
#[path = "../secrecy.rs"]
mod secrecy;
mod shipped;
mod wire;
