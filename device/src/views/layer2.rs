//! VLANs and VRFs.

use serde::Serialize;

use super::Snapshot;
use super::interfaces;
use crate::grammar::World;
use crate::grammar::slot::vlan_text;
use crate::network::{Interface, PortMode, Vlans};

/// A VLAN.
#[derive(Debug, Serialize)]
pub(super) struct VlanView {
    pub(super) id: u16,
    name: String,
    status: &'static str,
    /// Beyond 1005.
    extended: bool,
    ports: Vec<String>,
    /// Trunks too.
    all_ports: Vec<String>,
}

/// A VRF.
#[derive(Debug, Serialize)]
pub(super) struct VrfView {
    name: String,
    rd: Option<String>,
    protocols: Vec<String>,
    interfaces: Vec<String>,
}

/// The VLANs that exist without being configured: number, name, status.
const BUILT_IN: &[(u16, &str, &str)] = &[
    (1, "default", "active"),
    (1002, "fddi-default", "act/unsup"),
    (1003, "token-ring-default", "act/unsup"),
    (1004, "fddinet-default", "act/unsup"),
    (1005, "trnet-default", "act/unsup"),
];

/// Every VLAN with its access ports, by number.
pub(super) fn vlans(snapshot: &Snapshot) -> Vec<VlanView> {
    let mut vlans = database(snapshot);
    let network = snapshot.network();
    for port in network.interfaces(network.own().name()).iter() {
        // A port of a port-channel stands in no VLAN of its own.
        let whole = port.physical || (port.kind == "Port-channel" && port.parent().is_none());
        if !whole || !port.switched() || port.channel.is_some() {
            continue;
        }
        let short = snapshot.platform.interfaces().short(&port.name);
        let trunk = port.trunking || (port.mode == PortMode::Trunk && port.line);
        let has = |vlan: &VlanView| port.access == vlan.id || port.voice == Some(vlan.id);
        for vlan in &mut vlans {
            if if trunk {
                port.allowed.has(vlan.id)
            } else {
                has(vlan)
            } {
                vlan.all_ports.push(short.clone());
            }
            if !trunk && has(vlan) {
                vlan.ports.push(short.clone());
            }
        }
    }
    vlans
}

/// A trunk that is up, and the VLANs on it.
#[derive(Debug, Serialize)]
pub(super) struct TrunkView {
    short: String,
    name: String,
    /// `on`, `auto`, `desirable`.
    mode: &'static str,
    negotiated: bool,
    native: u16,
    allowed: String,
    active: String,
    forwarding: String,
}

/// Every trunk that is up.
pub(super) fn trunks(snapshot: &Snapshot) -> Vec<TrunkView> {
    let network = snapshot.network();
    let own = network.own();
    let interfaces = network.interfaces(own.name());
    let trunks = interfaces.iter().filter(|i| i.trunking && i.switches());
    let ids = vlan_ids(snapshot);
    let view = |port: &Interface| {
        // A port-channel is as its ports are, unless it says something else itself.
        let group = port
            .number
            .parse()
            .ok()
            .filter(|_| port.kind == "Port-channel");
        let mut members = interfaces
            .iter()
            .filter(|i| group.is_some() && i.bundled == group);
        let told = port.mode == PortMode::Trunk || members.any(|i| i.mode == PortMode::Trunk);
        let active: Vec<u16> = ids
            .iter()
            .copied()
            .filter(|id| port.allowed.has(*id))
            .collect();
        let forwarding = active
            .iter()
            .copied()
            .filter(|id| !network.blocks(own, &port.name, *id));
        let forwarding: Vec<u16> = forwarding.collect();
        TrunkView {
            short: snapshot.platform.interfaces().short(&port.name),
            name: port.name.clone(),
            mode: match port.mode {
                PortMode::Auto if !told => "auto",
                PortMode::Desirable if !told => "desirable",
                _ => "on",
            },
            negotiated: !told,
            native: port.native,
            allowed: allowed_text(&port.allowed),
            active: list_text(&active),
            forwarding: list_text(&forwarding),
        }
    };
    trunks.map(view).collect()
}

/// The VLANs that a trunk may carry, as the tables show them.
pub(super) fn allowed_text(allowed: &Vlans) -> String {
    match allowed {
        Vlans::All => "1-4094".to_string(),
        Vlans::Only(list) => list_text(list),
    }
}

fn list_text(list: &[u16]) -> String {
    if list.is_empty() {
        "none".to_string()
    } else {
        vlan_text(list)
    }
}

/// Every VLAN, without its ports.
pub(super) fn database(snapshot: &Snapshot) -> Vec<VlanView> {
    let grammar = snapshot.platform.grammar();
    let built_in = |(id, name, status): &(u16, &str, &'static str)| VlanView {
        id: *id,
        name: (*name).to_string(),
        status,
        extended: false,
        ports: Vec::new(),
        all_ports: Vec::new(),
    };
    let mut vlans: Vec<VlanView> = BUILT_IN.iter().map(built_in).collect();
    for statement in snapshot.config.iter().filter(|s| s.kind(grammar) == "vlan") {
        let Some(id) = statement.value("vlan").and_then(|id| id.parse().ok()) else {
            continue;
        };
        let below = |kind: &str| {
            let block = statement.block.iter().flat_map(|block| block.iter());
            let mut found = block.filter(|s| s.kind(grammar) == kind);
            found.next().map(|s| s.line.to_string())
        };
        let name = below("name").map_or_else(
            || format!("VLAN{id:04}"),
            |line| line["name ".len()..].to_string(),
        );
        let status = if below("shutdown").is_some() {
            "act/lshut"
        } else if below("state").is_some_and(|line| line.ends_with("suspend")) {
            "suspended"
        } else {
            "active"
        };
        vlans.retain(|vlan| vlan.id != id);
        vlans.push(VlanView {
            id,
            name,
            status,
            extended: id > 1005,
            ports: Vec::new(),
            all_ports: Vec::new(),
        });
    }
    vlans.sort_by_key(|vlan| vlan.id);
    vlans
}

/// The numbers of the VLANs that carry traffic.
pub(super) fn vlan_ids(snapshot: &Snapshot) -> Vec<u16> {
    let active = database(snapshot)
        .into_iter()
        .filter(|vlan| vlan.status == "active");
    active.map(|vlan| vlan.id).collect()
}

/// Every VRF with its interfaces, by name.
pub(super) fn vrfs(snapshot: &Snapshot) -> Vec<VrfView> {
    let grammar = snapshot.platform.grammar();
    let interfaces = interfaces::views(snapshot);
    let mut vrfs = Vec::new();
    for statement in snapshot.config.iter() {
        let kind = statement.kind(grammar);
        if !matches!(kind, "vrf definition" | "ip vrf") {
            continue;
        }
        let Some(name) = statement.value("vrf") else {
            continue;
        };
        let below = || statement.block.iter().flat_map(|block| block.iter());
        let families = below().filter(|s| s.kind(grammar) == "address-family");
        let mut protocols: Vec<String> = families
            .filter_map(|s| s.value("family").map(ToString::to_string))
            .collect();
        if kind == "ip vrf" {
            protocols.push("ipv4".to_string());
        }
        let rd = below()
            .find(|s| s.kind(grammar) == "rd")
            .and_then(|s| s.value("rd").map(ToString::to_string));
        let of_vrf = interfaces.iter().filter(|i| i.vrf.as_deref() == Some(name));
        let interfaces = of_vrf.map(|i| i.short.clone()).collect();
        vrfs.push(VrfView {
            name: name.to_string(),
            rd,
            protocols,
            interfaces,
        });
    }
    vrfs
}
