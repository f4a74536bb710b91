//! One level of the configuration.
//!
//! Statements are shared between a platform's baseline and its devices until one is changed, so that a device costs
//! what differs.

use std::sync::Arc;

use super::order::Rank;
use crate::pack::{By, Grammar, Sort};

/// The statements of one level, in the order of the running-config.
#[derive(Debug, Clone, Default)]
pub struct Block {
    statements: Vec<Arc<Statement>>,
    entered: u32,
    /// Grows with every change, and with every look that could be one.
    revision: u64,
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
    pub values: Vec<(Arc<str>, Box<str>)>,
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
        values: Vec<(Arc<str>, Box<str>)>,
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
    /// The statements, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Statement> {
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
        let statement = Arc::make_mut(self.statements.get_mut(index)?);
        Some(statement.block.get_or_insert_default())
    }

    /// Stores a statement; one with the same identity is replaced, and what stood below it is kept if the new one
    /// opens a mode too.
    pub fn put(&mut self, mut statement: Statement) {
        self.revision += 1;
        match self.find(&statement.rank) {
            Ok(index) => {
                let old = &self.statements[index];
                if let (Some(new), Some(kept)) = (&mut statement.block, &old.block) {
                    new.clone_from(kept);
                }
                if statement.rank.typed.is_some() {
                    statement.rank.typed = old.rank.typed;
                }
                if **old != statement {
                    self.statements[index] = Arc::new(statement);
                }
            }
            Err(_) => {
                if statement.rank.typed.is_some() {
                    self.entered += 1;
                    statement.rank.typed = Some(self.entered);
                }
                let index = self
                    .statements
                    .partition_point(|old| old.rank < statement.rank);
                self.statements.insert(index, Arc::new(statement));
            }
        }
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
    pub fn of_kind(&self, place: u16, kind: u16) -> impl Iterator<Item = &Statement> {
        let start = self.statements.partition_point(|s| s.rank.place < place);
        let here = self.statements.get(start..).unwrap_or_default().iter();
        here.take_while(move |s| s.rank.place == place)
            .filter(move |s| s.rank.kind == kind)
            .map(Arc::as_ref)
    }

    /// Gives the memory back that was kept for more statements of this level.
    pub(crate) fn shrink(&mut self) {
        self.statements.shrink_to_fit();
    }

    fn find(&self, rank: &Rank) -> Result<usize, usize> {
        if rank.typed.is_none() {
            return self.statements.binary_search_by(|s| s.rank.cmp(rank));
        }
        // Statements that stay in the order of entry have to be looked at one by one.
        let start = self.statements.partition_point(|s| {
            s.rank.place < rank.place
                || (rank.by == By::Kind && (s.rank.place, s.rank.kind) < (rank.place, rank.kind))
        });
        let here = self.statements.get(start..).unwrap_or_default().iter();
        let same = here
            .take_while(|s| s.rank.place == rank.place)
            .position(|s| s.rank.same(rank));
        same.map(|at| start + at).ok_or(start)
    }
}
