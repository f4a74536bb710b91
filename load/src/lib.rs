//! How it is measured.
//!
//! [`client`] loads anything that speaks SSH and has a prompt; [`floor`] is the least that a server of SSH can cost,
//! and both together are what a figure is compared with. It knows nothing of the fleet, of the programmer or of any
//! platform: prompts, commands and what a refusal looks like are arguments.

pub mod client;
mod failure;
pub mod floor;

pub use failure::Failure;

use russh::{Preferred, kex};

/// Key exchange on curve25519 first, which every current device has; the library's own first choice is post-quantum,
/// costs 60 % more, and is offered by no device.
fn preferred(kex: &[kex::Name]) -> Preferred {
    Preferred {
        kex: kex.to_vec().into(),
        ..Preferred::default()
    }
}
