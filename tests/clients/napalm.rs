//! NAPALM's driver for IOS: configurations that it loads, compares, commits and takes back, and all that it reads.

use crate::python::{Script, passes};
use crate::served::Served;

fn served() -> Served {
    Served::composed("tests/clients/napalm")
}

#[test]
fn napalm_merges_and_replaces_configurations_by_scp() {
    let script = "napalm_merges_and_replaces.py";
    passes(script, &served(), "router-1", &["scp"]);
}

#[test]
fn napalm_merges_and_replaces_configurations_inline() {
    let script = "napalm_merges_and_replaces.py";
    passes(script, &served(), "router-1", &["inline"]);
}

#[test]
fn napalm_commits_on_trial_confirms_and_takes_back() {
    passes("napalm_confirms.py", &served(), "router-1", &[]);
}

#[test]
fn napalm_gets_all_that_its_driver_knows() {
    let served = served();
    let gets = [
        ("napalm_gets_of_a_router.py", "router-1"),
        ("napalm_gets_of_a_switch.py", "switch-1"),
    ];
    let all = gets.map(|(script, device)| Script::starts(script, &served, device, &[]));
    all.into_iter().for_each(Script::ends_well);
}
