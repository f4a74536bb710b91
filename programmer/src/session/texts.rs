//! Texts that devices say, through a whole session: those of `tests/texts/refused.txt` fail a line, those of
//! `harmless.txt` don't.

use std::path::Path;
use std::time::Duration;

use super::Input;
use super::answer::Answer;
use super::replay::{Replay, Script, Step, lines_of, unescape};
use crate::packs::{Expect, PackSource, Packs};
use crate::push::EndState;

/// The platform and the text of each line of a file.
fn texts(file: &str) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut platform = String::new();
    let mut texts = Vec::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("@platform ") {
            Some(name) => platform = name.to_string(),
            None => texts.push((platform.clone(), lines_of(&unescape(line)))),
        }
    }
    texts
}

/// How a push of one line ends on a device that says this about it.
fn pushed(packs: &Packs, platform: &str, text: &[Vec<u8>]) -> EndState {
    let script = format!("@platform {platform}\n@no-save\n@line config ip routing\n");
    let mut replay = Replay::new(&Script::parse(&script), packs);
    let blank = if platform == "frr" { " " } else { "" };
    let mut mode = "edge-1#";
    replay.input(Input::Bytes(format!("\r\n{mode}{blank}").as_bytes()));
    for _ in 0..40 {
        let line: Vec<u8> = replay.sent.drain(..).collect();
        let line = String::from_utf8(line).unwrap();
        mode = match line.trim() {
            "configure terminal" => "edge-1(config)#",
            "end" => "edge-1#",
            _ => mode,
        };
        let said = if line == "ip routing\n" {
            text.join(&b"\r\n"[..])
        } else {
            Vec::new()
        };
        match line.as_str() {
            "" => replay.step(&Step::Tick(Duration::from_secs(11)), 1, Path::new("")),
            line => {
                let end = if said.is_empty() { "" } else { "\r\n" };
                let echo = format!("{}\r\n", line.trim_end());
                let prompt = format!("{end}{mode}{blank}");
                replay.input(Input::Bytes(
                    &[echo.as_bytes(), &said, prompt.as_bytes()].concat(),
                ));
            }
        }
    }
    replay.input(Input::Closed("the device ended it"));
    replay.course.outcome().state
}

#[test]
fn every_refusal_fails_a_push_and_no_harmless_text_does() {
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let is_applied = |(platform, text): &(String, Vec<Vec<u8>>)| {
        let state = pushed(&packs, platform, text);
        state == EndState::Applied { saved: false }
    };
    let shown =
        |(_, text): (String, Vec<Vec<u8>>)| String::from_utf8_lossy(&text.concat()).into_owned();
    let refused = texts(include_str!("../../tests/texts/refused.txt"));
    let passed: Vec<String> = refused.into_iter().filter(is_applied).map(shown).collect();
    assert!(passed.is_empty(), "taken for success: {passed:#?}");
    let harmless = texts(include_str!("../../tests/texts/harmless.txt"));
    let failed: Vec<String> = harmless
        .into_iter()
        .filter(|text| !is_applied(text))
        .map(shown)
        .collect();
    assert!(failed.is_empty(), "taken for a failure: {failed:#?}");
}

fn check(file: &str, at_least: usize, is_right: impl Fn(&[Vec<u8>], &Expect) -> bool) {
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let texts = texts(file);
    assert!(texts.len() >= at_least, "{} texts", texts.len());
    let wrong: Vec<String> = texts
        .iter()
        .filter(|(platform, text)| !is_right(text, packs.platform(platform).unwrap().expect()))
        .map(|(_, text)| String::from_utf8_lossy(&text.concat()).into_owned())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_refusal_fails_a_line_and_a_command() {
    check(
        include_str!("../../tests/texts/refused.txt"),
        60,
        |text, expect| {
            let refused = |answer: Answer| answer.refused.is_some();
            refused(Answer::to_line(text, expect)) && refused(Answer::of(text, expect))
        },
    );
}

#[test]
fn no_harmless_text_fails_a_line_or_a_command() {
    check(
        include_str!("../../tests/texts/harmless.txt"),
        40,
        |text, expect| {
            let passes = |answer: Answer| answer.refused.is_none();
            passes(Answer::to_line(text, expect)) && passes(Answer::of(text, expect))
        },
    );
}
