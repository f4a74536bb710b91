//! Takes a whole configuration, line by line, as a device does when it boots.

use super::block::Block;
use super::cursor::{Cursor, Reply};
use super::edit::{Bench, Hasher, Plain};
use super::networks::Networks;
use crate::grammar::Refusal;
use crate::pack::Platform;

/// A line that the device does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its number, from 1.
    pub number: usize,
    /// The line.
    pub line: String,
    /// The first wrong character, in bytes from the line's start.
    pub column: usize,
    /// What the device answers.
    pub answer: String,
}

/// Reads a configuration that has no secrets to hash into `root`; returns the lines that were refused.
pub fn read(platform: &Platform, root: &mut Block, text: &str) -> Vec<Refused> {
    read_with(platform, root, &mut Plain, text)
}

/// Reads a configuration into `root`; returns the lines that were refused.
pub fn read_with(
    platform: &Platform,
    root: &mut Block,
    hasher: &mut dyn Hasher,
    text: &str,
) -> Vec<Refused> {
    let mut bench = Bench {
        platform,
        root,
        networks: &mut Networks::default(),
        hasher,
        privilege: 15,
        said: String::new(),
        notes: Vec::new(),
        rewrites: 0,
    };
    let mut refused = Vec::new();
    hear(&mut bench, text, |told| {
        if let Told::Refused(line) = told {
            refused.push(line);
        }
    });
    refused
}

/// What a device tells of the lines that it reads.
#[derive(Debug)]
pub(crate) enum Told {
    /// A line was taken, with these words.
    Said(String),
    /// A line was not taken.
    Refused(Refused),
}

/// Reads a configuration, and hands over what is told of its lines, in order.
pub(crate) fn hear(bench: &mut Bench<'_>, text: &str, mut tell: impl FnMut(Told)) {
    let mut cursor = Cursor::default();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let line = line.trim_end_matches('\r');
        if line.trim() == "end" {
            break;
        }
        let mut reply = cursor.take(bench, line);
        if let Some(whole) = rest_of(&reply, &mut lines) {
            reply = cursor.take(bench, &whole);
        }
        let refusal = match reply {
            Reply::Done => None,
            Reply::Command { .. } => {
                cursor.exit();
                None
            }
            Reply::Refused(refusal) => Some(refusal),
            Reply::Confirm(_) => {
                cursor.confirmed(bench, line);
                None
            }
            Reply::Text { .. } | Reply::Lines { .. } => Some(Refusal::Incomplete),
        };
        let said = std::mem::take(&mut bench.said);
        if !said.is_empty() {
            tell(Told::Said(said));
        }
        if let Some(refusal) = refusal {
            tell(Told::Refused(refusal_of(at + 1, line, refusal)));
        }
    }
}

/// The line with the text that follows it, if it is one that text follows.
fn rest_of<'t>(
    reply: &Reply,
    lines: &mut impl Iterator<Item = (usize, &'t str)>,
) -> Option<String> {
    let (line, ends): (&String, &dyn Fn(&str) -> bool) = match reply {
        Reply::Text {
            line,
            delimiter: '\u{3}',
        } => (line, &|next| next.contains("^C") || next.contains('\u{3}')),
        Reply::Text { line, delimiter } => (line, &|next| next.contains(*delimiter)),
        Reply::Lines { line, until, .. } => (line, &|next| next.trim() == *until),
        _ => return None,
    };
    let mut whole = line.clone();
    for (_, next) in lines.by_ref() {
        whole.push('\n');
        whole.push_str(next.trim_end_matches('\r'));
        if ends(next) {
            break;
        }
    }
    Some(whole)
}

fn refusal_of(number: usize, line: &str, refusal: Refusal) -> Refused {
    let (column, answer) = match refusal {
        Refusal::Ambiguous => (0, "% Ambiguous command"),
        Refusal::Incomplete => (line.len(), "% Incomplete command."),
        Refusal::Invalid(at) => (at, "% Invalid input detected"),
    };
    Refused {
        number,
        line: line.to_string(),
        column,
        answer: answer.to_string(),
    }
}
