//! Takes a Tcl script apart: commands, words, and what is to be replaced in them.

/// A script: its commands in order.
pub(super) type Script = Vec<Vec<Word>>;

/// A word: pieces that stand together.
pub(super) type Word = Vec<Piece>;

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// `$name`.
    Variable(String),
    /// `[script]`.
    Script(Script),
}

/// Why a text is no script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoScript {
    /// This must still come.
    Missing(char),
    /// Tcl's own words.
    Wrong(&'static str),
}

/// Brackets in brackets go this deep; a person's go two or three deep.
const DEPTH_MAX: usize = 16;

/// Reads a script.
pub(super) fn parse(text: &str) -> Result<Script, NoScript> {
    let mut reader = Reader {
        rest: text,
        depth: 0,
    };
    reader.script(None)
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let first = characters.next()?;
        self.rest = characters.as_str();
        Some(first)
    }

    /// Commands up to the end, or to a bracket.
    fn script(&mut self, until: Option<char>) -> Result<Script, NoScript> {
        let mut script = Script::new();
        let mut command = Vec::new();
        loop {
            match self.peek() {
                None if until.is_some() => return Err(NoScript::Missing(']')),
                None => break,
                Some(end) if Some(end) == until => {
                    self.next();
                    break;
                }
                Some(' ' | '\t' | '\r') => _ = self.next(),
                Some('\n' | ';') => {
                    self.next();
                    script.extend(
                        Some(std::mem::take(&mut command)).filter(|words| !words.is_empty()),
                    );
                }
                Some('#') if command.is_empty() => {
                    let end = self.rest.find('\n').unwrap_or(self.rest.len());
                    self.rest = self.rest.get(end..).unwrap_or_default();
                }
                Some('\\') if self.rest.starts_with("\\\n") => {
                    self.next();
                    self.next();
                }
                Some(_) => command.push(self.word(until)?),
            }
        }
        script.extend(Some(command).filter(|words| !words.is_empty()));
        Ok(script)
    }

    fn word(&mut self, until: Option<char>) -> Result<Word, NoScript> {
        match self.peek() {
            Some('{') => {
                let text = self.braced()?;
                self.ends(until, "extra characters after close-brace")?;
                Ok(vec![Piece::Text(text)])
            }
            Some('"') => {
                self.next();
                let word = self.pieces(|end| end == '"')?;
                self.next().ok_or(NoScript::Missing('"'))?;
                self.ends(until, "extra characters after close-quote")?;
                Ok(word)
            }
            _ => self
                .pieces(|end| matches!(end, ' ' | '\t' | '\r' | '\n' | ';') || Some(end) == until),
        }
    }

    /// A word must end behind a brace or quote.
    fn ends(&self, until: Option<char>, wrong: &'static str) -> Result<(), NoScript> {
        match self.peek() {
            None | Some(' ' | '\t' | '\r' | '\n' | ';') => Ok(()),
            end if end == until => Ok(()),
            Some(_) => Err(NoScript::Wrong(wrong)),
        }
    }

    /// What stands in braces, as it stands there.
    fn braced(&mut self) -> Result<String, NoScript> {
        self.next();
        let mut text = String::new();
        let mut open = 1;
        while let Some(character) = self.next() {
            match character {
                '\\' => {
                    text.push(character);
                    text.extend(self.next());
                    continue;
                }
                '{' => open += 1,
                '}' => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Ok(text);
            }
            text.push(character);
        }
        Err(NoScript::Missing('}'))
    }

    fn pieces(&mut self, ends: impl Fn(char) -> bool) -> Result<Word, NoScript> {
        let mut word = Word::new();
        let mut text = String::new();
        let push = |word: &mut Word, text: &mut String, piece: Option<Piece>| {
            if !text.is_empty() || piece.is_none() && word.is_empty() {
                word.push(Piece::Text(std::mem::take(text)));
            }
            word.extend(piece);
        };
        while let Some(character) = self.peek() {
            if ends(character) {
                break;
            }
            self.next();
            match character {
                '\\' => text.push(self.escaped()),
                '[' => {
                    self.depth += 1;
                    if self.depth > DEPTH_MAX {
                        return Err(NoScript::Wrong(
                            "too many nested evaluations (infinite loop?)",
                        ));
                    }
                    let script = self.script(Some(']'))?;
                    self.depth -= 1;
                    push(&mut word, &mut text, Some(Piece::Script(script)));
                }
                '$' => match self.name()? {
                    Some(name) => push(&mut word, &mut text, Some(Piece::Variable(name))),
                    None => text.push('$'),
                },
                _ => text.push(character),
            }
        }
        push(&mut word, &mut text, None);
        Ok(word)
    }

    /// The name behind a `$`; none if there is no name.
    fn name(&mut self) -> Result<Option<String>, NoScript> {
        if self.peek() == Some('{') {
            let inside = self.rest.get(1..).unwrap_or_default();
            let end = inside.find('}').ok_or(NoScript::Missing('}'))?;
            let name = inside.get(..end).unwrap_or_default().to_string();
            self.rest = inside.get(end + 1..).unwrap_or_default();
            return Ok(Some(name));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = self.rest.find(|c| !plain(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Some(name.to_string()).filter(|name| !name.is_empty()))
    }

    fn escaped(&mut self) -> char {
        match self.next() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('\n') => ' ',
            Some(other) => other,
            None => '\\',
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Word {
        vec![Piece::Text(text.to_string())]
    }

    #[test]
    fn words_are_bare_quoted_or_in_braces() {
        let script = parse("a \"b c\" {d {e} $f}; # rest\ng\\ h \"\" {}").unwrap();
        assert_eq!(
            script,
            [
                vec![text("a"), text("b c"), text("d {e} $f")],
                vec![text("#"), text("rest")],
                vec![text("g h"), text(""), text("")],
            ]
            .into_iter()
            .filter(|command| command[0] != text("#"))
            .collect::<Vec<_>>()
        );
    }

    #[test]
    fn variables_and_commands_are_replaced_in_words() {
        let script = parse("puts [open \"flash:$x\" w+] a${y}b$ ").unwrap();
        let open = vec![
            text("open"),
            vec![
                Piece::Text("flash:".to_string()),
                Piece::Variable("x".to_string()),
            ],
            text("w+"),
        ];
        let last = vec![
            Piece::Text("a".to_string()),
            Piece::Variable("y".to_string()),
            Piece::Text("b$".to_string()),
        ];
        assert_eq!(
            script,
            [vec![text("puts"), vec![Piece::Script(vec![open])], last]]
        );
    }

    #[test]
    fn what_is_missing_is_told() {
        for (script, missing) in [
            ("puts {a\nb", '}'),
            ("puts \"a", '"'),
            ("puts [a", ']'),
            ("puts ${a", '}'),
        ] {
            assert_eq!(parse(script), Err(NoScript::Missing(missing)), "{script}");
        }
        assert!(matches!(parse("puts {a}b"), Err(NoScript::Wrong(_))));
        assert!(matches!(
            parse(&"[a ".repeat(1000)),
            Err(NoScript::Wrong(_))
        ));
    }
}
