//! The lines that were entered, newest last (`terminal history size`, ios-xe-behaviour §2.8).
//!
//! A session has one for EXEC and one for configuration. Which entry is on the screen is the line editor's to know.

use std::collections::VecDeque;
use std::fmt;

/// A bounded list of entered lines.
pub struct History {
    lines: VecDeque<Vec<u8>>,
    size: usize,
}

impl History {
    /// How many lines are kept unless `terminal history size` says otherwise.
    pub const SIZE: usize = 10;
    /// The most that `terminal history size` may say.
    pub const SIZE_MAX: usize = 256;

    /// An empty history of `size` lines, at most [`Self::SIZE_MAX`]; zero keeps none.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self {
            lines: VecDeque::new(),
            size: size.min(Self::SIZE_MAX),
        }
    }

    /// `terminal history size`: the newest lines stay.
    pub fn set_size(&mut self, size: usize) {
        self.size = size.min(Self::SIZE_MAX);
        self.shorten();
    }

    /// How many lines are kept.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Keeps a line, unless it is blank. The same line twice is kept twice.
    pub fn add(&mut self, line: &[u8]) {
        if self.size == 0 || line.trim_ascii().is_empty() {
            return;
        }
        // The new line takes the memory of the one that goes.
        let is_full = self.lines.len() >= self.size;
        let oldest = is_full.then(|| self.lines.pop_front()).flatten();
        let mut kept = oldest.unwrap_or_default();
        kept.clear();
        kept.extend_from_slice(line);
        self.lines.push_back(kept);
    }

    /// The line that was entered `back` lines ago; 1 is the newest.
    #[must_use]
    pub fn recall(&self, back: usize) -> Option<&[u8]> {
        let at = self.lines.len().checked_sub(back)?;
        self.lines.get(at).map(Vec::as_slice)
    }

    /// All lines, oldest first, as `show history` prints them.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(Vec::as_slice)
    }

    fn shorten(&mut self) {
        let over = self.lines.len().saturating_sub(self.size);
        self.lines.drain(..over);
    }
}

impl Default for History {
    fn default() -> Self {
        Self::new(Self::SIZE)
    }
}

/// Says how many lines, and not which: a line may hold a secret.
impl fmt::Debug for History {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "History({} of {})", self.lines.len(), self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(size: usize, lines: &[&str]) -> Vec<String> {
        let mut history = History::new(size);
        lines.iter().for_each(|line| history.add(line.as_bytes()));
        let text = |line| String::from_utf8_lossy(line).into_owned();
        history.lines().map(text).collect()
    }

    #[test]
    fn the_newest_lines_are_kept_and_blank_ones_are_not() {
        let table: &[(usize, &[&str], &[&str])] = &[
            (2, &["a", "b", "c"], &["b", "c"]),
            (10, &["a", "", "  ", "a"], &["a", "a"]),
            (0, &["a"], &[]),
        ];
        for (size, lines, expected) in table {
            assert_eq!(kept(*size, lines), *expected);
        }
    }

    #[test]
    fn ten_lines_are_kept_by_default_and_256_at_most() {
        assert_eq!(History::default().size(), 10);
        assert_eq!(History::new(9999).size(), 256);
    }

    #[test]
    fn recall_counts_back_from_the_newest() {
        let mut history = History::default();
        history.add(b"first");
        history.add(b"second");
        let table: [(usize, Option<&[u8]>); 4] = [
            (0, None),
            (1, Some(b"second")),
            (2, Some(b"first")),
            (3, None),
        ];
        for (back, line) in table {
            assert_eq!(history.recall(back), line, "{back}");
        }
    }

    #[test]
    fn a_smaller_size_drops_the_oldest_and_debug_shows_no_line() {
        let mut history = History::default();
        history.add(b"first");
        history.add(b"username x secret y");
        history.set_size(1);
        assert_eq!(history.recall(1), Some(&b"username x secret y"[..]));
        assert_eq!(history.recall(2), None);
        assert_eq!(format!("{history:?}"), "History(1 of 1)");
    }
}
