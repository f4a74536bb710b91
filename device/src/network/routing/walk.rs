//! The way of a packet through the network.

use std::net::IpAddr;

use super::Routing;
use super::router::Place;
use super::table::Source;

/// A packet crosses no more routers than this; one that does is in a loop.
const HOPS_MAX: usize = 64;

/// The way of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Walk {
    /// The interfaces that it came in by, one for each router.
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

/// A router on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Where it came in.
    pub(crate) place: Place,
    /// The address there.
    pub(crate) address: IpAddr,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// The device and VRF that have the address.
    Arrived { router: usize, vrf: Option<String> },
    /// A router knows no way, and says so.
    Unreachable { router: usize },
    /// Nobody has the address on the last network, or it goes in circles, or it is thrown away.
    Lost,
}

impl Walk {
    /// Device, VRF, and number of networks that it crossed.
    pub(crate) fn arrived(self) -> Option<(usize, Option<String>, usize)> {
        match self.end {
            End::Arrived { router, vrf } => Some((router, vrf, self.steps.len())),
            _ => None,
        }
    }
}

impl Routing {
    /// Follows a packet to an address.
    pub(crate) fn walk(&self, from: usize, vrf: Option<&str>, to: IpAddr) -> Walk {
        let mut walk = Walk {
            steps: Vec::new(),
            end: End::Lost,
        };
        let (mut at, mut vrf) = (from, vrf.map(ToString::to_string));
        for _ in 0..HOPS_MAX {
            if self.owns(at, vrf.as_deref(), to) {
                walk.end = End::Arrived { router: at, vrf };
                return walk;
            }
            if at != from && !self.routers[at].forwards {
                return walk;
            }
            let Some(way) = self
                .table(at, vrf.as_deref())
                .and_then(|table| table.resolve(to))
            else {
                walk.end = End::Unreachable { router: at };
                return walk;
            };
            let Some(port) = way.port else {
                walk.end = End::Unreachable { router: at };
                return walk;
            };
            let Some(next) = self.next(at, vrf.as_deref(), port, way.next, to) else {
                return walk;
            };
            let own = &self.routers[next.0].ports[next.1];
            let address = own.address_of(to.is_ipv4()).unwrap_or(way.next);
            walk.steps.push(Step {
                place: next,
                address,
            });
            vrf = own.vrf().map(ToString::to_string);
            at = next.0;
        }
        walk
    }

    /// Whether an address is a device's own, or a virtual one that it answers for.
    pub(crate) fn owns(&self, router: usize, vrf: Option<&str>, address: IpAddr) -> bool {
        let virtual_one = || {
            let held = self.redundancy.holder(address, |place| place.0 == router);
            held.is_some_and(|place| self.routers[router].ports[place.1].vrf() == vrf)
        };
        self.routers[router].with_address(vrf, address).is_some() || virtual_one()
    }

    /// The interface on a network that takes packets for a next hop.
    fn next(
        &self,
        at: usize,
        vrf: Option<&str>,
        port: usize,
        next: IpAddr,
        to: IpAddr,
    ) -> Option<Place> {
        let others = self.on_segment((at, port));
        let has = |place: &Place| {
            let own = &self.routers[place.0].ports[place.1];
            own.up && own.has(next)
        };
        let held = || {
            self.redundancy
                .holder(next, |place| others.contains(&place))
        };
        if let Some(place) = others.iter().copied().find(has).or_else(held) {
            return Some(place);
        }
        // A route that names the interface only: the other end of a tunnel, or whoever answers for the address
        // (proxy ARP).
        let route = self.table(at, vrf)?.lookup(to)?;
        if route.source == Source::Connected || next != to {
            return None;
        }
        let knows = |place: &&Place| {
            let own = &self.routers[place.0].ports[place.1];
            let table = self.table(place.0, own.vrf());
            own.up && table.is_some_and(|table| table.lookup(to).is_some())
        };
        others.iter().find(knows).copied()
    }
}
