//! The SSH side of a fleet: what a server offers, its host key, and the door of one connection.

pub(crate) mod algorithms;
pub(crate) mod connection;
pub(crate) mod door;
pub mod host_key;
pub(crate) mod line;
pub(crate) mod outbox;
