//! Walks a typed line through a mode's graph.
//!
//! All ways to read the line are followed at once, word by word. A keyword may be cut to a prefix; an exact keyword
//! ends the competition with longer ones (`ip` and `ipv6`). Whether a prefix is ambiguous is judged at the end, so
//! that a way which fails later doesn't count (ios-xe-behaviour.md §2.5). A line that can't be read has a caret
//! under its first character that no way could take (§2.6).

use std::sync::Arc;

use super::graph::{Accept, Graph, NodeId, ROOT};
use super::interfaces::common;
use super::line::Line;
use super::slot::{SlotKind, World};

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// It is complete.
    Command(Matched),
    /// It can't be taken.
    Refused(Refusal),
}

/// Why a line can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Some keyword could be two.
    Ambiguous,
    /// It ends too early.
    Incomplete,
    /// The character at this place (in bytes from the line's start) can't stand there.
    Invalid(usize),
}

/// A line that is complete: what it means, and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// What it means; only a negated line may mean several things.
    pub accepts: Vec<Accept>,
    /// The nodes it went through, each with its first word and number of words.
    pub steps: Vec<Step>,
}

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

/// A place where some way through the line has arrived.
#[derive(Debug, Clone, Copy)]
struct Stop {
    node: NodeId,
    /// Index of the stop before, in [`Walk::stops`].
    before: Option<usize>,
    word: usize,
    count: usize,
    rank: u8,
}

const RANK_EXACT: u8 = 9;
const RANK_PREFIX: u8 = 8;

/// No line has more ways than this; a line that does is refused as ambiguous.
const STOPS_MAX: usize = 20_000;

/// A line on its way through a graph.
pub(super) struct Walk<'a> {
    graph: &'a Graph,
    line: &'a Line<'a>,
    world: &'a dyn World,
    privilege: u8,
    stops: Vec<Stop>,
    /// Stops by the index of the word that comes next.
    at: Vec<Vec<usize>>,
}

/// Reads a whole line.
#[must_use]
pub fn parse(graph: &Graph, line: &Line<'_>, world: &dyn World, privilege: u8) -> Parsed {
    let walk = Walk::through(graph, line, line.len(), world, privilege);
    match walk.outcome() {
        Ok(matched) => Parsed::Command(matched),
        Err(refusal) => Parsed::Refused(refusal),
    }
}

impl<'a> Walk<'a> {
    /// Walks through the first `words` words of a line.
    pub(super) fn through(
        graph: &'a Graph,
        line: &'a Line<'a>,
        words: usize,
        world: &'a dyn World,
        privilege: u8,
    ) -> Self {
        let start = Stop {
            node: ROOT,
            before: None,
            word: 0,
            count: 0,
            rank: 0,
        };
        let mut at = vec![Vec::new(); line.len() + 1];
        at[0].push(0);
        let mut walk = Self {
            graph,
            line,
            world,
            privilege,
            stops: vec![start],
            at,
        };
        for word in 0..words {
            walk.step(word);
        }
        walk
    }

    /// Takes the word at `index` on every way that has come this far.
    fn step(&mut self, index: usize) {
        let typed = self.line.word(index);
        let lower = typed.to_ascii_lowercase();
        let first_new = self.stops.len();
        let mut exact = false;
        for place in 0..self.at.get(index).map_or(0, Vec::len) {
            let stop = self.at[index][place];
            exact |= self.take_words(stop, index, &lower);
            self.take_slots(stop, index);
            if self.stops.len() > STOPS_MAX {
                return;
            }
        }
        let keep = |stop: &Stop| !(exact && stop.rank == RANK_PREFIX);
        for new in first_new..self.stops.len() {
            let stop = self.stops[new];
            if keep(&stop) {
                self.at[index + stop.count].push(new);
            }
        }
    }

    /// Follows the keywords that `lower` may stand for; tells whether one is exactly that.
    fn take_words(&mut self, from: usize, index: usize, lower: &str) -> bool {
        let graph = self.graph;
        let words = &graph.node(self.stops[from].node).words;
        let word = |id: &NodeId| graph.node(*id).word().unwrap_or_default();
        let start = words.partition_point(|id| lowered_below(word(id), lower));
        let mut exact = false;
        let sorted = words.get(start..).unwrap_or_default().iter();
        let candidates = sorted.take_while(|id| lowered_starts(word(id), lower));
        for id in candidates {
            let rank = if word(id).len() == lower.len() {
                RANK_EXACT
            } else {
                RANK_PREFIX
            };
            exact |= self.arrive(*id, from, index, 1, rank) && rank == RANK_EXACT;
        }
        exact
    }

    fn take_slots(&mut self, from: usize, index: usize) {
        let graph = self.graph;
        for id in &graph.node(self.stops[from].node).slots {
            let Some((_, kind)) = graph.node(*id).label.slot() else {
                continue;
            };
            if let Some(count) = kind.fits(self.line, index, self.world) {
                self.arrive(*id, from, index, count, kind.rank());
            }
        }
    }

    fn arrive(&mut self, node: NodeId, from: usize, word: usize, count: usize, rank: u8) -> bool {
        let to = self.graph.node(node);
        if to.privilege > self.privilege || (to.once && self.visited(from, node)) {
            return false;
        }
        self.stops.push(Stop {
            node,
            before: Some(from),
            word,
            count,
            rank,
        });
        true
    }

    fn visited(&self, from: usize, node: NodeId) -> bool {
        self.way(from).any(|stop| stop.node == node)
    }

    /// The stops from this one back to the start.
    fn way(&self, from: usize) -> impl Iterator<Item = &Stop> {
        std::iter::successors(self.stops.get(from), |stop| {
            stop.before.and_then(|b| self.stops.get(b))
        })
    }

    fn outcome(&self) -> Result<Matched, Refusal> {
        if self.line.is_empty() {
            return Err(Refusal::Incomplete);
        }
        let best = self.best(self.line.len());
        if best.is_empty() {
            return Err(self.invalid());
        }
        if self.differ(&best) {
            return Err(Refusal::Ambiguous);
        }
        let finished = self.finished(&best).or_else(|| self.finished_beside(&best));
        finished.ok_or(Refusal::Incomplete)
    }

    /// The first of these ways that is a complete command.
    fn finished(&self, stops: &[usize]) -> Option<Matched> {
        stops.iter().find_map(|stop| {
            let node = self.graph.node(self.stops[*stop].node);
            let allowed = node
                .accepts
                .iter()
                .filter(|(_, least)| *least <= self.privilege);
            let accepts: Vec<Accept> = allowed.map(|(accept, _)| *accept).collect();
            if accepts.is_empty() {
                return None;
            }
            let way = self.way(*stop).take_while(|stop| stop.node != ROOT);
            let mut steps: Vec<Step> = way
                .map(|s| Step {
                    node: s.node,
                    word: s.word,
                    count: s.count,
                })
                .collect();
            steps.reverse();
            Some(Matched { accepts, steps })
        })
    }

    /// A complete command that is only beaten by the type of a value: of two slots, the one that leads to an end is meant.
    fn finished_beside(&self, best: &[usize]) -> Option<Matched> {
        let top = self.ranks(*best.first()?);
        let arrived = self.at.get(self.line.len())?;
        let mut others: Vec<(Vec<u8>, usize)> = arrived
            .iter()
            .map(|stop| (self.ranks(*stop), *stop))
            .collect();
        others.sort_by(|a, b| b.0.cmp(&a.0));
        let by_value = |ranks: &[u8]| {
            let differs = ranks.iter().zip(&top).find(|(other, best)| other != best);
            differs.is_none_or(|(_, best)| *best < RANK_PREFIX)
        };
        let open = others.iter().filter(|(ranks, _)| by_value(ranks));
        open.into_iter()
            .find_map(|(_, stop)| self.finished(&[*stop]))
    }

    /// What each word of a way was taken for, from the first word on.
    fn ranks(&self, stop: usize) -> Vec<u8> {
        let mut ranks: Vec<u8> = self
            .way(stop)
            .flat_map(|s| std::iter::repeat_n(s.rank, s.count))
            .collect();
        ranks.reverse();
        ranks
    }

    /// The ways that have arrived before word `index` and that no other one beats: at the first word where two
    /// differ in kind, the better kind wins.
    pub(super) fn best(&self, index: usize) -> Vec<usize> {
        let arrived = self.at.get(index).map_or(&[][..], Vec::as_slice);
        if arrived.len() < 2 {
            return arrived.to_vec();
        }
        let all: Vec<Vec<u8>> = arrived.iter().map(|stop| self.ranks(*stop)).collect();
        let Some(top) = all.iter().max() else {
            return Vec::new();
        };
        arrived
            .iter()
            .zip(&all)
            .filter(|(_, ranks)| *ranks == top)
            .map(|(stop, _)| *stop)
            .collect()
    }

    /// Whether the ways read some typed prefix as different keywords.
    pub(super) fn differ(&self, stops: &[usize]) -> bool {
        let words = |stop: usize| -> Vec<&str> {
            self.way(stop)
                .filter(|s| s.rank == RANK_PREFIX)
                .filter_map(|s| self.graph.node(s.node).word())
                .collect()
        };
        stops.split_first().is_some_and(|(first, rest)| {
            let first = words(*first);
            rest.iter().any(|other| words(*other) != first)
        })
    }

    /// Where the line went wrong, for a line on which no way arrives.
    fn invalid(&self) -> Refusal {
        let furthest = (0..self.line.len())
            .rev()
            .find(|index| !self.at[*index].is_empty())
            .unwrap_or(0);
        let best = self.best(furthest);
        if self.differ(&best) {
            return Refusal::Ambiguous;
        }
        let typed = self.line.word(furthest);
        if furthest + 1 == self.line.len()
            && self
                .followers(furthest)
                .any(|node| self.is_begun(node, typed))
        {
            return Refusal::Incomplete;
        }
        let taken = self
            .followers(furthest)
            .map(|node| self.common(node, typed))
            .max()
            .unwrap_or(0);
        Refusal::Invalid(self.line.start(furthest) + taken.min(typed.len().saturating_sub(1)))
    }

    /// The nodes that may come next after the ways which have arrived before word `index`.
    pub(super) fn followers(&self, index: usize) -> impl Iterator<Item = NodeId> + '_ {
        let arrived = self.at.get(index).map_or(&[][..], Vec::as_slice);
        arrived.iter().flat_map(move |stop| {
            let stop_index = *stop;
            let node = self.graph.node(self.stops[stop_index].node);
            let next = node.words.iter().chain(&node.slots).copied();
            next.filter(move |id| {
                let to = self.graph.node(*id);
                to.privilege <= self.privilege && !(to.once && self.visited(stop_index, *id))
            })
        })
    }

    fn common(&self, node: NodeId, typed: &str) -> usize {
        let node = self.graph.node(node);
        match node.label.slot() {
            Some((_, kind)) => kind.fits_so_far(typed, self.world),
            None => node.word().map_or(0, |word| common(word, typed)),
        }
    }

    /// Whether a word is the type of an interface whose number is still missing.
    fn is_begun(&self, node: NodeId, typed: &str) -> bool {
        let kind = self.graph.node(node).label.slot().map(|(_, kind)| kind);
        let interface = matches!(
            kind,
            Some(SlotKind::Interface | SlotKind::ShortInterface | SlotKind::InterfaceRange)
        );
        interface
            && typed.bytes().all(|b| !b.is_ascii_digit())
            && self.common(node, typed) == typed.len()
    }

    /// Whether the name of an interface may come next.
    pub(super) fn expects_interface(&self, index: usize) -> bool {
        let kinds = self
            .followers(index)
            .filter_map(|id| Some(self.graph.node(id).label.slot()?.1));
        kinds.into_iter().any(|kind| {
            matches!(
                kind,
                SlotKind::Interface | SlotKind::ShortInterface | SlotKind::InterfaceRange
            )
        })
    }

    /// Whether some way that has arrived before word `index` is a complete command.
    pub(super) fn complete_at(&self, index: usize) -> bool {
        let arrived = self.at.get(index).map_or(&[][..], Vec::as_slice);
        arrived.iter().any(|stop| {
            let node = self.graph.node(self.stops[*stop].node);
            node.accepts
                .iter()
                .any(|(_, least)| *least <= self.privilege)
        })
    }

    /// Whether any way has arrived before word `index`.
    pub(super) fn arrives(&self, index: usize) -> bool {
        self.at.get(index).is_some_and(|stops| !stops.is_empty())
    }
}

/// Keywords are compared without regard to case, in the order of their lower-case letters.
fn lowered_below(word: &str, lower: &str) -> bool {
    word.bytes()
        .map(|b| b.to_ascii_lowercase())
        .lt(lower.bytes())
}

fn lowered_starts(word: &str, lower: &str) -> bool {
    word.get(..lower.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(lower))
}

// === impl Matched ===

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
        let mut text = String::with_capacity(64);
        for step in self.steps.iter().skip(skip) {
            if !text.is_empty() {
                text.push(' ');
            }
            let node = graph.node(step.node);
            match node.label.slot() {
                Some((_, kind)) => {
                    let value = kind.normal(line, step.word, step.count, world);
                    // A value of several words is stored with its quotation marks, or it could not be read back.
                    if kind == SlotKind::Text && value.contains(' ') {
                        text.push_str(&format!("\"{value}\""));
                    } else {
                        text.push_str(&value);
                    }
                }
                None => text.push_str(node.word().unwrap_or_default()),
            }
        }
        text
    }

    /// The values of the line's slots, and the keywords chosen in its groups, by name.
    #[must_use]
    pub fn bindings(
        &self,
        graph: &Graph,
        line: &Line<'_>,
        world: &dyn World,
    ) -> Vec<(Arc<str>, Box<str>)> {
        let mut bindings: Vec<(Arc<str>, Box<str>)> = Vec::new();
        let mut words = Vec::new();
        for step in &self.steps {
            let node = graph.node(step.node);
            if let Some((slot, kind)) = node.label.slot() {
                let value = kind.normal(line, step.word, step.count, world);
                bindings.push((slot.name.clone(), value.into()));
            } else if let (Some(name), Some(word)) = (&node.binds, node.word()) {
                words.push((name.clone(), word.into()));
            }
        }
        // A value is worth more than the keyword before it: `[interface <interface:interface>]`.
        words.retain(|(name, _)| bindings.iter().all(|(known, _)| known != name));
        bindings.append(&mut words);
        bindings
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
