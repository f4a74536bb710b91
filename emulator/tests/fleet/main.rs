//! The emulator from outside: topologies in and mistakes out, the SSH door over loopback, the program.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test that can't go on fails"
)]

mod bench;
mod cli;
mod client;
mod door;
mod facts;
mod inventory;
mod login;
mod rest;
mod scale;
mod scripted;
mod shards;
mod topology;
mod trial;
