//! The routing tables: what `show ip route` and its relatives list.

use std::net::IpAddr;

use serde::Serialize;

use super::Snapshot;
use super::age::{age, between};
use crate::SimTime;
use crate::grammar::World;
use crate::network::routing::Routing;
use crate::network::routing::findings;
use crate::network::routing::table::{Hop, Route, Source, Table};

/// A route.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RouteView {
    /// `C`, `O IA`, `S*` …
    code: String,
    /// `connected`, `ospf` …
    source: &'static str,
    process: String,
    /// 4 or 6.
    version: u8,
    prefix: String,
    length: u32,
    mask: String,
    /// The first of the next hops, and its interface.
    next_hop: Option<String>,
    interface: Option<String>,
    hops: Vec<HopView>,
    distance: u32,
    metric: u32,
    tag: u32,
    vrf: Option<String>,
    age: Option<String>,
    from: Option<String>,
    internal: bool,
}

/// A next hop.
#[derive(Debug, Clone, Serialize)]
struct HopView {
    next: Option<String>,
    interface: Option<String>,
    /// Where it leaves once its next hop is looked up too.
    out: Option<String>,
    out_next: Option<String>,
    age: Option<String>,
}

/// Every route of a family, by VRF, network and length.
pub(super) fn views(snapshot: &Snapshot, v4: bool) -> Vec<RouteView> {
    let routing = snapshot.network().routing();
    let mut views = Vec::new();
    for (vrf, table) in routing.tables_of(OWN) {
        let routes = table.routes().filter(|route| route.prefix.is_v4() == v4);
        views.extend(routes.map(|route| view(snapshot, routing, table, vrf.as_deref(), route)));
    }
    views
}

/// Where the device that asks stands among the routers.
pub(super) const OWN: usize = 0;

fn view(
    snapshot: &Snapshot,
    routing: &Routing,
    table: &Table,
    vrf: Option<&str>,
    route: &Route,
) -> RouteView {
    let star = route.prefix.is_default() && route.prefix.is_v4();
    let code = match (star, route.source) {
        (false, source) => source.code().to_string(),
        // The mark follows the first letter: `S*`, `O*E2`, `B*`.
        (true, source) => {
            let (first, rest) = source.code().split_at(1);
            format!("{first}*{}", rest.trim_start())
        }
    };
    let hops: Vec<HopView> = route
        .hops
        .iter()
        .map(|hop| hop_view(snapshot, routing, table, vrf, route, hop))
        .collect();
    let first = hops.first();
    RouteView {
        code,
        source: route.source.word(),
        process: route.process.clone(),
        version: if route.prefix.is_v4() { 4 } else { 6 },
        prefix: text(route.prefix.address()),
        length: route.prefix.length(),
        mask: route.prefix.mask().to_string(),
        next_hop: first.and_then(|hop| hop.next.clone()),
        interface: first.and_then(|hop| hop.interface.clone()),
        age: first.and_then(|hop| hop.age.clone()),
        distance: route.distance,
        metric: route.metric,
        tag: route.tag,
        vrf: vrf.map(ToString::to_string),
        from: route.from.map(text),
        internal: matches!(
            route.source,
            Source::Bgp(crate::network::routing::table::Learned::Internal)
        ),
        hops,
    }
}

fn hop_view(
    snapshot: &Snapshot,
    routing: &Routing,
    table: &Table,
    vrf: Option<&str>,
    route: &Route,
    hop: &Hop,
) -> HopView {
    let name = |port: usize| routing.routers[OWN].ports[port].name.clone();
    let way = hop.next.and_then(|next| table.resolve(next));
    let out = hop.port.or_else(|| way.and_then(|way| way.port));
    let learned = !matches!(
        route.source,
        Source::Connected | Source::Local | Source::Static
    );
    HopView {
        next: hop.next.map(text),
        interface: hop
            .port
            .map(name)
            .or_else(|| hop.sink.map(ToString::to_string)),
        out: out.map(name).or_else(|| hop.sink.map(ToString::to_string)),
        out_next: hop
            .port
            .and(hop.next)
            .or_else(|| way.map(|way| way.next))
            .map(text),
        age: learned.then(|| {
            age(between(
                since(snapshot, routing, vrf, route, hop),
                snapshot.now,
            ))
        }),
    }
}

/// A route is as old as the neighbour that told of it.
fn since(
    snapshot: &Snapshot,
    routing: &Routing,
    vrf: Option<&str>,
    route: &Route,
    hop: &Hop,
) -> SimTime {
    let next = hop.next;
    match route.source {
        Source::Ospf(_) => {
            let mut all = routing
                .ospf
                .of_router(OWN)
                .flat_map(|(at, _)| routing.ospf.neighbors[at].iter().map(move |n| (at, n)));
            let found = all.find(|(_, neighbor)| Some(neighbor.address) == next);
            found.map(|(at, n)| {
                snapshot.since(
                    findings::OSPF,
                    &findings::ospf_key(routing, at, n),
                    n.state.text(),
                )
            })
        }
        Source::Bgp(_) => {
            let key = format!(
                "{}/{}",
                vrf.unwrap_or_default(),
                route.from.map(|from| from.to_string()).unwrap_or_default()
            );
            Some(snapshot.since(findings::BGP, &key, findings::ESTABLISHED))
        }
        Source::Eigrp { .. } => {
            let port = hop
                .port
                .map(|port| routing.routers[OWN].ports[port].name.clone())
                .unwrap_or_default();
            let next = next.map(|next| next.to_string()).unwrap_or_default();
            Some(snapshot.since(
                findings::EIGRP,
                &format!("{}/{port}/{next}", route.process),
                findings::UP,
            ))
        }
        _ => None,
    }
    .unwrap_or(snapshot.booted)
}

/// An address as IOS prints it: IPv6 in capitals.
pub(super) fn text(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => address.to_string().to_ascii_uppercase(),
    }
}

/// The short name of an interface.
pub(super) fn short(snapshot: &Snapshot, name: &str) -> String {
    snapshot.platform.interfaces().short(name)
}
