//! The two programs as they were built beside these tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::SystemTime;

use crate::folder::repository;
use crate::secrecy;
use crate::served::{PASSWORD, Served, USER};

/// What a program said.
pub(crate) struct Said {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) all: String,
}

impl Said {
    /// Its standard output, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.all))
    }

    /// Fails with all that it said unless its status is this.
    #[track_caller]
    pub(crate) fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}", self.all);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.all.contains(text), "no `{text}` in:\n{}", self.all);
        self
    }
}

/// Runs `fleet`.
pub(crate) fn fleet(arguments: &[&str]) -> Said {
    let mut command = Command::new(program("fleet"));
    let said = said(&command.args(arguments).output().expect("fleet starts"));
    // An inventory has the passwords of its devices: it was asked for.
    if arguments.first() != Some(&"inventory") {
        secrecy::keeps("what fleet says", &said.all);
    }
    said
}

/// Runs `fleet record` for a device, with passwords as its environment has them.
pub(crate) fn record(served: &Served, device: &str, enable: &str, arguments: &[&str]) -> Said {
    let address = served.address(device);
    let known_hosts = format!("-oUserKnownHostsFile={}", served.known_hosts.display());
    let port = address.port().to_string();
    let host = address.ip().to_string();
    let mut command = Command::new(program("fleet"));
    command
        .args(["record", "--host", &host, "--port", &port, "--user", USER])
        .args([
            "--ssh",
            "-Fnone",
            "--ssh",
            &known_hosts,
            "--ssh",
            "-oIdentityAgent=none",
        ])
        .args(arguments)
        .env("FLEET_PASSWORD", PASSWORD)
        .env("FLEET_ENABLE", enable);
    let said = said(&command.output().expect("fleet starts"));
    secrecy::keeps("what `fleet record` says", &said.all);
    said
}

/// Runs `programmer render` or `push`, for the topology that is served.
pub(crate) fn programmer(served: &Served, verb: &str, arguments: &[&str]) -> Said {
    let mut command = Command::new(program("programmer"));
    command
        .args([verb, "--topology"])
        .arg(&served.topology)
        // A journal for each fleet: another one may have had the same port.
        .env("XDG_STATE_HOME", served.topology.with_file_name("state"))
        .env_remove("PROGRAMMER_PASSWORD")
        .env_remove("PROGRAMMER_ENABLE")
        .current_dir(repository(""));
    if verb == "push" {
        command.arg("--known-hosts").arg(&served.known_hosts);
    }
    let said = said(&command.args(arguments).output().expect("programmer starts"));
    secrecy::keeps("what the programmer says", &said.all);
    said
}

fn said(output: &Output) -> Said {
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    Said {
        status: output.status.code(),
        all: format!("{out}{}", String::from_utf8_lossy(&output.stderr)),
        out,
    }
}

/// Where a program is. `cargo test --workspace` has built both; if only these tests were built, they are built now.
fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let test = std::env::current_exe().expect("a test knows where it is");
        // target/debug/deps/clients-0123 is beside target/debug/fleet.
        let folder = test
            .ancestors()
            .nth(2)
            .expect("cargo's folders")
            .to_path_buf();
        let sources = [
            "device/src",
            "device-packs",
            "emulator/src",
            "programmer/src",
            "yaml/src",
        ];
        let newest = sources
            .iter()
            .filter_map(|part| newest(&repository(part)))
            .max();
        let fresh = |name: &&str| {
            let built = std::fs::metadata(folder.join(name)).and_then(|file| file.modified());
            built.is_ok_and(|built| Some(built) > newest)
        };
        if !["fleet", "programmer"].iter().all(fresh) {
            build();
        }
        folder
    });
    folder.join(name)
}

fn build() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--bins"]).current_dir(repository(""));
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = said(&cargo.output().expect("cargo starts"));
    assert_eq!(output.status, Some(0), "{}", output.all);
}

/// When the newest file of a folder was written.
fn newest(path: &Path) -> Option<SystemTime> {
    let metadata = std::fs::metadata(path).ok()?;
    if !metadata.is_dir() {
        return metadata.modified().ok();
    }
    let entries = std::fs::read_dir(path).ok()?.flatten();
    entries.filter_map(|entry| newest(&entry.path())).max()
}
