//! EIGRP (RFC 7868): neighbours, and routes by the composite metric.
//!
//! Known limits: K values are the defaults; unequal load sharing and stub flags are configuration only.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::defaults::{distance, eigrp as defaults};
use super::graph::Reach;
use super::lines::{Lines, parsed};
use super::ospf::is_passive;
use super::prefix::Prefix;
use super::redistribution::{self, Redistribution, taken};
use super::router::{Place, Port, Router};
use super::table::{Hop, Route, Source, Table};
use crate::config::Statement;

/// Routes are passed on this often at most: one pass for each router that they cross.
const PASSES_MAX: usize = 64;

/// One AS of a device.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) router: usize,
    pub(crate) asn: u32,
    pub(crate) vrf: Option<String>,
    pub(crate) router_id: Ipv4Addr,
    pub(crate) name: Option<String>,
    pub(crate) attached: Vec<Attached>,
    pub(crate) redistributions: Vec<Redistribution>,
    pub(crate) logs: bool,
}

/// An interface that it runs on.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) port: usize,
    pub(crate) passive: bool,
    pub(crate) hello_s: u64,
    pub(crate) hold_s: u64,
    pub(crate) address: Ipv4Addr,
    pub(crate) prefix: Prefix,
    bandwidth_kbps: u64,
    delay: u64,
    authentication: String,
}

/// A neighbour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Neighbor {
    pub(crate) attached: usize,
    /// Its process, and its interface there.
    pub(crate) far: Place,
    pub(crate) address: Ipv4Addr,
}

/// A network that EIGRP knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// The slowest link on the way, and the delay of all.
    bandwidth_kbps: u64,
    delay: u64,
    pub(crate) external: bool,
    pub(crate) reach: Reach,
    /// What the neighbour says that it costs from there.
    pub(crate) reported: u32,
}

/// Every process and its neighbours.
#[derive(Debug, Default)]
pub(crate) struct Domain {
    pub(crate) processes: Vec<Process>,
    pub(crate) neighbors: Vec<Vec<Neighbor>>,
}

impl Domain {
    pub(crate) fn new(routers: &[Router], on_segment: &impl Fn(Place) -> Vec<Place>) -> Self {
        let processes: Vec<Process> = routers
            .iter()
            .enumerate()
            .flat_map(|(at, router)| read(at, router))
            .collect();
        let neighbors = (0..processes.len())
            .map(|at| meet(&processes, at, on_segment))
            .collect();
        Self {
            processes,
            neighbors,
        }
    }

    /// What each process knows, best first.
    pub(crate) fn topology<'t>(
        &self,
        routers: &[Router],
        table: &impl Fn(usize, Option<&str>) -> Option<&'t Table>,
    ) -> Vec<BTreeMap<Prefix, Known>> {
        let own: Vec<_> = self
            .processes
            .iter()
            .map(|process| originated(process, routers, table))
            .collect();
        let mut now = own.clone();
        for _ in 0..PASSES_MAX {
            let next: Vec<_> = (0..now.len())
                .map(|at| self.heard(at, &own[at], &now))
                .collect();
            if next == now {
                break;
            }
            now = next;
        }
        now
    }

    fn heard(
        &self,
        at: usize,
        own: &BTreeMap<Prefix, Known>,
        now: &[BTreeMap<Prefix, Known>],
    ) -> BTreeMap<Prefix, Known> {
        let process = &self.processes[at];
        let mut known = own.clone();
        for neighbor in &self.neighbors[at] {
            let link = &process.attached[neighbor.attached];
            let hop = Hop {
                next: Some(IpAddr::V4(neighbor.address)),
                port: Some(link.port),
                sink: None,
            };
            for (prefix, theirs) in &now[neighbor.far.0] {
                // Split horizon: what leads back to us isn't told.
                let back = theirs
                    .reach
                    .hops
                    .iter()
                    .any(|hop| hop.next == Some(IpAddr::V4(link.address)));
                if back || own.contains_key(prefix) {
                    continue;
                }
                let bandwidth_kbps = theirs.bandwidth_kbps.min(link.bandwidth_kbps);
                let delay = theirs.delay.saturating_add(link.delay);
                let cost = metric(bandwidth_kbps, delay);
                let new = Known {
                    bandwidth_kbps,
                    delay,
                    external: theirs.external,
                    reported: theirs.reach.cost,
                    reach: Reach {
                        cost,
                        hops: vec![hop.clone()],
                    },
                };
                let better = |old: &Known| (new.external, cost) < (old.external, old.reach.cost);
                match known.get_mut(prefix) {
                    Some(old) if better(old) => *old = new,
                    Some(old) if old.external == new.external => {
                        old.reach.meet(cost, &new.reach.hops)
                    }
                    Some(_) => {}
                    None => _ = known.insert(*prefix, new),
                }
            }
        }
        known
    }

    /// The routes of each process.
    pub(crate) fn routes<'t>(
        &self,
        routers: &[Router],
        table: &impl Fn(usize, Option<&str>) -> Option<&'t Table>,
    ) -> Vec<(usize, Option<String>, Vec<Route>)> {
        let topology = self.topology(routers, table);
        let all = self.processes.iter().zip(topology);
        let of = |(process, known): (&Process, BTreeMap<Prefix, Known>)| {
            let learned = known
                .into_iter()
                .filter(|(_, known)| !known.reach.hops.is_empty());
            let routes = learned.map(|(prefix, known)| Route {
                prefix,
                source: Source::Eigrp {
                    external: known.external,
                },
                process: process.asn.to_string(),
                distance: if known.external {
                    distance::EIGRP_EXTERNAL
                } else {
                    distance::EIGRP
                },
                metric: known.reach.cost,
                tag: 0,
                from: known.reach.hops.first().and_then(|hop| hop.next),
                hops: known.reach.hops,
            });
            (process.router, process.vrf.clone(), routes.collect())
        };
        all.map(of).collect()
    }
}

/// 256 times the inverse of the slowest bandwidth plus all delays (RFC 7868, section 5.6.1).
fn metric(bandwidth_kbps: u64, delay: u64) -> u32 {
    let metric = 256 * (10_000_000 / bandwidth_kbps.max(1)).saturating_add(delay);
    u32::try_from(metric).unwrap_or(u32::MAX)
}

fn read(at: usize, router: &Router) -> Vec<Process> {
    let node = &router.node;
    let mut processes = Vec::new();
    for statement in node.all("router eigrp").filter(|s| !s.negated && node.up()) {
        let lines = Lines::below(node, statement);
        if let Some(asn) = parsed(statement, "asn") {
            processes.extend(process(at, router, lines, lines, asn, None, None));
        }
        for family in lines
            .all("address-family")
            .filter(|s| s.value("family") == Some("ipv4"))
        {
            let below = lines.under(family);
            let base = below
                .get("topology base")
                .map_or(below, |base| lines.under(base));
            let vrf = family.value("vrf").map(ToString::to_string);
            let name = statement.value("name").map(ToString::to_string);
            if let Some(asn) = parsed(family, "asn") {
                processes.extend(process(at, router, below, base, asn, vrf, name));
            }
        }
    }
    processes
}

fn process(
    at: usize,
    router: &Router,
    lines: Lines<'_>,
    base: Lines<'_>,
    asn: u32,
    vrf: Option<String>,
    name: Option<String>,
) -> Option<Process> {
    if lines.has("shutdown") {
        return None;
    }
    let router_id = lines
        .value("eigrp router-id", "id")
        .or_else(|| router.router_id(vrf.as_deref()))?;
    let ports = router
        .ports
        .iter()
        .enumerate()
        .filter(|(_, port)| port.up && port.vrf() == vrf.as_deref());
    let attached =
        ports.filter_map(|(number, port)| attach(router, lines, asn, number, port, name.is_some()));
    Some(Process {
        router: at,
        asn,
        router_id,
        attached: attached.collect(),
        redistributions: redistribution::read(base),
        logs: !lines.refuses("eigrp log-neighbor-changes"),
        vrf,
        name,
    })
}

fn attach(
    router: &Router,
    lines: Lines<'_>,
    asn: u32,
    number: usize,
    port: &Port,
    named: bool,
) -> Option<Attached> {
    let address = port.address()?;
    let has = |line: &Statement| {
        let network = parsed::<Ipv4Addr>(line, "network");
        let wildcard = parsed::<Ipv4Addr>(line, "wildcard").map(u32::from);
        network.is_some_and(|network| {
            let length = super::prefix::class_length(network);
            let wildcard = wildcard.unwrap_or(u32::MAX.checked_shr(length).unwrap_or(0));
            (u32::from(network) ^ u32::from(address)) & !wildcard == 0
        })
    };
    if !lines.all("network").any(has) {
        return None;
    }
    let settings = port.lines(&router.node);
    let of_interface = |name: &str| {
        lines
            .all("af-interface")
            .find(|s| s.value("interface").unwrap_or("default") == name)
    };
    let own = of_interface(&port.name).map(|s| lines.under(s));
    let all = of_interface("default").map(|s| lines.under(s));
    let scopes: Vec<Lines<'_>> = own.into_iter().chain(all).collect();
    let timer = |word: &'static str| {
        let all = settings.all("ip eigrp timer");
        let mut all =
            all.filter(|s| parsed(s, "asn") == Some(asn) && s.value("timer") == Some(word));
        all.next()
            .and_then(|s| parsed(s, "seconds"))
            .or_else(|| scopes.iter().find_map(|scope| scope.value(word, "seconds")))
    };
    let passive = match (own, all) {
        (Some(own), _) if own.stored("passive-interface").next().is_some() => {
            own.has("passive-interface")
        }
        (_, Some(all)) if named => all.has("passive-interface"),
        _ => is_passive(lines, &port.name),
    };
    Some(Attached {
        port: number,
        passive: passive || port.is_loopback(),
        hello_s: timer("hello-interval").unwrap_or(defaults::HELLO_S),
        hold_s: timer("hold-time").unwrap_or(defaults::HOLD_S),
        address,
        prefix: port.prefix()?,
        bandwidth_kbps: port.bandwidth_kbps,
        delay: port.delay,
        authentication: authentication(settings, &scopes, asn),
    })
}

fn authentication(settings: Lines<'_>, scopes: &[Lines<'_>], asn: u32) -> String {
    let mode = settings
        .all("ip authentication mode eigrp")
        .any(|s| parsed(s, "asn") == Some(asn));
    let scoped = scopes
        .iter()
        .find_map(|scope| scope.rest("authentication mode"));
    // Key chains of different names may hold the same key; only whether one is used is compared.
    if mode {
        "md5".to_string()
    } else {
        scoped.unwrap_or_default().to_string()
    }
}

fn meet(
    processes: &[Process],
    at: usize,
    on_segment: &impl Fn(Place) -> Vec<Place>,
) -> Vec<Neighbor> {
    let process = &processes[at];
    let mut neighbors = Vec::new();
    for (number, own) in process
        .attached
        .iter()
        .enumerate()
        .filter(|(_, own)| !own.passive)
    {
        for place in on_segment((process.router, own.port)) {
            let others = processes
                .iter()
                .enumerate()
                .filter(|(_, far)| far.router == place.0 && far.asn == process.asn);
            for (far, other) in others {
                let find = other
                    .attached
                    .iter()
                    .position(|theirs| theirs.port == place.1 && !theirs.passive);
                let Some(theirs) = find else {
                    continue;
                };
                let there = &other.attached[theirs];
                if there.prefix.has(IpAddr::V4(own.address))
                    && own.prefix.has(IpAddr::V4(there.address))
                    && there.authentication == own.authentication
                {
                    neighbors.push(Neighbor {
                        attached: number,
                        far: (far, theirs),
                        address: there.address,
                    });
                }
            }
        }
    }
    neighbors
}

/// Its own networks, and what it brings in from other protocols.
fn originated<'t>(
    process: &Process,
    routers: &[Router],
    table: &impl Fn(usize, Option<&str>) -> Option<&'t Table>,
) -> BTreeMap<Prefix, Known> {
    let mut known = BTreeMap::new();
    for own in &process.attached {
        let cost = metric(own.bandwidth_kbps, own.delay);
        let reach = Reach {
            cost,
            hops: Vec::new(),
        };
        let new = Known {
            bandwidth_kbps: own.bandwidth_kbps,
            delay: own.delay,
            external: false,
            reported: 0,
            reach,
        };
        known.insert(own.prefix, new);
    }
    let node = &routers[process.router].node;
    for redistribution in &process.redistributions {
        let Some(table) = table(process.router, process.vrf.as_deref()) else {
            continue;
        };
        for (route, _) in taken(node, redistribution, table) {
            let reach = Reach {
                cost: metric(1_000_000, 1),
                hops: Vec::new(),
            };
            let new = Known {
                bandwidth_kbps: 1_000_000,
                delay: 1,
                external: true,
                reported: 0,
                reach,
            };
            known.entry(route.prefix).or_insert(new);
        }
    }
    known
}
