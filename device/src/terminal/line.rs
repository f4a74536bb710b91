//! The text being edited and the cursor in it. Knows nothing of the screen, but how wide a byte is on it.
//!
//! **Invariant:** the cursor is at most the length, so that no edit can be out of bounds.

/// A line of bytes and a cursor. A control character that was typed literally shows as two columns (`^C`).
#[derive(Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
    cursor: usize,
    /// How many bytes take two columns; nearly always none, and then a column is a byte.
    wide: usize,
}

impl Line {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    pub(super) fn at_end(&self) -> bool {
        self.cursor == self.bytes.len()
    }

    /// The text, leaving an empty line.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.cursor = 0;
        self.wide = 0;
        std::mem::take(&mut self.bytes)
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.cursor = 0;
        self.wide = 0;
    }

    /// Another text, with the cursor at its end.
    pub(super) fn set(&mut self, text: &[u8]) {
        self.clear();
        self.insert(text);
    }

    pub(super) fn insert_byte(&mut self, byte: u8) {
        self.bytes.insert(self.cursor, byte);
        self.cursor += 1;
        self.wide += usize::from(is_wide(byte));
    }

    pub(super) fn insert(&mut self, text: &[u8]) {
        let at = self.cursor;
        self.bytes.splice(at..at, text.iter().copied());
        self.cursor += text.len();
        self.wide += count_wide(text);
    }

    /// Removes the bytes between the cursor and `to`, and leaves the cursor where they were.
    pub(super) fn remove_to(&mut self, to: usize) -> std::vec::Drain<'_, u8> {
        let to = to.min(self.bytes.len());
        let (from, to) = (self.cursor.min(to), self.cursor.max(to));
        let removed = self.bytes.get(from..to).unwrap_or_default();
        self.wide -= count_wide(removed);
        self.cursor = from;
        self.bytes.drain(from..to)
    }

    pub(super) fn move_to(&mut self, cursor: usize) {
        self.cursor = cursor.min(self.bytes.len());
    }

    /// Exchanges the bytes left of and at the cursor and moves past them; at the end, the last two.
    pub(super) fn transpose(&mut self) {
        let right = self.cursor.min(self.bytes.len().saturating_sub(1));
        if let Some(left) = right.checked_sub(1) {
            self.bytes.swap(left, right);
            self.cursor = right + 1;
        }
    }

    /// Rewrites the bytes between the cursor and `to`, and moves there. The change must not change a width.
    pub(super) fn rewrite_to(&mut self, to: usize, change: impl FnOnce(&mut [u8])) {
        if let Some(word) = self.bytes.get_mut(self.cursor..to) {
            change(word);
            self.cursor = to;
        }
    }

    /// The start of the word left of the cursor. Words end at blanks.
    pub(super) fn word_left(&self) -> usize {
        let left = self.bytes.get(..self.cursor).unwrap_or_default();
        let word_end = left.iter().rposition(|&b| b != b' ').map_or(0, |at| at + 1);
        let word = left.get(..word_end).unwrap_or_default();
        word.iter().rposition(|&b| b == b' ').map_or(0, |at| at + 1)
    }

    /// The end of the word right of the cursor.
    pub(super) fn word_right(&self) -> usize {
        let right = self.bytes.get(self.cursor..).unwrap_or_default();
        let blanks = right.iter().take_while(|&&b| b == b' ').count();
        let word = right.iter().skip(blanks).take_while(|&&b| b != b' ');
        self.cursor + blanks + word.count()
    }

    /// How many columns the line takes.
    pub(super) fn columns(&self) -> usize {
        self.bytes.len() + self.wide
    }

    /// The column of a byte's left edge.
    pub(super) fn column_of(&self, at: usize) -> usize {
        if self.wide == 0 {
            return at;
        }
        at + count_wide(self.bytes.get(..at).unwrap_or(&self.bytes))
    }

    /// The bytes that take two columns.
    pub(super) fn wide(&self) -> Vec<usize> {
        if self.wide == 0 {
            return Vec::new();
        }
        let bytes = self.bytes.iter().enumerate();
        let wide = bytes.filter(|(_, byte)| is_wide(**byte));
        wide.map(|(at, _)| at).collect()
    }

    /// Writes what columns `from..to` show.
    pub(super) fn put_columns(&self, from: usize, to: usize, echo: &mut Vec<u8>) {
        if self.wide == 0 {
            echo.extend_from_slice(self.bytes.get(from..to).unwrap_or_default());
        } else {
            let columns = self.bytes.iter().flat_map(|&byte| shown(byte));
            echo.extend(columns.skip(from).take(to.saturating_sub(from)));
        }
    }
}

/// What a byte looks like: itself, or `^C`.
fn shown(byte: u8) -> impl Iterator<Item = u8> {
    let caret = is_wide(byte).then_some(b'^');
    let letter = if caret.is_some() { byte ^ 0x40 } else { byte };
    caret.into_iter().chain([letter])
}

/// A tab is left to the terminal, as IOS does, and counted as one column.
fn is_wide(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}

fn count_wide(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| is_wide(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &[u8], cursor: usize) -> Line {
        let mut line = Line::default();
        line.set(text);
        line.move_to(cursor);
        line
    }

    #[test]
    fn words_end_at_blanks() {
        // text, cursor, word left, word right
        let table: [(&[u8], usize, usize, usize); 5] = [
            (b"", 0, 0, 0),
            (b"ip route", 0, 0, 2),
            (b"ip route", 8, 3, 8),
            (b"ip  route x", 4, 0, 9),
            (b"ip  ", 4, 0, 4),
        ];
        for (text, cursor, left, right) in table {
            let line = at(text, cursor);
            assert_eq!(
                (line.word_left(), line.word_right()),
                (left, right),
                "{cursor}"
            );
        }
    }

    #[test]
    fn transpose_takes_the_last_two_at_the_end() {
        let table: [(&[u8], usize, &[u8], usize); 4] = [
            (b"abc", 3, b"acb", 3),
            (b"abc", 1, b"bac", 2),
            (b"abc", 0, b"abc", 0),
            (b"a", 1, b"a", 1),
        ];
        for (text, cursor, expected, moved) in table {
            let mut line = at(text, cursor);
            line.transpose();
            assert_eq!((line.bytes(), line.cursor()), (expected, moved));
        }
    }

    #[test]
    fn a_literal_control_character_takes_two_columns() {
        let line = at(b"a\x03b\x7f", 4);
        assert_eq!(
            (line.columns(), line.column_of(2), line.column_of(4)),
            (6, 3, 6)
        );
        let mut shown = vec![];
        line.put_columns(0, 6, &mut shown);
        line.put_columns(2, 4, &mut shown);
        assert_eq!(shown, b"a^Cb^?Cb");
    }

    #[test]
    fn removing_works_both_ways_and_forgets_widths() {
        let mut line = at(b"ab\x03cd", 3);
        assert_eq!(line.remove_to(1).collect::<Vec<_>>(), b"b\x03");
        assert_eq!(
            (line.bytes(), line.cursor(), line.columns()),
            (&b"acd"[..], 1, 3)
        );
        assert_eq!(line.remove_to(99).collect::<Vec<_>>(), b"cd");
        assert_eq!(line.bytes(), b"a");
    }
}
