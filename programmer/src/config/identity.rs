//! What a line says, in one form: how it is written, which statements it stands for, and what identifies them.

use std::sync::Arc;

use super::list;
use super::mode_file::ListOf;
use super::mode_rules::{ModeId, Opens};
use super::rules::Rules;
use super::sent::Wanted;
use super::tree::{Block, Statement};

/// What a line that is shown says in its mode, whatever stands around it.
#[derive(Debug)]
pub(super) struct Said {
    /// Whether it is shown as `no ...`.
    pub(super) negated: bool,
    /// The line, tidy and without `no`.
    pub(super) bare: String,
    /// It is no part of the configuration that is compared: it comes by itself, or says what holds anyway.
    pub(super) is_unshown: bool,
    /// Beside some statements it says what holds anyway.
    pub(super) may_be_on: bool,
    /// The statements that it stands for.
    pub(super) each: Vec<One>,
}

/// One statement of a line.
#[derive(Debug)]
pub(super) struct One {
    pub(super) key: Arc<str>,
    pub(super) text: String,
    pub(super) opens: Option<Opens>,
    /// The statement where none stands yet, with its list in order.
    pub(super) first: Arc<Statement>,
}

impl Rules {
    /// What a line that is shown says in this mode.
    pub(super) fn said(&self, mode: Option<ModeId>, line: &str) -> Arc<Said> {
        let rules = self.mode(mode);
        rules.said.of(line, |line| {
            let text = self.tidy(mode, line);
            let bare = text
                .strip_prefix("no ")
                .filter(|_| !self.plain.is_match(&text));
            let (negated, bare) = bare.map_or((false, text.as_str()), |it| (true, it));
            let one = |text: String| {
                let opens = rules.opened_by(&text).copied();
                let shown = self.in_order(mode, text.clone());
                One {
                    key: self.key(mode, &text).into(),
                    first: Statement::new(shown, negated, opens.as_ref()).into(),
                    opens,
                    text,
                }
            };
            Said {
                negated,
                bare: bare.to_string(),
                is_unshown: rules.automatic.is_match(bare)
                    || (!negated && rules.defaults.is_match(bare)),
                may_be_on: !negated && rules.may_be_on(bare),
                each: self.each(mode, bare).into_iter().map(one).collect(),
            }
        })
    }

    /// A line with single blanks, except where blanks count.
    pub(super) fn tidy(&self, mode: Option<ModeId>, text: &str) -> String {
        if text.contains('\n') || self.mode(mode).verbatim.is_match(text.trim_start()) {
            return text.trim().to_string();
        }
        let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for pattern in &self.capitals {
            for range in pattern.ranges(&line) {
                if let Some(part) = line.get_mut(range) {
                    part.make_ascii_uppercase();
                }
            }
        }
        line
    }

    /// A list of numbers as it is always written here.
    pub(super) fn in_order(&self, mode: Option<ModeId>, text: String) -> String {
        match self.mode(mode).list(&text) {
            Some((of, before, "", list)) if of.is_of_numbers() => {
                let ordered = list::edited(Some(""), "add", list);
                ordered.map_or_else(|| text.clone(), |list| format!("{before} {list}"))
            }
            _ => text,
        }
    }

    /// The statements that a line stands for: one for each of a list of numbers, or itself.
    pub(super) fn each(&self, mode: Option<ModeId>, text: &str) -> Vec<String> {
        match self.mode(mode).list(text) {
            Some((ListOf::Each, before, _, list)) => {
                let numbers = list::each(list);
                numbers
                    .iter()
                    .map(|number| format!("{before} {number}"))
                    .collect()
            }
            Some((ListOf::EachName, before, _, list)) => {
                let before = before.strip_suffix("range").unwrap_or(before).trim_end();
                let names = list::each_name(list);
                names
                    .iter()
                    .map(|name| format!("{before} {name}"))
                    .collect()
            }
            _ => vec![text.to_string()],
        }
    }

    /// What identifies a statement among those of its level.
    pub(super) fn key(&self, mode: Option<ModeId>, text: &str) -> String {
        let rules = self.mode(mode);
        if let Some((of, before, ..)) = rules.list(text)
            && matches!(of, ListOf::Numbers | ListOf::MoreNumbers | ListOf::Words)
        {
            return before.to_string();
        }
        if let Some(found) = rules.one.found(text) {
            return found;
        }
        if rules.numbered
            && self.is_counted(mode, text)
            && let Some((number, _)) = text.split_once(' ')
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return number.to_string();
        }
        self.without_secret(text)
            .unwrap_or_else(|| text.to_string())
    }

    /// The same for a statement that is to stand in this block: one that is sent without its number has
    /// that of the same statement, or the next one.
    pub(super) fn key_in(&self, mode: Option<ModeId>, block: &Block, wanted: &Wanted) -> Arc<str> {
        let text = wanted.text.as_str();
        // Releases before 16 show no numbers; then none is guessed.
        let bare = |text: &str| !text.starts_with(|letter: char| letter.is_ascii_digit());
        let unnumbered = |statement: &Arc<Statement>| {
            bare(&statement.text) && self.is_counted(mode, &statement.text)
        };
        let numbered = || !bare(text) || block.statements.values().any(unnumbered);
        if !self.mode(mode).numbered || numbered() || !self.is_counted(mode, text) {
            return Arc::clone(&wanted.key);
        }
        let same = |statement: &&Arc<Statement>| {
            statement
                .text
                .split_once(' ')
                .is_some_and(|(_, rest)| rest == text)
        };
        if let Some((number, _)) = block
            .statements
            .values()
            .find(same)
            .and_then(|it| it.text.split_once(' '))
        {
            return number.into();
        }
        let numbers = block
            .statements
            .keys()
            .filter_map(|key| key.parse::<u64>().ok());
        let next = numbers.max().unwrap_or_default() / 10 * 10 + 10;
        next.to_string().into()
    }

    /// Whether a statement holds anyway in this block, unless its `no` is shown.
    pub(super) fn is_on(&self, mode: Option<ModeId>, wanted: &Wanted, block: &Block) -> bool {
        wanted.may_be_on && self.mode(mode).is_on(&wanted.text, block)
    }

    /// Whether another statement of the same identity takes the place of this one.
    pub(super) fn is_single(&self, mode: Option<ModeId>, text: &str) -> bool {
        self.mode(mode).one.is_match(text)
    }

    /// Whether a statement of a numbered mode has a number: `remark` and `evaluate` too, `description` not.
    pub(super) fn is_counted(&self, mode: Option<ModeId>, text: &str) -> bool {
        self.mode(mode).one.found(text).is_none()
    }
}
