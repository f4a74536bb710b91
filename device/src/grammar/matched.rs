//! What a complete line means: its effects, its values, its keywords in full.

use std::sync::Arc;

use compact_str::CompactString;

use super::graph::{Accept, Graph, NodeId};
use super::line::Line;
use super::slot::{SlotKind, World};

/// A line that is complete: what it means, and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// What it means; only a negated line may mean several things.
    pub accepts: Vec<Accept>,
    /// The nodes it went through, each with its first word and number of words.
    pub steps: Vec<Step>,
}

/// The values of a line, by name.
pub(crate) type Bindings = Vec<(Arc<str>, CompactString)>;

/// One node on a line's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The node.
    pub node: NodeId,
    /// Index of its first word in the line.
    pub word: usize,
    /// How many words it took.
    pub count: usize,
}

impl Matched {
    /// The line with its keywords whole and its values in their stored form.
    ///
    /// `skip` leaves out that many words from the start (the `no` of a negated statement).
    #[must_use]
    pub fn canonical(
        &self,
        graph: &Graph,
        line: &Line<'_>,
        world: &dyn World,
        skip: usize,
    ) -> String {
        self.written(graph, line, world, skip).0
    }

    /// The values of the line's slots, and the keywords chosen in its groups, by name.
    #[must_use]
    pub fn bindings(
        &self,
        graph: &Graph,
        line: &Line<'_>,
        world: &dyn World,
    ) -> Vec<(Arc<str>, CompactString)> {
        self.written(graph, line, world, 0).1
    }

    /// Both at once: [`Self::canonical`] and [`Self::bindings`].
    pub(crate) fn written(
        &self,
        graph: &Graph,
        line: &Line<'_>,
        world: &dyn World,
        skip: usize,
    ) -> (String, Bindings) {
        let mut text = String::with_capacity(64);
        let mut bindings: Vec<(Arc<str>, CompactString)> = Vec::with_capacity(4);
        let mut words = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            let node = graph.node(step.node);
            let written = at >= skip;
            if written && !text.is_empty() {
                text.push(' ');
            }
            if let Some((slot, kind)) = node.label.slot() {
                let value = kind.normal(line, step.word, step.count, world);
                // A value of several words is stored with its quotation marks, or it could not be read back.
                let quoted = kind == SlotKind::Text && value.contains(' ');
                let mark = if quoted { "\"" } else { "" };
                if written {
                    text.extend([mark, value.as_str(), mark]);
                }
                bindings.push((slot.name.clone(), value.into()));
                continue;
            }
            let word = node.word().unwrap_or_default();
            if written {
                text.push_str(word);
            }
            if let Some(name) = &node.binds {
                words.push((name.clone(), word.into()));
            }
        }
        // A value is worth more than the keyword before it: `[interface <interface:interface>]`.
        words.retain(|(name, _)| bindings.iter().all(|(known, _)| known != name));
        bindings.append(&mut words);
        (text, bindings)
    }

    /// The keywords of the line, in full.
    pub(crate) fn keywords(&self, graph: &Graph) -> Vec<Box<str>> {
        let nodes = self.steps.iter().map(|step| graph.node(step.node));
        nodes
            .filter_map(|node| node.word().map(Into::into))
            .collect()
    }

    /// The slots of the line, each with what it takes.
    pub(crate) fn slots(&self, graph: &Graph) -> impl Iterator<Item = (Step, SlotKind)> {
        self.steps.iter().filter_map(|step| {
            let (_, kind) = graph.node(step.node).label.slot()?;
            Some((*step, kind))
        })
    }
}
