//! One level of the configuration.
//!
//! Statements are shared between a platform's baseline and its devices until one is changed, so that a device costs
//! what differs.

mod near;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use compact_str::CompactString;

use super::order::Rank;
use crate::pack::{By, Grammar, Sort};
pub(crate) use near::Near;

/// The statements of one level, in the order of the running-config.
#[derive(Debug, Clone, Default)]
pub struct Block {
    statements: Vec<Arc<Statement>>,
    entered: u32,
    /// Where the last change was: the next one is often there. It is looked at first, and never relied on.
    last: u32,
    /// Grows with every change, and with every look that could be one.
    revision: u64,
    texts: Texts,
}

/// What the statements of a block say, but for their numbers: their hashes, once somebody has asked. Those of statements
/// that went stay; a copy of a block finds out anew.
#[derive(Debug, Default)]
#[allow(
    clippy::box_collection,
    reason = "most blocks have none, and all have room for it"
)]
struct Texts(Option<Box<BTreeSet<u64>>>);

impl Clone for Texts {
    fn clone(&self) -> Self {
        Self(None)
    }
}

impl Texts {
    fn add(&mut self, statement: &Statement) {
        if let Some(known) = &mut self.0 {
            known.insert(hash(statement.unnumbered()));
        }
    }
}

/// A shorter block is looked through: to remember what it says would cost more than it saves.
const LONG: usize = 32;

/// The same text has the same hash, and different texts nearly always different ones.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl PartialEq for Block {
    fn eq(&self, other: &Self) -> bool {
        self.statements == other.statements && self.entered == other.entered
    }
}

impl Eq for Block {}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Index of its definition in the grammar.
    pub definition: u32,
    /// Which one it is, and where it stands.
    pub rank: Rank,
    /// Whether it is stored as `no …`.
    pub negated: bool,
    /// The line as the running-config shows it.
    pub line: Box<str>,
    /// Its values by name.
    pub values: Vec<(Arc<str>, CompactString)>,
    /// What stands below it, if it opens a mode.
    pub block: Option<Block>,
}

/// The value that names the kind of a remembered command, which is no statement of the grammar.
pub const KIND: &str = "";

/// The value that says when a command was given, in seconds since the device booted.
pub const AT: &str = "at_s";

impl Statement {
    /// The name of its kind.
    #[must_use]
    pub fn kind<'s>(&'s self, grammar: &'s Grammar) -> &'s str {
        self.value(KIND)
            .unwrap_or_else(|| grammar.kind_name(self.definition))
    }

    /// A command that is kept as operational state, under a key of its own.
    #[must_use]
    pub fn remembered(
        command: u32,
        key: &str,
        line: &str,
        values: Vec<(Arc<str>, CompactString)>,
    ) -> Self {
        let rank = Rank {
            place: 0,
            kind: 0,
            by: By::Kind,
            sort: Sort::Key,
            typed: None,
            key: key.into(),
        };
        Self {
            definition: command,
            rank,
            negated: false,
            line: line.into(),
            values,
            block: None,
        }
    }

    /// Whether another one says the same, whatever stands below the two.
    fn says(&self, other: &Self) -> bool {
        self.line == other.line
            && self.negated == other.negated
            && self.definition == other.definition
            && self.rank == other.rank
            && self.values == other.values
            && self.block.is_some() == other.block.is_some()
    }

    /// An entry of a numbered list without its number; of any other statement its line.
    pub(super) fn unnumbered(&self) -> &str {
        let line = self.line.strip_prefix("sequence ").unwrap_or(&self.line);
        match line.split_once(' ') {
            Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => rest,
            _ => line,
        }
    }

    /// A value by name; the first, if several were given.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(known, _)| **known == *name)
            .map(|(_, value)| &**value)
    }
}

impl Block {
    const EMPTY: Self = Self {
        statements: Vec::new(),
        entered: 0,
        last: 0,
        revision: 0,
        texts: Texts(None),
    };

    /// The statements, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Statement> {
        self.statements.iter().map(Arc::as_ref)
    }

    /// How many statements there are on this level.
    #[must_use]
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// A number that changes with the block: two looks that find the same number find the same block.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether it has the same statements as another. Those that both share are not looked into.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let pairs = || self.statements.iter().zip(&other.statements);
        self.statements.len() == other.statements.len()
            && pairs().all(|(a, b)| Arc::ptr_eq(a, b) || a == b)
    }

    /// A statement by its identity.
    #[must_use]
    pub fn get(&self, rank: &Rank) -> Option<&Statement> {
        self.statements.get(self.find(rank).ok()?).map(Arc::as_ref)
    }

    /// The block below a statement.
    pub fn below(&mut self, rank: &Rank) -> Option<&mut Self> {
        self.revision += 1;
        let index = self.find(rank).ok()?;
        Some(self.enter(index))
    }

    /// The innermost block that there is on a way down, to be changed.
    pub(super) fn innermost_mut(&mut self, path: &[Rank]) -> &mut Self {
        let mut at = self;
        for rank in path {
            match at.find(rank) {
                Ok(index) => at = at.enter(index),
                Err(_) => break,
            }
        }
        at
    }

    /// The innermost block that there is on a way down.
    pub(super) fn innermost(&self, path: &[Rank]) -> &Self {
        let mut at = self;
        for rank in path {
            match at.get(rank).map(|statement| &statement.block) {
                Some(Some(below)) => at = below,
                Some(None) => return const { &Self::EMPTY },
                None => break,
            }
        }
        at
    }

    fn enter(&mut self, index: usize) -> &mut Self {
        self.revision += 1;
        self.stand_at(index);
        let statement = Arc::make_mut(&mut self.statements[index]);
        statement.block.get_or_insert_default()
    }

    fn stand_at(&mut self, index: usize) {
        self.last = u32::try_from(index).unwrap_or(u32::MAX);
    }

    /// Stores a statement; one with the same identity is replaced, and what stood below it is kept if the new one
    /// opens a mode too. Returns the one that it replaced.
    pub fn put(&mut self, mut statement: Statement) -> Option<Arc<Statement>> {
        self.revision += 1;
        match self.find(&statement.rank) {
            Ok(index) => {
                self.stand_at(index);
                let old = self.statements[index].clone();
                if statement.rank.typed.is_some() {
                    statement.rank.typed = old.rank.typed;
                }
                if !old.says(&statement) {
                    if statement.block.is_some() && old.block.is_some() {
                        statement.block.clone_from(&old.block);
                    }
                    self.texts.add(&statement);
                    self.statements[index] = Arc::new(statement);
                }
                Some(old)
            }
            Err(index) => {
                let index = if statement.rank.typed.is_some() {
                    self.entered += 1;
                    statement.rank.typed = Some(self.entered);
                    self.statements
                        .partition_point(|old| old.rank < statement.rank)
                } else {
                    index
                };
                self.texts.add(&statement);
                self.statements.insert(index, Arc::new(statement));
                self.stand_at(index);
                None
            }
        }
    }

    /// Whether a statement may say this, but for its number. One that did may be gone.
    pub(super) fn may_say(&mut self, text: &str) -> bool {
        let statements = &self.statements;
        if statements.len() < LONG {
            return true;
        }
        let known = self.texts.0.get_or_insert_with(|| {
            let texts = statements.iter().map(|s| hash(s.unnumbered()));
            Box::new(texts.collect())
        });
        known.contains(&hash(text))
    }

    /// Removes one statement.
    pub fn take(&mut self, rank: &Rank) -> Option<Arc<Statement>> {
        self.revision += 1;
        let index = self.find(rank).ok()?;
        let is_it = self.statements.get(index)?.rank.same(rank);
        is_it.then(|| self.statements.remove(index))
    }

    /// Removes the statements of one kind for which `which` holds, and returns them.
    pub fn remove_of(
        &mut self,
        place: u16,
        kind: u16,
        which: impl Fn(&Statement) -> bool,
    ) -> Vec<Arc<Statement>> {
        self.revision += 1;
        let here = self.at(place, kind);
        let found = self.statements.get(here.clone()).unwrap_or_default().iter();
        let goes = |(_, s): &(usize, &Arc<Statement>)| s.rank.kind == kind && which(s);
        let gone: Vec<usize> = here.zip(found).filter(goes).map(|(at, _)| at).collect();
        let mut removed: Vec<_> = gone
            .into_iter()
            .rev()
            .map(|index| self.statements.remove(index))
            .collect();
        removed.reverse();
        removed
    }

    /// Removes the statements for which `which` holds, and returns them.
    pub fn remove(&mut self, which: impl Fn(&Statement) -> bool) -> Vec<Arc<Statement>> {
        self.revision += 1;
        let mut removed = Vec::new();
        self.statements.retain(|statement| {
            let goes = which(statement);
            if goes {
                removed.push(statement.clone());
            }
            !goes
        });
        removed
    }

    /// Removes statements, here and below.
    pub fn forget(&mut self, which: &impl Fn(&Statement) -> bool) {
        self.remove(which);
        for statement in &mut self.statements {
            if statement
                .block
                .as_ref()
                .is_some_and(|block| block.has(which))
                && let Some(block) = &mut Arc::make_mut(statement).block
            {
                block.forget(which);
            }
        }
    }

    /// Whether there is such a statement, here or below.
    fn has(&self, which: &impl Fn(&Statement) -> bool) -> bool {
        self.iter()
            .any(|s| which(s) || s.block.as_ref().is_some_and(|block| block.has(which)))
    }

    /// Gives statements new lines, here and below; `to` says which and what.
    pub fn rewrite(&mut self, to: &impl Fn(&Statement) -> Option<String>) {
        self.revision += 1;
        self.texts = Texts(None);
        for statement in &mut self.statements {
            if let Some(line) = to(statement) {
                Arc::make_mut(statement).line = line.into();
            }
            // A statement is only copied if something below it may change.
            let has_lines = statement
                .block
                .as_ref()
                .is_some_and(|block| !block.is_empty());
            if let Some(block) = has_lines
                .then(|| Arc::make_mut(statement).block.as_mut())
                .flatten()
            {
                block.rewrite(to);
            }
        }
    }

    /// The statements of one kind.
    pub fn of_kind(
        &self,
        place: u16,
        kind: u16,
    ) -> impl DoubleEndedIterator<Item = &Statement> + Clone {
        let here = self.statements.get(self.at(place, kind));
        here.unwrap_or_default()
            .iter()
            .filter(move |s| s.rank.kind == kind)
            .map(Arc::as_ref)
    }

    /// Gives the memory back that was kept for more statements of this level.
    pub(crate) fn shrink(&mut self) {
        self.statements.shrink_to_fit();
        self.texts = Texts(None);
    }

    /// The statements of the top level that are of a kind, by its name.
    pub fn named<'s>(
        &'s self,
        grammar: &'s Grammar,
        name: &str,
    ) -> impl Iterator<Item = &'s Statement> {
        let places = grammar.places_of(name).iter();
        places.flat_map(|(place, kind)| self.of_kind(*place, *kind))
    }

    /// Where the statements of a place stand; if the place is sorted by kind, those of the kind.
    fn at(&self, place: u16, kind: u16) -> Range<usize> {
        let here = |s: &Arc<Statement>| s.rank.stands(place, kind);
        let start = self.statements.partition_point(|s| here(s).is_lt());
        let rest = self.statements.get(start..).unwrap_or_default();
        // Most kinds have one statement or none.
        let is_short = rest.get(1).is_none_or(|second| here(second).is_gt());
        let length = match rest.first() {
            Some(first) if is_short => usize::from(here(first).is_eq()),
            _ => rest.partition_point(|s| here(s).is_eq()),
        };
        start..start + length
    }

    fn find(&self, rank: &Rank) -> Result<usize, usize> {
        let last = self.last as usize;
        let near = [last, last.wrapping_add(1)];
        let is_here = |at: &usize| self.statements.get(*at).is_some_and(|s| s.rank.same(rank));
        if let Some(here) = near.into_iter().find(is_here) {
            return Ok(here);
        }
        if rank.typed.is_none() {
            // What is read from a file comes in order.
            if self.statements.last().is_none_or(|last| last.rank < *rank) {
                return Err(self.statements.len());
            }
            return self.statements.binary_search_by(|s| s.rank.cmp(rank));
        }
        // Statements that stay in the order of entry have to be looked at one by one.
        let here = self.at(rank.place, rank.kind);
        let start = here.start;
        let mut statements = self.statements.get(here).unwrap_or_default().iter();
        let same = statements.position(|s| s.rank.same(rank));
        same.map(|at| start + at).ok_or(start)
    }
}
