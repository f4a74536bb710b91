//! Walks a typed line through a mode's graph.
//!
//! All ways to read the line are followed at once, word by word. A keyword may be cut to a prefix; an exact keyword
//! ends the competition with longer ones (`ip` and `ipv6`). Whether a prefix is ambiguous is judged at the end, so
//! that a way which fails later doesn't count (ios-xe-behaviour.md §2.5). A line that can't be read has a caret
//! under its first character that no way could take (§2.6).

use super::graph::{Accept, Graph, NodeId, ROOT};
use super::interfaces::common;
use super::line::Line;
use super::matched::{Matched, Step};
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

/// A place where some way through the line has arrived.
#[derive(Debug, Clone, Copy)]
struct Stop {
    node: NodeId,
    /// Index of the stop before, in [`Walk::stops`].
    before: Option<usize>,
    word: usize,
    count: usize,
    rank: u8,
    /// The next stop that has arrived before the same word.
    next: Option<usize>,
}

/// The stops that have arrived before a word: the first and the last of a list.
#[derive(Debug, Clone, Copy, Default)]
struct Arrived {
    first: Option<usize>,
    last: Option<usize>,
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
    at: Vec<Arrived>,
}

/// A line that can't be read. Why, is found out when somebody asks.
pub(crate) struct Stuck<'a>(Walk<'a>);

/// Reads a whole line.
#[must_use]
pub fn parse(graph: &Graph, line: &Line<'_>, world: &dyn World, privilege: u8) -> Parsed {
    match read(graph, line, world, privilege) {
        Ok(matched) => Parsed::Command(matched),
        Err(stuck) => Parsed::Refused(stuck.refusal()),
    }
}

/// Reads a whole line, for one who may try it elsewhere if it can't be read here.
pub(crate) fn read<'a>(
    graph: &'a Graph,
    line: &'a Line<'a>,
    world: &'a dyn World,
    privilege: u8,
) -> Result<Matched, Stuck<'a>> {
    let walk = Walk::through(graph, line, line.len(), world, privilege);
    walk.matched().ok_or(Stuck(walk))
}

impl Stuck<'_> {
    /// Why the line can't be taken.
    pub(crate) fn refusal(&self) -> Refusal {
        self.0.refusal()
    }

    /// Whether the line may only end too early: it has one word, or its first one can stand there.
    pub(crate) fn may_be_incomplete(&self) -> bool {
        self.0.line.len() == 1 || self.0.stops.len() > 1
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
            next: None,
        };
        let mut walk = Self {
            graph,
            line,
            world,
            privilege,
            stops: Vec::with_capacity(2 * line.len() + 2),
            at: vec![Arrived::default(); line.len() + 1],
        };
        walk.stops.push(start);
        walk.link(0, 0);
        for word in 0..words {
            walk.step(word);
        }
        walk
    }

    /// Takes the word at `index` on every way that has come this far.
    fn step(&mut self, index: usize) {
        let typed = self.line.word(index);
        let first_new = self.stops.len();
        let mut exact = false;
        let mut arrived = self.at.get(index).and_then(|arrived| arrived.first);
        while let Some(stop) = arrived {
            exact |= self.take_words(stop, index, typed);
            self.take_slots(stop, index);
            if self.stops.len() > STOPS_MAX {
                return;
            }
            arrived = self.stops[stop].next;
        }
        let keep = |stop: &Stop| !(exact && stop.rank == RANK_PREFIX);
        for new in first_new..self.stops.len() {
            let stop = self.stops[new];
            if keep(&stop) {
                self.link(index + stop.count, new);
            }
        }
    }

    /// A stop has arrived before the word at `index`.
    fn link(&mut self, index: usize, stop: usize) {
        let Some(arrived) = self.at.get_mut(index) else {
            return;
        };
        match arrived.last.replace(stop) {
            Some(last) => self.stops[last].next = Some(stop),
            None => arrived.first = Some(stop),
        }
    }

    /// The stops that have arrived before the word at `index`, in the order in which they were found.
    fn arrived(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let first = self.at.get(index).and_then(|arrived| arrived.first);
        std::iter::successors(first, |stop| self.stops.get(*stop)?.next)
    }

    /// Follows the keywords that `typed` may stand for; tells whether one is exactly that.
    fn take_words(&mut self, from: usize, index: usize, typed: &str) -> bool {
        let graph = self.graph;
        let mut exact = false;
        for (id, word) in graph.begun(self.stops[from].node, typed) {
            let rank = if word.len() == typed.len() {
                RANK_EXACT
            } else {
                RANK_PREFIX
            };
            exact |= self.arrive(id, from, index, 1, rank) && rank == RANK_EXACT;
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
            next: None,
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

    /// What the line means, if it can be read.
    fn matched(&self) -> Option<Matched> {
        let best = self.best(self.line.len());
        if self.line.is_empty() || best.is_empty() || self.differ(&best) {
            return None;
        }
        self.finished(&best).or_else(|| self.finished_beside(&best))
    }

    /// Why it can't be read.
    fn refusal(&self) -> Refusal {
        if self.line.is_empty() {
            return Refusal::Incomplete;
        }
        let best = self.best(self.line.len());
        if best.is_empty() {
            return self.invalid();
        }
        if self.differ(&best) {
            return Refusal::Ambiguous;
        }
        Refusal::Incomplete
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
        let arrived = self.arrived(self.line.len());
        let mut others: Vec<(Vec<u8>, usize)> =
            arrived.map(|stop| (self.ranks(stop), stop)).collect();
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
        let arrived: Vec<usize> = self.arrived(index).collect();
        if arrived.len() < 2 {
            return arrived;
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
        let Some((first, rest)) = stops.split_first().filter(|(_, rest)| !rest.is_empty()) else {
            return false;
        };
        let first = words(*first);
        rest.iter().any(|other| words(*other) != first)
    }

    /// Where the line went wrong, for a line on which no way arrives.
    fn invalid(&self) -> Refusal {
        let furthest = (0..self.line.len())
            .rev()
            .find(|index| self.arrives(*index))
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
        self.arrived(index).flat_map(move |stop_index| {
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
        self.arrived(index).any(|stop| {
            let node = self.graph.node(self.stops[stop].node);
            node.accepts
                .iter()
                .any(|(_, least)| *least <= self.privilege)
        })
    }

    /// Whether any way has arrived before word `index`.
    pub(super) fn arrives(&self, index: usize) -> bool {
        self.arrived(index).next().is_some()
    }
}
