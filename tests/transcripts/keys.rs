//! What is typed between « and ».

/// Keys as bytes, and the text that a device echoes for them, up to the first named key.
pub(crate) struct Keys {
    pub(crate) bytes: Vec<u8>,
    pub(crate) echo: Vec<u8>,
}

impl Keys {
    /// Reads what stands between « and ».
    pub(crate) fn parse(typed: &str) -> Self {
        if let Some(secret) = typed.strip_prefix("hidden:") {
            let bytes = read(secret).0;
            return Self {
                bytes,
                echo: vec![],
            };
        }
        let (bytes, echo) = read(typed);
        Self { bytes, echo }
    }
}

fn read(typed: &str) -> (Vec<u8>, Vec<u8>) {
    let (mut bytes, mut echo) = (vec![], None);
    let mut rest = typed;
    while let Some((before, after)) = rest.split_once('<') {
        let (name, behind) = after
            .split_once('>')
            .unwrap_or_else(|| panic!("< without > in «{typed}»"));
        bytes.extend_from_slice(before.as_bytes());
        if name != "lt" {
            echo.get_or_insert_with(|| bytes.clone());
        }
        bytes.extend_from_slice(&named(name));
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    let echo = echo.unwrap_or_else(|| bytes.clone());
    if !typed.ends_with(['?', '>']) || typed.ends_with("<lt>") {
        bytes.push(b'\r');
    }
    (bytes, echo)
}

fn named(name: &str) -> Vec<u8> {
    let known: &[u8] = match name {
        "wait" => b"",
        "enter" => b"\r",
        "lf" => b"\n",
        "crlf" => b"\r\n",
        "tab" => b"\t",
        "space" => b" ",
        "backspace" => b"\x08",
        "delete" => b"\x7f",
        "esc" => b"\x1b",
        "up" => b"\x1b[A",
        "down" => b"\x1b[B",
        "right" => b"\x1b[C",
        "left" => b"\x1b[D",
        "break" => b"\x1e",
        "nul" => b"\0",
        "lt" => b"<",
        _ => return control(name),
    };
    known.to_vec()
}

/// `ctrl-z`, or a byte as `0xC3`.
fn control(name: &str) -> Vec<u8> {
    if let Some(digits) = name.strip_prefix("0x") {
        return vec![u8::from_str_radix(digits, 16).expect("two hexadecimal digits")];
    }
    match name.strip_prefix("ctrl-").map(str::as_bytes) {
        Some([letter]) => vec![letter.to_ascii_uppercase() & 0x1f],
        _ => panic!("no key is called <{name}>"),
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn enter_is_implied_unless_a_key_ends_the_text() {
        let table: [(&str, &[u8], &[u8]); 7] = [
            ("show clock", b"show clock\r", b"show clock"),
            ("", b"\r", b""),
            ("sh?", b"sh?", b"sh?"),
            ("sh<tab>", b"sh\t", b"sh"),
            ("q<wait>", b"q", b"q"),
            ("hidden:secret", b"secret\r", b""),
            ("a<lt>b", b"a<b\r", b"a<b"),
        ];
        for (typed, bytes, echo) in table {
            let keys = Keys::parse(typed);
            assert_eq!((&*keys.bytes, &*keys.echo), (bytes, echo), "«{typed}»");
        }
    }
}
