//! All that may be typed in one mode, as one immutable graph.
//!
//! A node is a keyword or a slot; an edge says what may come next. Statements share nodes as long as they begin
//! alike, so that the graph of a mode with five hundred statements is entered through a few dozen keywords.
//! Inside a repetition nothing is shared, because its edges lead back.

use std::sync::Arc;

use super::slot::SlotKind;
use super::syntax::{Element, Slot};

/// A node's place in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// What a complete line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accept {
    /// Which statement or command.
    pub target: Target,
    /// In which form.
    pub form: Form,
}

/// What a line names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A configuration statement, by its index in the pack.
    Statement(u32),
    /// A command, by its index in the pack.
    Command(u32),
}

/// How a statement is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Set,
    /// After `no`.
    No,
    /// After `default`.
    Default,
}

/// What a node matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// A keyword, in lower case for the match and as it is written.
    Word(Arc<str>),
    /// A value.
    Slot(Slot),
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) label: Label,
    pub(super) help: Arc<str>,
    /// The name that the keyword is bound to, if a template or effect may ask for it.
    pub(super) binds: Option<Arc<str>>,
    /// May stand only once in a line.
    pub(super) once: bool,
    pub(super) hidden: bool,
    /// The least privilege level that has a use for the node.
    pub(super) privilege: u8,
    pub(super) words: Vec<NodeId>,
    /// The first letters of each of `words`, which are in this order.
    letters: Vec<u64>,
    pub(super) slots: Vec<NodeId>,
    /// What a line that ends here means, each with its least privilege. Several `no` forms may meet in one node.
    pub(super) accepts: Vec<(Accept, u8)>,
    shared: bool,
}

/// What the builder asks of its pack while it adds a syntax.
pub trait Lexicon {
    /// The help of a keyword.
    fn word(&mut self, word: &str) -> Arc<str>;
    /// The help of a slot.
    fn slot(&mut self, slot: &Slot) -> Arc<str>;
}

/// How a syntax is added.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What a complete line means.
    pub accept: Accept,
    /// The least privilege level that may give it.
    pub privilege: u8,
    /// Not listed by `?`.
    pub hidden: bool,
    /// Stands before what the same words already mean.
    pub first: bool,
}

/// The graph of one mode.
#[derive(Debug)]
pub struct Graph {
    nodes: Vec<Node>,
}

/// The node before the first word.
pub(super) const ROOT: NodeId = NodeId(0);

impl Default for Graph {
    fn default() -> Self {
        Self {
            nodes: vec![Node::new(Label::Word("".into()), Arc::from(""), None)],
        }
    }
}

impl Node {
    fn new(label: Label, help: Arc<str>, binds: Option<Arc<str>>) -> Self {
        Self {
            label,
            help,
            binds,
            once: false,
            hidden: true,
            privilege: u8::MAX,
            words: Vec::new(),
            letters: Vec::new(),
            slots: Vec::new(),
            accepts: Vec::new(),
            shared: false,
        }
    }

    pub(super) fn word(&self) -> Option<&str> {
        match &self.label {
            Label::Word(word) => Some(word),
            Label::Slot(_) => None,
        }
    }
}

impl Graph {
    pub(super) fn node(&self, id: NodeId) -> &Node {
        // Ids come from this graph alone, and it never shrinks.
        &self.nodes[id.0 as usize]
    }

    /// How many nodes the graph has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing may be typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    /// Adds a syntax. Returns what the same words already mean, if they mean something.
    pub fn add(
        &mut self,
        elements: &[Element],
        entry: Entry,
        lexicon: &mut dyn Lexicon,
    ) -> Option<Accept> {
        let mut builder = Builder {
            graph: self,
            entry,
            lexicon,
        };
        let ends = builder.sequence(elements, vec![ROOT], Place::Top);
        let mut taken = None;
        for end in ends {
            let node = &mut self.nodes[end.0 as usize];
            taken = taken.or(node.accepts.first().map(|(accept, _)| *accept));
            let at = if entry.first { 0 } else { node.accepts.len() };
            node.accepts.insert(at, (entry.accept, entry.privilege));
        }
        taken
    }

    /// Puts keywords in order, so that they can be found by prefix. Call it once, after the last `add`.
    pub fn finish(&mut self) {
        for index in 0..self.nodes.len() {
            let mut words = std::mem::take(&mut self.nodes[index].words);
            words.sort_by(|a, b| lower(self.text(*a)).cmp(lower(self.text(*b))));
            self.nodes[index].letters = words.iter().map(|id| letters(self.text(*id))).collect();
            self.nodes[index].words = words;
        }
    }

    fn text(&self, id: NodeId) -> &str {
        self.node(id).word().unwrap_or_default()
    }

    /// The keywords that may follow a node and begin with `typed`, in order, each with its text.
    pub(super) fn begun(&self, from: NodeId, typed: &str) -> impl Iterator<Item = (NodeId, &str)> {
        let node = self.node(from);
        let least = letters(typed);
        let free = u32::try_from(LETTERS.saturating_sub(typed.len())).unwrap_or(0) * u8::BITS;
        let most = least | u64::MAX.checked_shr(u64::BITS - free).unwrap_or(0);
        let start = node.letters.partition_point(|word| *word < least);
        let near = node.letters.iter().zip(&node.words).skip(start);
        near.take_while(move |(letters, _)| **letters <= most)
            .map(|(_, id)| (*id, self.text(*id)))
            .filter(move |(_, word)| {
                let begin = word.as_bytes().get(..typed.len());
                begin.is_some_and(|begin| begin.eq_ignore_ascii_case(typed.as_bytes()))
            })
    }
}

/// Keywords are compared without regard to case, in the order of their lower-case letters.
fn lower(word: &str) -> impl Iterator<Item = u8> + '_ {
    word.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// So many letters of a word are compared at once.
const LETTERS: usize = 8;

/// The first letters of a word as a number, the first one counting most: words in order have their numbers in order.
fn letters(word: &str) -> u64 {
    let mut first = [0; LETTERS];
    first
        .iter_mut()
        .zip(lower(word))
        .for_each(|(to, letter)| *to = letter);
    u64::from_be_bytes(first)
}

/// Where in a syntax an element stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the syntax itself: keywords are fixed and need no name.
    Top,
    /// In a group: which keyword was typed matters.
    Group,
    /// In a repetition: nodes have edges back, so they are not shared.
    Loop,
}

struct Builder<'a> {
    graph: &'a mut Graph,
    entry: Entry,
    lexicon: &'a mut dyn Lexicon,
}

impl Builder<'_> {
    /// Adds elements after each of `from`; returns the nodes after which the sequence is complete.
    fn sequence(&mut self, elements: &[Element], from: Vec<NodeId>, place: Place) -> Vec<NodeId> {
        elements.iter().fold(from, |from, element| {
            self.element(element, from, place, None)
        })
    }

    fn element(
        &mut self,
        element: &Element,
        from: Vec<NodeId>,
        place: Place,
        label: Option<&Arc<str>>,
    ) -> Vec<NodeId> {
        let inner = if place == Place::Top {
            Place::Group
        } else {
            place
        };
        match element {
            Element::Word(word) => {
                let binds = (place != Place::Top).then(|| label.unwrap_or(word).clone());
                vec![self.leaf(Label::Word(word.clone()), binds, &from, place)]
            }
            Element::Slot(slot) => vec![self.leaf(Label::Slot(slot.clone()), None, &from, place)],
            Element::Choice(label, of) => {
                let branch = |this: &mut Self, sequence: &Vec<Element>| {
                    let (first, rest) = sequence.split_first()?;
                    let ends = this.element(first, from.clone(), inner, label.as_ref());
                    Some(this.sequence(rest, ends, inner))
                };
                of.iter()
                    .filter_map(|sequence| branch(self, sequence))
                    .flatten()
                    .collect()
            }
            Element::Optional(inside) => {
                let mut ends = self.sequence(inside, from.clone(), inner);
                ends.extend(from);
                ends
            }
            Element::AnyOrder(of) => self.any_order(of, from),
            Element::Many(inner) => {
                let before = self.graph.nodes.len();
                let ends = self.element(inner, from.clone(), Place::Loop, None);
                self.close(&from, before, &ends);
                ends
            }
        }
    }

    /// Each alternative may follow the start and every other; a node that was used can't be used again.
    fn any_order(&mut self, of: &[Vec<Element>], from: Vec<NodeId>) -> Vec<NodeId> {
        let before = self.graph.nodes.len();
        let mut ends = Vec::new();
        for sequence in of {
            let first = self.graph.nodes.len();
            ends.extend(self.sequence(sequence, from.clone(), Place::Loop));
            for node in self.graph.nodes.iter_mut().skip(first) {
                node.once = true;
            }
        }
        self.close(&from, before, &ends);
        ends.extend(from);
        ends
    }

    /// Draws the edges of a repetition: from each end to each beginning.
    fn close(&mut self, from: &[NodeId], before: usize, ends: &[NodeId]) {
        let Some(start) = from.first() else { return };
        let new = |id: &&NodeId| id.0 as usize >= before;
        let words: Vec<NodeId> = self
            .graph
            .node(*start)
            .words
            .iter()
            .filter(new)
            .copied()
            .collect();
        let slots: Vec<NodeId> = self
            .graph
            .node(*start)
            .slots
            .iter()
            .filter(new)
            .copied()
            .collect();
        for end in ends {
            let node = &mut self.graph.nodes[end.0 as usize];
            node.words.extend(
                words
                    .iter()
                    .filter(|id| !node.words.contains(id))
                    .copied()
                    .collect::<Vec<_>>(),
            );
            node.slots.extend(
                slots
                    .iter()
                    .filter(|id| !node.slots.contains(id))
                    .copied()
                    .collect::<Vec<_>>(),
            );
        }
    }

    /// A keyword or slot after each of `from`: one that is there already, or a new one.
    fn leaf(
        &mut self,
        label: Label,
        binds: Option<Arc<str>>,
        from: &[NodeId],
        place: Place,
    ) -> NodeId {
        let shareable = place != Place::Loop && from.len() == 1;
        let found = from
            .first()
            .filter(|_| shareable)
            .and_then(|&parent| self.shared(parent, &label, &binds));
        let id = found.unwrap_or_else(|| self.new_node(label, binds, from, shareable));
        let entry = self.entry;
        let node = &mut self.graph.nodes[id.0 as usize];
        node.privilege = node.privilege.min(entry.privilege);
        node.hidden &= entry.hidden;
        id
    }

    fn shared(&self, parent: NodeId, label: &Label, binds: &Option<Arc<str>>) -> Option<NodeId> {
        let parent = self.graph.node(parent);
        let among = if matches!(label, Label::Word(_)) {
            &parent.words
        } else {
            &parent.slots
        };
        let fits = |id: &NodeId| {
            let node = self.graph.node(*id);
            node.shared && node.label == *label && node.binds == *binds
        };
        among.iter().copied().find(fits)
    }

    fn new_node(
        &mut self,
        label: Label,
        binds: Option<Arc<str>>,
        from: &[NodeId],
        shared: bool,
    ) -> NodeId {
        let help = match &label {
            Label::Word(word) => self.lexicon.word(word),
            Label::Slot(slot) => self.lexicon.slot(slot),
        };
        let id = NodeId(u32::try_from(self.graph.nodes.len()).unwrap_or(u32::MAX));
        let is_word = matches!(label, Label::Word(_));
        let mut node = Node::new(label, help, binds);
        node.shared = shared;
        self.graph.nodes.push(node);
        for parent in from {
            let parent = &mut self.graph.nodes[parent.0 as usize];
            if is_word {
                parent.words.push(id)
            } else {
                parent.slots.push(id)
            }
        }
        id
    }
}

impl Label {
    pub(super) fn slot(&self) -> Option<(&Slot, SlotKind)> {
        match self {
            Self::Slot(slot) => Some((slot, slot.kind)),
            Self::Word(_) => None,
        }
    }
}
