//! What else follows from the routing tables: BFD, PIM, NTP, tracked objects, IP SLA.

use serde::Serialize;

use super::Snapshot;
use super::age::{age, between, clock, left};
use super::routes::{OWN, short, text};
use crate::network::routing::findings::{BFD, DOWN, PIM, TRACK, UP, bfd_key, pim_key};
use crate::network::routing::lines::{Lines, parsed};
use crate::network::routing::{bfd, ntp, pim, track};

/// A BFD session.
#[derive(Debug, Serialize)]
pub(super) struct BfdView {
    own: String,
    address: String,
    local: usize,
    remote: usize,
    state: &'static str,
    interface: String,
    short: String,
    clients: Vec<&'static str>,
    send: u32,
    receive: u32,
    multiplier: u32,
    far_receive: u32,
    far_multiplier: u32,
    echo: bool,
    uptime: String,
}

/// The BFD sessions.
pub(super) fn bfd(snapshot: &Snapshot) -> Vec<BfdView> {
    let routing = snapshot.network().routing();
    let view = |(at, session): (usize, bfd::Session)| {
        let name = &routing.routers[OWN].ports[session.port].name;
        let state = if session.up { UP } else { DOWN };
        let since = snapshot.since(BFD, &bfd_key(&session, name), state);
        let far = session.far_timers.unwrap_or(session.timers);
        BfdView {
            own: text(session.own),
            address: text(session.far),
            local: 4097 + at,
            remote: if session.up { 4097 } else { 0 },
            state,
            short: short(snapshot, name),
            interface: name.clone(),
            clients: session.clients.clone(),
            send: session.timers.send_ms,
            receive: session.timers.receive_ms,
            multiplier: session.timers.multiplier,
            far_receive: far.receive_ms,
            far_multiplier: far.multiplier,
            echo: session.echo,
            uptime: age(between(since, snapshot.now)),
        }
    };
    bfd::sessions(routing, OWN)
        .into_iter()
        .enumerate()
        .map(view)
        .collect()
}

/// PIM.
#[derive(Debug, Serialize)]
pub(super) struct PimView {
    interfaces: Vec<PimInterface>,
    neighbors: Vec<PimNeighbor>,
    rendezvous: Vec<PimPoint>,
    groups: Vec<PimGroup>,
}

#[derive(Debug, Serialize)]
struct PimInterface {
    name: String,
    short: String,
    vrf: Option<String>,
    address: String,
    mode: &'static str,
    count: usize,
    query: u32,
    priority: u32,
    designated: String,
}

#[derive(Debug, Serialize)]
struct PimNeighbor {
    address: String,
    interface: String,
    vrf: Option<String>,
    uptime: String,
    expires: String,
    priority: u32,
    designated: bool,
}

#[derive(Debug, Serialize)]
struct PimPoint {
    address: String,
    vrf: Option<String>,
    list: Option<String>,
}

/// A group that somebody joined.
#[derive(Debug, Serialize)]
struct PimGroup {
    group: String,
    vrf: Option<String>,
    point: String,
    incoming: Option<String>,
    upstream: String,
    interfaces: Vec<String>,
    uptime: String,
    expires: String,
}

/// PIM, if the device forwards multicast.
pub(super) fn pim(snapshot: &Snapshot) -> PimView {
    let routing = snapshot.network().routing();
    let attached = pim::attached(routing, OWN);
    let name = |port: usize| routing.routers[OWN].ports[port].name.clone();
    let mut neighbors = Vec::new();
    for own in &attached {
        for neighbor in &own.neighbors {
            let since = snapshot.since(PIM, &pim_key(&name(own.port), neighbor.address), UP);
            neighbors.push(PimNeighbor {
                address: neighbor.address.to_string(),
                interface: name(own.port),
                vrf: own.vrf.clone(),
                uptime: age(between(since, snapshot.now)),
                expires: clock(left(since, snapshot.now, u64::from(own.query_s), 105)),
                priority: neighbor.priority,
                designated: own.designated == neighbor.address,
            });
        }
    }
    let node = &routing.routers[OWN].node;
    let points = pim::rendezvous(node).into_iter();
    PimView {
        groups: groups(snapshot, &attached),
        interfaces: attached
            .iter()
            .map(|own| PimInterface {
                short: short(snapshot, &name(own.port)),
                name: name(own.port),
                vrf: own.vrf.clone(),
                address: own.address.to_string(),
                mode: own.mode,
                count: own.neighbors.len(),
                query: own.query_s,
                priority: own.priority,
                designated: own.designated.to_string(),
            })
            .collect(),
        neighbors,
        rendezvous: points
            .map(|rp| PimPoint {
                address: rp.address.to_string(),
                vrf: rp.vrf,
                list: rp.list,
            })
            .collect(),
    }
}

/// Every PIM router listens to 224.0.1.40 (Auto-RP discovery) on its first interface; others are joined by lines.
fn groups(snapshot: &Snapshot, attached: &[pim::Attached]) -> Vec<PimGroup> {
    let routing = snapshot.network().routing();
    let node = &routing.routers[OWN].node;
    let name = |port: usize| routing.routers[OWN].ports[port].name.clone();
    let mut joined: Vec<(Option<String>, std::net::Ipv4Addr, Vec<String>)> = Vec::new();
    for own in attached {
        let first = !joined.iter().any(|(vrf, ..)| *vrf == own.vrf);
        let discovery = first.then_some(std::net::Ipv4Addr::new(224, 0, 1, 40));
        for group in own.groups.iter().copied().chain(discovery) {
            match joined
                .iter_mut()
                .find(|(vrf, known, _)| *vrf == own.vrf && *known == group)
            {
                Some((.., interfaces)) => interfaces.push(name(own.port)),
                None => joined.push((own.vrf.clone(), group, vec![name(own.port)])),
            }
        }
    }
    let uptime = snapshot.now.since(snapshot.booted);
    let view = |(vrf, group, interfaces): (Option<String>, std::net::Ipv4Addr, Vec<String>)| {
        let point = pim::rendezvous_of(node, vrf.as_deref(), group);
        let way = point.and_then(|point| routing.table(OWN, vrf.as_deref())?.resolve(point.into()));
        let own = point.is_some_and(|point| {
            routing.routers[OWN]
                .with_address(vrf.as_deref(), point.into())
                .is_some()
        });
        PimGroup {
            group: group.to_string(),
            point: point.map_or("0.0.0.0".to_string(), |point| point.to_string()),
            incoming: way.filter(|_| !own).and_then(|way| way.port).map(name),
            upstream: way
                .filter(|_| !own)
                .map_or("0.0.0.0".to_string(), |way| way.next.to_string()),
            vrf,
            interfaces,
            uptime: age(uptime),
            expires: clock(180 - uptime.as_secs() % 60),
        }
    };
    joined.into_iter().map(view).collect()
}

/// NTP.
#[derive(Debug, Serialize)]
pub(super) struct NtpView {
    associations: Vec<NtpAssociation>,
    synchronized: bool,
    stratum: u32,
    reference: String,
    master: bool,
}

#[derive(Debug, Serialize)]
struct NtpAssociation {
    host: String,
    vrf: Option<String>,
    peer: bool,
    selected: bool,
    candidate: bool,
    reference: String,
    stratum: u32,
    reachable: bool,
}

/// What the device knows of time.
pub(super) fn ntp(snapshot: &Snapshot) -> NtpView {
    let routing = snapshot.network().routing();
    let (associations, best) = ntp::associations(routing, OWN);
    let own = ntp::own(routing, OWN);
    let view = |(at, own): (usize, &ntp::Association)| NtpAssociation {
        host: own.host.clone(),
        vrf: own.vrf.clone(),
        peer: own.peer,
        selected: best == Some(at),
        candidate: best != Some(at) && own.server.is_some(),
        reference: match &own.server {
            Some(server) => server.reference.clone(),
            None => ".INIT.".to_string(),
        },
        stratum: own.server.as_ref().map_or(16, |server| server.stratum),
        reachable: own.answers,
    };
    NtpView {
        associations: associations.iter().enumerate().map(view).collect(),
        synchronized: own.is_some(),
        stratum: own.as_ref().map_or(16, |own| own.stratum),
        reference: own.map_or("0.0.0.0".to_string(), |own| own.reference),
        master: routing.routers[OWN].node.has("ntp master"),
    }
}

/// A tracked object.
#[derive(Debug, Serialize)]
pub(super) struct TrackView {
    number: u32,
    /// What stands behind its number.
    what: String,
    interface: Option<String>,
    sla: Option<String>,
    prefix: Option<String>,
    mask: Option<String>,
    state: &'static str,
    since: String,
    changes: u32,
    objects: Vec<String>,
}

/// The tracked objects.
pub(super) fn tracks(snapshot: &Snapshot) -> Vec<TrackView> {
    let routing = snapshot.network().routing();
    let node = &routing.routers[OWN].node;
    let of = |(number, up): (u32, bool)| {
        let statement = node
            .all("track")
            .find(|s| parsed(s, "track") == Some(number))?;
        let state = if up { UP } else { DOWN };
        let value = |name: &str| statement.value(name).map(ToString::to_string);
        let objects = Lines::below(node, statement)
            .all("object")
            .map(|s| s.line.trim_start_matches("object ").to_string());
        Some(TrackView {
            number,
            what: statement
                .line
                .splitn(3, ' ')
                .nth(2)
                .unwrap_or_default()
                .to_string(),
            interface: value("interface"),
            sla: value("sla"),
            prefix: value("prefix"),
            mask: value("mask"),
            state,
            since: age(between(
                snapshot.since(TRACK, &number.to_string(), state),
                snapshot.now,
            )),
            changes: 1,
            objects: objects.collect(),
        })
    };
    routing.tracks[OWN].iter().filter_map(of).collect()
}

/// An IP SLA operation.
#[derive(Debug, Serialize)]
pub(super) struct SlaView {
    number: u32,
    kind: String,
    target: String,
    runs: bool,
    ok: bool,
    rtt: usize,
    frequency: u64,
    /// How often it was run, and how long ago last.
    count: u64,
    last_s: u64,
}

/// The IP SLA operations.
pub(super) fn operations(snapshot: &Snapshot) -> Vec<SlaView> {
    let routing = snapshot.network().routing();
    let uptime = snapshot.now.since(snapshot.booted).as_secs();
    let view = |operation: track::Operation| {
        let hops = operation.target.filter(|_| operation.runs);
        let answer = hops.and_then(|to| routing.echo(OWN, operation.vrf.as_deref(), None, to).ok());
        SlaView {
            number: operation.number,
            target: operation.target.map(text).unwrap_or_default(),
            runs: operation.runs,
            ok: answer.is_some(),
            rtt: answer.map_or(0, |hops| hops.max(1)),
            frequency: operation.frequency_s,
            count: if operation.runs {
                1 + uptime / operation.frequency_s.max(1)
            } else {
                0
            },
            last_s: uptime % operation.frequency_s.max(1),
            kind: operation.kind,
        }
    };
    track::operations(&routing.routers[OWN].node)
        .into_iter()
        .map(view)
        .collect()
}
