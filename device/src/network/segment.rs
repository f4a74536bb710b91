//! Who shares a broadcast domain: through access ports and trunks, native VLANs, port-channels, SVIs, sub-interfaces and
//! routed ports.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::link::vlan_exists;
use super::{Interface, NODES_MAX, Network, Node};

/// The most VLANs of devices that one question walks through: a VLAN on each of the devices that it may look at, and
/// room for trunks that join two.
const STEPS_MAX: usize = 4 * NODES_MAX;

/// A layer-3 interface on a broadcast domain.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Its device.
    pub node: Arc<Node>,
    /// The interface, which is up.
    pub interface: Interface,
    /// The port that this device hears it through, if the walk began at a VLAN or SVI of this device.
    pub through: Option<String>,
}

/// Where a frame is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    /// In a VLAN of a device.
    Bridge { node: String, vlan: u16 },
    /// On its way out of a port, with a tag.
    Leaving {
        node: String,
        port: String,
        tag: Option<u16>,
    },
}

impl Network {
    /// Every other layer-3 interface that is up on the broadcast domain of one, the nearest first.
    #[must_use]
    pub fn segment(&self, node: &str, interface: &str) -> Vec<Seat> {
        self.addressed(self.heard_on(node, interface))
    }

    /// Seats with the addresses that they were given.
    fn addressed(&self, mut seats: Vec<Seat>) -> Vec<Seat> {
        for seat in seats.iter_mut().filter(|seat| seat.interface.dhcp) {
            if let Some(whole) = self.interface(seat.node.name(), &seat.interface.name) {
                seat.interface = whole;
            }
        }
        seats
    }

    /// As [`Network::segment`], without the addresses that were given out.
    pub(super) fn heard_on(&self, node: &str, interface: &str) -> Vec<Seat> {
        let links = self.links(node);
        let start = links.iter().find(|start| start.name == interface);
        let Some(start) = start.filter(|start| start.protocol) else {
            return Vec::new();
        };
        let first = match (start.kind.as_str(), start.parent()) {
            ("Vlan", _) => At::Bridge {
                node: node.to_string(),
                vlan: start.number.parse().unwrap_or(0),
            },
            (_, parent) => At::Leaving {
                node: node.to_string(),
                port: parent.unwrap_or(interface).to_string(),
                tag: start.tag.filter(|_| !start.untagged),
            },
        };
        let mut walk = Walk::new(self, (node, interface));
        walk.from(first);
        walk.seats
    }

    /// Every layer-3 interface that is up in a VLAN of a device, the device's own SVI too.
    #[must_use]
    pub fn vlan(&self, node: &str, vlan: u16) -> Vec<Seat> {
        let mut walk = Walk::new(self, (node, ""));
        walk.from(At::Bridge {
            node: node.to_string(),
            vlan,
        });
        self.addressed(walk.seats)
    }
}

struct Walk<'n> {
    network: &'n Network,
    /// The interface that is asked about.
    start: (&'n str, &'n str),
    seen: BTreeSet<At>,
    next: VecDeque<(At, Option<String>)>,
    seats: Vec<Seat>,
}

impl<'n> Walk<'n> {
    fn new(network: &'n Network, start: (&'n str, &'n str)) -> Self {
        Self {
            network,
            start,
            seen: BTreeSet::new(),
            next: VecDeque::new(),
            seats: Vec::new(),
        }
    }

    fn from(&mut self, first: At) {
        self.go(first, None);
        while let Some((at, through)) = self.next.pop_front() {
            match at {
                At::Bridge { node, vlan } => self.bridge(&node, vlan, through.as_deref()),
                At::Leaving { node, port, tag } => self.leave(&node, &port, tag, through),
            }
        }
    }

    fn go(&mut self, at: At, through: Option<String>) {
        if self.seen.len() < STEPS_MAX && self.seen.insert(at.clone()) {
            self.next.push_back((at, through));
        }
    }

    fn bridge(&mut self, node: &str, vlan: u16, through: Option<&str>) {
        let svi = vlan.to_string();
        // A switch drops what belongs to a VLAN that it doesn't have.
        let Some(device) = self.network.node(node) else {
            return;
        };
        if device.platform().has("switching") && !vlan_exists(&device, &svi) {
            return;
        }
        let interfaces = self.network.links(node);
        for interface in interfaces.iter() {
            if interface.kind == "Vlan" && interface.number == svi && interface.protocol {
                self.sit(node, interface, through.map(ToString::to_string));
            }
            if interface.bridges(vlan) && !self.network.blocks(&device, &interface.name, vlan) {
                let at = At::Leaving {
                    node: node.to_string(),
                    port: interface.name.clone(),
                    tag: interface.tag_of(vlan),
                };
                let own = through.is_none() && node == self.start.0;
                let port = if own {
                    Some(interface.name.clone())
                } else {
                    through.map(ToString::to_string)
                };
                self.go(at, port);
            }
        }
    }

    /// A frame goes through a port's cable; a port-channel's goes through all of its members.
    fn leave(&mut self, node: &str, port: &str, tag: Option<u16>, through: Option<String>) {
        let interfaces = self.network.links(node);
        let number = port
            .strip_prefix("Port-channel")
            .and_then(|number| number.parse().ok());
        let cables = interfaces.iter().filter(|i| match number {
            Some(group) => i.bundled == Some(group),
            None => i.name == port && i.protocol,
        });
        for cable in cables {
            if let Some((far, far_port)) = self.network.far_end(node, &cable.name) {
                self.arrive(&far, &far_port, tag, through.clone());
            }
        }
    }

    fn arrive(&mut self, node: &Arc<Node>, port: &str, tag: Option<u16>, through: Option<String>) {
        let interfaces = self.network.links(node.name());
        let Some(physical) = interfaces.iter().find(|i| i.name == port && i.protocol) else {
            return;
        };
        let logical = match physical.bundled {
            Some(group) => {
                let number = group.to_string();
                interfaces
                    .iter()
                    .find(|i| i.kind == "Port-channel" && i.number == number && i.protocol)
            }
            None => Some(physical),
        };
        let Some(logical) = logical else {
            return;
        };
        if logical.switched() {
            let open = |vlan: &u16| !self.network.blocks(node, &logical.name, *vlan);
            if let Some(vlan) = logical.vlan_of(tag).filter(open) {
                let at = At::Bridge {
                    node: node.name().to_string(),
                    vlan,
                };
                self.go(at, through);
            }
            return;
        }
        let own = |i: &&Interface| match tag {
            None => i.name == logical.name || (i.untagged && i.parent() == Some(&logical.name)),
            Some(_) => !i.untagged && i.tag == tag && i.parent() == Some(&logical.name),
        };
        for interface in interfaces.iter().filter(own).filter(|i| i.protocol) {
            self.sit(node.name(), interface, through.clone());
        }
    }

    fn sit(&mut self, node: &str, interface: &Interface, through: Option<String>) {
        if self.start == (node, interface.name.as_str()) {
            return;
        }
        let known = |seat: &Seat| seat.node.name() == node && seat.interface.name == interface.name;
        if self.seats.iter().any(known) {
            return;
        }
        if let Some(node) = self.network.node(node) {
            self.seats.push(Seat {
                node,
                interface: interface.clone(),
                through,
            });
        }
    }
}
