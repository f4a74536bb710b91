//! Serves a topology of virtual devices over SSH.
//!
//! [`Topology::read`] checks a file; [`Fleet::start`] listens and serves; [`inventory`] tells other programs
//! how to reach the devices. What a device does is the `device` crate's: this one carries bytes to it and
//! effects from it, and keeps the time.

mod board;
mod clock;
pub mod control;
pub mod facts;
pub mod faults;
mod fleet;
pub mod inventory;
mod listener;
mod live;
mod machine;
pub mod packs;
pub mod record;
mod running;
mod seed;
pub mod ssh;
pub mod topology;
pub mod wire;

pub use clock::Clock;
pub use fleet::{Boot, FaultError, Fleet, STARTUPS_MAX, Settings};
pub use listener::BindError;
pub use live::Report;
pub use machine::Machine;
pub use topology::Topology;
