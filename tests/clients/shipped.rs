//! What the repository ships is sound, and other programs understand what `fleet` says of it.

use std::path::PathBuf;
use std::process::Command;

use crate::folder::{Folder, repository};
use crate::person::Person;
use crate::programs::{fleet, programmer};
use crate::served::{PASSWORD, Served};

/// The files of a folder with this ending, by path.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(repository(folder)).expect("the folder is here");
    let paths = entries.flatten().map(|entry| entry.path());
    let found: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|is| is == ending))
        .collect();
    assert!(!found.is_empty(), "no .{ending} in {folder}");
    found
        .iter()
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn every_topology_is_checked_and_told_in_every_format() {
    for topology in [
        files("topologies", "yaml"),
        files("topologies/failures", "yaml"),
    ]
    .concat()
    {
        // A million host keys take minutes; `emulator/tests/fleet/scale.rs` looks at these.
        if topology.contains("/scale-") {
            continue;
        }
        fleet(&["check", &topology]).ends(0);
        for format in [
            "table",
            "json",
            "csv",
            "ssh-config",
            "ansible",
            "nornir",
            "known-hosts",
        ] {
            let said = fleet(&["inventory", &topology, "--format", format]).ends(0);
            assert!(!said.out.is_empty(), "{topology} as {format}");
        }
    }
}

#[test]
fn every_pack_is_sound_when_it_is_read_from_its_folder() {
    let packs = repository("device-packs").display().to_string();
    fleet(&["packs", "check", &packs]).ends(0);
}

#[test]
fn every_example_renders_for_the_campus() {
    let served = Served::shipped("campus.yaml");
    for service in [files("examples", "yaml"), files("examples", "json")].concat() {
        programmer(&served, "render", &[&service]).ends(0);
    }
}

#[test]
fn openssh_logs_in_by_name_with_the_exported_configuration() {
    let served = Served::shipped("campus.yaml");
    let folder = Folder::new("ssh-config");
    let topology = served.topology.display().to_string();
    let exported = fleet(&["inventory", &topology, "--format", "ssh-config"]).ends(0);
    let config = folder.write("ssh.conf", &exported.out);
    let mut ssh = Command::new("ssh");
    let known_hosts = format!("UserKnownHostsFile={}", served.known_hosts.display());
    ssh.arg("-F")
        .arg(config)
        .args(["-o", &known_hosts, "-o", "PubkeyAuthentication=no"]);
    ssh.args(["-o", "StrictHostKeyChecking=yes", "border-2"]);
    let mut person = Person::starts(ssh);
    person.sees("assword: ");
    person.types(PASSWORD);
    person.sees("border-2#");
}
