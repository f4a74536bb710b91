//! A device as routing protocols see it: its layer-3 interfaces, with what follows from speed and type.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::defaults::{BANDWIDTHS, MTUS, TUNNEL_IP_MTU};
use super::lines::Lines;
use super::prefix::Prefix;
use crate::network::{Interface, Network, Node};

/// A device that forwards packets.
#[derive(Debug)]
pub(crate) struct Router {
    pub(crate) node: Arc<Node>,
    pub(crate) ports: Vec<Port>,
    /// Whether it forwards from one interface to another.
    pub(crate) forwards: bool,
}

/// One of its layer-3 interfaces.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) name: String,
    pub(crate) interface: Interface,
    /// Whether it carries packets.
    pub(crate) up: bool,
    pub(crate) bandwidth_kbps: u64,
    /// In units of ten microseconds.
    pub(crate) delay: u64,
    pub(crate) mtu: u32,
    pub(crate) ip_mtu: u32,
}

/// An interface of a device of the network: index of the device, index of the interface.
pub(crate) type Place = (usize, usize);

impl Router {
    /// Reads a device.
    pub(crate) fn new(network: &Network, node: &Arc<Node>) -> Self {
        let interfaces = network.interfaces(node.name());
        let ports = interfaces
            .iter()
            .filter(|i| !i.switched())
            .map(|i| Port::new(node, i));
        Self {
            ports: ports.collect(),
            forwards: node.all("ip routing").all(|s| !s.negated),
            node: node.clone(),
        }
    }

    /// The number of an interface by its name.
    pub(crate) fn port(&self, name: &str) -> Option<usize> {
        self.ports.iter().position(|port| port.name == name)
    }

    /// The interface that has an address and is up.
    pub(crate) fn with_address(&self, vrf: Option<&str>, address: IpAddr) -> Option<usize> {
        let mut ports = self.ports.iter();
        ports.position(|port| port.up && port.vrf() == vrf && port.has(address))
    }

    /// The highest address of a loopback that is up, else of any interface that is: what a protocol calls the
    /// device unless it is told.
    pub(crate) fn router_id(&self, vrf: Option<&str>) -> Option<Ipv4Addr> {
        let of = |loopbacks: bool| {
            let ports = self
                .ports
                .iter()
                .filter(|port| port.up && port.vrf() == vrf);
            let ports =
                ports.filter(|port| port.interface.kind.starts_with("Loopback") == loopbacks);
            ports.filter_map(Port::address).max()
        };
        of(true).or_else(|| of(false))
    }
}

impl Port {
    fn new(node: &Node, interface: &Interface) -> Self {
        let lines = Lines::of(node, interface.block.as_ref());
        let number = |kind| {
            lines
                .rest(kind)
                .and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok())
        };
        let kind = interface.kind.as_str();
        let by_kind = BANDWIDTHS
            .iter()
            .find(|(known, _)| *known == kind)
            .map(|(_, kbps)| *kbps);
        let bandwidth = number("bandwidth")
            .or(by_kind)
            .unwrap_or(u64::from(interface.speed.max(1)) * 1000);
        let mtu = MTUS
            .iter()
            .find(|(known, _)| kind.starts_with(known))
            .map_or(1500, |(_, mtu)| *mtu);
        let set = number("mtu").and_then(|mtu| u32::try_from(mtu).ok());
        let mtu = set.unwrap_or(mtu);
        let ip_mtu = number("ip mtu").and_then(|mtu| u32::try_from(mtu).ok());
        Self {
            name: interface.name.clone(),
            up: interface.protocol,
            bandwidth_kbps: bandwidth.max(1),
            delay: number("delay").unwrap_or(if kind == "Loopback" {
                500
            } else {
                default_delay(bandwidth)
            }),
            ip_mtu: ip_mtu.unwrap_or(if kind == "Tunnel" { TUNNEL_IP_MTU } else { mtu }),
            mtu,
            interface: interface.clone(),
        }
    }

    pub(crate) fn lines<'n>(&'n self, node: &'n Node) -> Lines<'n> {
        Lines::of(node, self.interface.block.as_ref())
    }

    pub(crate) fn vrf(&self) -> Option<&str> {
        self.interface.vrf.as_deref()
    }

    /// Its primary IPv4 address.
    pub(crate) fn address(&self) -> Option<Ipv4Addr> {
        self.interface.primary().map(|own| own.address)
    }

    /// The network of its primary IPv4 address.
    pub(crate) fn prefix(&self) -> Option<Prefix> {
        self.interface
            .primary()
            .map(|own| Prefix::of(IpAddr::V4(own.address), own.length))
    }

    /// Its address of a family.
    pub(crate) fn address_of(&self, v4: bool) -> Option<IpAddr> {
        if v4 {
            return self.address().map(IpAddr::V4);
        }
        self.interface
            .addresses6
            .first()
            .map(|own| IpAddr::V6(own.address))
    }

    /// Every network that it is in: the address on it, and the network.
    pub(crate) fn networks(&self) -> impl Iterator<Item = (IpAddr, Prefix)> {
        let v4 = self
            .interface
            .addresses
            .iter()
            .map(|own| (IpAddr::V4(own.address), own.length));
        let v6 = self
            .interface
            .addresses6
            .iter()
            .map(|own| (IpAddr::V6(own.address), own.length));
        v4.chain(v6)
            .map(|(address, length)| (address, Prefix::of(address, length)))
    }

    /// Whether an address is its own.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        let link_local = self
            .interface
            .link_local
            .is_some_and(|own| IpAddr::V6(own) == address);
        link_local || self.networks().any(|(own, _)| own == address)
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.interface.kind == "Loopback"
    }
}

/// Ten microseconds for each kilobyte that takes as long; a gigabit port and faster ones have 10 us.
fn default_delay(bandwidth_kbps: u64) -> u64 {
    match bandwidth_kbps {
        0..=9_999 => 5000,
        10_000..=99_999 => 100,
        100_000..=999_999 => 10,
        _ => 1,
    }
}
