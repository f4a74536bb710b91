//! `group_vars` and `host_vars` beside an inventory: a file, or a folder of files, for a group or a host.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use yaml::Mistake;

use super::expression::Vars;
use crate::inventory::source::Source;
use crate::node::Node;

/// What every file begins with that ansible-vault has encrypted.
const ENCRYPTED: &str = "$ANSIBLE_VAULT";

/// More files than this are no variables.
const FILES_MAX: usize = 20_000;

/// The variables that stand in files.
#[derive(Default)]
pub(super) struct Files {
    groups: BTreeMap<String, Vars>,
    hosts: BTreeMap<String, Vars>,
    encrypted: Vec<String>,
    read: usize,
}

impl Files {
    /// Reads what is beside the inventory.
    pub(super) fn beside(source: &Source) -> Result<Self, Mistake> {
        let mut files = Self::default();
        if let Some(folder) = &source.folder {
            files.groups = files.folder(&folder.join("group_vars"))?;
            files.hosts = files.folder(&folder.join("host_vars"))?;
        }
        Ok(files)
    }

    pub(super) fn group(&self, name: &str) -> Option<&Vars> {
        self.groups.get(name)
    }

    pub(super) fn host(&self, name: &str) -> Option<&Vars> {
        self.hosts.get(name)
    }

    /// The files that can't be read, because they are encrypted.
    pub(super) fn encrypted(&self) -> &[String] {
        &self.encrypted
    }

    fn folder(&mut self, folder: &Path) -> Result<BTreeMap<String, Vars>, Mistake> {
        let mut found: BTreeMap<String, Vars> = BTreeMap::new();
        for path in entries(folder) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let ending = [".yml", ".yaml", ".json"]
                .into_iter()
                .find_map(|ending| name.strip_suffix(ending));
            let is_folder = path.is_dir();
            // `edge.lab` is a host, and not a file with an ending.
            let owner = match ending {
                Some(stem) if !is_folder => stem.to_string(),
                _ => name.to_string(),
            };
            let files = if is_folder {
                entries(&path)
            } else {
                vec![path]
            };
            for file in files.iter().filter(|file| file.is_file()) {
                found
                    .entry(owner.clone())
                    .or_default()
                    .extend(self.vars(file)?);
            }
        }
        Ok(found)
    }

    fn vars(&mut self, path: &Path) -> Result<Vars, Mistake> {
        let file = path.display().to_string();
        self.read += 1;
        if self.read > FILES_MAX {
            return Err(Mistake::new(
                file,
                format!("more than {FILES_MAX} files of variables"),
            ));
        }
        let text =
            fs::read_to_string(path).map_err(|error| Mistake::new(&file, error.to_string()))?;
        if text.starts_with(ENCRYPTED) {
            self.encrypted.push(file);
            return Ok(Vars::new());
        }
        match yaml::read(&file, &text)? {
            Node::Map(entries) => Ok(entries.into_iter().collect()),
            Node::Empty => Ok(Vars::new()),
            other => Err(Mistake::new(
                file,
                format!("this is {}, not a mapping of variables", other.kind()),
            )),
        }
    }
}

/// What is in a folder, by name; hidden files and those of editors are no variables.
fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let is_seen = |name: &str| !name.starts_with('.') && !name.ends_with('~');
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| is_seen(&name.to_string_lossy()))
        })
        .collect();
    paths.sort();
    paths
}
