//! A typed line cut into words, each with its place.

/// A line and its words.
///
/// Words are separated by blanks (and line ends, where text follows a line); a quotation mark does not keep blanks together (a `string` slot does that for
/// itself, because to every other part of the parser a quotation mark is a character like any other).
#[derive(Debug, Clone)]
pub struct Line<'a> {
    text: &'a str,
    words: Vec<Word>,
}

#[derive(Debug, Clone, Copy)]
struct Word {
    start: usize,
    end: usize,
}

impl<'a> Line<'a> {
    /// Cuts `text` into words.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let text = text.trim_end_matches([' ', '\t']);
        let mut words = Vec::with_capacity(8);
        let mut start = None;
        for (at, byte) in text.bytes().enumerate() {
            match (matches!(byte, b' ' | b'\t' | b'\n'), start) {
                (false, None) => start = Some(at),
                (true, Some(begun)) => {
                    words.push(Word {
                        start: begun,
                        end: at,
                    });
                    start = None;
                }
                _ => {}
            }
        }
        if let Some(begun) = start {
            words.push(Word {
                start: begun,
                end: text.len(),
            });
        }
        Self { text, words }
    }

    /// How many words there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The word at `index`; empty beyond the last.
    #[must_use]
    pub fn word(&self, index: usize) -> &'a str {
        self.words
            .get(index)
            .and_then(|w| self.text.get(w.start..w.end))
            .unwrap_or_default()
    }

    /// Where the word at `index` starts, in bytes; the end of the line beyond the last.
    #[must_use]
    pub fn start(&self, index: usize) -> usize {
        self.words
            .get(index)
            .map_or(self.text.len(), |word| word.start)
    }

    /// Everything from the word at `index` to the end of the line, as typed.
    #[must_use]
    pub fn rest(&self, index: usize) -> &'a str {
        self.text.get(self.start(index)..).unwrap_or_default()
    }

    /// The text from the word at `index` through `count` words.
    #[must_use]
    pub fn span(&self, index: usize, count: usize) -> &'a str {
        let last = self.words.get(index + count.max(1) - 1);
        let end = last.map_or(self.text.len(), |word| word.end);
        self.text.get(self.start(index)..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_place_and_the_rest_keeps_its_blanks() {
        let line = Line::new("  description  a  b ");
        assert_eq!(line.len(), 3);
        assert_eq!((line.word(1), line.start(1)), ("a", 15));
        assert_eq!(line.rest(1), "a  b");
        assert_eq!(line.word(9), "");
    }
}
