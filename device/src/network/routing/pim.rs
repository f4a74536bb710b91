//! PIM (RFC 7761): interfaces, neighbours, designated routers, rendezvous points and the groups that are joined.

use std::net::{IpAddr, Ipv4Addr};

use super::Routing;
use super::lines::parsed;
use super::policy::access_list;
use super::prefix::Prefix;
use super::router::{Place, Port};
use crate::network::Node;

/// A PIM interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attached {
    pub(crate) port: usize,
    pub(crate) vrf: Option<String>,
    pub(crate) address: Ipv4Addr,
    /// `S`, `D` or `SD`.
    pub(crate) mode: &'static str,
    pub(crate) priority: u32,
    pub(crate) query_s: u32,
    pub(crate) neighbors: Vec<Neighbor>,
    pub(crate) designated: Ipv4Addr,
    /// Groups that the interface joined (`ip igmp join-group`, `static-group`).
    pub(crate) groups: Vec<Ipv4Addr>,
}

/// A PIM neighbour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Neighbor {
    pub(crate) address: Ipv4Addr,
    pub(crate) priority: u32,
}

/// A rendezvous point: address, VRF, and the access list of its groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rendezvous {
    pub(crate) address: Ipv4Addr,
    pub(crate) vrf: Option<String>,
    pub(crate) list: Option<String>,
}

/// What a device says of PIM on an interface.
fn mode(node: &Node, port: &Port) -> Option<&'static str> {
    let rest = port.lines(node).rest("ip pim")?;
    port.up.then_some(match rest {
        "dense-mode" => "D",
        "sparse-dense-mode" => "SD",
        "passive" => "P",
        _ => "S",
    })
}

fn number(node: &Node, port: &Port, word: &str) -> Option<u32> {
    let lines = port.lines(node);
    lines.all("ip pim timer").find_map(|s| {
        s.line
            .strip_prefix("ip pim ")?
            .strip_prefix(word)?
            .trim()
            .parse()
            .ok()
    })
}

/// The PIM interfaces of a device. `ip multicast-routing` must be on.
pub(crate) fn attached(routing: &Routing, router: usize) -> Vec<Attached> {
    let own = &routing.routers[router];
    let node = &own.node;
    if !node.has("ip multicast-routing") && !node.has("ip multicast-routing vrf") {
        return Vec::new();
    }
    let all = own.ports.iter().enumerate();
    all.filter_map(|(at, port)| attach(routing, (router, at), port))
        .collect()
}

fn attach(routing: &Routing, place: Place, port: &Port) -> Option<Attached> {
    let node = &routing.routers[place.0].node;
    let (mode, address) = (mode(node, port)?, port.address()?);
    let priority = number(node, port, "dr-priority").unwrap_or(1);
    let neighbors: Vec<Neighbor> = if mode == "P" {
        Vec::new()
    } else {
        neighbors(routing, place)
    };
    let best = neighbors
        .iter()
        .map(|neighbor| (neighbor.priority, neighbor.address))
        .chain([(priority, address)])
        .max();
    let joined = port.lines(node);
    let groups = joined.every().filter(|s| {
        s.line.starts_with("ip igmp join-group") || s.line.starts_with("ip igmp static-group")
    });
    Some(Attached {
        port: place.1,
        vrf: port.vrf().map(ToString::to_string),
        address,
        mode,
        priority,
        query_s: number(node, port, "query-interval").unwrap_or(30),
        designated: best.map_or(address, |(_, address)| address),
        neighbors,
        groups: groups.filter_map(|s| parsed(s, "group")).collect(),
    })
}

fn neighbors(routing: &Routing, place: Place) -> Vec<Neighbor> {
    let others = routing.on_segment(place).into_iter();
    let neighbor = |far: Place| {
        let router = &routing.routers[far.0];
        let port = &router.ports[far.1];
        let routes =
            router.node.has("ip multicast-routing") || router.node.has("ip multicast-routing vrf");
        mode(&router.node, port).filter(|mode| routes && *mode != "P")?;
        Some(Neighbor {
            address: port.address()?,
            priority: number(&router.node, port, "dr-priority").unwrap_or(1),
        })
    };
    others.filter_map(neighbor).collect()
}

/// The rendezvous points that a device is told of.
pub(crate) fn rendezvous(node: &Node) -> Vec<Rendezvous> {
    let all = ["ip pim rp-address", "ip pim rp-address vrf"]
        .into_iter()
        .flat_map(|kind| node.all(kind));
    let of = |s: &crate::config::Statement| {
        Some(Rendezvous {
            address: parsed(s, "address")?,
            vrf: s.value("vrf").map(ToString::to_string),
            list: s.value("list").map(ToString::to_string),
        })
    };
    all.filter(|s| !s.negated).filter_map(of).collect()
}

/// The rendezvous point of a group.
pub(crate) fn rendezvous_of(node: &Node, vrf: Option<&str>, group: Ipv4Addr) -> Option<Ipv4Addr> {
    let prefix = Prefix::host(IpAddr::V4(group));
    let all = rendezvous(node).into_iter();
    let mut fitting = all.filter(|rp| {
        rp.vrf.as_deref() == vrf
            && rp
                .list
                .as_deref()
                .is_none_or(|list| access_list(node, list, prefix))
    });
    fitting.next().map(|rp| rp.address)
}
