//! Python clients, in a virtual environment that lives below target/.
//!
//! The environment is made once, and again when requirements.txt changes. Without Python the tests fail and say
//! what is missing: a client that isn't tried isn't known to work.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::folder::repository;
use crate::served::{ENABLE, PASSWORD, Served, USER};

/// Runs a script of this folder against a device; it must end well.
#[track_caller]
pub(crate) fn passes(script: &str, served: &Served, device: &str, arguments: &[&str]) {
    Script::starts(script, served, device, arguments).ends_well();
}

/// Runs a script of this folder that needs no device; it must end well.
#[track_caller]
pub(crate) fn checks(script: &str, arguments: &[&str]) {
    let mut command = Command::new(python());
    command
        .arg(repository("tests/clients").join(script))
        .args(arguments);
    let output = command.output().expect("the environment's python starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}:\n{told}");
}

/// A script that runs.
pub(crate) struct Script {
    called: String,
    child: Child,
}

impl Script {
    /// Starts a script of this folder.
    pub(crate) fn starts(script: &str, served: &Served, device: &str, arguments: &[&str]) -> Self {
        let address = served.address(device);
        let child = Command::new(python())
            .arg(repository("tests/clients").join(script))
            .args(arguments)
            .env("DEVICE_HOST", address.ip().to_string())
            .env("DEVICE_PORT", address.port().to_string())
            .env("DEVICE_USER", USER)
            .env("DEVICE_PASSWORD", PASSWORD)
            .env("DEVICE_ENABLE", ENABLE)
            .env("DEVICE_KNOWN_HOSTS", &served.known_hosts)
            .env_remove("PYTHONDONTWRITEBYTECODE")
            .env(
                "PYTHONPYCACHEPREFIX",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("bytecode"),
            )
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the environment's python starts");
        Self {
            called: format!("{script} {device} {}", arguments.join(" ")),
            child,
        }
    }

    /// Waits for its end; a script ends itself when it takes too long.
    #[track_caller]
    pub(crate) fn ends_well(self) {
        let output = self.child.wait_with_output().expect("a script ends");
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        assert!(output.status.success(), "{}:\n{told}", self.called);
    }
}

/// The python of the environment that most clients share.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| environment("python", "tests/clients/requirements.txt", &[]))
}

/// The python of an environment that is made as a file of the repository says; `more` are scripts of the repository
/// that put into its folder what pip alone doesn't.
pub(crate) fn environment(name: &str, requirements: &str, more: &[&str]) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(home).expect("cargo's folder for tests can be written");
    // Other test processes may want it at this moment.
    let lock = File::create(home.join(format!("{name}.lock"))).expect("a lock can be made");
    lock.lock().expect("a lock can be had");
    let environment = home.join(name);
    let read = |file: &str| std::fs::read_to_string(repository(file)).expect("the files are here");
    let wanted: String = [requirements]
        .iter()
        .chain(more)
        .map(|file| read(file))
        .collect();
    let made = environment.join("made-from.txt");
    let python = environment.join("bin/python");
    if std::fs::read_to_string(&made).is_ok_and(|had| had == wanted) {
        return python;
    }
    let venv = ["-m", "venv", "--clear"];
    run(Command::new("python3").args(venv).arg(&environment));
    // Nothing but what the file names; a module is compiled when a script imports it.
    let pip = ["-m", "pip", "install", "-q", "--no-deps", "--no-compile"];
    run(Command::new(&python)
        .args(pip)
        .arg("-r")
        .arg(repository(requirements))
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .env("PIP_DEFAULT_TIMEOUT", "180"));
    for script in more {
        run(Command::new(&python)
            .arg(repository(script))
            .arg(&environment));
    }
    std::fs::write(&made, wanted).expect("the environment can be marked as made");
    python
}

/// Runs a step of making the environment.
fn run(command: &mut Command) {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => panic!(
            "{command:?} doesn't start ({error}): netmiko and scrapli need Python 3 with its venv module"
        ),
    };
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{told}");
}
