//! The routing tables of a network, computed from the configurations of all its devices.
//!
//! [`Routing`] reads every device that cables lead to, lets routing protocols find their neighbours ([`ospf`],
//! [`eigrp`], [`isis`], [`bgp`]) and fills the tables, round after round until nothing changes: a static route needs
//! its next hop, BGP needs a way to its neighbours, a tunnel needs one to its destination, and OSPF tells of what BGP
//! learned. [`Routing::walk`] follows a packet.
//!
//! Known limits: no packet filter is applied; MPLS labels and NAT are not followed; nothing is remembered, so what a
//! protocol would keep from the past (who was elected first) follows from the configuration alone.

pub(crate) mod bfd;
pub(crate) mod bgp;
pub(crate) mod defaults;
pub(crate) mod echo;
pub(crate) mod eigrp;
pub(crate) mod findings;
pub(crate) mod graph;
pub(crate) mod isis;
pub(crate) mod lines;
pub(crate) mod ntp;
pub(crate) mod ospf;
pub(crate) mod pim;
pub(crate) mod policy;
pub(crate) mod prefix;
pub(crate) mod redistribution;
pub(crate) mod redundancy;
pub(crate) mod router;
mod statics;
pub(crate) mod table;
pub(crate) mod track;
mod tunnel;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use track::Tracks;
pub(crate) use walk::{End, Walk};

use super::Network;
use router::{Place, Router};
use table::{Route, Source, Table};

/// How often tables are filled anew: a protocol that waits for another waits one round, and no more than this many
/// wait for each other in a network that works. One that never settles stops here.
const ROUNDS_MAX: usize = 12;

/// The tables of one device, by VRF.
type Tables = BTreeMap<Option<String>, Table>;

/// All devices of a network and what follows from their routing protocols. The device that asks is number 0.
#[derive(Debug, Default)]
pub(crate) struct Routing {
    pub(crate) routers: Vec<Router>,
    /// Who shares a broadcast domain with an interface, itself included.
    segments: BTreeMap<Place, Arc<[Place]>>,
    tables: Vec<Tables>,
    pub(crate) ospf: ospf::Domain,
    pub(crate) eigrp: eigrp::Domain,
    pub(crate) isis: isis::Domain,
    pub(crate) bgp: bgp::Domain,
    pub(crate) redundancy: redundancy::Domain,
    pub(crate) tracks: Vec<Tracks>,
}

impl Routing {
    /// Computes everything.
    pub(crate) fn new(network: &Network) -> Self {
        let routers: Vec<Router> = network
            .nodes()
            .iter()
            .map(|node| Router::new(network, node))
            .collect();
        let segments = segments(network, &routers);
        let mut routing = Self {
            routers,
            segments,
            ..Self::default()
        };
        routing.tracks = vec![Tracks::default(); routing.routers.len()];
        routing.fill();
        routing
    }

    /// The table of a device's VRF.
    pub(crate) fn table(&self, router: usize, vrf: Option<&str>) -> Option<&Table> {
        self.tables.get(router)?.get(&vrf.map(ToString::to_string))
    }

    /// The tables of a device, by VRF.
    pub(crate) fn tables_of(
        &self,
        router: usize,
    ) -> impl Iterator<Item = (&Option<String>, &Table)> {
        self.tables.get(router).into_iter().flatten()
    }

    /// The interfaces that share a broadcast domain with one, without itself.
    pub(crate) fn on_segment(&self, place: Place) -> Vec<Place> {
        let all = self
            .segments
            .get(&place)
            .into_iter()
            .flat_map(|all| all.iter());
        all.filter(|other| **other != place).copied().collect()
    }

    fn fill(&mut self) {
        self.meet();
        let statics: Vec<_> = self.routers.iter().map(statics::read).collect();
        self.bgp = bgp::Domain::new(self);
        for _ in 0..ROUNDS_MAX {
            let filled = self.filled(&statics);
            let same = filled == self.tables;
            self.tables = filled;
            let tracked = track::update(self);
            let tunnels = tunnel::update(self);
            if tunnels || tracked {
                self.meet();
            } else if same {
                break;
            }
            let mut bgp = std::mem::take(&mut self.bgp);
            bgp.settle(self);
            self.bgp = bgp;
        }
    }

    /// Lets protocols find their neighbours on the interfaces that are up now.
    fn meet(&mut self) {
        let on_segment = |place| self.on_segment(place);
        let ospf = ospf::Domain::new(&self.routers, &on_segment);
        let eigrp = eigrp::Domain::new(&self.routers, &on_segment);
        let isis = isis::Domain::new(&self.routers, &on_segment);
        let redundancy = redundancy::Domain::new(&self.routers, &self.tracks, &on_segment);
        (self.ospf, self.eigrp, self.isis, self.redundancy) = (ospf, eigrp, isis, redundancy);
    }

    /// The tables that follow from those of the last round.
    fn filled(&self, statics: &[Vec<statics::Static>]) -> Vec<Tables> {
        let mut tables: Vec<Tables> = self.routers.iter().map(connected).collect();
        let empty = Table::default();
        let old =
            |router: usize, vrf: Option<&str>| self.table(router, vrf).unwrap_or(&empty).clone();
        let mut offer = |router: usize, vrf: Option<String>, routes: Vec<Route>| {
            let table = tables[router].entry(vrf).or_default();
            routes.into_iter().for_each(|route| table.offer(route));
        };
        for (at, routes) in self.ospf.routes(&self.routers, &old) {
            let process = &self.ospf.processes[at];
            offer(process.router, process.vrf.clone(), routes);
        }
        for (router, vrf, routes) in self.eigrp.routes(&self.routers, &old) {
            offer(router, vrf, routes);
        }
        for (router, routes) in self.isis.routes(&self.routers, &old) {
            offer(router, None, routes);
        }
        for (router, vrf, routes) in self.bgp.routes() {
            offer(router, vrf, routes);
        }
        for (at, statics) in statics.iter().enumerate() {
            self.add_statics(at, statics, &mut tables[at]);
        }
        tables
    }

    /// Static routes may lead to each other's next hops, so they are offered until none is new.
    fn add_statics(&self, at: usize, statics: &[statics::Static], tables: &mut Tables) {
        let mut waiting: Vec<&statics::Static> = statics.iter().collect();
        for _ in 0..ROUNDS_MAX {
            let before = waiting.len();
            waiting.retain(|wanted| {
                let global = tables.get(&None).cloned().unwrap_or_default();
                let table = tables.entry(wanted.vrf.clone()).or_default();
                let route = wanted.route(&self.routers[at], table, &global, &self.tracks[at]);
                let found = route.is_some();
                route.into_iter().for_each(|route| table.offer(route));
                !found
            });
            if waiting.len() == before {
                break;
            }
        }
    }
}

/// The networks of a device's own interfaces.
fn connected(router: &Router) -> Tables {
    let mut tables = Tables::from([(None, Table::default())]);
    for vrf in ["vrf definition", "ip vrf"]
        .iter()
        .flat_map(|kind| router.node.all(kind))
    {
        tables
            .entry(vrf.value("vrf").map(ToString::to_string))
            .or_default();
    }
    for (at, port) in router.ports.iter().enumerate().filter(|(_, port)| port.up) {
        let table = tables
            .entry(port.vrf().map(ToString::to_string))
            .or_default();
        for (address, prefix) in port.networks() {
            table.offer(Route::through(prefix, Source::Connected, at));
            let own = prefix::Prefix::host(address);
            if own != prefix {
                table.offer(Route::through(own, Source::Local, at));
            }
        }
    }
    tables
}

/// Walks each broadcast domain once, and gives it to all that are on it.
fn segments(network: &Network, routers: &[Router]) -> BTreeMap<Place, Arc<[Place]>> {
    let numbers: BTreeMap<&str, usize> = routers
        .iter()
        .enumerate()
        .map(|(at, router)| (router.node.name(), at))
        .collect();
    let mut segments: BTreeMap<Place, Arc<[Place]>> = BTreeMap::new();
    for (at, router) in routers.iter().enumerate() {
        for (port, own) in router
            .ports
            .iter()
            .enumerate()
            .filter(|(_, own)| own.up && has_segment(own))
        {
            if segments.contains_key(&(at, port)) {
                continue;
            }
            let seats = network.segment(router.node.name(), &own.name);
            let place = |seat: &super::Seat| {
                let router = *numbers.get(seat.node.name())?;
                Some((router, routers[router].port(&seat.interface.name)?))
            };
            let mut places: Vec<Place> = seats.iter().filter_map(place).collect();
            places.push((at, port));
            let places: Arc<[Place]> = places.into();
            for place in places.iter() {
                segments.insert(*place, places.clone());
            }
        }
    }
    segments
}

/// Whether an interface can have anybody on its network.
fn has_segment(port: &router::Port) -> bool {
    let addressed = !port.interface.addresses.is_empty() || port.interface.link_local.is_some();
    let unnumbered = port.interface.block.is_some();
    !port.is_loopback() && (addressed || unnumbered) && !port.name.starts_with("Null")
}
