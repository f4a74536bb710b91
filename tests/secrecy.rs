//! No secret in anything that a suite writes: its logs, transcripts, journals and reports are handed to this module, which
//! looks for every password in clear, in hexadecimal digits and in base64.
//!
//! What a person has written, or asked for, has passwords (topologies, inventories, documents); it isn't handed over. A suite
//! searches what it wrote itself, so each can run alone; `the_search_finds_what_is_there` runs in every suite.

#![allow(dead_code, reason = "not every suite writes files")]

use std::path::Path;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// The passwords of the laboratory, which all topologies here have.
const LABORATORY: [&str; 2] = ["C1sco12345", "C1sco54321"];

/// Fails if a password of the laboratory stands in what was written.
#[track_caller]
pub(crate) fn keeps(what: &str, written: impl AsRef<[u8]>) {
    static LOOKED_FOR: OnceLock<Regex> = OnceLock::new();
    let looked_for = LOOKED_FOR.get_or_init(|| pattern(&LABORATORY));
    assert!(
        !looked_for.is_match(written.as_ref()),
        "{what} shows a secret"
    );
}

/// Fails if one of these secrets, or a password of the laboratory, stands in a file or in any file of a folder. How many files
/// there are.
#[track_caller]
pub(crate) fn folder_keeps(path: &Path, secrets: &[&str]) -> usize {
    let all: Vec<&str> = LABORATORY.iter().chain(secrets).copied().collect();
    let (looked_for, mut paths, mut seen) = (pattern(&all), vec![path.to_path_buf()], 0);
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let entries = path.read_dir().unwrap();
            paths.extend(entries.map(|entry| entry.unwrap().path()));
        } else if let Ok(written) = std::fs::read(&path) {
            let is_in = looked_for.is_match(&written);
            assert!(!is_in, "{} shows a secret", path.display());
            seen += 1;
        }
    }
    seen
}

/// What any of the secrets looks like.
fn pattern(secrets: &[&str]) -> Regex {
    let forms = secrets.iter().flat_map(|secret| {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut forms = vec![regex::escape(secret), format!("(?i:{hex})")];
        forms.extend((0..3).map(|before| regex::escape(&base64(secret.as_bytes(), before))));
        forms
    });
    let forms: Vec<String> = forms.collect();
    RegexBuilder::new(&forms.join("|"))
        .unicode(false)
        .build()
        .unwrap()
}

/// What base64 makes of a text that stands behind so many bytes, without the letters that its neighbours change.
fn base64(text: &[u8], before: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let all = [&vec![0; before][..], text].concat();
    let bit = |at: usize| (all[at / 8] >> (7 - at % 8)) & 1;
    let first = (before * 8).div_ceil(6);
    let letter = |sextet: usize| {
        let six = (0..6).fold(0, |sum, at| sum << 1 | bit(sextet * 6 + at));
        char::from(LETTERS[usize::from(six)])
    };
    (first..all.len() * 8 / 6).map(letter).collect()
}

#[test]
fn the_search_finds_what_is_there() {
    let looked_for = pattern(&["C1sco12345"]);
    let planted = [
        "enable secret C1sco12345\r\n",
        "00ff433173636f3132333435",
        "433173636F3132333435",
        // Behind nothing, one byte and two: `C1sco12345`, `xC1sco12345y`, `xyC1sco12345`.
        "QzFzY28xMjM0NQ==",
        "eEMxc2NvMTIzNDV5",
        "eHlDMXNjbzEyMzQ1",
    ];
    for text in planted {
        assert!(looked_for.is_match(text.as_bytes()), "{text}");
    }
    for text in ["C1sco********", "Cisco12345", "433173636f", "QzFzY28x"] {
        assert!(!looked_for.is_match(text.as_bytes()), "{text}");
    }
}
