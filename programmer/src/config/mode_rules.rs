//! The rules of one mode, compiled: what a line means there.

use super::identity::Said;
use super::memo::Memo;
use super::mode_file::{EffectFile, ListOf, ModeFile, ShownFile};
use super::patterns::{Found, Pattern, Patterns, Table};
use super::rules::Compiler;
use super::sent::Sent;
use super::tree::Block;
use crate::plan::ANY_MODE;

/// A mode, by its place among the rules' modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ModeId(pub(super) usize);

/// What holds in one mode.
#[derive(Debug, Default)]
pub(super) struct ModeRules {
    pub(super) name: String,
    pub(super) leave: Option<String>,
    pub(super) numbered: bool,
    pub(super) opens: Table<Opens>,
    pub(super) one: Patterns,
    on: Table<Option<Pattern>>,
    pub(super) off: Patterns,
    pub(super) brackets: Patterns,
    pub(super) automatic: Patterns,
    pub(super) hides: Patterns,
    pub(super) defaults: Patterns,
    pub(super) lists: Table<ListOf>,
    shown: Table<Vec<String>>,
    shown_whole: Table<Vec<String>>,
    pub(super) verbatim: Patterns,
    pub(super) ordered: Patterns,
    pub(super) unshown: Patterns,
    pub(super) negate: Table<String>,
    pub(super) effects: Table<EffectFile>,
    /// What lines say here that are shown.
    pub(super) said: Memo<Said>,
    /// What lines say here that are sent.
    pub(super) sent: Memo<Sent>,
}

/// What a line that opens a mode opens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opens {
    pub(super) mode: ModeId,
    pub(super) fixed: bool,
    pub(super) vanishes: bool,
}

impl ModeRules {
    pub(super) fn compile(name: &str, file: &ModeFile, compiler: &mut Compiler<'_>) -> Self {
        let whole = |shown: &&ShownFile| shown.line.starts_with("^no ");
        let shown = |shown: &ShownFile| (shown.line.clone(), shown.shown.clone());
        Self {
            name: name.to_string(),
            leave: file.leave.clone(),
            numbered: file.numbered.unwrap_or_default(),
            opens: compiler.opens(&file.opens),
            one: compiler.patterns(&file.one),
            on: compiler.on(&file.on),
            off: compiler.patterns(&file.off),
            brackets: compiler.patterns(&file.brackets),
            automatic: compiler.patterns(&file.automatic),
            hides: compiler.patterns(&file.hides),
            defaults: compiler.patterns(&file.defaults),
            lists: compiler.table(file.lists.iter().map(|it| (it.line.clone(), it.of))),
            shown: compiler.table(file.shown.iter().filter(|it| !whole(it)).map(shown)),
            shown_whole: compiler.table(file.shown.iter().filter(whole).map(shown)),
            verbatim: compiler.patterns(&file.verbatim),
            ordered: compiler.patterns(&file.ordered),
            unshown: compiler.patterns(&file.unshown),
            negate: compiler.table(
                file.negate
                    .iter()
                    .map(|it| (it.line.clone(), it.with.clone())),
            ),
            effects: compiler.effects(&file.effects),
            said: Memo::default(),
            sent: Memo::default(),
        }
    }

    /// The mode as it is checked in prompts; of a name with a star the prompt differs between releases.
    pub(super) fn prompt(&self) -> &str {
        if self.name.starts_with('*') {
            ANY_MODE
        } else {
            &self.name
        }
    }

    /// The mode that a line opens.
    pub(super) fn opened_by(&self, text: &str) -> Option<&Opens> {
        self.opens.get(text)
    }

    /// The list that a statement ends with: what stands before it, how it is edited, and what it is of.
    pub(super) fn list<'t>(&self, text: &'t str) -> Option<(ListOf, &'t str, &'t str, &'t str)> {
        let (found, of) = self.lists.captures(text)?;
        let begin = found.range("edit").or(found.range("list"))?.start;
        let before = text.get(..begin)?.trim_end();
        let edit = found.name("edit").unwrap_or_default();
        Some((*of, before, edit, found.name("list")?))
    }

    /// What a line is shown as, if not as itself. `negation` stands before it; some lines are only known with it.
    pub(super) fn shown_as(&self, text: &str, negation: &str) -> Option<Vec<String>> {
        let whole = format!("{negation}{text}");
        if let Some((found, lines)) = self.shown_whole.captures(&whole) {
            return Some(completed(&found, lines, ""));
        }
        let (found, lines) = self.shown.captures(text)?;
        Some(completed(&found, lines, negation))
    }

    /// Whether any rule speaks of such a line.
    pub(super) fn knows(&self, text: &str) -> bool {
        let sets = [
            &self.one,
            &self.off,
            &self.defaults,
            &self.ordered,
            &self.verbatim,
        ];
        self.on.is_match(text)
            || sets.iter().any(|set| set.is_match(text))
            || self.opened_by(text).is_some()
            || self.list(text).is_some()
    }

    /// Whether there are statements beside which this one stands although it isn't shown.
    pub(super) fn may_be_on(&self, text: &str) -> bool {
        self.on.is_match(text)
    }

    /// Whether a statement stands although it isn't shown, unless its `no` is. `block` is what stands beside it.
    pub(super) fn is_on(&self, text: &str, block: &Block) -> bool {
        let beside = |pattern: &Pattern| {
            let mut statements = block.statements.values();
            statements.any(|it| !it.negated && pattern.is_match(&it.text))
        };
        let mut on = self.on.all(text);
        on.any(|(_, pattern)| pattern.as_ref().is_none_or(beside))
    }

    /// Whether a statement that isn't shown doesn't stand.
    pub(super) fn is_off(&self, text: &str) -> bool {
        let said = self.off.is_match(text) || self.one.is_match(text) || self.numbered;
        said || self.opened_by(text).is_some() || self.list(text).is_some()
    }

    /// Whether a statement that is negated goes to its default, because the device keeps what it is told.
    pub(super) fn goes_to_default(&self, text: &str) -> bool {
        let with = self.negate.captures(text).map(|(_, with)| with);
        with.is_some_and(|with| with.starts_with("default "))
    }

    /// How a statement is negated.
    pub(super) fn negation(&self, text: &str, key: &str, block: &Block) -> String {
        if let Some((found, with)) = self.negate.captures(text) {
            return found.expand(with);
        }
        match self.list(text) {
            _ if self.is_on(text, block) || self.is_on(key, block) => format!("default {key}"),
            Some((ListOf::Numbers, before, ..)) => format!("no {before}"),
            _ => format!("no {text}"),
        }
    }
}

/// Lines with what was matched in them, and behind each what stood behind the match.
fn completed(found: &Found<'_>, lines: &[String], before: &str) -> Vec<String> {
    let line = |line: &String| format!("{before}{}{}", found.expand(line), found.rest());
    lines.iter().map(line).collect()
}
