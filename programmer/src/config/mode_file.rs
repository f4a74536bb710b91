//! The shape of `running.yaml`: the rules as they stand in the file.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One `running.yaml`. A platform's own rules come first, then those of the platforms it extends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesFile {
    /// What shows the configuration; replaces that of the platform it extends.
    pub(super) reads: Option<Vec<ReadFile>>,
    /// The line that ends a configuration; without it, the reply was cut off.
    pub(super) end: Option<String>,
    /// What is said to letters outside ASCII.
    pub(super) letters: Option<Letters>,
    /// The line that tells the release: group `release`.
    pub(super) release: Option<String>,
    /// Lines before the configuration that are not part of it.
    #[serde(default)]
    pub(super) preamble: Vec<String>,
    /// Lines that change by themselves.
    #[serde(default)]
    pub(super) volatile: Vec<String>,
    /// Statements of several lines.
    #[serde(default)]
    pub(super) texts: Vec<TextFile>,
    /// Lines whose first word is `no` or `default` and negates nothing.
    #[serde(default)]
    pub(super) plain: Vec<String>,
    /// Parts of lines that are shown in capitals, however they were written.
    #[serde(default)]
    pub(super) capitals: Vec<String>,
    /// Lines that leave a section.
    #[serde(default)]
    pub(super) leaves: Vec<String>,
    /// Statements with a secret: groups `secret` and, where it may have one, `type`.
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    /// What is asked when a line is sent, and the answer.
    #[serde(default)]
    pub(super) answers: Vec<AnswerFile>,
    /// The order of definitions: an earlier one is needed by a later one.
    #[serde(default)]
    pub(super) order: Vec<String>,
    /// The rules of a mode, by its name; `all` are those of every mode.
    #[serde(default)]
    pub(super) modes: BTreeMap<String, ModeFile>,
}

/// What is said to a line with letters outside ASCII, before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letters {
    /// The device reads them.
    Any,
    /// The terminal may read 7 bits, and would change them.
    #[default]
    Warn,
    /// The terminal reads 7 bits: such a line is a mistake.
    Refuse,
}

/// What is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadFile {
    pub(super) command: String,
    /// It is read only if a line that is wanted matches this.
    pub(super) needed_for: Option<String>,
    /// What each match in the whole reply stands for.
    pub(super) each: Option<ReadLineFile>,
    /// What its lines stand for. Without: the reply is the configuration itself.
    pub(super) lines: Option<Vec<ReadLineFile>>,
    /// What the reply must show, or else nothing is known of the device.
    #[serde(default)]
    pub(super) must: Vec<String>,
    /// What no line of the reply may be, or else part of it is missing.
    #[serde(default)]
    pub(super) never: Vec<String>,
}

/// What a line of a reply stands for; the first pattern that matches counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadLineFile {
    pub(super) line: String,
    #[serde(default)]
    pub(super) is: Vec<String>,
}

/// A statement that goes on until a delimiter or a last line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextFile {
    /// Group `delimiter`: what ends the text; or `until` says it.
    pub(super) line: String,
    pub(super) until: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerFile {
    pub(super) line: String,
    pub(super) question: String,
    pub(super) answer: String,
}

/// The rules of one mode.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModeFile {
    /// The rules of these modes hold too.
    #[serde(default)]
    pub(super) like: Vec<String>,
    /// What leaves it.
    pub(super) leave: Option<String>,
    /// Its statements are numbered by the device when they are sent without a number.
    pub(super) numbered: Option<bool>,
    /// Lines that open a mode.
    #[serde(default)]
    pub(super) opens: Vec<OpensFile>,
    /// Of the statements that begin with the same match, the last one stands.
    #[serde(default)]
    pub(super) one: Vec<String>,
    /// Statements that stand, unless `no` of them is shown.
    #[serde(default)]
    pub(super) on: Vec<OnFile>,
    /// Statements that don't stand unless they are shown, so that `no` of them needn't be sent. Those that other rules
    /// speak of are such too.
    #[serde(default)]
    pub(super) off: Vec<String>,
    /// Statements that the device makes by itself, and that nobody wants.
    #[serde(default)]
    pub(super) automatic: Vec<String>,
    /// Statements of which no more can be read than what matches.
    #[serde(default)]
    pub(super) hides: Vec<String>,
    /// Statements that are not shown, because they say what holds anyway.
    #[serde(default)]
    pub(super) defaults: Vec<String>,
    /// Statements whose last words are a list that is edited.
    #[serde(default)]
    pub(super) lists: Vec<ListFile>,
    /// What a line that is sent is shown as.
    #[serde(default)]
    pub(super) shown: Vec<ShownFile>,
    /// Statements in which a run of blanks counts.
    #[serde(default)]
    pub(super) verbatim: Vec<String>,
    /// Statements whose order counts.
    #[serde(default)]
    pub(super) ordered: Vec<String>,
    /// Statements that others may only be changed without: they go for it, and come back.
    #[serde(default)]
    pub(super) brackets: Vec<String>,
    /// Lines that leave no trace in the configuration.
    #[serde(default)]
    pub(super) unshown: Vec<String>,
    /// How statements are negated, where it isn't `no` and the whole line.
    #[serde(default)]
    pub(super) negate: Vec<NegateFile>,
    /// What a line does beside what it says.
    #[serde(default)]
    pub(super) effects: Vec<EffectFile>,
}

/// A statement that stands without being shown: always, or while another one stands beside it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum OnFile {
    Always(String),
    While {
        line: String,
        #[serde(rename = "while")]
        beside: String,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpensFile {
    pub(super) line: String,
    pub(super) mode: String,
    /// It can't be removed, only emptied.
    #[serde(default)]
    pub(super) fixed: bool,
    /// It isn't shown while nothing stands in it.
    #[serde(default)]
    pub(super) vanishes: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListFile {
    /// Group `list`, and before it `edit`: add, remove, except, none, all.
    pub(super) line: String,
    #[serde(default)]
    pub(super) of: ListOf,
}

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ListOf {
    /// Numbers and ranges: a new list takes the place of the old one.
    #[default]
    Numbers,
    /// Numbers and ranges: a line adds, `no` takes away.
    MoreNumbers,
    /// Words: a line adds, `no` takes away.
    Words,
    /// Numbers and ranges: a statement for each number.
    Each,
    /// Names that end with a number, and ranges of them: a statement for each, in the place of `range`.
    EachName,
    /// Two numbers: the statements that stand for a part of the numbers between them.
    Parts,
}

impl ListOf {
    /// Whether its order and the way it is written don't count.
    pub(super) fn is_of_numbers(self) -> bool {
        matches!(self, Self::Numbers | Self::MoreNumbers)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShownFile {
    pub(super) line: String,
    #[serde(rename = "as", default)]
    pub(super) shown: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NegateFile {
    pub(super) line: String,
    pub(super) with: String,
}

/// When a line that matches changes something, statements go or come.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EffectFile {
    /// The line; with `no` in front, its removal.
    pub(super) when: String,
    /// The sections it happens in, of the whole configuration; without: where the line stands.
    #[serde(rename = "in")]
    pub(super) within: Option<Vec<String>>,
    /// Only in sections that have this statement.
    pub(super) having: Option<String>,
    /// Only in sections that don't have such a statement.
    pub(super) lacking: Option<String>,
    #[serde(default)]
    pub(super) removes: Vec<String>,
    #[serde(default)]
    pub(super) adds: Vec<String>,
    /// Of the section that the line stands in, these stand in a section that is added, too.
    #[serde(default)]
    pub(super) copies: Vec<String>,
}
