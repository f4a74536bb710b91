//! Statements that text follows: banners, certificates, public keys.

use super::{Applied, Reply, Typed};
use crate::public_key;

/// The lines that a statement waits for, if they are not there yet.
pub(super) fn lines(typed: &Typed, prompt: &'static str, until: &'static str) -> Option<Applied> {
    let missing = !typed.raw.contains('\n');
    missing.then(|| {
        Applied::Reply(Reply::Lines {
            line: typed.raw.clone(),
            prompt,
            until,
        })
    })
}

/// A public key that was typed in is kept as its hash. One that is no key is refused.
pub(super) fn key_hash(typed: &Typed) -> Option<Applied> {
    let (first, data) = typed.raw.split_once('\n')?;
    let comment = first
        .trim()
        .strip_prefix("key-string")
        .unwrap_or_default()
        .trim();
    let body: String = data
        .lines()
        .map(str::trim)
        .filter(|line| *line != "exit")
        .collect();
    match public_key::fingerprint(&body) {
        Some((algorithm, hash)) => {
            let line = format!("key-hash {algorithm} {hash} {comment}");
            Some(Applied::Again(vec![line.trim_end().to_string()]))
        }
        None => Some(Applied::Refused("%SSH: Failed to decode the Key Value")),
    }
}

/// The commands of a macro, as the running-config shows them: as they were typed, and the `@` that ends them.
pub(super) fn commands(typed: &mut Typed) {
    if let Some((_, rest)) = typed.raw.split_once('\n') {
        let rows: Vec<&str> = rest
            .lines()
            .map(str::trim)
            .filter(|row| *row != "@")
            .collect();
        let name = typed.value("macro").unwrap_or_default();
        typed.line = format!("macro name {name}\n{}\n@", rows.join("\n"));
        typed.set("commands", &rows.join("\n"));
    }
}

/// The lines of a certificate, as the running-config sets them.
pub(super) fn hexadecimal(typed: &mut Typed) {
    let Some((first, rest)) = typed.raw.split_once('\n') else {
        return;
    };
    let words: Vec<&str> = first.split_whitespace().collect();
    let mut line = words.join(" ");
    for row in rest
        .lines()
        .map(str::trim)
        .filter(|row| !row.is_empty() && *row != "quit")
    {
        line.push_str("\n  ");
        line.push_str(row);
    }
    line.push_str("\n  \tquit");
    typed.line = line;
}

/// Text up to a delimiter, which is the first character that was typed (`^C` may be typed as two).
pub(super) fn banner(typed: &mut Typed) -> Option<Applied> {
    let text = typed.value("text")?.to_string();
    let (delimiter, inside) = match text.strip_prefix("^C") {
        Some(rest) => ('\u{3}', rest.to_string()),
        None => {
            let first = text.chars().next()?;
            (first, text[first.len_utf8()..].to_string())
        }
    };
    let closing = if delimiter == '\u{3}' {
        inside.find("^C").or(inside.find('\u{3}'))
    } else {
        inside.find(delimiter)
    };
    match closing {
        Some(end) => {
            let body = inside[..end].trim_start_matches('\n').to_string();
            typed.line = format!(
                "{}^C{}^C",
                typed.line.strip_suffix(&text).unwrap_or(&typed.line),
                &inside[..end]
            );
            typed.set("text", &body);
            None
        }
        None => Some(Applied::Reply(Reply::Text {
            line: typed.raw.clone(),
            delimiter,
        })),
    }
}
