//! Claims about the screen: what scrolls, with which bytes, and that it always shows the line.

use super::tests::{feed, feed_with};
use super::*;
use crate::terminal::screen::Row;

const LONG: &[u8] =
    b"show archive config differences flash:/candidate_config.txt system:/running-config";

#[test]
fn the_echo_of_netmiko_issue_160_is_reproduced() {
    let back = [8u8; 66];
    let expected = [
        &b"show archive config differences flash:/candidate_config.txt system"[..],
        &back,
        b"$e config differences flash:/candidate_config.txt system:         ",
        &[8; 9],
        b"/running-",
        &back,
        b"$ifferences flash:/candidate_config.txt system:/running-c         ",
        &[8; 9],
        b"onfig\r\n",
    ]
    .concat();
    for size in [1, 3, 4096] {
        let mut editor = LineEditor::new();
        editor.start(b"pynet-rtr1#", 80);
        let line = [LONG, b"\n"].concat();
        let echo: Vec<u8> = line
            .chunks(size)
            .flat_map(|c| feed(&mut editor, c).0)
            .collect();
        assert_eq!(echo, expected);
        assert_eq!(editor.take(), LONG);
    }
}

#[test]
fn a_wide_terminal_or_none_does_not_scroll() {
    for width in [0, 132, 511, 512] {
        let mut editor = LineEditor::new();
        editor.start(b"pynet-rtr1#", width);
        assert_eq!(feed(&mut editor, LONG).0, LONG, "{width}");
    }
}

#[test]
fn going_to_the_start_repaints_with_a_dollar_at_the_right() {
    let mut editor = LineEditor::new();
    editor.start(b"pynet-rtr1#", 80);
    feed(&mut editor, LONG);
    let (echo, _) = feed(&mut editor, b"\x01");
    let expected = [
        &[8u8; 62][..],
        b"show archive config differences flash:/candidate_config.txt syste$",
        &[8; 66],
    ]
    .concat();
    assert_eq!(
        String::from_utf8_lossy(&echo),
        String::from_utf8_lossy(&expected)
    );
    let mut shown = vec![];
    editor.redisplay(b"pynet-rtr1#", &mut shown);
    let text = b"pynet-rtr1#show archive config differences flash:/candidate_config.txt syste$";
    assert_eq!(shown, [&text[..], &[8; 66]].concat());
}

#[test]
fn a_caret_stands_under_what_is_visible() {
    // what is typed, the byte that is wrong, its column on the screen
    let table: [(&[u8], usize, usize); 5] = [
        (b"show foo", 5, 16),
        (b"a\x16\x03b", 2, 14),
        (LONG, 32, 23),
        (LONG, 5, 11),
        (&LONG[..70], 32, 33),
    ];
    for (typed, at, column) in table {
        let mut editor = LineEditor::new();
        editor.start(b"pynet-rtr1#", 80);
        feed(&mut editor, typed);
        assert_eq!(editor.columns().at(at), column);
    }
}

// === The screen shows the line, whatever is typed ===

fn displayed(line: &[u8]) -> String {
    String::from_utf8_lossy(line).replace('\u{3}', "^C")
}

/// What the window should show, worked out from the line alone and the first visible column.
fn shown_line(line: &[u8], size: usize, text: &str) -> bool {
    let whole = displayed(line);
    if whole.len() <= size && !text.starts_with('$') {
        return whole.trim_end() == text;
    }
    (0..=whole.len() / 10).any(|step| {
        let rest = &whole[(step * 10).min(whole.len())..];
        let mut cells: Vec<u8> = rest.bytes().take(size).collect();
        if rest.len() > size {
            cells[size - 1] = b'$';
        }
        if let (true, Some(first)) = (step > 0, cells.first_mut()) {
            *first = b'$';
        }
        String::from_utf8_lossy(&cells).trim_end() == text
    })
}

struct XorShift(u64);

impl XorShift {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 32).unwrap() % bound
    }

    fn stroke(&mut self) -> Vec<u8> {
        const KEYS: &[&[u8]] = &[
            b"\x08",
            b"\x7f",
            b"\x01",
            b"\x02",
            b"\x02",
            b"\x04",
            b"\x05",
            b"\x06",
            b"\x0b",
            b"\x0e",
            b"\x10",
            b"\x14",
            b"\x15",
            b"\x17",
            b"\x19",
            b"\x1by",
            b"\x1bb",
            b"\x1bf",
            b"\x1bd",
            b"\x1bu",
            b"\x1bc",
            b"\x1bl",
            b"\x1b[D",
            b"\x1b[C",
            b"\x1b[A",
            b"\x1b[B",
            b"\x1b\x7f",
            b"\x1bz",
            b"\0",
            b"\x07",
            b"\x16\x03",
        ];
        match self.below(4) {
            0 => KEYS[self.below(KEYS.len())].to_vec(),
            1 => b"word ".to_vec(),
            _ => vec![b"abcdefghij ./"[self.below(13)]],
        }
    }
}

#[test]
fn the_screen_always_shows_the_line_and_the_cursor() {
    for (seed, width) in [(1, 0), (2, 80), (3, 40), (4, 18), (5, 132), (6, 10)] {
        let mut random = XorShift(0x9E37_79B9_7F4A_7C15 ^ seed);
        let mut editor = LineEditor::new();
        let mut history = History::default();
        for _line in 0..40 {
            let mut row = Row::default();
            editor.start(b"R1#", width);
            row.replay(b"R1#");
            for _key in 0..random.below(400) {
                let stroke = random.stroke();
                row.replay(&feed_with(&mut editor, &mut history, &stroke).0);
                check_screen(&editor, &row, usize::from(width), seed);
            }
            feed_with(&mut editor, &mut history, b"\r");
        }
    }
}

#[track_caller]
fn check_screen(editor: &LineEditor, row: &Row, width: usize, seed: u64) {
    let size = width.saturating_sub(6);
    let scrolls = size >= 12;
    let (size, limit) = if scrolls {
        (size, width - 3)
    } else {
        (usize::MAX, usize::MAX)
    };
    let text = row.text();
    let text = text.strip_prefix("R1#").expect("the prompt stays");
    let line = editor.line();
    assert!(
        shown_line(line, size, text),
        "seed {seed}: {line:?} shows as {text:?}"
    );
    assert!(row.columns_used() <= limit);
    if !text.starts_with('$') {
        let column = displayed(&line[..editor.cursor()]).len();
        assert_eq!(row.cursor(), 3 + column, "seed {seed}");
    }
    let mut again = Row::default();
    let mut echo = vec![];
    editor.redisplay(b"R1#", &mut echo);
    again.replay(&echo);
    assert_eq!((again.text(), again.cursor()), (row.text(), row.cursor()));
}

#[test]
fn no_bytes_break_an_editor() {
    let mut random = XorShift(0x2545_F491_4F6C_DD1D);
    let mut editor = LineEditor::new();
    let mut history = History::new(3);
    for round in 0..600 {
        match round % 3 {
            0 => editor.start(b"R1#", 30),
            1 => editor.start_text(b"", 80),
            _ => editor.start_hidden(),
        }
        let bytes: Vec<u8> = (0..200)
            .map(|_| u8::try_from(random.below(256)).unwrap())
            .collect();
        let (echo, _) = feed_with(&mut editor, &mut history, &bytes);
        assert!(editor.cursor() <= editor.line().len());
        assert!(!editor.line().iter().any(|byte| b"\r\n\0".contains(byte)));
        assert!(!editor.hidden() || echo.iter().all(|byte| b"\r\n".contains(byte)));
    }
}
