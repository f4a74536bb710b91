//! Where the journal lies: its URL, its folder, its file, and who may read them.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Nobody but its owner reads a journal.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Where the journal is, if nobody says otherwise: `$XDG_STATE_HOME/programmer/journal.db`.
#[must_use]
pub fn default_journal() -> String {
    let state = std::env::var_os("XDG_STATE_HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from);
    let home = || {
        std::env::home_dir()
            .unwrap_or_default()
            .join(".local")
            .join("state")
    };
    let file = state
        .unwrap_or_else(home)
        .join("programmer")
        .join("journal.db");
    format!("sqlite:{}", file.display())
}

/// The file of an SQLite journal; none for one in memory or in a server.
pub(super) fn file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    (path != ":memory:").then(|| PathBuf::from(path))
}

/// The URL as it may be shown: without a password.
pub(super) fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_string();
    };
    let Some((user, host)) = rest.rsplit_once('@') else {
        return url.split_once('?').map_or(url, |(url, _)| url).to_string();
    };
    let user = user.split_once(':').map_or(user, |(user, _)| user);
    let host = host.split_once('?').map_or(host, |(host, _)| host);
    format!("{scheme}://{user}@{host}")
}

/// Makes folder and file, or closes them to others. What SQLite lays beside the file has the file's mode.
pub(super) fn prepare(file: &Path) -> io::Result<()> {
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty() && !folder.exists())
    {
        DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(folder)?;
    }
    let opened = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(FILE_MODE)
        .open(file)?;
    let mut permissions = opened.metadata()?.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(FILE_MODE);
        opened.set_permissions(permissions)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_of_a_url_is_not_shown() {
        assert_eq!(
            shown("postgres://me:s3cret@db:5432/runs?sslmode=disable"),
            "postgres://me@db:5432/runs"
        );
        assert_eq!(shown("postgres://me:p@ss@db/runs"), "postgres://me@db/runs");
        assert_eq!(shown("sqlite:/var/lib/j.db"), "sqlite:/var/lib/j.db");
    }

    #[test]
    fn the_file_of_a_url() {
        assert_eq!(file("sqlite:/a/b.db"), Some(PathBuf::from("/a/b.db")));
        assert_eq!(file("sqlite://b.db?mode=rw"), Some(PathBuf::from("b.db")));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://h/d"), None);
    }
}
