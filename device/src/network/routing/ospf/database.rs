//! The link-state database, as `show ip ospf database` lists it.

use std::net::{IpAddr, Ipv4Addr};

use super::external::External;
use super::{AreaKind, Domain, NetworkType, State};
use super::{Attached, Process};

/// Which list an advertisement is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LsaKind {
    Router,
    Network,
    Summary,
    Boundary,
    Nssa,
    External,
}

/// A link-state advertisement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lsa {
    pub(crate) kind: LsaKind,
    /// None for those that all areas share.
    pub(crate) area: Option<u32>,
    pub(crate) id: IpAddr,
    pub(crate) router: Ipv4Addr,
    /// Of a router: how many links; of an external network: its tag.
    pub(crate) detail: u32,
}

/// The database of one process.
pub(crate) fn database(domain: &Domain, externals: &[External], at: usize) -> Vec<Lsa> {
    let mut all = Vec::new();
    let process = &domain.processes[at];
    for area in process.active_areas() {
        let reached = domain
            .reach(at)
            .get(&area)
            .into_iter()
            .flat_map(|reached| reached.keys().copied());
        for far in reached.chain([at]) {
            all.push(router_lsa(domain, far, area));
            all.extend(network_lsas(domain, far, area));
            all.extend(summary_lsas(domain, far, area));
            if domain.processes[far].is_border() && process.kind(area).takes_external() {
                all.extend(boundary_lsas(domain, externals, far, area));
            }
        }
    }
    for area in process.active_areas() {
        if matches!(process.kind(area), AreaKind::Nssa { .. }) {
            let reached = domain.reach(at).get(&area);
            let inside =
                |far: usize| far == at || reached.is_some_and(|reached| reached.contains_key(&far));
            let told = externals.iter().filter(|external| inside(external.process));
            all.extend(told.map(|external| external_lsa(domain, external, Some(area))));
        }
    }
    if process
        .active_areas()
        .iter()
        .any(|area| process.kind(*area).takes_external())
    {
        all.extend(
            externals
                .iter()
                .filter(|external| {
                    external.process == at || domain.way_to(at, external.process).is_some()
                })
                .map(|external| Lsa {
                    kind: LsaKind::External,
                    area: None,
                    id: external.prefix.address(),
                    router: domain.processes[external.process].router_id,
                    detail: external.tag,
                }),
        );
    }
    all.sort();
    all.dedup();
    all
}

fn external_lsa(domain: &Domain, external: &External, area: Option<u32>) -> Lsa {
    Lsa {
        kind: if area.is_some() {
            LsaKind::Nssa
        } else {
            LsaKind::External
        },
        area,
        id: external.prefix.address(),
        router: domain.processes[external.process].router_id,
        detail: external.tag,
    }
}

/// The interfaces of a process that are up in an area, with their numbers.
fn within(process: &Process, area: u32) -> impl Iterator<Item = (usize, &Attached)> {
    let attached = process.attached.iter().enumerate();
    attached.filter(move |(_, own)| own.up && own.area == area)
}

fn router_lsa(domain: &Domain, at: usize, area: u32) -> Lsa {
    let process = &domain.processes[at];
    let attached = within(process, area);
    let links = attached.map(|(number, own)| {
        let full = domain.neighbors[at]
            .iter()
            .filter(|n| n.attached == number && n.state == State::Full)
            .count();
        let pairs = matches!(
            own.network,
            NetworkType::PointToPoint | NetworkType::PointToMultipoint
        );
        own.prefixes.len() + if pairs { full } else { 0 }
    });
    let detail = u32::try_from(links.sum::<usize>()).unwrap_or(u32::MAX);
    Lsa {
        kind: LsaKind::Router,
        area: Some(area),
        id: process.router_id.into(),
        router: process.router_id,
        detail,
    }
}

fn network_lsas(domain: &Domain, at: usize, area: u32) -> Vec<Lsa> {
    let process = &domain.processes[at];
    let attached = within(process, area);
    let designated = attached.filter(|(number, _)| {
        let elected = domain.election(at, *number);
        let full = domain.neighbors[at]
            .iter()
            .any(|n| n.attached == *number && n.state == State::Full);
        full && elected.designated == Some((at, *number))
    });
    designated
        .map(|(_, own)| Lsa {
            kind: LsaKind::Network,
            area: Some(area),
            id: own.address,
            router: process.router_id,
            detail: 0,
        })
        .collect()
}

fn summary_lsas(domain: &Domain, at: usize, area: u32) -> Vec<Lsa> {
    if !domain.processes[at].is_border() {
        return Vec::new();
    }
    let router = domain.processes[at].router_id;
    let told = domain
        .told()
        .get(&area)
        .into_iter()
        .flatten()
        .filter(|(border, ..)| *border == at);
    told.map(|(_, prefix, _)| Lsa {
        kind: LsaKind::Summary,
        area: Some(area),
        id: prefix.address(),
        router,
        detail: 0,
    })
    .collect()
}

/// Where the boundary routers of other areas are.
fn boundary_lsas(domain: &Domain, externals: &[External], border: usize, area: u32) -> Vec<Lsa> {
    let router = domain.processes[border].router_id;
    let outside = externals.iter().filter(|external| {
        let inside = domain
            .reach(border)
            .get(&area)
            .is_some_and(|reached| reached.contains_key(&external.process));
        external.process != border && !inside && domain.way_to(border, external.process).is_some()
    });
    let lsa = |external: &External| Lsa {
        kind: LsaKind::Boundary,
        area: Some(area),
        id: domain.processes[external.process].router_id.into(),
        router,
        detail: 0,
    };
    outside.map(lsa).collect()
}
