//! What goes wrong on purpose: a catalogue of faults, rules that say when they strike, and the chain between a
//! device and its sessions that carries them out.
//!
//! A device without rules has no chain, and costs one look at an empty option for each thing that happens to it. A
//! [`chain::Chain`] is pure: bytes and a time go in, what is to be done comes out. Rules count sessions, lines and
//! bytes; delays are times of the simulation; chance follows from the seeds of the topology and the rule. So the same
//! seed and the same bytes give the same transcript.
//!
//! Known limits: an echo can be changed only of a whole line, so where a rule may do that, a session's input waits for its
//! line end (or another control key); what `Ctrl-Z` ends isn't counted as a command; text that follows a command (a banner, a
//! certificate) and answers to questions are not lines.

pub(crate) mod act;
pub mod catalogue;
pub(crate) mod chain;
mod door;
mod events;
pub(crate) mod kind;
mod lines;
mod opening;
pub(crate) mod pace;
pub(crate) mod rule;
mod stream;
mod trigger;

pub(crate) use act::{Act, Admission};
pub(crate) use chain::Chain;
pub(crate) use kind::End;
pub use rule::{Count, Rule, When};
