//! Claims about keys: what they do to the line, and the bytes that they echo.

use super::*;

/// What became of some bytes, typed behind `R1#` on a terminal without a limit.
pub(in crate::terminal) struct Typed {
    pub(in crate::terminal) line: Vec<u8>,
    pub(in crate::terminal) echo: Vec<u8>,
    pub(in crate::terminal) events: Vec<Key>,
    cursor: usize,
}

pub(super) fn feed(editor: &mut LineEditor, bytes: &[u8]) -> (Vec<u8>, Vec<Key>) {
    feed_with(editor, &mut History::default(), bytes)
}

pub(super) fn feed_with(
    editor: &mut LineEditor,
    history: &mut History,
    bytes: &[u8],
) -> (Vec<u8>, Vec<Key>) {
    let (mut echo, mut events) = (vec![], vec![]);
    for &byte in bytes {
        events.extend(editor.key(byte, history, &mut echo));
    }
    (echo, events)
}

/// The same as a session hands it over: plain text at once, and key by key what is left.
fn feed_pieces(
    editor: &mut LineEditor,
    history: &mut History,
    mut bytes: &[u8],
) -> (Vec<u8>, Vec<Key>) {
    let (mut echo, mut events) = (vec![], vec![]);
    while !bytes.is_empty() {
        let text = editor.text(bytes, &mut echo);
        let key = bytes.get(text).copied();
        events.extend(key.and_then(|byte| editor.key(byte, history, &mut echo)));
        bytes = bytes.get(text + 1..).unwrap_or_default();
    }
    (echo, events)
}

/// Types bytes in chunks of 1, 3 and 4,096, which must not matter.
pub(in crate::terminal) fn typed(bytes: &[u8]) -> Typed {
    let by = |size: usize| {
        let mut editor = LineEditor::new();
        editor.start(b"R1#", 0);
        let mut history = History::default();
        let (mut echo, mut events) = (vec![], vec![]);
        for chunk in bytes.chunks(size) {
            let feed = if size == 1 { feed_with } else { feed_pieces };
            let (more_echo, more_events) = feed(&mut editor, &mut history, chunk);
            echo.extend(more_echo);
            events.extend(more_events);
        }
        Typed {
            line: editor.line().to_vec(),
            echo,
            events,
            cursor: editor.cursor(),
        }
    };
    let seen = by(1);
    for size in [3, 4096] {
        let other = by(size);
        assert_eq!((&seen.line, &seen.echo), (&other.line, &other.echo));
        assert_eq!(seen.events, other.events);
    }
    seen
}

/// Types `setup`, then one key (or sequence), of which the echo is looked at.
#[track_caller]
fn check_key(setup: &[u8], key: &[u8], line: &str, cursor: usize, echo: &[u8]) {
    let before = typed(setup).echo.len();
    let seen = typed(&[setup, key].concat());
    assert_eq!(String::from_utf8_lossy(&seen.line), line);
    assert_eq!(seen.cursor, cursor);
    let echoed = String::from_utf8_lossy(&seen.echo[before..]).into_owned();
    assert_eq!(echoed, String::from_utf8_lossy(echo));
}

type Feed = fn(&mut LineEditor, &mut History, &[u8]) -> (Vec<u8>, Vec<Key>);

#[test]
fn plain_text_taken_at_once_is_what_it_is_key_by_key_whatever_stands_around_it() {
    let keys = b"abc de  fghijk? \x02\x06\x01\x05\x08\x04\x0b\x15\x17\x19\x10\x0e\x16\x1bb\x1b[C\t\xe4\x00\x1ex\r\n";
    let mut random: u32 = 1;
    let mut next = move || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        keys[(random >> 8) as usize % keys.len()]
    };
    for round in 0..300 {
        let bytes: Vec<u8> = std::iter::repeat_with(&mut next).take(150).collect();
        let seen = |feed: Feed| {
            let mut editor = LineEditor::new();
            editor.set_limit(60);
            match round % 4 {
                0 => editor.start(b"R1#", 0),
                1 => editor.start(b"R1#", 24),
                2 => editor.start_text(b"", 24),
                _ => editor.start_hidden(),
            }
            let seen = feed(&mut editor, &mut History::default(), &bytes);
            (seen, editor.line().to_vec(), editor.cursor())
        };
        assert_eq!(seen(feed_pieces), seen(feed_with), "{bytes:?}");
    }
}

const LEFT_2: &[u8] = b"abcd\x02\x02";

#[test]
fn printable_characters_are_inserted() {
    check_key(b"", b"show", "show", 4, b"show");
    check_key(LEFT_2, b"X", "abXcd", 3, b"Xcd\x08\x08");
}

#[test]
fn backspace_and_delete_erase_left() {
    for key in [&b"\x08"[..], b"\x7f"] {
        check_key(b"abcd", key, "abc", 3, b"\x08 \x08");
        check_key(LEFT_2, key, "acd", 1, b"\x08cd \x08\x08\x08");
        check_key(b"", key, "", 0, b"");
    }
}

#[test]
fn control_keys_move_the_cursor() {
    check_key(b"abcd", b"\x01", "abcd", 0, b"\x08\x08\x08\x08");
    check_key(LEFT_2, b"\x05", "abcd", 4, b"cd");
    check_key(b"abcd", b"\x02", "abcd", 3, b"\x08");
    check_key(b"abcd", b"\x1b[D", "abcd", 3, b"\x08");
    check_key(LEFT_2, b"\x06", "abcd", 3, b"c");
    check_key(LEFT_2, b"\x1b[C", "abcd", 3, b"c");
    check_key(b"abcd", b"\x06", "abcd", 4, b"");
    check_key(b"", b"\x02", "", 0, b"");
}

#[test]
fn word_keys_move_by_words() {
    check_key(b"ip route x", b"\x1bb", "ip route x", 9, b"\x08");
    check_key(b"ip route x\x01", b"\x1bf", "ip route x", 2, b"ip");
    check_key(b"ip route x\x01\x1bf", b"\x1bF", "ip route x", 8, b" route");
}

#[test]
fn keys_cut_parts_of_the_line() {
    check_key(LEFT_2, b"\x04", "abd", 2, b"d \x08\x08");
    check_key(b"", b"\x04", "", 0, b"");
    check_key(b"abc", b"\x15", "", 0, b"\x08\x08\x08   \x08\x08\x08");
    check_key(LEFT_2, b"\x18", "cd", 0, b"\x08\x08cd  \x08\x08\x08\x08");
    check_key(LEFT_2, b"\x0b", "ab", 2, b"  \x08\x08");
    check_key(b"sh ip", b"\x17", "sh ", 3, b"\x08 \x08\x08 \x08");
    check_key(b"sh ip  ", b"\x1b\x7f", "sh ", 3, &b"\x08 \x08".repeat(4));
    check_key(
        b"a bc d\x02\x02",
        b"\x17",
        "a  d",
        2,
        b"\x08\x08 d  \x08\x08\x08\x08",
    );
    check_key(
        b"ab cd\x01",
        b"\x1bd",
        " cd",
        0,
        b" cd  \x08\x08\x08\x08\x08",
    );
}

#[test]
fn what_was_cut_can_be_yanked() {
    check_key(b"one\x15two\x15x", b"\x19", "xtwo", 4, b"two");
    check_key(
        b"one\x15two\x15",
        b"\x19\x1by",
        "one",
        3,
        b"two\x08\x08\x08   \x08\x08\x08one",
    );
    check_key(b"one\x15two\x15\x19", b"!\x1by", "two!", 4, b"!\x07");
    check_key(b"", b"\x19", "", 0, b"\x07");
}

#[test]
fn transpose_and_case_keys_rewrite_in_place() {
    check_key(b"abc", b"\x14", "acb", 3, b"\x08\x08cb");
    check_key(LEFT_2, b"\x14", "acbd", 3, b"\x08cbd\x08");
    check_key(b"ab cd\x01", b"\x1bu", "AB cd", 2, b"AB cd\x08\x08\x08");
    check_key(b"AB\x01", b"\x1bl", "ab", 2, b"ab");
    check_key(b"ab\x01", b"\x1bc", "Ab", 2, b"Ab");
}

#[test]
fn session_keys_are_echoed_and_handed_on() {
    let table: &[(&[u8], &[u8], Key)] = &[
        (b"\r", b"\r\n", Key::Enter),
        (b"\n", b"\r\n", Key::Enter),
        (b"\r\n", b"\r\n", Key::Enter),
        (b"\r\0", b"\r\n", Key::Enter),
        (b"?", b"?\r\n", Key::Help),
        (b"\t", b"\r\n", Key::Tab),
        (b"\x1a", b"^Z\r\n", Key::EndOfConfig),
        (b"\x03", b"^C\r\n", Key::Interrupt),
        (b"\x12", b"\r\n", Key::Redisplay),
        (b"\x0c", b"\r\n", Key::Redisplay),
        (b"\x1e", b"", Key::Break),
    ];
    for (bytes, echo, key) in table {
        check_key(b"sh", bytes, "sh", 2, echo);
        assert_eq!(typed(bytes).events, [*key]);
    }
}

#[test]
fn a_literal_key_is_text() {
    check_key(b"a", b"\x16?", "a?", 2, b"?");
    check_key(b"a", b"\x1bQ?", "a?", 2, b"?");
    check_key(b"a", b"\x16\x03", "a\x03", 2, b"^C");
    check_key(b"a\x16\x03b", b"\x02\x02", "a\x03b", 1, b"\x08\x08\x08");
    check_key(b"a\x16\x03", b"\x08", "a", 1, b"\x08\x08  \x08\x08");
}

#[test]
fn ignored_keys_echo_nothing() {
    for key in [0x00, 0x07, 0x0f, 0x11, 0x13, 0x1c, 0x1d, 0x1f] {
        check_key(LEFT_2, &[key], "abcd", 2, b"");
    }
}

#[test]
fn history_erases_the_line_and_prints_the_entry() {
    let earlier: &[u8] = b"sh ver\rconf t\r";
    for (older, newer) in [(&b"\x10"[..], &b"\x0e"[..]), (b"\x1b[A", b"\x1b[B")] {
        let mut editor = LineEditor::new();
        let mut history = History::default();
        for line in earlier.split_inclusive(|&byte| byte == b'\r') {
            editor.start(b"R1#", 80);
            feed_with(&mut editor, &mut history, line);
        }
        editor.start(b"R1#", 80);
        let steps: [(&[u8], &[u8], &[u8]); 7] = [
            (b"x", b"x", b"x"),
            (older, b"conf t", b"\x08 \x08conf t"),
            (
                older,
                b"sh ver",
                b"\x08\x08\x08\x08\x08\x08      \x08\x08\x08\x08\x08\x08sh ver",
            ),
            (older, b"sh ver", b"\x07"),
            (
                newer,
                b"conf t",
                b"\x08\x08\x08\x08\x08\x08      \x08\x08\x08\x08\x08\x08conf t",
            ),
            (
                newer,
                b"",
                b"\x08\x08\x08\x08\x08\x08      \x08\x08\x08\x08\x08\x08",
            ),
            (newer, b"", b"\x07"),
        ];
        for (key, line, echo) in steps {
            assert_eq!(feed_with(&mut editor, &mut history, key).0, echo);
            assert_eq!(editor.line(), line);
        }
    }
}

#[test]
fn only_commands_go_into_the_history() {
    let mut history = History::default();
    let mut editor = LineEditor::new();
    editor.start(b"R1#", 0);
    feed_with(&mut editor, &mut history, b"conf t\r");
    editor.start(b"R1(config)#", 0);
    feed_with(&mut editor, &mut history, b"vlan 2\x1a");
    editor.start(b"R1#", 0);
    feed_with(&mut editor, &mut history, b"abandoned\x03");
    editor.start_text(b"name? ", 0);
    feed_with(&mut editor, &mut history, b"answer\r");
    editor.start_hidden();
    feed_with(&mut editor, &mut history, b"secret\r");
    assert_eq!(
        history.lines().collect::<Vec<_>>(),
        [&b"conf t"[..], b"vlan 2"]
    );
}

#[test]
fn a_password_echoes_only_its_end() {
    let mut editor = LineEditor::new();
    editor.start_hidden();
    let (echo, events) = feed(&mut editor, b"ab\x08?\tc\x01\x19d\r");
    assert_eq!(
        (echo.as_slice(), events.as_slice()),
        (&b"\r\n"[..], &[Key::Enter][..])
    );
    assert_eq!(editor.take(), b"a?\tcd");
}

#[test]
fn a_password_can_not_be_yanked_nor_debugged() {
    let mut editor = LineEditor::new();
    editor.start_hidden();
    feed(&mut editor, b"secret\x15secret");
    assert_eq!(format!("{editor:?}"), "LineEditor(Hidden, 6 bytes)");
    feed(&mut editor, b"\r");
    editor.start(b"R1#", 0);
    feed(&mut editor, b"\x19");
    assert_eq!(editor.line(), b"");
}

#[test]
fn text_may_have_question_marks_and_tabs() {
    let mut editor = LineEditor::new();
    editor.start_text(b"", 0);
    let (echo, events) = feed(&mut editor, b"who?\tme\r");
    assert_eq!(
        (echo.as_slice(), events.as_slice()),
        (&b"who?\tme\r\n"[..], &[Key::Enter][..])
    );
    assert_eq!(editor.line(), b"who?\tme");
}

#[test]
fn without_editing_only_erasing_keys_work() {
    let mut editor = LineEditor::new();
    editor.set_editing(false);
    editor.start(b"R1#", 20);
    let (echo, _) = feed(&mut editor, b"abcdefghijklmnopqrstuvw\x01\x02\x10\x19\x08");
    assert_eq!(echo, b"abcdefghijklmnopqrstuvw\x08 \x08");
    assert_eq!(feed(&mut editor, b"?").1, [Key::Help]);
    feed(&mut editor, b"\x15xy z\x17");
    assert_eq!(editor.line(), b"xy ");
}

#[test]
fn a_line_has_a_longest_length() {
    let mut editor = LineEditor::new();
    editor.set_limit(4);
    editor.start(b"R1#", 0);
    assert_eq!(feed(&mut editor, b"abcdef").0, b"abcd\x07\x07");
    assert_eq!(feed(&mut editor, b"\x15ab\x19").0.last(), Some(&7));
    editor.set_line(b"too long");
    assert_eq!(editor.line(), b"too ");
}

#[test]
fn a_multi_byte_character_counts_as_its_bytes() {
    check_key("ó".as_bytes(), b"\x08", "\u{fffd}", 1, b"\x08 \x08");
}

#[test]
fn the_lf_of_a_cr_lf_is_no_key_for_anybody() {
    let mut editor = LineEditor::new();
    feed(&mut editor, b"show run\r");
    assert!(editor.swallows(b'\n'));
    assert!(!editor.swallows(b'\n'));
    assert!(!editor.swallows(b'\r'));
    editor.start(b"R1#", 0);
    assert_eq!(feed(&mut editor, b"\nx\n").1, [Key::Enter]);
}

#[test]
fn confirm_is_agreed_by_enter_and_y() {
    let table: [(&[u8], Option<bool>, &[u8]); 6] = [
        (b"\r", Some(true), b"\r\n"),
        (b"\n", Some(true), b"\r\n"),
        (b"y", Some(true), b"y\r\n"),
        (b"n", Some(false), b"n\r\n"),
        (b"\x03", Some(false), b"\r\n"),
        (b"\0", None, b""),
    ];
    for (bytes, answer, expected) in table {
        let mut editor = LineEditor::new();
        let mut echo = vec![];
        assert_eq!(editor.confirm(bytes[0], &mut echo), answer);
        assert_eq!(echo, expected);
        assert_eq!(editor.swallows(b'\n'), bytes == b"\r");
    }
}

#[test]
fn tab_sets_a_line_and_redisplay_prints_it() {
    let mut editor = LineEditor::new();
    editor.start(b"R1#", 0);
    feed(&mut editor, b"sh\t");
    editor.set_line(b"show ");
    let mut echo = vec![];
    editor.redisplay(b"R1#", &mut echo);
    assert_eq!(echo, b"R1#show ");
    assert_eq!(feed(&mut editor, b"\x08").0, b"\x08 \x08");
}

#[test]
fn redisplay_leaves_the_cursor_where_it_was() {
    let mut editor = LineEditor::new();
    editor.start(b"R1#", 0);
    feed(&mut editor, LEFT_2);
    let mut echo = vec![];
    editor.redisplay(b"R1#", &mut echo);
    assert_eq!(echo, b"R1#abcd\x08\x08");
    assert_eq!(feed(&mut editor, b"X").0, b"Xcd\x08\x08");
}
