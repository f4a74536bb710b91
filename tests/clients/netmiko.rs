//! netmiko, as network automation has it.

use crate::python::{Script, passes};
use crate::served::Served;

#[test]
fn netmiko_logs_in_finds_the_prompt_and_leaves() {
    let served = Served::plain_edge();
    for driver in ["cisco_xe", "cisco_ios"] {
        passes(
            "netmiko_logs_in_and_leaves.py",
            &served,
            "edge-1",
            &[driver],
        );
    }
}

#[test]
fn netmiko_enables_a_user_of_level_1() {
    let served = Served::edge(crate::served::UNPRIVILEGED);
    passes("netmiko_enables.py", &served, "edge-1", &[]);
}

#[test]
fn netmiko_parses_what_a_campus_edge_shows() {
    let served = Served::shipped("campus.yaml");
    passes("netmiko_parses_shows.py", &served, "edge-1", &[]);
}

#[test]
fn netmiko_sees_both_ends_of_a_cable() {
    let served = Served::shipped("campus.yaml");
    let border = served.address("border-1").port().to_string();
    passes("netmiko_sees_both_ends.py", &served, "edge-1", &[&border]);
}

#[test]
fn netmiko_configures_500_lines_and_verifies_each() {
    let served = Served::plain_edge();
    passes("netmiko_configures_500_lines.py", &served, "edge-1", &[]);
}

#[test]
fn netmiko_waits_answers_and_enters_modes_as_it_is_told() {
    let served = Served::plain_edge();
    passes("netmiko_uses_its_options.py", &served, "edge-1", &[]);
}

#[test]
fn netmiko_copes_with_long_and_changing_hostnames() {
    let served = Served::plain_edge();
    passes("netmiko_follows_hostnames.py", &served, "edge-1", &[]);
}

#[test]
fn netmiko_saves_what_it_configured() {
    let served = Served::plain_edge();
    passes("netmiko_saves.py", &served, "edge-1", &[]);
}

#[test]
fn netmiko_copies_files_and_verifies_them() {
    let served = Served::plain_edge();
    passes("netmiko_transfers_files.py", &served, "edge-1", &[]);
}

#[test]
fn netmiko_writes_a_file_through_tclsh() {
    let served = Served::plain_edge();
    passes("netmiko_transfers_inline.py", &served, "edge-1", &[]);
}

#[test]
fn netmiko_learns_of_a_wrong_password_in_under_three_seconds() {
    let served = Served::plain_edge();
    passes("netmiko_is_refused_quickly.py", &served, "edge-1", &[]);
}

#[test]
fn netmiko_detects_every_platform_of_the_campus() {
    let served = Served::shipped("campus.yaml");
    let detects = |(device, platform): (&str, &str)| {
        Script::starts("netmiko_detects.py", &served, device, &[platform])
    };
    // The detection waits a lot, so each runs beside the others.
    let devices = ["edge-1", "border-1", "border-2", "fusion-1", "wlc-1"];
    let devices = devices.map(|device| (device, "cisco_xe"));
    let all: Vec<_> = devices
        .into_iter()
        .chain([("ap-1", "cisco_ap")])
        .map(detects)
        .collect();
    all.into_iter().for_each(Script::ends_well);
}

#[test]
fn netmiko_drives_an_access_point() {
    let served = Served::shipped("campus.yaml");
    passes("netmiko_drives_an_access_point.py", &served, "ap-1", &[]);
}
