//! Tests of the programmer as its users see it: documents in, plans and pushed devices out.

mod cisco;
mod push;
mod render;
