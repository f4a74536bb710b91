//! What commands print that no template makes: the configuration, files, pings.

use super::commands::number;
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

/// Echo requests, and who answers them ([`State::answers`]).
pub(super) fn ping(state: &State, values: &Values, now: SimTime) -> String {
    let host = value(values, "host").unwrap_or_default();
    let grammar = state.platform.grammar();
    let mut vrfs = state
        .config
        .iter()
        .filter(|s| s.kind(grammar) == "vrf definition");
    if let Some(vrf) = value(values, "vrf").filter(|vrf| *vrf != "vrf")
        && !vrfs.any(|s| s.value("vrf") == Some(vrf))
    {
        return format!("% VRF {vrf} does not exist\n");
    }
    let count: usize = number(values, "repeat").unwrap_or(5);
    let size = value(values, "size").unwrap_or("100");
    let answers = state.answers(now, host);
    let sent = count.min(ECHOES_MAX);
    let mut text = format!(
        "Type escape sequence to abort.\nSending {count}, {size}-byte ICMP Echos to {host}, timeout is 2 seconds:\n"
    );
    let mark = if answers { "!" } else { "." };
    for row in (0..sent).step_by(MARKS_A_ROW) {
        text.push_str(&mark.repeat(MARKS_A_ROW.min(sent - row)));
        text.push('\n');
    }
    if answers {
        text.push_str(&format!(
            "Success rate is 100 percent ({sent}/{sent}), round-trip min/avg/max = 1/1/2 ms\n"
        ));
    } else {
        text.push_str(&format!("Success rate is 0 percent (0/{sent})\n"));
    }
    text
}

/// A device breaks its row of marks here.
const MARKS_A_ROW: usize = 70;

/// IOS takes two thousand million echoes, which would run for months; a virtual device stops here, as if it was
/// interrupted.
const ECHOES_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::pack::Packs;
    use crate::{Credentials, Facts};

    #[test]
    fn no_count_of_echoes_is_too_large() {
        let files = BTreeMap::from([("p/pack.yaml".to_string(), "name: p\n".to_string())]);
        let platform = Packs::load(&files).unwrap().platform("p", None).unwrap();
        let secret = String::new;
        let facts = Facts {
            name: "r1".to_string(),
            address: "127.0.0.1".parse().unwrap(),
            seed: 1,
            credentials: Credentials {
                username: secret(),
                password: secret(),
                enable: secret(),
            },
            startup: None,
            cables: Vec::new(),
            access_points: Vec::new(),
            controller: None,
        };
        let state = State::new(
            platform,
            facts,
            std::sync::Arc::new(crate::network::Alone),
            SimTime(0),
        );
        let values = vec![
            ("host".into(), "192.0.2.1".into()),
            ("repeat".into(), "2147483647".into()),
        ];
        let text = ping(&state, &values, SimTime(0));
        assert!(text.len() < 2 * ECHOES_MAX);
        assert!(text.ends_with("Success rate is 0 percent (0/10000)\n"));
    }
}
