//! The configuration as state: a tree of statements, each with its identity.
//!
//! [`Block`] holds the statements of one level in the order of the running-config. [`Cursor`] is where an operator
//! stands and takes typed lines; [`reader`] feeds it a whole file. [`text`] prints the tree, [`outline`] has its lines
//! as values, [`difference`] compares two of those, and [`replace`] makes one configuration of another.

mod block;
mod cursor;
pub mod difference;
mod edit;
mod effects;
mod networks;
mod order;
pub mod outline;
pub mod reader;
mod remove;
pub mod replace;
pub mod text;

pub(crate) use block::Near;
pub use block::{AT, Block, KIND, Statement};
pub use cursor::{Cursor, Reply};
pub use edit::{Bench, Hasher, Note, Plain, is_stored};
pub use networks::Networks;
pub use order::Rank;
#[cfg(test)]
pub(crate) use order::natural;
