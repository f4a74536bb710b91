//! The file systems that a platform has, as its pack says (`file_systems`, `files`).

/// A file system: where its name comes from and how much it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSystem {
    /// Its names, with their colon; the first one is what outputs show, the others mean the same.
    pub names: Vec<String>,
    /// What it is.
    pub kind: Kind,
    /// What one may do with it.
    pub flags: Flags,
    /// Its size in bytes, where it has one.
    pub bytes: Option<u64>,
}

/// What kind of file system it is, as `show file systems` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Flash memory or a disk: it keeps files.
    Disk,
    /// Holds the startup-config.
    Nvram,
    /// Something of the device that has names like files.
    Opaque,
    /// Another host.
    Network,
}

/// What one may do with a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flags {
    /// Read and write.
    Rw,
    /// Only read.
    Ro,
    /// Only write.
    Wo,
}

impl Kind {
    /// The word of `show file systems`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Nvram => "nvram",
            Self::Opaque => "opaque",
            Self::Network => "network",
        }
    }
}

impl Flags {
    /// The word of `show file systems`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rw => "rw",
            Self::Ro => "ro",
            Self::Wo => "wo",
        }
    }
}

/// A file that a device leaves the factory with, in its default file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactoryFile {
    /// Its name, with directories.
    pub name: String,
    /// What is in it.
    pub content: FactoryContent,
}

/// What is in a file from the factory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactoryContent {
    /// A text.
    Text(String),
    /// An image of so many bytes, which no device of a fleet keeps.
    Image(u64),
    /// It is a directory.
    Directory,
}

/// The file systems of a platform, in the order of `show file systems`, and what its default one holds at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Storage {
    /// The file systems.
    pub systems: Vec<FileSystem>,
    /// Which of them is the default: where a name without one is looked for.
    pub default: usize,
    /// What the default one holds at first.
    pub factory: Vec<FactoryFile>,
    /// Every name that a URL may begin with.
    pub prefixes: Vec<String>,
}

impl Storage {
    /// The file system that a name with its colon means, in any case.
    #[must_use]
    pub fn named(&self, prefix: &str) -> Option<usize> {
        let mut systems = self.systems.iter();
        systems.position(|system| {
            system
                .names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(prefix))
        })
    }

    /// A file system by its number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&FileSystem> {
        self.systems.get(number)
    }

    /// The name that outputs show.
    #[must_use]
    pub fn name(&self, number: usize) -> &str {
        let first = self.get(number).and_then(|system| system.names.first());
        first.map_or("flash:", String::as_str)
    }
}
