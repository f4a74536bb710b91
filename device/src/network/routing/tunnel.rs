//! Tunnels: one is up while there is a route to its destination, and leads to the tunnel that leads back.

use std::net::IpAddr;
use std::sync::Arc;

use super::Routing;
use super::router::Place;
use crate::network::Node;

/// What a tunnel is told.
struct Ends {
    source: IpAddr,
    destination: Option<IpAddr>,
    vrf: Option<String>,
    /// `tunnel mode …` and key: both ends must agree.
    mode: String,
}

/// Looks at all tunnels anew; true if one came up or went down.
pub(super) fn update(routing: &mut Routing) -> bool {
    let mut tunnels: Vec<(Place, Option<Ends>)> = Vec::new();
    for (at, router) in routing.routers.iter().enumerate() {
        for (port, own) in router
            .ports
            .iter()
            .enumerate()
            .filter(|(_, own)| own.interface.kind == "Tunnel")
        {
            tunnels.push((
                (at, port),
                ends(routing, at, port).filter(|_| !own.interface.shutdown && router.node.up()),
            ));
        }
    }
    let mut changed = false;
    for (place, ends) in &tunnels {
        let up = ends
            .as_ref()
            .is_some_and(|ends| leads_somewhere(routing, place.0, ends));
        let port = &mut routing.routers[place.0].ports[place.1];
        changed |= port.up != up;
        port.up = up;
    }
    for (place, ends) in &tunnels {
        let far = |other: &(Place, Option<Ends>)| match (ends, &other.1) {
            (Some(near), Some(far)) => joins(routing, *place, near, other.0, far),
            _ => false,
        };
        let mut all: Vec<Place> = tunnels
            .iter()
            .filter(|other| far(other))
            .map(|(place, _)| *place)
            .collect();
        all.push(*place);
        all.sort_unstable();
        let all: Arc<[Place]> = all.into();
        changed |= routing.segments.get(place) != Some(&all);
        routing.segments.insert(*place, all);
    }
    changed
}

fn ends(routing: &Routing, at: usize, port: usize) -> Option<Ends> {
    let router = &routing.routers[at];
    let node: &Node = &router.node;
    let lines = router.ports[port].lines(node);
    let source = lines.get("tunnel source")?;
    let named = || {
        let own = &router.ports[router.port(source.value("interface")?)?];
        own.up.then(|| own.address_of(true))?
    };
    let address = source.value("address").and_then(|text| text.parse().ok());
    let destination = lines
        .get("tunnel destination")
        .and_then(|s| s.value("address")?.parse().ok());
    let mode = lines.rest("tunnel mode").unwrap_or("gre ip");
    let multipoint = mode.ends_with("multipoint");
    if destination.is_none() && !multipoint {
        return None;
    }
    Some(Ends {
        source: address.or_else(named)?,
        destination,
        vrf: lines
            .get("tunnel vrf")
            .and_then(|s| s.value("vrf"))
            .map(ToString::to_string),
        mode: format!(
            "{} {}",
            mode.trim_end_matches(" multipoint"),
            lines.rest("tunnel key").unwrap_or_default()
        ),
    })
}

/// A multipoint tunnel only needs its own source.
fn leads_somewhere(routing: &Routing, at: usize, ends: &Ends) -> bool {
    let table = routing.table(at, ends.vrf.as_deref());
    ends.destination
        .is_none_or(|to| table.is_some_and(|table| table.resolve(to).is_some()))
}

/// Whether two tunnels lead to each other. A multipoint one learns of those that call it (NHRP).
fn joins(routing: &Routing, near: Place, own: &Ends, far: Place, other: &Ends) -> bool {
    let up = |place: Place| routing.routers[place.0].ports[place.1].up;
    let mode = |ends: &Ends| ends.mode.replace("gre ip", "gre");
    let meant = |ends: &Ends, to: &Ends| {
        ends.destination
            .is_none_or(|destination| destination == to.source)
    };
    let way = |from: usize, ends: &Ends, to: &Ends| {
        let walk = routing.walk(from, ends.vrf.as_deref(), to.source);
        walk.arrived().is_some()
    };
    near.0 != far.0
        && up(near)
        && up(far)
        && mode(own) == mode(other)
        && meant(own, other)
        && meant(other, own)
        && way(near.0, own, other)
        && way(far.0, other, own)
}
