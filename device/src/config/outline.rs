//! A configuration as lines within lines, each with what identifies it.
//!
//! Of a configuration that is stored these are the lines that the running-config shows. Of a file they are the lines
//! that it would show if the device booted from it, and the lines that the device refuses, where they stand.

use super::block::{Block, Statement};
use super::edit::Hasher;
use super::order::Rank;
use super::reader;
use super::text::{Entry, Printer};
use crate::pack::{CONFIG, ModeId, Platform};

/// A line, and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The line as the running-config shows it; a banner and a certificate have several.
    pub line: Box<str>,
    /// Where it comes from.
    pub origin: Origin,
    /// The lines of the mode that it opens.
    pub below: Vec<Node>,
}

/// Where a line comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A statement that is stored.
    Stored {
        /// Index of its definition.
        definition: u32,
        /// Which one it is.
        rank: Rank,
        /// Whether it is stored as `no …`.
        negated: bool,
    },
    /// Nothing: it shows because nothing is stored.
    Unstored,
    /// A file, from which the device doesn't take it.
    Refused,
}

impl Node {
    /// The identity of the statement, if it is one.
    #[must_use]
    pub fn rank(&self) -> Option<&Rank> {
        match &self.origin {
            Origin::Stored { rank, .. } => Some(rank),
            Origin::Unstored | Origin::Refused => None,
        }
    }

    /// The mode that it opens.
    #[must_use]
    pub fn opens(&self, platform: &Platform) -> Option<ModeId> {
        match self.origin {
            Origin::Stored { definition, .. } => platform.grammar().statement(definition).opens,
            Origin::Unstored | Origin::Refused => None,
        }
    }
}

/// The lines of a configuration.
#[must_use]
pub fn of(platform: &Platform, root: &Block) -> Vec<Node> {
    nodes(&Printer::new(platform, root), platform, CONFIG, root, None)
}

/// The lines of a file, as a device of the platform would have them if it booted from it.
pub fn of_file(platform: &Platform, hasher: &mut dyn Hasher, text: &str) -> Vec<Node> {
    onto(platform, platform.bare().clone(), hasher, text)
}

/// The lines of a configuration into which a file is read.
pub fn onto(
    platform: &Platform,
    mut root: Block,
    hasher: &mut dyn Hasher,
    text: &str,
) -> Vec<Node> {
    let refused = reader::read_with(platform, &mut root, hasher, text);
    let mut nodes = of(platform, &root);
    let lines: Vec<&str> = text.lines().collect();
    for line in refused.iter().take(REFUSED_MAX) {
        add_refused(&mut nodes, &ancestors(&lines, line.number), &line.line);
    }
    nodes
}

/// A text that isn't a configuration has at most this many of its lines looked at.
const REFUSED_MAX: usize = 1_000;

fn nodes(
    printer: &Printer<'_>,
    platform: &Platform,
    mode: ModeId,
    block: &Block,
    owner: Option<&Statement>,
) -> Vec<Node> {
    let node = |entry: Entry<'_>| match entry {
        Entry::Unstored { line, .. } => Node {
            line: line.into(),
            origin: Origin::Unstored,
            below: Vec::new(),
        },
        Entry::Stored(statement) => {
            let opens = platform.grammar().statement(statement.definition).opens;
            let below = match (opens, &statement.block) {
                (Some(mode), Some(block)) => nodes(printer, platform, mode, block, Some(statement)),
                _ => Vec::new(),
            };
            Node {
                line: statement.line.clone(),
                origin: Origin::Stored {
                    definition: statement.definition,
                    rank: statement.rank.clone(),
                    negated: statement.negated,
                },
                below,
            }
        }
    };
    let entries = printer.entries(mode, block, owner);
    entries.into_iter().map(node).collect()
}

/// The lines that a line of a file stands below, outermost first, by how far they are set in.
fn ancestors<'t>(lines: &[&'t str], number: usize) -> Vec<&'t str> {
    let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut inner = lines.get(number - 1).map_or(0, |line| depth(line));
    let mut found = Vec::new();
    for line in lines.iter().take(number - 1).rev() {
        if inner == 0 {
            break;
        }
        let text = line.trim();
        if depth(line) < inner && !text.is_empty() && !text.starts_with('!') {
            inner = depth(line);
            found.push(text);
        }
    }
    found.reverse();
    found
}

/// Puts a refused line where it stands in its file.
fn add_refused(nodes: &mut Vec<Node>, ancestors: &[&str], line: &str) {
    let refused = |line: &str| Node {
        line: line.trim().into(),
        origin: Origin::Refused,
        below: Vec::new(),
    };
    let Some((parent, rest)) = ancestors.split_first() else {
        return nodes.push(refused(line));
    };
    let known = nodes.iter().position(|node| *node.line == **parent);
    let at = known.unwrap_or_else(|| {
        nodes.push(refused(parent));
        nodes.len() - 1
    });
    if let Some(node) = nodes.get_mut(at) {
        add_refused(&mut node.below, rest, line);
    }
}
