//! The network programmer: turns resource-facing services (RFS) into CLI, and pushes the CLI over SSH with
//! every line verified, to many devices at once.
//!
//! The way of a push: [`rfs`] documents are read and checked, [`resolve`] joins them with the
//! [`inventory`]'s devices and the device [`packs`], and the result is a [`plan`], made before any session
//! is opened. [`push`] runs one [`session`] for each device over a [`transport`], and [`report`] tells how
//! each ended.
//!
//! The programmer knows nothing of the fleet: a virtual device is one more device behind an address.

pub mod config;
pub mod inventory;
pub mod ledger;
pub mod node;
pub mod packs;
pub mod passwords;
pub mod plan;
pub mod push;
pub mod report;
pub mod resolve;
pub mod rfs;
pub mod seal;
pub mod secret;
pub mod session;
pub mod transport;
pub mod visible;
