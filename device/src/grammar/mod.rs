//! The grammar of a platform: what may be typed in each mode, and what it means.
//!
//! One direction: [`syntax`] reads a pack's notation into a tree, [`graph`] merges the trees of a mode into one
//! immutable graph, [`matcher`] walks it with a typed line ([`Matched`] is what that means), [`complete`] walks it with half of one. Execution,
//! `?` and Tab use the same walk, so they can't disagree.

pub mod complete;
pub mod graph;
pub mod interfaces;
pub mod line;
mod matched;
pub mod matcher;
pub mod slot;
pub mod syntax;
mod words;

#[cfg(test)]
mod tests;

pub use graph::{Accept, Form, Graph, NodeId, Target};
pub use interfaces::{Interfaces, Layer};
pub use matched::Matched;
pub use matcher::{Parsed, Refusal};
pub use slot::{SlotKind, World};
