//! How wide a character is between a client and the EXEC (`exec-character-bits`, ios-xe-behaviour §3).
//!
//! The mask is applied to each byte *before* the line editor sees it, so the bytes of a UTF-8 character may turn
//! into keys: `Ś` (C5 9A) is `E` and Ctrl-Z.

/// The size of the characters of an EXEC session. A session takes it when it opens and keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mask {
    /// Seven bits, the default of all known releases (§3.1).
    #[default]
    Seven,
    /// Eight bits: bytes pass as they are.
    Eight,
}

impl Mask {
    /// One byte that a client sent, as the line editor must see it.
    #[must_use]
    pub const fn apply(self, byte: u8) -> u8 {
        match self {
            Self::Seven => byte & SEVEN_BITS,
            Self::Eight => byte,
        }
    }

    /// Masks output in place; banners, prompts and configuration lose their high bits too (§3.2).
    pub fn strip(self, output: &mut [u8]) {
        if self == Self::Seven {
            for byte in output {
                *byte &= SEVEN_BITS;
            }
        }
    }
}

const SEVEN_BITS: u8 = 0x7F;

#[cfg(test)]
mod tests {
    use super::super::line_editor::tests::{Typed, typed};
    use super::*;
    use crate::terminal::Key;

    fn type_masked(text: &str) -> Typed {
        let bytes: Vec<u8> = text.bytes().map(|b| Mask::Seven.apply(b)).collect();
        typed(&bytes)
    }

    #[test]
    fn seven_bits_turn_characters_into_text_or_keys() {
        // typed, line, events
        let table: &[(&str, &str, &[Key])] = &[
            ("Kraków", "KrakC3w", &[]),
            ("Łódź", "C3dE:E", &[]),
            ("óöñøéèäü", "C3C6C1C8C)C(C$C<", &[]),
            ("Ó", "C", &[]),
            ("zło", "zoE", &[]),
            ("ką", "kD", &[]),
            ("Ąx", "Dx", &[]),
            ("ćx", "Dx", &[]),
            ("ę", "D", &[]),
            ("ńx", "Ex", &[]),
            ("śxy", "Ey", &[]),
            ("aŚ", "aE", &[Key::EndOfConfig]),
            ("źżŻ", "E:E<E;", &[]),
            ("ßx", "Cx", &[]),
            ("£", "B#", &[]),
            ("¿", "B", &[Key::Help]),
            ("ÿ", "C", &[Key::Help]),
            ("a–b", "abb", &[]),
            ("’x", "bx", &[]),
            ("“x", "bx", &[]),
            ("…", "b&", &[]),
            ("a€", "a,b", &[]),
            ("a\u{a0}b", "aB b", &[]),
        ];
        for (text, line, events) in table {
            let seen = type_masked(text);
            assert_eq!(seen.line, line.as_bytes(), "{text}");
            assert_eq!(&seen.events, events, "{text}");
        }
    }

    #[test]
    fn e_with_ogonek_yanks_what_was_cut() {
        // `abc`, Ctrl-U, then ę: D, and Ctrl-Y brings `abc` back.
        assert_eq!(type_masked("abc\u{15}ę").line, b"Dabc");
    }

    #[test]
    fn the_masked_character_is_echoed() {
        assert_eq!(type_masked("Kraków").echo, b"KrakC3w");
    }

    #[test]
    fn eight_bits_keep_the_bytes() {
        let bytes: Vec<u8> = "Kraków".bytes().map(|b| Mask::Eight.apply(b)).collect();
        assert_eq!(typed(&bytes).line, "Kraków".as_bytes());
        assert_eq!(typed(&bytes).echo, "Kraków".as_bytes());
    }

    #[test]
    fn output_is_stripped_on_a_seven_bit_line_only() {
        for (mask, expected) in [
            (Mask::Seven, &b"KrakC3w"[..]),
            (Mask::Eight, "Kraków".as_bytes()),
        ] {
            let mut output = "Kraków".as_bytes().to_vec();
            mask.strip(&mut output);
            assert_eq!(output, expected);
        }
    }
}
