//! Ansible's cisco.ios, as playbooks have it: over libssh and over paramiko.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::folder::{Folder, repository};
use crate::python::environment;
use crate::served::{ENABLE, PASSWORD, Served, USER};

/// As many devices of each platform as share its work.
const OF_EACH: usize = 3;

#[test]
fn every_resource_module_of_ansible_finds_every_state_as_it_left_it() {
    let told = plays("sweep.py", &fleet());
    println!("{told}");
}

#[test]
fn ansible_gathers_runs_and_configures_over_either_ssh_library() {
    plays("basics.py", &fleet());
}

/// Routers and switches of a kind.
fn fleet() -> Served {
    let folder = Folder::new("ansible");
    let devices = |(name, pack): (&str, &str)| -> String {
        let line = |number| format!("  - {{name: {name}-{number}, pack: {pack}}}\n");
        (1..=OF_EACH).map(line).collect()
    };
    let devices: String = [("rtr", "c8000v"), ("sw", "catalyst-9300")]
        .map(devices)
        .concat();
    folder.write(
        "topology.yaml",
        &format!(
            "name: ansible\nseed: 7\nlisten: {{address: 127.0.0.1, port: 0}}\n\
             credentials: {{username: {USER}, password: {PASSWORD}, enable: {ENABLE}}}\ndevices:\n{devices}"
        ),
    );
    Served::written(folder)
}

/// Runs a script of tests/clients/ansible against a fleet; it must end well. What it printed.
#[track_caller]
fn plays(script: &str, served: &Served) -> String {
    let hosts = served.devices().map(|(name, address)| {
        let pack = if name.starts_with("rtr") {
            "c8000v"
        } else {
            "catalyst-9300"
        };
        format!("{name}={address}={pack}")
    });
    let python = python();
    let output = Command::new(python)
        .arg(repository("tests/clients/ansible").join(script))
        .arg(served.file("ansible"))
        .args(hosts)
        .env("DEVICE_USER", USER)
        .env("DEVICE_PASSWORD", PASSWORD)
        .env("DEVICE_ENABLE", ENABLE)
        .env(
            "COLLECTIONS",
            python.ancestors().nth(2).expect("the environment's folder"),
        )
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("the environment's python starts");
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(output.status.success(), "{script}:\n{told}");
    told
}

/// The environment's python; the collections stand in the environment's folder.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        environment(
            "ansible",
            "tests/clients/ansible/requirements.txt",
            &["tests/clients/ansible/take_collections.py"],
        )
    })
}
