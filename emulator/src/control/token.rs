//! The token that whoever controls a fleet must know: 32 random bytes in a file that only its owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// So long is a token in hexadecimal digits.
const DIGITS: usize = 64;

/// Where the token of a control address is kept if nobody says another place.
#[must_use]
pub fn default_file(port: u16) -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let state = || set("XDG_STATE_HOME").map(PathBuf::from);
    let home = || set("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let folder = set("XDG_RUNTIME_DIR").map(PathBuf::from);
    let folder = folder.or_else(state).or_else(home).unwrap_or_default();
    folder.join("fleet").join(format!("control-{port}.token"))
}

/// Makes a token and writes it into a file, in place of one that is there.
///
/// # Errors
///
/// If there is no randomness to be had, or the file can't be written.
pub fn make(file: &Path) -> io::Result<String> {
    let mut bytes = [0; DIGITS / 2];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // A file that somebody else has put there meanwhile isn't opened.
    let mut options = OpenOptions::new();
    let mut out = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    writeln!(out, "{token}")?;
    Ok(token)
}

/// Reads a token.
///
/// # Errors
///
/// If the file can't be read, or others can read it too.
pub fn read(file: &Path) -> io::Result<String> {
    if fs::metadata(file)?.permissions().mode() & 0o077 != 0 {
        return Err(io::Error::other("others than its owner can read it"));
    }
    Ok(fs::read_to_string(file)?.trim().to_string())
}

/// Compares in a time that doesn't tell where two texts differ.
pub(super) fn equal(given: &str, token: &str) -> bool {
    let differences = given
        .bytes()
        .zip(token.bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    given.len() == token.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_owners_and_each_is_another() {
        let folder = std::env::temp_dir().join(format!("fleet-token-{}", std::process::id()));
        let file = folder.join("a.token");
        let first = make(&file).unwrap();
        let second = make(&file).unwrap();
        assert_ne!(first, second);
        assert_eq!(first.len(), DIGITS);
        assert_eq!(read(&file).unwrap(), second);
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read(&file).is_err());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_the_whole_token_will_do() {
        assert!(equal("abc", "abc"));
        assert!(!equal("abd", "abc"));
        assert!(!equal("ab", "abc"));
        assert!(!equal("", "abc"));
    }
}
