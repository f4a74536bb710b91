//! A device's files as its commands reach them: those in flash, and what only has a name like a file.

use std::sync::Arc;

use super::system::Kind;
use super::{Content, FileError, FilePath, Files};
use crate::SimTime;
use crate::state::State;

impl State {
    /// The file that a name means which was typed; a name without a file system stands in the root of the default one.
    pub(crate) fn path(&self, typed: &str) -> Result<FilePath, FileError> {
        self.path_from(typed, &self.root())
    }

    /// The files, to be written.
    pub(crate) fn files_mut(&mut self) -> &mut Files {
        Arc::make_mut(&mut self.files)
    }

    /// The root of the default file system.
    pub(crate) fn root(&self) -> FilePath {
        FilePath {
            system: self.platform.storage().default,
            path: String::new(),
        }
    }

    /// The file that a name means in a working directory.
    pub(crate) fn path_from(&self, typed: &str, from: &FilePath) -> Result<FilePath, FileError> {
        FilePath::read(typed, self.platform.storage(), from).ok_or(FileError::NoDevice)
    }

    /// A file's name as outputs show it: `flash:/x`.
    pub(crate) fn shown(&self, path: &FilePath) -> String {
        path.shown(self.platform.storage())
    }

    /// What is in a file; `system:running-config` and `nvram:startup-config` count as files, `null:` as an empty one.
    pub(crate) fn read_file(&self, path: &FilePath) -> Result<Content, FileError> {
        match (self.kind(path), self.prefix(path), &*path.path) {
            (Some(Kind::Nvram), _, "startup-config") => self
                .startup
                .as_deref()
                .map(|text| Content::from(text.to_string()))
                .ok_or(FileError::Missing),
            (_, "system:", "running-config") => Ok(Content::from(self.running_text())),
            (_, "null:", _) => Ok(Content::from(String::new())),
            // A fleet has no file servers.
            (Some(Kind::Network), ..) => Err(FileError::TimedOut),
            _ => self.files.content(path).cloned(),
        }
    }

    /// Writes a file. What is written to `nvram:startup-config` is booted from next time, what is written to `null:`
    /// is gone; to merge into the running-config is not for here.
    pub(crate) fn write_file(
        &mut self,
        path: FilePath,
        content: Content,
        now: SimTime,
    ) -> Result<(), FileError> {
        match (self.kind(&path), self.prefix(&path), &*path.path) {
            (Some(Kind::Nvram), _, "startup-config") => {
                self.startup = Some(String::from_utf8_lossy(content.bytes()).into_owned().into());
                Ok(())
            }
            (_, "null:", _) => Ok(()),
            (Some(Kind::Disk | Kind::Nvram), ..) => {
                let platform = self.platform.clone();
                self.files_mut()
                    .put_content(path, content, platform.storage(), now)
            }
            (Some(Kind::Network), ..) => Err(FileError::TimedOut),
            _ => Err(FileError::Denied),
        }
    }

    /// Whether there is room for a file of this size.
    pub(crate) fn room(&self, path: &FilePath, bytes: u64) -> Result<(), FileError> {
        match (self.kind(path), self.prefix(path)) {
            (_, "null:") => Ok(()),
            (Some(Kind::Disk | Kind::Nvram), _) => {
                self.files.room(path, bytes, self.platform.storage())
            }
            _ => Err(FileError::Denied),
        }
    }

    /// How many bytes are free in a file system that has a size.
    pub(crate) fn free_bytes(&self, system: usize) -> Option<u64> {
        let storage = self.platform.storage();
        let free = self.files.free(system, storage)?;
        let is_nvram = storage
            .get(system)
            .is_some_and(|system| system.kind == Kind::Nvram);
        let saved = self
            .startup
            .as_deref()
            .filter(|_| is_nvram)
            .map_or(0, str::len);
        Some(free.saturating_sub(saved as u64))
    }

    /// The text of a file by the name that was typed; bytes that are no UTF-8 are replaced.
    pub(crate) fn file_text(&self, typed: &str) -> Result<String, FileError> {
        let content = self.read_file(&self.path(typed)?)?;
        Ok(String::from_utf8_lossy(content.bytes()).into_owned())
    }

    /// Writes a text into a file by the name that was typed.
    pub(crate) fn put_file(
        &mut self,
        typed: &str,
        text: String,
        now: SimTime,
    ) -> Result<(), FileError> {
        let bytes: Arc<[u8]> = text.into_bytes().into();
        self.write_file(self.path(typed)?, Content::Kept(bytes), now)
    }

    /// Writes a file that takes all that is left where it lies.
    pub(crate) fn fill_flash(&mut self, name: &str, now: SimTime) -> Result<(), FileError> {
        let path = self.path(name)?;
        let bytes = self.free_bytes(path.system).unwrap_or_default();
        match bytes {
            0 => Ok(()),
            _ => self.write_file(path, Content::Image(bytes), now),
        }
    }

    /// Takes a file away; the startup-config is one.
    pub(crate) fn remove(&mut self, path: &FilePath) -> Result<(), FileError> {
        match (self.kind(path), &*path.path) {
            (Some(Kind::Nvram), "startup-config") => {
                self.startup.take().map(|_| ()).ok_or(FileError::Missing)
            }
            _ => self.files_mut().remove(path),
        }
    }

    /// Takes a file away by the name that was typed.
    pub(crate) fn remove_file(&mut self, typed: &str) -> Result<(), FileError> {
        let path = self.path(typed)?;
        self.remove(&path)
    }

    fn kind(&self, path: &FilePath) -> Option<Kind> {
        self.platform
            .storage()
            .get(path.system)
            .map(|system| system.kind)
    }

    fn prefix(&self, path: &FilePath) -> &str {
        self.platform.storage().name(path.system)
    }
}
