//! Who becomes whose neighbour (RFC 2328, sections 9.4 and 10.5): what hellos must agree on, who is elected, and how
//! far the exchange of databases gets.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::{Attached, Domain, NetworkType, Process};
use crate::network::routing::router::Place;

/// A neighbour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Neighbor {
    /// Our interface: its index in [`Process::attached`].
    pub(crate) attached: usize,
    /// Its process, and its interface there.
    pub(crate) far: Place,
    pub(crate) router_id: Ipv4Addr,
    pub(crate) address: IpAddr,
    pub(crate) priority: u32,
    pub(crate) state: State,
    pub(crate) role: Role,
}

/// How far an adjacency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Neither end is designated: they stay neighbours.
    TwoWay,
    /// The databases are not exchanged, because the MTUs differ.
    ExStart,
    Full,
}

impl State {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::TwoWay => "2WAY",
            Self::ExStart => "EXSTART",
            Self::Full => "FULL",
        }
    }
}

/// What a router is on a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Designated,
    Backup,
    Other,
    /// Nobody is elected there.
    None,
}

impl Role {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Designated => "DR",
            Self::Backup => "BDR",
            Self::Other => "DROTHER",
            Self::None => "  -",
        }
    }
}

/// Who was elected on a network: process and interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Elected {
    pub(crate) designated: Option<Place>,
    pub(crate) backup: Option<Place>,
}

impl Elected {
    fn role(self, of: Place) -> Role {
        match of {
            of if self.designated == Some(of) => Role::Designated,
            of if self.backup == Some(of) => Role::Backup,
            _ => Role::Other,
        }
    }
}

/// Finds all neighbours of all processes.
pub(super) fn meet(domain: &mut Domain, on_segment: &impl Fn(Place) -> Vec<Place>) {
    let runs = places(&domain.processes);
    let heard: BTreeMap<Place, Vec<Place>> = runs
        .values()
        .flatten()
        .map(|here| (*here, hears(&domain.processes, &runs, *here, on_segment)))
        .collect();
    let mut elected = BTreeMap::new();
    for (here, others) in &heard {
        if attached(&domain.processes, *here).network.elects() {
            elected.insert(*here, elect(&domain.processes, *here, others));
        }
    }
    domain.neighbors = vec![Vec::new(); domain.processes.len()];
    for (here, others) in &heard {
        for far in others
            .iter()
            .filter(|far| heard.get(far).is_some_and(|theirs| theirs.contains(here)))
        {
            let neighbor = neighbor(&domain.processes, &elected, *here, *far);
            domain.neighbors[here.0].push(neighbor);
        }
    }
    domain.elected = elected;
}

/// Where processes run: device and port, to process and interface of the process.
fn places(processes: &[Process]) -> BTreeMap<Place, Vec<Place>> {
    let mut places: BTreeMap<Place, Vec<Place>> = BTreeMap::new();
    for (process, own) in processes.iter().enumerate() {
        for (at, attached) in own.attached.iter().enumerate() {
            places
                .entry((own.router, attached.port))
                .or_default()
                .push((process, at));
        }
    }
    places
}

fn attached(processes: &[Process], place: Place) -> &Attached {
    &processes[place.0].attached[place.1]
}

/// The interfaces whose hellos one takes.
fn hears(
    processes: &[Process],
    runs: &BTreeMap<Place, Vec<Place>>,
    here: Place,
    on_segment: &impl Fn(Place) -> Vec<Place>,
) -> Vec<Place> {
    let (process, own) = (&processes[here.0], attached(processes, here));
    if !own.up || own.passive {
        return Vec::new();
    }
    let others = on_segment((process.router, own.port));
    let far = others
        .iter()
        .filter_map(|place| runs.get(place))
        .flatten()
        .copied();
    far.filter(|far| agree(processes, here, *far)).collect()
}

/// What two hellos must agree on.
fn agree(processes: &[Process], here: Place, there: Place) -> bool {
    let (process, far_process) = (&processes[here.0], &processes[there.0]);
    let (own, far) = (attached(processes, here), attached(processes, there));
    let both_elect = own.network.elects() == far.network.elects();
    let subnet = !process.v4
        || own.prefixes.first() == far.prefixes.first()
        || (own.network == NetworkType::PointToPoint && far.network == NetworkType::PointToPoint);
    process.v4 == far_process.v4
        && far.up
        && !far.passive
        && own.area == far.area
        && process.kind(own.area).agrees(far_process.kind(far.area))
        && subnet
        && (own.hello_s, own.dead_s) == (far.hello_s, far.dead_s)
        && own.authentication == far.authentication
        && process.router_id != far_process.router_id
        && (both_elect
            || own.network == NetworkType::PointToPoint
            || far.network == NetworkType::PointToPoint)
}

/// The highest priority wins, then the highest router id; the next is the backup. Priority 0 stands aside.
fn elect(processes: &[Process], here: Place, others: &[Place]) -> Elected {
    let mut candidates: Vec<(u32, Ipv4Addr, Place)> = others
        .iter()
        .chain([&here])
        .map(|place| {
            (
                attached(processes, *place).priority,
                processes[place.0].router_id,
                *place,
            )
        })
        .filter(|(priority, ..)| *priority > 0)
        .collect();
    let own = attached(processes, here);
    if !own.up {
        candidates.clear();
    }
    candidates.sort();
    Elected {
        designated: candidates.pop().map(|(.., place)| place),
        backup: candidates.pop().map(|(.., place)| place),
    }
}

fn neighbor(
    processes: &[Process],
    elected: &BTreeMap<Place, Elected>,
    here: Place,
    there: Place,
) -> Neighbor {
    let (own, far) = (attached(processes, here), attached(processes, there));
    let election = elected.get(&here).copied().unwrap_or_default();
    let elects = own.network.elects();
    let role = |place| {
        if elects {
            election.role(place)
        } else {
            Role::None
        }
    };
    let adjacent = !elects
        || [role(here), role(there)]
            .iter()
            .any(|role| *role != Role::Other);
    let state = if !adjacent {
        State::TwoWay
    } else if own.mtu != far.mtu && !own.mtu_ignore && !far.mtu_ignore {
        State::ExStart
    } else {
        State::Full
    };
    Neighbor {
        attached: here.1,
        far: there,
        router_id: processes[there.0].router_id,
        address: far.address,
        priority: far.priority,
        state,
        role: role(there),
    }
}
