//! Where an operator stands in the configuration, and what a typed line does there.

use std::sync::Arc;

use super::edit::{Applied, Bench, Edit};
use super::{Block, Rank};
use crate::grammar::line::Line;
use crate::grammar::matcher::{Stuck, read};
use crate::grammar::{Form, Matched, Refusal, Target};
use crate::pack::{CONFIG, Grammar, ModeId, Platform};

/// An old form may lead to another one, but not for ever.
const REWRITES_MAX: usize = 4;

/// A place in the configuration: the modes that were entered, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    levels: Vec<Level>,
}

/// A mode that was entered, and the blocks that it stands for: one, or those of an `interface range`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Level {
    mode: ModeId,
    paths: Arc<[Vec<Rank>]>,
}

/// What a line did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It was taken (or ignored: a comment, an empty line).
    Done,
    /// It can't be read.
    Refused(Refusal),
    /// It is a command, not configuration.
    Command {
        /// Index of the command.
        index: u32,
        /// How it was read.
        matched: Matched,
    },
    /// It is not done: this question comes first, and `yes` repeats the line with [`Cursor::confirmed`].
    Confirm(String),
    /// Text follows, up to the delimiter; the line is complete with it.
    Text {
        /// The line up to the delimiter.
        line: String,
        /// The delimiter.
        delimiter: char,
    },
    /// Lines follow, up to one word; the line is complete with them.
    Lines {
        /// The line itself.
        line: String,
        /// What stands in the prompt's parentheses meanwhile.
        prompt: &'static str,
        /// The word that ends them.
        until: &'static str,
    },
}

impl Default for Cursor {
    fn default() -> Self {
        Self {
            levels: vec![Level {
                mode: CONFIG,
                paths: [Vec::new()].into(),
            }],
        }
    }
}

impl Cursor {
    /// The mode.
    #[must_use]
    pub fn mode(&self) -> ModeId {
        self.levels.last().map_or(CONFIG, |level| level.mode)
    }

    /// What stands in the prompt's parentheses.
    #[must_use]
    pub fn prompt<'g>(&self, grammar: &'g Grammar) -> &'g str {
        let mode = grammar.mode(self.mode());
        let is_part = || {
            let opened = self
                .levels
                .last()
                .and_then(|level| level.paths.first()?.last());
            opened.is_some_and(|rank| rank.key.contains('.'))
        };
        match &mode.prompt_of_part {
            Some(prompt) if is_part() => prompt,
            _ => &mode.prompt,
        }
    }

    /// How many modes deep it is; 1 in global configuration.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.levels.len()
    }

    /// Leaves the mode; false if that was global configuration.
    pub fn exit(&mut self) -> bool {
        if self.levels.len() > 1 {
            self.levels.pop();
            return true;
        }
        false
    }

    /// Takes a line.
    pub fn take(&mut self, bench: &mut Bench<'_>, text: &str) -> Reply {
        self.line(bench, text, false)
    }

    /// Takes a line whose question was answered with yes.
    pub fn confirmed(&mut self, bench: &mut Bench<'_>, text: &str) -> Reply {
        self.line(bench, text, true)
    }

    fn line(&mut self, bench: &mut Bench<'_>, text: &str, confirmed: bool) -> Reply {
        let line = Line::new(text);
        if line.is_empty() || line.word(0).starts_with('!') {
            return Reply::Done;
        }
        match self.find(bench.platform, bench.privilege, &line) {
            Ok((depth, matched)) => self.run(bench, &line, depth, &matched, confirmed),
            Err(refusal) => Reply::Refused(refusal),
        }
    }

    /// The innermost mode that can read the line. Where none can, the mode that read furthest says why, and of several
    /// the innermost (ios-xe-behaviour §2.4).
    fn find(
        &self,
        platform: &Platform,
        privilege: u8,
        line: &Line<'_>,
    ) -> Result<(usize, Matched), Refusal> {
        let mut refusals = Vec::new();
        for (depth, level) in self.levels.iter().enumerate().rev() {
            let graph = &platform.grammar().mode(level.mode).graph;
            match read(graph, line, platform, privilege) {
                Ok(matched) => return Ok((depth, matched)),
                Err(stuck) => refusals.push(stuck),
            }
            // A line that the current mode begins to know is not another mode's.
            if let [innermost] = &refusals[..]
                && innermost.may_be_incomplete()
                && innermost.refusal() == Refusal::Incomplete
            {
                break;
            }
        }
        let mut furthest = None;
        for refusal in refusals.iter().map(Stuck::refusal) {
            let first = *furthest.get_or_insert(refusal);
            if reach(refusal) > reach(first) {
                furthest = Some(refusal);
            }
        }
        Err(furthest.unwrap_or(Refusal::Invalid(0)))
    }

    fn run(
        &mut self,
        bench: &mut Bench<'_>,
        line: &Line<'_>,
        depth: usize,
        matched: &Matched,
        confirmed: bool,
    ) -> Reply {
        if let Some(Target::Command(index)) = matched.accepts.first().map(|accept| accept.target) {
            return Reply::Command {
                index,
                matched: matched.clone(),
            };
        }
        self.levels.truncate(depth + 1);
        let Some(level) = self.levels.last().cloned() else {
            return Reply::Done;
        };
        let mut entered: Option<(ModeId, Vec<Vec<Rank>>)> = None;
        for path in level.paths.iter() {
            // What stood here may be gone by another session's hand: then the line is read and nothing comes of it.
            let before = (!stands(bench.root, path)).then(|| bench.root.clone());
            let mut edit = Edit {
                bench,
                mode: level.mode,
                path,
                confirmed,
            };
            let applied = edit.apply(line, matched);
            if let Some(before) = before {
                *bench.root = before;
            }
            match applied {
                Applied::Done => {}
                Applied::Entered(mode, ranks) => {
                    let below = ranks
                        .into_iter()
                        .map(|rank| path.iter().cloned().chain([rank]).collect());
                    entered
                        .get_or_insert_with(|| (mode, Vec::new()))
                        .1
                        .extend(below);
                }
                Applied::Again(lines) => {
                    let reply = self.instead(bench, &lines, confirmed);
                    if reply != Reply::Done {
                        return reply;
                    }
                }
                Applied::Refused(text) => {
                    bench.said.push_str(text);
                    bench.said.push('\n');
                }
                Applied::Reply(reply) => return reply,
            }
        }
        if let Some((mode, paths)) = entered {
            let paths = paths.into();
            self.levels.push(Level { mode, paths });
        }
        Reply::Done
    }
}

impl Cursor {
    /// Takes the lines that a pack writes for an old form. Several of them leave the mode as it was.
    fn instead(&mut self, bench: &mut Bench<'_>, lines: &[String], confirmed: bool) -> Reply {
        let depth = self.levels.len();
        if bench.rewrites == REWRITES_MAX {
            return Reply::Refused(Refusal::Invalid(0));
        }
        bench.rewrites += 1;
        let replies = lines.iter().map(|line| self.line(bench, line, confirmed));
        let reply = replies.into_iter().find(|reply| *reply != Reply::Done);
        bench.rewrites -= 1;
        if let Some(reply) = reply {
            return reply;
        }
        if lines.len() > 1 {
            self.levels.truncate(depth);
        }
        Reply::Done
    }
}

impl Cursor {
    /// A line as the log of commands has it: its words whole, set in as deep as its mode, a blank behind it, and `*` for
    /// each secret if secrets are hidden. None if it is no configuration.
    #[must_use]
    pub fn logged(
        &self,
        platform: &Platform,
        privilege: u8,
        text: &str,
        hides: bool,
    ) -> Option<String> {
        let line = Line::new(text);
        if line.is_empty() || line.word(0).starts_with('!') {
            return None;
        }
        let (depth, matched) = self.find(platform, privilege, &line).ok()?;
        if let Some(Target::Command(_)) = matched.accepts.first().map(|accept| accept.target) {
            return None;
        }
        let graph = &platform.grammar().mode(self.levels.get(depth)?.mode).graph;
        let whole = matched.canonical(graph, &line, platform, 0);
        let mut shown = format!("{:depth$}{whole} ", "");
        for (name, value) in matched.bindings(graph, &line, platform) {
            if hides && SECRETS.contains(&&*name) {
                shown = shown.replace(&format!(" {value} "), " * ");
            }
        }
        Some(if shown.ends_with("* ") {
            shown.trim_end().to_string()
        } else {
            shown
        })
    }
}

/// The names that packs give to values which are secret.
const SECRETS: [&str; 6] = ["secret", "password", "hash", "hidden", "key", "community"];

impl Matched {
    /// Whether the line removes what it names.
    #[must_use]
    pub fn form(&self) -> Form {
        self.accepts.first().map_or(Form::Set, |accept| accept.form)
    }
}

impl Cursor {
    /// The statement that the innermost mode stands in.
    pub(super) fn target(&self) -> Option<Rank> {
        self.levels.last()?.paths.first()?.last().cloned()
    }
}

/// How far a line was read.
fn reach(refusal: Refusal) -> usize {
    match refusal {
        Refusal::Invalid(at) => at,
        Refusal::Ambiguous | Refusal::Incomplete => usize::MAX,
    }
}

/// Whether there is a block at a path.
fn stands(root: &Block, path: &[Rank]) -> bool {
    let mut at = Some(root);
    for rank in path {
        let Some(statement) = at.and_then(|block| block.get(rank)) else {
            return false;
        };
        at = statement.block.as_ref();
    }
    true
}
