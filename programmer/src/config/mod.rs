//! The configuration that a device shows, as text that nests by indentation, and what lines do to it.
//!
//! Nothing here knows a grammar: which statements replace one another, which stand without being shown, what
//! a line removes beside what it names — all that are the [`Rules`] of a pack (`running.yaml`). What the rules don't
//! know is compared literally, so that a gap in them makes a push fail that worked, and never the reverse.
//!
//! [`change()`] says which of the wanted lines are missing, and what would take them back; [`standing()`] whether
//! each stands; [`difference()`] turns one configuration into another. All are pure.

mod apply;
mod change;
mod cursor;
mod difference;
mod effects;
mod fingerprint;
mod identity;
mod list;
mod memo;
mod mode_file;
mod mode_rules;
mod parse;
mod patterns;
mod place;
mod read;
mod rules;
mod secret_types;
mod secrets;
mod sent;
mod standing;
mod tree;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

pub use change::{Change, Deed, change, expected, inverse};
pub use difference::difference;
pub use fingerprint::Fingerprint;
pub use parse::ConfigError;
pub use read::Read;
pub use rules::{Letters, Rules, RulesFile};
pub use standing::{Standing, standing};
pub use tree::Config;
