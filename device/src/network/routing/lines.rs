//! The lines of a block, asked for by kind.

use std::str::FromStr;

use crate::config::{Block, Statement};
use crate::network::Node;

/// The lines of one block of a node's configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines<'n> {
    node: &'n Node,
    block: Option<&'n Block>,
}

impl<'n> Lines<'n> {
    /// Those of a block.
    pub(crate) fn of(node: &'n Node, block: Option<&'n Block>) -> Self {
        Self { node, block }
    }

    /// Those below a statement.
    pub(crate) fn below(node: &'n Node, statement: &'n Statement) -> Self {
        Self::of(node, statement.block.as_ref())
    }

    /// Those below a statement of this block.
    pub(crate) fn under(&self, statement: &'n Statement) -> Self {
        Self::below(self.node, statement)
    }

    /// Every line.
    pub(crate) fn every(self) -> impl Iterator<Item = &'n Statement> {
        self.block.into_iter().flat_map(Block::iter)
    }

    /// Every line of a kind, with those stored as `no …`.
    pub(crate) fn stored(self, kind: &'n str) -> impl Iterator<Item = &'n Statement> {
        let grammar = self.node.platform().grammar();
        self.every().filter(move |s| s.kind(grammar) == kind)
    }

    /// The lines of a kind that are set.
    pub(crate) fn all(self, kind: &'n str) -> impl Iterator<Item = &'n Statement> {
        self.stored(kind).filter(|s| !s.negated)
    }

    /// The first of them.
    pub(crate) fn get(self, kind: &'n str) -> Option<&'n Statement> {
        self.all(kind).next()
    }

    /// Whether there is one.
    pub(crate) fn has(self, kind: &'n str) -> bool {
        self.get(kind).is_some()
    }

    /// Whether a line is stored as `no …`.
    pub(crate) fn refuses(self, kind: &'n str) -> bool {
        self.stored(kind).any(|s| s.negated)
    }

    /// A value of the first line of a kind.
    pub(crate) fn value<T: FromStr>(self, kind: &'n str, name: &str) -> Option<T> {
        parsed(self.get(kind)?, name)
    }

    /// What follows the kind in its first line.
    pub(crate) fn rest(self, kind: &'n str) -> Option<&'n str> {
        let line = &*self.get(kind)?.line;
        Some(line.strip_prefix(kind).unwrap_or(line).trim_start())
    }
}

/// A value of a statement.
pub(crate) fn parsed<T: FromStr>(statement: &Statement, name: &str) -> Option<T> {
    statement.value(name)?.parse().ok()
}
