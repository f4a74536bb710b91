//! Neighbours as CDP and LLDP tell of them: who is at the other end of a cable that works, if both ends speak.

use minijinja::Value;
use serde::Serialize;

use super::aps::given_name;
use super::{Snapshot, base_mac};
use crate::grammar::World;
use crate::network::{Discovery, Heard, Node};

/// A CDP neighbour.
#[derive(Debug, Serialize)]
pub(super) struct NeighborView {
    device: String,
    local: String,
    local_cdp: String,
    local_short: String,
    address: String,
    platform: String,
    capabilities: String,
    port: String,
    port_cdp: String,
    port_short: String,
    holdtime: u64,
    version: String,
    /// The identity of its platform, from which templates make its software's text.
    identity: Option<Value>,
    native_vlan: Option<u16>,
    duplex: &'static str,
    vtp_domain: Option<String>,
    chassis: String,
    description: Option<String>,
    bridge: bool,
    router: bool,
    access_point: bool,
    routes: bool,
    /// Its port looks for one-way links too.
    udld: bool,
}

/// CDP is sent every 60 s and kept for 180, LLDP every 30 s for 120 (ios-xe-behaviour §6.6).
const CDP_S: (u64, u64) = (60, 180);
const LLDP_S: (u64, u64) = (30, 120);

/// Every neighbour, by local port.
pub(super) fn views(snapshot: &Snapshot, by: Discovery) -> Vec<NeighborView> {
    let network = snapshot.network();
    let heard = network.heard(network.own().name(), by);
    heard
        .iter()
        .enumerate()
        .filter_map(|(at, heard)| view(snapshot, by, at, heard))
        .collect()
}

fn view(snapshot: &Snapshot, by: Discovery, at: usize, heard: &Heard) -> Option<NeighborView> {
    let local = &heard.local.name;
    let cable = snapshot
        .facts
        .cables
        .iter()
        .find(|cable| cable.port == *local)?;
    let node = heard.node.as_deref();
    let interfaces = snapshot.platform.interfaces();
    let far_interfaces = node.map_or(interfaces, |node| node.platform().interfaces());
    let identity = |key: &str| node.and_then(|node| node.platform().identity(key));
    let capabilities = identity("capabilities").unwrap_or_else(|| cable.far_capabilities.clone());
    let model = node.map_or(&*cable.far_model, |node| node.platform().model());
    let address = node.map(|node| snapshot.network().address_at(node, heard.far.as_ref()));
    let has = |word: &str| capabilities.split(' ').any(|one| one == word);
    let access_point = node.is_some_and(|node| node.platform().has("cos"));
    let seed = node.map_or(snapshot.facts.seed, |node| node.facts().seed);
    Some(NeighborView {
        device: node.map_or_else(
            || cable.device.clone(),
            |node| given_name(snapshot.network(), node).unwrap_or_else(|| node.full_name()),
        ),
        local: local.clone(),
        local_cdp: interfaces.cdp(local),
        local_short: interfaces.short(local),
        address: address.unwrap_or(cable.far_address).to_string(),
        platform: format!("cisco {model}"),
        port: heard.port.clone(),
        port_cdp: far_interfaces.cdp(&heard.port),
        port_short: far_interfaces.short(&heard.port),
        holdtime: holdtime(snapshot, by, at, node),
        version: identity("version").unwrap_or_else(|| cable.far_version.clone()),
        identity: node.map(|node| super::serialized(node.platform().identities())),
        native_vlan: heard.far.as_ref().and_then(|far| far.native_vlan()),
        duplex: heard.far.as_ref().map_or("full", |far| far.duplex),
        vtp_domain: node.and_then(|node| {
            node.get("vtp domain")?
                .value("domain")
                .map(ToString::to_string)
        }),
        chassis: base_mac(seed, 0),
        description: heard.far.as_ref().and_then(|far| {
            let mut lines = node?.below(far.block.as_ref(), "description");
            Some(lines.next()?.value("description")?.to_string())
        }),
        bridge: has("Switch") || has("Trans-Bridge"),
        router: has("Router"),
        routes: node.is_none_or(|node| !node.get("ip routing").is_some_and(|line| line.negated)),
        udld: heard.far.as_ref().is_some_and(|far| {
            let mut lines = node
                .into_iter()
                .flat_map(|node| node.below(far.block.as_ref(), "udld port"));
            lines.any(|line| !line.negated && !line.line.ends_with("disable"))
        }),
        access_point,
        capabilities,
    })
}

/// For how long an entry is kept; a message comes in each interval, at a time of its own for each port.
fn holdtime(snapshot: &Snapshot, by: Discovery, at: usize, node: Option<&Node>) -> u64 {
    let (name, (interval, hold)) = match by {
        Discovery::Cdp => ("cdp", CDP_S),
        Discovery::Lldp => ("lldp", LLDP_S),
    };
    let number = |what: &str, otherwise| {
        node.map_or(otherwise, |node| {
            node.number(&format!("{name} {what}"), otherwise)
        })
    };
    let (interval, hold) = (number("timer", interval).max(1), number("holdtime", hold));
    let since = snapshot.now.since(snapshot.booted).as_secs();
    let phase = (since + snapshot.facts.seed % interval + at as u64 * 7) % interval;
    hold.saturating_sub(phase)
}
