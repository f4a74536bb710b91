//! The echo of one line, compared as a terminal shows it, literally.
//!
//! What a device may do to an echo without changing it: wrap it at the terminal's width, scroll it with a `$`,
//! redraw it, write a message of its log into it and go on with or without its prompt. In all of these every
//! letter that was sent is shown, and shown where it belongs; that is what is compared. Each byte that comes is
//! compared once; only rows that don't begin with the prompt are compared anew.

use super::screen::Ended;
use crate::packs::Pattern;

/// A terminal is at least so wide: a shorter row that ends is no wrap. (24 columns, less a wide letter.)
const ROW_BYTES_MIN: usize = 20;

/// What a row of the terminal says of the echo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// The echo is complete and right.
    Right,
    /// A part of it, or something that may stand before it: it goes on.
    Part,
    /// Something else.
    Wrong,
}

/// An echo that is awaited.
#[derive(Debug)]
pub(super) struct Echoing {
    /// The prompt, and the line behind it.
    expected: Vec<u8>,
    prompt_bytes: usize,
    /// How many bytes of the unfinished row are as expected.
    agreed: usize,
    /// How much of the line was seen, on this row or on rows before.
    seen: usize,
    /// Where in the line this row may go on: after the rows before it, and after the cursor's last two returns to
    /// the beginning of the row. The last of them may only be the end of the line.
    goes_on: [Option<usize>; 3],
    /// The row that ended too early, and is wrong unless what follows shows why.
    cut: Option<Vec<u8>>,
    /// Whether it is too short for a wrap: then only a message of the log may follow.
    is_short: bool,
    /// Whether the row was left and begun anew: the prompt may be missing.
    restarted: bool,
    /// Whether a row ended as a wrapped one does: what follows has no prompt.
    continued: bool,
}

impl Echoing {
    pub(super) fn new(prompt: &[u8], text: &[u8]) -> Self {
        Self {
            expected: [prompt, text].concat(),
            prompt_bytes: prompt.len(),
            agreed: prompt.len(),
            seen: 0,
            goes_on: [None; 3],
            cut: None,
            is_short: false,
            restarted: false,
            continued: false,
        }
    }

    /// What was sent.
    pub(super) fn text(&self) -> &[u8] {
        self.expected.get(self.prompt_bytes..).unwrap_or_default()
    }

    /// The prompt that it was sent at.
    pub(super) fn prompt(&self) -> &[u8] {
        self.expected.get(..self.prompt_bytes).unwrap_or_default()
    }

    /// The device has left the prompt already, or shows none.
    pub(super) fn restart(&mut self) {
        self.restarted = true;
    }

    /// Whether a row ended early, as if it were wrapped.
    pub(super) fn was_cut(&self) -> bool {
        self.continued
    }

    /// Whether this row is another one than that which the line was sent at.
    pub(super) fn was_left(&self, row: &[u8]) -> bool {
        self.restarted && !row.is_empty()
    }

    /// The cursor turns back, behind the last letter that was shown.
    pub(super) fn turned_back(&mut self, row: &[u8], to_the_start: bool) {
        let row = row.trim_ascii_end();
        if let Some(shown) = self.shown(row) {
            self.seen = self.seen.max(shown);
            if to_the_start && row.len() >= ROW_BYTES_MIN && shown > 0 {
                let [rows, last, _] = self.goes_on;
                self.goes_on = [rows, Some(shown), last];
            }
        }
    }

    /// A row ended.
    pub(super) fn row(&mut self, row: &Ended, noise: &Pattern) -> Row {
        let whole = row.bytes.trim_ascii_end();
        let over = row.bytes.get(..row.written).unwrap_or_default();
        let shown = self
            .shown(whole)
            .or_else(|| self.shown(over.trim_ascii_end()));
        let all = self.text().trim_ascii_end().len();
        match shown {
            _ if self.is_short => self.noisy(whole, noise),
            Some(shown) if shown >= all && (all > 0 || self.restarted || !whole.is_empty()) => {
                Row::Right
            }
            Some(0) if self.restarted || whole == self.prompt().trim_ascii_end() => {
                self.restarted = true;
                Row::Part
            }
            Some(shown) => {
                self.continued = !self.restarted;
                self.goes_on_at(shown);
                let is_wrap = self.restarted || whole.len() >= ROW_BYTES_MIN;
                self.is_short = !is_wrap;
                self.cut = Some(whole.to_vec());
                Row::Part
            }
            None => self.noisy(whole, noise),
        }
    }

    fn goes_on_at(&mut self, shown: usize) {
        self.seen = self.seen.max(shown);
        self.goes_on = [Some(shown), None, None];
    }

    /// A message of the log, perhaps behind a part of the echo.
    fn noisy(&mut self, row: &[u8], noise: &Pattern) -> Row {
        let Some(message) = noise.find(row) else {
            return Row::Wrong;
        };
        let head = row.get(..message.start()).unwrap_or_default();
        let shown = if head.trim_ascii().is_empty() {
            Some(self.seen)
        } else {
            self.shown(head.trim_ascii_end())
        };
        let Some(shown) = shown else {
            return Row::Wrong;
        };
        self.goes_on_at(self.seen.max(shown));
        self.restarted = true;
        self.continued = false;
        self.is_short = false;
        self.cut = None;
        Row::Part
    }

    /// What came in place of the echo, when this row shows that it is wrong.
    pub(super) fn wrong(&mut self, row: &[u8]) -> Vec<u8> {
        self.cut.take().unwrap_or_else(|| row.to_vec())
    }

    /// Whether the unfinished row can no longer become the echo, unless the device redraws it. `touched` is the
    /// first byte of it that has changed since it was last looked at.
    pub(super) fn is_astray(&mut self, row: &[u8], touched: usize, at_end: bool) -> bool {
        self.agreed = self.agreed.min(touched).min(row.len());
        let fresh = row.iter().skip(self.agreed);
        let same = fresh
            .zip(self.expected.iter().skip(self.agreed))
            .take_while(|(a, b)| a == b);
        self.agreed += same.count();
        let is_plain = self.agreed == row.len() && !self.continued;
        // A row that may go on as any of the others is looked at whole.
        !is_plain && at_end && self.shown(row.trim_ascii_end()).is_none()
    }

    /// How much of the line has been shown, if this row is one that may show it.
    fn shown(&self, row: &[u8]) -> Option<usize> {
        let prompt = self.prompt();
        let behind = row.strip_prefix(prompt).filter(|_| !self.continued);
        if let Some(found) = behind.and_then(|rest| self.shown_behind(rest)) {
            return Some(found);
        }
        if row == prompt.trim_ascii_end() && !self.continued {
            return Some(0);
        }
        let places = self.goes_on.into_iter().flatten();
        let next = places.filter_map(|at| self.goes_on_from(at, row)).max();
        next.or_else(|| self.restarted.then(|| self.begins(0, row)).flatten())
    }

    /// The same, behind the prompt. Some prompts end in a blank, which comes later than the rest of it.
    fn shown_behind(&self, rest: &[u8]) -> Option<usize> {
        let blank = rest.strip_prefix(b" ").unwrap_or(rest);
        [rest, blank]
            .into_iter()
            .find_map(|rest| self.begins(0, rest).or_else(|| self.scrolled(rest)))
    }

    /// A row that was wrapped: blanks at the end of the row before weren't seen, a letter may come twice.
    fn goes_on_from(&self, at: usize, row: &[u8]) -> Option<usize> {
        let rest = self.text().get(at..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_ascii_start().len();
        [at, at + blanks, at.saturating_sub(1)]
            .into_iter()
            .find_map(|at| self.begins(at, row))
    }

    fn begins(&self, from: usize, part: &[u8]) -> Option<usize> {
        let rest = self.text().trim_ascii_end().get(from..)?;
        rest.starts_with(part).then_some(from + part.len())
    }

    /// A row that the device has scrolled: `$` and the end of what was typed so far.
    fn scrolled(&self, row: &[u8]) -> Option<usize> {
        let text = self.text().trim_ascii_end();
        let visible = row.strip_prefix(b"$").filter(|_| self.seen > 0)?;
        // Nothing between what was seen and what is visible may have gone by unseen.
        let ends = self.seen..=text.len().min(self.seen + visible.len());
        ends.into_iter().find(|end| {
            text.get(..*end)
                .is_some_and(|typed| typed.ends_with(visible))
        })
    }
}

#[cfg(test)]
mod tests {
    use regex::bytes::Regex;

    use super::*;
    use crate::session::screen::Screen;

    const NOISE: &str = r"[*.]?(\w{3} +\d+ [\d:.]+: )?%[A-Z0-9_]+-[0-7]-[A-Z0-9_]+: ";

    /// What the rows that these bytes show say, together: the first that isn't a part.
    fn told(prompt: &[u8], text: &[u8], bytes: &[u8]) -> Row {
        let noise = Pattern::of(Regex::new(NOISE).unwrap());
        let mut screen = Screen::default();
        for byte in prompt {
            screen.show(*byte);
        }
        screen.take_touched();
        let mut echoing = Echoing::new(prompt, text);
        for byte in bytes {
            if matches!(byte, 8 | 13) && screen.at_end() {
                echoing.turned_back(screen.written(), *byte == 13);
            }
            if let Some(row) = screen.show(*byte) {
                match echoing.row(&row, &noise) {
                    Row::Part => {}
                    other => return other,
                }
            } else {
                let touched = screen.take_touched();
                echoing.is_astray(screen.written(), touched, screen.at_end());
            }
        }
        Row::Part
    }

    #[test]
    fn a_plain_echo_is_right_and_a_changed_letter_is_wrong() {
        assert_eq!(told(b"R1#", b"vlan 20", b"vlan 20\r\n"), Row::Right);
        assert_eq!(told(b"R1#", b"vlan 20", b"vlan 21\r\n"), Row::Wrong);
        assert_eq!(told(b"R1#", b"vlan 20", b"vlan 2\r\nR1#\r\n"), Row::Wrong);
        assert_eq!(told(b"R1#", b"vlan 20", b"vlan 200\r\n"), Row::Wrong);
        assert_eq!(told(b"R1#", b"vlan 20", b" vlan 20\r\n"), Row::Right);
    }

    #[test]
    fn a_wrap_is_the_same_text_on_more_rows() {
        let text = b"description abcdefghijklmnopqrstuvwxyz0123456789";
        let cut = |at: usize, wrap: &[u8]| [&text[..at], wrap, &text[at..], b"\r\n"].concat();
        for at in 18..text.len() - 1 {
            assert_eq!(
                told(b"R1(config)#", text, &cut(at, b"\r\n")),
                Row::Right,
                "{at}"
            );
            assert_eq!(
                told(b"R1(config)#", text, &cut(at, b" \r")),
                Row::Right,
                "{at}"
            );
        }
        let changed = [
            &text[..30],
            b"\r\n",
            &text[30..40],
            b"X",
            &text[41..],
            b"\r\n",
        ]
        .concat();
        assert_eq!(told(b"R1(config)#", text, &changed), Row::Wrong);
    }

    /// The terminal of ios-xe-behaviour §2.9.
    fn scrolling(prompt: usize, text: &[u8], width: usize) -> Vec<u8> {
        let window = width - prompt - 3;
        let (mut shift, mut bytes) = (0, Vec::new());
        for end in 1..=text.len() {
            if end - shift <= window {
                bytes.push(text[end - 1]);
                continue;
            }
            shift += 10;
            let visible = &text[shift + 1..end];
            bytes.extend(vec![8; window]);
            bytes.push(b'$');
            bytes.extend(visible);
            let blanks = window - visible.len() - 1;
            bytes.extend(vec![b' '; blanks]);
            bytes.extend(vec![8; blanks]);
        }
        bytes.extend(b"\r\n");
        bytes
    }

    #[test]
    fn a_scrolled_line_is_right_at_every_width_and_length() {
        for width in [24, 40, 80, 132] {
            for length in [1, 5, 20, 79, 200, 510] {
                let text: Vec<u8> = (0..length).map(|at| b'a' + (at * 7 % 26) as u8).collect();
                let echo = scrolling(3, &text, width);
                assert_eq!(told(b"R1#", &text, &echo), Row::Right, "{width} {length}");
                let mut changed = text.clone();
                changed[length / 2] = b'#';
                let echo = scrolling(3, &changed, width);
                assert_ne!(told(b"R1#", &text, &echo), Row::Right, "{width} {length}");
            }
        }
    }

    #[test]
    fn messages_of_the_log_may_stand_in_it() {
        let log =
            b"*Sep 13 09:18:37.101: %LINK-3-UPDOWN: Interface Vlan20, changed state to up\r\n";
        let echo = |pieces: &[&[u8]]| pieces.concat();
        let text = b"name users";
        assert_eq!(
            told(b"R1#", text, &echo(&[b"name us\r\n", log, b"ers\r\n"])),
            Row::Right
        );
        assert_eq!(
            told(
                b"R1#",
                text,
                &echo(&[b"name us\r\n", log, log, b"R1#name users\r\n"])
            ),
            Row::Right
        );
        assert_eq!(
            told(
                b"R1#",
                text,
                &echo(&[b"na", log, b"me us", log, b"ers\r\n"])
            ),
            Row::Right
        );
        assert_eq!(
            told(b"R1#", text, &echo(&[b"\r\n", log, b"name users\r\n"])),
            Row::Right
        );
        assert_eq!(
            told(b"R1#", text, &echo(&[log, b"name users\r\n"])),
            Row::Right
        );
        assert_eq!(
            told(b"R1#", text, &echo(&[b"na", log, b"me usars\r\n"])),
            Row::Wrong
        );
    }
}
