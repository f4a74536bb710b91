//! Names of files, in one form: `flash:x`, `flash:/x` and, where it is the default, `x` are the same file.

use super::system::{Kind, Storage};

/// A file or directory: the number of its file system, and its path below the root, without slashes at either end.
/// An empty path is the root itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FilePath {
    pub(crate) system: usize,
    pub(crate) path: String,
}

impl FilePath {
    /// Reads a name as it was typed; `from` is where a name without a file system stands.
    ///
    /// None if there is no such file system.
    pub(crate) fn read(typed: &str, storage: &Storage, from: &Self) -> Option<Self> {
        let (system, rest) = match typed.split_once(':') {
            Some((name, rest)) => (storage.named(&format!("{name}:"))?, rest),
            None => (from.system, typed),
        };
        let relative = !typed.contains(':') && !rest.starts_with('/');
        let mut walked: Vec<&str> = if relative {
            parts(&from.path).collect()
        } else {
            Vec::new()
        };
        for part in parts(rest) {
            match part {
                "." => {}
                ".." => _ = walked.pop(),
                _ => walked.push(part),
            }
        }
        Some(Self {
            system,
            path: walked.join("/"),
        })
    }

    /// A name below this one.
    pub(crate) fn join(&self, name: &str) -> Self {
        let path = if self.path.is_empty() {
            name.to_string()
        } else {
            format!("{}/{name}", self.path)
        };
        Self {
            system: self.system,
            path,
        }
    }

    /// The last part of its name.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The directory that it is in; none for a root.
    pub(crate) fn parent(&self) -> Option<Self> {
        if self.path.is_empty() {
            return None;
        }
        let path = self.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        Some(Self {
            system: self.system,
            path: path.to_string(),
        })
    }

    /// Whether it is in a directory, or in one below it.
    pub(crate) fn is_below(&self, directory: &Self) -> bool {
        self.system == directory.system
            && (directory.path.is_empty() && !self.path.is_empty()
                || self
                    .path
                    .strip_prefix(&*directory.path)
                    .is_some_and(|rest| rest.starts_with('/')))
    }

    /// As outputs show it: `flash:/dir/x`.
    pub(crate) fn shown(&self, storage: &Storage) -> String {
        let network = storage
            .get(self.system)
            .is_some_and(|system| system.kind == Kind::Network);
        let slashes = if network { "//" } else { "/" };
        format!("{}{slashes}{}", storage.name(self.system), self.path)
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::system::{FileSystem, Flags};

    fn storage() -> Storage {
        let system = |names: &[&str], kind| FileSystem {
            names: names.iter().map(ToString::to_string).collect(),
            kind,
            flags: Flags::Rw,
            bytes: None,
        };
        Storage {
            systems: vec![
                system(&["nvram:"], Kind::Nvram),
                system(&["bootflash:", "flash:"], Kind::Disk),
            ],
            default: 1,
            ..Storage::default()
        }
    }

    fn shown(typed: &str, from: &str) -> Option<String> {
        let storage = storage();
        let from = FilePath {
            system: 1,
            path: from.to_string(),
        };
        Some(FilePath::read(typed, &storage, &from)?.shown(&storage))
    }

    #[test]
    fn a_file_has_one_name_however_it_is_typed() {
        for typed in [
            "x",
            "/x",
            "flash:x",
            "FLASH:/x",
            "bootflash://x",
            "bootflash:/a/../x",
            "./x",
        ] {
            assert_eq!(shown(typed, "").as_deref(), Some("bootflash:/x"), "{typed}");
        }
        assert_eq!(
            shown("nvram:startup-config", "").as_deref(),
            Some("nvram:/startup-config")
        );
        assert_eq!(shown("slot0:x", ""), None);
    }

    #[test]
    fn a_bare_name_stands_in_the_working_directory() {
        assert_eq!(shown("x", "a/b").as_deref(), Some("bootflash:/a/b/x"));
        assert_eq!(shown("../x", "a/b").as_deref(), Some("bootflash:/a/x"));
        assert_eq!(shown("../../../x", "a/b").as_deref(), Some("bootflash:/x"));
        assert_eq!(shown("flash:x", "a/b").as_deref(), Some("bootflash:/x"));
    }

    #[test]
    fn a_directory_knows_what_is_below_it() {
        let at = |path: &str| FilePath {
            system: 1,
            path: path.to_string(),
        };
        assert!(at("a/x").is_below(&at("a")));
        assert!(at("a/b/x").is_below(&at("")));
        assert!(!at("ab").is_below(&at("a")));
        assert!(!at("").is_below(&at("")));
        assert_eq!(at("a/x").parent(), Some(at("a")));
        assert_eq!(at("").parent(), None);
    }
}
