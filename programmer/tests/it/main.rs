//! Tests of the programmer as its users see it: documents in, plans and pushed devices out.

#![allow(clippy::unwrap_used, reason = "a test that can't go on shall panic")]

mod cisco;
mod push;
mod render;
