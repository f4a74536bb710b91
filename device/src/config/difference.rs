//! What differs between two configurations: the lines that only one of them has, each where it stands.
//!
//! The texts are those of IOS's contextual diff: lines that both have and that others stand below are given as they
//! are, lines of the new one with `+`, lines of the old one with `-`; first all that are new, then all that are gone.

use std::collections::{BTreeMap, BTreeSet};

use super::order::Rank;
use super::outline::Node;

/// The lines that differ.
#[derive(Debug, Default)]
pub struct Difference<'n> {
    /// What only the old configuration has.
    pub gone: Vec<Branch<'n>>,
    /// What only the new one has.
    pub new: Vec<Branch<'n>>,
}

/// A line that differs, or below which something differs.
#[derive(Debug)]
pub struct Branch<'n> {
    /// The line.
    pub node: &'n Node,
    /// Whether it differs itself, and with it all that stands below.
    pub whole: bool,
    /// Whether the other configuration has a line in its place.
    pub replaced: bool,
    /// What differs below it, if it doesn't itself.
    pub below: Vec<Branch<'n>>,
}

/// Which lines are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// Those with the same letters.
    #[default]
    Matters,
    /// Those that differ in case only too.
    Ignored,
}

impl Difference<'_> {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.new.is_empty()
    }

    /// As `show archive config differences` prints it.
    #[must_use]
    pub fn contextual(&self) -> String {
        let mut text = String::from("!Contextual Config Diffs:\n");
        if self.is_empty() {
            text.push_str("!No changes were found\n");
        }
        for branch in &self.new {
            branch.print('+', 0, &mut text);
        }
        for branch in &self.gone {
            branch.print('-', 0, &mut text);
        }
        text
    }
}

impl Branch<'_> {
    fn print(&self, sign: char, depth: usize, text: &mut String) {
        if self.whole {
            return print(self.node, sign, depth, text);
        }
        text.push_str(&format!("{:depth$}{}\n", "", self.node.line));
        for branch in &self.below {
            branch.print(sign, depth + 1, text);
        }
    }
}

fn print(node: &Node, sign: char, depth: usize, text: &mut String) {
    for line in node.line.lines() {
        text.push_str(&format!("{:depth$}{sign}{line}\n", ""));
    }
    for below in &node.below {
        print(below, sign, depth + 1, text);
    }
}

/// Compares two configurations.
#[must_use]
pub fn between<'n>(old: &'n [Node], new: &'n [Node], case: Case) -> Difference<'n> {
    let Pairs { of_new, used } = Pairs::of(old, new, case);
    let moved = moved(new, &of_new);
    let (known, wanted) = (identities(old), identities(new));
    let mut gone: Vec<Option<Branch<'n>>> = old
        .iter()
        .zip(&used)
        .map(|(node, used)| (!used).then(|| whole(node, &wanted)))
        .collect();
    let mut difference = Difference::default();
    for (node, pair) in new.iter().zip(&of_new) {
        let Some((at, other)) = pair.and_then(|at| Some((at, old.get(at)?))) else {
            difference.new.push(whole(node, &known));
            continue;
        };
        let (left, entered) = if moved.contains(&at) {
            (Some(whole(other, &wanted)), Some(whole(node, &known)))
        } else {
            let below = between(&other.below, &node.below, case);
            (context(other, below.gone), context(node, below.new))
        };
        difference.new.extend(entered);
        if let Some(place) = gone.get_mut(at) {
            *place = left;
        }
    }
    difference.gone = gone.into_iter().flatten().collect();
    difference
}

/// What identifies the statements of a block.
type Identities<'n> = BTreeSet<(u16, u16, &'n str)>;

fn identities(nodes: &[Node]) -> Identities<'_> {
    let ranks = nodes.iter().filter_map(Node::rank);
    ranks
        .map(|rank| (rank.place, rank.kind, &*rank.key))
        .collect()
}

/// A line that differs itself.
fn whole<'n>(node: &'n Node, others: &Identities<'_>) -> Branch<'n> {
    let same = |rank: &Rank| others.contains(&(rank.place, rank.kind, &*rank.key));
    Branch {
        node,
        whole: true,
        replaced: node.rank().is_some_and(same),
        below: Vec::new(),
    }
}

/// A line that both have, if something below it differs.
fn context<'n>(node: &'n Node, below: Vec<Branch<'n>>) -> Option<Branch<'n>> {
    (!below.is_empty()).then_some(Branch {
        node,
        whole: false,
        replaced: true,
        below,
    })
}

/// Which line of the old configuration each line of the new one is.
struct Pairs {
    of_new: Vec<Option<usize>>,
    used: Vec<bool>,
}

impl Pairs {
    fn of(old: &[Node], new: &[Node], case: Case) -> Self {
        let key = |node: &Node| match case {
            Case::Matters => node.line.to_string(),
            Case::Ignored => node.line.to_lowercase(),
        };
        // Equal lines pair off in their order, so that they wait backwards.
        let mut waiting: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, node) in old.iter().enumerate().rev() {
            waiting.entry(key(node)).or_default().push(at);
        }
        let mut used = vec![false; old.len()];
        let mut pair = |node: &Node| {
            let at = waiting.get_mut(&key(node))?.pop()?;
            *used.get_mut(at)? = true;
            Some(at)
        };
        let of_new = new.iter().map(&mut pair).collect();
        Self { of_new, used }
    }
}

/// Lines that both have, of a kind that stays in the order of entry, but that stand in another order: they have to be
/// entered again, from the first that is out of place.
fn moved(new: &[Node], of_new: &[Option<usize>]) -> BTreeSet<usize> {
    let mut kinds: BTreeMap<_, Vec<Option<usize>>> = BTreeMap::new();
    for (node, pair) in new.iter().zip(of_new) {
        if let Some(group) = node.rank().and_then(Rank::entered_among) {
            kinds.entry(group).or_default().push(*pair);
        }
    }
    let mut moved = BTreeSet::new();
    for wanted in kinds.values() {
        // What stays stands in its old order; what is new comes behind it.
        let mut stays: Vec<usize> = wanted.iter().copied().flatten().collect();
        stays.sort_unstable();
        let kept = stays
            .iter()
            .zip(wanted)
            .take_while(|(at, wanted)| **wanted == Some(**at));
        let kept = kept.count();
        moved.extend(wanted.iter().skip(kept).copied().flatten());
    }
    moved
}
