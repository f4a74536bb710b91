//! The last line of a terminal: what a person would see after all the bytes so far.
//!
//! Only the line that the cursor is on is kept; a line feed hands it over and begins the next. Carriage
//! return, backspace, overwriting and erasing work, so that a line which a device has redrawn compares as it
//! looks. Other escape sequences, NUL and BEL show nothing. Each byte is looked at once.
//!
//! Known limits: no cursor keys within escape sequences, no width (`echo` knows of rows that were wrapped).

/// A longer line is cut; what is cut off is lost to comparison and to reports, not to the transcript.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// A line is seldom longer; then it grows.
const LINE_BYTES_USUAL: usize = 96;

/// The line that the cursor is on.
#[derive(Debug, Default)]
pub(super) struct Screen {
    line: Vec<u8>,
    cursor: usize,
    /// How far the cursor came since it last stood at the beginning.
    written: usize,
    /// Whether a carriage return came, and nothing after it.
    returned: bool,
    escape: Escape,
    /// The first byte of the line that changed since it was last asked for.
    touched: usize,
}

/// A line that ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ended {
    /// What it shows.
    pub(super) bytes: Vec<u8>,
    /// How much of it was written since the cursor last stood at its beginning; the rest is older.
    pub(super) written: usize,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Escape {
    #[default]
    None,
    /// After ESC.
    Begun,
    /// After ESC `[`, up to a letter.
    Sequence,
    /// After ESC `]`, up to BEL or ESC.
    Title,
}

impl Screen {
    /// Shows one byte. A line feed returns the line that it ends.
    pub(super) fn show(&mut self, byte: u8) -> Option<Ended> {
        if self.escape != Escape::None || byte == 0x1b {
            self.escape(byte);
            return None;
        }
        match byte {
            b'\n' => return Some(self.take()),
            b'\r' => {
                self.cursor = 0;
                self.returned = true;
            }
            0x08 => self.cursor = self.cursor.saturating_sub(1),
            0..=0x1f | 0x7f => {}
            letter => self.put(letter),
        }
        None
    }

    /// The line so far.
    pub(super) fn line(&self) -> &[u8] {
        &self.line
    }

    /// What was written since the cursor last stood at the beginning of the line.
    pub(super) fn written(&self) -> &[u8] {
        self.line.get(..self.written).unwrap_or_default()
    }

    /// Whether the cursor stands behind the last letter that was written, so that nothing is being redrawn.
    pub(super) fn at_end(&self) -> bool {
        self.cursor == self.written
    }

    /// The first byte that changed since the last call; bytes before it are as they were.
    pub(super) fn take_touched(&mut self) -> usize {
        std::mem::replace(&mut self.touched, self.line.len()).min(self.line.len())
    }

    fn take(&mut self) -> Ended {
        let next = Self {
            line: Vec::with_capacity(LINE_BYTES_USUAL),
            ..Self::default()
        };
        let ended = std::mem::replace(self, next);
        Ended {
            bytes: ended.line,
            written: ended.written,
        }
    }

    fn put(&mut self, letter: u8) {
        if self.cursor >= LINE_BYTES_MAX {
            return;
        }
        if std::mem::take(&mut self.returned) {
            self.written = 0;
        }
        self.touched = self.touched.min(self.cursor);
        match self.line.get_mut(self.cursor) {
            Some(place) => *place = letter,
            None => self.line.push(letter),
        }
        self.cursor += 1;
        self.written = self.written.max(self.cursor);
    }

    /// What stands from the cursor on is gone.
    fn erase(&mut self) {
        self.line.truncate(self.cursor);
        self.written = self.written.min(self.cursor);
        self.touched = self.touched.min(self.cursor);
    }

    fn escape(&mut self, byte: u8) {
        if self.escape == Escape::Sequence && byte == b'K' {
            self.erase();
        }
        self.escape = match (&self.escape, byte) {
            (Escape::None, _) | (Escape::Title, 0x1b) => Escape::Begun,
            (Escape::Begun, b'[') => Escape::Sequence,
            (Escape::Begun, b']') => Escape::Title,
            (Escape::Sequence, 0x40..=0x7e) | (Escape::Title, 0x07) | (Escape::Begun, _) => {
                Escape::None
            }
            (Escape::Sequence, _) => Escape::Sequence,
            (Escape::Title, _) => Escape::Title,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], lines: &[&str], rest: &str) {
        let mut screen = Screen::default();
        let done: Vec<Ended> = bytes.iter().filter_map(|byte| screen.show(*byte)).collect();
        let done: Vec<_> = done
            .iter()
            .map(|line| String::from_utf8_lossy(&line.bytes))
            .collect();
        assert_eq!(done, lines);
        assert_eq!(String::from_utf8_lossy(screen.line()), rest);
    }

    #[test]
    fn line_feeds_end_lines_and_carriage_returns_do_not() {
        check(b"one\r\ntwo\nR1#", &["one", "two"], "R1#");
        check(b"R1#\r\r\nR1#", &["R1#"], "R1#");
    }

    #[test]
    fn backspaces_and_overwriting_show_what_a_person_sees() {
        check(b"R1#shox\x08 \x08w", &[], "R1#show");
        check(b"R1#show\r\x1b[KR1#", &[], "R1#");
        check(b" --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08         \x08\x08\x08\x08\x08\x08\x08\x08\x08line\r\n", &[" line     "], "");
    }

    #[test]
    fn escape_sequences_nul_and_bell_show_nothing() {
        check(b"\x1b[2JR1\x00\x07#\x1b]0;title\x07x\x1b=y", &[], "R1#xy");
    }

    #[test]
    fn a_line_without_an_end_is_cut_and_not_kept() {
        let mut screen = Screen::default();
        (0..LINE_BYTES_MAX * 2).for_each(|_| assert!(screen.show(b'x').is_none()));
        assert_eq!(screen.line().len(), LINE_BYTES_MAX);
    }
}
