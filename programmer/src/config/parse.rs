//! Reading a configuration from what a device shows.

use std::borrow::Cow;
use std::sync::Arc;

use thiserror::Error;

use super::list;
use super::mode_file::ListOf;
use super::mode_rules::{ModeId, ModeRules};
use super::patterns::Pattern;
use super::read::Read;
use super::rules::Rules;
use super::tree::{Block, Config, Statement};

/// The largest configuration that is read, in bytes: a chassis full of line cards shows a tenth.
const CONFIG_BYTES_MAX: usize = 16 << 20;

/// What a device showed is not its configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The reply doesn't end as a configuration does.
    #[error("the configuration was cut off: it has no `{end}` after line {lines}")]
    CutOff {
        /// The line that ends one.
        end: String,
        /// How many lines came.
        lines: usize,
    },
    /// The command was refused.
    #[error("`{command}` was refused: {said}")]
    Refused {
        /// What was asked.
        command: String,
        /// What the device said.
        said: String,
    },
    /// The reply shows that it isn't all.
    #[error("the reply to `{command}` is not the whole configuration: {flaw}")]
    Incomplete {
        /// What was asked.
        command: String,
        /// What it lacks, or says.
        flaw: String,
    },
    /// The reply is larger than anything that is a configuration.
    #[error("the configuration has {bytes} bytes, more than {CONFIG_BYTES_MAX}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
}

/// One statement as it stands in the text: how far from the margin, and what it says.
struct Shown<'t> {
    indent: usize,
    text: Cow<'t, str>,
}

/// A statement that the next lines stand below. What stands there is taken out of it meanwhile.
struct Open {
    indent: usize,
    key: Arc<str>,
    mode: Option<ModeId>,
    block: Block,
}

/// What a line is among those of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// A comment, what only leaves a section, what changes by itself.
    Dropped,
    Statement,
    /// A statement that may go on over many lines.
    Text,
}

impl Config {
    /// Reads what [`Rules::reads`] were answered with, in that order.
    ///
    /// # Errors
    ///
    /// If a reply was cut off or is a refusal: then nothing is known of the device.
    pub fn parse(replies: &[String], rules: &Rules) -> Result<Self, ConfigError> {
        let all: Vec<(&Read, String)> = rules.reads().iter().zip(replies.iter().cloned()).collect();
        Self::read(&all, rules)
    }

    /// Reads what some of them were answered with: [`Rules::reads_for`].
    ///
    /// # Errors
    ///
    /// As [`Config::parse`].
    pub fn read(replies: &[(&Read, String)], rules: &Rules) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        for (read, reply) in replies {
            if reply.len() > CONFIG_BYTES_MAX {
                return Err(ConfigError::TooLong { bytes: reply.len() });
            }
            if let Some(said) = reply.lines().map(str::trim).find(|line| !line.is_empty())
                && said.starts_with('%')
            {
                let (command, said) = (read.command().to_string(), said.to_string());
                return Err(ConfigError::Refused { command, said });
            }
            if let Some(flaw) = read.flaw(reply) {
                let command = read.command().to_string();
                return Err(ConfigError::Incomplete { command, flaw });
            }
            if read.is_configuration() {
                config.release.0 = rules.release_in(reply).unwrap_or_default();
                let body = body(reply, rules)?;
                config.add(&lex(body, rules), rules);
            } else {
                let lines = read.statements(reply).join("\n");
                config.complete(&lex(lines.lines().collect(), rules), rules);
            }
        }
        Ok(config)
    }

    /// Reads one configuration, which needn't end as a device's reply does: a file, a fragment.
    #[must_use]
    pub fn fragment(text: &str, rules: &Rules) -> Self {
        let mut config = Self::default();
        let is_end = |line: &str| rules.end.as_ref().is_some_and(|end| line.trim_end() == end);
        let mut lines: Vec<&str> = text.trim_end().lines().collect();
        lines.pop_if(|line| is_end(line));
        config.add(&lex(lines, rules), rules);
        config
    }

    fn add(&mut self, lines: &[Shown<'_>], rules: &Rules) {
        let mut open: Vec<Open> = Vec::new();
        let mut lines = lines.iter().peekable();
        while let Some(line) = lines.next() {
            let (block, mode) = match open.last_mut() {
                Some(open) => (&mut open.block, open.mode),
                None => (&mut self.root, Some(rules.top())),
            };
            let key = block.add(rules, mode, &line.text);
            let next = lines.peek().map_or(0, |next| next.indent);
            let above = key.filter(|_| next > line.indent);
            let opened = above.and_then(|key| block.opened(key, line.indent));
            open.extend(opened);
            while let Some(last) = open.pop_if(|last| last.indent >= next) {
                let around = open.last_mut().map_or(&mut self.root, |it| &mut it.block);
                around.close(last);
            }
        }
        self.root.settle(rules, Some(rules.top()));
    }

    /// Adds what another reply shows, where the configuration itself says nothing of it.
    fn complete(&mut self, lines: &[Shown<'_>], rules: &Rules) {
        let mut other = Self::default();
        other.add(lines, rules);
        for (key, statement) in other.root.statements {
            self.root.statements.entry(key).or_insert(statement);
        }
    }
}

impl Block {
    /// Adds a statement as it is shown, and says under which key, if others may stand below it.
    fn add(&mut self, rules: &Rules, mode: Option<ModeId>, text: &str) -> Option<Arc<str>> {
        let said = rules.said(mode, text);
        if said.is_unshown || (said.may_be_on && rules.mode(mode).is_on(&said.bare, self)) {
            return None;
        }
        for one in &said.each {
            let key = Arc::clone(&one.key);
            match self.get(&key) {
                None => {
                    self.statements.insert(key, Arc::clone(&one.first));
                }
                Some(old) => {
                    let text = continued(rules.mode(mode), old, one.text.clone());
                    let text = rules.in_order(mode, text);
                    self.says(key, text, said.negated, one.opens.as_ref());
                }
            }
        }
        said.each.last().map(|one| Arc::clone(&one.key))
    }

    /// Takes out what stands below a statement, to add to it.
    fn opened(&mut self, key: Arc<str>, indent: usize) -> Option<Open> {
        let statement = self.get_mut(&key)?;
        Some(Open {
            indent,
            mode: statement.opens,
            block: std::mem::take(&mut statement.block),
            key,
        })
    }

    fn close(&mut self, open: Open) {
        if let Some(statement) = self.get_mut(&open.key) {
            statement.block = open.block;
        }
    }

    /// Numbers what is ordered, and drops sections that aren't shown while they are empty.
    pub(super) fn settle(&mut self, rules: &Rules, mode: Option<ModeId>) {
        for statement in self.statements.values_mut() {
            if !statement.block.is_settled(rules, statement.opens) {
                let statement = Arc::make_mut(statement);
                statement.block.settle(rules, statement.opens);
            }
        }
        if self.statements.values().any(|it| it.has_vanished()) {
            self.statements
                .retain(|_, statement| !statement.has_vanished());
        }
        self.rank(rules, mode);
    }

    /// Whether there is nothing to settle, so that it can stay shared.
    fn is_settled(&self, rules: &Rules, mode: Option<ModeId>) -> bool {
        let is_settled =
            |it: &Arc<Statement>| !it.has_vanished() && it.block.is_settled(rules, it.opens);
        self.statements.values().all(is_settled) && self.misranked(rules, mode).is_empty()
    }

    /// Numbers what is ordered.
    pub(super) fn rank(&mut self, rules: &Rules, mode: Option<ModeId>) {
        for (index, rank) in self.misranked(rules, mode) {
            if let Some((_, statement)) = self.statements.get_index_mut(index) {
                Arc::make_mut(statement).rank = rank;
            }
        }
    }

    /// What is ordered and has another number than it should: where it stands, and its number.
    fn misranked(&self, rules: &Rules, mode: Option<ModeId>) -> Vec<(usize, usize)> {
        let ordered = &rules.mode(mode).ordered;
        let statements = self.statements.values().enumerate();
        let them = statements.filter(|(_, it)| ordered.is_match(&it.text));
        let wrong = them.zip(1..).filter(|((_, it), rank)| it.rank != *rank);
        wrong.map(|((index, _), rank)| (index, rank)).collect()
    }
}

/// A list that is shown on several lines is one list.
fn continued(mode: &ModeRules, old: &Statement, text: String) -> String {
    let (Some((of, before, edit, more)), Some((.., old))) =
        (mode.list(&text), mode.list(&old.text))
    else {
        return text;
    };
    let list = match of {
        ListOf::Numbers if edit.trim() == "add" => list::edited(Some(old), edit, more),
        ListOf::MoreNumbers => list::edited(Some(old), "add", more),
        ListOf::Words => Some(list::more_words(old, more)),
        _ => None,
    };
    list.map_or_else(|| text.clone(), |list| format!("{before} {list}"))
}

/// The lines of the configuration: without what stands before it and without its end.
fn body<'t>(reply: &'t str, rules: &Rules) -> Result<Vec<&'t str>, ConfigError> {
    let lines = reply.lines().skip_while(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('!') || rules.preamble.is_match(line)
    });
    let mut lines: Vec<&str> = lines.collect();
    let Some(end) = &rules.end else {
        return Ok(lines);
    };
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    match lines.pop() {
        Some(last) if last.trim_end() == end => Ok(lines),
        _ => {
            let lines = reply.lines().count();
            Err(ConfigError::CutOff {
                end: end.clone(),
                lines,
            })
        }
    }
}

/// Statements, each with its place; comments and what only leaves a section are dropped.
fn lex<'t>(lines: Vec<&'t str>, rules: &Rules) -> Vec<Shown<'t>> {
    let mut shown = Vec::new();
    let mut lines = lines.into_iter().map(|line| line.trim_end_matches('\r'));
    while let Some(line) = lines.next() {
        let kind = rules.kind_of(line.trim_start());
        if kind == LineKind::Dropped {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let mut text = Cow::from(line.trim());
        if kind == LineKind::Text {
            let whole = text.to_mut();
            if let Some(until) = rules.text_until(line.trim_start()) {
                for more in lines.by_ref() {
                    whole.push('\n');
                    whole.push_str(more);
                    if until.is_match(more) {
                        break;
                    }
                }
            }
            text = rules.delimited(whole).into();
        }
        shown.push(Shown { indent, text });
    }
    shown
}

impl Rules {
    /// What a line is among those of a configuration.
    fn kind_of(&self, line: &str) -> LineKind {
        if line.trim_end().is_empty() || line.starts_with('!') {
            return LineKind::Dropped;
        }
        *self.kinds.of(line, |line| {
            let text = line.trim_end();
            if self.leaves.is_match(text) || self.volatile.is_match(text) {
                LineKind::Dropped
            } else if self.texts.is_match(line) {
                LineKind::Text
            } else {
                LineKind::Statement
            }
        })
    }

    /// If a statement goes on after its first line: what its last line matches.
    pub(super) fn text_until(&self, line: &str) -> Option<Pattern> {
        let (found, until) = self.texts.captures(line)?;
        if let Some(until) = until {
            return Some(until.clone());
        }
        let delimiter = found.range("delimiter")?;
        let rest = line.get(delimiter.end..)?;
        let delimiter = line.get(delimiter)?;
        let ended = rest.contains(delimiter);
        (!ended).then(|| Pattern::literal(delimiter))
    }

    /// A text with the delimiter that running-configurations show, whichever it was sent with.
    pub(super) fn delimited(&self, text: &str) -> String {
        let found = self.texts.captures(text);
        let found = found.and_then(|(found, _)| found.range("delimiter"));
        let Some(delimiter) = found else {
            return text.to_string();
        };
        let (before, rest) = (text.get(..delimiter.start), text.get(delimiter.end..));
        let rest = rest.unwrap_or_default();
        let body = text.get(delimiter).and_then(|it| rest.split(it).next());
        format!("{}^C{}^C", before.unwrap_or_default(), body.unwrap_or(rest))
    }
}
