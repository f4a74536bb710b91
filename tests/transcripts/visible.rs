//! Shows every byte of a terminal's stream in a text file.

/// A stream as text: CR LF is a line end, other control characters have their pictures (`␈`), a run of the same one
/// is counted (`␈{9}`), a blank at the end of a line is `␠`, and a byte that is no UTF-8 is `\xC3`.
pub(crate) fn visible(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        put_text(chunk.valid(), &mut text);
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    mark_ends(&text)
}

fn put_text(valid: &str, text: &mut String) {
    let joined = valid.replace("\r\n", "\n");
    let mut characters = joined.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(picture) = picture(character) else {
            text.push(character);
            continue;
        };
        let mut run = 1;
        while characters.next_if_eq(&character).is_some() {
            run += 1;
        }
        text.push(picture);
        if run > 1 {
            text.push_str(&format!("{{{run}}}"));
        }
    }
}

fn picture(character: char) -> Option<char> {
    match character {
        '\n' => None,
        '\t' => Some('␉'),
        '\u{7f}' => Some('␡'),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)),
        _ => None,
    }
}

fn mark_ends(text: &str) -> String {
    let lines = text.split('\n');
    let last = lines.clone().count() - 1;
    let marked = lines.enumerate().map(|(number, line)| {
        let kept = line.trim_end_matches(' ');
        let blanks = line.len() - kept.len();
        // The last line goes on: a blank there stands before what is typed.
        let blank = if number == last { " " } else { "␠" };
        format!("{kept}{}", blank.repeat(blanks))
    });
    marked.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn every_byte_can_be_seen() {
        let table: [(&[u8], &str); 6] = [
            (b"one\r\ntwo", "one\ntwo"),
            (b"\x08 \x08", "␈ ␈"),
            (b"\x08\x08\x08$x\x07", "␈{3}$x␇"),
            (b"blank \r\nPassword: ", "blank␠\nPassword: "),
            (b"lone\rCR \xc3", "lone␍CR \\xC3"),
            ("Kraków".as_bytes(), "Kraków"),
        ];
        for (bytes, text) in table {
            assert_eq!(visible(bytes), text);
        }
    }
}
