//! VLANs and VRFs.

use serde::Serialize;

use super::Snapshot;
use super::interfaces;

/// A VLAN.
#[derive(Debug, Serialize)]
pub(super) struct VlanView {
    id: u16,
    name: String,
    status: &'static str,
    ports: Vec<String>,
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
    let grammar = snapshot.platform.grammar();
    let built_in = |(id, name, status): &(u16, &str, &'static str)| VlanView {
        id: *id,
        name: (*name).to_string(),
        status,
        ports: Vec::new(),
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
            ports: Vec::new(),
        });
    }
    vlans.sort_by_key(|vlan| vlan.id);
    for view in interfaces::views(snapshot) {
        let access = view.physical && view.layer == 2 && !(view.trunk && view.connected);
        let id = view
            .vlan
            .as_deref()
            .and_then(|id| id.parse().ok())
            .unwrap_or(1);
        if let Some(vlan) = vlans
            .iter_mut()
            .find(|vlan| vlan.id == id)
            .filter(|_| access)
        {
            vlan.ports.push(view.short);
        }
    }
    vlans
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
