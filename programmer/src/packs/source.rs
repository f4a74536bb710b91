//! Where pack files come from: the binary itself, and a directory that overrides it file by file.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use yaml::Mistake;

/// The programmer's half of the packs as it was when the binary was built.
static EMBEDDED: Dir<'_> = include_dir!("$OUT_DIR/device-packs");

/// Reads files of device packs by `platform/file`.
#[derive(Debug, Clone, Default)]
pub struct PackSource {
    over: Option<PathBuf>,
}

impl PackSource {
    /// The packs in the binary.
    #[must_use]
    pub fn embedded() -> Self {
        Self::default()
    }

    /// The packs in the binary, except for files that stand in `directory`.
    #[must_use]
    pub fn overridden_by(directory: impl Into<PathBuf>) -> Self {
        Self {
            over: Some(directory.into()),
        }
    }

    /// The name that mistakes carry for a file.
    #[must_use]
    pub fn name_of(&self, path: &str) -> String {
        match self.over.as_ref().map(|over| over.join(path)) {
            Some(file) if file.is_file() => file.display().to_string(),
            _ => format!("device-packs/{path}"),
        }
    }

    /// The text of a file, or `None` if no pack has it.
    ///
    /// # Errors
    ///
    /// A [`Mistake`] if the file is there and can't be read as text.
    pub fn read(&self, path: &str) -> Result<Option<String>, Mistake> {
        if let Some(file) = self.over.as_ref().map(|over| over.join(path))
            && file.is_file()
        {
            return read_file(&file).map(Some);
        }
        let Some(file) = EMBEDDED.get_file(path) else {
            return Ok(None);
        };
        match file.contents_utf8() {
            Some(text) => Ok(Some(text.to_string())),
            None => Err(Mistake::new(
                self.name_of(path),
                "the file is not UTF-8 text",
            )),
        }
    }

    /// The names of the platforms, sorted: the folders that have an `expect.yaml`.
    #[must_use]
    pub fn platforms(&self) -> Vec<String> {
        let embedded = EMBEDDED.dirs().map(|dir| dir.path().to_path_buf());
        let over = self.over.as_deref().map(folders_in).unwrap_or_default();
        let mut names: Vec<String> = embedded
            .chain(over)
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_string()))
            .filter(|name| self.has(&format!("{name}/expect.yaml")))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn has(&self, path: &str) -> bool {
        EMBEDDED.get_file(path).is_some()
            || self
                .over
                .as_ref()
                .is_some_and(|over| over.join(path).is_file())
    }
}

fn read_file(file: &Path) -> Result<String, Mistake> {
    std::fs::read_to_string(file).map_err(|error| {
        Mistake::new(file.display().to_string(), error.to_string())
            .hint("check the directory that --packs names")
    })
}

fn folders_in(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect()
}
