//! Spanning trees over the switches that cables connect: one for each VLAN (PVST, rapid PVST), or one for each instance
//! (MST). The root is the bridge with the lowest priority and MAC address; every other bridge has the port with the
//! cheapest way to it, and of two ports of a link the one further from the root is blocked (IEEE 802.1D-2004, 17).
//!
//! Known limits: timers and topology changes are not followed, a tree is always settled; all MST switches are taken for
//! one region; root guard and loop guard change nothing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
use std::sync::{Arc, PoisonError};

use super::link::vlan_exists;
use super::{Interface, NODES_MAX, Network, Node};
use crate::grammar::slot::{instances, vlans};
use crate::views::base_mac;

/// Which tree of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instance {
    /// That of a VLAN.
    Vlan(u16),
    /// An instance of MST.
    Mst(u16),
}

/// A bridge as others compare it: priority first, MAC address second.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BridgeId {
    /// Its priority, with the number of the tree added.
    pub priority: u32,
    /// Its MAC address.
    pub mac: String,
    /// Its device, which decides between two that were given the same address.
    pub device: String,
}

/// What a port does in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It leads to the root.
    Root,
    /// It leads others to the root.
    Designated,
    /// It would lead to the root if another failed, and is blocked.
    Alternate,
    /// It leads back to this bridge, and is blocked.
    Backup,
}

/// A port of a bridge.
#[derive(Debug, Clone)]
pub struct TreePort {
    /// Its full name.
    pub port: String,
    /// What it does.
    pub role: Role,
    /// What crossing it costs.
    pub cost: u32,
    /// Its priority and number.
    pub id: (u32, u32),
    /// Whether it is an edge: nothing behind it is a bridge, and it is told to start at once.
    pub edge: bool,
    /// Whether a bridge is at the other end.
    pub bridged: bool,
    /// The bridge that the link gets the root's messages from, its cost to the root and its port.
    pub designated: (BridgeId, u32, (u32, u32)),
}

/// One bridge of a tree.
#[derive(Debug, Clone)]
pub struct Bridge {
    /// Who it is.
    pub id: BridgeId,
    /// What the way to the root costs.
    pub cost: u32,
    /// The port that leads there; the root has none.
    pub root_port: Option<String>,
    /// Its ports, in the order of its running-config.
    pub ports: Vec<TreePort>,
}

/// A tree: every bridge that takes part, by its device and its own number of the tree.
#[derive(Debug)]
pub struct Tree {
    /// The root.
    pub root: BridgeId,
    bridges: BTreeMap<Place, Bridge>,
}

type Place = (String, Instance);

impl Tree {
    /// A device's part in the tree.
    #[must_use]
    pub fn bridge(&self, node: &str, instance: Instance) -> Option<&Bridge> {
        self.bridges.get(&(node.to_string(), instance))
    }
}

/// What a tree is made from: each bridge with its ports and what is at their other ends.
struct Seen {
    id: BridgeId,
    ports: Vec<SeenPort>,
}

struct SeenPort {
    port: String,
    cost: u32,
    id: (u32, u32),
    fast: bool,
    far: Option<(Place, String)>,
}

impl Network {
    /// The tree that a device's VLAN or instance is part of; `None` if the device has no such tree.
    #[must_use]
    pub fn tree(&self, node: &str, instance: Instance) -> Option<Arc<Tree>> {
        let key = (node.to_string(), instance);
        let known = self
            .trees
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        if known.is_some() {
            return known;
        }
        let start = self.node(node)?;
        if !takes_part(&start, instance) {
            return None;
        }
        let tree = Arc::new(grow(&survey(self, key)));
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        trees.extend(
            tree.bridges
                .keys()
                .map(|place| (place.clone(), tree.clone())),
        );
        Some(tree)
    }

    /// Whether spanning tree keeps a port of a device from carrying a VLAN.
    #[must_use]
    pub fn blocks(&self, node: &Node, port: &str, vlan: u16) -> bool {
        let instance = instance_of(node, vlan);
        let Some(tree) = self.tree(node.name(), instance) else {
            return false;
        };
        let bridge = tree.bridge(node.name(), instance);
        let port = bridge.and_then(|bridge| bridge.ports.iter().find(|p| p.port == port));
        port.is_some_and(|port| matches!(port.role, Role::Alternate | Role::Backup))
    }
}

/// Whether a device has spanning tree for a VLAN or instance.
fn takes_part(node: &Node, instance: Instance) -> bool {
    let on = match instance {
        Instance::Vlan(vlan) => {
            let off = |s: &crate::config::Statement| s.negated && lists(s.value("list"), vlan);
            vlan_exists(node, &vlan.to_string()) && !node.all("spanning-tree vlan").any(off)
        }
        Instance::Mst(_) => is_mst(node),
    };
    has_trees(node) && on
}

/// Whether a device takes part in spanning tree at all: a switch does, a wireless controller passes its messages on.
#[must_use]
pub(crate) fn has_trees(node: &Node) -> bool {
    node.platform().has("switching") && !node.platform().has("wireless")
}

/// Whether a device's trees are those of MST.
#[must_use]
pub(crate) fn is_mst(node: &Node) -> bool {
    node.get("spanning-tree mode")
        .is_some_and(|s| s.line.ends_with(" mst"))
}

/// The tree that a device carries a VLAN on.
#[must_use]
pub(crate) fn instance_of(node: &Node, vlan: u16) -> Instance {
    if !is_mst(node) {
        return Instance::Vlan(vlan);
    }
    let region = node
        .get("spanning-tree mst configuration")
        .and_then(|s| s.block.as_ref());
    let mut instances = node
        .below(region, "instance")
        .filter(|s| lists(s.value("list"), vlan));
    let number = instances
        .next()
        .and_then(|s| s.value("instance")?.parse().ok());
    Instance::Mst(number.unwrap_or(0))
}

fn lists(list: Option<&str>, vlan: u16) -> bool {
    list.and_then(vlans)
        .is_some_and(|list| list.contains(&vlan))
}

/// Every bridge that can be reached, with its ports.
fn survey(network: &Network, start: Place) -> BTreeMap<Place, Seen> {
    let mut found = BTreeMap::new();
    let mut known = BTreeSet::from([start.clone()]);
    let mut next = VecDeque::from([start]);
    while let Some(place) = next.pop_front() {
        let Some(node) = network.node(&place.0) else {
            continue;
        };
        let ports = ports(network, &node, place.1);
        for (far, _) in ports.iter().filter_map(|port| port.far.as_ref()) {
            if known.len() < NODES_MAX && known.insert(far.clone()) {
                next.push_back(far.clone());
            }
        }
        let id = bridge_id(&node, place.1);
        found.insert(place, Seen { id, ports });
    }
    found
}

fn bridge_id(node: &Node, instance: Instance) -> BridgeId {
    let (kind, number) = match instance {
        Instance::Vlan(vlan) => ("spanning-tree vlan priority", vlan),
        Instance::Mst(number) => ("spanning-tree mst priority", number),
    };
    let set = node
        .all(kind)
        .find(|s| !s.negated && lists_instance(s.value("list"), number));
    let priority = set.and_then(|s| match s.line.rsplit(' ').next()? {
        "primary" => Some(24576),
        "secondary" => Some(28672),
        number => number.parse::<u32>().ok(),
    });
    BridgeId {
        priority: priority.unwrap_or(32768) + u32::from(number),
        mac: base_mac(node.facts().seed, 0),
        device: node.name().to_string(),
    }
}

/// As [`lists`], but MST has an instance 0.
fn lists_instance(list: Option<&str>, number: u16) -> bool {
    list.and_then(instances)
        .is_some_and(|list| list.contains(&number))
}

fn ports(network: &Network, node: &Arc<Node>, instance: Instance) -> Vec<SeenPort> {
    let interfaces = network.links(node.name());
    let management = node.platform().management_port();
    let mut number = 0;
    let mut ports = Vec::new();
    for interface in interfaces.iter() {
        if interface.physical && management.as_deref() != Some(&interface.name) {
            number += 1;
        }
        let takes_part = match instance {
            Instance::Vlan(vlan) => interface.bridges(vlan),
            Instance::Mst(_) => interface.switches(),
        };
        if takes_part {
            // Port-channels are numbered after the places that ports of a full stack could have.
            let number = if interface.physical {
                number
            } else {
                2088 + interface.number.parse().unwrap_or(0)
            };
            ports.push(seen_port(network, node, instance, interface, number));
        }
    }
    ports
}

fn seen_port(
    network: &Network,
    node: &Node,
    instance: Instance,
    interface: &Interface,
    number: u32,
) -> SeenPort {
    let set = |kind: &str, what: &str| -> Option<u32> {
        let (which, number) = match instance {
            Instance::Vlan(vlan) => ("vlan", vlan),
            Instance::Mst(instance) => ("mst", instance),
        };
        let mut own = node.below(interface.block.as_ref(), "spanning-tree vlan");
        let own = own.find(|s| {
            s.value("what") == Some(what)
                && s.line.split(' ').nth(1) == Some(which)
                && lists_instance(s.value("list"), number)
        });
        let mut all = node.below(interface.block.as_ref(), kind);
        let found = own.or_else(|| all.next().filter(|s| !s.negated))?;
        found.line.rsplit(' ').next()?.parse().ok()
    };
    let long = is_mst(node)
        || node
            .get("spanning-tree pathcost method")
            .is_some_and(|s| s.line.ends_with("long"));
    SeenPort {
        port: interface.name.clone(),
        cost: set("spanning-tree cost", "cost").unwrap_or_else(|| cost(interface.speed, long)),
        id: (
            set("spanning-tree port-priority", "port-priority").unwrap_or(128),
            number,
        ),
        fast: is_fast(node, interface),
        far: far(network, node, instance, interface),
    }
}

/// What a link costs that nobody set a cost for (`spanning-tree pathcost method`).
fn cost(speed: u32, long: bool) -> u32 {
    if long {
        return 20_000_000 / speed.max(1);
    }
    match speed {
        0..=10 => 100,
        11..=100 => 19,
        101..=999 => 12,
        1000..=1999 => 4,
        2000..=9999 => 3,
        10_000..=19_999 => 2,
        _ => 1,
    }
}

/// Whether a port is told to forward at once.
fn is_fast(node: &Node, interface: &Interface) -> bool {
    let own = node
        .below(interface.block.as_ref(), "spanning-tree portfast")
        .next();
    if let Some(own) = own.filter(|s| !s.negated) {
        let trunk = own.line.ends_with("trunk");
        return !own.line.ends_with("disable")
            && !own.line.ends_with("network")
            && (trunk || !interface.trunking);
    }
    !interface.trunking && node.has("spanning-tree portfast default")
}

/// The bridge port at the other end, if a bridge with a tree is there.
fn far(
    network: &Network,
    node: &Node,
    instance: Instance,
    interface: &Interface,
) -> Option<(Place, String)> {
    let (far, port) = network.opposite(node.name(), interface)?;
    if !port.switches() {
        return None;
    }
    let instance = match instance {
        Instance::Mst(number) if is_mst(&far) => Instance::Mst(number),
        Instance::Mst(_) => Instance::Vlan(port.vlan_of(None)?),
        Instance::Vlan(vlan) => {
            let vlan = port.vlan_of(interface.tag_of(vlan))?;
            if is_mst(&far) {
                Instance::Mst(0)
            } else {
                Instance::Vlan(vlan)
            }
        }
    };
    takes_part(&far, instance).then(|| ((far.name().to_string(), instance), port.name.clone()))
}

/// Roles and costs of all bridges.
fn grow(seen: &BTreeMap<Place, Seen>) -> Tree {
    let lowest = seen.iter().min_by_key(|(_, bridge)| &bridge.id);
    let (start, root) = match lowest {
        Some((place, bridge)) => (Some(place.clone()), bridge.id.clone()),
        None => (
            None,
            BridgeId {
                priority: 32768,
                mac: String::new(),
                device: String::new(),
            },
        ),
    };
    let costs = costs(seen, start);
    let bridges = seen
        .iter()
        .map(|(place, bridge)| (place.clone(), settle(seen, &costs, place, bridge)));
    Tree {
        root,
        bridges: bridges.collect(),
    }
}

/// What the way to the root costs each bridge: the receiving port of each link counts.
fn costs(seen: &BTreeMap<Place, Seen>, start: Option<Place>) -> BTreeMap<Place, u32> {
    let mut costs = BTreeMap::new();
    let mut next = BinaryHeap::from_iter(start.map(|start| Reverse((0, start))));
    while let Some(Reverse((cost, place))) = next.pop() {
        if costs.contains_key(&place) {
            continue;
        }
        for (far, far_port) in seen
            .get(&place)
            .into_iter()
            .flat_map(|b| &b.ports)
            .filter_map(|p| p.far.as_ref())
        {
            let entry = seen
                .get(far)
                .and_then(|b| b.ports.iter().find(|p| p.port == *far_port));
            if let Some(entry) = entry {
                next.push(Reverse((cost + entry.cost, far.clone())));
            }
        }
        costs.insert(place, cost);
    }
    costs
}

/// One bridge's part.
fn settle(
    seen: &BTreeMap<Place, Seen>,
    costs: &BTreeMap<Place, u32>,
    place: &Place,
    bridge: &Seen,
) -> Bridge {
    let own_cost = costs.get(place).copied().unwrap_or(0);
    let is_root = own_cost == 0 && seen.values().all(|other| bridge.id <= other.id);
    // What each port hears: the other end's cost, bridge and port.
    let hears = |port: &SeenPort| {
        let (far, far_port) = port.far.as_ref()?;
        let other = seen.get(far)?;
        let far_port = other.ports.iter().find(|p| p.port == *far_port)?;
        Some((
            costs.get(far).copied().unwrap_or(0),
            other.id.clone(),
            far_port.id,
        ))
    };
    let offers = bridge.ports.iter().filter_map(|port| {
        let (cost, id, far) = hears(port)?;
        (id != bridge.id).then(|| ((cost + port.cost, id, far, port.id), port.port.clone()))
    });
    let root_port = offers.min().map(|(_, port)| port).filter(|_| !is_root);
    let ports = bridge.ports.iter().map(|port| {
        let own = (own_cost, bridge.id.clone(), port.id);
        let heard = hears(port);
        let best = heard
            .clone()
            .filter(|heard| *heard < own)
            .unwrap_or_else(|| own.clone());
        let role = match &heard {
            _ if root_port.as_deref() == Some(&port.port) => Role::Root,
            Some(heard) if *heard < own && heard.1 == bridge.id => Role::Backup,
            Some(heard) if *heard < own => Role::Alternate,
            _ => Role::Designated,
        };
        TreePort {
            port: port.port.clone(),
            role,
            cost: port.cost,
            id: port.id,
            edge: port.fast && heard.is_none(),
            bridged: heard.is_some(),
            designated: (best.1, best.0, best.2),
        }
    });
    Bridge {
        id: bridge.id.clone(),
        cost: own_cost,
        ports: ports.collect(),
        root_port,
    }
}
