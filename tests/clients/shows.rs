//! What `show` says is parsed by what parses the real thing.

use crate::folder::repository;
use crate::python::{Script, checks};
use crate::served::Served;

#[test]
fn what_show_says_is_parsed_by_ntc_templates_and_genie() {
    let served = Served::composed("tests/clients/shows");
    let addresses: Vec<String> = served
        .devices()
        .map(|(name, address)| format!("{name}={address}"))
        .collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    Script::starts("parses_shows.py", &served, "core-1", &addresses).ends_well();
}

#[test]
fn a_command_that_is_not_real_is_refused_where_it_goes_wrong() {
    let served = Served::composed("tests/clients/shows");
    let devices = [
        ("access-1", "switches"),
        ("router-1", "routers"),
        ("wlc-1", "wlc"),
    ];
    let starts = |(device, group): (&str, &str)| {
        Script::starts(
            "refuses_unreal.py",
            &served,
            device,
            &["all", group, device],
        )
    };
    let all: Vec<_> = devices.into_iter().map(starts).collect();
    all.into_iter().for_each(Script::ends_well);
}

#[test]
fn show_templates_ask_for_statements_that_there_are() {
    let packs = repository("device-packs").display().to_string();
    checks("templates_ask_for_kinds.py", &[&packs]);
}
