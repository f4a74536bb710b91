//! Patterns over what a device writes, each with what every text that it matches must have.
//!
//! Nearly every line is no prompt and no message of the log, and that shows at one byte: a line that doesn't end as
//! any prompt ends is none. Both conditions follow from the pattern's own syntax tree, so they hold for whatever
//! stands in a pack or in a setting; a pattern that has none is always searched for.

use std::fmt;

use regex::bytes::{Captures, Match, Regex};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// A regular expression over bytes.
#[derive(Clone)]
pub struct Pattern {
    regex: Regex,
    /// The bytes that a text may end with, if it must end where the match does.
    ends: Option<Box<Bytes>>,
    /// A byte that stands in every match.
    needs: Option<u8>,
}

/// Some of all bytes.
type Bytes = [bool; 256];

impl Pattern {
    /// The pattern of [`Regex::new`], whose flags stand in its text.
    #[must_use]
    pub fn of(regex: Regex) -> Self {
        let parsed = ParserBuilder::new()
            .utf8(false)
            .build()
            .parse(regex.as_str());
        let hir = parsed.ok();
        Self {
            ends: hir.as_ref().and_then(ends).map(Box::new),
            needs: hir.as_ref().and_then(needed),
            regex,
        }
    }

    /// Whether a text can match at all. What this denies doesn't match.
    fn may_match(&self, text: &[u8]) -> bool {
        let ends = self.ends.as_ref().is_none_or(|ends| {
            let last = text.last().and_then(|last| ends.get(usize::from(*last)));
            last.copied().unwrap_or_default()
        });
        ends && self.needs.is_none_or(|byte| text.contains(&byte))
    }

    /// Where it matches first.
    #[must_use]
    pub fn find<'t>(&self, text: &'t [u8]) -> Option<Match<'t>> {
        self.may_match(text)
            .then(|| self.regex.find(text))
            .flatten()
    }

    /// Its groups, where it matches first.
    #[must_use]
    pub fn captures<'t>(&self, text: &'t [u8]) -> Option<Captures<'t>> {
        self.may_match(text)
            .then(|| self.regex.captures(text))
            .flatten()
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.regex.as_str()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.regex.fmt(out)
    }
}

/// The bytes that a text may end with which this matches; none: any, or the match may end before the text does.
fn ends(hir: &Hir) -> Option<Bytes> {
    let is_at_end = hir.properties().look_set_suffix().contains(Look::End);
    let mut bytes = [false; 256];
    (is_at_end && add_last(hir, &mut bytes)).then_some(bytes)
}

/// Adds the bytes that a match may end with. Whether each match has a last byte: an empty one has none.
fn add_last(hir: &Hir, bytes: &mut Bytes) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => {
            let last = literal.0.last();
            last.inspect(|last| add(bytes, **last, **last)).is_some()
        }
        HirKind::Class(class) => {
            add_class(class, bytes);
            true
        }
        HirKind::Repetition(repetition) => {
            let has_last = add_last(&repetition.sub, bytes);
            has_last && repetition.min > 0
        }
        HirKind::Capture(capture) => add_last(&capture.sub, bytes),
        HirKind::Concat(parts) => parts.iter().rev().any(|part| add_last(part, bytes)),
        HirKind::Alternation(parts) => {
            // Each of them is added, so that none is passed over.
            let last: Vec<bool> = parts.iter().map(|part| add_last(part, bytes)).collect();
            last.into_iter().all(|has_last| has_last)
        }
    }
}

/// Adds the last byte of each letter of a class.
fn add_class(class: &Class, bytes: &mut Bytes) {
    match class {
        Class::Bytes(class) => class.iter().for_each(|range| {
            add(bytes, range.start(), range.end());
        }),
        Class::Unicode(class) => class.iter().for_each(|range| {
            for letter in [range.start(), range.end()] {
                if !letter.is_ascii() {
                    // All that may end a letter of more bytes.
                    add(bytes, 0x80, 0xbf);
                }
            }
            if range.start().is_ascii() {
                let start = u8::try_from(range.start()).unwrap_or_default();
                add(
                    bytes,
                    start,
                    u8::try_from(range.end()).unwrap_or(0x7f).min(0x7f),
                );
            }
        }),
    }
}

fn add(bytes: &mut Bytes, from: u8, to: u8) {
    for byte in from..=to {
        if let Some(place) = bytes.get_mut(usize::from(byte)) {
            *place = true;
        }
    }
}

/// A byte that every match has; one that is no letter, digit or blank if there is such, as most lines lack it.
fn needed(hir: &Hir) -> Option<u8> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let rare = literal.0.iter().find(|byte| byte.is_ascii_punctuation());
            rare.or(literal.0.first()).copied()
        }
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub),
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Concat(parts) => {
            let mut found = parts.iter().filter_map(needed);
            let first = found.next()?;
            let rest = std::iter::once(first).chain(found);
            let mut rare = rest.filter(u8::is_ascii_punctuation);
            rare.next().or(Some(first))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packs::{PackSource, Packs};

    fn pattern(pattern: &str) -> Pattern {
        Pattern::of(Regex::new(pattern).unwrap())
    }

    #[test]
    fn a_text_that_cant_end_as_a_match_ends_is_not_searched() {
        let prompt = pattern(r"^(?<host>\w+)(\([^()]+\))?[>#]\s?$");
        assert!(prompt.may_match(b"R1#") && prompt.may_match(b"R1# "));
        assert!(prompt.may_match("R1#\u{a0}".as_bytes()));
        assert!(!prompt.may_match(b"R1#x") && !prompt.may_match(b""));
        for open in [r"#", r"(?m)#$", r"x*$", r"(a|)$", r"$|#", r"#(\b|$)", ""] {
            assert!(pattern(open).ends.is_none(), "{open}");
        }
    }

    #[test]
    fn a_byte_that_every_match_has_is_looked_for_first() {
        let needs = |text: &str| pattern(text).needs;
        assert_eq!(needs(r"(\d+: )?%[A-Z]+-[0-7]: "), Some(b'%'));
        assert_eq!(needs(r"[ab]+x(y|z)"), Some(b'x'));
        for none in [r"a|b", r"(%a)?", r"(%a){0,3}", r"(?i)a", r"[%#]", "^$", ""] {
            assert_eq!(needs(none), None, "{none}");
        }
    }

    /// Whatever the packs' own patterns match, the conditions let through.
    #[test]
    fn the_conditions_deny_nothing_that_the_packs_patterns_match() {
        let packs = Packs::load(&PackSource::embedded()).unwrap();
        let texts = [
            "R1#",
            "R1> ",
            "R1(config-if)#",
            "x",
            "",
            "*Sep 13 09:18:37.101: %LINK-3-UPDOWN: I",
            "%SYS-5-X: \n",
            "R1#\u{85}",
        ];
        for platform in packs.platforms.values() {
            let expect = platform.expect();
            for pattern in [&expect.exec, &expect.config, &expect.noise] {
                for text in texts.map(str::as_bytes) {
                    let found = pattern.regex.is_match(text);
                    assert!(!found || pattern.may_match(text), "{pattern:?} {text:?}");
                }
            }
        }
    }
}
