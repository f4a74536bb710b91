//! What commands print that no template makes: the configuration, files, pings.

use super::exec::{Values, value};
use crate::SimTime;
use crate::config::text::{self, Detail};
use crate::state::State;

pub(super) fn running(state: &State, values: &Values, now: SimTime) -> String {
    let detail = if value(values, "all").is_some() {
        Detail::All
    } else {
        Detail::Plain
    };
    if let Some(name) = value(values, "interface") {
        let grammar = state.platform.grammar();
        let mut interfaces = state
            .config
            .iter()
            .filter(|s| s.kind(grammar) == "interface");
        let found = interfaces
            .find(|s| s.value("interface") == Some(name))
            .map(|s| s.rank.clone());
        let block =
            found.and_then(|rank| text::statement(&state.platform, &state.config, &rank, detail));
        let body = format!("!\n{}end\n", block.unwrap_or_default());
        return built(&body);
    }
    let body = text::body(&state.platform, &state.config, detail);
    built(&state.headed(&body, now))
}

/// `Building configuration...` and the byte count: bytes from the first `!` through `end`, plus one (§2.13).
fn built(text: &str) -> String {
    format!(
        "Building configuration...\n\nCurrent configuration : {} bytes\n{text}\n",
        text.len() + 1
    )
}

pub(super) fn startup(state: &State) -> String {
    let Some(saved) = &state.startup else {
        return "startup-config is not present\n".to_string();
    };
    let room = state
        .platform
        .identity("nvram_bytes")
        .unwrap_or_else(|| "33554432".to_string());
    format!("Using {} out of {room} bytes\n{saved}\n", saved.len())
}
