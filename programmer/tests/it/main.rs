//! Tests of the programmer as its users see it: documents in, plans and pushed devices out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on shall panic"
)]

mod bench;
mod cisco;
mod deploy;
mod lab;
mod native;
mod openssh;
mod plans;
mod program;
mod push;
mod relay;
mod render;
mod reports;
mod system;
mod telnet;

use std::path::{Path, PathBuf};

/// A directory of one test's own, empty.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}
