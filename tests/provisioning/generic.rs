//! Lines that no writer writes: each piece of `lines/*.txt` is pushed, read back and taken back.

use std::fs;
use std::path::Path;

use crate::bench::Bench;
use crate::play::packs;
use crate::rules;

/// One piece: what stands before, and what is pushed.
struct Piece {
    pack: String,
    model: Option<String>,
    before: String,
    lines: String,
}

#[test]
fn lines_of_every_kind_are_read_back_and_taken_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("provisioning/lines");
    let only = std::env::var("CASE").unwrap_or_default();
    let mut wrong = vec![];
    let mut count = 0;
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files
        .iter()
        .filter(|file| file.to_str().unwrap().contains(&only))
    {
        let text = fs::read_to_string(file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        for (index, piece) in pieces(&text).into_iter().enumerate() {
            count += 1;
            if let Err(what) = play(&piece) {
                wrong.push(format!(
                    "=== {name}, piece {}\n{}\n{what}",
                    index + 1,
                    piece.lines
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "\n{}\n{} of {count} pieces are wrong",
        wrong.join("\n"),
        wrong.len()
    );
}

/// Pieces are apart by an empty line. `@ pack [model]` says whose the ones below are; lines that begin with `<` stand
/// before.
fn pieces(text: &str) -> Vec<Piece> {
    let (mut pack, mut model) = (String::new(), None);
    let mut pieces = vec![];
    for part in text.split("\n\n") {
        let mut piece = Piece {
            pack: String::new(),
            model: None,
            before: String::new(),
            lines: String::new(),
        };
        for line in part.lines().filter(|line| !line.starts_with('#')) {
            if let Some(names) = line.strip_prefix("@ ") {
                let mut names = names.split_whitespace().map(str::to_string);
                (pack, model) = (names.next().unwrap_or_default(), names.next());
            } else if let Some(before) = line.strip_prefix('<') {
                piece.before += &format!("{}\n", before.trim_end());
            } else {
                piece.lines += &format!("{line}\n");
            }
        }
        (piece.pack, piece.model) = (pack.clone(), model.clone());
        if !piece.lines.trim().is_empty() {
            pieces.push(piece);
        }
    }
    pieces
}

fn play(piece: &Piece) -> Result<(), String> {
    let platform = packs().platform(&piece.pack).ok_or("no such pack")?;
    let mut bench = Bench::boot("EN1", &piece.pack, piece.model.as_deref(), 7, vec![])?;
    bench.configure(&piece.before, platform.expect())?;
    let wanted = rules::lines(&piece.lines, "create Test X");
    rules::push(&mut bench, &wanted, platform.expect(), platform.rules())
}

/// The sections of `tests/configurations`, each a piece, one after the other on one device.
#[test]
fn sections_of_whole_configurations_are_read_back_and_taken_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configurations");
    let only = std::env::var("CASE").unwrap_or_default();
    let files = fs::read_dir(folder).unwrap();
    let files = files.map(|entry| entry.unwrap().path()).filter(|file| {
        let name = file.file_name().unwrap().to_str().unwrap();
        name.ends_with(".cfg") && name.contains(&only)
    });
    let played = std::thread::scope(|scope| {
        let threads: Vec<_> = files
            .map(|file| scope.spawn(move || played(&file)))
            .collect();
        let played = threads.into_iter().map(|thread| thread.join().unwrap());
        played.collect::<Vec<Played>>()
    });
    let wrong: Vec<&str> = played
        .iter()
        .flat_map(|it| it.wrong.iter().map(String::as_str))
        .collect();
    let count: usize = played.iter().map(|it| it.count).sum();
    assert!(
        wrong.is_empty(),
        "\n{}\n{} of {count} sections are wrong",
        wrong.join("\n"),
        wrong.len()
    );
}

/// What can't be taken away once it is there: a push that must be taken back is left `PARTIAL`.
const STAYS: [&str; 1] = ["vtp domain "];

/// What came of the sections of a file.
#[derive(Default)]
struct Played {
    count: usize,
    wrong: Vec<String>,
}

fn played(file: &Path) -> Played {
    let name = file.file_name().unwrap().to_str().unwrap();
    let text = fs::read_to_string(file).unwrap();
    let first = text.lines().next().unwrap();
    let pack = first.strip_prefix("! pack ").unwrap();
    let platform = packs().platform(pack).unwrap();
    let boot = || Bench::boot("EN1", pack, None, 7, vec![]).unwrap();
    let (mut bench, mut played) = (boot(), Played::default());
    let stays = |section: &String| STAYS.iter().any(|line| section.starts_with(line));
    for section in sections(&text).into_iter().filter(|it| !stays(it)) {
        played.count += 1;
        let wanted = rules::lines(&section, "create Test X");
        let pushed = rules::push(&mut bench, &wanted, platform.expect(), platform.rules());
        if let Err(what) = pushed {
            played.wrong.push(format!("=== {name}\n{section}{what}"));
            bench = boot();
        }
    }
    played
}

/// Lines that nobody types.
const AUTOMATIC: [&str; 6] = [
    "version ",
    "boot-start",
    "boot-end",
    "license udi",
    "end",
    "switch ",
];

/// The lines at the left margin, each with what stands below it. Banners and certificates stand in `lines/`.
fn sections(text: &str) -> Vec<String> {
    let mut sections: Vec<String> = vec![];
    let mut until: Option<&str> = None;
    for line in text.lines() {
        if let Some(end) = until {
            until = (!line.contains(end)).then_some(end);
            continue;
        }
        if line.starts_with("banner ") {
            until = (line.matches("^C").count() == 1).then_some("^C");
            continue;
        }
        if line.trim_start().starts_with("certificate ") {
            until = Some("quit");
            continue;
        }
        let automatic = AUTOMATIC.iter().any(|it| line.starts_with(it));
        if automatic || line.trim_start().starts_with('!') || line.is_empty() {
            continue;
        }
        match sections.last_mut() {
            Some(section) if line.starts_with(' ') => *section += &format!("{line}\n"),
            _ => sections.push(format!("{line}\n")),
        }
    }
    sections
}
