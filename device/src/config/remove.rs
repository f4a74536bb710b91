//! Statements are taken away: `no`, `default`.

use std::sync::Arc;

use compact_str::CompactString;

use super::block::{Block, Statement};
use super::cursor::Reply;
use super::edit::{Applied, Edit, Typed};
use crate::grammar::{Matched, Target};
use crate::pack::{ConfigEffect, Grammar, KeptNo, Key, StatementDef};

impl Edit<'_, '_> {
    pub(super) fn no(&mut self, typed: &Typed, matched: &Matched) -> Applied {
        let first = self.definition(typed.definition);
        if let Some(question) = first.confirm_no.as_ref().filter(|_| !self.confirmed) {
            let question = self.filled(question, typed);
            return Applied::Reply(Reply::Confirm(question));
        }
        for effect in &first.does {
            if let Some(instead) = self.before_no(*effect, typed) {
                return instead;
            }
        }
        for accept in &matched.accepts {
            let Target::Statement(index) = accept.target else {
                continue;
            };
            let definition = self.definition(index);
            let removed = self.take_away(definition, typed);
            let negative = definition.keeps_no.is_some() && self.negate(index, definition, typed);
            if removed || negative {
                for effect in &definition.does {
                    self.after(*effect, typed, false);
                }
            }
        }
        Applied::Done
    }

    pub(super) fn default(&mut self, typed: &Typed) -> Applied {
        let definition = self.definition(typed.definition);
        if definition.does.contains(&ConfigEffect::Interface) {
            let rank = self.rank(definition, typed);
            if let Some(below) = self.block().below(&rank) {
                *below = Block::default();
            }
            let name = typed.value("interface").unwrap_or_default().to_string();
            self.say(&format!("Interface {name} set to default configuration"));
            return Applied::Done;
        }
        if self.take_away(definition, typed) {
            for effect in &definition.does {
                self.after(*effect, typed, false);
            }
        }
        Applied::Done
    }

    /// Removes every statement of the kind whose keys agree with those that were typed.
    pub(super) fn take_away(&mut self, definition: &StatementDef, typed: &Typed) -> bool {
        let kind = definition.kind;
        let place = definition.place;
        let begins = |old: &Statement| {
            let rest = old.line.strip_prefix(&*typed.line);
            !definition.takes_prefix
                || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let block = self.block();
        let removed = match &definition.key {
            Key::Line => block.remove_of(place, kind, |old| {
                begins(old) && positive(old) == typed.line
            }),
            Key::Of(names) => block.remove_of(place, kind, |old| {
                let agrees = |name: &str| match typed.value(name) {
                    Some(value) => old.value(name) == Some(value),
                    None => {
                        !definition.optional_keys.iter().any(|key| **key == *name)
                            || old.value(name).is_none()
                    }
                };
                begins(old) && names.iter().all(|name| agrees(name)) && addresses_agree(old, typed)
            }),
        };
        self.dissolve(&removed);
        removed.iter().any(|old| !old.negated)
    }

    /// Takes away the global lines that stood only because of the removed statements, or of those below them.
    fn dissolve(&mut self, removed: &[Arc<Statement>]) {
        let grammar = self.bench.platform.grammar();
        let removed = || removed.iter().map(Arc::as_ref);
        let mut gone = Vec::new();
        following(grammar, removed(), &mut Vec::new(), &mut gone);
        if gone.is_empty() {
            return;
        }
        // Now with the values of the blocks around, which only these lines are worth.
        gone.clear();
        following(grammar, removed(), &mut self.owners(), &mut gone);
        // What ensures such a line stands in one block of the root: that of the feature.
        let feature = self.path.first().and_then(|rank| self.bench.root.get(rank));
        let mut kept = Vec::new();
        if let Some(block) = feature.and_then(|feature| feature.block.as_ref()) {
            let mut owners = feature.map_or_else(Vec::new, |it| it.values.clone());
            following(grammar, block.iter(), &mut owners, &mut kept);
        }
        for line in gone.iter().filter(|line| !kept.contains(line)) {
            super::Cursor::default().take(self.bench, &format!("no {line}"));
        }
    }

    /// Stores the `no` form; true if that is new.
    pub(super) fn negate(&mut self, index: u32, definition: &StatementDef, typed: &Typed) -> bool {
        let rank = self.rank(definition, typed);
        let line = match &definition.keeps_no {
            Some(KeptNo::Words(words)) => words,
            _ => &*typed.line,
        };
        let statement = Statement {
            definition: index,
            rank,
            negated: true,
            line: format!("no {line}").into(),
            values: typed.values.clone(),
            block: None,
        };
        let old = self.block().put(statement);
        old.is_none_or(|old| !old.negated)
    }
}

/// The lines that follow these statements and those below them; `owners` are the values of those around them.
fn following<'s>(
    grammar: &Grammar,
    statements: impl Iterator<Item = &'s Statement>,
    owners: &mut Vec<(Arc<str>, CompactString)>,
    lines: &mut Vec<String>,
) {
    for statement in statements {
        let outer = owners.len();
        owners.extend(statement.values.iter().cloned());
        let ensures = grammar.statement(statement.definition).ensures.as_ref();
        let value = |name: &str| {
            let found = owners.iter().rev().find(|(known, _)| **known == *name);
            found.map(|(_, value)| &**value)
        };
        for line in ensures
            .filter(|it| it.follows)
            .iter()
            .flat_map(|it| &it.lines)
        {
            lines.push(line.with(value, |_, secret| secret.to_string()));
        }
        if let Some(block) = &statement.block {
            following(grammar, block.iter(), owners, lines);
        }
        owners.truncate(outer);
    }
}

/// A statement's line without its `no`.
fn positive(statement: &Statement) -> &str {
    let line = &*statement.line;
    match line.strip_prefix("no ") {
        Some(positive) if statement.negated => positive,
        _ => line,
    }
}

/// An address that `no` names must be the stored one; other values may be left out or differ.
fn addresses_agree(old: &Statement, typed: &Typed) -> bool {
    typed.values.iter().all(|(name, value)| {
        let address = value.parse::<std::net::IpAddr>().is_ok();
        let mut stored = old
            .values
            .iter()
            .filter(|(known, _)| known == name)
            .peekable();
        !address || stored.peek().is_none() || stored.any(|(_, stored)| stored == value)
    })
}
