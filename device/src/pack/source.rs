//! A pack's files as they were read, and the mistakes found in them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use yaml::{Mistake, Positions};

use super::files::{GrammarFile, ModeEntry, PackFile, PlaceEntry};

/// What a pack has beside its folders.
const FILES: [&str; 3] = ["pack.yaml", "baseline.cfg", "birth.cfg.j2"];

/// The folders of a pack, and how the names of their files end.
const FOLDERS: [(&str, &str); 5] = [
    ("modes", ".yaml"),
    ("places", ".yaml"),
    ("help", ".yaml"),
    ("grammar", ".yaml"),
    ("show", ".j2"),
];

/// Whether a pack may have a file at this path below its folder.
#[must_use]
pub fn has_file(path: &str) -> bool {
    FILES.contains(&path)
        || path.split_once('/').is_some_and(|(folder, file)| {
            FOLDERS
                .iter()
                .any(|(name, end)| *name == folder && file.ends_with(end))
        })
}

/// Whether a pack may have a folder of this name.
#[must_use]
pub fn has_folder(name: &str) -> bool {
    FOLDERS.iter().any(|(folder, _)| *folder == name)
}

/// A file and what it says.
#[derive(Debug)]
pub(super) struct File<T> {
    pub(super) path: String,
    text: String,
    positions: OnceLock<Positions>,
    pub(super) content: T,
}

impl<T> File<T> {
    /// A mistake at a path inside the file.
    pub(super) fn mistake(&self, at: &str, message: impl Into<String>) -> Mistake {
        let positions = self.positions.get_or_init(|| Positions::of(&self.text));
        Mistake::new(&self.path, message).at(positions.get(at))
    }
}

/// All files of one pack.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) pack: File<PackFile>,
    pub(super) modes: Vec<File<Vec<ModeEntry>>>,
    pub(super) places: Vec<File<BTreeMap<String, Vec<PlaceEntry>>>>,
    pub(super) help: Vec<File<BTreeMap<String, String>>>,
    pub(super) grammar: Vec<File<GrammarFile>>,
    /// Name (without `show/` and `.j2`) → path and text.
    pub(super) shows: BTreeMap<String, (String, String)>,
    pub(super) baseline: Option<(String, String)>,
    pub(super) birth: Option<(String, String)>,
}

impl Source {
    /// Reads the files of the pack in `folder`; `files` maps the path below that folder to its text.
    pub(super) fn read(
        folder: &str,
        files: &BTreeMap<&str, &str>,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Self> {
        let mut reader = Reader {
            folder,
            files,
            mistakes,
        };
        let pack = reader.one("pack.yaml")?;
        let source = Self {
            pack,
            modes: reader.all("modes/"),
            places: reader.all("places/"),
            help: reader.all("help/"),
            grammar: reader.all("grammar/"),
            shows: reader.shows(),
            baseline: reader.text("baseline.cfg"),
            birth: reader.text("birth.cfg.j2"),
        };
        reader.strangers();
        Some(source)
    }
}

struct Reader<'a> {
    folder: &'a str,
    files: &'a BTreeMap<&'a str, &'a str>,
    mistakes: &'a mut Vec<Mistake>,
}

impl Reader<'_> {
    fn one<T: DeserializeOwned>(&mut self, path: &str) -> Option<File<T>> {
        let text = (*self.files.get(path)?).to_string();
        let path = format!("{}/{path}", self.folder);
        match yaml::read(&path, &text) {
            Ok(content) => Some(File {
                path,
                text,
                positions: OnceLock::new(),
                content,
            }),
            Err(mistake) => {
                self.mistakes.push(mistake);
                None
            }
        }
    }

    fn all<T: DeserializeOwned>(&mut self, below: &str) -> Vec<File<T>> {
        let paths: Vec<&str> = self
            .files
            .keys()
            .filter(|path| path.starts_with(below) && path.ends_with(".yaml"))
            .copied()
            .collect();
        paths
            .into_iter()
            .filter_map(|path| self.one(path))
            .collect()
    }

    fn shows(&self) -> BTreeMap<String, (String, String)> {
        let templates = self.files.iter().filter_map(|(path, text)| {
            let name = path.strip_prefix("show/")?.strip_suffix(".j2")?;
            Some((
                name.to_string(),
                (format!("{}/{path}", self.folder), (*text).to_string()),
            ))
        });
        templates.collect()
    }

    fn text(&self, path: &str) -> Option<(String, String)> {
        let text = self.files.get(path)?;
        Some((format!("{}/{path}", self.folder), (*text).to_string()))
    }

    /// A file that nobody reads is a mistake: its author thinks that it does something.
    fn strangers(&mut self) {
        for path in self.files.keys().filter(|path| !has_file(path)) {
            let mistake = Mistake::new(format!("{}/{path}", self.folder), "no part of a pack has this name")
                .hint("a pack has pack.yaml, modes/, places/, help/, grammar/, show/*.j2, baseline.cfg and birth.cfg.j2");
            self.mistakes.push(mistake);
        }
    }
}
