//! scrapli over each of its transports.

use crate::python::{Script, passes};
use crate::served::Served;

#[test]
fn scrapli_works_by_paramiko() {
    passes(
        "scrapli_works.py",
        &Served::plain_edge(),
        "edge-1",
        &["paramiko"],
    );
}

#[test]
fn scrapli_works_by_libssh2() {
    passes(
        "scrapli_works.py",
        &Served::plain_edge(),
        "edge-1",
        &["ssh2"],
    );
}

#[test]
fn scrapli_works_by_openssh() {
    passes(
        "scrapli_works.py",
        &Served::plain_edge(),
        "edge-1",
        &["system"],
    );
}

#[test]
fn scrapli_works_by_asyncssh() {
    passes(
        "scrapli_works_asynchronously.py",
        &Served::plain_edge(),
        "edge-1",
        &[],
    );
}

#[test]
fn scrapli_answers_questions_and_changes_levels_by_each_transport() {
    let transports = ["paramiko", "ssh2", "system"];
    let served = transports.map(|_| Served::plain_edge());
    let all: Vec<Script> = served
        .iter()
        .zip(transports)
        .map(|(served, by)| Script::starts("scrapli_uses_its_options.py", served, "edge-1", &[by]))
        .collect();
    all.into_iter().for_each(Script::ends_well);
}

#[test]
fn scrapli_enables_a_user_of_level_1() {
    let served = Served::edge(crate::served::UNPRIVILEGED);
    passes("scrapli_enables.py", &served, "edge-1", &[]);
}

#[test]
fn scrapli_cfg_loads_compares_and_commits_configurations() {
    let served = Served::plain_edge();
    passes("scrapli_cfg_works.py", &served, "edge-1", &[]);
}
