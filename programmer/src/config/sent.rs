//! What a line that is sent says, whatever it is tried on: worked out once, for it is tried again and again.

use std::sync::Arc;

use super::mode_file::ListOf;
use super::mode_rules::{ModeId, Opens};
use super::place::negation;
use super::rules::Rules;

/// What a line that is sent says in its mode.
#[derive(Debug)]
pub(super) struct Sent {
    /// It is no configuration, or leaves no trace in it.
    pub(super) is_unshown: bool,
    /// The lines that it is shown as.
    pub(super) lines: Vec<SentLine>,
}

/// One of the lines that a line is shown as.
#[derive(Debug)]
pub(super) struct SentLine {
    /// `no `, `default ` or nothing.
    pub(super) word: &'static str,
    /// What stands behind that.
    pub(super) bare: String,
    /// The statements that it speaks of. Without: those parts of a range that there are.
    pub(super) each: Option<Vec<Wanted>>,
}

/// One statement that a line speaks of.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) text: String,
    /// What identifies it, unless it is to be numbered.
    pub(super) key: Arc<str>,
    pub(super) opens: Option<Opens>,
    /// It says what holds anyway.
    pub(super) is_default: bool,
    /// It says what holds anyway beside some statements.
    pub(super) may_be_on: bool,
    /// It ends with a list.
    pub(super) is_list: bool,
    /// It opens or closes a bracket around changes of its section.
    pub(super) is_bracket: bool,
}

impl Rules {
    /// What a line that is sent says in this mode.
    pub(super) fn sent(&self, mode: Option<ModeId>, line: &str) -> Arc<Sent> {
        let known = self.mode(mode);
        known.sent.of(line, |line| {
            let text = self.delimited(&self.tidy(mode, line));
            let (word, bare) = negation(self, &text);
            if known.unshown.is_match(&text) || bare.starts_with("do ") {
                return Sent {
                    is_unshown: true,
                    lines: Vec::new(),
                };
            }
            let lines = known.shown_as(bare, word).unwrap_or_else(|| vec![text]);
            Sent {
                is_unshown: false,
                lines: lines.iter().map(|it| self.sent_line(mode, it)).collect(),
            }
        })
    }

    fn sent_line(&self, mode: Option<ModeId>, line: &str) -> SentLine {
        let (word, bare) = negation(self, line);
        let is_parts = matches!(self.mode(mode).list(bare), Some((ListOf::Parts, ..)));
        let each = (!is_parts).then(|| self.each(mode, bare).into_iter());
        SentLine {
            word,
            bare: bare.to_string(),
            each: each.map(|each| each.map(|one| self.wanted(mode, bare, one)).collect()),
        }
    }

    /// A statement of a line: one of several is shown as it would be if it were the line.
    pub(super) fn wanted(&self, mode: Option<ModeId>, line: &str, one: String) -> Wanted {
        let known = self.mode(mode);
        let full = (one != line).then(|| known.shown_as(&one, "")).flatten();
        let text = full.and_then(|lines| lines.into_iter().next());
        let text = text.unwrap_or(one);
        Wanted {
            key: self.key(mode, &text).into(),
            opens: known.opened_by(&text).copied(),
            is_default: known.defaults.is_match(&text),
            may_be_on: known.may_be_on(&text),
            is_list: known.list(&text).is_some(),
            is_bracket: known.brackets.is_match(&text),
            text,
        }
    }
}
