//! Lines that turn one configuration into another.
//!
//! Removals come first, the last definition first, so that nothing is removed that is still referred to; then what
//! is set, in the order of the target. What that does is tried on the configuration; where lines had side effects,
//! another pass repairs them.

use std::sync::Arc;

use super::cursor::Cursor;
use super::mode_file::ListOf;
use super::place::Place;
use super::rules::Rules;
use super::secrets::Same;
use super::tree::{Block, Config, Statement};
use crate::plan::{ANY_MODE, PlanLine};
use crate::secret::Mask;

/// After so many passes what still differs is beyond the rules.
const PASSES_MAX: usize = 5;

/// The lines that turn `from` into `to`.
#[must_use]
pub fn difference(from: &Config, to: &Config, rules: &Rules) -> Vec<PlanLine> {
    difference_as(from, to, rules, "repair")
}

/// The same; the lines belong to the feature of this name.
pub(super) fn difference_as(
    from: &Config,
    to: &Config,
    rules: &Rules,
    feature: &str,
) -> Vec<PlanLine> {
    let mut current = from.clone();
    let mut all = Vec::new();
    for _ in 0..PASSES_MAX {
        let mut writer = Writer {
            rules,
            feature: feature.into(),
            lines: Vec::new(),
        };
        writer.block(
            &Place {
                path: Vec::new(),
                mode: Some(rules.top()),
            },
            &current.root,
            &to.root,
            0,
        );
        if writer.lines.is_empty() {
            break;
        }
        let mut cursor = Cursor::towards(rules, current, Some(to));
        cursor.all(&writer.lines);
        current = cursor.finish();
        all.append(&mut writer.lines);
    }
    all
}

/// A statement of a block: where it stands there, its key, and itself.
type Entry<'b> = (usize, (&'b Arc<str>, &'b Arc<Statement>));

/// Writes the lines of one pass.
struct Writer<'r> {
    rules: &'r Rules,
    feature: Arc<str>,
    lines: Vec<PlanLine>,
}

impl Writer<'_> {
    fn block(&mut self, place: &Place, from: &Block, to: &Block, depth: usize) {
        let moved = self.moved(place, from, to);
        // Most of two configurations is the same, and needs no second look.
        let differs = |(index, (key, it)): Entry<'_>, other: &Block| {
            !other.has(index, key, it) || moved.contains(&key)
        };
        let gone = self.by_order(from, |entry| differs(entry, to));
        let goes = |key: &str, old: &Statement| {
            let mode = self.rules.mode(place.mode);
            let is_fixed = || mode.opened_by(&old.text).is_some_and(|opens| opens.fixed);
            to.get(key).is_none() && !is_fixed()
        };
        // Sections that lose something come before definitions that go, which they may refer to.
        let apart = depth == 0 && gone.iter().any(|(key, old)| goes(key, old));
        for (key, old) in gone.iter().rev() {
            match to.get(key) {
                None => self.remove(place, old, to, depth),
                Some(new) if moved.contains(key) || self.must_go(place, old, new) => {
                    self.negate(place, old, to, depth)
                }
                Some(new) if apart && !old.block.statements.is_empty() => {
                    let kept = old.block.common(&new.block);
                    self.section(place, key, old, &old.block, &kept, depth);
                }
                Some(_) => {}
            }
        }
        for (key, new) in self.by_order(to, |entry| differs(entry, from)) {
            let old = from
                .get(key)
                .filter(|old| !moved.contains(&key) && !self.must_go(place, old, new));
            let nothing = Block::default();
            let kept;
            let below = match old {
                Some(old) if apart => {
                    kept = old.block.common(&new.block);
                    &kept
                }
                Some(old) => &old.block,
                None => &nothing,
            };
            let same = old.is_some_and(|old| self.is_same(place, old, new));
            if !same {
                self.set(place, old, new, depth);
            }
            if *below != new.block {
                self.section(place, key, new, below, &new.block, depth);
            } else if !same && new.opens.is_some() && new.block.statements.is_empty() {
                self.leave(place, new, depth);
            }
        }
    }

    fn is_same(&self, place: &Place, old: &Statement, new: &Statement) -> bool {
        // A section may be known by the part of its line that names it.
        let names = |short: &str, long: &str| long.starts_with(&format!("{short} "));
        let named = names(&old.text, &new.text) || names(&new.text, &old.text);
        let entered = old.opens.is_some() && named;
        let same = || self.rules.same(place.mode, &old.text, &new.text) != Same::No;
        old.negated == new.negated && (entered || same())
    }

    /// Some statements of a block, in the order of dependence.
    fn by_order<'b>(
        &self,
        block: &'b Block,
        which: impl Fn(Entry<'b>) -> bool,
    ) -> Vec<(&'b Arc<str>, &'b Arc<Statement>)> {
        let some = block.statements.iter().enumerate();
        let some = some.filter(|entry| which(*entry));
        let mut statements: Vec<_> = some.map(|(_, statement)| statement).collect();
        statements.sort_by_cached_key(|(_, statement)| self.rules.order_of(&statement.text));
        statements
    }

    /// The keys of ordered statements that stand behind one that differs: they are sent anew.
    fn moved<'b>(&self, place: &Place, from: &'b Block, to: &'b Block) -> Vec<&'b Arc<str>> {
        let ordered = &self.rules.mode(place.mode).ordered;
        fn of<'b>(block: &'b Block, ordered: &super::patterns::Patterns) -> Vec<&'b Arc<str>> {
            let them = block
                .statements
                .iter()
                .filter(|(_, it)| ordered.is_match(&it.text));
            them.map(|(key, _)| key).collect()
        }
        let (old, new) = (of(from, ordered), of(to, ordered));
        let same = old
            .iter()
            .zip(&new)
            .take_while(|(old, new)| old == new)
            .count();
        old.into_iter()
            .skip(same)
            .chain(new.into_iter().skip(same))
            .collect()
    }

    /// A numbered statement isn't replaced by one of the same number.
    fn must_go(&self, place: &Place, old: &Statement, new: &Statement) -> bool {
        self.rules.mode(place.mode).numbered
            && old.text != new.text
            && !self.rules.is_single(place.mode, &new.text)
    }

    fn remove(&mut self, place: &Place, old: &Statement, beside: &Block, depth: usize) {
        let mode = self.rules.mode(place.mode);
        let fixed = mode.opened_by(&old.text).is_some_and(|opens| opens.fixed);
        if !fixed {
            return self.negate(place, old, beside, depth);
        }
        if !old.block.statements.is_empty() {
            let key = self.rules.key(place.mode, &old.text).into();
            self.section(place, &key, old, &old.block, &Block::default(), depth);
        }
    }

    /// Takes a statement away; one that is shown as `no` is set again, or goes to its default.
    fn negate(&mut self, place: &Place, old: &Statement, beside: &Block, depth: usize) {
        let mode = self.rules.mode(place.mode);
        let line = match old.negated {
            false => mode.negation(&old.text, &self.rules.key(place.mode, &old.text), beside),
            true if mode.goes_to_default(&old.text) => format!("default {}", old.text),
            true if mode.is_on(&old.text, beside)
                && !mode.one.is_match(&format!("{} ", old.text)) =>
            {
                old.text.clone()
            }
            true => format!("default {}", old.text),
        };
        self.line(place, line, None, depth);
    }

    fn set(&mut self, place: &Place, old: Option<&Arc<Statement>>, new: &Statement, depth: usize) {
        let mode = self.rules.mode(place.mode);
        // A list that is added to keeps what it has: that must go by itself.
        if let (Some(old), Some((of, before, _, wanted))) = (old, mode.list(&new.text))
            && let Some((.., had)) = mode.list(&old.text)
        {
            let surplus = match of {
                ListOf::Words => super::list::fewer_words(had, wanted),
                ListOf::MoreNumbers => super::list::without(had, wanted),
                _ => None,
            };
            if let Some(surplus) = surplus {
                self.line(place, format!("no {before} {surplus}"), None, depth);
            }
        }
        if new.negated {
            self.line(place, format!("no {}", new.text), None, depth);
        } else {
            self.line(place, new.text.clone(), new.opens, depth);
        }
    }

    /// What stands below a statement.
    fn section(
        &mut self,
        place: &Place,
        key: &Arc<str>,
        header: &Statement,
        from: &Block,
        to: &Block,
        depth: usize,
    ) {
        let below = Place {
            path: place.of(key),
            mode: header.opens,
        };
        let begin = self.lines.len();
        let entered = self
            .lines
            .last()
            .is_some_and(|line| line.depth() == depth && line.text() == header.text);
        if !entered {
            self.line(place, header.text.clone(), header.opens, depth);
        }
        let before = self.lines.len();
        let bracket = self.bracket(&below, from, to);
        if let Some(text) = &bracket {
            self.line(&below, text.clone(), None, depth + 1);
        }
        let opened = self.lines.len();
        self.block(&below, from, to, depth + 1);
        match bracket {
            Some(_) if self.lines.len() == opened => self.lines.truncate(before),
            Some(text) => self.line(&below, format!("no {text}"), None, depth + 1),
            None => {}
        }
        if self.lines.len() == before && !entered {
            self.lines.truncate(begin);
            return;
        }
        self.leave(place, header, depth);
    }

    /// What goes while a section is changed: it is shown as `no ...` before and after.
    fn bracket(&self, below: &Place, from: &Block, to: &Block) -> Option<String> {
        let brackets = &self.rules.mode(below.mode).brackets;
        let mut statements = from.statements.iter();
        let stands = |(key, it): &(&Arc<str>, &Arc<Statement>)| {
            let stays = to.get(key).is_some_and(|new| new.negated);
            it.negated && stays && brackets.is_match(&it.text)
        };
        statements.find(stands).map(|(_, it)| it.text.clone())
    }

    fn leave(&mut self, place: &Place, header: &Statement, depth: usize) {
        if let Some(leave) = self.rules.mode(header.opens).leave.clone() {
            self.line(place, leave, None, depth + 1);
        }
    }

    /// A line leads to the mode that it opens, or stays where it is.
    fn line(
        &mut self,
        place: &Place,
        text: String,
        opens: Option<super::mode_rules::ModeId>,
        depth: usize,
    ) {
        let here = self.rules.mode(place.mode);
        let bare = text
            .strip_prefix("no ")
            .or_else(|| text.strip_prefix("default "));
        let is_known = |_: &_| bare.is_some() || here.knows(&text) || self.rules.is_leave(&text);
        let mode = match opens.or_else(|| place.mode.filter(is_known)) {
            Some(mode) => self.rules.mode(Some(mode)).prompt().to_string(),
            None => ANY_MODE.to_string(),
        };
        let shown = self.rules.masked(&text);
        let answers: Vec<_> = self.rules.answers_to(&text);
        let line = PlanLine::new(
            text,
            depth,
            mode,
            Arc::clone(&self.feature),
            &Mask::default(),
        );
        self.lines.push(line.shown_as(shown).answering(answers));
    }
}

impl Block {
    /// What both blocks have.
    fn common(&self, other: &Self) -> Self {
        let mut kept = Self::default();
        for (key, statement) in &self.statements {
            if let Some(same) = other.get(key) {
                let mut statement = Arc::clone(statement);
                if statement.block != same.block {
                    let block = statement.block.common(&same.block);
                    Arc::make_mut(&mut statement).block = block;
                }
                kept.statements.insert(Arc::clone(key), statement);
            }
        }
        kept
    }
}
