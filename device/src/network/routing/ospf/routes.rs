//! The routes that follow from adjacencies (RFC 2328, section 16): inside an area by cost, between areas through the
//! backbone, from outside through the routers that bring them in.

use std::collections::BTreeMap;

use super::external::{self, External};
use super::process::AreaKind;
use super::{Domain, Process, State};
use crate::network::routing::defaults::ospf as defaults;
use crate::network::routing::graph::{Edge, Reach, note, shortest};
use crate::network::routing::policy::prefix_list;
use crate::network::routing::prefix::Prefix;
use crate::network::routing::router::Router;
use crate::network::routing::table::{Hop, Path, Route, Source, Table};

/// Costs of networks.
type Costs = BTreeMap<Prefix, Reach>;

/// What is known of one network type after another.
pub(super) struct Known<'d> {
    pub(super) domain: &'d Domain,
    /// For each process and area: the other processes that it reaches there.
    pub(super) reach: Vec<BTreeMap<u32, BTreeMap<usize, Reach>>>,
    /// For each process and area: the networks inside.
    intra: Vec<BTreeMap<u32, Costs>>,
    /// For each process: the networks of other areas.
    inter: Vec<Costs>,
}

/// Computes the routes of every process.
pub(super) fn compute(
    domain: &Domain,
    routers: &[Router],
    table: &impl Fn(usize, Option<&str>) -> Table,
) -> Vec<(usize, Vec<Route>)> {
    let known = Known::new(domain);
    let externals = external::told(domain, routers, table);
    let all = domain.processes.iter().enumerate();
    all.map(|(at, process)| (at, routes(&known, at, process, routers, &externals)))
        .collect()
}

/// The processes that one reaches in each of its areas.
fn reach(domain: &Domain, at: usize) -> BTreeMap<u32, BTreeMap<usize, Reach>> {
    let areas = domain.processes[at].active_areas();
    areas
        .into_iter()
        .map(|area| (area, shortest(at, &|from| edges(domain, from, area))))
        .collect()
}

/// The ways of one process to its neighbours in an area.
fn edges(domain: &Domain, from: usize, area: u32) -> Vec<Edge> {
    let process = &domain.processes[from];
    let mut edges = Vec::new();
    for neighbor in &domain.neighbors[from] {
        let own = &process.attached[neighbor.attached];
        let far = &domain.processes[neighbor.far.0].attached[neighbor.far.1];
        // Neighbours that neither is designated for reach each other through the network of who is.
        let through =
            neighbor.state != State::ExStart && own.network.elects() == far.network.elects();
        if own.area == area && through {
            let cost = if process.max_metric {
                defaults::MAX_METRIC
            } else {
                own.cost
            };
            let hop = Hop {
                next: Some(neighbor.address),
                port: Some(own.port),
                sink: None,
            };
            edges.push(Edge {
                to: neighbor.far.0,
                cost,
                hop,
            });
        }
    }
    edges
}

/// The networks that a process is in: cost and network, in one area.
pub(super) fn own_networks(process: &Process, area: u32) -> impl Iterator<Item = (Prefix, u32)> {
    let attached = process
        .attached
        .iter()
        .filter(move |attached| attached.up && attached.area == area);
    attached.flat_map(|attached| {
        attached
            .prefixes
            .iter()
            .map(|prefix| (*prefix, attached.cost))
    })
}

fn intra(
    domain: &Domain,
    at: usize,
    reach: &BTreeMap<u32, BTreeMap<usize, Reach>>,
) -> BTreeMap<u32, Costs> {
    let of_area = |(area, reached): (&u32, &BTreeMap<usize, Reach>)| {
        let mut costs = Costs::new();
        for (prefix, cost) in own_networks(&domain.processes[at], *area) {
            note(&mut costs, prefix, cost, &[]);
        }
        for (far, reach) in reached {
            for (prefix, cost) in own_networks(&domain.processes[*far], *area) {
                note(
                    &mut costs,
                    prefix,
                    reach.cost.saturating_add(cost),
                    &reach.hops,
                );
            }
        }
        (*area, costs)
    };
    reach.iter().map(of_area).collect()
}

/// What border routers tell each area of the others.
fn between_areas(known: &mut Known<'_>) {
    let borders: Vec<usize> = (0..known.domain.processes.len())
        .filter(|at| known.domain.processes[*at].is_border())
        .collect();
    // First into the backbone, then out of it.
    let into_backbone: Vec<(usize, Prefix, u32)> = borders
        .iter()
        .flat_map(|border| summaries(known, *border, 0))
        .collect();
    spread(known, 0, &into_backbone);
    let areas: std::collections::BTreeSet<u32> = known
        .intra
        .iter()
        .flat_map(|areas| areas.keys().copied())
        .collect();
    for area in areas.into_iter().filter(|area| *area != 0) {
        let told: Vec<_> = borders
            .iter()
            .flat_map(|border| summaries(known, *border, area))
            .collect();
        spread(known, area, &told);
    }
}

/// What a border router tells an area of the others.
pub(super) fn summaries(known: &Known<'_>, border: usize, area: u32) -> Vec<(usize, Prefix, u32)> {
    let process = &known.domain.processes[border];
    if !process.active_areas().contains(&area) {
        return Vec::new();
    }
    let own_kind = process.kind(area);
    let mut told: BTreeMap<Prefix, u32> = BTreeMap::new();
    let default_cost = process
        .areas
        .get(&area)
        .and_then(|own| own.default_cost)
        .unwrap_or(defaults::STUB_COST);
    match own_kind {
        AreaKind::Stub { .. }
        | AreaKind::Nssa {
            summaries: false, ..
        } => {
            told.insert(Prefix::default_v4(), default_cost);
        }
        _ => {}
    }
    let summarizes = !matches!(
        own_kind,
        AreaKind::Stub { summaries: false }
            | AreaKind::Nssa {
                summaries: false,
                ..
            }
    );
    if summarizes {
        for (other, costs) in known.intra[border]
            .iter()
            .filter(|(other, _)| **other != area)
        {
            let ranges = process
                .areas
                .get(other)
                .map(|own| own.ranges.as_slice())
                .unwrap_or_default();
            for (prefix, reach) in costs {
                let range = ranges.iter().find(|(range, _)| range.covers(*prefix));
                match range {
                    Some((_, false)) => {}
                    Some((range, true)) => {
                        let cost = told.entry(*range).or_default();
                        *cost = (*cost).max(reach.cost);
                    }
                    None => _ = told.insert(*prefix, reach.cost),
                }
            }
        }
        if area != 0 {
            for (prefix, reach) in &known.inter[border] {
                told.entry(*prefix).or_insert(reach.cost);
            }
        }
    }
    told.into_iter()
        .map(|(prefix, cost)| (border, prefix, cost))
        .collect()
}

/// What the routers of an area make of what border routers told them. A border router listens to the backbone only.
fn spread(known: &mut Known<'_>, area: u32, told: &[(usize, Prefix, u32)]) {
    for at in 0..known.domain.processes.len() {
        let process = &known.domain.processes[at];
        if (area != 0 && process.is_border()) || !process.active_areas().contains(&area) {
            continue;
        }
        let Some(reached) = known.reach[at].get(&area) else {
            continue;
        };
        let mut found = Costs::new();
        for (border, prefix, cost) in told {
            if let Some(reach) = reached.get(border) {
                note(
                    &mut found,
                    *prefix,
                    reach.cost.saturating_add(*cost),
                    &reach.hops,
                );
            }
        }
        for (prefix, reach) in found {
            note(&mut known.inter[at], prefix, reach.cost, &reach.hops);
        }
    }
}

impl<'d> Known<'d> {
    /// Computes what follows from adjacencies alone.
    pub(super) fn new(domain: &'d Domain) -> Self {
        let count = domain.processes.len();
        let reach: Vec<_> = (0..count).map(|at| reach(domain, at)).collect();
        let intra: Vec<_> = (0..count).map(|at| intra(domain, at, &reach[at])).collect();
        let mut known = Self {
            domain,
            reach,
            intra,
            inter: vec![Costs::new(); count],
        };
        between_areas(&mut known);
        known
    }

    /// How a process reaches another one, in any area that lets routes from outside in, or across areas.
    pub(super) fn way_to(&self, at: usize, far: usize) -> Option<Reach> {
        let direct = self.inside(at, far, false);
        if direct.is_some() {
            return direct;
        }
        let process = &self.domain.processes[at];
        let mut best: BTreeMap<(), Reach> = BTreeMap::new();
        for (area, reached) in &self.reach[at] {
            if !process.kind(*area).takes_external() || (*area != 0 && process.is_border()) {
                continue;
            }
            for (border, reach) in reached
                .iter()
                .filter(|(border, _)| self.domain.processes[**border].is_border())
            {
                let Some(rest) = self.beyond(*border, far, *area == 0) else {
                    continue;
                };
                note(&mut best, (), reach.cost.saturating_add(rest), &reach.hops);
            }
        }
        best.remove(&())
    }

    /// The cost from a border router to a process that isn't in the area from which we ask.
    fn beyond(&self, border: usize, far: usize, in_backbone: bool) -> Option<u32> {
        if border == far {
            return Some(0);
        }
        let direct = self.inside(border, far, true).map(|reach| reach.cost);
        if direct.is_some() || in_backbone {
            return direct;
        }
        let others = self.reach[border].get(&0)?.iter();
        let ways = others
            .filter(|(other, _)| self.domain.processes[**other].is_border())
            .filter_map(|(other, reach)| {
                let rest = if *other == far {
                    Some(0)
                } else {
                    self.inside(*other, far, true).map(|reach| reach.cost)
                };
                Some(reach.cost.saturating_add(rest?))
            });
        ways.min()
    }

    /// The way inside one of its areas; `translated` also through an NSSA whose border it is.
    fn inside(&self, at: usize, far: usize, translated: bool) -> Option<Reach> {
        let mut best: BTreeMap<(), Reach> = BTreeMap::new();
        for (area, reached) in &self.reach[at] {
            let kind = self.domain.processes[at].kind(*area);
            let open = kind.takes_external() || matches!(kind, AreaKind::Nssa { .. });
            if let Some(reach) = reached.get(&far).filter(|_| open || translated) {
                note(&mut best, (), reach.cost, &reach.hops);
            }
        }
        best.remove(&())
    }

    /// Whether two processes share an NSSA: routes from outside have another code there.
    fn share_nssa(&self, at: usize, far: usize) -> bool {
        let nssa =
            |area: &u32| matches!(self.domain.processes[at].kind(*area), AreaKind::Nssa { .. });
        self.reach[at]
            .iter()
            .any(|(area, reached)| nssa(area) && reached.contains_key(&far))
    }
}

/// The routes of one process, the better kind first.
fn routes(
    known: &Known<'_>,
    at: usize,
    process: &Process,
    routers: &[Router],
    externals: &[External],
) -> Vec<Route> {
    let mut found: BTreeMap<Prefix, Route> = BTreeMap::new();
    let mut offer =
        |prefix: Prefix, path: Path, metric: u32, reach: &Reach, tag: u32, from: usize| {
            let distance = match path {
                Path::Intra => process.distances[0],
                Path::Inter => process.distances[1],
                _ => process.distances[2],
            };
            if reach.hops.is_empty() || found.contains_key(&prefix) {
                return;
            }
            let mut hops = reach.hops.clone();
            hops.truncate(process.maximum_paths);
            let from = known
                .domain
                .processes
                .get(from)
                .map(|far| std::net::IpAddr::V4(far.router_id));
            let id = process.id.clone();
            found.insert(
                prefix,
                Route {
                    prefix,
                    source: Source::Ospf(path),
                    process: id,
                    distance,
                    metric,
                    tag,
                    hops,
                    from,
                },
            );
        };
    for (area, costs) in &known.intra[at] {
        for (prefix, reach) in costs {
            let from = origin(known, at, *area, *prefix);
            offer(*prefix, Path::Intra, reach.cost, reach, 0, from);
        }
    }
    for (prefix, reach) in &known.inter[at] {
        let inside = known.intra[at]
            .values()
            .any(|costs| costs.contains_key(prefix));
        if !inside {
            offer(*prefix, Path::Inter, reach.cost, reach, 0, usize::MAX);
        }
    }
    for (prefix, best) in best_externals(known, at, externals) {
        let path = match (best.kind, known.share_nssa(at, best.from)) {
            (1, false) => Path::External1,
            (_, false) => Path::External2,
            (1, true) => Path::Nssa1,
            (_, true) => Path::Nssa2,
        };
        offer(prefix, path, best.metric, &best.reach, best.tag, best.from);
    }
    let node = &routers[process.router].node;
    let permits = |prefix: Prefix| {
        process
            .filter
            .as_deref()
            .is_none_or(|list| prefix_list(node, list, prefix))
    };
    found
        .into_values()
        .filter(|route| permits(route.prefix))
        .collect()
}

/// The process that a network inside an area belongs to.
fn origin(known: &Known<'_>, at: usize, area: u32, prefix: Prefix) -> usize {
    let reached = known.reach[at].get(&area);
    let mut far = reached.into_iter().flat_map(BTreeMap::keys);
    let has = |far: &&usize| {
        own_networks(&known.domain.processes[**far], area).any(|(own, _)| own == prefix)
    };
    far.find(has).copied().unwrap_or(usize::MAX)
}

/// The way to a network outside.
struct Outside {
    from: usize,
    kind: u8,
    metric: u32,
    tag: u32,
    reach: Reach,
}

/// Type 1 goes before type 2; then the lower metric; then the nearer boundary router.
fn best_externals(
    known: &Known<'_>,
    at: usize,
    externals: &[External],
) -> BTreeMap<Prefix, Outside> {
    let mut best: BTreeMap<Prefix, Outside> = BTreeMap::new();
    let mut ways: BTreeMap<usize, Option<Reach>> = BTreeMap::new();
    for external in externals.iter().filter(|external| external.process != at) {
        let way = ways
            .entry(external.process)
            .or_insert_with(|| known.way_to(at, external.process));
        let Some(reach) = way.clone() else {
            continue;
        };
        let inner = if external.kind == 1 { reach.cost } else { 0 };
        let new = Outside {
            from: external.process,
            kind: external.kind,
            metric: external.metric.saturating_add(inner),
            tag: external.tag,
            reach,
        };
        let order = |way: &Outside| (way.kind, way.metric, way.reach.cost);
        match best.get_mut(&external.prefix) {
            Some(old) if order(&new) < order(old) => *old = new,
            Some(old) if order(&new) == order(old) => {
                old.reach.meet(new.reach.cost, &new.reach.hops)
            }
            Some(_) => {}
            None => _ = best.insert(external.prefix, new),
        }
    }
    best
}
