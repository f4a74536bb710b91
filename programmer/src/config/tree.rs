//! A configuration as a tree of statements.

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) statements: IndexMap<String, Statement>,
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
    pub(super) fn get(&self, key: &str) -> Option<&Statement> {
        self.statements.get(key)
    }

    fn len(&self) -> usize {
        let below: usize = self.statements.values().map(|it| it.block.len()).sum();
        self.statements.len() + below
    }

    /// The block at a path of keys.
    pub(super) fn at(&self, path: &[String]) -> Option<&Self> {
        path.iter().try_fold(self, |block, key| {
            block.get(key).map(|statement| &statement.block)
        })
    }

    /// The same, to be changed.
    pub(super) fn at_mut(&mut self, path: &[String]) -> Option<&mut Self> {
        path.iter().try_fold(self, |block, key| {
            block
                .statements
                .get_mut(key)
                .map(|statement| &mut statement.block)
        })
    }

    /// The statement at a path of keys; the last key is its own.
    pub(super) fn find(&self, path: &[String]) -> Option<&Statement> {
        let (last, above) = path.split_last()?;
        self.at(above)?.get(last)
    }

    fn print(&self, depth: usize, out: &mut String) {
        for statement in self.statements.values() {
            out.push_str(&" ".repeat(depth));
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
    pub(super) fn says(&mut self, text: String, negated: bool, opens: Option<&Opens>) {
        self.text = text;
        self.negated = negated;
        self.vanishes = opens.is_some_and(|opens| opens.vanishes);
    }

    /// The line as it is shown.
    pub(super) fn line(&self) -> String {
        if self.negated {
            format!("no {}", self.text)
        } else {
            self.text.clone()
        }
    }

    /// Whether it says the same, whatever stands below it.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        self.text == other.text && self.negated == other.negated && self.rank == other.rank
    }
}
