//! Files, as the larger tools of automation move them: NAPALM and unicon.

use crate::python::{Script, passes};
use crate::served::Served;

#[test]
fn napalm_loads_candidates_by_scp_and_inline() {
    // The inline way waits a lot, so both run beside each other.
    let served = [Served::plain_edge(), Served::plain_edge()];
    let ways = served.iter().zip(["scp", "inline"]);
    let all: Vec<Script> = ways
        .map(|(served, way)| Script::starts("napalm_loads_candidates.py", served, "edge-1", &[way]))
        .collect();
    all.into_iter().for_each(Script::ends_well);
}

#[test]
fn unicon_copies_files() {
    let served = Served::plain_edge();
    passes("unicon_copies.py", &served, "edge-1", &[]);
}
