//! Turns bytes into keys: control characters, ESC sequences, line ends (ios-xe-behaviour §2.1 and §2.8).
//!
//! A decoder keeps what it must remember between two bytes, so it does not matter how the bytes arrive. A CR ends a
//! line at once; the LF or NUL that may follow it is swallowed, even if another line, or a pager, reads by then.
//!
//! Known limits: an ESC sequence that IOS doesn't know swallows one byte after `ESC` or `ESC [` (the Delete key
//! leaves its `~` on the line, as on a real device); a control character inside a sequence ends it and counts.

/// What a key asks of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The line is complete. Echoed: CR LF.
    Enter,
    /// `?`. Echoed: `?` CR LF. Print the help, then redisplay.
    Help,
    /// Tab. Echoed: CR LF. Set the completed line, then redisplay.
    Tab,
    /// Ctrl-Z. Echoed: `^Z` CR LF.
    EndOfConfig,
    /// Ctrl-C. Echoed: `^C` CR LF.
    Interrupt,
    /// Ctrl-^ (0x1E), the escape character. Not echoed; an `x` that follows is swallowed.
    Break,
    /// Ctrl-R or Ctrl-L. Echoed: CR LF. Redisplay.
    Redisplay,
}

/// One key, decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    Insert(u8),
    Event(Key),
    Left,
    Right,
    Start,
    End,
    WordLeft,
    WordRight,
    EraseLeft,
    EraseUnder,
    CutToStart,
    CutToEnd,
    CutWordLeft,
    CutWordRight,
    Transpose,
    Yank,
    YankNext,
    Upper,
    Lower,
    Capitalize,
    Older,
    Newer,
    Ignored,
}

/// Remembers what the bytes so far mean for the next one.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    state: State,
    after_cr: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Plain,
    Literal,
    Escape,
    Bracket,
    Broken,
}

impl Decoder {
    /// True for a NUL, and for the LF of a CR LF whose CR has already been acted upon.
    pub(super) fn swallows(&mut self, byte: u8) -> bool {
        let tail = byte == LF && self.after_cr;
        self.after_cr = byte == CR;
        tail || byte == NUL
    }

    /// An LF that comes now doesn't belong to the CR before it.
    pub(super) fn forget_line_end(&mut self) {
        self.after_cr = false;
    }

    /// The bytes at the start that are letters and signs, each of which [`Self::decode`] would insert.
    pub(super) fn text<'b>(&mut self, bytes: &'b [u8], help: bool) -> &'b [u8] {
        if self.state != State::Plain {
            return &[];
        }
        let is_text = |byte: &u8| matches!(byte, b' '..=b'~') && !(help && *byte == b'?');
        let end = bytes.iter().position(|byte| !is_text(byte));
        let text = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        self.after_cr &= text.is_empty();
        text
    }

    /// Decodes one byte. `help` says whether `?` and Tab are keys or text.
    pub(super) fn decode(&mut self, byte: u8, help: bool) -> Stroke {
        if self.swallows(byte) {
            return Stroke::Ignored;
        }
        match std::mem::take(&mut self.state) {
            State::Literal if byte != CR && byte != LF => Stroke::Insert(byte),
            State::Escape if byte == b'[' || byte == b'O' => self.enter(State::Bracket),
            State::Escape if byte == b'Q' || byte == b'q' => self.enter(State::Literal),
            State::Escape if byte >= b' ' || byte == BACKSPACE => escaped(byte),
            State::Bracket if byte >= b' ' => arrow(byte),
            State::Broken if byte == b'x' || byte == b'X' => Stroke::Ignored,
            _ => self.plain(byte, help),
        }
    }

    fn plain(&mut self, byte: u8, help: bool) -> Stroke {
        match byte {
            ESC => self.enter(State::Escape),
            CTRL_V => self.enter(State::Literal),
            CTRL_CARET => {
                self.state = State::Broken;
                Stroke::Event(Key::Break)
            }
            b'?' if help => Stroke::Event(Key::Help),
            TAB if help => Stroke::Event(Key::Tab),
            TAB => Stroke::Insert(byte),
            DELETE => Stroke::EraseLeft,
            b' '.. => Stroke::Insert(byte),
            _ => control(byte),
        }
    }

    fn enter(&mut self, state: State) -> Stroke {
        self.state = state;
        Stroke::Ignored
    }
}

/// Ctrl-A is 1, Ctrl-B is 2, and so on. Ctrl-S, Ctrl-Q and Ctrl-G do nothing.
fn control(byte: u8) -> Stroke {
    match byte | 0x40 {
        b'A' => Stroke::Start,
        b'B' => Stroke::Left,
        b'C' => Stroke::Event(Key::Interrupt),
        b'D' => Stroke::EraseUnder,
        b'E' => Stroke::End,
        b'F' => Stroke::Right,
        b'H' => Stroke::EraseLeft,
        b'J' | b'M' => Stroke::Event(Key::Enter),
        b'K' => Stroke::CutToEnd,
        b'L' | b'R' => Stroke::Event(Key::Redisplay),
        b'N' => Stroke::Newer,
        b'P' => Stroke::Older,
        b'T' => Stroke::Transpose,
        b'U' | b'X' => Stroke::CutToStart,
        b'W' => Stroke::CutWordLeft,
        b'Y' => Stroke::Yank,
        b'Z' => Stroke::Event(Key::EndOfConfig),
        _ => Stroke::Ignored,
    }
}

fn escaped(byte: u8) -> Stroke {
    match byte.to_ascii_uppercase() {
        b'B' => Stroke::WordLeft,
        b'F' => Stroke::WordRight,
        b'D' => Stroke::CutWordRight,
        b'U' => Stroke::Upper,
        b'L' => Stroke::Lower,
        b'C' => Stroke::Capitalize,
        b'Y' => Stroke::YankNext,
        DELETE | BACKSPACE => Stroke::CutWordLeft,
        _ => Stroke::Ignored,
    }
}

fn arrow(byte: u8) -> Stroke {
    match byte {
        b'A' => Stroke::Older,
        b'B' => Stroke::Newer,
        b'C' => Stroke::Right,
        b'D' => Stroke::Left,
        _ => Stroke::Ignored,
    }
}

const NUL: u8 = 0x00;
const BACKSPACE: u8 = 0x08;
const TAB: u8 = 0x09;
const LF: u8 = 0x0A;
const CR: u8 = 0x0D;
const CTRL_V: u8 = 0x16;
const ESC: u8 = 0x1B;
const CTRL_CARET: u8 = 0x1E;
const DELETE: u8 = 0x7F;

#[cfg(test)]
mod tests {
    use super::*;

    /// All strokes but the ignored ones.
    fn strokes(bytes: &[u8]) -> Vec<Stroke> {
        let mut decoder = Decoder::default();
        let each = bytes.iter().map(|&byte| decoder.decode(byte, true));
        each.filter(|stroke| *stroke != Stroke::Ignored).collect()
    }

    const ENTER: Stroke = Stroke::Event(Key::Enter);

    #[test]
    fn each_line_end_is_one_enter() {
        let table: &[(&[u8], usize)] = &[
            (b"\r", 1),
            (b"\n", 1),
            (b"\r\n", 1),
            (b"\r\0", 1),
            (b"\r\r", 2),
            (b"\n\n", 2),
            (b"\r\n\r\n", 2),
            (b"\n\r", 2),
            (b"\r\n\n", 2),
            (b"\r\0\n", 2),
        ];
        for (bytes, count) in table {
            assert_eq!(strokes(bytes), vec![ENTER; *count], "{bytes:?}");
        }
    }

    #[test]
    fn sequences_are_keys_and_unknown_ones_swallow_one_byte() {
        let table: &[(&[u8], &[Stroke])] = &[
            (
                b"\x1b[A\x1b[B\x1b[C\x1b[D",
                &[Stroke::Older, Stroke::Newer, Stroke::Right, Stroke::Left],
            ),
            (b"\x1bOA", &[Stroke::Older]),
            (b"\x1bb\x1bF", &[Stroke::WordLeft, Stroke::WordRight]),
            (
                b"\x1b\x7f\x1b\x08",
                &[Stroke::CutWordLeft, Stroke::CutWordLeft],
            ),
            (b"\x1b[3~", &[Stroke::Insert(b'~')]),
            (b"\x1bzk", &[Stroke::Insert(b'k')]),
            (b"\x1b\r", &[ENTER]),
            (b"\x1b[\x01", &[Stroke::Start]),
        ];
        for (bytes, expected) in table {
            assert_eq!(strokes(bytes), *expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_literal_key_is_text_unless_it_would_end_the_line() {
        let table: &[(&[u8], &[Stroke])] = &[
            (b"\x16?", &[Stroke::Insert(b'?')]),
            (b"\x1bQ?", &[Stroke::Insert(b'?')]),
            (b"\x16\x03", &[Stroke::Insert(3)]),
            (b"\x16\0?", &[Stroke::Insert(b'?')]),
            (b"\x16\r\n", &[ENTER]),
            (b"\x16\n", &[ENTER]),
        ];
        for (bytes, expected) in table {
            assert_eq!(strokes(bytes), *expected, "{bytes:?}");
        }
    }

    #[test]
    fn the_escape_character_takes_an_x_with_it() {
        let one = [Stroke::Event(Key::Break)];
        assert_eq!(strokes(b"\x1ex"), one);
        assert_eq!(strokes(b"\x1e"), one);
        assert_eq!(strokes(b"\x1es").last(), Some(&Stroke::Insert(b's')));
    }

    #[test]
    fn flow_control_bell_and_nul_are_nothing() {
        assert_eq!(strokes(&[0, 7, 0x0F, 0x11, 0x13, 0x1C, 0x1D, 0x1F]), []);
    }
}
