//! The files of a device: what its flash holds, with its bounds.
//!
//! [`Files`] knows names, bytes and times, and no command. What has a name like a file but is none
//! (`system:running-config`, `nvram:startup-config`, `null:`) is added in [`store`].

pub(crate) mod path;
pub(crate) mod rcp;
pub(crate) mod store;
pub mod system;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::SimTime;
pub(crate) use path::FilePath;
use system::{FactoryContent, Storage};

/// A file that somebody writes has at most this many bytes: more than any configuration or log, less than an image,
/// since a fleet of a thousand devices can't keep a thousand images.
pub(crate) const FILE_BYTES_MAX: u64 = 32 << 20;

/// All files that were written to one device have together at most this many bytes.
const KEPT_BYTES_MAX: u64 = 64 << 20;

/// A device has this many files and directories; more is what a test leaves behind by mistake.
const ENTRIES_MAX: usize = 1024;

/// A name, with its directories, is no longer than this; Linux below IOS-XE has the same limit for a part of it.
const NAME_BYTES_MAX: usize = 255;

/// The number of the first file in a listing. Eleven is the first free one of a Linux file system.
const FIRST_ID: u32 = 11;

/// The size of a directory in a listing.
const DIRECTORY_BYTES: u64 = 4096;

/// A file or directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The number in listings.
    pub(crate) id: u32,
    /// When it was last written; zero in the factory.
    pub(crate) modified: SimTime,
    /// What it is.
    pub(crate) node: Node,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Directory,
    File(Content),
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// Bytes, which copies share.
    Kept(Arc<[u8]>),
    /// An image from the factory, of which only the size is known.
    Image(u64),
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Kept(text.into_bytes().into())
    }
}

impl Content {
    /// Its size.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Kept(bytes) => bytes.len() as u64,
            Self::Image(bytes) => *bytes,
        }
    }

    /// Its bytes; an image has none.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Kept(bytes) => bytes,
            Self::Image(_) => &[],
        }
    }
}

impl Entry {
    pub(crate) fn is_directory(&self) -> bool {
        self.node == Node::Directory
    }

    /// Its size in listings.
    pub(crate) fn len(&self) -> u64 {
        match &self.node {
            Node::Directory => DIRECTORY_BYTES,
            Node::File(content) => content.len(),
        }
    }
}

/// Why something can't be done with a file. `Display` is the text that IOS puts in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileError {
    #[error("No such file or directory")]
    Missing,
    #[error("No space left on device")]
    NoSpace,
    #[error("Is a directory")]
    IsDirectory,
    #[error("Not a directory")]
    NotDirectory,
    #[error("Can't create a file that exists")]
    Exists,
    #[error("Directory not empty")]
    NotEmpty,
    #[error("File name too long")]
    NameTooLong,
    #[error("Permission denied")]
    Denied,
    #[error("Timed out")]
    TimedOut,
    #[error("No such device")]
    NoDevice,
}

/// The files and directories of a device.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    entries: BTreeMap<FilePath, Entry>,
    given: u32,
}

impl Files {
    /// What a device leaves the factory with. All devices of a platform share it until one writes; the files' time is
    /// that of the device's birth, which is later than zero.
    pub(crate) fn from_factory(storage: &Storage) -> Self {
        let mut files = Self::default();
        let root = FilePath {
            system: storage.default,
            path: String::new(),
        };
        for file in &storage.factory {
            let node = match &file.content {
                FactoryContent::Text(text) => Node::File(Content::Kept(text.as_bytes().into())),
                FactoryContent::Image(bytes) => Node::File(Content::Image(*bytes)),
                FactoryContent::Directory => Node::Directory,
            };
            files.insert(root.join(&file.name), node, SimTime(0));
        }
        files
    }

    /// A file or directory by its name; a root has no entry.
    pub(crate) fn get(&self, path: &FilePath) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// What is in a file.
    pub(crate) fn content(&self, path: &FilePath) -> Result<&Content, FileError> {
        match self.get(path).map(|entry| &entry.node) {
            Some(Node::File(content)) => Ok(content),
            Some(Node::Directory) => Err(FileError::IsDirectory),
            None if path.path.is_empty() => Err(FileError::IsDirectory),
            None => Err(FileError::Missing),
        }
    }

    /// Whether it is a directory; a root always is.
    pub(crate) fn is_directory(&self, path: &FilePath) -> bool {
        path.path.is_empty() || self.get(path).is_some_and(Entry::is_directory)
    }

    /// Whether there is room for a file of this size under this name: the size is known before its bytes come.
    pub(crate) fn room(
        &self,
        path: &FilePath,
        bytes: u64,
        storage: &Storage,
    ) -> Result<(), FileError> {
        self.nameable(path)?;
        let old = match self.get(path) {
            Some(entry) if entry.is_directory() => return Err(FileError::IsDirectory),
            Some(entry) => entry.len(),
            None => 0,
        };
        let free = self
            .free(path.system, storage)
            .map_or(u64::MAX, |free| free + old);
        let kept: u64 = self.entries.values().map(kept_bytes).sum();
        if bytes > FILE_BYTES_MAX
            || bytes > free
            || kept.saturating_sub(old) + bytes > KEPT_BYTES_MAX
        {
            return Err(FileError::NoSpace);
        }
        Ok(())
    }

    /// Writes a file, over one of the same name.
    pub(crate) fn put(
        &mut self,
        path: FilePath,
        bytes: Arc<[u8]>,
        storage: &Storage,
        now: SimTime,
    ) -> Result<(), FileError> {
        self.room(&path, bytes.len() as u64, storage)?;
        self.insert(path, Node::File(Content::Kept(bytes)), now);
        Ok(())
    }

    /// Makes a second file with the bytes of another; an image stays one.
    pub(crate) fn put_content(
        &mut self,
        path: FilePath,
        content: Content,
        storage: &Storage,
        now: SimTime,
    ) -> Result<(), FileError> {
        match content {
            Content::Kept(bytes) => self.put(path, bytes, storage, now),
            Content::Image(bytes) => {
                self.room(&path, 0, storage)?;
                if self
                    .free(path.system, storage)
                    .is_some_and(|free| bytes > free)
                {
                    return Err(FileError::NoSpace);
                }
                self.insert(path, Node::File(content), now);
                Ok(())
            }
        }
    }

    /// Takes a file away.
    pub(crate) fn remove(&mut self, path: &FilePath) -> Result<(), FileError> {
        self.content(path)?;
        self.entries.remove(path);
        Ok(())
    }

    /// Makes a directory.
    pub(crate) fn make_directory(&mut self, path: FilePath, now: SimTime) -> Result<(), FileError> {
        self.nameable(&path)?;
        if path.path.is_empty() || self.entries.contains_key(&path) {
            return Err(FileError::Exists);
        }
        self.insert(path, Node::Directory, now);
        Ok(())
    }

    /// Takes an empty directory away, or with `all` whatever is below it too.
    pub(crate) fn remove_directory(&mut self, path: &FilePath, all: bool) -> Result<(), FileError> {
        match self.get(path) {
            None if path.path.is_empty() => return Err(FileError::Denied),
            None => return Err(FileError::Missing),
            Some(entry) if !entry.is_directory() => return Err(FileError::NotDirectory),
            Some(_) => {}
        }
        if !all && self.below(path).next().is_some() {
            return Err(FileError::NotEmpty);
        }
        self.entries
            .retain(|own, _| own != path && !own.is_below(path));
        Ok(())
    }

    /// Gives a file or directory another name, with all that is below it.
    pub(crate) fn rename(&mut self, from: &FilePath, to: &FilePath) -> Result<(), FileError> {
        let entry = self.get(from).cloned().ok_or(FileError::Missing)?;
        self.nameable(to)?;
        if self.entries.contains_key(to) || to.is_below(from) || to == from {
            return Err(FileError::Exists);
        }
        let moved: Vec<(FilePath, Entry)> = self
            .below(from)
            .filter_map(|(path, entry)| {
                let rest = path.path.strip_prefix(&*from.path)?.strip_prefix('/')?;
                Some((to.join(rest), entry.clone()))
            })
            .collect();
        self.entries
            .retain(|own, _| own != from && !own.is_below(from));
        self.entries.insert(to.clone(), entry);
        self.entries.extend(moved);
        Ok(())
    }

    /// What stands in a directory, in the order that it was made in.
    pub(crate) fn list(&self, directory: &FilePath) -> Vec<(&FilePath, &Entry)> {
        let here = self
            .below(directory)
            .filter(|(path, _)| path.parent().as_ref() == Some(directory));
        let mut list: Vec<_> = here.collect();
        list.sort_by_key(|(_, entry)| entry.id);
        list
    }

    /// All that is below a directory, in the order of names.
    pub(crate) fn below(&self, directory: &FilePath) -> impl Iterator<Item = (&FilePath, &Entry)> {
        let first = FilePath {
            system: directory.system,
            path: directory.path.clone(),
        };
        let later = self
            .entries
            .range(first..)
            .take_while(|(path, _)| path.system == directory.system);
        later.filter(move |(path, _)| path.is_below(directory))
    }

    /// How many bytes are free in a file system that has a size.
    pub(crate) fn free(&self, system: usize, storage: &Storage) -> Option<u64> {
        let own = self
            .entries
            .iter()
            .filter(|(path, _)| path.system == system);
        let used: u64 = own.map(|(_, entry)| entry.len()).sum();
        Some(storage.get(system)?.bytes?.saturating_sub(used))
    }

    /// Whether a new entry could have this name.
    fn nameable(&self, path: &FilePath) -> Result<(), FileError> {
        if path.path.len() > NAME_BYTES_MAX {
            return Err(FileError::NameTooLong);
        }
        let Some(parent) = path.parent() else {
            return Err(FileError::IsDirectory);
        };
        if !self.is_directory(&parent) {
            return Err(FileError::Missing);
        }
        if self.entries.len() >= ENTRIES_MAX && !self.entries.contains_key(path) {
            return Err(FileError::NoSpace);
        }
        Ok(())
    }

    fn insert(&mut self, path: FilePath, node: Node, now: SimTime) {
        let id = match self.entries.get(&path) {
            Some(old) => old.id,
            None => {
                self.given += 1;
                FIRST_ID + self.given - 1
            }
        };
        self.entries.insert(
            path,
            Entry {
                id,
                modified: now,
                node,
            },
        );
    }
}

/// What an entry costs the fleet.
fn kept_bytes(entry: &Entry) -> u64 {
    match &entry.node {
        Node::File(Content::Kept(bytes)) => bytes.len() as u64,
        Node::File(Content::Image(_)) | Node::Directory => 0,
    }
}

#[cfg(test)]
mod tests;
