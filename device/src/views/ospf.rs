//! The OSPF processes of the device, their interfaces, neighbours and database.

use serde::Serialize;

use super::Snapshot;
use super::age::{age, between, clock, left};
use super::routes::{OWN, short, text};
use crate::network::routing::Routing;
use crate::network::routing::findings::{OSPF, ospf_key};
use crate::network::routing::ospf::{
    AreaKind, Attached, LsaKind, Neighbor, Process, Role, State, database,
};

/// One process.
#[derive(Debug, Serialize)]
pub(super) struct OspfView {
    id: String,
    /// 4 or 6.
    version: u8,
    vrf: Option<String>,
    router_id: String,
    border: bool,
    boundary: bool,
    reference: u64,
    max_metric: bool,
    /// `redistribute` lines, without that word.
    redistributes: Vec<String>,
    originates_default: bool,
    maximum_paths: usize,
    distances: [u32; 3],
    uptime: String,
    areas: Vec<AreaView>,
    interfaces: Vec<InterfaceView>,
    neighbors: Vec<NeighborView>,
    database: Vec<LsaView>,
    /// The routers that routes came from.
    sources: Vec<SourceView>,
}

#[derive(Debug, Serialize)]
struct AreaView {
    id: u32,
    /// As an address, as `show ip ospf` has the numbers of areas that aren't small.
    name: String,
    /// `normal`, `stub`, `nssa`.
    kind: &'static str,
    summaries: bool,
    interfaces: usize,
    loopbacks: usize,
    authentication: &'static str,
    lsas: usize,
    default_cost: u32,
}

#[derive(Debug, Serialize)]
struct InterfaceView {
    name: String,
    short: String,
    area: u32,
    address: String,
    prefix: String,
    length: u32,
    cost: u32,
    network: &'static str,
    /// `DR`, `BDR`, `DROTHER`, `P2P`, `LOOP`, `DOWN`.
    state: &'static str,
    up: bool,
    priority: u32,
    hello: u64,
    dead: u64,
    passive: bool,
    mtu_ignore: bool,
    by_interface: bool,
    designated: Option<[String; 2]>,
    backup: Option<[String; 2]>,
    neighbors: usize,
    adjacent: usize,
    /// Seconds to the next hello.
    hello_due: String,
    /// The neighbours that databases are exchanged with, and what they are.
    adjacencies: Vec<[String; 2]>,
}

#[derive(Debug, Serialize)]
struct NeighborView {
    id: String,
    priority: u32,
    /// `FULL`, and `DR`.
    state: &'static str,
    role: &'static str,
    dead: String,
    address: String,
    interface: String,
    short: String,
    area: u32,
    uptime: String,
    changes: u32,
    designated: String,
    backup: String,
}

#[derive(Debug, Serialize)]
struct LsaView {
    kind: &'static str,
    area: Option<u32>,
    id: String,
    router: String,
    age: u64,
    sequence: String,
    checksum: String,
    detail: u32,
}

#[derive(Debug, Serialize)]
struct SourceView {
    gateway: String,
    distance: u32,
    age: String,
}

/// The processes of a family, by number.
pub(super) fn views(snapshot: &Snapshot, v4: bool) -> Vec<OspfView> {
    let routing = snapshot.network().routing();
    let own = routing
        .ospf
        .of_router(OWN)
        .filter(|(_, process)| process.v4 == v4);
    own.map(|(at, process)| view(snapshot, routing, at, process))
        .collect()
}

fn view(snapshot: &Snapshot, routing: &Routing, at: usize, process: &Process) -> OspfView {
    let database = lsas(snapshot, routing, at);
    OspfView {
        id: process.id.clone(),
        version: if process.v4 { 4 } else { 6 },
        vrf: process.vrf.clone(),
        router_id: process.router_id.to_string(),
        border: process.is_border(),
        boundary: process.is_boundary(),
        reference: process.reference_mbps,
        max_metric: process.max_metric,
        redistributes: process
            .redistributions
            .iter()
            .map(|own| own.line.trim_start_matches("redistribute ").to_string())
            .collect(),
        originates_default: process.default_route.is_some(),
        maximum_paths: process.maximum_paths,
        distances: process.distances,
        uptime: age(between(snapshot.booted, snapshot.now)),
        areas: process
            .active_areas()
            .into_iter()
            .map(|area| area_view(process, area, &database))
            .collect(),
        interfaces: (0..process.attached.len())
            .map(|number| interface(snapshot, routing, at, number))
            .collect(),
        neighbors: routing.ospf.neighbors[at]
            .iter()
            .map(|neighbor| neighbor_view(snapshot, routing, at, neighbor))
            .collect(),
        sources: sources(snapshot, routing, process),
        database,
    }
}

fn area_view(process: &Process, area: u32, database: &[LsaView]) -> AreaView {
    let told = process.areas.get(&area);
    let kind = process.kind(area);
    let of_area = || {
        process
            .attached
            .iter()
            .filter(move |own| own.up && own.area == area)
    };
    AreaView {
        id: area,
        name: std::net::Ipv4Addr::from(area).to_string(),
        kind: match kind {
            AreaKind::Normal => "normal",
            AreaKind::Stub { .. } => "stub",
            AreaKind::Nssa { .. } => "nssa",
        },
        summaries: !matches!(
            kind,
            AreaKind::Stub { summaries: false }
                | AreaKind::Nssa {
                    summaries: false,
                    ..
                }
        ),
        interfaces: of_area().count(),
        loopbacks: of_area()
            .filter(|own| own.network.text() == "LOOPBACK")
            .count(),
        authentication: match told.and_then(|told| told.authentication) {
            None => "no",
            Some(false) => "simple password",
            Some(true) => "message digest",
        },
        lsas: database.iter().filter(|lsa| lsa.area == Some(area)).count(),
        default_cost: told.and_then(|told| told.default_cost).unwrap_or(1),
    }
}

fn state(routing: &Routing, at: usize, number: usize, own: &Attached) -> &'static str {
    if !own.up {
        return "DOWN";
    }
    match own.network.text() {
        "LOOPBACK" => "LOOP",
        "POINT_TO_POINT" => "P2P",
        "POINT_TO_MULTIPOINT" => "P2MP",
        _ => {
            let elected = routing.ospf.election(at, number);
            if elected.designated == Some((at, number)) {
                "DR"
            } else if elected.backup == Some((at, number)) {
                "BDR"
            } else {
                "DROTHER"
            }
        }
    }
}

fn interface(snapshot: &Snapshot, routing: &Routing, at: usize, number: usize) -> InterfaceView {
    let process = &routing.ospf.processes[at];
    let own = &process.attached[number];
    let name = &routing.routers[OWN].ports[own.port].name;
    let elected = routing.ospf.election(at, number);
    let who = |place: Option<(usize, usize)>| {
        let far = &routing.ospf.processes[place?.0];
        Some([
            far.router_id.to_string(),
            text(far.attached[place?.1].address),
        ])
    };
    let neighbors: Vec<&Neighbor> = routing.ospf.neighbors[at]
        .iter()
        .filter(|n| n.attached == number)
        .collect();
    let full = neighbors.iter().filter(|n| n.state == State::Full);
    let prefix = own.prefixes.first();
    let length = routing.routers[OWN].ports[own.port]
        .prefix()
        .map_or(0, |prefix| prefix.length());
    InterfaceView {
        short: short(snapshot, name),
        name: name.clone(),
        area: own.area,
        address: text(own.address),
        prefix: prefix.map(ToString::to_string).unwrap_or_default(),
        length,
        cost: own.cost,
        network: own.network.text(),
        state: state(routing, at, number, own),
        up: own.up,
        priority: own.priority,
        hello: own.hello_s,
        dead: own.dead_s,
        passive: own.passive,
        mtu_ignore: own.mtu_ignore,
        by_interface: own.by_interface,
        designated: who(elected.designated),
        backup: who(elected.backup),
        neighbors: neighbors.len(),
        adjacent: full.clone().count(),
        hello_due: clock(
            left(snapshot.booted, snapshot.now, own.hello_s, own.hello_s).saturating_sub(1),
        ),
        adjacencies: full
            .map(|n| {
                let what = match n.role {
                    Role::Designated => "  (Designated Router)",
                    Role::Backup => "  (Backup Designated Router)",
                    _ => "",
                };
                [n.router_id.to_string(), what.to_string()]
            })
            .collect(),
    }
}

fn neighbor_view(
    snapshot: &Snapshot,
    routing: &Routing,
    at: usize,
    neighbor: &Neighbor,
) -> NeighborView {
    let process = &routing.ospf.processes[at];
    let own = &process.attached[neighbor.attached];
    let name = &routing.routers[OWN].ports[own.port].name;
    let since = snapshot.since(
        OSPF,
        &ospf_key(routing, at, neighbor),
        neighbor.state.text(),
    );
    let elected = routing.ospf.election(at, neighbor.attached);
    let address = |place: Option<(usize, usize)>| {
        place.map_or("0.0.0.0".to_string(), |(process, number)| {
            text(routing.ospf.processes[process].attached[number].address)
        })
    };
    NeighborView {
        id: neighbor.router_id.to_string(),
        priority: if neighbor.role == Role::None {
            0
        } else {
            neighbor.priority
        },
        state: neighbor.state.text(),
        role: neighbor.role.text(),
        dead: clock(left(since, snapshot.now, own.hello_s, own.dead_s)),
        address: text(neighbor.address),
        short: short(snapshot, name),
        interface: name.clone(),
        area: own.area,
        uptime: age(between(since, snapshot.now)),
        changes: if neighbor.state == State::TwoWay {
            2
        } else {
            6
        },
        designated: address(elected.designated),
        backup: address(elected.backup),
    }
}

fn lsas(snapshot: &Snapshot, routing: &Routing, at: usize) -> Vec<LsaView> {
    let uptime = snapshot.now.since(snapshot.booted).as_secs();
    let view = |lsa: crate::network::routing::ospf::Lsa| {
        // Every advertisement is told anew after half an hour; when, and its checksum, follow from what it says.
        let mixed = lsa
            .id
            .to_string()
            .bytes()
            .chain(lsa.router.octets())
            .fold(lsa.detail, |sum, byte| {
                sum.wrapping_mul(31) + u32::from(byte)
            });
        let turns = uptime.saturating_add(u64::from(mixed % REFRESH_S)) / u64::from(REFRESH_S);
        LsaView {
            kind: match lsa.kind {
                LsaKind::Router => "router",
                LsaKind::Network => "network",
                LsaKind::Summary => "summary",
                LsaKind::Boundary => "asbr-summary",
                LsaKind::Nssa => "nssa-external",
                LsaKind::External => "external",
            },
            area: lsa.area,
            id: text(lsa.id),
            router: lsa.router.to_string(),
            age: (uptime + u64::from(mixed % REFRESH_S)) % u64::from(REFRESH_S),
            sequence: format!("0x80{:06X}", 2 + turns % 0x00ff_ffff),
            checksum: format!("0x{:06X}", mixed & 0xffff),
            detail: lsa.detail,
        }
    };
    database(&routing.ospf, routing.externals(), at)
        .into_iter()
        .map(view)
        .collect()
}

/// LSRefreshTime (RFC 2328, appendix B).
const REFRESH_S: u32 = 1800;

fn sources(snapshot: &Snapshot, routing: &Routing, process: &Process) -> Vec<SourceView> {
    let Some(table) = routing.table(OWN, process.vrf.as_deref()) else {
        return Vec::new();
    };
    let mut gateways: Vec<String> = Vec::new();
    for route in table
        .routes()
        .filter(|route| route.source.word() == "ospf" && route.process == process.id)
    {
        if let Some(from) = route.from.map(text)
            && !gateways.contains(&from)
        {
            gateways.push(from);
        }
    }
    let uptime = age(between(snapshot.booted, snapshot.now));
    let source = |gateway| SourceView {
        gateway,
        distance: process.distances[0],
        age: uptime.clone(),
    };
    gateways.into_iter().map(source).collect()
}
