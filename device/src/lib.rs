//! A virtual IOS-XE device: bytes and a time in, effects out.
//!
//! The crate has no sockets, no clock and no randomness. [`Device`] holds the state of one device and of all
//! its sessions; whoever drives it hands in events and carries out the [`Effect`]s, in order.

pub mod api;
mod archive;
pub mod config;
pub mod device;
pub mod files;
pub mod grammar;
pub mod interference;
pub mod network;
pub mod pack;
mod public_key;
pub mod secrets;
mod session;
mod state;
pub mod syslog;
mod tcl;
pub mod terminal;
pub mod time;
pub mod views;

pub use api::{
    AccessPoint, Cable, Controller, Credentials, Effect, Facts, Login, Opening, Screen, SessionId,
};
pub use device::{Device, Door};
pub use time::SimTime;
