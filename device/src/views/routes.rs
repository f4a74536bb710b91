//! The IPv4 routing table that follows from addresses and static routes.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::Snapshot;
use super::interfaces::{self, InterfaceView};
use crate::grammar::slot::{length_mask, mask_length};

/// A route.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RouteView {
    code: &'static str,
    prefix: String,
    length: u32,
    mask: String,
    next_hop: Option<String>,
    interface: Option<String>,
    distance: u32,
    metric: u32,
    vrf: Option<String>,
    #[serde(skip)]
    network: u32,
}

impl RouteView {
    fn covers(&self, address: Ipv4Addr) -> bool {
        u32::from(address) & u32::from(length_mask(self.length)) == self.network
    }
}

/// Every route, by network and length.
pub(super) fn views(snapshot: &Snapshot) -> Vec<RouteView> {
    let interfaces = interfaces::views(snapshot);
    let mut routes: Vec<RouteView> = interfaces
        .iter()
        .filter(|i| i.protocol == "up")
        .flat_map(connected)
        .collect();
    let statics = statics(snapshot, &routes, &interfaces);
    routes.extend(statics);
    routes.sort_by_key(|route| (route.vrf.clone(), route.network, route.length));
    routes
}

/// The network of an interface's address, and the address itself.
fn connected(interface: &InterfaceView) -> Vec<RouteView> {
    let parsed = || {
        let address: Ipv4Addr = interface.ip.as_ref()?.parse().ok()?;
        let length = mask_length(interface.mask.as_ref()?.parse().ok()?)?;
        Some((address, length))
    };
    let Some((address, length)) = parsed() else {
        return Vec::new();
    };
    let route = |code, length| {
        let network = u32::from(address) & u32::from(length_mask(length));
        RouteView {
            code,
            prefix: Ipv4Addr::from(network).to_string(),
            length,
            mask: length_mask(length).to_string(),
            next_hop: None,
            interface: Some(interface.name.clone()),
            distance: 0,
            metric: 0,
            vrf: interface.vrf.clone(),
            network,
        }
    };
    if length == 32 {
        vec![route("C", 32)]
    } else {
        vec![route("C", length), route("L", 32)]
    }
}

/// The static routes whose next hop can be reached.
fn statics(
    snapshot: &Snapshot,
    known: &[RouteView],
    interfaces: &[InterfaceView],
) -> Vec<RouteView> {
    let grammar = snapshot.platform.grammar();
    let of_kind = snapshot
        .config
        .iter()
        .filter(|s| s.kind(grammar) == "ip route" && !s.negated);
    let mut routes = Vec::new();
    for statement in of_kind {
        let address = |name: &str| {
            statement
                .value(name)
                .and_then(|text| text.parse::<Ipv4Addr>().ok())
        };
        let (Some(prefix), Some(length)) =
            (address("prefix"), address("mask").and_then(mask_length))
        else {
            continue;
        };
        let vrf = statement.value("vrf").map(ToString::to_string);
        let interface = statement.value("interface").map(ToString::to_string);
        let next = address("next");
        let through = interface.as_ref().is_some_and(|name| {
            name.starts_with("Null")
                || interfaces
                    .iter()
                    .any(|i| i.name == *name && i.protocol == "up")
        });
        let reached = next.is_some_and(|next| {
            known
                .iter()
                .any(|r| r.vrf == vrf && r.code == "C" && r.covers(next))
        });
        if !(through || (interface.is_none() && reached)) {
            continue;
        }
        routes.push(RouteView {
            code: if length == 0 { "S*" } else { "S" },
            prefix: prefix.to_string(),
            length,
            mask: length_mask(length).to_string(),
            next_hop: next.map(|next| next.to_string()),
            interface,
            distance: statement
                .value("distance")
                .and_then(|d| d.parse().ok())
                .unwrap_or(1),
            metric: 0,
            vrf,
            network: u32::from(prefix) & u32::from(length_mask(length)),
        });
    }
    routes
}
