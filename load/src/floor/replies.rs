//! What the floor's server says: an echo, a text for lines that it was told of, a prompt.

use std::collections::HashMap;

/// The answers of a server.
#[derive(Debug, Clone)]
pub struct Replies {
    prompt: Vec<u8>,
    texts: HashMap<Vec<u8>, Vec<u8>>,
    questions: HashMap<Vec<u8>, Vec<u8>>,
}

impl Replies {
    /// Echo and this prompt for every line.
    #[must_use]
    pub fn new(prompt: &str) -> Self {
        Self {
            prompt: prompt.into(),
            texts: HashMap::new(),
            questions: HashMap::new(),
        }
    }

    /// A line is answered with a text, before the prompt.
    #[must_use]
    pub fn text(mut self, line: &str, text: impl Into<Vec<u8>>) -> Self {
        self.texts.insert(line.into(), text.into());
        self
    }

    /// A line is answered with so many bytes of text.
    #[must_use]
    pub fn bytes(self, line: &str, bytes: usize) -> Self {
        let row = format!("{}\r\n", "x".repeat(FILLED_COLUMNS)).into_bytes();
        let text: Vec<u8> = row.into_iter().cycle().take(bytes).collect();
        self.text(line, text)
    }

    /// A line is answered with a question, whose answer isn't echoed.
    #[must_use]
    pub fn question(mut self, line: &str, question: &str) -> Self {
        self.questions.insert(line.into(), question.into());
        self
    }

    /// The prompt.
    pub(super) fn prompt(&self) -> &[u8] {
        &self.prompt
    }
}

/// The columns of a line of a filled text, about what a line of configuration has.
const FILLED_COLUMNS: usize = 30;
/// The longest line that is taken; the rest is its next line.
const LINE_BYTES_MAX: usize = 4096;

/// One session's lines.
#[derive(Default)]
pub(super) struct Lines {
    /// What was typed since the last Enter.
    typed: Vec<u8>,
    /// Nothing is echoed: a question was asked.
    asked: bool,
}

impl Lines {
    /// Takes keys; gives what comes back.
    pub(super) fn take(&mut self, keys: &[u8], replies: &Replies) -> Vec<u8> {
        let mut out = Vec::with_capacity(keys.len() * 2 + replies.prompt.len());
        for piece in keys.split_inclusive(|key| matches!(key, b'\n' | b'\r')) {
            match piece.split_last() {
                Some((b'\n' | b'\r', rest)) if self.typed.is_empty() => {
                    self.enter(rest, replies, &mut out);
                }
                Some((b'\n' | b'\r', rest)) => {
                    let mut line = std::mem::take(&mut self.typed);
                    line.extend_from_slice(rest);
                    self.enter(&line, replies, &mut out);
                }
                _ => self.type_ahead(piece, replies, &mut out),
            }
        }
        out
    }

    fn type_ahead(&mut self, piece: &[u8], replies: &Replies, out: &mut Vec<u8>) {
        self.typed.extend_from_slice(piece);
        if self.typed.len() > LINE_BYTES_MAX {
            let line = std::mem::take(&mut self.typed);
            self.enter(&line, replies, out);
        }
    }

    fn enter(&mut self, line: &[u8], replies: &Replies, out: &mut Vec<u8>) {
        if !std::mem::take(&mut self.asked) {
            out.extend_from_slice(line);
        }
        out.extend_from_slice(b"\r\n");
        if let Some(question) = replies.questions.get(line) {
            self.asked = true;
            out.extend_from_slice(question);
            return;
        }
        if let Some(text) = replies.texts.get(line) {
            out.extend_from_slice(text);
            if !text.ends_with(b"\n") {
                out.extend_from_slice(b"\r\n");
            }
        }
        out.extend_from_slice(&replies.prompt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[&str], expected: &str) {
        let replies = Replies::new("r1#")
            .text("show clock", "12:00\r\n")
            .question("enable", "Password: ");
        let mut lines = Lines::default();
        let taken = keys
            .iter()
            .map(|keys| lines.take(keys.as_bytes(), &replies));
        let out: Vec<u8> = taken.flatten().collect();
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn every_line_is_echoed_and_followed_by_the_prompt() {
        check(&["a\n"], "a\r\nr1#");
        check(&["a\nb\nc\n"], "a\r\nr1#b\r\nr1#c\r\nr1#");
        check(&["vl", "an", " 7\nx\n"], "vlan 7\r\nr1#x\r\nr1#");
    }

    #[test]
    fn what_it_was_told_of_has_a_text_or_a_question() {
        check(&["show clock\n"], "show clock\r\n12:00\r\nr1#");
        check(
            &["enable\n", "secret\n", "a\n"],
            "enable\r\nPassword: \r\nr1#a\r\nr1#",
        );
    }

    #[test]
    fn a_filled_text_has_its_bytes() {
        let replies = Replies::new("#").bytes("show run", 1000);
        let out = Lines::default().take(b"show run\n", &replies);
        // Ends within a line, which is then ended.
        assert_eq!(out.len(), "show run\r\n".len() + 1000 + "\r\n#".len());
    }
}
