//! Who may depend on whom, as cargo sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::folder::repository;

/// What each package needs to be built; what only its tests need doesn't count.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(repository(""))
        .output()
        .expect("cargo starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_string();
    let list = |value: &serde_json::Value| value.as_array().expect("a list").clone();
    let names: BTreeMap<String, String> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let needs = |node: &serde_json::Value| -> BTreeSet<String> {
        let built = |need: &&serde_json::Value| {
            let kinds = need["dep_kinds"].as_array().expect("kinds");
            kinds.iter().any(|kind| kind["kind"] != "dev")
        };
        let all = list(&node["deps"]);
        all.iter()
            .filter(built)
            .map(|need| names[&text(&need["pkg"])].clone())
            .collect()
    };
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        // Two versions of a package are one name.
        graph
            .entry(names[&text(&node["id"])].clone())
            .or_default()
            .extend(needs(&node));
    }
    graph
}

/// All that a package needs, and what that needs.
fn all_below(graph: &BTreeMap<String, BTreeSet<String>>, package: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut open = vec![package.to_string()];
    while let Some(name) = open.pop() {
        let new = graph[&name]
            .iter()
            .filter(|need| all.insert((*need).clone()));
        open.extend(new.cloned());
    }
    all
}

#[track_caller]
fn check_never(package: &str, never: &[&str]) {
    let below = all_below(&dependencies(), package);
    let found: Vec<_> = never.iter().filter(|name| below.contains(**name)).collect();
    assert!(found.is_empty(), "{package} depends on {found:?}");
}

#[test]
fn a_device_knows_neither_sockets_nor_ssh_nor_any_other_room() {
    let io = [
        "tokio", "russh", "mio", "socket2", "async-io", "rustix", "nix",
    ];
    check_never("device", &[&io[..], &["emulator", "programmer"]].concat());
}

#[test]
fn the_emulator_and_the_programmer_meet_on_the_wire_and_nowhere_else() {
    check_never("emulator", &["programmer"]);
    check_never("programmer", &["emulator", "device"]);
}

#[test]
fn what_reads_yaml_knows_nothing_of_devices() {
    check_never("yaml", &["device", "emulator", "programmer", "tokio"]);
}

#[test]
fn what_measures_knows_nothing_of_what_it_measures() {
    check_never("load", &["device", "emulator", "programmer", "yaml"]);
}

#[test]
fn nothing_that_ships_depends_on_the_tests_or_benches() {
    for package in ["device", "emulator", "load", "programmer", "yaml"] {
        check_never(package, &["end-to-end", "benches", "criterion"]);
    }
    // `fleet record` and the programmer's transport `system` drive the user's own ssh with it; a device has no
    // pseudo-terminal.
    for package in ["device", "yaml"] {
        check_never(package, &["expectrl"]);
    }
}
