//! The file systems, and what lies in the default one.

use serde::Serialize;

use super::Snapshot;
use super::clock::{file_date, long_file_date};
use crate::files::FilePath;
use crate::files::system::Kind;

/// A file system.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FileSystemView {
    name: String,
    names: Vec<String>,
    kind: &'static str,
    flags: &'static str,
    bytes: Option<u64>,
    free: Option<u64>,
    default: bool,
}

/// A file or directory of the default file system.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FileView {
    id: u32,
    /// Its name with its directories, without a slash before it.
    path: String,
    directory: bool,
    bytes: u64,
    /// As `dir` has it.
    date: String,
    /// As `show flash:` has it.
    long_date: String,
}

pub(super) fn systems(snapshot: &Snapshot) -> Vec<FileSystemView> {
    let storage = snapshot.platform.storage();
    let view = |(number, system): (usize, &crate::files::system::FileSystem)| {
        let saved = if system.kind == Kind::Nvram {
            snapshot.startup.as_deref().map_or(0, str::len) as u64
        } else {
            0
        };
        let free = snapshot
            .files
            .free(number, storage)
            .map(|free| free.saturating_sub(saved));
        FileSystemView {
            name: storage.name(number).to_string(),
            names: system.names.clone(),
            kind: system.kind.word(),
            flags: system.flags.word(),
            bytes: system.bytes,
            free,
            default: number == storage.default,
        }
    };
    storage.systems.iter().enumerate().map(view).collect()
}

/// What lies in the default file system, directories before what is in them.
pub(super) fn files(snapshot: &Snapshot) -> Vec<FileView> {
    let root = FilePath {
        system: snapshot.platform.storage().default,
        path: String::new(),
    };
    let zone = snapshot.zone();
    let time = |entry: &crate::files::Entry| entry.modified.max(snapshot.born);
    let view = |(path, entry): (&FilePath, &crate::files::Entry)| FileView {
        id: entry.id,
        path: path.path.clone(),
        directory: entry.is_directory(),
        bytes: entry.len(),
        date: file_date(time(entry), &zone),
        long_date: long_file_date(time(entry), &zone),
    };
    snapshot.files.below(&root).map(view).collect()
}
