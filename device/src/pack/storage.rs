//! The file systems and factory files of a platform, from what its packs say.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;
use yaml::Mistake;

use super::files::{FactoryFileEntry, FileSystemEntry, PackFile};
use super::source::File;
use crate::files::system::{FactoryContent, FactoryFile, FileSystem, Kind, Storage};

/// What the last pack of a chain that speaks of them says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said<'a> {
    pub(super) systems: Option<(&'a File<PackFile>, &'a Vec<FileSystemEntry>)>,
    pub(super) files: Option<(&'a File<PackFile>, &'a Vec<FactoryFileEntry>)>,
}

impl<'a> Said<'a> {
    /// Takes what one more pack of the chain says.
    pub(super) fn add(&mut self, file: &'a File<PackFile>) {
        let pack = &file.content;
        self.systems = pack
            .file_systems
            .as_ref()
            .map(|list| (file, list))
            .or(self.systems);
        self.files = pack.files.as_ref().map(|list| (file, list)).or(self.files);
    }
}

type Identity = BTreeMap<String, Value>;

/// The storage of a platform. Its default file system is the one that `identity.flash` names.
pub(super) fn storage(
    said: Said<'_>,
    identity: &Identity,
    features: &BTreeSet<String>,
    mistakes: &mut Vec<Mistake>,
) -> Storage {
    let flash = identity
        .get("flash")
        .map_or_else(|| "flash:".to_string(), ToString::to_string);
    let entries = said
        .systems
        .map(|(_, entries)| entries.as_slice())
        .unwrap_or_default();
    let own = entries
        .iter()
        .filter(|entry| entry.feature.as_ref().is_none_or(|f| features.contains(f)));
    let systems: Vec<FileSystem> = own
        .map(|entry| file_system(entry, &flash, identity))
        .collect();
    let prefixes = systems
        .iter()
        .flat_map(|system| system.names.clone())
        .collect();
    let is_default = |system: &FileSystem| system.names.contains(&flash);
    let default = systems.iter().position(is_default).unwrap_or(0);
    let mut factory = Vec::new();
    if let Some((file, entries)) = said.files {
        for (index, entry) in entries.iter().enumerate() {
            match factory_file(entry, identity) {
                Ok(own) => factory.push(own),
                Err(what) => mistakes.push(file.mistake(&format!("files[{index}]"), what)),
            }
        }
    }
    Storage {
        systems,
        default,
        factory,
        prefixes,
    }
}

fn file_system(entry: &FileSystemEntry, flash: &str, identity: &Identity) -> FileSystem {
    let mut names = vec![entry.name.clone()];
    names.extend(entry.also.iter().cloned());
    let number = |key: &str| {
        identity
            .get(key)
            .and_then(|value| value.to_string().parse::<u64>().ok())
    };
    let bytes = match entry.kind {
        _ if entry.kb.is_some() => entry.kb.map(|kb| kb * 1024),
        Kind::Disk if names.iter().any(|name| name == flash) => {
            number("flash_kb").map(|kb| kb * 1024)
        }
        Kind::Nvram => number("nvram_bytes"),
        _ => None,
    };
    // The name that the platform goes by stands first.
    names.sort_by_key(|name| name != flash);
    FileSystem {
        names,
        kind: entry.kind,
        flags: entry.flags,
        bytes,
    }
}

fn factory_file(entry: &FactoryFileEntry, identity: &Identity) -> Result<FactoryFile, String> {
    let content = match (&entry.text, entry.bytes, entry.directory) {
        (Some(text), None, false) => FactoryContent::Text(filled(text, identity)?),
        (None, Some(bytes), false) => FactoryContent::Image(bytes),
        (None, None, true) => FactoryContent::Directory,
        _ => return Err("a file has one of `text`, `bytes` and `directory: true`".to_string()),
    };
    Ok(FactoryFile {
        name: filled(&entry.name, identity)?,
        content,
    })
}

/// A text with `$key` of the identity in it.
fn filled(text: &str, identity: &Identity) -> Result<String, String> {
    let mut pieces = text.split('$');
    let mut full = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let end = piece
            .find(|c: char| !c.is_ascii_lowercase() && c != '_')
            .unwrap_or(piece.len());
        let (key, rest) = piece.split_at(end);
        let value = identity
            .get(key)
            .ok_or_else(|| format!("the identity has no `{key}`"))?;
        full.push_str(&value.to_string());
        full.push_str(rest);
    }
    Ok(full)
}
