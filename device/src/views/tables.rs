//! Tables that a device fills by listening: MAC addresses, ARP, IPv6 neighbours, addresses behind its ports.
//!
//! Known limit: everybody is heard all the time, so what is cleared is known again at once.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use serde::Serialize;

use super::layer2::vlan_ids;
use super::{Snapshot, Stamp, stamp};
use crate::SimTime;
use crate::config::Statement;
use crate::grammar::World;
use crate::grammar::slot::vlans;
use crate::network::{Interface, Lease, Network, Seat};

/// A MAC address.
#[derive(Debug, Clone, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MacView {
    vlan: u16,
    mac: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Short name of the port.
    port: String,
    /// Its full name.
    name: String,
}

/// An address and the MAC address that it belongs to (ARP, IPv6 neighbour discovery).
#[derive(Debug, Clone, Serialize)]
pub(super) struct ArpView {
    address: String,
    mac: String,
    /// In minutes; none for the device's own.
    age: Option<u64>,
    interface: String,
    short: String,
    vrf: Option<String>,
}

/// An address behind a port (device tracking, DHCP snooping).
#[derive(Debug, Clone, Serialize)]
pub(super) struct TrackedView {
    address: String,
    mac: String,
    vlan: u16,
    /// Full and short name of the port.
    interface: String,
    short: String,
    /// Whether it is the device's own.
    own: bool,
    /// Whether it came by DHCP.
    dhcp: bool,
    /// Whether DHCP snooping watches its VLAN and port.
    snooped: bool,
    /// Whether device tracking is on for its VLAN or port.
    tracked: bool,
    /// Seconds until the lease ends, and since it was heard last.
    lease: u64,
    age: u64,
}

/// Minutes that an ARP entry lives (`arp timeout 14400`).
const ARP_MINUTES: u64 = 240;

/// A lease of a day.
const LEASE_S: u64 = 86_400;

/// Every MAC address in every VLAN: those that were heard, and those that the configuration or the device itself has.
pub(super) fn macs(snapshot: &Snapshot) -> Vec<MacView> {
    let network = snapshot.network();
    let own = network.own();
    if !snapshot.platform.has("switching") {
        return Vec::new();
    }
    let mut macs = Vec::new();
    for vlan in vlan_ids(snapshot) {
        for seat in network.vlan(own.name(), vlan) {
            let (kind, name) = match &seat.through {
                Some(port) => ("DYNAMIC", port.clone()),
                None if seat.node.name() == own.name() => ("STATIC", seat.interface.name.clone()),
                None => continue,
            };
            macs.push(MacView {
                vlan,
                mac: seat.interface.mac.clone(),
                kind,
                port: snapshot.platform.interfaces().short(&name),
                name,
            });
        }
    }
    macs.retain(|mac| network.interface(own.name(), &mac.name).is_some());
    fixed(snapshot, &mut macs);
    macs.sort();
    macs.dedup();
    macs
}

/// `mac address-table static`: it takes the place of what was heard.
fn fixed(snapshot: &Snapshot, macs: &mut Vec<MacView>) {
    let grammar = snapshot.platform.grammar();
    let set = snapshot
        .config
        .iter()
        .filter(|s| s.kind(grammar) == "mac address-table static");
    for statement in set {
        let vlan = statement.value("vlan").and_then(|vlan| vlan.parse().ok());
        let (Some(vlan), Some(mac)) = (vlan, statement.value("mac")) else {
            continue;
        };
        let name = statement.value("interface").unwrap_or("Drop");
        macs.retain(|known| (known.vlan, &*known.mac) != (vlan, mac));
        macs.push(MacView {
            vlan,
            mac: mac.to_string(),
            kind: "STATIC",
            port: snapshot.platform.interfaces().short(name),
            name: name.to_string(),
        });
    }
}

/// Every layer-3 interface that is up and could hear others.
fn listeners(network: &Network) -> Vec<Interface> {
    let interfaces = network.interfaces(network.own().name());
    let deaf = ["Loopback", "Tunnel", "Null"];
    let hears = |i: &&Interface| !i.switched() && i.protocol && !deaf.contains(&i.kind.as_str());
    interfaces.iter().filter(hears).cloned().collect()
}

/// Minutes since a device was heard of: since both run, in the rhythm in which entries are asked for again.
fn age(snapshot: &Snapshot, seat: &Seat) -> u64 {
    let both: SimTime = snapshot.booted.max(seat.node.booted());
    snapshot.now.since(both).as_secs() / 60 % ARP_MINUTES
}

/// Every IPv4 address that is known, by interface: the device's own, and those of who shares a network with it.
pub(super) fn arp(snapshot: &Snapshot) -> Vec<ArpView> {
    let network = snapshot.network();
    let mut views: Vec<(Ipv4Addr, ArpView)> = Vec::new();
    for interface in listeners(network) {
        let view = |address: Ipv4Addr, mac: &str, age| {
            let view = ArpView {
                address: address.to_string(),
                mac: mac.to_string(),
                age,
                interface: interface.name.clone(),
                short: snapshot.platform.interfaces().short(&interface.name),
                vrf: interface.vrf.clone(),
            };
            (address, view)
        };
        views.extend(
            interface
                .addresses
                .iter()
                .map(|own| view(own.address, &interface.mac, None)),
        );
        if interface.addresses.is_empty() {
            continue;
        }
        for seat in network.segment(network.own().name(), &interface.name) {
            let near = seat.interface.addresses.iter().filter(|far| {
                interface
                    .addresses
                    .iter()
                    .any(|own| same_network(own.address, far.address, own.length))
            });
            let age = Some(age(snapshot, &seat));
            views.extend(near.map(|far| view(far.address, &seat.interface.mac, age)));
        }
    }
    views.sort_by_key(|(address, _)| *address);
    views.into_iter().map(|(_, view)| view).collect()
}

fn same_network(one: Ipv4Addr, other: Ipv4Addr, length: u32) -> bool {
    let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
    u32::from(one) & mask == u32::from(other) & mask && one != other
}

/// Every IPv6 address of who shares a network with the device.
pub(super) fn neighbors6(snapshot: &Snapshot) -> Vec<ArpView> {
    let network = snapshot.network();
    let mut views: Vec<(Ipv6Addr, ArpView)> = Vec::new();
    for interface in listeners(network).iter().filter(|i| i.link_local.is_some()) {
        for seat in network.segment(network.own().name(), &interface.name) {
            let far = &seat.interface;
            let shared = far.addresses6.iter().filter(|far| {
                interface.addresses6.iter().any(|own| {
                    let mask = u128::MAX.checked_shl(128 - own.length).unwrap_or(0);
                    u128::from(own.address) & mask == u128::from(far.address) & mask
                })
            });
            for address in shared.map(|far| far.address).chain(far.link_local) {
                let view = ArpView {
                    address: crate::grammar::slot::ipv6_text(address),
                    mac: far.mac.clone(),
                    age: Some(age(snapshot, &seat)),
                    interface: interface.name.clone(),
                    short: snapshot.platform.interfaces().short(&interface.name),
                    vrf: interface.vrf.clone(),
                };
                views.push((address, view));
            }
        }
    }
    views.sort_by_key(|(address, _)| *address);
    views.into_iter().map(|(_, view)| view).collect()
}

/// Every address behind the ports of a switch.
pub(super) fn tracked(snapshot: &Snapshot) -> Vec<TrackedView> {
    let network = snapshot.network();
    let own = network.own();
    let mut views = Vec::new();
    for vlan in vlan_ids(snapshot) {
        for seat in network.vlan(own.name(), vlan) {
            let here = seat.node.name() == own.name();
            let port = seat
                .through
                .clone()
                .unwrap_or_else(|| seat.interface.name.clone());
            let Some(interface) = network.interface(own.name(), &port) else {
                continue;
            };
            let has = |kind: &str| {
                own.below(interface.block.as_ref(), kind)
                    .any(|s| !s.negated)
            };
            let by_vlan = own.all("vlan configuration").filter(|s| lists(s, vlan));
            let tracked = by_vlan.into_iter().any(|s| {
                own.below(s.block.as_ref(), "device-tracking")
                    .any(|s| !s.negated)
            });
            let snooping = own.has("ip dhcp snooping")
                && own
                    .all("ip dhcp snooping vlan")
                    .any(|s| !s.negated && lists(s, vlan));
            let dhcp = seat.interface.block.is_none() || seat.interface.dhcp;
            for address in &seat.interface.addresses {
                views.push(TrackedView {
                    address: address.address.to_string(),
                    mac: seat.interface.mac.clone(),
                    vlan,
                    short: snapshot.platform.interfaces().short(&port),
                    interface: port.clone(),
                    own: here,
                    dhcp,
                    snooped: snooping && !has("ip dhcp snooping trust"),
                    tracked: tracked || has("device-tracking") || snooping,
                    lease: LEASE_S
                        - snapshot.now.since(seat.node.booted()).as_secs() % (LEASE_S / 2),
                    age: snapshot.now.since(seat.node.booted()).as_secs() % 300,
                });
            }
        }
    }
    views
}

fn lists(statement: &Statement, vlan: u16) -> bool {
    statement
        .value("list")
        .and_then(vlans)
        .is_some_and(|list| list.contains(&vlan))
}

/// An address that a pool of the device gave out.
#[derive(Debug, Serialize)]
pub(super) struct LeaseView {
    address: String,
    mac: String,
    /// The client as DHCP names it: the type of its hardware and its MAC address.
    id: String,
    pool: String,
    interface: String,
    /// When it ends.
    expires: Stamp,
}

/// Every address that was given out.
pub(super) fn leases(snapshot: &Snapshot) -> Vec<LeaseView> {
    let network = snapshot.network();
    let zone = snapshot.zone();
    let view = |lease: &Lease| {
        let client = network
            .node(&lease.client)
            .map_or(snapshot.booted, |node| node.booted());
        let begun = snapshot.now.since(client).as_secs() / (LEASE_S / 2) * (LEASE_S / 2);
        let ends = client.after(Duration::from_secs(begun + LEASE_S));
        let digits = format!("01{}", lease.mac.replace('.', ""));
        let parts = digits.as_bytes().chunks(4).map(String::from_utf8_lossy);
        LeaseView {
            address: lease.address.address.to_string(),
            id: parts.collect::<Vec<_>>().join("."),
            mac: lease.mac.clone(),
            pool: lease.pool.clone(),
            interface: lease.through.clone(),
            expires: stamp(ends, &zone),
        }
    };
    network
        .leases(network.own().name())
        .iter()
        .map(view)
        .collect()
}
