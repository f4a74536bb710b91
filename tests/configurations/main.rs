//! A configuration that is replaced becomes the one that the device would boot with, whatever stood there before.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use device::config::difference::{Case, between};
use device::config::{Bench, Block, Networks, Plain, outline, reader, replace, text};
use device::pack::{Packs, Platform};

/// The built-in packs.
fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| emulator::packs::load(None).expect("the built-in packs have no mistakes"))
}

/// Each file names its pack in its first line: `! pack catalyst-9300`.
fn configurations() -> Vec<(String, PathBuf, String)> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("configurations");
    let folder = std::env::var_os("CONFIGURATIONS").map_or(own, PathBuf::from);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        let pack = text.lines().next()?.strip_prefix("! pack ")?.to_string();
        Some((pack, path, text))
    };
    paths.into_iter().filter_map(read).collect()
}

fn booted(platform: &Platform, text: &str) -> Block {
    let mut root = platform.bare().clone();
    reader::read(platform, &mut root, text);
    root
}

fn body(platform: &Platform, root: &Block) -> String {
    text::body(platform, root, text::Detail::Plain)
}

/// Replaces the configuration by a file; it must then be what booting from the file gives.
fn replaced(
    platform: &Platform,
    root: &mut Block,
    file: &str,
    about: &str,
    wrong: &mut Vec<String>,
) {
    let expected = booted(platform, file);
    let wanted = outline::of(platform, &expected);
    let mut hasher = Plain;
    let mut bench = Bench {
        platform,
        root,
        networks: &mut Networks::default(),
        hasher: &mut hasher,
        privilege: 15,
        said: String::new(),
        notes: Vec::new(),
        rewrites: 0,
    };
    let outcome = replace::replace(&mut bench, &wanted, Case::Matters, &[]);
    if outcome.done && body(platform, root) == body(platform, &expected) {
        return;
    }
    let now = outline::of(platform, root);
    let left = between(&now, &wanted, Case::Matters).contextual();
    let last = outcome.passes.last().map(|pass| replace::text(pass));
    wrong.push(format!(
        "{about}: {left}last pass:\n{}",
        last.unwrap_or_default()
    ));
    *root = expected;
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

/// Leaves out every so manieth statement, with what stands below it.
fn thinned(text: &str, dice: &mut Dice, one_in: usize) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut kept = String::new();
    let mut gone: Option<usize> = None;
    let mut verbatim: Option<String> = None;
    for line in text.lines() {
        if let Some(until) = &verbatim {
            if gone.is_none() {
                kept.push_str(line);
                kept.push('\n');
            }
            if line.contains(until.as_str()) {
                verbatim = None;
                gone = None;
            }
            continue;
        }
        if gone.is_some_and(|depth_gone| depth(line) > depth_gone) {
            continue;
        }
        gone = (dice.below(one_in) == 0).then(|| depth(line));
        if line.starts_with("banner") && line.matches("^C").count() == 1 {
            verbatim = Some("^C".to_string());
        }
        if line.trim_start().starts_with("certificate ") {
            verbatim = Some("quit".to_string());
        }
        if gone.is_none() {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Changes the last digit of some lines; those that make no sense then are lines that the device refuses.
fn changed(text: &str, dice: &mut Dice) -> String {
    let mut line = |line: &str| {
        let digit = line
            .rfind(|c: char| c.is_ascii_digit())
            .filter(|_| dice.below(5) == 0);
        match digit {
            Some(at) => format!("{}{}{}\n", &line[..at], dice.below(10), &line[at + 1..]),
            None => format!("{line}\n"),
        }
    };
    text.lines().map(&mut line).collect()
}

/// The lines of a text that say something.
fn said(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('!'))
}

/// Files whose second line is `! comes back` stand as `show running-config` prints them.
#[test]
fn a_configuration_comes_back_line_for_line() {
    for (pack, path, text) in configurations() {
        if text.lines().nth(1) != Some("! comes back") {
            continue;
        }
        let platform = packs().platform(&pack, None).unwrap();
        let mut root = platform.bare().clone();
        let refused = reader::read(&platform, &mut root, &text);
        assert!(refused.is_empty(), "{}: {refused:?}", path.display());
        let shown = body(&platform, &root);
        let mut shown = said(&shown);
        for line in said(&text) {
            // The ports that the file does not speak of stand between its lines.
            let found = shown.any(|other| other == line);
            assert!(found, "{}: `{line}` is gone or moved", path.display());
        }
    }
}

#[test]
fn a_configuration_is_replaced_by_any_part_of_it_and_back() {
    let rounds: u64 = std::env::var("ROUNDS").map_or(4, |rounds| rounds.parse().unwrap());
    let mut wrong = Vec::new();
    for (pack, path, text) in configurations() {
        let platform = packs().platform(&pack, None).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        for round in 0..rounds {
            let mut dice = Dice(round + 1);
            let one_in = [3, 10, 40][usize::try_from(round % 3).unwrap()];
            let part = thinned(&text, &mut dice, one_in);
            let other = thinned(&changed(&text, &mut dice), &mut dice, 12);
            let mut root = booted(&platform, &text);
            for (about, file) in [
                ("a part", &part),
                ("all", &text),
                ("changed lines", &other),
                ("a part", &part),
            ] {
                let about = format!("{name}, round {round}, to {about}");
                replaced(&platform, &mut root, file, &about, &mut wrong);
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} replacements went wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_configuration_is_replaced_by_a_stranger_and_back() {
    let all = configurations();
    let mut wrong = Vec::new();
    for (pack, path, text) in &all {
        let platform = packs().platform(pack, None).unwrap();
        for (_, other, stranger) in all.iter().filter(|(other, _, _)| other == pack) {
            let mut root = booted(&platform, text);
            let about = format!("{} by {}", path.display(), other.display());
            replaced(&platform, &mut root, stranger, &about, &mut wrong);
            replaced(
                &platform,
                &mut root,
                text,
                &format!("{about} and back"),
                &mut wrong,
            );
        }
    }
    assert!(
        wrong.is_empty(),
        "{} replacements went wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
