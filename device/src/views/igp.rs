//! EIGRP and IS-IS.

use serde::Serialize;

use super::Snapshot;
use super::age::{age, between, left};
use super::routes::{OWN, short, text};
use crate::network::routing::defaults::isis::{FAST_HOLD_S, HOLD_S};
use crate::network::routing::findings::{EIGRP, ISIS, UP};
use crate::network::routing::{Routing, eigrp, isis};

/// An EIGRP process.
#[derive(Debug, Serialize)]
pub(super) struct EigrpView {
    asn: u32,
    name: Option<String>,
    vrf: Option<String>,
    router_id: String,
    interfaces: Vec<EigrpInterface>,
    neighbors: Vec<EigrpNeighbor>,
    topology: Vec<EigrpNetwork>,
}

#[derive(Debug, Serialize)]
struct EigrpInterface {
    name: String,
    short: String,
    peers: usize,
    passive: bool,
    hello: u64,
    hold: u64,
}

#[derive(Debug, Serialize)]
struct EigrpNeighbor {
    address: String,
    interface: String,
    short: String,
    hold: u64,
    uptime: String,
}

#[derive(Debug, Serialize)]
struct EigrpNetwork {
    prefix: String,
    /// The feasible distance.
    distance: u32,
    reported: u32,
    external: bool,
    /// Next hop and interface; the first is none for what is connected.
    ways: Vec<[Option<String>; 2]>,
}

/// The EIGRP processes.
pub(super) fn eigrp(snapshot: &Snapshot) -> Vec<EigrpView> {
    let routing = snapshot.network().routing();
    let own = routing
        .eigrp
        .processes
        .iter()
        .enumerate()
        .filter(|(_, process)| process.router == OWN);
    own.map(|(at, process)| eigrp_view(snapshot, routing, at, process))
        .collect()
}

fn eigrp_view(
    snapshot: &Snapshot,
    routing: &Routing,
    at: usize,
    process: &eigrp::Process,
) -> EigrpView {
    let name = |port: usize| routing.routers[OWN].ports[port].name.clone();
    let neighbors = &routing.eigrp.neighbors[at];
    let interface = |(number, own): (usize, &eigrp::Attached)| EigrpInterface {
        short: short(snapshot, &name(own.port)),
        name: name(own.port),
        peers: neighbors
            .iter()
            .filter(|neighbor| neighbor.attached == number)
            .count(),
        passive: own.passive,
        hello: own.hello_s,
        hold: own.hold_s,
    };
    let neighbor = |neighbor: &eigrp::Neighbor| {
        let own = &process.attached[neighbor.attached];
        let key = format!("{}/{}/{}", process.asn, name(own.port), neighbor.address);
        let since = snapshot.since(EIGRP, &key, UP);
        EigrpNeighbor {
            address: neighbor.address.to_string(),
            short: short(snapshot, &name(own.port)),
            interface: name(own.port),
            hold: left(since, snapshot.now, own.hello_s, own.hold_s),
            uptime: age(between(since, snapshot.now)),
        }
    };
    let table = |router: usize, vrf: Option<&str>| routing.table(router, vrf);
    let topology = routing
        .eigrp
        .topology(&routing.routers, &table)
        .into_iter()
        .nth(at)
        .unwrap_or_default();
    let own_port = |prefix| {
        process
            .attached
            .iter()
            .find(|own| own.prefix == prefix)
            .map(|own| name(own.port))
    };
    EigrpView {
        asn: process.asn,
        name: process.name.clone(),
        vrf: process.vrf.clone(),
        router_id: process.router_id.to_string(),
        interfaces: process.attached.iter().enumerate().map(interface).collect(),
        neighbors: neighbors.iter().map(neighbor).collect(),
        topology: topology
            .into_iter()
            .map(|(prefix, known)| EigrpNetwork {
                prefix: prefix.to_string(),
                distance: known.reach.cost,
                reported: known.reported,
                external: known.external,
                ways: match known.reach.hops.is_empty() {
                    true => vec![[None, own_port(prefix)]],
                    false => known
                        .reach
                        .hops
                        .iter()
                        .map(|hop| [hop.next.map(text), hop.port.map(name)])
                        .collect(),
                },
            })
            .collect(),
    }
}

/// An IS-IS process.
#[derive(Debug, Serialize)]
pub(super) struct IsisView {
    tag: String,
    system_id: String,
    area: String,
    levels: &'static str,
    neighbors: Vec<IsisNeighbor>,
    /// Level, system id, name, whether it is this device.
    hostnames: Vec<IsisName>,
}

#[derive(Debug, Serialize)]
struct IsisNeighbor {
    name: String,
    kind: &'static str,
    interface: String,
    short: String,
    address: String,
    hold: u64,
    circuit: String,
    mac: String,
    uptime: String,
    area: String,
}

#[derive(Debug, Serialize)]
struct IsisName {
    level: u8,
    system_id: String,
    name: String,
    own: bool,
}

/// The IS-IS processes.
pub(super) fn isis(snapshot: &Snapshot) -> Vec<IsisView> {
    let routing = snapshot.network().routing();
    let own = routing
        .isis
        .processes
        .iter()
        .enumerate()
        .filter(|(_, process)| process.router == OWN);
    own.map(|(at, process)| isis_view(snapshot, routing, at, process))
        .collect()
}

fn isis_view(
    snapshot: &Snapshot,
    routing: &Routing,
    at: usize,
    process: &isis::Process,
) -> IsisView {
    let neighbor = |neighbor: &isis::Neighbor| {
        let own = &process.attached[neighbor.attached];
        let port = &routing.routers[OWN].ports[own.port];
        let far = &routing.isis.processes[neighbor.far.0];
        let node = &routing.routers[far.router];
        let key = format!("{}/{}/{}", process.tag, port.name, far.system_id);
        let since = snapshot.since(ISIS, &key, UP);
        // Who names the circuit says hello three times as often.
        let fast = neighbor
            .circuit
            .starts_with(&format!("{}.", node.node.hostname()));
        let hold = if fast { FAST_HOLD_S } else { HOLD_S };
        let far_port = routing.isis.processes[neighbor.far.0].attached[neighbor.far.1].port;
        IsisNeighbor {
            name: node.node.hostname().to_string(),
            kind: neighbor.levels.text(),
            short: short(snapshot, &port.name),
            interface: port.name.clone(),
            address: neighbor
                .address
                .map(|address| address.to_string())
                .unwrap_or_default(),
            hold: left(since, snapshot.now, hold / 3, hold),
            circuit: neighbor.circuit.clone(),
            mac: node.ports[far_port].interface.mac.clone(),
            uptime: age(between(since, snapshot.now)),
            area: far.area.clone(),
        }
    };
    IsisView {
        tag: process.tag.clone(),
        system_id: process.system_id.clone(),
        area: process.area.clone(),
        levels: process.levels.text(),
        neighbors: routing.isis.neighbors[at].iter().map(neighbor).collect(),
        hostnames: hostnames(routing, at, process),
    }
}

fn hostnames(routing: &Routing, at: usize, process: &isis::Process) -> Vec<IsisName> {
    let mut names = Vec::new();
    for level in [1, 2] {
        let known = routing.isis.reached(at, level);
        let runs = if level == 1 {
            process.levels.first
        } else {
            process.levels.second
        };
        for far in known.into_iter().chain(runs.then_some(at)) {
            let other = &routing.isis.processes[far];
            names.push(IsisName {
                level,
                system_id: other.system_id.clone(),
                name: routing.routers[other.router].node.hostname().to_string(),
                own: far == at,
            });
        }
    }
    names.sort_by(|a, b| (a.level, &a.system_id).cmp(&(b.level, &b.system_id)));
    names
}
