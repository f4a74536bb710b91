//! CDP neighbours: who is at the other end of the cables of ports that are up and speak CDP.

use serde::Serialize;

use super::Snapshot;
use super::interfaces;
use crate::grammar::World;

/// A CDP neighbour.
#[derive(Debug, Serialize)]
pub(super) struct NeighborView {
    device: String,
    local: String,
    local_cdp: String,
    address: String,
    platform: String,
    capabilities: String,
    port: String,
    port_cdp: String,
    holdtime: u64,
    version: String,
}

/// CDP is sent every 60 s and kept for 180.
const HOLDTIME_S: u64 = 180;
const INTERVAL_S: u64 = 60;

/// Every neighbour, by local port.
pub(super) fn views(snapshot: &Snapshot) -> Vec<NeighborView> {
    let grammar = snapshot.platform.grammar();
    let silent = |name: &str| {
        let interface = snapshot
            .config
            .iter()
            .find(|s| s.value("interface") == Some(name));
        let block = interface.and_then(|s| s.block.as_ref());
        block.is_some_and(|b| {
            b.iter()
                .any(|s| s.kind(grammar) == "cdp enable" && s.negated)
        })
    };
    let up = interfaces::views(snapshot);
    let since = snapshot.now.since(snapshot.booted).as_secs();
    let mut views = Vec::new();
    for (at, cable) in snapshot.facts.cables.iter().enumerate() {
        let works = up.iter().any(|i| i.name == cable.port && i.connected);
        if !works || silent(&cable.port) {
            continue;
        }
        let phase = (since + snapshot.facts.seed % INTERVAL_S + at as u64 * 7) % INTERVAL_S;
        views.push(NeighborView {
            device: cable.device.clone(),
            local: cable.port.clone(),
            local_cdp: snapshot.platform.interfaces().cdp(&cable.port),
            address: cable.far_address.to_string(),
            platform: format!("cisco {}", cable.far_model),
            capabilities: cable.far_capabilities.clone(),
            port_cdp: snapshot.platform.interfaces().cdp(&cable.far_port),
            port: cable.far_port.clone(),
            holdtime: HOLDTIME_S - phase,
            version: cable.far_version.clone(),
        });
    }
    views
}
