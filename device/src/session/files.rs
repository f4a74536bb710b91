//! Commands on files: `delete`, `mkdir`, `rmdir`, `rename`, `verify`, `more`, `cd` (ios-xe-behaviour §2.14).

use std::collections::VecDeque;

use md5::{Digest, Md5};

use super::Session;
use super::dialogue::Question;
use super::exec::{Values, value};
use crate::SimTime;
use crate::files::{Content, FileError, FilePath};
use crate::state::State;

/// A question about files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileQuestion {
    /// Which file: the one that was typed, unless another is.
    Name {
        what: Change,
        typed: String,
        recursive: bool,
    },
    /// What a file is to be called.
    NewName { from: FilePath, typed: String },
    /// Whether the first of these is to go.
    Remove(VecDeque<Removal>),
}

/// What is done with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Delete,
    MakeDirectory,
    RemoveDirectory,
}

/// Something that goes once it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Removal {
    File(FilePath),
    /// What is in a directory is asked for one by one.
    Inside(FilePath),
    Directory(FilePath),
    /// `rmdir`, which says what it has done.
    EmptyDirectory(FilePath),
}

impl FileQuestion {
    pub(super) fn is_key(&self) -> bool {
        matches!(self, Self::Remove(_))
    }

    pub(super) fn text(&self, state: &State) -> String {
        match self {
            Self::Name { what, typed, .. } => {
                let asks = match what {
                    Change::Delete => "Delete",
                    Change::MakeDirectory => "Create directory",
                    Change::RemoveDirectory => "Remove directory",
                };
                format!("{asks} filename [{}]? ", without_system(typed))
            }
            Self::NewName { typed, .. } => {
                format!("Destination filename [{}]? ", without_system(typed))
            }
            Self::Remove(removals) => match removals.front() {
                Some(Removal::Inside(path)) => {
                    format!(
                        "Examine files in directory {}? [confirm]",
                        state.shown(path)
                    )
                }
                Some(Removal::Directory(path)) => {
                    format!("Remove directory {}? [confirm]", state.shown(path))
                }
                Some(Removal::File(path) | Removal::EmptyDirectory(path)) => {
                    format!("Delete {}? [confirm]", state.shown(path))
                }
                None => "[confirm]".to_string(),
            },
        }
    }
}

impl Session {
    pub(super) fn delete(&mut self, state: &mut State, values: &Values) {
        let typed = value(values, "file").unwrap_or_default().to_string();
        let force = state.has("file prompt") || value(values, "/force").is_some();
        let recursive = value(values, "/recursive").is_some();
        if !force {
            let what = Change::Delete;
            return self.ask(
                state,
                Question::Files(FileQuestion::Name {
                    what,
                    typed,
                    recursive,
                }),
            );
        }
        let Some(path) = self.found(state, &typed) else {
            return;
        };
        for path in matching(state, &path) {
            let done = match state.files.is_directory(&path) {
                true if recursive => state.files_mut().remove_directory(&path, true),
                _ => state.remove(&path),
            };
            if let Err(error) = done {
                self.say(&format!(
                    "%Error deleting {} ({error})\n",
                    state.shown(&path)
                ));
            }
        }
    }

    pub(super) fn change_directory(
        &mut self,
        state: &mut State,
        what: Change,
        values: &Values,
        now: SimTime,
    ) {
        let typed = value(values, "file").unwrap_or_default().to_string();
        if state.has("file prompt") {
            return self.change_named(state, what, &typed, false, now);
        }
        self.ask(
            state,
            Question::Files(FileQuestion::Name {
                what,
                typed,
                recursive: false,
            }),
        );
    }

    pub(super) fn rename(&mut self, state: &mut State, values: &Values) {
        let from = value(values, "from").unwrap_or_default();
        let typed = value(values, "to").unwrap_or_default().to_string();
        let Some(from) = self.found(state, from) else {
            return;
        };
        if state.has("file prompt") {
            return self.rename_to(state, &from, &typed);
        }
        self.ask(
            state,
            Question::Files(FileQuestion::NewName { from, typed }),
        );
    }

    /// A question about a name was answered.
    pub(super) fn file_answered(
        &mut self,
        state: &mut State,
        question: FileQuestion,
        text: &str,
        now: SimTime,
    ) {
        let named = |typed: &str| match (text.is_empty(), typed.split_once(':')) {
            (true, _) => typed.to_string(),
            (false, Some((system, _))) if !text.contains(':') => format!("{system}:{text}"),
            (false, _) => text.to_string(),
        };
        match question {
            FileQuestion::Name {
                what,
                typed,
                recursive,
            } => {
                self.change_named(state, what, &named(&typed), recursive, now);
            }
            FileQuestion::NewName { from, typed } => self.rename_to(state, &from, &named(&typed)),
            FileQuestion::Remove(_) => {}
        }
    }

    fn change_named(
        &mut self,
        state: &mut State,
        what: Change,
        typed: &str,
        recursive: bool,
        now: SimTime,
    ) {
        let Some(path) = self.found(state, typed) else {
            return;
        };
        let shown = state.shown(&path);
        match what {
            Change::Delete => {
                let all = matching(state, &path).into_iter();
                let removals = all.map(|path| match state.files.is_directory(&path) {
                    true if recursive => Removal::Inside(path),
                    _ => Removal::File(path),
                });
                self.remove_next(state, removals.collect());
            }
            Change::MakeDirectory => match state.files_mut().make_directory(path, now) {
                Ok(()) => self.say(&format!("Created dir {shown}\n")),
                Err(error) => self.say(&format!("%Error Creating dir {shown} ({error})\n")),
            },
            Change::RemoveDirectory => {
                let removals = VecDeque::from([Removal::EmptyDirectory(path)]);
                if state.has("file prompt") {
                    return self.remove_one(state, removals);
                }
                self.ask(state, Question::Files(FileQuestion::Remove(removals)));
            }
        }
    }

    fn rename_to(&mut self, state: &mut State, from: &FilePath, typed: &str) {
        let Some(to) = self.found(state, typed) else {
            return;
        };
        let same_system = from.system == to.system;
        let done = if same_system {
            state.files_mut().rename(from, &to)
        } else {
            Err(FileError::Denied)
        };
        if let Err(error) = done {
            self.say(&format!(
                "%Error renaming {} ({error})\n",
                state.shown(from)
            ));
        }
    }

    /// Asks for the first removal of several that can be; those that can't are told.
    fn remove_next(&mut self, state: &State, mut removals: VecDeque<Removal>) {
        while let Some(first) = removals.front() {
            let possible = match first {
                Removal::File(path) => state.read_file(path).map(|_| ()),
                _ => Ok(()),
            };
            match (first, possible) {
                (Removal::File(path), Err(error)) => {
                    self.say(&format!(
                        "%Error deleting {} ({error})\n",
                        state.shown(path)
                    ));
                    removals.pop_front();
                }
                _ => return self.ask(state, Question::Files(FileQuestion::Remove(removals))),
            }
        }
    }

    /// The first removal was confirmed, or not.
    pub(super) fn removal_answered(
        &mut self,
        state: &mut State,
        mut removals: VecDeque<Removal>,
        yes: bool,
    ) {
        if yes {
            return self.remove_one(state, removals);
        }
        if let Some(Removal::File(path)) = removals.pop_front() {
            self.say(&format!("Delete of {} aborted!\n", state.shown(&path)));
        }
        self.remove_next(state, removals);
    }

    fn remove_one(&mut self, state: &mut State, mut removals: VecDeque<Removal>) {
        match removals.pop_front() {
            Some(Removal::File(path)) => {
                if let Err(error) = state.remove(&path) {
                    self.say(&format!(
                        "%Error deleting {} ({error})\n",
                        state.shown(&path)
                    ));
                }
            }
            Some(Removal::Inside(path)) => {
                let inside = state.files.list(&path).into_iter();
                let inside = inside.map(|(path, entry)| match entry.is_directory() {
                    true => Removal::Inside(path.clone()),
                    false => Removal::File(path.clone()),
                });
                let mut all: VecDeque<Removal> = inside.collect();
                all.push_back(Removal::Directory(path));
                all.append(&mut removals);
                removals = all;
            }
            Some(Removal::Directory(path)) => {
                if let Err(error) = state.files_mut().remove_directory(&path, false) {
                    self.say(&format!(
                        "%Error Removing dir {} ({error})\n",
                        state.shown(&path)
                    ));
                }
            }
            Some(Removal::EmptyDirectory(path)) => {
                let shown = state.shown(&path);
                match state.files_mut().remove_directory(&path, false) {
                    Ok(()) => self.say(&format!("Removed dir {shown}\n")),
                    Err(error) => self.say(&format!("%Error Removing dir {shown} ({error})\n")),
                }
            }
            None => {}
        }
        self.remove_next(state, removals);
    }

    /// `verify /md5`: the hash of a file, or whether it is the one that was given.
    pub(super) fn verify(&mut self, state: &State, values: &Values) {
        let typed = value(values, "file").unwrap_or_default();
        let Some(path) = self.found(state, typed) else {
            return;
        };
        let content = match state.read_file(&path) {
            Ok(content) => content,
            Err(error) => {
                return self.say(&format!(
                    "%Error opening {} ({error})\n",
                    state.shown(&path)
                ));
            }
        };
        let hash = md5_of(&path, &content);
        let dots = ".".repeat(
            usize::try_from(content.len() / BYTES_A_DOT)
                .unwrap_or(0)
                .clamp(1, DOTS_MAX),
        );
        self.say(&format!("{dots}MD5 of {typed} Done!\n"));
        match value(values, "hash") {
            None => self.say(&format!("verify /md5 ({typed}) = {hash}\n\n")),
            Some(given) if given.eq_ignore_ascii_case(&hash) => self.say(&format!("Verified ({typed}) = {hash}\n\n")),
            Some(given) => self.say(&format!(
                "%Error verifying {typed}\nComputed signature  = {hash}\nSubmitted signature = {given}\n\n"
            )),
        }
    }

    pub(super) fn more(&self, state: &State, values: &Values) -> String {
        let typed = value(values, "file").unwrap_or_default();
        let path = match state.path_from(typed, &self.directory) {
            Ok(path) => path,
            Err(error) => return format!("%Error opening {typed} ({error})\n"),
        };
        match state.read_file(&path) {
            Ok(content @ Content::Kept(_)) => {
                let mut text = String::from_utf8_lossy(content.bytes()).replace('\r', "");
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                text
            }
            // Nobody reads an image on a terminal.
            Ok(Content::Image(_)) => format!(
                "%Error opening {} ({})\n",
                state.shown(&path),
                FileError::Denied
            ),
            Err(error) => format!("%Error opening {} ({error})\n", state.shown(&path)),
        }
    }

    /// `cd`: the directory that names without a file system stand in.
    pub(super) fn change_working_directory(&mut self, state: &State, values: &Values) {
        let Some(typed) = value(values, "file") else {
            self.directory = state.root();
            return;
        };
        let Some(path) = self.found(state, typed) else {
            return;
        };
        if state.files.is_directory(&path) {
            self.directory = path;
        } else {
            self.say(&format!(
                "%Error changing dir {} ({})\n",
                state.shown(&path),
                FileError::Missing
            ));
        }
    }

    pub(super) fn print_working_directory(&mut self, state: &State) {
        let slash = if self.directory.path.is_empty() {
            ""
        } else {
            "/"
        };
        let text = format!("{}{slash}\n", state.shown(&self.directory));
        self.say(&text);
    }

    /// The file that a name means here; what is said if there is no such file system.
    fn found(&mut self, state: &State, typed: &str) -> Option<FilePath> {
        match state.path_from(typed, &self.directory) {
            Ok(path) => Some(path),
            Err(error) => {
                self.say(&format!("%Error opening {typed} ({error})\n"));
                None
            }
        }
    }
}

/// The files that a name with `*` or `?` means; a name without them, or one that fits nothing, means itself.
pub(super) fn matching(state: &State, path: &FilePath) -> Vec<FilePath> {
    let pattern = path.name();
    if let (true, Some(parent)) = (pattern.contains(['*', '?']), path.parent()) {
        let found = state.files.list(&parent).into_iter();
        let found = found.filter(|(own, _)| fits(pattern.as_bytes(), own.name().as_bytes()));
        let found: Vec<FilePath> = found.map(|(own, _)| own.clone()).collect();
        if !found.is_empty() {
            return found;
        }
    }
    vec![path.clone()]
}

/// Whether a name fits a pattern: `*` stands for any characters, `?` for one. It remembers the last `*`, so that it
/// takes at most as many steps as pattern and name have characters, multiplied.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut of_name) = (0, 0);
    let mut star = None;
    while let Some(byte) = name.get(of_name) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, of_name));
                at += 1;
            }
            Some(own) if own == byte || *own == b'?' => {
                at += 1;
                of_name += 1;
            }
            _ => {
                let Some((star_at, tried)) = star else {
                    return false;
                };
                star = Some((star_at, tried + 1));
                at = star_at + 1;
                of_name = tried + 1;
            }
        }
    }
    pattern
        .get(at..)
        .is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

/// The hash of a file. Of an image from the factory there are no bytes; its hash follows from its name and size.
fn md5_of(path: &FilePath, content: &Content) -> String {
    let digest = match content {
        Content::Kept(bytes) => Md5::digest(bytes),
        Content::Image(bytes) => Md5::digest(format!("{}:{bytes}", path.name())),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name as questions offer it: `x` of `flash:/x`.
fn without_system(typed: &str) -> &str {
    let rest = typed.split_once(':').map_or(typed, |(_, rest)| rest);
    rest.trim_start_matches('/')
}

/// `verify` prints a dot for so many bytes.
const BYTES_A_DOT: u64 = 128 << 10;

/// More dots than this say no more.
const DOTS_MAX: usize = 500;

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_pattern_fits_names() {
        let fit = |pattern: &str, name: &str| fits(pattern.as_bytes(), name.as_bytes());
        assert!(fit("*.txt", "a.txt"));
        assert!(fit("*", ""));
        assert!(fit("a*b*c", "aXXbYYbc"));
        assert!(fit("?.txt", "a.txt"));
        assert!(!fit("?.txt", "ab.txt"));
        assert!(!fit("*.txt", "a.txt.bak"));
        assert!(!fit("a*b", "a"));
        assert!(!fit(&"*a".repeat(50), &"b".repeat(200)));
    }
}
