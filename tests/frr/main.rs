//! A real peer: FRRouting's vtysh behind OpenSSH, which none of us has written.
//!
//! The programmer and the fleet come from one house and could share one mistake. Here it pushes to routers that run
//! for real, on loopback, and the faults are real too: a daemon that is killed or held, a connection that is reset or
//! swallows everything. `lab.sh` starts the routers in namespaces of their own; nothing of them stays.
//!
//! Needs root, and the packages frr and openssh-server; without them the tests say so and are skipped, unless
//! `FRR_TESTS=required`, as in `.ci/run`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test that can't go on fails"
)]

mod documents;
mod faults;
mod lab;
mod peer;
mod program;
mod proxy;
mod rules;
#[path = "../secrecy.rs"]
mod secrecy;
mod session;
mod wire;
