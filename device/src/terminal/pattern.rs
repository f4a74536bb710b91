//! IOS regular expressions (ios-xe-behaviour §2.11), matched against one line at a time.
//!
//! An expression is rewritten for the `regex` crate, whose matching takes linear time whatever the expression:
//! `_` is any delimiter or either end of the line, braces are plain characters, and a backslash makes any character
//! plain. Bytes are matched, not characters. Case matters.
//!
//! Known limits: `\1` (recall) is plain; brackets know ranges and `^`, not `[:alpha:]`, and no bytes beyond 7 bits.

use regex::bytes::{Regex, RegexBuilder};

/// A regular expression.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

/// A text is no regular expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a regular expression")]
pub struct BadPattern(String);

impl Pattern {
    /// Reads an expression; blanks count.
    ///
    /// # Errors
    ///
    /// If it is not one: a bracket without its other half, nothing to repeat.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        let bad = || BadPattern(text.to_string());
        let rewritten = rewrite(text).ok_or_else(bad)?;
        let built = RegexBuilder::new(&rewritten)
            .unicode(false)
            .size_limit(COMPILED_BYTES_MAX)
            .build();
        built.map(Self).map_err(|_| bad())
    }

    /// Whether a line, without its end, matches anywhere.
    #[must_use]
    pub fn matches(&self, line: &[u8]) -> bool {
        self.0.is_match(line)
    }
}

/// An expression in the words of the `regex` crate; `None` if a bracket is not closed or `?` has nothing before it.
fn rewrite(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + DELIMITER.len());
    let mut chars = text.chars();
    let mut previous = '(';
    while let Some(c) = chars.next() {
        match c {
            // Never let `(?` through: it would open the crate's own extensions.
            '?' if previous == '(' => return None,
            '_' => out.push_str(DELIMITER),
            '[' => rewrite_set(&mut chars, &mut out)?,
            '\\' => push_plain(chars.next()?, &mut out),
            '.' | '*' | '+' | '?' | '^' | '$' | '(' | ')' | '|' => out.push(c),
            _ => push_plain(c, &mut out),
        }
        previous = if c == '\\' { ' ' } else { c };
    }
    Some(out)
}

/// The rest of a `[...]`, after its `[`.
fn rewrite_set(chars: &mut std::str::Chars<'_>, out: &mut String) -> Option<()> {
    out.push('[');
    if chars.as_str().starts_with('^') {
        chars.next();
        out.push('^');
    }
    push_plain(chars.next()?, out);
    let mut range_may_follow = true;
    loop {
        let c = chars.next()?;
        let range = c == '-' && range_may_follow && !chars.as_str().starts_with([']', '-']);
        match c {
            ']' => break,
            '-' if range => out.push('-'),
            _ => push_plain(c, out),
        }
        range_may_follow = c != '-';
    }
    out.push(']');
    Some(())
}

fn push_plain(c: char, out: &mut String) {
    if is_special(c) {
        out.push('\\');
    }
    out.push(c);
}

/// What means something to the `regex` crate. Not `<`: with a backslash it would.
fn is_special(c: char) -> bool {
    matches!(c, '!'..='/' | ':' | '?' | '['..='^' | '{'..='~')
}

/// What `_` stands for.
const DELIMITER: &str = r"(?:^|$|[ ,{}()_])";
/// A line has at most some hundred bytes; their automaton fits.
const COMPILED_BYTES_MAX: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_match_as_ios_documents_them() {
        let table = [
            ("Gi1/0/1", "interface Gi1/0/10", true),
            ("gi1/0/1", "interface Gi1/0/1", false),
            ("^interface", "interface Vlan1", true),
            ("^interface", " no interface", false),
            ("down$", "up down", true),
            ("a|b", "xbx", true),
            ("ab*c", "ac", true),
            ("ab+c", "ac", false),
            ("ab?c", "abc", true),
            ("(ab)+c", "xababc", true),
            ("10.1", "1011", true),
            (r"10\.1", "1011", false),
            (r"10\.1", "10.1", true),
            ("[0-9]+$", "Vlan20", true),
            ("[^0-9]$", "Vlan20", false),
            ("[a-]x", "-x", true),
            ("[]a]x", "]x", true),
            ("[a&&b]", "&", true),
            ("[[]", "[", true),
            ("_100_", "100", true),
            ("_100_", "65000 100,3", true),
            ("_100_", "1001", false),
            ("_100_", "{100}(100)", true),
            ("a{2}", "a{2}", true),
            ("a{2}", "aa", false),
            (r"\d", "d", true),
            (r"\d", "5", false),
            (r"\?", "why?", true),
            ("", "anything", true),
            ("^ *ip address", "  ip address 10.0.0.1", true),
            ("#", "R1#", true),
            ("<cr>", "  <cr>", true),
            (r"\<cr\>", "  <cr>", true),
            ("a~b&&c!d", "a~b&&c!d", true),
            ("x@`'\"%,;:=/-y", "x@`'\"%,;:=/-y", true),
        ];
        for (pattern, line, expected) in table {
            let read = Pattern::parse(pattern).unwrap();
            assert_eq!(
                read.matches(line.as_bytes()),
                expected,
                "{pattern} on {line}"
            );
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        let table = ["[", "[a", "(", ")", "*a", "+", "?", "a\\", "(?i)a", "[9-0]"];
        for text in table {
            assert_eq!(
                Pattern::parse(text).unwrap_err(),
                BadPattern(text.to_string())
            );
        }
        assert!(Pattern::parse(&"(".repeat(500)).is_err());
    }

    #[test]
    fn bytes_are_matched_and_not_characters() {
        assert!(Pattern::parse("w$").unwrap().matches(b"Krak\xF3w"));
        assert!(Pattern::parse("ó").unwrap().matches("Kraków".as_bytes()));
    }
}
