//! `dir` (ios-xe-behaviour §2.14).

use super::Session;
use super::exec::{Values, value};
use super::files::matching;
use crate::files::system::Kind;
use crate::files::{Entry, FileError, FilePath};
use crate::state::State;
use crate::views::{Zone, file_date};

/// A file without a time: what the device makes as it is asked for.
const NO_DATE: &str = "<no date>";

impl Session {
    /// What `dir` prints.
    pub(super) fn dir(&self, state: &State, values: &Values) -> String {
        let recursive = value(values, "/recursive").is_some();
        if value(values, "all-filesystems").is_some() {
            let disks = state.platform.storage().systems.iter().enumerate();
            let disks = disks.filter(|(_, system)| matches!(system.kind, Kind::Disk | Kind::Nvram));
            let roots = disks.map(|(system, _)| FilePath {
                system,
                path: String::new(),
            });
            let listings: Vec<String> =
                roots.map(|root| listing(state, &root, recursive)).collect();
            return listings.join("\n");
        }
        let typed = value(values, "file").unwrap_or_default();
        match state.path_from(typed, &self.directory) {
            Ok(path) => listing(state, &path, recursive),
            Err(error) => format!("%Error opening {typed} ({error})\n"),
        }
    }
}

fn listing(state: &State, path: &FilePath, recursive: bool) -> String {
    let Some(system) = state.platform.storage().get(path.system) else {
        return String::new();
    };
    let name = state.platform.storage().name(path.system);
    match system.kind {
        Kind::Network => format!("%Error opening {} (Undefined error)\n", state.shown(path)),
        Kind::Nvram => made(state, path, &nvram(state)),
        Kind::Opaque if name == "system:" => made(state, path, &system_files(state)),
        Kind::Opaque => made(state, path, &[]),
        Kind::Disk => disk(state, path, recursive),
    }
}

/// What lies in flash.
fn disk(state: &State, path: &FilePath, recursive: bool) -> String {
    let zone = state.zone();
    let mut text = String::new();
    if state.files.is_directory(path) {
        let slash = if path.path.is_empty() { "" } else { "/" };
        text.push_str(&format!("Directory of {}{slash}\n\n", state.shown(path)));
        text.push_str(&rows(state, state.files.list(path), &zone));
        if recursive {
            for (below, entry) in state.files.below(path) {
                if entry.is_directory() {
                    text.push_str(&format!("\nDirectory of {}/\n\n", state.shown(below)));
                    text.push_str(&rows(state, state.files.list(below), &zone));
                }
            }
        }
    } else {
        let found = matching(state, path);
        let files = found
            .iter()
            .filter_map(|path| Some((path, state.files.get(path)?)));
        let files: Vec<_> = files.collect();
        if files.is_empty() {
            return format!(
                "%Error opening {} ({})\n",
                state.shown(path),
                FileError::Missing
            );
        }
        text.push_str(&format!("Directory of {}\n\n", state.shown(path)));
        text.push_str(&rows(state, files, &zone));
    }
    text + "\n" + &room(state, path)
}

fn rows(state: &State, files: Vec<(&FilePath, &Entry)>, zone: &Zone) -> String {
    if files.is_empty() {
        return "No files in directory\n".to_string();
    }
    let row = |(path, entry): (&FilePath, &Entry)| {
        let rights = if entry.is_directory() { "drwx" } else { "-rw-" };
        row(
            entry.id,
            rights,
            entry.len(),
            &file_date(entry.modified.max(state.born), zone),
            path.name(),
        )
    };
    files.into_iter().map(row).collect()
}

fn row(id: u32, rights: &str, bytes: u64, date: &str, name: &str) -> String {
    format!("{id:>5}  {rights}  {bytes:>10}  {date:>27}  {name}\n")
}

/// A file that has no entry: its number, its rights, its size.
type Made = (u32, &'static str, u64, &'static str);

fn made(state: &State, path: &FilePath, files: &[Made]) -> String {
    let wanted: Vec<&Made> = files
        .iter()
        .filter(|(.., name)| path.path.is_empty() || *name == path.path)
        .collect();
    if wanted.is_empty() && !path.path.is_empty() {
        return format!(
            "%Error opening {} ({})\n",
            state.shown(path),
            FileError::Missing
        );
    }
    let mut text = format!("Directory of {}\n\n", state.shown(path));
    for (id, rights, bytes, name) in &wanted {
        text.push_str(&row(*id, rights, *bytes, NO_DATE, name));
    }
    if wanted.is_empty() {
        text.push_str("No files in directory\n");
    }
    text + "\n" + &room(state, path)
}

fn nvram(state: &State) -> Vec<Made> {
    let Some(saved) = &state.startup else {
        return Vec::new();
    };
    let bytes = saved.len() as u64;
    vec![
        (32769, "-rw-", bytes, "startup-config"),
        (32770, "----", 24, "private-config"),
        (32771, "-rw-", bytes, "underlying-config"),
    ]
}

fn system_files(state: &State) -> Vec<Made> {
    vec![
        (2, "dr-x", 0, "memory"),
        (
            1,
            "-rw-",
            state.running_text().len() as u64,
            "running-config",
        ),
    ]
}

/// `N bytes total (M bytes free)`.
fn room(state: &State, path: &FilePath) -> String {
    let storage = state.platform.storage();
    let total = storage.get(path.system).and_then(|system| system.bytes);
    match (total, state.free_bytes(path.system)) {
        (Some(total), Some(free)) => format!("{total} bytes total ({free} bytes free)\n"),
        _ => "No space information available\n".to_string(),
    }
}
