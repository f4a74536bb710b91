//! Shows a text a page at a time, with `--More--` (ios-xe-behaviour §2.10).
//!
//! The pager owns the text and an offset in it, so a page costs what it prints. What it writes is what goes on the
//! wire: lines end in CR LF, whatever they ended in. While [`Paging::More`], the session hands it each byte that the
//! client sends (masked, and less what [`super::LineEditor::swallows`]).
//!
//! Known limits: a line that wraps is never split between two pages; an expression that can't be read is dropped,
//! since what IOS says then is not known.

use super::pattern::Pattern;
use super::{BS, CR_LF, put_run};
use crate::Screen;

/// A text that is being shown.
#[derive(Debug)]
pub struct Pager {
    text: Vec<u8>,
    /// How much of it was shown or skipped.
    at: usize,
    screen: Screen,
    search: Option<Search>,
    /// A search that is being typed at the prompt.
    typing: Option<Typing>,
}

/// Whether there is more to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// `--More--` is on the screen (or a search behind it); give the pager the next byte.
    More,
    /// All is shown, or the user has seen enough: print the prompt.
    Done,
}

/// Which lines are shown from here on.
#[derive(Debug)]
struct Search {
    kind: Kind,
    pattern: Pattern,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `/`: from the first line that matches.
    Begin,
    /// `+`: the lines that match.
    Include,
    /// `-`: the lines that don't.
    Exclude,
}

#[derive(Debug)]
struct Typing {
    kind: Kind,
    text: String,
}

impl Pager {
    /// A pager for a text whose lines end in LF or CR LF, on a terminal of this size. A length of 0 means that all
    /// is one page; a width of 0, that no line wraps.
    #[must_use]
    pub fn new(text: Vec<u8>, screen: Screen) -> Self {
        Self {
            text,
            at: 0,
            screen,
            search: None,
            typing: None,
        }
    }

    /// Writes the first page.
    pub fn start(&mut self, out: &mut Vec<u8>) -> Paging {
        self.show_page(out)
    }

    /// A key: Space shows a page and Enter a line; `/`, `+` and `-` search; any other stops.
    pub fn key(&mut self, byte: u8, out: &mut Vec<u8>) -> Paging {
        if let Some(typing) = self.typing.take() {
            return self.search_key(typing, byte, out);
        }
        put_erased(out);
        match byte {
            b' ' => self.show_page(out),
            b'\r' | b'\n' => self.show(1, out),
            b'/' => self.type_search(Kind::Begin, byte, out),
            b'+' => self.type_search(Kind::Include, byte, out),
            b'-' => self.type_search(Kind::Exclude, byte, out),
            _ => stop(out),
        }
    }
}

// === Pages ===

impl Pager {
    fn show_page(&mut self, out: &mut Vec<u8>) -> Paging {
        let rows = match self.screen.length {
            0 => usize::MAX,
            length => usize::from(length).saturating_sub(1).max(1),
        };
        self.show(rows, out)
    }

    /// Shows lines until the next one would not fit in `rows` rows of the screen.
    fn show(&mut self, rows: usize, out: &mut Vec<u8>) -> Paging {
        let mut used = 0;
        while let Some((line, end)) = next_line(&self.text, self.at) {
            if shows(&mut self.search, line) {
                let more = rows_of(line, self.screen.width);
                if used > 0 && used + more > rows {
                    out.extend_from_slice(MORE);
                    return Paging::More;
                }
                used += more;
                put_line(line, self.text.get(end - 1) == Some(&b'\n'), out);
            }
            self.at = end;
        }
        Paging::Done
    }
}

/// The line at an offset without its end, and the offset behind it.
fn next_line(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
    let line = rest.split_inclusive(|&byte| byte == b'\n').next()?;
    let bare = line.strip_suffix(b"\n").unwrap_or(line);
    Some((bare.strip_suffix(b"\r").unwrap_or(bare), at + line.len()))
}

/// Whether the search lets a line through. `/` is over with its first match.
fn shows(search: &mut Option<Search>, line: &[u8]) -> bool {
    let Some(Search { kind, pattern }) = search else {
        return true;
    };
    let kind = *kind;
    let matches = pattern.matches(line);
    if matches && kind == Kind::Begin {
        *search = None;
    }
    matches != (kind == Kind::Exclude)
}

/// How many rows of the screen a line takes.
fn rows_of(line: &[u8], width: u16) -> usize {
    match width {
        0 => 1,
        width => line.len().div_ceil(usize::from(width)).max(1),
    }
}

fn put_line(line: &[u8], ended: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(line);
    if ended {
        out.extend_from_slice(CR_LF);
    }
}

// === Searches ===

impl Pager {
    fn type_search(&mut self, kind: Kind, byte: u8, out: &mut Vec<u8>) -> Paging {
        out.push(byte);
        self.typing = Some(Typing {
            kind,
            text: String::new(),
        });
        Paging::More
    }

    fn search_key(&mut self, mut typing: Typing, byte: u8, out: &mut Vec<u8>) -> Paging {
        match byte {
            b'\r' | b'\n' => return self.search(&typing, out),
            CTRL_C | CTRL_Z => return stop(out),
            BS | DELETE if typing.text.pop().is_some() => out.extend_from_slice(b"\x08 \x08"),
            b' '..DELETE if typing.text.len() < SEARCH_BYTES_MAX => {
                typing.text.push(char::from(byte));
                out.push(byte);
            }
            _ => {}
        }
        self.typing = Some(typing);
        Paging::More
    }

    fn search(&mut self, typing: &Typing, out: &mut Vec<u8>) -> Paging {
        out.extend_from_slice(CR_LF);
        match Pattern::parse(&typing.text) {
            Ok(pattern) if !typing.text.is_empty() => {
                let kind = typing.kind;
                self.search = Some(Search { kind, pattern });
                out.extend_from_slice(b"filtering...\r\n");
                self.show_page(out)
            }
            _ => {
                out.extend_from_slice(MORE);
                Paging::More
            }
        }
    }
}

fn stop(out: &mut Vec<u8>) -> Paging {
    out.extend_from_slice(CR_LF);
    Paging::Done
}

/// Takes the prompt off the screen. The numbers are those of captures (§2.10).
fn put_erased(out: &mut Vec<u8>) {
    put_run(out, BS, 9);
    put_run(out, b' ', 8);
    put_run(out, BS, 9);
}

const MORE: &[u8] = b" --More-- ";
const CTRL_C: u8 = 0x03;
const CTRL_Z: u8 = 0x1A;
const DELETE: u8 = 0x7F;
/// As long as a classic IOS line.
const SEARCH_BYTES_MAX: usize = 254;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::screen::Row;

    const WIPE: &str = "\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}        \u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}";

    fn lines(count: usize) -> String {
        (1..=count).map(|n| format!("line {n}\n")).collect()
    }

    fn wire(from: usize, to: usize) -> String {
        (from..=to).map(|n| format!("line {n}\r\n")).collect()
    }

    fn pager(text: &str, length: u16, width: u16) -> Pager {
        Pager::new(text.as_bytes().to_vec(), Screen { width, length })
    }

    fn start(pager: &mut Pager) -> (String, Paging) {
        let mut out = vec![];
        let paging = pager.start(&mut out);
        (String::from_utf8(out).unwrap(), paging)
    }

    fn press(pager: &mut Pager, keys: &[u8]) -> (String, Paging) {
        let mut out = vec![];
        let paging = keys.iter().map(|&key| pager.key(key, &mut out)).last();
        (String::from_utf8(out).unwrap(), paging.unwrap())
    }

    #[test]
    fn a_page_is_one_line_shorter_than_the_screen() {
        let mut pager = pager(&lines(10), 5, 80);
        assert_eq!(start(&mut pager), (wire(1, 4) + " --More-- ", Paging::More));
        let second = WIPE.to_string() + &wire(5, 8) + " --More-- ";
        assert_eq!(press(&mut pager, b" "), (second, Paging::More));
        let last = WIPE.to_string() + &wire(9, 10);
        assert_eq!(press(&mut pager, b" "), (last, Paging::Done));
    }

    #[test]
    fn what_fits_is_not_paged() {
        for (count, length) in [(4, 5), (3, 5), (1, 1), (100, 0), (0, 24)] {
            let (out, paging) = start(&mut pager(&lines(count), length, 80));
            assert_eq!((out, paging), (wire(1, count), Paging::Done));
        }
    }

    #[test]
    fn enter_shows_a_line() {
        for key in [b"\r", b"\n"] {
            let mut pager = pager(&lines(6), 5, 80);
            start(&mut pager);
            let one = WIPE.to_string() + &wire(5, 5) + " --More-- ";
            assert_eq!(press(&mut pager, key), (one, Paging::More));
            assert_eq!(
                press(&mut pager, key),
                (WIPE.to_string() + &wire(6, 6), Paging::Done)
            );
        }
    }

    #[test]
    fn any_other_key_stops() {
        for key in [b"q", b"\x03", b"\x1a", b"n"] {
            let mut pager = pager(&lines(6), 5, 80);
            start(&mut pager);
            assert_eq!(
                press(&mut pager, key),
                (WIPE.to_string() + "\r\n", Paging::Done)
            );
        }
    }

    #[test]
    fn the_prompt_leaves_nothing_on_the_screen() {
        let mut pager = pager("one\ntwo\nthree\n", 2, 80);
        let mut row = Row::default();
        row.replay(start(&mut pager).0.as_bytes());
        assert_eq!(row.text(), " --More--");
        row.replay(WIPE.as_bytes());
        assert_eq!((row.text().as_str(), row.cursor()), ("", 0));
    }

    #[test]
    fn line_ends_become_cr_lf_and_a_last_line_may_have_none() {
        let (out, paging) = start(&mut pager("a\r\nb\n\nc", 0, 0));
        assert_eq!((out.as_str(), paging), ("a\r\nb\r\n\r\nc", Paging::Done));
    }

    #[test]
    fn a_line_that_wraps_counts_as_its_rows() {
        let text = format!("{}\nshort\nshort\n", "x".repeat(25));
        let (out, paging) = start(&mut pager(&text, 5, 10));
        assert!(out.ends_with("short\r\n --More-- "));
        assert_eq!((out.matches("short").count(), paging), (1, Paging::More));
        assert_eq!(start(&mut pager(&text, 5, 0)).1, Paging::Done);
        let all_long = "y".repeat(99);
        assert_eq!(start(&mut pager(&all_long, 5, 10)).0, all_long);
    }

    #[test]
    fn searches_go_on_with_the_lines_that_are_asked_for() {
        let text = lines(12) + "other 1\nline 13\n";
        let table = [
            (
                &b"/other\r"[..],
                "/other\r\nfiltering...\r\nother 1\r\nline 13\r\n",
                Paging::Done,
            ),
            (
                b"+line 1\n",
                "+line 1\r\nfiltering...\r\nline 10\r\nline 11\r\n --More-- ",
                Paging::More,
            ),
            (
                b"-line\r",
                "-line\r\nfiltering...\r\nother 1\r\n",
                Paging::Done,
            ),
            (b"/none\r", "/none\r\nfiltering...\r\n", Paging::Done),
            (
                b"/x\x08\x08other\r",
                "/x\u{8} \u{8}other\r\nfiltering...\r\nother 1\r\nline 13\r\n",
                Paging::Done,
            ),
            (b"/[\r", "/[\r\n --More-- ", Paging::More),
            (b"/\r", "/\r\n --More-- ", Paging::More),
            (b"/li\x03", "/li\r\n", Paging::Done),
        ];
        for (keys, shown, paging) in table {
            let mut pager = pager(&text, 3, 80);
            start(&mut pager);
            let expected = (WIPE.to_string() + shown, paging);
            assert_eq!(press(&mut pager, keys), expected, "{keys:?}");
        }
    }
}
