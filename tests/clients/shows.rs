//! What `show` says is parsed by what parses the real thing.

use crate::python::Script;
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
