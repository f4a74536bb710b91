//! The file that `ssh` writes its log to.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Names that are tried before it is given up: somebody else's files may be there.
const NAMES_MAX: usize = 100;
/// Of a longer log, what comes first tells what matters.
const LOG_BYTES_MAX: usize = 1 << 20;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A log that only we can read, and that goes with us.
pub(super) struct Log(PathBuf);

impl Log {
    /// Makes an empty one.
    pub(super) fn create() -> io::Result<Self> {
        let folder =
            std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let mut taken = io::ErrorKind::AlreadyExists.into();
        for _ in 0..NAMES_MAX {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(
                "programmer-ssh-{}-{number}.log",
                std::process::id()
            ));
            // Nobody can have put a link there before: it must be new.
            match OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
            {
                Ok(_) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
                Err(error) => return Err(error),
            }
        }
        Err(taken)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// What stands in it now.
    pub(super) fn text(&self) -> String {
        let mut bytes = fs::read(&self.0).unwrap_or_default();
        bytes.truncate(LOG_BYTES_MAX);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
