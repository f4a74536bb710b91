//! What commands print that no template makes: the configuration, files, pings.

use super::exec::{Values, value};
use crate::config::Statement;
use crate::config::text::{self, Detail};
use crate::state::State;

pub(super) fn running(state: &State, values: &Values) -> String {
    let detail = if value(values, "all").is_some() {
        Detail::All
    } else {
        Detail::Plain
    };
    if let Some(name) = value(values, "interface") {
        let grammar = state.platform.grammar();
        let mut interfaces = state.config.named(grammar, "interface");
        let found = interfaces
            .find(|s| s.value("interface") == Some(name))
            .map(|s| s.rank.clone());
        let block =
            found.and_then(|rank| text::statement(&state.platform, &state.config, &rank, detail));
        let body = format!("!\n{}end\n", block.unwrap_or_default());
        return built(&body);
    }
    if let Some(vrf) = value(values, "vrf") {
        return built(&format!("!\n{}end\n", of_vrf(state, vrf, detail)));
    }
    let body = text::body(&state.platform, &state.config, detail);
    let whole = state.headed(&body);
    if value(values, "brief").is_some() {
        return built(&without_certificates(&whole));
    }
    let shown = built(&whole);
    if value(values, "linenum").is_some() {
        return numbered(&shown);
    }
    shown
}

/// The statements that are about a VRF: its definition, its interfaces, and whatever else names it.
fn of_vrf(state: &State, vrf: &str, detail: Detail) -> String {
    let names = |statement: &&Statement| statement.value("vrf") == Some(vrf);
    let below = |statement: &Statement| {
        statement
            .block
            .iter()
            .any(|block| block.iter().any(|s| names(&s)))
    };
    let about = state.config.iter().filter(|s| names(s) || below(s));
    let texts =
        about.filter_map(|s| text::statement(&state.platform, &state.config, &s.rank, detail));
    texts.map(|text| text + "!\n").collect()
}

/// A configuration whose certificates have no hexadecimal lines.
fn without_certificates(whole: &str) -> String {
    let mut hidden = false;
    let shown = |line: &&str| {
        let ends = line.trim() == "quit";
        let kept = !hidden && !ends;
        hidden = !ends && (hidden || line.starts_with(" certificate "));
        kept
    };
    whole
        .lines()
        .filter(shown)
        .fold(String::new(), |text, line| text + line + "\n")
}

/// The lines from the first `!` on, each with its number.
fn numbered(shown: &str) -> String {
    let mut number = 0;
    let mut told = String::with_capacity(shown.len() * 2);
    for line in shown.lines() {
        number += u32::from(number > 0 || line == "!");
        match number {
            0 => told.push_str(line),
            _ => told.push_str(&format!("{number:>5} : {line}")),
        }
        told.push('\n');
    }
    told
}

/// `Building configuration...` and the byte count: bytes from the first `!` through `end`, plus one (§2.13).
fn built(text: &str) -> String {
    format!(
        "Building configuration...\n\nCurrent configuration : {} bytes\n{text}\n",
        text.len() + 1
    )
}

pub(super) fn startup(state: &State) -> String {
    let Some(saved) = state.startup.as_deref() else {
        return "startup-config is not present\n".to_string();
    };
    let room = state
        .platform
        .identity("nvram_bytes")
        .unwrap_or_else(|| "33554432".to_string());
    format!("Using {} out of {room} bytes\n{saved}\n", saved.len())
}
