//! How it is measured.
//!
//! [`client`] loads anything that speaks SSH and has a prompt; [`floor`] is the least that a server of SSH can cost,
//! and both together are what a figure is compared with. A [`job`] is what is done, a [`shape`] how often and how many
//! at once, a [`tally`] what came of it, a [`report`] how that is told. It knows nothing of the fleet, of the
//! programmer or of any platform: a [`script`] says what is typed, and what a prompt and a refusal look like.

pub mod client;
mod failure;
pub mod floor;
pub mod handshake;
pub mod histogram;
pub mod job;
pub mod meter;
pub mod report;
pub mod script;
pub mod sessions;
pub mod shape;
pub mod side;
pub mod sweep;
pub mod tally;

pub use failure::Failure;
