//! Real clients against a real fleet: OpenSSH, netmiko, scrapli, and the programmer.
//!
//! Each test serves a topology of its own in this process, on free ports of loopback, and drives a client as its
//! user would. Nothing here knows how a device works inside.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test that can't go on fails"
)]

mod ansible;
mod collectors;
mod control;
mod dependencies;
mod failures;
mod files;
mod folder;
mod inventories;
mod napalm;
mod netmiko;
mod openssh_exec;
mod openssh_login;
mod openssh_refused;
mod openssh_scp;
mod openssh_terminal;
mod person;
mod programs;
mod pushes;
mod python;
mod record;
mod scrapli;
#[path = "../secrecy.rs"]
mod secrecy;
mod served;
mod shipped;
mod shows;
mod unicon;
