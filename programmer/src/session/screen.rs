//! The last line of a terminal: what a person would see after all the bytes so far.
//!
//! Only the line that the cursor is on is kept; a line feed hands it over and begins the next. Carriage
//! return, backspace, overwriting and erasing work, so that a line which a device has redrawn compares as it
//! looks. Other escape sequences, NUL and BEL show nothing. Each byte is looked at once, and letters that stand
//! together are written together.
//!
//! Known limits: no cursor keys within escape sequences, no width (`echo` knows of rows that were wrapped).

/// A longer line is cut; what is cut off is lost to comparison and to reports, not to the transcript.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// So many blanks at the end of a line are as good as more: no pattern wants to know.
const BLANKS_MAX: usize = 16;

/// A line is seldom longer; then it grows.
const LINE_BYTES_USUAL: usize = 96;

/// The line that the cursor is on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Screen {
    line: Vec<u8>,
    /// Where its last letter ends that is no blank.
    inked: usize,
    cursor: usize,
    /// How far the cursor came since it last stood at the beginning.
    written: usize,
    /// Whether a carriage return came, and nothing after it.
    returned: bool,
    escape: Escape,
    /// The first byte of the line that changed since it was last asked for.
    touched: usize,
    /// Room for the next line: what a line stood in that ended and was looked at.
    room: Vec<u8>,
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
    /// Shows the letters that bytes begin with, and says how many they are. Behind them stands what isn't just written:
    /// that is for [`Self::show`].
    pub(super) fn letters(&mut self, bytes: &[u8]) -> usize {
        if self.escape != Escape::None {
            return 0;
        }
        let end = bytes.iter().position(|byte| !is_letter(*byte));
        let letters = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        self.put(letters);
        letters.len()
    }

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
            letter => self.put(&[letter]),
        }
        None
    }

    /// The line so far.
    pub(super) fn line(&self) -> &[u8] {
        &self.line
    }

    /// The line so far, for what looks at its end after each byte: of a run of blanks there it has only the first.
    pub(super) fn without_run(&self) -> &[u8] {
        let end = self.line.len().min(self.inked + BLANKS_MAX);
        self.line.get(..end).unwrap_or_default()
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

    /// Takes back a line that was looked at, for the room that it has.
    pub(super) fn reuse(&mut self, ended: Ended) {
        self.room = ended.bytes;
    }

    fn take(&mut self) -> Ended {
        let mut line = std::mem::take(&mut self.room);
        line.clear();
        line.reserve(LINE_BYTES_USUAL);
        let next = Self {
            line,
            ..Self::default()
        };
        let ended = std::mem::replace(self, next);
        Ended {
            bytes: ended.line,
            written: ended.written,
        }
    }

    fn put(&mut self, letters: &[u8]) {
        let fits = LINE_BYTES_MAX.saturating_sub(self.cursor);
        let letters = letters.get(..fits).unwrap_or(letters);
        if letters.is_empty() {
            return;
        }
        if std::mem::take(&mut self.returned) {
            self.written = 0;
        }
        self.touched = self.touched.min(self.cursor);
        let over = self.line.get_mut(self.cursor..).unwrap_or_default();
        let (covers, fresh) = letters.split_at(over.len().min(letters.len()));
        let places = over.iter_mut().zip(covers);
        places.for_each(|(place, letter)| *place = *letter);
        self.line.extend_from_slice(fresh);
        self.ink(letters);
        self.cursor += letters.len();
        self.written = self.written.max(self.cursor);
    }

    /// These letters stand at the cursor now.
    fn ink(&mut self, letters: &[u8]) {
        let covered = self.inked > self.cursor && self.inked <= self.cursor + letters.len();
        match inked(letters) {
            0 if covered => self.inked = inked(self.line.get(..self.cursor).unwrap_or_default()),
            0 => {}
            _ if self.inked > self.cursor + letters.len() => {}
            end => self.inked = self.cursor + end,
        }
    }

    /// What stands from the cursor on is gone.
    fn erase(&mut self) {
        self.line.truncate(self.cursor);
        if self.inked > self.cursor {
            self.inked = inked(&self.line);
        }
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

/// Where the last letter ends that is no blank.
fn inked(letters: &[u8]) -> usize {
    letters
        .iter()
        .rposition(|letter| *letter != b' ')
        .map_or(0, |at| at + 1)
}

/// Whether a byte is shown, and does nothing else.
fn is_letter(byte: u8) -> bool {
    byte >= 0x20 && byte != 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], lines: &[&str], rest: &str) {
        let mut screen = Screen::default();
        let done: Vec<Ended> = bytes.iter().filter_map(|byte| screen.show(*byte)).collect();
        let mut at_once = Screen::default();
        let mut lines_at_once = Vec::new();
        let mut left = bytes;
        while !left.is_empty() {
            let (_, other) = left.split_at(at_once.letters(left));
            left = other;
            if let Some((byte, other)) = left.split_first() {
                lines_at_once.extend(at_once.show(*byte));
                left = other;
            }
        }
        assert_eq!(done, lines_at_once);
        assert_eq!(screen, at_once);
        assert_eq!(screen.inked, inked(screen.line()));
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
        check(
            b"abcdef\rXY\x08ZUV!\r\nlong and longer\rshort",
            &["XZUV!f"],
            "shortand longer",
        );
        check(b" --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08         \x08\x08\x08\x08\x08\x08\x08\x08\x08line\r\n", &[" line     "], "");
    }

    #[test]
    fn of_many_blanks_at_the_end_the_first_are_looked_at() {
        let shown = |bytes: &str| {
            let mut screen = Screen::default();
            for byte in bytes.bytes() {
                assert!(screen.show(byte).is_none());
                assert_eq!(screen.inked, inked(screen.line()), "{bytes:?}");
            }
            String::from_utf8_lossy(screen.without_run()).into_owned()
        };
        let blanks = " ".repeat(40);
        let first = " ".repeat(BLANKS_MAX);
        assert_eq!(shown(&blanks), first);
        assert_eq!(
            shown(&format!("Password:{blanks}")),
            format!("Password:{first}")
        );
        assert_eq!(shown(&format!("a{blanks}b  ")), format!("a{blanks}b  "));
        // Overwritten by blanks, written anew, erased.
        assert_eq!(shown(&format!("a{blanks}b\x08 ")), format!("a{first}"));
        assert_eq!(shown(&format!("abc\r{blanks}")), first);
        assert_eq!(shown(&format!("abc\r  x{blanks}")), format!("  x{first}"));
        assert_eq!(shown("abcdef\r  \x1b[K"), "  ");
        assert_eq!(shown("ab cd\rx \x1b[K"), "x ");
        assert_eq!(shown("abcdef\r  x"), "  xdef");
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
