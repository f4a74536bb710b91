//! The last line of a terminal: what a person would see after all the bytes so far.
//!
//! Only the line that the cursor is on is kept; a line feed hands it over and begins the next. Carriage
//! return, backspace and overwriting work, so that a line which a device has redrawn compares as it looks.
//! Escape sequences, NUL and BEL show nothing. Each byte is looked at once.
//!
//! Known limits: no cursor keys within escape sequences, no wrapping at a width (sessions ask for none).

/// A longer line is cut; what is cut off is lost to comparison and to reports, not to the transcript.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// The line that the cursor is on.
#[derive(Debug, Default)]
pub(super) struct Screen {
    line: Vec<u8>,
    cursor: usize,
    escape: Escape,
    /// The first byte of the line that changed since it was last asked for.
    touched: usize,
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
    pub(super) fn show(&mut self, byte: u8) -> Option<Vec<u8>> {
        if self.escape != Escape::None || byte == 0x1b {
            self.escape(byte);
            return None;
        }
        match byte {
            b'\n' => return Some(self.take()),
            b'\r' => self.move_to(0),
            0x08 => self.move_to(self.cursor.saturating_sub(1)),
            0..=0x1f | 0x7f => {}
            letter => self.put(letter),
        }
        None
    }

    /// The line so far.
    pub(super) fn line(&self) -> &[u8] {
        &self.line
    }

    /// Whether the cursor stands behind the last letter, so that nothing is being redrawn.
    pub(super) fn at_end(&self) -> bool {
        self.cursor == self.line.len()
    }

    /// The first byte that changed since the last call; bytes before it are as they were.
    pub(super) fn take_touched(&mut self) -> usize {
        std::mem::replace(&mut self.touched, self.line.len()).min(self.line.len())
    }

    fn take(&mut self) -> Vec<u8> {
        self.cursor = 0;
        self.touched = 0;
        std::mem::take(&mut self.line)
    }

    fn move_to(&mut self, column: usize) {
        self.cursor = column;
    }

    fn put(&mut self, letter: u8) {
        if self.cursor >= LINE_BYTES_MAX {
            return;
        }
        self.touched = self.touched.min(self.cursor);
        match self.line.get_mut(self.cursor) {
            Some(place) => *place = letter,
            None => self.line.push(letter),
        }
        self.cursor += 1;
    }

    fn escape(&mut self, byte: u8) {
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
        let done: Vec<Vec<u8>> = bytes.iter().filter_map(|byte| screen.show(*byte)).collect();
        let done: Vec<_> = done
            .iter()
            .map(|line| String::from_utf8_lossy(line))
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
