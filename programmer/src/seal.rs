//! Seals what must be kept and not be read: lines with passwords, pre-images, inverses.
//!
//! ChaCha20-Poly1305 (RFC 8439) with a key of the user's own, which is made at first use and lies in a file that
//! nobody else may read. What is sealed says what it belongs to, so that it can't be put in another place.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// Names the key file in the place of the user's own.
pub const KEY_FILE: &str = "PROGRAMMER_KEY_FILE";

const KEY_BYTES: usize = 32;
/// A key file is 44 letters; one that is much longer is something else.
const KEY_FILE_BYTES_MAX: u64 = 256;
/// The form of what is sealed.
const FORM: &str = "s1";

/// What seals and opens.
pub struct Key {
    key: LessSafeKey,
    name: String,
    random: SystemRandom,
}

/// Why something can't be sealed or opened.
#[derive(Debug, Error)]
pub enum SealError {
    /// There is no place for a key.
    #[error(
        "there is no place for the key: neither HOME nor XDG_STATE_HOME is set; name one with {KEY_FILE}"
    )]
    NoPlace,
    /// The key file can't be read or made.
    #[error("the key {}: {error}", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Others may read the key.
    #[error("the key {} may be read by others (mode {mode:04o}); give it to yourself alone: chmod 600", path.display())]
    Open {
        /// Where it is.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file holds no key.
    #[error("{} is no key: it has no 32 bytes in base64", .0.display())]
    NoKey(PathBuf),
    /// It was sealed with another key.
    #[error(
        "it was sealed with the key {theirs}, and this one is {ours}; name the right one with {KEY_FILE}"
    )]
    OtherKey {
        /// The name of the key that sealed it.
        theirs: String,
        /// The name of this key.
        ours: String,
    },
    /// It isn't what was sealed.
    #[error("it was changed since it was sealed, or stood somewhere else")]
    Broken,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandom,
}

impl Key {
    /// The user's key: the file that `PROGRAMMER_KEY_FILE` names, or `programmer/key` in the state directory. It is
    /// made if it isn't there.
    ///
    /// # Errors
    ///
    /// If it can't be read or made, or others may read it.
    pub fn of_user() -> Result<Self, SealError> {
        Self::at(&path_of_user()?)
    }

    /// The key in this file, which is made if it isn't there.
    ///
    /// # Errors
    ///
    /// As [`Key::of_user`].
    pub fn at(path: &Path) -> Result<Self, SealError> {
        let failed = |error| SealError::File {
            path: path.to_path_buf(),
            error,
        };
        match File::open(path) {
            Ok(file) => Self::read(path, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(path)?;
                Self::read(path, File::open(path).map_err(failed)?)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn read(path: &Path, file: File) -> Result<Self, SealError> {
        let failed = |error| SealError::File {
            path: path.to_path_buf(),
            error,
        };
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(SealError::Open {
                path: path.to_path_buf(),
                mode,
            });
        }
        let mut text = String::new();
        file.take(KEY_FILE_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(failed)?;
        let bytes = BASE64.decode(text.trim().trim_end_matches('=')).ok();
        let key = bytes.filter(|bytes| bytes.len() == KEY_BYTES);
        Self::of_bytes(&key.unwrap_or_default()).ok_or_else(|| SealError::NoKey(path.to_path_buf()))
    }

    /// A key of 32 bytes: what a test has, or another store of keys.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).ok()?;
        let name = Sha256::digest(bytes)
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Some(Self {
            key: LessSafeKey::new(key),
            name,
            random: SystemRandom::new(),
        })
    }

    /// A key that is forgotten with this value.
    ///
    /// # Errors
    ///
    /// If the system gives no random numbers.
    pub fn passing() -> Result<Self, SealError> {
        let mut bytes = [0; KEY_BYTES];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| SealError::NoRandom)?;
        Self::of_bytes(&bytes).ok_or(SealError::NoRandom)
    }

    /// Seals a text. `about` says what it belongs to, and must be said again to open it.
    ///
    /// # Errors
    ///
    /// If the system gives no random numbers.
    pub fn seal(&self, about: &str, text: &str) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_LEN];
        self.random
            .fill(&mut nonce)
            .map_err(|_| SealError::NoRandom)?;
        let mut bytes = text.as_bytes().to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        let sealed =
            self.key
                .seal_in_place_append_tag(unique, Aad::from(about.as_bytes()), &mut bytes);
        sealed.map_err(|_| SealError::Broken)?;
        let all = [nonce.as_slice(), &bytes].concat();
        Ok(format!("{FORM}.{}.{}", self.name, BASE64.encode(all)))
    }

    /// Opens what was sealed.
    ///
    /// # Errors
    ///
    /// If another key sealed it, or it isn't what was sealed, or it belongs to something else.
    pub fn open(&self, about: &str, sealed: &str) -> Result<String, SealError> {
        let mut parts = sealed.split('.');
        let (Some(FORM), Some(name), Some(body)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(SealError::Broken);
        };
        if name != self.name {
            let (theirs, ours) = (name.to_string(), self.name.clone());
            return Err(SealError::OtherKey { theirs, ours });
        }
        let mut all = BASE64.decode(body).map_err(|_| SealError::Broken)?;
        let (nonce, bytes) = all
            .split_at_mut_checked(NONCE_LEN)
            .ok_or(SealError::Broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Broken)?;
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(about.as_bytes()), bytes);
        let text = opened.map_err(|_| SealError::Broken)?;
        String::from_utf8(text.to_vec()).map_err(|_| SealError::Broken)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Key({})", self.name)
    }
}

/// Where the user's key lies.
fn path_of_user() -> Result<PathBuf, SealError> {
    let named = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(path) = named(KEY_FILE) {
        return Ok(path);
    }
    let state = named("XDG_STATE_HOME").or_else(|| Some(named("HOME")?.join(".local/state")));
    state
        .map(|state| state.join("programmer/key"))
        .ok_or(SealError::NoPlace)
}

/// Makes a key. Another process may make one at the same time: the first one to be in place stays.
fn make(path: &Path) -> Result<(), SealError> {
    let failed = |error| SealError::File {
        path: path.to_path_buf(),
        error,
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
    }
    let mut key = [0; KEY_BYTES];
    SystemRandom::new()
        .fill(&mut key)
        .map_err(|_| SealError::NoRandom)?;
    let fresh = path.with_extension(format!("new-{}", std::process::id()));
    let written = write(&fresh, &format!("{}\n", BASE64.encode(key)));
    let linked = written.and_then(|()| match fs::hard_link(&fresh, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let _ = fs::remove_file(&fresh);
    linked.map_err(failed)
}

/// A file that only its owner reads, on the disk before it is used.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Key::of_bytes(&[byte; KEY_BYTES]).unwrap()
    }

    /// A folder of this test, empty.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("seal-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn what_is_sealed_is_opened_with_the_same_key_in_the_same_place() {
        let sealed = key(1).seal("run 7", "enable secret x").unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(key(1).open("run 7", &sealed).unwrap(), "enable secret x");
        assert!(matches!(
            key(1).open("run 8", &sealed),
            Err(SealError::Broken)
        ));
        assert!(matches!(
            key(2).open("run 7", &sealed),
            Err(SealError::OtherKey { .. })
        ));
        let cut = &sealed[..sealed.len() - 2];
        assert!(matches!(key(1).open("run 7", cut), Err(SealError::Broken)));
        assert!(matches!(key(1).open("run 7", "s1"), Err(SealError::Broken)));
    }

    #[test]
    fn the_same_text_is_never_sealed_alike() {
        assert_ne!(
            key(1).seal("a", "b").unwrap(),
            key(1).seal("a", "b").unwrap()
        );
    }

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = folder("made");
        let path = folder.join("state/key");
        let sealed = Key::at(&path).unwrap().seal("a", "b").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert_eq!(Key::at(&path).unwrap().open("a", &sealed).unwrap(), "b");
        assert_eq!(fs::read_dir(folder.join("state")).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = folder("open");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("key");
        Key::at(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            Key::at(&path),
            Err(SealError::Open { mode: 0o640, .. })
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "not a key").unwrap();
        assert!(matches!(Key::at(&path), Err(SealError::NoKey(_))));
        fs::remove_dir_all(folder).unwrap();
    }
}
