//! Whatever is changed, it comes back: the inverse of a change leads to the configuration before, exactly.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::cursor::Cursor;
use super::{Config, Rules, change, difference, standing};
use crate::packs::{PackSource, Packs};
use crate::plan::{ANY_MODE, PlanLine};
use crate::secret::Mask;

/// So many changes a configuration, unless `ROUNDS` says another number.
const ROUNDS: u64 = 8;

fn rules() -> &'static Rules {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    let packs = PACKS.get_or_init(|| Packs::load(&PackSource::embedded()).unwrap());
    packs
        .platform("ios-xe")
        .or(packs.platform("c8000v"))
        .unwrap()
        .rules()
}

/// Numbers that look thrown.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

/// Configurations of our own writing, dense with features; and those of a folder that is named.
fn configurations() -> Vec<(String, String)> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/configurations");
    let other = std::env::var_os("CONFIGURATIONS").map(std::path::PathBuf::from);
    let mut all = Vec::new();
    for folder in [Some(own), other].into_iter().flatten() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "cfg") {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                all.push((path.display().to_string(), text));
            }
        }
    }
    all.sort();
    all
}

/// Some statements of a configuration, changed, negated or as they are, each with what leads to it.
fn edits(config: &Config, dice: &mut Dice) -> Vec<PlanLine> {
    let text = config.text();
    let mut lines = Vec::new();
    let mut above: Vec<(usize, &str)> = Vec::new();
    let mut verbatim = false;
    for line in text.lines() {
        // Banners and certificates go as a whole or not at all: here, not at all.
        let marks = line.matches("^C").count();
        if verbatim || marks > 0 || line.trim_start().starts_with("certificate ") {
            verbatim = if verbatim {
                marks == 0 && line.trim() != "quit"
            } else {
                marks % 2 == 1 || marks == 0
            };
            continue;
        }
        let depth = line.len() - line.trim_start().len();
        above.retain(|(other, _)| *other < depth);
        // Ports and lines are there or not; nobody makes them.
        let made = line.starts_with("interface ") || line.starts_with("line ");
        if dice.below(12) == 0 && !made {
            lines.extend(
                above
                    .iter()
                    .map(|(depth, text)| (*depth, (*text).to_string())),
            );
            lines.push((depth, edited(line.trim_start(), dice)));
        }
        above.push((depth, line.trim_start()));
    }
    let line = |(depth, text): (usize, String)| {
        PlanLine::new(
            text,
            depth,
            ANY_MODE,
            Arc::from("create Test X"),
            &Mask::default(),
        )
    };
    lines.into_iter().map(line).collect()
}

fn edited(text: &str, dice: &mut Dice) -> String {
    let digit = text.rfind(|letter: char| letter.is_ascii_digit());
    match (dice.below(4), digit) {
        (0, _) => text
            .strip_prefix("no ")
            .map_or_else(|| format!("no {text}"), str::to_string),
        (1, Some(at)) => format!("{}{}{}", &text[..at], dice.below(10), &text[at + 1..]),
        (2, _) => format!("default {}", text.strip_prefix("no ").unwrap_or(text)),
        _ => text.to_string(),
    }
}

/// What lines make of a configuration; `known` is another configuration of the same device.
fn after(config: &Config, lines: &[PlanLine], known: &Config) -> Config {
    let mut cursor = Cursor::towards(rules(), config.clone(), Some(known));
    cursor.all(lines);
    cursor.finish()
}

#[test]
fn a_configuration_is_read_from_what_it_prints() {
    for (name, text) in configurations() {
        let config = Config::fragment(&text, rules());
        let again = Config::fragment(&config.text(), rules());
        assert!(config == again, "{name}");
        assert_eq!(config.fingerprint(), again.fingerprint(), "{name}");
    }
}

#[test]
fn the_inverse_of_any_change_leads_back_exactly() {
    let rounds = std::env::var("ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut wrong = Vec::new();
    for (name, text) in configurations() {
        let before = Config::fragment(&text, rules());
        for round in 0..rounds {
            let wanted = edits(&before, &mut Dice(round + 1));
            let change = change(&wanted, &before, rules());
            let back = after(&change.expected, &change.inverse, &before);
            if back != before {
                let left = difference(&back, &before, rules());
                let mut left: Vec<String> =
                    left.iter().take(4).map(|it| it.text().into()).collect();
                let (had, has) = (before.text(), back.text());
                let had: Vec<&str> = had.lines().collect();
                left.extend(
                    has.lines()
                        .filter(|line| !had.contains(line))
                        .map(str::to_string),
                );

                wrong.push(format!("{name}, round {round}: {left:?}"));
            }
            let mut cursor = Cursor::new(rules(), before.clone());
            cursor.all(change.lines.iter());
            let sent = cursor.finish();
            assert!(
                sent == change.expected,
                "{name}, round {round}: what is sent leads elsewhere"
            );
            let stands = standing(&wanted, &change.expected, rules());
            assert_eq!(stands.len(), wanted.len());
        }
    }
    assert!(
        wrong.is_empty(),
        "{} don't come back\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn any_configuration_becomes_any_other() {
    let all = configurations();
    let mut wrong = Vec::new();
    for (name, text) in &all {
        let from = Config::fragment(text, rules());
        for (other, target) in &all {
            let to = Config::fragment(target, rules());
            let lines = difference(&from, &to, rules());
            let left = difference(&after(&from, &lines, &to), &to, rules());
            // Ports can't be made or removed.
            let fixed =
                |line: &&PlanLine| line.text().starts_with("interface ") || line.text() == "exit";
            let left: Vec<&str> = left
                .iter()
                .filter(|line| !fixed(line))
                .map(PlanLine::text)
                .take(4)
                .collect();
            if !left.is_empty() {
                wrong.push(format!("{name} to {other}: {left:?}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} don't arrive\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
