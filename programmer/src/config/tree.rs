//! A configuration as a tree of statements.
//!
//! Statements are shared: by the configurations of one device, of which one is what lines make of another, and by
//! those of all devices that show the same line. Who changes one copies it, and those that it stands below.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;

use super::mode_rules::{ModeId, Opens};

/// What a device shows as its configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    pub(super) root: Block,
    /// The release that was shown with it; empty, if none was.
    pub(super) release: Release,
}

/// A release is told with a configuration and is no part of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Release(pub(super) String);

impl PartialEq for Release {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Release {}

/// The statements of one level, by what identifies each. Two blocks are equal whatever their order; where
/// order counts, the identity says so (`rank`).
#[derive(Debug, Clone, Default, Eq)]
pub(super) struct Block {
    pub(super) statements: IndexMap<Arc<str>, Arc<Statement>>,
}

impl PartialEq for Block {
    fn eq(&self, other: &Self) -> bool {
        let mut statements = self.statements.iter().enumerate();
        self.statements.len() == other.statements.len()
            && statements.all(|(index, (key, it))| other.has(index, key, it))
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// The line as the device shows it, without `no`; with line ends, if it is a banner or a certificate.
    pub(super) text: String,
    /// Whether it is shown as `no ...`.
    pub(super) negated: bool,
    /// Its place among the statements of an ordered kind; 0 where order doesn't count.
    pub(super) rank: usize,
    /// The mode that it opens.
    pub(super) opens: Option<ModeId>,
    /// It isn't shown while nothing stands below it.
    pub(super) vanishes: bool,
    pub(super) block: Block,
}

impl Config {
    /// The configuration in the order in which it was shown, a blank for each level.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.root.print(0, &mut text);
        text
    }

    /// The release of the device that showed it, if it said so.
    #[must_use]
    pub fn release(&self) -> Option<&str> {
        Some(self.release.0.as_str()).filter(|release| !release.is_empty())
    }

    /// How many statements it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.root.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root.statements.is_empty()
    }
}

impl Block {
    pub(super) fn get(&self, key: &str) -> Option<&Arc<Statement>> {
        self.statements.get(key)
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Statement> {
        self.statements.get_mut(key).map(Arc::make_mut)
    }

    /// A statement says something from now on; if there was none, it comes.
    pub(super) fn says(
        &mut self,
        key: Arc<str>,
        text: String,
        negated: bool,
        opens: Option<&Opens>,
    ) {
        match self.get_mut(&key) {
            Some(statement) => statement.says(text, negated, opens),
            None => {
                let statement = Statement::new(text, negated, opens);
                self.statements.insert(key, Arc::new(statement));
            }
        }
    }

    /// Whether this very statement stands here: at this place, where it is found at once, or at another.
    pub(super) fn has(&self, index: usize, key: &Arc<str>, statement: &Arc<Statement>) -> bool {
        match self.statements.get_index(index) {
            Some((here, it)) if here == key => it == statement,
            _ => self.get(key) == Some(statement),
        }
    }

    fn len(&self) -> usize {
        let below: usize = self.statements.values().map(|it| it.block.len()).sum();
        self.statements.len() + below
    }

    /// The block at a path of keys.
    pub(super) fn at(&self, path: &[Arc<str>]) -> Option<&Self> {
        path.iter().try_fold(self, |block, key| {
            block.get(key).map(|statement| &statement.block)
        })
    }

    /// The same, to be changed.
    pub(super) fn at_mut(&mut self, path: &[Arc<str>]) -> Option<&mut Self> {
        path.iter().try_fold(self, |block, key| {
            block.get_mut(key).map(|statement| &mut statement.block)
        })
    }

    /// The statement at a path of keys; the last key is its own.
    pub(super) fn find(&self, path: &[Arc<str>]) -> Option<&Arc<Statement>> {
        let (last, above) = path.split_last()?;
        self.at(above)?.get(last)
    }

    fn print(&self, depth: usize, out: &mut String) {
        for statement in self.statements.values() {
            out.extend(std::iter::repeat_n(' ', depth));
            out.push_str(&statement.line());
            out.push('\n');
            statement.block.print(depth + 1, out);
        }
    }
}

impl Statement {
    pub(super) fn new(text: impl Into<String>, negated: bool, opens: Option<&Opens>) -> Self {
        Self {
            text: text.into(),
            negated,
            rank: 0,
            opens: opens.map(|opens| opens.mode),
            vanishes: opens.is_some_and(|opens| opens.vanishes),
            block: Block::default(),
        }
    }

    /// It says something else from now on.
    fn says(&mut self, text: String, negated: bool, opens: Option<&Opens>) {
        self.text = text;
        self.negated = negated;
        self.vanishes = opens.is_some_and(|opens| opens.vanishes);
    }

    /// Whether it isn't shown any more, because nothing stands below it.
    pub(super) fn has_vanished(&self) -> bool {
        self.vanishes && !self.negated && self.block.statements.is_empty()
    }

    /// The line as it is shown.
    pub(super) fn line(&self) -> Cow<'_, str> {
        match self.negated {
            true => format!("no {}", self.text).into(),
            false => self.text.as_str().into(),
        }
    }

    /// Whether it says the same, whatever stands below it.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        self.text == other.text && self.negated == other.negated && self.rank == other.rank
    }
}
