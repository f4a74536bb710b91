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
pub(crate) mod lisp;
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

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

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
///
/// A device's tables are filled when somebody asks for them: in a network of hundreds most are never looked at.
#[derive(Debug, Default)]
pub(crate) struct Routing {
    pub(crate) routers: Vec<Router>,
    /// Who shares a broadcast domain with an interface, itself included.
    segments: BTreeMap<Place, Arc<[Place]>>,
    statics: Vec<Vec<statics::Static>>,
    tables: Vec<OnceLock<Tables>>,
    told: Told,
    pub(crate) ospf: ospf::Domain,
    pub(crate) eigrp: eigrp::Domain,
    pub(crate) isis: isis::Domain,
    pub(crate) bgp: bgp::Domain,
    pub(crate) redundancy: redundancy::Domain,
    pub(crate) tracks: Vec<Tracks>,
}

/// Routes for the table of a VRF.
type OfVrf = (Option<String>, Vec<Route>);

/// What devices told each other in the round before.
#[derive(Debug, Default)]
struct Told {
    /// Networks outside of OSPF.
    externals: Vec<ospf::External>,
    /// The routes that other protocols give a device's tables.
    routes: BTreeMap<usize, Vec<OfVrf>>,
}

impl Routing {
    /// Computes everything that one device depends on another for.
    pub(crate) fn new(network: &Network) -> Self {
        let nodes = network.nodes();
        let routers: Vec<Router> = nodes
            .iter()
            .map(|node| Router::new(network, node))
            .collect();
        let segments = segments(network, &routers);
        let mut routing = Self {
            statics: routers.iter().map(statics::read).collect(),
            tracks: vec![Tracks::default(); routers.len()],
            routers,
            segments,
            ..Self::default()
        };
        routing.meet();
        routing.bgp = bgp::Domain::new(&routing);
        routing.settle();
        routing
    }

    /// The table of a device's VRF.
    pub(crate) fn table(&self, router: usize, vrf: Option<&str>) -> Option<&Table> {
        self.filled(router)?.get(&vrf.map(ToString::to_string))
    }

    /// The tables of a device, by VRF.
    pub(crate) fn tables_of(
        &self,
        router: usize,
    ) -> impl Iterator<Item = (&Option<String>, &Table)> {
        self.filled(router).into_iter().flatten()
    }

    /// What boundary routers tell of networks outside of OSPF.
    pub(crate) fn externals(&self) -> &[ospf::External] {
        &self.told.externals
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

    /// Lets routes spread round after round, until the tables of all that others depend on stay as they are.
    fn settle(&mut self) {
        let influential = self.influential();
        for _ in 0..ROUNDS_MAX {
            let told = self.tell();
            let fresh = self.unfilled();
            let old = std::mem::replace(&mut self.tables, fresh);
            self.told = told;
            let tracked = track::update(self);
            if tunnel::update(self) || tracked {
                self.meet();
                continue;
            }
            let same = |router: &usize| {
                old[*router]
                    .get()
                    .is_some_and(|old| Some(old) == self.filled(*router))
            };
            if influential.iter().all(same) {
                break;
            }
        }
    }

    fn unfilled(&self) -> Vec<OnceLock<Tables>> {
        self.routers.iter().map(|_| OnceLock::new()).collect()
    }

    /// The devices whose tables others depend on: they pass routes from one protocol to another, speak BGP, track
    /// something or have tunnels.
    fn influential(&self) -> Vec<usize> {
        let mut influential: BTreeSet<usize> = self
            .bgp
            .speakers
            .iter()
            .map(|speaker| speaker.router)
            .collect();
        influential.extend(
            self.ospf
                .processes
                .iter()
                .filter(|own| own.is_boundary())
                .map(|own| own.router),
        );
        influential.extend(
            self.eigrp
                .processes
                .iter()
                .filter(|own| !own.redistributions.is_empty())
                .map(|own| own.router),
        );
        influential.extend(
            self.isis
                .processes
                .iter()
                .filter(|own| !own.redistributions.is_empty())
                .map(|own| own.router),
        );
        for (at, router) in self.routers.iter().enumerate() {
            let tunnels = router
                .ports
                .iter()
                .any(|port| port.interface.kind == "Tunnel");
            if tunnels || router.node.has("track") {
                influential.insert(at);
            }
        }
        influential.into_iter().collect()
    }

    /// Lets protocols find their neighbours on the interfaces that are up now. What was told before is forgotten.
    fn meet(&mut self) {
        let on_segment = |place| self.on_segment(place);
        let ospf = ospf::Domain::new(&self.routers, &on_segment);
        let eigrp = eigrp::Domain::new(&self.routers, &on_segment);
        let isis = isis::Domain::new(&self.routers, &on_segment);
        let redundancy = redundancy::Domain::new(&self.routers, &self.tracks, &on_segment);
        (self.ospf, self.eigrp, self.isis, self.redundancy) = (ospf, eigrp, isis, redundancy);
        self.told.externals.clear();
        self.tables = self.unfilled();
    }

    /// What devices tell each other, with what their tables have now.
    fn tell(&mut self) -> Told {
        let mut bgp = std::mem::take(&mut self.bgp);
        bgp.settle(self);
        self.bgp = bgp;
        let table = |router: usize, vrf: Option<&str>| self.table(router, vrf);
        let mut told = Told {
            externals: self.ospf.externals(&self.routers, &table),
            ..Told::default()
        };
        let eigrp = self.eigrp.routes(&self.routers, &table).into_iter();
        let isis = self.isis.routes(&self.routers, &table).into_iter();
        let isis = isis.map(|(router, routes)| (router, None, routes));
        for (router, vrf, routes) in eigrp.chain(isis).chain(self.bgp.routes()) {
            told.routes.entry(router).or_default().push((vrf, routes));
        }
        told
    }

    /// The tables of a device; they are filled by the first who asks.
    fn filled(&self, router: usize) -> Option<&Tables> {
        let tables = self.tables.get(router)?;
        Some(tables.get_or_init(|| self.fill(router)))
    }

    fn fill(&self, at: usize) -> Tables {
        let mut tables = connected(&self.routers[at]);
        let mut offer = |vrf: Option<String>, routes: Vec<Route>| {
            let table = tables.entry(vrf).or_default();
            routes.into_iter().for_each(|route| table.offer(route));
        };
        for (number, process) in self.ospf.of_router(at) {
            let routes = self
                .ospf
                .routes(number, &self.routers, &self.told.externals);
            offer(process.vrf.clone(), routes);
        }
        for (vrf, routes) in self.told.routes.get(&at).into_iter().flatten() {
            offer(vrf.clone(), routes.clone());
        }
        self.add_statics(at, &mut tables);
        tables
    }

    /// Static routes may lead to each other's next hops, so they are offered until none is new.
    fn add_statics(&self, at: usize, tables: &mut Tables) {
        let mut waiting: Vec<&statics::Static> = self.statics[at].iter().collect();
        for _ in 0..ROUNDS_MAX {
            let before = waiting.len();
            waiting.retain(|wanted| {
                let table = tables.get(&wanted.vrf);
                let global = tables.get(&None);
                let route = wanted.route(&self.routers[at], (table, global), &self.tracks[at]);
                let found = route.is_some();
                if let Some(route) = route {
                    tables.entry(wanted.vrf.clone()).or_default().offer(route);
                }
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
