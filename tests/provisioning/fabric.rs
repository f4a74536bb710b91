//! The fabric of `examples/`, pushed step after step onto the devices of `topologies/campus.yaml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use programmer::inventory::{Inventory, PasswordOverride};
use programmer::resolve;

use crate::bench::Bench;
use crate::play::{difference, documents, packs, report};

const STEPS: [&str; 5] = [
    "1-underlay",
    "2-borders",
    "3-edges",
    "4-pools",
    "5-multicast",
];

/// What stays behind, because it is a device's own and not the fabric's.
const STAYS: [&str; 2] = ["+ cts role-based enforcement", "+ vtp mode transparent"];

struct Campus {
    inventory: Inventory,
    benches: BTreeMap<String, Bench>,
}

impl Campus {
    fn boot() -> Self {
        let file = root().join("topologies/campus.yaml");
        let inventory = Inventory::read_file(&file, &PasswordOverride::default())
            .unwrap_or_else(|mistakes| panic!("{}", report(&mistakes)));
        let mut benches = BTreeMap::new();
        for (seed, device) in (1_u64..).zip(&inventory.devices) {
            // Nothing is pushed to an access point.
            if device.role.as_deref() != Some("ap") {
                let bench = Bench::boot(&device.name, &device.pack, None, seed, vec![]).unwrap();
                benches.insert(device.name.clone(), bench);
            }
        }
        Self { inventory, benches }
    }

    fn push(&mut self, example: &str) {
        let file = root().join(format!("examples/{example}.yaml"));
        let documents = documents(&fs::read_to_string(file).unwrap()).unwrap();
        let plan = resolve::resolve(&documents, &self.inventory, packs())
            .unwrap_or_else(|mistakes| panic!("{example}: {}", report(&mistakes)));
        for device in plan.devices() {
            let bench = self.benches.get_mut(&device.device().name).unwrap();
            bench
                .push(device.lines(), device.expect())
                .unwrap_or_else(|what| panic!("{example}, {}: {what}", device.device().name));
        }
    }

    fn configurations(&mut self) -> BTreeMap<String, String> {
        let benches = self.benches.iter_mut();
        benches
            .map(|(name, bench)| (name.clone(), bench.running_config().unwrap()))
            .collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_fabric_of_the_examples_comes_twice_and_goes_and_leaves_the_underlay() {
    let mut campus = Campus::boot();
    campus.push(&format!("fabric-{}", STEPS[0]));
    let underlay = campus.configurations();
    for step in &STEPS[1..] {
        campus.push(&format!("fabric-{step}"));
    }
    let fabric = campus.configurations();
    for step in STEPS {
        campus.push(&format!("fabric-{step}"));
    }
    assert!(
        campus.configurations() == fabric,
        "the second time changed something"
    );
    campus.push("fabric-delete");
    for (name, left) in campus.configurations() {
        let left = difference(&underlay[&name], &left);
        let left: Vec<&str> = left.lines().filter(|line| !STAYS.contains(line)).collect();
        assert!(
            left.is_empty(),
            "{name} differs from the underlay:\n{}",
            left.join("\n")
        );
    }
}
