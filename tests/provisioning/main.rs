//! Provisioning: each file below `cases/` is a worked example. An RFS document goes in, the programmer's lines come out,
//! virtual devices take every one of them, and the running-configuration is read back.
//!
//! `tests/README.md` has the notation. `BLESS=1 cargo test -p end-to-end --test provisioning` writes the lines and what
//! the devices show; `CASE=bgp` plays only the cases whose path has that text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bench;
mod case;
mod count;
mod fabric;
mod generic;
mod play;
mod rules;
mod schema;

use std::fs;
use std::path::{Path, PathBuf};

use case::Case;

#[test]
fn every_case_ends_as_it_says() {
    let only = std::env::var("CASE").unwrap_or_default();
    let chosen = files()
        .into_iter()
        .filter(|path| path.to_str().unwrap().contains(&only));
    let wrong: Vec<String> = chosen.filter_map(|file| check(&file)).collect();
    assert!(
        wrong.is_empty(),
        "\n{}\n{} cases are wrong",
        wrong.join("\n"),
        wrong.len()
    );
}

/// Plays one case; what is wrong with it, if anything is.
fn check(path: &Path) -> Option<String> {
    let expected = fs::read_to_string(path).unwrap();
    let blessing = std::env::var_os("BLESS").is_some();
    let file = path.strip_prefix(root()).unwrap().display().to_string();
    let played = Case::parse(&expected).and_then(|case| play::play(&case, blessing));
    let got = match played {
        Ok(case) => case.to_string(),
        Err(what) => return Some(format!("=== {file}\n{what}")),
    };
    if got == expected {
        return None;
    }
    if blessing {
        fs::write(path, &got).unwrap();
        return None;
    }
    let difference = first_difference(&expected, &got);
    Some(format!("=== {file}, {difference}\n--- got\n{got}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("provisioning/cases")
}

/// Every case, in order.
fn files() -> Vec<PathBuf> {
    let mut files = vec![];
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "txt") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn first_difference(expected: &str, got: &str) -> String {
    let pairs = expected.lines().zip(got.lines());
    let same = pairs.take_while(|(expected, got)| expected == got).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_string();
    format!(
        "line {}:\n    expected {:?}\n    got      {:?}",
        same + 1,
        line(expected),
        line(got)
    )
}
