//! Makes bytes of a device safe to show: on a terminal, in a log, in a transcript.
//!
//! A device's output is foreign: it may hold escape sequences, NUL and bytes that are not UTF-8. All of
//! them are written as escapes, so that a log can't move a cursor and a transcript loses nothing.

use std::fmt::Write as _;

/// The bytes as one line of text: letters as they are, everything else escaped.
#[must_use]
pub fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        chunk
            .valid()
            .chars()
            .for_each(|letter| push(&mut text, letter));
        for byte in chunk.invalid() {
            // Writing to a string can't fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The last bytes, escaped, and how much stands before them.
#[must_use]
pub fn visible_tail(bytes: &[u8], bytes_max: usize) -> String {
    let skipped = bytes.len().saturating_sub(bytes_max);
    let tail = visible(bytes.get(skipped..).unwrap_or_default());
    if skipped == 0 {
        tail
    } else {
        format!("…{tail}")
    }
}

fn push(text: &mut String, letter: char) {
    match letter {
        '\r' => text.push_str("\\r"),
        '\n' => text.push_str("\\n"),
        '\t' => text.push_str("\\t"),
        '\\' => text.push_str("\\\\"),
        letter if letter.is_control() => {
            let _ = write!(text, "\\x{:02x}", u32::from(letter));
        }
        letter => text.push(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_bytes_and_broken_utf8_are_escaped_and_letters_are_not() {
        assert_eq!(
            visible(b"Krak\xc3\xb3w\x1b[2J\xff\r\n\\"),
            "Kraków\\x1b[2J\\xff\\r\\n\\\\"
        );
    }

    #[test]
    fn a_tail_says_that_something_stands_before_it() {
        assert_eq!(visible_tail(b"abcdef", 3), "…def");
        assert_eq!(visible_tail(b"abc", 3), "abc");
    }
}
