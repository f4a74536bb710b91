//! Makes one configuration of another: the commands that do it, and their execution.
//!
//! IOS compares the running configuration with the wanted one, takes back what is too much, enters what is missing,
//! and looks again, up to five times: a command may undo more than it says (`vrf forwarding` clears addresses), and
//! the next pass repairs that. What is taken back is taken back from the end, so that what refers to something goes
//! before it (ios-xe-behaviour §2.15).

use super::block::Block;
use super::cursor::{Cursor, Reply};
use super::difference::{Branch, Case, Difference, between};
use super::edit::Bench;
use super::outline::{self, Node, Origin};
use crate::grammar::line::Line;
use crate::grammar::matcher::{Parsed, parse};
use crate::grammar::{Accept, Form, Target};
use crate::pack::{CONFIG, Fill, ModeId, Platform};

/// So often IOS tries.
pub const PASSES_MAX: usize = 5;

/// A command, and those that follow in the mode that it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The line.
    pub line: String,
    /// What follows in its mode.
    pub below: Vec<Command>,
    /// The line that ends its mode, if the mode has one, and how deep it stands.
    exit: Option<(String, usize)>,
}

/// What became of a replacement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replacement {
    /// The commands of each pass.
    pub passes: Vec<Vec<Command>>,
    /// The commands that the device refused in the last pass.
    pub failed: Vec<String>,
    /// Whether the configuration is now the wanted one.
    pub done: bool,
}

/// The commands that make the old configuration of a difference the new one.
#[must_use]
pub fn commands(platform: &Platform, difference: &Difference<'_>) -> Vec<Command> {
    let mut commands = negations(platform, CONFIG, &difference.gone);
    commands.extend(additions(platform, &difference.new, Unstored::Entered));
    commands
}

/// The commands that enter what only the new configuration has; those that would first take back what a line
/// replaces are left out (`show archive config incremental-diffs`).
#[must_use]
pub fn incremental(platform: &Platform, difference: &Difference<'_>) -> Vec<Command> {
    let gone = unreplaced(&difference.gone);
    let mut commands = negations(platform, CONFIG, &gone);
    commands.extend(additions(platform, &difference.new, Unstored::LeftOut));
    commands
}

/// Commands as lists show them, without heading and `end`.
#[must_use]
pub fn text(commands: &[Command]) -> String {
    let mut text = String::new();
    commands
        .iter()
        .for_each(|command| command.print(0, &mut text));
    text
}

/// Makes the configuration on the bench the wanted one. Lines in `kept` are not taken back.
pub fn replace(bench: &mut Bench<'_>, wanted: &[Node], case: Case, kept: &[String]) -> Replacement {
    let mut outcome = Replacement::default();
    loop {
        let commands = missing(bench, wanted, case, kept);
        outcome.done = commands.is_empty();
        if outcome.done || outcome.passes.len() == PASSES_MAX {
            forget(bench, wanted, case);
            return outcome;
        }
        outcome.failed.clear();
        run(bench, &Cursor::default(), &commands, &mut outcome.failed);
        outcome.passes.push(commands);
    }
}

/// The commands of the next pass.
pub fn missing(bench: &Bench<'_>, wanted: &[Node], case: Case, kept: &[String]) -> Vec<Command> {
    let now = outline::of(bench.platform, bench.root);
    let mut commands = commands(bench.platform, &between(&now, wanted, case));
    commands.retain(|command| !kept.contains(&command.line));
    commands
}

/// The top-level commands that ask whether they are meant, in their order, with their questions.
#[must_use]
pub fn questions(platform: &Platform, difference: &Difference<'_>) -> Vec<(String, String)> {
    let asks = |branch: &Branch<'_>| {
        let negation = negation(platform, CONFIG, branch)?;
        let asks = negation
            .asks?
            .with(|_| None, |_, secret| secret.to_string());
        Some((negation.line, asks))
    };
    // A user whose line is replaced stays.
    let leaves = |branch: &&Branch<'_>| branch.whole && !branch.replaced;
    difference
        .gone
        .iter()
        .rev()
        .filter(leaves)
        .filter_map(asks)
        .collect()
}

impl Command {
    fn print(&self, depth: usize, text: &mut String) {
        text.push_str(&format!("{:depth$}{}\n", "", self.line));
        for command in &self.below {
            command.print(depth + 1, text);
        }
        if let Some((exit, deeper)) = &self.exit {
            text.push_str(&format!("{:width$}{exit}\n", "", width = depth + deeper));
        }
    }
}

/// What becomes of lines that show although nothing is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unstored {
    Entered,
    LeftOut,
}

// === what is taken back ===

fn negations(platform: &Platform, mode: ModeId, gone: &[Branch<'_>]) -> Vec<Command> {
    let command = |branch: &Branch<'_>| {
        let negated = negation(platform, mode, branch).filter(|_| branch.whole);
        if let Some(Negation { line, .. }) = negated {
            return Some(Command {
                line,
                below: Vec::new(),
                exit: None,
            });
        }
        let below = branch.node.opens(platform)?;
        // What can't be taken back itself (`line con 0`) is emptied.
        let commands = match branch.whole {
            true => negations(platform, below, &all(&branch.node.below)),
            false => negations(platform, below, &branch.below),
        };
        (!commands.is_empty()).then(|| Command {
            line: branch.node.line.to_string(),
            below: commands,
            exit: exit(platform, branch.node),
        })
    };
    gone.iter().rev().filter_map(command).collect()
}

/// Every line of a block.
fn all(nodes: &[Node]) -> Vec<Branch<'_>> {
    let branch = |node| Branch {
        node,
        whole: true,
        replaced: false,
        below: Vec::new(),
    };
    nodes.iter().map(branch).collect()
}

/// Removes what no command takes back, and what a device has or lacks by itself: its version, an emptied `line con 0`.
fn forget(bench: &mut Bench<'_>, wanted: &[Node], case: Case) {
    let now = outline::of(bench.platform, bench.root);
    let difference = between(&now, wanted, case);
    forget_in(bench.platform, CONFIG, bench.root, &difference.gone);
}

fn forget_in(platform: &Platform, mode: ModeId, block: &mut Block, gone: &[Branch<'_>]) {
    for branch in gone {
        let Some(rank) = branch.node.rank() else {
            continue;
        };
        if branch.whole && !branch.replaced && negation(platform, mode, branch).is_none() {
            block.remove(|statement| statement.rank == *rank);
        } else if let (Some(mode), Some(block)) = (branch.node.opens(platform), block.below(rank)) {
            forget_in(platform, mode, block, &branch.below);
        }
    }
}

/// A line that takes a statement back.
struct Negation<'p> {
    line: String,
    asks: Option<&'p Fill>,
}

/// The line that takes a statement back; none if nothing has to.
fn negation<'p>(platform: &'p Platform, mode: ModeId, branch: &Branch<'_>) -> Option<Negation<'p>> {
    let Origin::Stored {
        definition,
        negated,
        ..
    } = branch.node.origin
    else {
        return None;
    };
    if branch.replaced && negated {
        return None;
    }
    let first = branch.node.line.lines().next().unwrap_or_default();
    let reads = |(line, form): (String, Form)| {
        let asks = asks(platform, mode, definition, &line, form)?;
        Some(Negation { line, asks })
    };
    let mut lines: Vec<(String, Form)> = Vec::new();
    match first.strip_prefix("no ").filter(|_| negated) {
        Some(positive) => {
            let both = platform.grammar().statement(definition).keeps_no.is_some();
            let default = (format!("default {positive}"), Form::Default);
            lines.extend(both.then(|| default.clone()));
            lines.extend([(positive.to_string(), Form::Set), default]);
        }
        None => {
            // Where both forms are lines of their own, `no` would store the other one.
            let both = platform.grammar().statement(definition).keeps_no.is_some();
            lines.extend(both.then(|| (format!("default {first}"), Form::Default)));
            lines.extend(heads(first).map(|head| (format!("no {head}"), Form::No)));
            lines.extend(heads(first).map(|head| (format!("default {head}"), Form::Default)));
        }
    }
    lines.into_iter().find_map(reads)
}

/// Whether a line takes back statements of a kind, and what it asks first.
fn asks<'p>(
    platform: &'p Platform,
    mode: ModeId,
    definition: u32,
    line: &str,
    form: Form,
) -> Option<Option<&'p Fill>> {
    let grammar = platform.grammar();
    let own = grammar.statement(definition);
    let graph = &grammar.mode(mode).graph;
    let Parsed::Command(matched) = parse(graph, &Line::new(line), platform, u8::MAX) else {
        return None;
    };
    let of_kind = |accept: &Accept| match accept.target {
        Target::Statement(index) => {
            let other = grammar.statement(index);
            accept.form == form && (other.kind, other.place) == (own.kind, own.place)
        }
        Target::Command(_) => false,
    };
    let fits = matched.accepts.iter().any(of_kind);
    let first = matched.accepts.first().map(|accept| accept.target);
    let asks = match first {
        Some(Target::Statement(index)) => grammar.statement(index).confirm_no.as_ref(),
        _ => None,
    };
    fits.then_some(asks)
}

/// A line, the line without its last word, and so on: `no banner motd` takes no text.
fn heads(line: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(line), |line| {
        let (head, _) = line.rsplit_once(' ')?;
        Some(head.trim_end())
    })
}

/// The branches without the lines that a new line replaces.
fn unreplaced<'n>(gone: &[Branch<'n>]) -> Vec<Branch<'n>> {
    let branch = |branch: &Branch<'n>| {
        let below = unreplaced(&branch.below);
        let keeps = if branch.whole {
            !branch.replaced
        } else {
            !below.is_empty()
        };
        keeps.then_some(Branch {
            node: branch.node,
            whole: branch.whole,
            replaced: branch.replaced,
            below,
        })
    };
    gone.iter().filter_map(branch).collect()
}

// === what is entered ===

fn additions(platform: &Platform, new: &[Branch<'_>], unstored: Unstored) -> Vec<Command> {
    let command = |branch: &Branch<'_>| {
        if branch.whole {
            return entered(platform, branch.node, unstored);
        }
        let below = additions(platform, &branch.below, unstored);
        (!below.is_empty()).then(|| Command {
            line: branch.node.line.to_string(),
            below,
            exit: exit(platform, branch.node),
        })
    };
    new.iter().filter_map(command).collect()
}

fn entered(platform: &Platform, node: &Node, unstored: Unstored) -> Option<Command> {
    if node.origin == Origin::Unstored && unstored == Unstored::LeftOut {
        return None;
    }
    let below = node
        .below
        .iter()
        .filter_map(|below| entered(platform, below, unstored));
    Some(Command {
        line: node.line.to_string(),
        below: below.collect(),
        exit: exit(platform, node),
    })
}

fn exit(platform: &Platform, node: &Node) -> Option<(String, usize)> {
    let mode = platform.grammar().mode(node.opens(platform)?);
    Some((
        mode.exit.as_ref()?.to_string(),
        usize::from(!mode.exit_outdent),
    ))
}

// === execution ===

fn run(bench: &mut Bench<'_>, at: &Cursor, commands: &[Command], failed: &mut Vec<String>) {
    for command in commands {
        let mut cursor = at.clone();
        let taken = matches!(cursor.confirmed(bench, &command.line), Reply::Done);
        let entered = command.below.is_empty() || cursor.depth() > at.depth();
        if !taken {
            failed.push(command.line.clone());
        }
        if taken && entered {
            run(bench, &cursor, &command.below, failed);
        } else {
            failed.extend(command.below.iter().map(|below| below.line.clone()));
        }
    }
}
