//! Output modifiers: what stands behind the `|` of a `show` command (ios-xe-behaviour §2.11).
//!
//! Reading one and carrying it out are separate. A [`Filter`] works on a finished text here; where output goes to
//! ([`Redirect`]) is the session's to do. The pattern is the rest of the line, blanks at its end included, and a `|`
//! in it is part of it: there is one modifier a command.
//!
//! An abbreviation can't be ambiguous: no two modifiers begin with the same letter.

mod filter;

pub use filter::Filter;

use super::help_list::Row;
use super::pattern::{BadPattern, Pattern};

/// One output modifier.
#[derive(Debug, Clone)]
pub enum Pipe {
    /// Shows a part of the output.
    Filter(Filter),
    /// Sends the output to a file.
    Redirect(Redirect),
    /// Shows the output as a specification file says.
    Format {
        /// The URL of the specification file.
        spec: String,
    },
}

/// Where output goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// How it goes there.
    pub mode: RedirectMode,
    /// The file, as it was typed (`flash:x.txt`).
    pub url: String,
}

/// What happens to the file, and to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectMode {
    /// `redirect`: the file is written anew, the terminal shows nothing.
    Replace,
    /// `append`: the file grows, the terminal shows nothing.
    Append,
    /// `tee`: the file is written anew, the terminal shows the output too.
    Tee,
    /// `tee /append`: the file grows, the terminal shows the output too.
    TeeAppend,
}

/// Why a text is no output modifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PipeError {
    /// A character that no modifier has there; the caret goes under it.
    #[error("no output modifier has the character at offset {offset}")]
    Invalid {
        /// Bytes from the start of the text that was read.
        offset: usize,
    },
    /// A word is missing.
    #[error("the output modifier is incomplete")]
    Incomplete,
    /// The pattern can't be read.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
}

/// The modifiers, as `| ?` lists them.
pub const MODIFIERS: [Row<'static>; 9] = [
    Row::new(
        "append",
        "Append redirected output to URL (URLs supporting append operation only)",
    ),
    Row::new("begin", "Begin with the line that matches"),
    Row::new("count", "Count number of lines which match regexp"),
    Row::new("exclude", "Exclude lines that match"),
    Row::new("format", "Format the output using the specified spec file"),
    Row::new("include", "Include lines that match"),
    Row::new("redirect", "Redirect output to URL"),
    Row::new("section", "Filter a section of output"),
    Row::new("tee", "Copy output to URL"),
];

/// What may follow `section`, besides a pattern.
const SECTIONS: [Row<'static>; 2] = [
    Row::new("exclude", "Exclude entire section(s) of output"),
    Row::new("include", "Include entire section(s) of output"),
];

const PATTERN: Row<'static> = Row::new("LINE", "Regular Expression");

impl Pipe {
    /// Reads what follows the `|` of a command.
    ///
    /// # Errors
    ///
    /// If it is no modifier, or not a whole one.
    pub fn parse(text: &str) -> Result<Self, PipeError> {
        let (word, rest) = next_word(text, 0).ok_or(PipeError::Incomplete)?;
        let modifier = find(&MODIFIERS, word.text).ok_or_else(|| stray(&MODIFIERS, word))?;
        match modifier.keyword {
            "append" => redirect(RedirectMode::Append, text, rest),
            "redirect" => redirect(RedirectMode::Replace, text, rest),
            "tee" => tee(text, rest),
            "format" => Ok(Self::Format {
                spec: last_word(text, rest)?,
            }),
            "section" => section(text, rest),
            "begin" => Ok(Self::Filter(Filter::Begin(pattern(text, rest)?))),
            "count" => Ok(Self::Filter(Filter::Count(pattern(text, rest)?))),
            "exclude" => Ok(Self::Filter(Filter::Exclude(pattern(text, rest)?))),
            _ => Ok(Self::Filter(Filter::Include(pattern(text, rest)?))),
        }
    }
}

/// What may stand at the end of `typed`, the text after `|`: for `?` and Tab. Empty if nothing is known of it.
#[must_use]
pub fn candidates(typed: &str) -> Vec<Row<'static>> {
    let Some((word, rest)) = next_word(typed, 0) else {
        return MODIFIERS.to_vec();
    };
    let argument = typed.get(rest..).unwrap_or_default();
    if argument.is_empty() {
        return beginning_with(&MODIFIERS, word.text);
    }
    match find(&MODIFIERS, word.text).map(|row| row.keyword) {
        Some("section") => section_candidates(argument.trim_start_matches(' ')),
        Some("begin" | "count" | "exclude" | "include") => vec![PATTERN],
        _ => vec![],
    }
}

fn section_candidates(argument: &str) -> Vec<Row<'static>> {
    if argument.contains(' ') {
        return vec![PATTERN];
    }
    let mut rows = beginning_with(&SECTIONS, argument);
    rows.push(PATTERN);
    rows
}

// === Words ===

#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    offset: usize,
}

/// The word at or after `offset`, and the offset behind it.
fn next_word(text: &str, offset: usize) -> Option<(Word<'_>, usize)> {
    let rest = text.get(offset..)?;
    let trimmed = rest.trim_start_matches(' ');
    let start = text.len() - trimmed.len();
    let word = trimmed.split(' ').next().filter(|word| !word.is_empty())?;
    Some((
        Word {
            text: word,
            offset: start,
        },
        start + word.len(),
    ))
}

/// The word at or after `offset`, after which nothing may follow.
fn last_word(text: &str, offset: usize) -> Result<String, PipeError> {
    let (word, rest) = next_word(text, offset).ok_or(PipeError::Incomplete)?;
    match next_word(text, rest) {
        Some((extra, _)) => Err(PipeError::Invalid {
            offset: extra.offset,
        }),
        None => Ok(word.text.to_string()),
    }
}

fn begins(keyword: &str, typed: &str) -> bool {
    let start = keyword.as_bytes().get(..typed.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(typed.as_bytes()))
}

fn beginning_with(rows: &[Row<'static>], typed: &str) -> Vec<Row<'static>> {
    rows.iter()
        .filter(|row| begins(row.keyword, typed))
        .copied()
        .collect()
}

fn find<'a>(rows: &'a [Row<'static>], typed: &str) -> Option<&'a Row<'static>> {
    rows.iter().find(|row| begins(row.keyword, typed))
}

/// The first character of a word that no keyword has there (§2.6).
fn stray(rows: &[Row<'static>], word: Word<'_>) -> PipeError {
    let common = |row: &Row<'_>| {
        let pairs = row.keyword.bytes().zip(word.text.bytes());
        pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
    };
    let known = rows.iter().map(common).max().unwrap_or(0);
    PipeError::Invalid {
        offset: word.offset + known,
    }
}

// === What follows the modifier ===

/// The rest of the line.
fn pattern(text: &str, offset: usize) -> Result<Pattern, PipeError> {
    let (word, _) = next_word(text, offset).ok_or(PipeError::Incomplete)?;
    Ok(Pattern::parse(text.get(word.offset..).unwrap_or_default())?)
}

/// `include` and `exclude` are keywords if a pattern follows; `section in` looks for `in`.
fn section(text: &str, offset: usize) -> Result<Pipe, PipeError> {
    let (word, rest) = next_word(text, offset).ok_or(PipeError::Incomplete)?;
    let keyword = find(&SECTIONS, word.text).map(|row| row.keyword);
    let followed = next_word(text, rest).is_some();
    let whole = keyword.is_some_and(|keyword| keyword.eq_ignore_ascii_case(word.text));
    let filter = match keyword {
        Some("exclude") if followed => Filter::SectionExclude(pattern(text, rest)?),
        Some(_) if followed => Filter::Section(pattern(text, rest)?),
        _ if whole => return Err(PipeError::Incomplete),
        _ => Filter::Section(pattern(text, offset)?),
    };
    Ok(Pipe::Filter(filter))
}

fn redirect(mode: RedirectMode, text: &str, offset: usize) -> Result<Pipe, PipeError> {
    let url = last_word(text, offset)?;
    Ok(Pipe::Redirect(Redirect { mode, url }))
}

fn tee(text: &str, offset: usize) -> Result<Pipe, PipeError> {
    match next_word(text, offset) {
        Some((word, rest)) if word.text == "/append" => {
            redirect(RedirectMode::TeeAppend, text, rest)
        }
        _ => redirect(RedirectMode::Tee, text, offset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match Pipe::parse(text) {
            Ok(Pipe::Filter(filter)) => filter.name().to_string(),
            Ok(Pipe::Redirect(to)) => format!("{:?} {}", to.mode, to.url),
            Ok(Pipe::Format { spec }) => format!("format {spec}"),
            Err(PipeError::Invalid { offset }) => format!("{}^", " ".repeat(offset)),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn modifiers_may_be_abbreviated() {
        let table = [
            ("include x", "include"),
            (" i x", "include"),
            ("INC x", "include"),
            ("e x", "exclude"),
            ("b x", "begin"),
            ("s x", "section"),
            ("sec inc x", "section"),
            ("section e x", "section exclude"),
            ("section interface", "section"),
            ("section in", "section"),
            ("c x", "count"),
            ("i a|b", "include"),
            ("redirect flash:x.txt", "Replace flash:x.txt"),
            ("r flash:x ", "Replace flash:x"),
            ("append flash:x", "Append flash:x"),
            ("tee flash:x", "Tee flash:x"),
            ("tee /append flash:x", "TeeAppend flash:x"),
            ("format flash:x.odm", "format flash:x.odm"),
        ];
        for (text, expected) in table {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_say_where_they_are() {
        let table = [
            ("", "the output modifier is incomplete"),
            ("  ", "the output modifier is incomplete"),
            ("i", "the output modifier is incomplete"),
            ("include ", "the output modifier is incomplete"),
            ("sec include ", "the output modifier is incomplete"),
            ("redirect", "the output modifier is incomplete"),
            ("tee /append", "the output modifier is incomplete"),
            (" zoo x", " ^"),
            (" foo x", "   ^"),
            ("foo", "  ^"),
            ("fox", "  ^"),
            ("includes x", "       ^"),
            ("redirect flash:x y", "                 ^"),
            ("i [", "`[` is not a regular expression"),
        ];
        for (text, expected) in table {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn candidates_are_what_may_come_next() {
        let all = "append begin count exclude format include redirect section tee";
        let table = [
            ("", all),
            (" ", all),
            (" inc", "include"),
            ("x", ""),
            ("inc ", "LINE"),
            ("inc foo", "LINE"),
            ("sec ", "exclude include LINE"),
            ("sec e", "exclude LINE"),
            ("sec e x", "LINE"),
            ("tee ", ""),
        ];
        for (typed, expected) in table {
            let words: Vec<&str> = candidates(typed).iter().map(|row| row.keyword).collect();
            assert_eq!(words.join(" "), expected, "{typed}");
        }
    }

    #[test]
    fn blanks_at_the_end_of_a_pattern_count() {
        let Ok(Pipe::Filter(filter)) = Pipe::parse("i up ") else {
            panic!("a filter");
        };
        assert_eq!(filter.apply("up\nup down\n"), "up down\n");
    }
}
