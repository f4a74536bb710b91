//! IS-IS (ISO 10589, RFC 1195): neighbours of both levels, and routes by the sum of metrics.
//!
//! Known limits: one topology; routes leak from level 2 to level 1 as the default route only.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use super::defaults::{distance, isis as defaults};
use super::graph::{Edge, Reach, note, shortest};
use super::lines::Lines;
use super::prefix::Prefix;
use super::redistribution::{self, Redistribution, taken};
use super::router::{Place, Port, Router};
use super::table::{Hop, Route, Source, Table};
use crate::config::Statement;

/// One process of a device.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) router: usize,
    pub(crate) tag: String,
    /// Everything of the NET before the system id.
    pub(crate) area: String,
    /// `1921.6800.1001`.
    pub(crate) system_id: String,
    /// Which levels it takes part in.
    pub(crate) levels: Levels,
    pub(crate) attached: Vec<Attached>,
    pub(crate) redistributions: Vec<Redistribution>,
    pub(crate) default_route: bool,
    pub(crate) logs: bool,
}

/// Level 1, level 2 or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Levels {
    pub(crate) first: bool,
    pub(crate) second: bool,
}

impl Levels {
    fn of(word: Option<&str>) -> Self {
        match word {
            Some("level-1") => Self {
                first: true,
                second: false,
            },
            Some("level-2-only") => Self {
                first: false,
                second: true,
            },
            _ => Self {
                first: true,
                second: true,
            },
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            first: self.first && other.first,
            second: self.second && other.second,
        }
    }

    fn any(self) -> bool {
        self.first || self.second
    }

    fn has(self, level: u8) -> bool {
        if level == 1 { self.first } else { self.second }
    }

    /// As `show isis neighbors` has it.
    pub(crate) fn text(self) -> &'static str {
        match (self.first, self.second) {
            (true, true) => "L1L2",
            (true, false) => "L1",
            _ => "L2",
        }
    }
}

/// An interface that it runs on.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) port: usize,
    pub(crate) passive: bool,
    pub(crate) levels: Levels,
    pub(crate) point_to_point: bool,
    pub(crate) metric: u32,
    pub(crate) address: Option<Ipv4Addr>,
    pub(crate) priority: u32,
    prefixes: Vec<Prefix>,
    authentication: String,
    mtu: u32,
}

/// A neighbour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Neighbor {
    pub(crate) attached: usize,
    pub(crate) far: Place,
    pub(crate) levels: Levels,
    pub(crate) address: Option<Ipv4Addr>,
    /// What a designated system is known by: `r2.01`.
    pub(crate) circuit: String,
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
            .map(|at| meet(&processes, routers, at, on_segment))
            .collect();
        Self {
            processes,
            neighbors,
        }
    }

    fn edges(&self, from: usize, level: u8) -> Vec<Edge> {
        let process = &self.processes[from];
        let neighbors = self.neighbors[from]
            .iter()
            .filter(|neighbor| neighbor.levels.has(level));
        let edge = |neighbor: &Neighbor| {
            let own = &process.attached[neighbor.attached];
            let hop = Hop {
                next: neighbor.address.map(IpAddr::V4),
                port: Some(own.port),
                sink: None,
            };
            Edge {
                to: neighbor.far.0,
                cost: own.metric,
                hop,
            }
        };
        neighbors.map(edge).collect()
    }

    /// The processes that one reaches on a level.
    pub(crate) fn reached(&self, at: usize, level: u8) -> Vec<usize> {
        if !self.processes[at].levels.has(level) {
            return Vec::new();
        }
        shortest(at, &|from| self.edges(from, level))
            .into_keys()
            .collect()
    }

    /// The routes of each device.
    pub(crate) fn routes<'t>(
        &self,
        routers: &[Router],
        table: &impl Fn(usize, Option<&str>) -> Option<&'t Table>,
    ) -> Vec<(usize, Vec<Route>)> {
        let reach = |level: u8| -> Vec<BTreeMap<usize, Reach>> {
            let all = 0..self.processes.len();
            all.map(|at| {
                if self.processes[at].levels.has(level) {
                    shortest(at, &|from| self.edges(from, level))
                } else {
                    BTreeMap::new()
                }
            })
            .collect()
        };
        let (first, second) = (reach(1), reach(2));
        let own: Vec<Vec<(Prefix, u32)>> = self
            .processes
            .iter()
            .map(|process| told(process, routers, table))
            .collect();
        // What each router of both levels tells level 2 of its area.
        let inside: Vec<BTreeMap<Prefix, Reach>> = (0..own.len())
            .map(|at| costs(&first[at], |far| own[far].clone()))
            .collect();
        let of = |at: usize| {
            let process = &self.processes[at];
            let outside = costs(&second[at], |far| {
                let leaked = inside[far]
                    .iter()
                    .filter(|_| self.processes[far].levels.first)
                    .map(|(prefix, reach)| (*prefix, reach.cost));
                own[far].iter().copied().chain(leaked).collect()
            });
            let mut routes: Vec<Route> = inside[at]
                .iter()
                .map(|(prefix, reach)| route(process, 1, *prefix, reach))
                .collect();
            routes.extend(
                outside
                    .iter()
                    .map(|(prefix, reach)| route(process, 2, *prefix, reach)),
            );
            routes.extend(
                self.way_out(at, &first[at])
                    .map(|reach| route(process, 1, Prefix::default_v4(), &reach)),
            );
            let mine: BTreeSet<Prefix> = process
                .attached
                .iter()
                .flat_map(|own| own.prefixes.iter().copied())
                .collect();
            routes.retain(|route| !mine.contains(&route.prefix));
            routes.sort_by_key(|route| (route.prefix, route.source));
            routes.dedup_by_key(|route| route.prefix);
            (process.router, routes)
        };
        (0..self.processes.len()).map(of).collect()
    }

    /// A router of level 1 alone sends everything else to the nearest one that has level 2.
    fn way_out(&self, at: usize, first: &BTreeMap<usize, Reach>) -> Option<Reach> {
        if self.processes[at].levels.second {
            return None;
        }
        let attached = first
            .iter()
            .filter(|(far, _)| self.processes[**far].levels.second && self.leaves_area(**far));
        let mut best = BTreeMap::new();
        for (_, reach) in attached {
            note(&mut best, (), reach.cost, &reach.hops);
        }
        best.remove(&())
    }

    fn leaves_area(&self, at: usize) -> bool {
        self.neighbors[at].iter().any(|neighbor| {
            neighbor.levels.second && self.processes[neighbor.far.0].area != self.processes[at].area
        })
    }
}

fn costs(
    reach: &BTreeMap<usize, Reach>,
    told: impl Fn(usize) -> Vec<(Prefix, u32)>,
) -> BTreeMap<Prefix, Reach> {
    let mut costs = BTreeMap::new();
    for (far, reach) in reach {
        for (prefix, cost) in told(*far) {
            note(
                &mut costs,
                prefix,
                reach.cost.saturating_add(cost),
                &reach.hops,
            );
        }
    }
    costs
}

fn route(process: &Process, level: u8, prefix: Prefix, reach: &Reach) -> Route {
    Route {
        prefix,
        source: Source::Isis { level },
        process: process.tag.clone(),
        distance: distance::ISIS,
        metric: reach.cost,
        tag: 0,
        hops: reach.hops.clone(),
        from: reach.hops.first().and_then(|hop| hop.next),
    }
}

/// The networks that a process tells of, with their metrics.
fn told<'t>(
    process: &Process,
    routers: &[Router],
    table: &impl Fn(usize, Option<&str>) -> Option<&'t Table>,
) -> Vec<(Prefix, u32)> {
    let own = process.attached.iter().flat_map(|own| {
        let metric = if own.passive { 0 } else { own.metric };
        own.prefixes.iter().map(move |prefix| (*prefix, metric))
    });
    let mut told: Vec<(Prefix, u32)> = own.collect();
    let node = &routers[process.router].node;
    for redistribution in &process.redistributions {
        let Some(table) = table(process.router, None) else {
            continue;
        };
        told.extend(taken(node, redistribution, table).map(|(route, changes)| {
            (
                route.prefix,
                changes.metric.or(redistribution.metric).unwrap_or(0),
            )
        }));
    }
    if process.default_route {
        told.push((Prefix::default_v4(), 0));
    }
    told
}

fn read(at: usize, router: &Router) -> Vec<Process> {
    let node = &router.node;
    let all = node.all("router isis").filter(|s| !s.negated && node.up());
    all.filter_map(|statement| process(at, router, statement))
        .collect()
}

fn process(at: usize, router: &Router, statement: &Statement) -> Option<Process> {
    let lines = Lines::below(&router.node, statement);
    let net = lines.get("net")?.value("net")?;
    let parts: Vec<&str> = net.split('.').collect();
    // Area, three parts of system id, selector.
    let split = parts.len().checked_sub(4).filter(|split| *split > 0)?;
    let tag = statement.value("tag").unwrap_or_default().to_string();
    let levels = Levels::of(lines.rest("is-type"));
    let ports = router
        .ports
        .iter()
        .enumerate()
        .filter(|(_, port)| port.up && port.vrf().is_none());
    let attached = ports
        .filter_map(|(number, port)| attach(router, lines, &tag, levels, number, port))
        .collect();
    Some(Process {
        router: at,
        area: parts[..split].join("."),
        system_id: parts[split..split + 3].join("."),
        levels,
        attached,
        redistributions: redistribution::read(lines),
        default_route: lines.has("default-information originate"),
        logs: lines.has("log-adjacency-changes"),
        tag,
    })
}

fn attach(
    router: &Router,
    lines: Lines<'_>,
    tag: &str,
    levels: Levels,
    number: usize,
    port: &Port,
) -> Option<Attached> {
    let settings = port.lines(&router.node);
    let named = settings
        .all("ip router isis")
        .any(|s| s.value("tag").unwrap_or_default() == tag);
    let passive = lines
        .stored("passive-interface")
        .any(|s| !s.negated && s.value("interface") == Some(&port.name));
    if !named && !passive {
        return None;
    }
    let last = |kind| settings.rest(kind).and_then(|rest| rest.split(' ').next());
    let priority = settings.all("isis timer").find_map(|s| {
        s.line
            .strip_prefix("isis priority ")?
            .split(' ')
            .next()?
            .parse()
            .ok()
    });
    Some(Attached {
        port: number,
        passive: passive || !named,
        levels: levels.and(Levels::of(last("isis circuit-type"))),
        point_to_point: settings.has("isis network point-to-point")
            || port.interface.kind == "Tunnel",
        metric: last("isis metric")
            .and_then(|metric| metric.parse().ok())
            .or_else(|| lines.value("metric", "metric"))
            .unwrap_or(defaults::METRIC),
        address: port.address(),
        priority: priority.unwrap_or(64),
        prefixes: port
            .networks()
            .map(|(_, prefix)| prefix)
            .filter(|prefix| prefix.is_v4())
            .collect(),
        authentication: settings
            .rest("isis authentication mode")
            .unwrap_or_default()
            .to_string(),
        mtu: port.mtu,
    })
}

fn meet(
    processes: &[Process],
    routers: &[Router],
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
            for (far, other) in processes
                .iter()
                .enumerate()
                .filter(|(_, far)| far.router == place.0)
            {
                let Some(theirs) = other
                    .attached
                    .iter()
                    .position(|theirs| theirs.port == place.1 && !theirs.passive)
                else {
                    continue;
                };
                let there = &other.attached[theirs];
                let mut levels = own.levels.and(there.levels);
                levels.first &= process.area == other.area;
                let agree = own.point_to_point == there.point_to_point
                    && own.authentication == there.authentication
                    && own.mtu == there.mtu
                    && process.system_id != other.system_id;
                if levels.any() && agree {
                    let circuit = circuit(processes, routers, (at, number), (far, theirs));
                    neighbors.push(Neighbor {
                        attached: number,
                        far: (far, theirs),
                        levels,
                        address: there.address,
                        circuit,
                    });
                }
            }
        }
    }
    neighbors
}

/// The circuit's name: that of the designated system, or a number if there are only two.
fn circuit(processes: &[Process], routers: &[Router], near: Place, far: Place) -> String {
    let attached = |place: Place| &processes[place.0].attached[place.1];
    if attached(near).point_to_point {
        return format!("{:02X}", attached(near).port % 256);
    }
    let merit = |place: &Place| {
        (
            attached(*place).priority,
            processes[place.0].system_id.clone(),
        )
    };
    let designated = if merit(&near) > merit(&far) {
        near
    } else {
        far
    };
    let name = routers[processes[designated.0].router].node.hostname();
    format!("{name}.{:02X}", (designated.1 + 1) % 256)
}
