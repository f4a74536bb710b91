//! `programmer plan` as a user runs it, and the plan files that `push` takes or refuses.

use std::os::unix::fs::PermissionsExt as _;

use crate::cisco::{Behaviour, Cisco};
use crate::program::{Run, SERVICE, check};

const PLAN: [&str; 6] = [
    "plan",
    "--topology",
    "topology.yaml",
    "--host-keys",
    "off",
    "service.yaml",
];
const KEPT: [&str; 8] = [
    "plan",
    "--topology",
    "topology.yaml",
    "--host-keys",
    "off",
    "service.yaml",
    "--out",
    "a.plan",
];
const PUSH: [&str; 4] = ["push", "a.plan", "--host-keys", "off"];

/// A device, and a plan for it that was kept.
async fn planned(name: &str) -> (Cisco, Run) {
    let cisco = Cisco::start(Behaviour::default()).await;
    let run = Run::new(name, cisco.port, SERVICE);
    let (run, output) = run.program(&KEPT).await;
    check(&output, 0, &["kept in a.plan; programmer push a.plan\n"]);
    (cisco, run)
}

#[tokio::test]
async fn a_plan_is_printed_and_changes_nothing() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let run = Run::new("plan_printed", cisco.port, SERVICE);
    let (run, output) = run.program(&PLAN).await;
    check(&output, 0, &["vlan 20", "name users", "no vlan 20"]);
    let (_, output) = run
        .program(&[&PLAN[..], &["--output", "json"]].concat())
        .await;
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let device = &plan["devices"][0];
    assert_eq!(device["device"], "wlc-1");
    let lines = device["lines"].as_array().unwrap();
    let lines: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["line"].as_str())
        .collect();
    assert_eq!(lines, ["vlan 20", "name users", "exit"]);
    assert_eq!(device["inverse"][0]["line"], "no vlan 20");
    assert_eq!(device["sealed"], serde_json::Value::Null);
    let configured = cisco
        .heard()
        .iter()
        .any(|line| line == "configure terminal");
    assert!(!configured, "{:?}", cisco.heard());
}

#[tokio::test]
async fn a_plan_that_is_kept_is_for_its_owner_and_is_pushed_as_it_was() {
    let (cisco, run) = planned("plan_kept").await;
    let mode = std::fs::metadata(run.path("a.plan"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!run.read("a.plan").contains("C1sco"));
    // The documents are not read again.
    run.write("service.yaml", "nothing");
    let (_, output) = run.program(&PUSH).await;
    check(&output, 0, &["wlc-1: APPLIED, 3 lines, saved"]);
    assert!(cisco.heard().iter().any(|line| line == "name users"));
}

#[tokio::test]
async fn a_stale_plan_is_refused_and_says_what_has_changed() {
    let (cisco, run) = planned("plan_stale").await;
    run.write(
        "service.yaml",
        &SERVICE.replace("20", "30").replace("users", "guests"),
    );
    let (run, output) = run.push(&["--host-keys", "off"]).await;
    check(&output, 0, &["wlc-1: APPLIED"]);
    let before = cisco.heard().len();
    let (_, output) = run.program(&PUSH).await;
    check(
        &output,
        1,
        &[
            "wlc-1 has changed since the plan was made",
            "`vlan 30`, `name guests`",
            "wlc-1: NOT_STARTED, nothing was sent",
            "make the plan anew: `programmer plan`",
        ],
    );
    let heard = cisco.heard().split_off(before);
    assert!(
        !heard.iter().any(|line| line == "configure terminal"),
        "{heard:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_no_plan_for_these_devices_is_refused_before_anything_is_sent() {
    let (cisco, run) = planned("plan_wrong").await;
    let (plan, topology) = (run.read("a.plan"), run.read("topology.yaml"));
    let before = cisco.heard().len();
    let at = plan.find("\"sealed\": \"").unwrap() + 40;
    let letter = if plan[at..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    let edited = format!("{}{letter}{}", &plan[..at], &plan[at + 1..]);
    let other_device = plan.replace("wlc-1", "wlc-2");
    let cases = [
        (edited, topology.clone(), "can't be opened"),
        (
            plan.replace("\"plan\": 1", "\"plan\": 2"),
            topology.clone(),
            "its form is 2, this program reads 1",
        ),
        (
            "{\"plan\": 1, \"devices\": [{}]}".to_string(),
            topology.clone(),
            "it is no plan",
        ),
        (
            other_device,
            topology.clone(),
            "the inventory has no device `wlc-2`",
        ),
        (
            plan.clone(),
            topology.replace("catalyst-9800", "c8000v"),
            "`wlc-1` is c8000v in the inventory, and was catalyst-9800 in the plan",
        ),
    ];
    let mut run = run;
    for (plan, topology, says) in cases {
        run.write("a.plan", &plan);
        run.write("topology.yaml", &topology);
        let (again, output) = run.program(&PUSH).await;
        run = again;
        check(&output, 2, &["a.plan: ", says, "nothing was sent"]);
    }
    assert_eq!(cisco.heard().len(), before);
}

#[tokio::test]
async fn a_plan_of_a_device_that_could_not_be_read_is_not_pushed() {
    let run = Run::new("plan_unread", 1, SERVICE);
    let (run, output) = run.program(&KEPT).await;
    check(&output, 4, &["wlc-1"]);
    let (_, output) = run.program(&PUSH).await;
    check(
        &output,
        2,
        &["a.plan: it is no plan: `wlc-1` couldn't be read when it was made"],
    );
}
