//! The programmer against the fleet: what it says that it pushed is what the devices have.

use std::collections::BTreeSet;

use crate::openssh_exec::answer;
use crate::programs::{Said, fleet, programmer};
use crate::served::Served;

const USERS: &str = "examples/campus-users.yaml";

/// Every line that `render` promises a device.
fn promised(served: &Served, device: &str) -> Vec<String> {
    let plan = programmer(served, "render", &["--output", "json", USERS])
        .ends(0)
        .json();
    let devices = plan["devices"].as_array().expect("a plan has devices");
    let device = devices.iter().find(|found| found["device"] == device);
    let lines = device.expect("the plan has the device")["lines"]
        .as_array()
        .unwrap()
        .clone();
    lines
        .iter()
        .map(|line| line["line"].as_str().unwrap().trim().to_string())
        .collect()
}

fn running(served: &Served, device: &str) -> String {
    answer(served, device, "show running-config")
}

fn state<'r>(report: &'r serde_json::Value, device: &str) -> &'r serde_json::Value {
    let devices = report["devices"].as_array().expect("a report has devices");
    let found = devices.iter().find(|found| found["device"] == device);
    found.unwrap_or_else(|| panic!("{device} isn't in {report:#}"))
}

#[test]
fn the_campus_service_is_pushed_and_every_line_of_it_is_in_the_running_config() {
    let served = Served::shipped("campus.yaml");
    let report = programmer(&served, "push", &["--output", "json", USERS])
        .ends(0)
        .json();
    for device in ["edge-1", "edge-4", "border-1", "border-2"] {
        assert_eq!(state(&report, device)["state"], "APPLIED", "{report:#}");
        assert_eq!(state(&report, device)["saved"], true, "{report:#}");
        let running = running(&served, device);
        let has: BTreeSet<&str> = running.lines().map(str::trim).collect();
        let lines = promised(&served, device);
        let lacks: Vec<_> = lines.iter().filter(|line| !shown(line, &has)).collect();
        assert!(lacks.is_empty(), "{device} lacks {lacks:#?}:\n{running}");
    }
}

/// Whether a line stands in a running-config; what only leaves a mode does not.
fn shown(line: &str, has: &BTreeSet<&str>) -> bool {
    line.starts_with("exit") || has.contains(line)
}

#[test]
fn a_service_that_is_pushed_twice_changes_nothing_the_second_time() {
    let served = Served::shipped("campus.yaml");
    programmer(&served, "push", &[USERS]).ends(0);
    let once = running(&served, "edge-1");
    programmer(&served, "push", &[USERS])
        .ends(0)
        .says("6 of 6 devices applied");
    assert_eq!(
        configuration(&once),
        configuration(&running(&served, "edge-1"))
    );
}

/// A running-config without the times in its head.
fn configuration(running: &str) -> Vec<&str> {
    running
        .lines()
        .filter(|line| !line.starts_with("! "))
        .collect()
}

#[test]
fn a_service_that_is_deleted_leaves_no_trace_of_its_own() {
    let served = Served::shipped("campus.yaml");
    programmer(&served, "push", &[USERS]).ends(0);
    programmer(&served, "push", &["examples/campus-users-delete.yaml"]).ends(0);
    for device in ["edge-2", "border-1", "border-2"] {
        let running = running(&served, device);
        for gone in ["VN_USERS", "1021", "4099", "8188"] {
            let left: Vec<_> = running.lines().filter(|line| line.contains(gone)).collect();
            assert!(left.is_empty(), "{device} still has {left:#?}");
        }
    }
}

/// Pushes a VRF to a router whose writer is sound, and to one whose writer says what no device knows.
fn push_with_a_wrong_writer(served: &Served, forms: &str) -> Said {
    let writers = served.file("packs/asr-1001-x/writers");
    std::fs::create_dir_all(&writers).unwrap();
    let head = "writer: Vrf\nabout: x\norder: 1\nkey: {type: name, help: x}\nfields: {}\n";
    std::fs::write(writers.join("vrf.yaml"), format!("{head}{forms}")).unwrap();
    let service = served.file("service.yaml");
    let text = "kind: rfs\ndevices: [border-2, fusion-1]\n\
                features: [{writer: Vrf, op: create, key: GUESTS, fields: {}}]\n";
    std::fs::write(&service, text).unwrap();
    let packs = served.file("packs").display().to_string();
    let service = service.display().to_string();
    programmer(
        served,
        "push",
        &["--packs", &packs, "--output", "json", &service],
    )
}

#[test]
fn a_device_that_refuses_the_first_line_has_nothing_and_the_other_has_all() {
    let served = Served::shipped("campus.yaml");
    let forms = "forms: [{create: \"vrf colour {{ key }}\"}]\n";
    let report = push_with_a_wrong_writer(&served, forms).ends(1).json();
    assert_eq!(state(&report, "fusion-1")["state"], "APPLIED", "{report:#}");
    let border = state(&report, "border-2");
    assert_eq!(border["lines_accepted"], 0, "{report:#}");
    let message = border["error"]["message"].to_string();
    assert!(message.contains("% Invalid input detected"), "{message}");
    assert!(running(&served, "fusion-1").contains("vrf definition GUESTS"));
    assert!(!running(&served, "border-2").contains("GUESTS"));
}

#[test]
fn a_device_that_refuses_a_later_line_is_partial_and_the_report_says_what_it_has() {
    let served = Served::shipped("campus.yaml");
    let forms = "forms: [{create: \"ip domain name {{ key }}\\nvrf colour {{ key }}\"}]\n";
    let report = push_with_a_wrong_writer(&served, forms).ends(3).json();
    assert_eq!(state(&report, "fusion-1")["state"], "APPLIED", "{report:#}");
    let border = state(&report, "border-2");
    assert_eq!(
        (&border["state"], &border["saved"]),
        (&"PARTIAL".into(), &false.into())
    );
    assert_eq!(
        border["accepted"],
        serde_json::json!(["ip domain name GUESTS"]),
        "{report:#}"
    );
    assert!(running(&served, "border-2").contains("ip domain name GUESTS"));
}

#[test]
fn the_fleet_program_exports_the_keys_that_its_devices_show() {
    let served = Served::shipped("campus.yaml");
    let topology = served.topology.display().to_string();
    let exported = fleet(&["inventory", &topology, "--format", "known-hosts"]).ends(0);
    std::fs::write(&served.known_hosts, exported.out).unwrap();
    programmer(&served, "push", &["examples/ap-location.yaml"]).ends(0);
}

#[test]
fn a_host_key_that_is_not_the_known_one_gets_no_password() {
    let served = Served::shipped("campus.yaml");
    let keys = std::fs::read_to_string(&served.known_hosts).unwrap();
    // The first device's key, said to be every device's.
    let key = keys
        .lines()
        .find_map(|line| line.split_once(' '))
        .expect("a key")
        .1
        .to_string();
    let hosts = keys.lines().filter_map(|line| line.split_once(' '));
    let wrong: String = hosts.map(|(host, _)| format!("{host} {key}\n")).collect();
    std::fs::write(&served.known_hosts, wrong).unwrap();
    let report = programmer(
        &served,
        "push",
        &["--output", "json", "examples/ap-location.yaml"],
    );
    let report = report.ends(1).json();
    assert_eq!(
        state(&report, "wlc-1")["state"],
        "NOT_STARTED",
        "{report:#}"
    );
    let message = state(&report, "wlc-1")["error"]["message"].to_string();
    assert!(message.contains("host key"), "{message}");
}
