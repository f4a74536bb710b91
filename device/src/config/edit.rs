//! One statement is applied to one block: stored, replaced, negated.

use std::sync::Arc;

use compact_str::CompactString;

use super::block::{Block, Statement};
use super::cursor::Reply;
use super::networks::Networks;
use super::order::{KEY_JOINT, Rank};
use crate::grammar::line::Line;
use crate::grammar::matcher::{Parsed, parse};
use crate::grammar::{Accept, Form, Matched, Refusal, Target};
use crate::pack::{
    By, CONFIG, Condition, Fill, Filter, Key, ModeId, Platform, Requirement, Sort, StatementDef,
};

/// What an edit works on, and what it leaves behind.
#[derive(Debug)]
pub struct Bench<'a> {
    /// The device's platform.
    pub platform: &'a Platform,
    /// The configuration.
    pub root: &'a mut Block,
    /// Where its interfaces' networks are.
    pub networks: &'a mut Networks,
    /// Hashes secrets.
    pub hasher: &'a mut dyn Hasher,
    /// The operator's privilege level.
    pub privilege: u8,
    /// What the operator is told; lines end in LF.
    pub said: String,
    /// What the rest of the device must know.
    pub notes: Vec<Note>,
    /// How many old forms led to the line at hand; a pack's `rewrite` may lead in a circle.
    pub rewrites: usize,
}

/// Something that an edit changed beyond the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// An interface was shut down (true) or not any more.
    Shutdown(String, bool),
    /// The stack has a member of this number and model.
    Provisioned(u8, String),
}

/// Hashes and hides secrets; salts come from the device's seed.
pub trait Hasher: std::fmt::Debug {
    /// The stored form of a secret.
    fn hash(&mut self, filter: Filter, secret: &str) -> String;
}

/// Stores secrets as they are: for configurations that have none.
#[derive(Debug)]
pub struct Plain;

impl Hasher for Plain {
    fn hash(&mut self, _filter: Filter, secret: &str) -> String {
        secret.to_string()
    }
}

/// What became of a statement.
#[derive(Debug)]
pub(super) enum Applied {
    Done,
    /// It opened a mode for these blocks.
    Entered(ModeId, Vec<Rank>),
    /// These lines are to be taken instead.
    Again(Vec<String>),
    /// It is refused with this text.
    Refused(&'static str),
    /// The operator must answer first.
    Reply(Reply),
}

/// A statement on its way into one block.
pub(super) struct Edit<'a, 'b> {
    pub(super) bench: &'a mut Bench<'b>,
    pub(super) mode: ModeId,
    /// The block, by the statements that lead to it.
    pub(super) path: &'a [Rank],
    pub(super) confirmed: bool,
}

/// A statement as it was typed, with its values in their stored form.
pub(super) struct Typed {
    pub(super) definition: u32,
    pub(super) line: String,
    pub(super) values: Vec<(Arc<str>, CompactString)>,
    pub(super) raw: String,
}

impl Typed {
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(known, _)| **known == *name)
            .map(|(_, value)| &**value)
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        match self.values.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, old)) => *old = value.into(),
            None => self.values.push((name.into(), value.into())),
        }
    }
}

/// A line whose words behind `word` stand two blanks apart: `match dscp cs4  cs5  ef`. If `word` ends in a blank, the
/// first of them too: `match cos  5`.
fn spread(line: &str, word: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let Some(at) = words.iter().position(|other| *other == word.trim_end()) else {
        return line.to_string();
    };
    let (head, tail) = words.split_at(at + 1);
    let gap = if word.ends_with(' ') { "  " } else { " " };
    format!("{}{gap}{}", head.join(" "), tail.join("  "))
}

impl<'b> Edit<'_, 'b> {
    pub(super) fn apply(&mut self, line: &Line<'_>, matched: &Matched) -> Applied {
        let Some(Accept {
            target: Target::Statement(index),
            form,
        }) = matched.accepts.first().copied()
        else {
            return Applied::Done;
        };
        let typed = self.typed(index, form, line, matched);
        let definition = self.definition(index);
        if !definition.rewrite.is_empty() {
            let prefix = match form {
                Form::Set => "",
                Form::No => "no ",
                Form::Default => "default ",
            };
            let filled = definition
                .rewrite
                .iter()
                .map(|line| self.filled(line, &typed));
            // Of several lines only the last is negated; those before it lead to its mode.
            let mut lines: Vec<String> = filled.collect();
            if let Some(last) = lines.last_mut() {
                last.insert_str(0, prefix);
            }
            return Applied::Again(lines);
        }
        if let Some(only) = definition.only.filter(|only| !self.owner_is(*only)) {
            // What can't be a switch port knows no `switchport`; what is one knows `ip`, but not `ip address`.
            let word = usize::from(only == Condition::Routed && line.len() > 1);
            let at = line.start(word);
            return Applied::Reply(Reply::Refused(Refusal::Invalid(at)));
        }
        if let Some(says) = self.locked(definition) {
            self.say(says);
            return Applied::Done;
        }
        match form {
            Form::Set => self.set(typed),
            Form::No => self.no(&typed, matched),
            Form::Default => self.default(&typed),
        }
    }

    fn typed(&self, definition: u32, form: Form, line: &Line<'_>, matched: &Matched) -> Typed {
        let platform = self.bench.platform;
        let graph = &platform.grammar().mode(self.mode).graph;
        let skip = usize::from(form != Form::Set);
        let (written, values) = matched.written(graph, line, platform, skip);
        let apart = self.definition(definition).apart.as_deref();
        Typed {
            definition,
            line: match apart {
                Some(word) => spread(&written, word),
                None => written,
            },
            values,
            raw: line.rest(0).to_string(),
        }
    }

    pub(super) fn definition(&self, index: u32) -> &'b StatementDef {
        let platform: &'b Platform = self.bench.platform;
        platform.grammar().statement(index)
    }

    pub(super) fn block(&mut self) -> &mut Block {
        // Every path was made from statements that are stored; one that another session removed meanwhile leads to the
        // innermost block that is left.
        self.bench.root.innermost_mut(self.path)
    }

    /// The same, to be looked at.
    pub(super) fn here(&self) -> &Block {
        self.bench.root.innermost(self.path)
    }

    /// Whether a condition holds for the interface whose block this is.
    fn owner_is(&self, condition: Condition) -> bool {
        let owner = self.path.first().and_then(|rank| self.bench.root.get(rank));
        owner.is_none_or(|owner| super::text::holds(self.bench.platform, condition, owner))
    }

    /// What is said while a line closes the mode.
    fn locked(&mut self, definition: &StatementDef) -> Option<&'b str> {
        let platform: &'b Platform = self.bench.platform;
        let lock = platform.grammar().mode(self.mode).locked_by.as_ref()?;
        let free = definition.opens.is_some() || lock.but.contains(&definition.name);
        let closed = !free
            && self
                .here()
                .iter()
                .any(|statement| statement.line == lock.line);
        closed.then_some(&*lock.says)
    }

    pub(super) fn say(&mut self, text: &str) {
        self.bench.said.push_str(text);
        if !text.ends_with('\n') {
            self.bench.said.push('\n');
        }
    }

    /// A text with the statement's values, and with those of the blocks around it.
    pub(super) fn filled(&mut self, fill: &Fill, typed: &Typed) -> String {
        let owners = self.owners();
        let value = |name: &str| {
            let around = || {
                owners
                    .iter()
                    .rev()
                    .find(|(known, _)| **known == *name)
                    .map(|(_, value)| &**value)
            };
            typed.value(name).or_else(around)
        };
        let hasher = &mut *self.bench.hasher;
        fill.with(value, |filter, secret| hasher.hash(filter, secret))
    }

    /// The values of the statements that lead to this block, outermost first.
    pub(super) fn owners(&self) -> Vec<(Arc<str>, CompactString)> {
        let mut values = Vec::new();
        let mut block = Some(&*self.bench.root);
        for rank in self.path {
            let Some(statement) = block.and_then(|block| block.get(rank)) else {
                break;
            };
            values.extend(statement.values.iter().cloned());
            block = statement.block.as_ref();
        }
        values
    }
}

// === storing ===

impl Edit<'_, '_> {
    fn set(&mut self, mut typed: Typed) -> Applied {
        let definition = self.definition(typed.definition);
        if let Some(requires) = &definition.requires
            && !self.holds(requires, &typed)
        {
            let says = self.filled(&requires.says, &typed);
            self.say(&says);
            return Applied::Done;
        }
        if let Some(unique) = &definition.unique
            && let Some(says) = self.rival(definition, unique, &typed)
        {
            self.say(&says);
            return Applied::Done;
        }
        for effect in &definition.does {
            if let Some(instead) = self.before(*effect, &mut typed) {
                return instead;
            }
        }
        if let Some(store) = &definition.store {
            typed.line = self.filled(store, &typed);
            // What was hashed is not kept beside its hash.
            typed.values.retain(|(name, _)| !store.hides(name));
        }
        for effect in &definition.does {
            self.reshape(*effect, &mut typed);
        }
        let rank = self.rank(definition, &typed);
        let entered = definition
            .opens
            .map(|mode| Applied::Entered(mode, vec![rank.clone()]));
        let in_force = definition.default.as_deref() == Some(&*typed.line);
        let changed = if in_force {
            self.forget(&rank)
        } else {
            self.store(definition, rank, &typed)
        };
        if let Some(ensures) = definition.ensures.as_ref().filter(|_| !in_force) {
            self.ensure(ensures, &typed);
        }
        if let Some(says) = &definition.says {
            let says = self.filled(says, &typed);
            self.say(&says);
        }
        if changed {
            for effect in &definition.does {
                self.after(*effect, &typed, true);
            }
        }
        entered.unwrap_or(Applied::Done)
    }

    pub(super) fn store(&mut self, definition: &StatementDef, rank: Rank, typed: &Typed) -> bool {
        let statement = Statement {
            definition: typed.definition,
            rank,
            negated: false,
            line: typed.line.as_str().into(),
            values: typed.values.clone(),
            block: definition.opens.map(|_| Block::default()),
        };
        let old = self.block().put(statement);
        self.has_network(typed);
        old.is_none_or(|old| *old.line != *typed.line || old.negated)
    }

    fn forget(&mut self, rank: &Rank) -> bool {
        self.block().take(rank).is_some()
    }

    /// A statement's identity.
    pub(super) fn rank(&self, definition: &StatementDef, typed: &Typed) -> Rank {
        let key = match &definition.key {
            Key::Line => typed.line.clone(),
            Key::Of(names) if let [name] = &names[..] => {
                let value = typed.value(name).unwrap_or_default();
                self.sortable(value).unwrap_or_else(|| value.to_string())
            }
            Key::Of(names) => {
                let mut key = String::with_capacity(24);
                for (at, name) in names.iter().enumerate() {
                    if at > 0 {
                        key.push(KEY_JOINT);
                    }
                    let value = typed.value(name).unwrap_or_default();
                    key.push_str(self.sortable(value).as_deref().unwrap_or(value));
                }
                key
            }
        };
        Rank {
            place: definition.place,
            kind: definition.kind,
            by: definition.by,
            sort: definition.sort,
            typed: (definition.sort == Sort::Typed || definition.by == By::Entry)
                .then_some(u32::MAX),
            key: key.into(),
        }
    }

    /// Interfaces are sorted in the platform's order.
    fn sortable(&self, value: &str) -> Option<String> {
        use crate::grammar::World;
        self.bench.platform.interfaces().sort_key(value)
    }

    /// Another statement of the kind, where only one may be.
    fn rival(&mut self, definition: &StatementDef, unique: &Fill, typed: &Typed) -> Option<String> {
        let rank = self.rank(definition, typed);
        let rival = self
            .here()
            .of_kind(rank.place, rank.kind)
            .find(|other| !other.rank.same(&rank))?;
        let mut values = rival.values.clone();
        values.extend(typed.values.iter().cloned());
        let value = |name: &str| {
            values
                .iter()
                .find(|(known, _)| **known == *name)
                .map(|(_, v)| &**v)
        };
        Some(unique.with(value, |_, secret| secret.to_string()))
    }

    fn holds(&mut self, requires: &Requirement, typed: &Typed) -> bool {
        let applies = |line: &Fill| line.names().all(|name| typed.value(name).is_some());
        if !requires.lines.iter().any(applies) {
            return true;
        }
        requires
            .lines
            .iter()
            .filter(|line| applies(line))
            .any(|line| {
                let line = self.filled(line, typed);
                self.is_stored(&line)
            })
    }

    /// Whether a line is stored: in this block, or in one around it.
    pub(super) fn is_stored(&mut self, text: &str) -> bool {
        let mut depth = self.path.len();
        let mut mode = self.mode;
        loop {
            if let Some((definition, typed)) = self.reads(mode, text) {
                let rank = self.rank(self.definition(definition), &typed);
                let path = &self.path[..depth];
                let block = self.bench.root.innermost(path);
                if block.get(&rank).is_some_and(|found| !found.negated) {
                    return true;
                }
            }
            if mode == CONFIG || depth == 0 {
                return false;
            }
            mode = self.bench.platform.grammar().mode(mode).parent;
            depth -= 1;
        }
    }

    fn reads(&self, mode: ModeId, text: &str) -> Option<(u32, Typed)> {
        let platform = self.bench.platform;
        let graph = &platform.grammar().mode(mode).graph;
        let line = Line::new(text);
        let Parsed::Command(matched) = parse(graph, &line, platform, u8::MAX) else {
            return None;
        };
        let Accept {
            target: Target::Statement(index),
            form: Form::Set,
        } = *matched.accepts.first()?
        else {
            return None;
        };
        let (line, values) = matched.written(graph, &line, platform, 0);
        let typed = Typed {
            definition: index,
            line,
            values,
            raw: text.to_string(),
        };
        Some((index, typed))
    }

    /// Stores a global line if it isn't, and says so; then what shall stand below it.
    fn ensure(&mut self, ensures: &Requirement, typed: &Typed) {
        let below = ensures.below.iter().map(|line| self.filled(line, typed));
        let below: Vec<String> = below.collect();
        for line in &ensures.lines {
            let line = self.filled(line, typed);
            let stands = self.is_stored(&line);
            if stands && below.is_empty() {
                continue;
            }
            let says = self.filled(&ensures.says, typed);
            if !stands && !says.is_empty() {
                self.say(&says);
            }
            let copied = if stands {
                Vec::new()
            } else {
                self.copied(ensures)
            };
            let mut top = super::Cursor::default();
            top.take(self.bench, &line);
            for line in copied.iter().chain(&below) {
                top.take(self.bench, line);
            }
        }
    }

    /// The lines of this block that an ensured line takes over.
    fn copied(&mut self, ensures: &Requirement) -> Vec<String> {
        let Some(kinds) = &ensures.copies else {
            return Vec::new();
        };
        let grammar = self.bench.platform.grammar();
        let lines = self.here().iter();
        let taken = lines.filter(|line| line.kind(grammar).starts_with(&**kinds));
        taken.map(|line| line.line.to_string()).collect()
    }
}

/// Whether a global line is stored.
pub fn is_stored(bench: &mut Bench<'_>, line: &str) -> bool {
    Edit {
        bench,
        mode: CONFIG,
        path: &[],
        confirmed: false,
    }
    .is_stored(line)
}
