//! Texts that devices say, through a whole session: those of `tests/texts/refused.txt` fail a line, those of
//! `harmless.txt` don't.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::answer::Answer;
use super::replay::{Replay, Script, Step, lines_of, unescape};
use super::{Input, Session, Transcript};
use crate::packs::{Expect, PackSource, Packs};
use crate::push::EndState;
use crate::secret::{Mask, Secret};

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

/// What of a line may be shown: once as it stands in a configuration, once behind a prompt; and in a transcript into
/// which it came in pieces of this many bytes.
fn shown(mask: &Mask, line: &str, chunk: usize) -> [String; 3] {
    let mut transcript = Transcript::new(Arc::new(mask.clone()));
    for piece in format!("edge-1(config)#{line}\r\n")
        .as_bytes()
        .chunks(chunk)
    {
        transcript.received(piece, Duration::ZERO);
        transcript.sent(b"x\n", Duration::ZERO);
    }
    let received = transcript
        .steps()
        .filter(|step| !step.sent)
        .map(|step| step.text);
    let received: String = received.collect();
    let received = received.trim_end().trim_start_matches("edge-1(config)#");
    let prompted = mask.text(&format!("edge-1(config-if)#{line}"));
    [
        mask.text(line),
        prompted
            .trim_start_matches("edge-1(config-if)#")
            .to_string(),
        received.to_string(),
    ]
}

#[test]
fn secrets_are_masked_by_their_places_and_innocent_lines_are_shown() {
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let expect = packs.platform("catalyst-9300").unwrap().expect();
    let mask = Mask::default().at(&expect.secrets);
    let lines = |file: &'static str| file.lines().filter(|line| !line.starts_with('#'));
    let secret = lines(include_str!("../../tests/texts/secrets.txt"));
    let innocent = lines(include_str!("../../tests/texts/innocent.txt"));
    assert!(secret.clone().count() >= 60 && innocent.clone().count() >= 30);
    let marks = regex::Regex::new("«[^»]*»").unwrap();
    let mut wrong = Vec::new();
    for line in secret.chain(innocent) {
        let given = line.replace(['«', '»'], "");
        let expected = marks.replace_all(line, "****");
        for chunk in [1, 3, 4096] {
            let shown = shown(&mask, &given, chunk).into_iter();
            wrong.extend(shown.filter(|shown| *shown != expected));
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
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
            let mask = Mask::default();
            let refused = |answer: Answer| answer.refused.is_some();
            refused(Answer::to_line(text, expect, &mask))
                && refused(Answer::of(text, expect, &mask))
        },
    );
}

#[test]
fn no_harmless_text_fails_a_line_or_a_command() {
    check(
        include_str!("../../tests/texts/harmless.txt"),
        40,
        |text, expect| {
            let mask = Mask::default();
            let passes = |answer: Answer| answer.refused.is_none();
            passes(Answer::to_line(text, expect, &mask)) && passes(Answer::of(text, expect, &mask))
        },
    );
}

/// What a device shows of a secret stands in no failure, also when the secret has letters that are escaped.
#[test]
fn a_secret_that_a_device_shows_is_in_no_failure() {
    const SECRET: &str = r"C1s\co12345";
    const OPEN: [&str; 5] = [
        "\r\nedge-1#",
        "enable\r\nedge-1#",
        "terminal length 0\r\nedge-1#",
        "terminal width 0\r\nedge-1#",
        "configure terminal\r\nedge-1(config)#",
    ];
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let script = Script::parse("@line config x\n");
    let cases: [(&[&str], &str, &str); 7] = [
        (
            &["Password: "],
            "\r\n% Login invalid: SECRET\r\n",
            "login_refused",
        ),
        (&["Password: "], "\r\nSECRET Password: ", "login_refused"),
        (
            &["\r\nedge-1>"],
            "enable\r\n% Access denied: SECRET\r\n",
            "enable_refused",
        ),
        (&OPEN[..1], "enable\r\nSECRET\r\nedge-1>", "not_privileged"),
        (
            &OPEN[..2],
            "terminal length 0\r\nSECRET Password: ",
            "question",
        ),
        (&OPEN, "x\r\n% Invalid SECRET\r\nedge-1(config)#", "refused"),
        (&OPEN, "y SECRET\r\nedge-1(config)#", "echo_mismatch"),
    ];
    for (before, last, kind) in cases {
        let mut replay = Replay::new(&script, &packs);
        let mut access = replay.session.access.clone();
        access.credentials.password = Secret::new(SECRET);
        access.mask = Arc::new(Mask::new([Secret::new(SECRET)]));
        replay.session = Session::new(access, Duration::ZERO);
        for wrote in before.iter().chain([&last]) {
            let wrote = wrote.replace("SECRET", SECRET);
            replay.input(Input::Bytes(wrote.as_bytes()));
        }
        replay.input(Input::Closed("over"));
        let cause = replay.course.outcome().cause.unwrap();
        let told = cause.to_string();
        assert_eq!(cause.kind(), kind, "{told}");
        assert!(told.contains("****") && !told.contains("co12345"), "{told}");
    }
}
