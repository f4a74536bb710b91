//! Secrets, and how they stay out of everything that is printed.
//!
//! A [`Secret`] never shows itself: `Debug` prints four stars, and there is no `Display`. A [`Mask`] knows
//! the secrets of one device and replaces them in text that leaves the program: those that it was given, by
//! their values, and what stands where configurations have secrets, whatever it is. What is typed at a
//! password prompt is never kept (see [`crate::session`]).

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use regex::bytes::{Regex, RegexSet};

/// What stands in the place of a secret, whatever its length.
pub const STARS: &str = "****";

/// A value shorter than this is not searched for: it would blot out ordinary text.
pub(crate) const MASKED_CHARS_MIN: usize = 4;

/// A password, key or community: usable, never printable.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(STARS)
    }
}

/// The secrets that one device's output may contain, by their values and by their places.
#[derive(Clone, Default, Debug)]
pub struct Mask {
    secrets: Vec<Secret>,
    places: Option<Arc<Places>>,
}

/// Where secrets stand in lines of configuration: patterns whose group `secret` is one.
#[derive(Debug)]
pub struct Places {
    any: RegexSet,
    each: Vec<Regex>,
}

impl Places {
    /// Patterns over one line, each with a group `secret`.
    #[must_use]
    pub fn new(any: RegexSet, each: Vec<Regex>) -> Self {
        Self { any, each }
    }

    /// Where the secrets of a line stand.
    fn in_line<'l>(&'l self, line: &'l [u8]) -> impl Iterator<Item = Range<usize>> + 'l {
        // Most lines have none, and that is quicker to find out than which it is.
        let matching = match self.any.is_match(line) {
            true => self.any.matches(line).into_iter().collect(),
            false => Vec::new(),
        };
        let patterns = matching
            .into_iter()
            .filter_map(|index| self.each.get(index));
        patterns.flat_map(move |pattern| {
            let found = pattern.captures_iter(line);
            found.filter_map(|found| Some(found.name("secret")?.range()))
        })
    }
}

impl Mask {
    /// A mask over these secrets; longer ones are masked first, so that none leaves a tail.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut secrets: Vec<Secret> = secrets
            .into_iter()
            .filter(|secret| secret.0.chars().count() >= MASKED_CHARS_MIN)
            .collect();
        secrets.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        secrets.dedup();
        Self {
            secrets,
            places: None,
        }
    }

    /// The same mask, which also covers what stands at these places, whatever it is.
    #[must_use]
    pub fn at(self, places: &Arc<Places>) -> Self {
        let places = Some(Arc::clone(places));
        Self { places, ..self }
    }

    /// The secrets that are searched for.
    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The text with every secret replaced.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned()
    }

    /// The bytes with every secret replaced.
    #[must_use]
    pub fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        blotted(bytes, 0, &self.ranges(bytes))
    }

    /// Pieces of one stream, each with its secrets replaced, also those that go from one piece into the next.
    #[must_use]
    pub fn pieces(&self, pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        let ranges = self.ranges(&pieces.concat());
        let mut begin = 0;
        let mut place = |piece: &&[u8]| {
            let masked = blotted(piece, begin, &ranges);
            begin += piece.len();
            masked
        };
        pieces.iter().map(&mut place).collect()
    }

    /// Where secrets stand: in order, and none within another.
    fn ranges(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for secret in &self.secrets {
            occurrences(bytes, secret.0.as_bytes(), &mut ranges);
        }
        let mut begin = 0;
        for line in bytes.split(|byte| matches!(byte, b'\n' | b'\r')) {
            let found = self.places.iter().flat_map(|places| places.in_line(line));
            ranges.extend(found.map(|range| begin + range.start..begin + range.end));
            begin += line.len() + 1;
        }
        ranges.sort_by_key(|range| (range.start, range.end));
        ranges.dedup_by(|next, before| {
            let overlaps = next.start < before.end;
            if overlaps {
                before.end = before.end.max(next.end);
            }
            overlaps
        });
        ranges
    }
}

fn occurrences(bytes: &[u8], secret: &[u8], ranges: &mut Vec<Range<usize>>) {
    let Some(first) = secret.first() else {
        return;
    };
    let mut at = 0;
    while let Some(rest) = bytes.get(at..)
        && let Some(begins) = rest.iter().position(|byte| byte == first)
    {
        at += begins;
        if rest
            .get(begins..)
            .is_some_and(|rest| rest.starts_with(secret))
        {
            ranges.push(at..at + secret.len());
            at += secret.len();
        } else {
            at += 1;
        }
    }
}

/// A piece of a stream that begins at `begin` with what stands in these ranges of the stream replaced. A secret
/// that began in the piece before leaves nothing here.
fn blotted(piece: &[u8], begin: usize, ranges: &[Range<usize>]) -> Vec<u8> {
    let end = begin + piece.len();
    let mut shown = Vec::with_capacity(piece.len());
    let mut at = begin;
    let first = ranges.partition_point(|range| range.end <= begin);
    for range in ranges
        .iter()
        .skip(first)
        .take_while(|range| range.start < end)
    {
        let before = at.max(range.start.min(end));
        shown.extend_from_slice(piece.get(at - begin..before - begin).unwrap_or_default());
        if range.start >= begin {
            shown.extend_from_slice(STARS.as_bytes());
        }
        at = range.end.min(end);
    }
    shown.extend_from_slice(piece.get(at - begin..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_itself() {
        assert_eq!(format!("{:?}", Secret::new("C1sco12345")), "****");
    }

    #[test]
    fn every_occurrence_is_masked_and_the_longest_first() {
        let mask = Mask::new([Secret::new("cisco"), Secret::new("cisco123")]);
        assert_eq!(mask.text("a cisco123 b cisco c"), "a **** b **** c");
        assert_eq!(
            mask.bytes(b"a cisco123 b \xff cisco"),
            b"a **** b \xff ****"
        );
    }

    #[test]
    fn a_secret_that_came_in_pieces_is_masked_once() {
        let mask = Mask::new([Secret::new("C1sco12345")]);
        let pieces = mask.pieces(&[b"it is C1s", b"co12", b"345, and C1sco12345."]);
        assert_eq!(pieces, [&b"it is ****"[..], b"", b", and ****."]);
    }

    #[test]
    fn a_value_of_three_letters_would_blot_out_ordinary_text() {
        assert_eq!(Mask::new([Secret::new("ip")]).text("ip route"), "ip route");
    }
}
