//! Patterns over lines: read when a pack is loaded, compiled when first needed, many of them tried in one pass.
//!
//! They match bytes, so that `\S` is a small set: compiling the rules of a pack then takes milliseconds.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// The largest set of patterns, in bytes of its program: a mode's rules take a hundredth.
const PROGRAM_BYTES_MAX: usize = 64 << 20;

/// A pattern.
#[derive(Clone)]
pub(super) struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

/// What a pattern found in a line.
pub(super) struct Found<'t> {
    text: &'t str,
    captures: Captures<'t>,
}

/// Some patterns; the first one that matches counts.
pub(super) type Patterns = Table<()>;

/// Patterns, each with what it stands for; the first one that matches counts.
#[derive(Debug, Clone)]
pub(super) struct Table<T> {
    set: OnceLock<RegexSet>,
    rows: Vec<(Pattern, T)>,
}

impl Pattern {
    /// A pattern of this text, or `None`: it is none.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut parser = regex_syntax::ParserBuilder::new();
        let parsed = parser.unicode(false).utf8(false).build().parse(text);
        parsed.is_ok().then(|| Self::trusted(text))
    }

    /// A pattern that matches this text and nothing else.
    pub(super) fn literal(text: &str) -> Self {
        Self::trusted(&regex::escape(text))
    }

    fn trusted(text: &str) -> Self {
        let text = text.to_string();
        Self {
            text,
            compiled: OnceLock::new(),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        let compile = || RegexBuilder::new(&self.text).unicode(false).build().ok();
        self.compiled.get_or_init(compile).as_ref()
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex()
            .is_some_and(|regex| regex.is_match(text.as_bytes()))
    }

    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Found<'t>> {
        let captures = self.regex()?.captures(text.as_bytes())?;
        Some(Found { text, captures })
    }

    /// Every match.
    pub(super) fn all<'t>(&self, text: &'t str) -> Vec<Found<'t>> {
        let regex = self.regex().into_iter();
        let all = regex.flat_map(|regex| regex.captures_iter(text.as_bytes()));
        all.map(|captures| Found { text, captures }).collect()
    }

    /// Where it matches.
    pub(super) fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let regex = self.regex().into_iter();
        let all = regex.flat_map(|regex| regex.find_iter(text.as_bytes()));
        all.map(|found| found.range()).collect()
    }

    /// The names of its groups.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.regex()
            .into_iter()
            .flat_map(|regex| regex.capture_names().flatten())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.text)
    }
}

impl<'t> Found<'t> {
    /// Where a group matched.
    pub(super) fn range(&self, group: &str) -> Option<Range<usize>> {
        self.captures.name(group).map(|found| found.range())
    }

    /// What a group matched.
    pub(super) fn name(&self, group: &str) -> Option<&'t str> {
        self.text.get(self.range(group)?)
    }

    /// All that was matched.
    pub(super) fn whole(&self) -> &'t str {
        let all = self.captures.get(0).map(|all| all.range());
        all.and_then(|all| self.text.get(all)).unwrap_or_default()
    }

    /// What stands behind the match.
    pub(super) fn rest(&self) -> &'t str {
        let end = self.captures.get(0).map_or(0, |all| all.end());
        self.text.get(end..).unwrap_or_default()
    }

    /// The groups, or `None`: the pattern has none.
    fn groups(&self) -> Option<String> {
        let mut groups = self.captures.iter();
        groups.next();
        let groups: Vec<_> = groups.collect();
        let words = groups
            .iter()
            .flatten()
            .filter_map(|group| self.text.get(group.range()));
        (!groups.is_empty()).then(|| words.collect::<Vec<_>>().join(" "))
    }

    /// A template with the groups in the place of `${name}`.
    pub(super) fn expand(&self, template: &str) -> String {
        let mut bytes = Vec::new();
        self.captures.expand(template.as_bytes(), &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<T> Table<T> {
    pub(super) fn new(rows: Vec<(Pattern, T)>) -> Self {
        Self {
            set: OnceLock::new(),
            rows,
        }
    }

    fn set(&self) -> &RegexSet {
        self.set.get_or_init(|| {
            let patterns = self.rows.iter().map(|(pattern, _)| &pattern.text);
            let mut set = RegexSetBuilder::new(patterns);
            let set = set.unicode(false).size_limit(PROGRAM_BYTES_MAX).build();
            set.unwrap_or_else(|_| RegexSet::empty())
        })
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        !self.rows.is_empty() && self.set().is_match(text.as_bytes())
    }

    /// Every row whose pattern matches, in order.
    pub(super) fn all(&self, text: &str) -> impl Iterator<Item = &(Pattern, T)> {
        // Most lines match nothing, which is quicker to find out than what they match.
        let matches = self
            .is_match(text)
            .then(|| self.set().matches(text.as_bytes()));
        let matches: Vec<usize> = matches.into_iter().flatten().collect();
        matches.into_iter().filter_map(|index| self.rows.get(index))
    }

    /// What the first pattern that matches stands for.
    pub(super) fn get(&self, text: &str) -> Option<&T> {
        self.all(text).next().map(|(_, what)| what)
    }

    /// The same, with what was matched.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<(Found<'t>, &T)> {
        let (pattern, what) = self.all(text).next()?;
        Some((pattern.captures(text)?, what))
    }

    /// The place of the first pattern that matches.
    pub(super) fn position(&self, text: &str) -> Option<usize> {
        let matches = self
            .is_match(text)
            .then(|| self.set().matches(text.as_bytes()));
        matches.into_iter().flatten().next()
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// What the first pattern that matches finds: its groups, or all that it matches.
    pub(super) fn found(&self, text: &str) -> Option<String> {
        let index = self.position(text)?;
        let (pattern, _) = self.rows.get(index)?;
        let found = pattern.captures(text)?;
        let groups = found.groups().map(|groups| format!("{index}:{groups}"));
        Some(groups.unwrap_or_else(|| found.whole().trim_end().to_string()))
    }
}
