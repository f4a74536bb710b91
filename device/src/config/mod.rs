//! The configuration as state: a tree of statements, each with its identity.
//!
//! [`Block`] holds the statements of one level in the order of the running-config. [`Cursor`] is where an operator
//! stands and takes typed lines; [`reader`] feeds it a whole file. [`text`] prints the tree.

mod block;
mod cursor;
mod edit;
mod effects;
mod order;
pub mod reader;
mod remove;
pub mod text;

pub use block::{Block, KIND, Statement};
pub use cursor::{Cursor, Reply};
pub use edit::{Bench, Hasher, Note, Plain, is_stored};
pub use order::Rank;
