//! Transcripts: each file below this folder is a session with one device, or with several that are cabled, told as its
//! terminal shows it.
//!
//! `tests/README.md` has the notation. Every transcript is played with its keystrokes cut into pieces of 1, 3 and
//! 4,096 bytes, and must read the same each time. `BLESS=1 cargo test -p end-to-end --test transcripts` rewrites what
//! the device prints, and leaves what is typed alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod facts;
mod keys;
mod packs;
mod player;
mod script;
mod visible;
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use script::Script;

/// Pieces that keystrokes are cut into: as a person types, across every boundary, and as a paste comes.
const PIECES: [usize; 3] = [1, 3, 4096];

/// Names a test for each platform's folder.
macro_rules! platforms {
    ($($test:ident: $folder:literal,)*) => {
        $(
            #[test]
            fn $test() {
                check_folder($folder);
            }
        )*

        #[test]
        fn every_folder_is_played() {
            assert_eq!(folders(), [$($folder),*]);
        }
    };
}

platforms! {
    ap_cos_reads_as_its_transcripts_say: "ap-cos",
    asr_1001_x_reads_as_its_transcripts_say: "asr-1001-x",
    c8000v_reads_as_its_transcripts_say: "c8000v",
    catalyst_9300_reads_as_its_transcripts_say: "catalyst-9300",
    catalyst_9500_reads_as_its_transcripts_say: "catalyst-9500",
    catalyst_9800_reads_as_its_transcripts_say: "catalyst-9800",
    ios_xe_reads_as_its_transcripts_say: "ios-xe",
    isr_1100_reads_as_its_transcripts_say: "isr-1100",
    isr_4331_reads_as_its_transcripts_say: "isr-4331",
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts")
}

fn folders() -> Vec<String> {
    let entries = fs::read_dir(root()).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<_> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    files.sort();
    files
}

fn check_folder(folder: &str) {
    let files = files(folder);
    assert!(!files.is_empty(), "{folder} has no transcript");
    let wrong: Vec<String> = files.iter().filter_map(|file| check(file)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Plays one transcript; what is wrong with it, if anything is.
fn check(path: &Path) -> Option<String> {
    let expected = fs::read_to_string(path).unwrap();
    let script = Script::parse(&expected);
    for piece in PIECES {
        let got = script.with_shown(player::play(&script, piece));
        if got == expected {
            continue;
        }
        if std::env::var_os("BLESS").is_some() && piece == PIECES[0] {
            fs::write(path, &got).unwrap();
            return check(path);
        }
        let file = path.strip_prefix(root()).unwrap().display();
        return Some(format!(
            "=== {file}, pieces of {piece}, {}\n--- expected\n{expected}--- got\n{got}===",
            first_difference(&expected, &got)
        ));
    }
    None
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
