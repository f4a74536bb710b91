//! A routing table: the best routes to each network, and how a packet finds its own.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::prefix::Prefix;

/// Who told of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Connected,
    Local,
    Static,
    Eigrp { external: bool },
    Ospf(Path),
    Isis { level: u8 },
    Bgp(Learned),
}

/// How OSPF reaches a network; the earlier is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Path {
    Intra,
    Inter,
    External1,
    External2,
    Nssa1,
    Nssa2,
}

/// How BGP came to know a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Learned {
    External,
    Internal,
    Local,
}

impl Source {
    /// The code that `show ip route` has for it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Connected => "C",
            Self::Local => "L",
            Self::Static => "S",
            Self::Eigrp { external: false } => "D",
            Self::Eigrp { external: true } => "D EX",
            Self::Ospf(Path::Intra) => "O",
            Self::Ospf(Path::Inter) => "O IA",
            Self::Ospf(Path::External1) => "O E1",
            Self::Ospf(Path::External2) => "O E2",
            Self::Ospf(Path::Nssa1) => "O N1",
            Self::Ospf(Path::Nssa2) => "O N2",
            Self::Isis { level: 1 } => "i L1",
            Self::Isis { .. } => "i L2",
            Self::Bgp(_) => "B",
        }
    }

    /// The protocol's word, as in `show ip route ospf`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Local => "local",
            Self::Static => "static",
            Self::Eigrp { .. } => "eigrp",
            Self::Ospf(_) => "ospf",
            Self::Isis { .. } => "isis",
            Self::Bgp(_) => "bgp",
        }
    }
}

/// Where a packet goes next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hop {
    /// The router, if it is not on the interface itself.
    pub(crate) next: Option<IpAddr>,
    /// The interface, if the next hop has to be looked up in the table again.
    pub(crate) port: Option<usize>,
    /// The name of an interface that isn't a layer-3 one (`Null0`).
    pub(crate) sink: Option<&'static str>,
}

/// Where packets to an address leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The neighbour that gets them: a router, or the address itself.
    pub(crate) next: IpAddr,
    /// The interface; none if they are thrown away.
    pub(crate) port: Option<usize>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) prefix: Prefix,
    pub(crate) source: Source,
    /// The number or tag of the process that told of it.
    pub(crate) process: String,
    pub(crate) distance: u32,
    pub(crate) metric: u32,
    pub(crate) tag: u32,
    /// Sorted; several share the load.
    pub(crate) hops: Vec<Hop>,
    /// The router that told of it (its router id, or its neighbour's address).
    pub(crate) from: Option<IpAddr>,
}

impl Route {
    /// A route through an interface.
    pub(crate) fn through(prefix: Prefix, source: Source, port: usize) -> Self {
        Self {
            prefix,
            source,
            process: String::new(),
            distance: 0,
            metric: 0,
            tag: 0,
            hops: vec![Hop {
                next: None,
                port: Some(port),
                sink: None,
            }],
            from: None,
        }
    }
}

/// The best routes of one VRF.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    routes: BTreeMap<Prefix, Vec<Route>>,
}

impl Table {
    /// Offers a route; the lower distance wins, equal ones of one source share the load.
    pub(crate) fn offer(&mut self, route: Route) {
        let known = self.routes.entry(route.prefix).or_default();
        let Some(best) = known.first_mut() else {
            known.push(route);
            return;
        };
        let order = (route.distance, route.source).cmp(&(best.distance, best.source));
        let order = order.then(route.metric.cmp(&best.metric));
        match order {
            std::cmp::Ordering::Less => *known = vec![route],
            std::cmp::Ordering::Equal => {
                best.hops.extend(route.hops);
                best.hops.sort();
                best.hops.dedup();
            }
            std::cmp::Ordering::Greater => {}
        }
    }

    /// Every route, by network.
    pub(crate) fn routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.values().flatten()
    }

    /// The route to exactly this network.
    pub(crate) fn exact(&self, prefix: Prefix) -> Option<&Route> {
        self.routes.get(&prefix)?.first()
    }

    /// The route that a packet to an address takes: the longest that has it.
    pub(crate) fn lookup(&self, address: IpAddr) -> Option<&Route> {
        let most = if address.is_ipv4() { 32 } else { 128 };
        (0..=most)
            .rev()
            .find_map(|length| self.exact(Prefix::of(address, length)))
    }

    /// The interface and next router of an address, with next hops looked up until one is on an interface.
    pub(crate) fn resolve(&self, address: IpAddr) -> Option<Resolved> {
        let mut to = address;
        for _ in 0..RECURSION_MAX {
            let hop = self.lookup(to)?.hops.first()?;
            let next = hop.next.unwrap_or(to);
            if hop.port.is_some() || hop.sink.is_some() {
                return Some(Resolved {
                    next,
                    port: hop.port,
                });
            }
            if next == to {
                return None;
            }
            to = next;
        }
        None
    }
}

/// Next hops that have to be looked up again: IOS allows fewer; this only bounds loops.
const RECURSION_MAX: usize = 16;
