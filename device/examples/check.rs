//! Checks packs: `check DIR [PACK CONFIG...]` tells every mistake, then every line that a device refuses.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use device::config::{Block, reader, text};
use device::pack::Packs;

fn gather(root: &Path, at: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, files);
        } else if path.parent() != Some(root) {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_string();
            let theirs = name.contains("/writers/") || name.ends_with("expect.yaml");
            if !theirs {
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let dir = args.next().unwrap();
    let mut files = BTreeMap::new();
    gather(Path::new(&dir), Path::new(&dir), &mut files);
    let start = std::time::Instant::now();
    let packs = match Packs::load(&files) {
        Ok(packs) => packs,
        Err(mistakes) => {
            for mistake in &mistakes {
                println!("{}", mistake.report());
            }
            println!("{} mistakes", mistakes.len());
            std::process::exit(2);
        }
    };
    let mistakes = packs.check();
    for mistake in &mistakes {
        println!("{}", mistake.report());
    }
    if !mistakes.is_empty() {
        println!("{} mistakes", mistakes.len());
        std::process::exit(2);
    }
    println!(
        "{} packs, no mistake, {:?}",
        packs.summaries().len(),
        start.elapsed()
    );
    let Some(pack) = args.next() else { return };
    let (pack, model) = pack
        .split_once(':')
        .map_or((pack.as_str(), None), |(p, m)| (p, Some(m)));
    let platform = packs.platform(pack, model).unwrap();
    println!(
        "{:?} (modes, statements, commands, nodes)",
        platform.grammar().size()
    );
    for file in args {
        let config = std::fs::read_to_string(&file).unwrap();
        let mut block = Block::default();
        let start = std::time::Instant::now();
        let refused = reader::read(&platform, &mut block, &config);
        let lines = config.lines().count();
        println!(
            "{file}: {} of {lines} lines refused, {:?}",
            refused.len(),
            start.elapsed()
        );
        for line in refused {
            println!("  {}: {} [{}]", line.number, line.line, line.answer);
        }
        if std::env::var("SHOW").is_ok() {
            println!("{}", text::body(&platform, &block, text::Detail::Plain));
        }
    }
}
