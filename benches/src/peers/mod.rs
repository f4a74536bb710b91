//! Pushes to the same fleet in the same run: the floor, our programmer, and the peers.
//!
//! Each of them is a process of its own that is given a [`job`] and says how it went, so that their time and their
//! processor time are taken alike. The fleet and the floor's server serve in this process, on one [`field`].
//! `benches/peers/README.md` says who they are, how they are set, and what each verifies.

pub mod field;
pub mod job;
pub mod link;
pub mod own;
pub mod program;
pub mod rounds;
pub mod setup;
pub mod table;
pub mod who;
