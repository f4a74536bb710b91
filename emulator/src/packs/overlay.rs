//! A folder of packs on disk.
//!
//! A person may name the wrong folder, so only what a pack can have is read: the folders that are packs, in
//! them the files that have a pack's names, and of those none that is beyond any pack's size. A file that has
//! another name is only noted, so that its author hears of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use device::pack::{has_file, has_folder};
use yaml::Mistake;

use super::of_the_device;

/// The deepest folder of a pack: `show/interfaces/x.j2` and some to spare.
const DEPTH_MAX: usize = 8;

/// The largest file of a pack; the largest of the built-in ones has a twentieth of it.
const FILE_BYTES_MAX: u64 = 1 << 20;

const HINT: &str =
    "give a folder that has one folder a pack, each with its pack.yaml, like device-packs/";

/// Puts the files of a packs folder in place of those of the same path.
pub(super) fn read(
    folder: &Path,
    files: &mut BTreeMap<String, String>,
) -> Result<(), Vec<Mistake>> {
    let mut packs = entries(folder).map_err(|mistake| vec![mistake.hint(HINT)])?;
    if !packs.iter().any(|(name, path)| is_pack(name, path, files)) {
        let shown = folder.display().to_string();
        let mistake = if folder.join("pack.yaml").is_file() {
            Mistake::new(shown, "is a pack").hint("give the folder that it stands in")
        } else {
            Mistake::new(shown, "has no pack").hint(HINT)
        };
        return Err(vec![mistake]);
    }
    packs.retain(|(name, path)| is_pack(name, path, files) || is_meant(path));
    let mut reader = Reader {
        files,
        mistakes: vec![],
    };
    for (name, path) in packs {
        reader.folder(&name, &path, DEPTH_MAX);
    }
    if reader.mistakes.is_empty() {
        Ok(())
    } else {
        Err(reader.mistakes)
    }
}

/// A folder is a pack if it says so, or if it adds to a built-in one.
fn is_pack(name: &str, path: &Path, built_in: &BTreeMap<String, String>) -> bool {
    let adds = path.is_dir() && built_in.contains_key(&format!("{name}/pack.yaml"));
    adds || path.join("pack.yaml").is_file()
}

/// Beside packs, a folder that has modes or grammar was meant to be one: its author hears what is missing.
fn is_meant(path: &Path) -> bool {
    let mut parts = ["modes", "grammar"].iter();
    parts.any(|part| path.join(part).is_dir())
}

/// What a folder has, in order, but for hidden files: those are an editor's, a file manager's or Git's.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Mistake> {
    let wrong = |error: io::Error| cannot(folder, &error);
    let mut entries = vec![];
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

fn cannot(path: &Path, error: &io::Error) -> Mistake {
    Mistake::new(
        path.display().to_string(),
        format!("can't be read: {error}"),
    )
}

struct Reader<'f> {
    files: &'f mut BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    /// Reads a folder; `below` is its path from the packs folder.
    fn folder(&mut self, below: &str, folder: &Path, depth: usize) {
        if depth == 0 {
            let shown = folder.display().to_string();
            return self
                .mistakes
                .push(Mistake::new(shown, "folders are too deep"));
        }
        let entries = match entries(folder) {
            Ok(entries) => entries,
            Err(mistake) => return self.mistakes.push(mistake),
        };
        for (name, path) in entries {
            let name = format!("{below}/{name}");
            let in_pack = name.split_once('/').map_or("", |(_, rest)| rest);
            if !of_the_device(&name) {
                continue;
            }
            let part = in_pack.split('/').next().unwrap_or_default();
            if path.is_dir() && has_folder(part) {
                self.folder(&name, &path, depth - 1);
            } else if path.is_dir() {
                self.files.insert(format!("{name}/"), String::new());
            } else if has_file(in_pack) {
                self.file(name, &path);
            } else {
                self.files.insert(name, String::new());
            }
        }
    }

    fn file(&mut self, name: String, path: &Path) {
        match text(path) {
            Ok(text) => _ = self.files.insert(name, text),
            Err(error) => self.mistakes.push(cannot(path, &error)),
        }
    }
}

/// The text of a file that isn't too large. A pipe or a device has no end, and isn't opened.
fn text(path: &Path) -> io::Result<String> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it isn't a file"));
    }
    let mut bytes = vec![];
    let size = File::open(path)?
        .take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)?;
    if size as u64 > FILE_BYTES_MAX {
        let most = FILE_BYTES_MAX >> 20;
        let message = format!("it has more than {most} MB, the most that a pack's file may have");
        return Err(io::Error::other(message));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it isn't text in UTF-8"))
}
