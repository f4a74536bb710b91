//! Passwords from elsewhere: a file that nobody else can read, or a command that is asked for each device.
//!
//! Both give the login password on their first line and, if there is a second one, the enable password on it. Nothing of
//! what they give reaches an error.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

use yaml::Mistake;

use crate::inventory::{Credentials, Device};
use crate::secret::Secret;

/// A longer file has no password in it.
const FILE_BYTES_MAX: u64 = 64 << 10;
/// So many commands run at once: they wait for a vault, not for the processor.
const COMMANDS_MAX: usize = 8;

/// A login password, and perhaps one for `enable`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passwords {
    /// To log in.
    pub password: Secret,
    /// For `enable`.
    pub enable: Option<Secret>,
}

impl Passwords {
    /// Puts them in the place of what the inventory says.
    pub fn set(&self, credentials: &mut Credentials) {
        credentials.password = self.password.clone();
        if let Some(enable) = &self.enable {
            credentials.enable = Some(enable.clone());
        }
    }

    fn of(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(|line| line.trim_end_matches('\r'));
        let password = lines.next().filter(|line| !line.is_empty())?;
        let enable = lines.next().filter(|line| !line.is_empty());
        let is_typed = |line: &&str| !line.chars().any(char::is_control);
        if !is_typed(&password) || !enable.iter().all(is_typed) {
            return None;
        }
        Some(Self {
            password: Secret::new(password),
            enable: enable.map(Secret::new),
        })
    }
}

/// Reads a file of passwords.
///
/// # Errors
///
/// If others can read it too, or there is no password in it.
pub fn from_file(path: &Path) -> Result<Passwords, Mistake> {
    let bad = |what: String| Mistake::new(path.display().to_string(), what);
    let metadata = fs::metadata(path).map_err(|error| bad(error.to_string()))?;
    let mode = metadata.permissions().mode() & 0o777;
    if metadata.is_file() && mode & 0o077 != 0 {
        let what = format!("others can read this file of passwords: its mode is {mode:04o}");
        return Err(bad(what).hint(format!("chmod 600 {}", path.display())));
    }
    if metadata.len() > FILE_BYTES_MAX {
        return Err(bad("this is too long for a file of passwords".into()));
    }
    let text = fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    Passwords::of(&text).ok_or_else(|| {
        bad("there is no password on the first line".into())
            .hint("the login password stands on the first line, the enable password on the second")
    })
}

/// Asks a command for the passwords of each device. It is run by `sh`, once for each, and finds `PROGRAMMER_DEVICE`,
/// `PROGRAMMER_HOST` and `PROGRAMMER_USERNAME` in its environment; what it says on standard error, the user reads.
///
/// # Errors
///
/// For each device that it gave none for.
pub fn from_command(
    command: &str,
    devices: &[&Device],
) -> Result<BTreeMap<String, Passwords>, Vec<Mistake>> {
    let left = Mutex::new(devices.iter());
    let told = Mutex::new((BTreeMap::new(), Vec::new()));
    thread::scope(|scope| {
        for _ in 0..COMMANDS_MAX.min(devices.len()) {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(device) = next else { break };
                    let asked = ask(command, device);
                    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                    match asked {
                        Ok(passwords) => {
                            told.0.insert(device.name.clone(), passwords);
                        }
                        Err(what) => {
                            let what = format!("no password for `{}`: {what}", device.name);
                            told.1.push(Mistake::new("--password-command", what));
                        }
                    }
                }
            });
        }
    });
    let (passwords, mistakes) = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    if mistakes.is_empty() {
        Ok(passwords)
    } else {
        Err(mistakes)
    }
}

fn ask(command: &str, device: &Device) -> Result<Passwords, String> {
    let output = Command::new("sh")
        .arg("-c")
        .arg(command)
        .env("PROGRAMMER_DEVICE", &device.name)
        .env("PROGRAMMER_HOST", &device.host)
        .env("PROGRAMMER_USERNAME", &device.credentials.username)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("the command failed: {}", output.status));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| "it is no text".to_string())?;
    Passwords::of(&text).ok_or_else(|| "the command's first line has none".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str, mode: u32) -> Result<Passwords, String> {
        let path = std::env::temp_dir().join(format!("passwords-{}-{name}", std::process::id()));
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let read = from_file(&path);
        fs::remove_file(&path).unwrap();
        read.map_err(|mistake| mistake.to_string().split_once(": ").unwrap().1.to_string())
    }

    #[test]
    fn a_file_has_the_password_and_perhaps_enable_and_is_for_nobody_else() {
        let both = file("both", "C1sco 12345\nC1sco54321\n", 0o600).unwrap();
        assert_eq!(both.password.reveal(), "C1sco 12345");
        assert_eq!(both.enable.unwrap().reveal(), "C1sco54321");
        assert_eq!(file("one", "x", 0o400).unwrap().enable, None);
        let open = file("open", "secret\n", 0o640).unwrap_err();
        assert_eq!(
            open,
            "others can read this file of passwords: its mode is 0640"
        );
        let empty = file("empty", "\nsecret\n", 0o600).unwrap_err();
        assert_eq!(empty, "there is no password on the first line");
    }

    #[test]
    fn a_command_is_asked_for_each_device_and_its_output_is_in_no_error() {
        let devices: Vec<Device> = (1..=20)
            .map(|n| Device::new(format!("edge-{n}"), "p", format!("10.0.0.{n}"), 22))
            .collect();
        let devices: Vec<&Device> = devices.iter().collect();
        let command = "echo \"pw-$PROGRAMMER_DEVICE\"; echo \"en-$PROGRAMMER_HOST\"";
        let passwords = from_command(command, &devices).unwrap();
        assert_eq!(passwords.len(), 20);
        assert_eq!(passwords["edge-7"].password.reveal(), "pw-edge-7");
        assert_eq!(
            passwords["edge-7"].enable.as_ref().unwrap().reveal(),
            "en-10.0.0.7"
        );

        let fails = "test $PROGRAMMER_DEVICE != edge-3 && echo secret || { echo secret; exit 7; }";
        let mistakes = from_command(fails, &devices).unwrap_err();
        let told: Vec<String> = mistakes.iter().map(Mistake::report).collect();
        assert_eq!(
            told,
            ["--password-command: no password for `edge-3`: the command failed: exit status: 7"]
        );
    }
}
