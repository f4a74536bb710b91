//! Where an inventory is read from: a text, and the files beside it.

use std::fs;
use std::path::{Path, PathBuf};

use yaml::Mistake;

/// A longer file is no inventory.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// The main file of an inventory.
pub(super) struct Source {
    pub(super) file: String,
    pub(super) text: String,
    /// The folder that the other files stand in, if there are others.
    pub(super) folder: Option<PathBuf>,
    path: PathBuf,
}

impl Source {
    /// Opens a file, or the main file of a folder.
    pub(super) fn open(path: &Path) -> Result<Self, Mistake> {
        let hint = "name a topology or another inventory with --inventory";
        let main = if path.is_dir() {
            main_of(path).ok_or_else(|| {
                let what = format!("the folder has none of {}", MAIN.join(", "));
                Mistake::new(path.display().to_string(), what).hint(hint)
            })?
        } else {
            path.to_path_buf()
        };
        let file = main.display().to_string();
        let text = read(&main).map_err(|error| Mistake::new(&file, error).hint(hint))?;
        Ok(Self {
            file,
            text,
            folder: main.parent().map(Path::to_path_buf),
            path: path.to_path_buf(),
        })
    }

    /// A text that has no file.
    pub(super) fn of_text(file: &str, text: &str) -> Self {
        Self {
            file: file.to_string(),
            text: text.to_string(),
            folder: None,
            path: PathBuf::from(file),
        }
    }

    /// The inventory's name, where it doesn't say one.
    pub(super) fn name(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// Whether the file's name ends so.
    pub(super) fn ends_in(&self, ending: &str) -> bool {
        self.file.to_ascii_lowercase().ends_with(ending)
    }

    /// A file beside the main one, if it is there.
    pub(super) fn beside(&self, name: &str) -> Result<Option<(String, String)>, Mistake> {
        let Some(path) = self.folder.as_ref().map(|folder| folder.join(name)) else {
            return Ok(None);
        };
        if !path.is_file() {
            return Ok(None);
        }
        let file = path.display().to_string();
        match read(&path) {
            Ok(text) => Ok(Some((file, text))),
            Err(error) => Err(Mistake::new(file, error)),
        }
    }
}

/// The main files of folders, the first that is there.
const MAIN: [&str; 8] = [
    "hosts.yaml",
    "hosts.yml",
    "hosts",
    "hosts.ini",
    "inventory.yaml",
    "inventory.yml",
    "inventory.ini",
    "inventory",
];

fn main_of(folder: &Path) -> Option<PathBuf> {
    MAIN.iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
}

fn read(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("{size} bytes are too many for an inventory"));
    }
    fs::read_to_string(path).map_err(|error| error.to_string())
}
