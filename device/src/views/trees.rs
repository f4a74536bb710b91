//! Spanning trees as the device sees them.

use serde::Serialize;

use super::Snapshot;
use super::layer2::vlan_ids;
use crate::grammar::World;
use crate::grammar::slot::{vlan_text, vlans as vlans_of};
use crate::network::tree::{instance_of, is_mst};
use crate::network::{Bridge, BridgeId, Instance, Role, TreePort};

/// A tree.
#[derive(Debug, Serialize)]
pub(super) struct TreeView {
    /// The VLAN, or the instance of MST.
    id: u16,
    mst: bool,
    /// The VLANs that are on an instance of MST.
    vlans: Vec<u16>,
    vlan_text: String,
    /// `ieee`, `rstp`, `mstp`.
    protocol: &'static str,
    root: IdView,
    bridge: IdView,
    is_root: bool,
    cost: u32,
    /// The port that leads to the root, and its place in the list of ports.
    root_port: Option<PortView>,
    hello: u64,
    max_age: u64,
    forward: u64,
    ports: Vec<PortView>,
}

/// A bridge.
#[derive(Debug, Clone, Serialize)]
struct IdView {
    /// As it is compared: with the number of the tree.
    priority: u32,
    /// As it is configured.
    own_priority: u32,
    mac: String,
}

/// A port.
#[derive(Debug, Clone, Serialize)]
struct PortView {
    name: String,
    short: String,
    role: &'static str,
    state: &'static str,
    cost: u32,
    priority: u32,
    number: u32,
    edge: bool,
    bridged: bool,
    shared: bool,
    trunk: bool,
    designated: IdView,
    designated_cost: u32,
    designated_priority: u32,
    designated_number: u32,
}

/// Every tree, by number.
pub(super) fn views(snapshot: &Snapshot) -> Vec<TreeView> {
    let network = snapshot.network();
    let own = network.own();
    if !snapshot.platform.has("switching") {
        return Vec::new();
    }
    let mst = is_mst(own);
    let mut instances: Vec<(Instance, Vec<u16>)> = Vec::new();
    for vlan in vlan_ids(snapshot) {
        let instance = instance_of(own, vlan);
        match instances.iter_mut().find(|(known, _)| *known == instance) {
            Some((_, vlans)) => vlans.push(vlan),
            None => instances.push((instance, vec![vlan])),
        }
    }
    instances.sort();
    instances
        .into_iter()
        .filter_map(|(instance, vlans)| view(snapshot, instance, vlans, mst))
        .collect()
}

/// The VLANs that are on no instance of MST but the first.
pub(super) fn rest(snapshot: &Snapshot) -> String {
    let own = snapshot.network().own();
    let region = own
        .get("spanning-tree mst configuration")
        .and_then(|s| s.block.as_ref());
    let taken = own
        .below(region, "instance")
        .filter(|s| s.value("instance") != Some("0"));
    let taken: Vec<u16> = taken
        .filter_map(|s| vlans_of(s.value("list")?))
        .flatten()
        .collect();
    let rest: Vec<u16> = (1..=4094).filter(|vlan| !taken.contains(vlan)).collect();
    vlan_text(&rest)
}

fn view(snapshot: &Snapshot, instance: Instance, vlans: Vec<u16>, mst: bool) -> Option<TreeView> {
    let network = snapshot.network();
    let own = network.own();
    let tree = network.tree(own.name(), instance)?;
    let bridge: &Bridge = tree.bridge(own.name(), instance)?;
    // A tree without a port is not there.
    if bridge.ports.is_empty() {
        return None;
    }
    let (Instance::Vlan(id) | Instance::Mst(id)) = instance;
    let ports: Vec<PortView> = bridge
        .ports
        .iter()
        .map(|port| port_view(snapshot, id, port))
        .collect();
    let classic = own
        .get("spanning-tree mode")
        .is_some_and(|s| s.line.ends_with(" pvst"));
    let timer = |what: &str, otherwise: u64| {
        let mut set = own
            .all("spanning-tree vlan timer")
            .filter(|s| s.value("what") == Some(what));
        let of_vlan = set.find(|s| {
            s.value("list")
                .and_then(vlans_of)
                .is_some_and(|l| l.contains(&id))
        });
        of_vlan
            .and_then(|s| s.value("seconds")?.parse().ok())
            .unwrap_or(otherwise)
    };
    Some(TreeView {
        id,
        mst,
        vlan_text: vlan_text(&vlans),
        vlans,
        protocol: match (mst, classic) {
            (true, _) => "mstp",
            (false, true) => "ieee",
            (false, false) => "rstp",
        },
        is_root: tree.root == bridge.id,
        root: id_view(&tree.root, id),
        bridge: id_view(&bridge.id, id),
        cost: bridge.cost,
        root_port: ports
            .iter()
            .find(|port| bridge.root_port.as_deref() == Some(&port.name))
            .cloned(),
        hello: timer("hello-time", 2),
        max_age: timer("max-age", 20),
        forward: timer("forward-time", 15),
        ports,
    })
}

fn id_view(id: &BridgeId, number: u16) -> IdView {
    IdView {
        priority: id.priority,
        own_priority: id.priority.saturating_sub(u32::from(number)),
        mac: id.mac.clone(),
    }
}

fn port_view(snapshot: &Snapshot, id: u16, port: &TreePort) -> PortView {
    let network = snapshot.network();
    let interface = network.interface(network.own().name(), &port.port);
    let (designated, cost, (priority, number)) = &port.designated;
    PortView {
        name: port.port.clone(),
        short: snapshot.platform.interfaces().short(&port.port),
        role: match port.role {
            Role::Root => "Root",
            Role::Designated => "Desg",
            Role::Alternate => "Altn",
            Role::Backup => "Back",
        },
        state: if matches!(port.role, Role::Root | Role::Designated) {
            "FWD"
        } else {
            "BLK"
        },
        cost: port.cost,
        priority: port.id.0,
        number: port.id.1,
        edge: port.edge,
        bridged: port.bridged,
        shared: interface.as_ref().is_some_and(|i| i.duplex == "half"),
        trunk: interface.as_ref().is_some_and(|i| i.trunking),
        designated: id_view(designated, id),
        designated_cost: *cost,
        designated_priority: *priority,
        designated_number: *number,
    }
}
