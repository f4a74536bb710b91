//! `fleet`: serves a topology of virtual Cisco IOS-XE devices over SSH.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
