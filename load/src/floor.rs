//! The floor: a server that is russh alone, with the same handshake and the same lines, but no device behind it.
//!
//! It answers every line with its echo and a prompt, and lines that it is told of with a text, so that the same
//! exchange can be held with it as with a device. It answers in russh's own callback, which is the quickest way there
//! is.

mod replies;
mod server;

pub use replies::Replies;
pub use server::Server;
