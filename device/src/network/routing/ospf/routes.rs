//! The routes that follow from adjacencies (RFC 2328, section 16): inside an area by cost, between areas through the
//! backbone, from outside through the routers that bring them in.

use std::collections::{BTreeMap, BTreeSet};

use super::external::External;
use super::process::AreaKind;
use super::{Domain, Process, State};
use crate::network::routing::defaults::ospf as defaults;
use crate::network::routing::graph::{Edge, Reach, note, shortest};
use crate::network::routing::policy::prefix_list;
use crate::network::routing::prefix::Prefix;
use crate::network::routing::router::Router;
use crate::network::routing::table::{Hop, Path, Route, Source};

/// The processes that one reaches, by area.
pub(super) type AreaReach = BTreeMap<u32, BTreeMap<usize, Reach>>;

/// A network that a border router tells an area of: who, what, and its cost from there.
pub(super) type Told = (usize, Prefix, u32);

/// Costs of networks, and whose each is.
type Costs = BTreeMap<Prefix, (Reach, usize)>;

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

fn note_of(costs: &mut Costs, prefix: Prefix, cost: u32, hops: &[Hop], owner: usize) {
    let unreached = || {
        let reach = Reach {
            cost: u32::MAX,
            hops: Vec::new(),
        };
        (reach, owner)
    };
    let known = costs.entry(prefix).or_insert_with(unreached);
    if cost < known.0.cost {
        known.1 = owner;
    }
    known.0.meet(cost, hops);
}

impl Domain {
    /// The processes that one reaches in each of its areas.
    pub(super) fn reach(&self, at: usize) -> &AreaReach {
        self.reach[at].get_or_init(|| {
            let areas = self.processes[at].active_areas();
            let way = |area| (area, shortest(at, &|from| edges(self, from, area)));
            areas.into_iter().map(way).collect()
        })
    }

    /// The networks of each of its areas.
    fn intra(&self, at: usize) -> BTreeMap<u32, Costs> {
        let of_area = |(area, reached): (&u32, &BTreeMap<usize, Reach>)| {
            let mut costs = Costs::new();
            for (prefix, cost) in own_networks(&self.processes[at], *area) {
                note_of(&mut costs, prefix, cost, &[], at);
            }
            for (far, reach) in reached {
                for (prefix, cost) in own_networks(&self.processes[*far], *area) {
                    let cost = reach.cost.saturating_add(cost);
                    note_of(&mut costs, prefix, cost, &reach.hops, *far);
                }
            }
            (*area, costs)
        };
        self.reach(at).iter().map(of_area).collect()
    }

    /// What border routers tell each area of the others: first into the backbone, then out of it.
    pub(super) fn told(&self) -> &BTreeMap<u32, Vec<Told>> {
        self.told.get_or_init(|| {
            let all = 0..self.processes.len();
            let borders: Vec<usize> = all.filter(|at| self.processes[*at].is_border()).collect();
            let intra: Vec<(usize, BTreeMap<u32, Costs>)> =
                borders.iter().map(|at| (*at, self.intra(*at))).collect();
            let none = Costs::new();
            let backbone = intra
                .iter()
                .flat_map(|(at, intra)| self.summaries(*at, 0, intra, &none))
                .collect();
            let mut told = BTreeMap::from([(0, backbone)]);
            let inter: Vec<Costs> = borders.iter().map(|at| self.inter(*at, &told)).collect();
            let areas: BTreeSet<u32> = intra
                .iter()
                .flat_map(|(_, intra)| intra.keys().copied())
                .collect();
            for area in areas.into_iter().filter(|area| *area != 0) {
                let all = intra.iter().zip(&inter);
                let lines =
                    all.flat_map(|((at, intra), inter)| self.summaries(*at, area, intra, inter));
                told.insert(area, lines.collect());
            }
            told
        })
    }

    /// What a border router tells an area of the others.
    fn summaries(
        &self,
        border: usize,
        area: u32,
        intra: &BTreeMap<u32, Costs>,
        inter: &Costs,
    ) -> Vec<Told> {
        let process = &self.processes[border];
        if !process.active_areas().contains(&area) {
            return Vec::new();
        }
        let mut told: BTreeMap<Prefix, u32> = BTreeMap::new();
        let own = process.areas.get(&area);
        let kind = process.kind(area);
        let closed = matches!(
            kind,
            AreaKind::Stub { summaries: false }
                | AreaKind::Nssa {
                    summaries: false,
                    ..
                }
        );
        if closed || matches!(kind, AreaKind::Stub { .. }) {
            let cost = own
                .and_then(|own| own.default_cost)
                .unwrap_or(defaults::STUB_COST);
            told.insert(Prefix::default_v4(), cost);
        }
        for (other, costs) in intra.iter().filter(|(other, _)| **other != area && !closed) {
            let ranges = process
                .areas
                .get(other)
                .map(|own| own.ranges.as_slice())
                .unwrap_or_default();
            for (prefix, (reach, _)) in costs {
                match ranges.iter().find(|(range, _)| range.covers(*prefix)) {
                    Some((_, false)) => {}
                    Some((range, true)) => {
                        let cost = told.entry(*range).or_default();
                        *cost = (*cost).max(reach.cost);
                    }
                    None => _ = told.insert(*prefix, reach.cost),
                }
            }
        }
        if area != 0 && !closed {
            for (prefix, (reach, _)) in inter {
                told.entry(*prefix).or_insert(reach.cost);
            }
        }
        told.into_iter()
            .map(|(prefix, cost)| (border, prefix, cost))
            .collect()
    }

    /// What a process makes of what border routers told. A border router itself listens to the backbone only.
    fn inter(&self, at: usize, told: &BTreeMap<u32, Vec<Told>>) -> Costs {
        let border = self.processes[at].is_border();
        let mut found = Costs::new();
        for (area, reached) in self
            .reach(at)
            .iter()
            .filter(|(area, _)| **area == 0 || !border)
        {
            for (from, prefix, cost) in told.get(area).into_iter().flatten() {
                if let Some(reach) = reached.get(from) {
                    note_of(
                        &mut found,
                        *prefix,
                        reach.cost.saturating_add(*cost),
                        &reach.hops,
                        *from,
                    );
                }
            }
        }
        found
    }

    /// How a process reaches another one, in any area that lets routes from outside in, or across areas.
    pub(super) fn way_to(&self, at: usize, far: usize) -> Option<Reach> {
        let direct = self.inside(at, far, false);
        if direct.is_some() {
            return direct;
        }
        let process = &self.processes[at];
        let mut best: BTreeMap<(), Reach> = BTreeMap::new();
        for (area, reached) in self.reach(at) {
            if !process.kind(*area).takes_external() || (*area != 0 && process.is_border()) {
                continue;
            }
            for (border, reach) in reached
                .iter()
                .filter(|(border, _)| self.processes[**border].is_border())
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
        let others = self.reach(border).get(&0)?.iter();
        let ways = others
            .filter(|(other, _)| self.processes[**other].is_border())
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
        for (area, reached) in self.reach(at) {
            let kind = self.processes[at].kind(*area);
            let open = kind.takes_external() || matches!(kind, AreaKind::Nssa { .. });
            if let Some(reach) = reached.get(&far).filter(|_| open || translated) {
                note(&mut best, (), reach.cost, &reach.hops);
            }
        }
        best.remove(&())
    }

    /// Whether two processes share an NSSA: routes from outside have another code there.
    fn share_nssa(&self, at: usize, far: usize) -> bool {
        let nssa = |area: &u32| matches!(self.processes[at].kind(*area), AreaKind::Nssa { .. });
        self.reach(at)
            .iter()
            .any(|(area, reached)| nssa(area) && reached.contains_key(&far))
    }
}

/// The routes of one process, the better kind first.
pub(super) fn routes(
    domain: &Domain,
    at: usize,
    routers: &[Router],
    externals: &[External],
) -> Vec<Route> {
    let process = &domain.processes[at];
    let mut found: BTreeMap<Prefix, Route> = BTreeMap::new();
    let mut offer =
        |prefix: Prefix, path: Path, metric: u32, reach: &Reach, tag: u32, from: usize| {
            if reach.hops.is_empty() || found.contains_key(&prefix) {
                return;
            }
            let mut hops = reach.hops.clone();
            hops.truncate(process.maximum_paths);
            let route = Route {
                prefix,
                source: Source::Ospf(path),
                process: process.id.clone(),
                distance: match path {
                    Path::Intra => process.distances[0],
                    Path::Inter => process.distances[1],
                    _ => process.distances[2],
                },
                metric,
                tag,
                hops,
                from: domain.processes.get(from).map(|far| far.router_id.into()),
            };
            found.insert(prefix, route);
        };
    let intra = domain.intra(at);
    for (prefix, (reach, from)) in intra.values().flatten() {
        offer(*prefix, Path::Intra, reach.cost, reach, 0, *from);
    }
    for (prefix, (reach, from)) in &domain.inter(at, domain.told()) {
        if !intra.values().any(|costs| costs.contains_key(prefix)) {
            offer(*prefix, Path::Inter, reach.cost, reach, 0, *from);
        }
    }
    for (prefix, best) in best_externals(domain, at, externals) {
        let path = match (best.kind, domain.share_nssa(at, best.from)) {
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

/// The way to a network outside.
struct Outside {
    from: usize,
    kind: u8,
    metric: u32,
    tag: u32,
    reach: Reach,
}

/// Type 1 goes before type 2; then the lower metric; then the nearer boundary router.
fn best_externals(domain: &Domain, at: usize, externals: &[External]) -> BTreeMap<Prefix, Outside> {
    let mut best: BTreeMap<Prefix, Outside> = BTreeMap::new();
    let mut ways: BTreeMap<usize, Option<Reach>> = BTreeMap::new();
    for external in externals.iter().filter(|external| external.process != at) {
        let way = ways
            .entry(external.process)
            .or_insert_with(|| domain.way_to(at, external.process));
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
