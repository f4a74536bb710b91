//! The topologies of `topologies/failures/` that have faults, each with the service that runs into them: what every
//! device ends in, and what is said of it, stands in `tests/faults/shipped.txt`. `BLESS=1` writes it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use device::SimTime;
use emulator::topology::Reach;
use emulator::wire::Wired;
use emulator::{Clock, Topology};
use programmer::inventory::{Inventory, PasswordOverride};
use programmer::push::{Pace, Settings, Task, Tools, push};
use programmer::resolve::resolve;
use programmer::rfs;
use tokio::sync::watch;

use crate::cell::{device_packs, packs, plays};
use crate::wire::InMemory;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Pushes the VLAN to the edges of a topology; a line for each.
async fn pushed(name: &str, text: &str) -> String {
    let folder = repository("topologies/failures");
    let topology = Topology::parse(name, text, &folder, device_packs(), Reach::Loopback).unwrap();
    let inventory = Inventory::read(name, text, &PasswordOverride::default()).unwrap();
    let service = std::fs::read_to_string(repository("examples/failures/vlan.yaml")).unwrap();
    let documents = rfs::read("vlan.yaml", &service).unwrap();
    let plan = resolve(&documents, &inventory, packs()).unwrap();
    let settings = emulator::Settings {
        clock: Clock::starting(SimTime(1_767_603_600_000)),
        ..emulator::Settings::default()
    };
    let wire = InMemory(Arc::new(Wired::new(topology, settings)));
    let tools = Tools::in_memory(wire, plan.devices(), Settings::default());
    let tools = Arc::new(tools.await.unwrap());
    let tasks = plan.devices().iter().cloned().map(Task::push).collect();
    let (_keep, calm) = watch::channel(false);
    let mut told = String::new();
    for result in push(tasks, &tools, &Pace::default(), calm).await {
        let (device, state) = (&result.plan.device().name, result.state.name());
        let failure = result.failure.as_ref().map(ToString::to_string);
        let _ = write!(told, "  {device}: {state}");
        let said = failure.into_iter().chain(result.warnings.iter().cloned());
        said.for_each(|text| told.push_str(&format!(": {text}")));
        told.push('\n');
    }
    told
}

#[test]
fn every_topology_with_a_fault_fails_as_it_says() {
    let mut names: Vec<PathBuf> = std::fs::read_dir(repository("topologies/failures"))
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|is| is == "yaml"))
        .collect();
    names.sort();
    let mut found = String::new();
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if text.contains("\nfaults:\n") {
            let told = plays(pushed(&name, &text));
            let _ = write!(found, "{name}\n{told}");
        }
    }
    let file = repository("tests/faults/shipped.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        found, expected,
        "run again with BLESS=1, and read the difference"
    );
}
