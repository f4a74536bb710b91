//! Tracked objects and IP SLA operations: what a device watches.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::Routing;
use super::lines::{Lines, parsed};
use super::prefix::Prefix;
use crate::config::Statement;
use crate::network::Node;

/// Lists may hold lists; deeper than this is a circle.
const DEPTH_MAX: usize = 8;

/// The tracked objects of a device, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tracks {
    up: BTreeMap<u32, bool>,
}

impl Tracks {
    /// Whether an object is up; one that isn't there is down.
    pub(crate) fn is_up(&self, track: u32) -> bool {
        self.up.get(&track).copied().unwrap_or(false)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, bool)> {
        self.up.iter().map(|(track, up)| (*track, *up))
    }
}

/// Looks at all objects anew; true if one has changed.
pub(super) fn update(routing: &mut Routing) -> bool {
    let now: Vec<Tracks> = (0..routing.routers.len())
        .map(|at| tracks(routing, at))
        .collect();
    let changed = now != routing.tracks;
    routing.tracks = now;
    changed
}

fn tracks(routing: &Routing, at: usize) -> Tracks {
    let node = &routing.routers[at].node;
    let all = node.all("track").filter(|s| !s.negated);
    let number = |s: &Statement| parsed(s, "track");
    let up = all
        .filter_map(|s| Some((number(s)?, state(routing, at, s, 0))))
        .collect();
    Tracks { up }
}

fn state(routing: &Routing, at: usize, track: &Statement, depth: usize) -> bool {
    let router = &routing.routers[at];
    let node: &Node = &router.node;
    let lines = Lines::below(node, track);
    let value = |name: &str| track.value(name);
    if let Some(name) = value("interface") {
        let port = router.port(name).map(|port| &router.ports[port]);
        let routes = track.line.ends_with("ip routing");
        return port.is_some_and(|port| port.up && (!routes || port.address().is_some()));
    }
    if let Some(sla) = value("sla") {
        return operation(node, sla).is_some_and(|operation| operation.answers(routing, at));
    }
    if let (Some(prefix), Some(mask)) = (parsed::<Ipv4Addr>(track, "prefix"), parsed(track, "mask"))
    {
        let vrf = lines.get("ip vrf").and_then(|s| s.value("vrf"));
        let table = routing.table(at, vrf);
        let route = Prefix::masked(prefix, mask).and_then(|prefix| table?.exact(prefix));
        return route.is_some();
    }
    list(routing, at, track, lines, depth)
}

fn list(routing: &Routing, at: usize, track: &Statement, lines: Lines<'_>, depth: usize) -> bool {
    let node = &routing.routers[at].node;
    let mut objects = lines.all("object").map(|object| {
        let number = object.value("track");
        let of_number = node
            .all("track")
            .find(|s| s.value("track") == number && !s.negated);
        let up = depth < DEPTH_MAX && of_number.is_some_and(|s| state(routing, at, s, depth + 1));
        up != object.line.contains(" not")
    });
    if track.line.ends_with("boolean or") {
        objects.any(|up| up)
    } else if track.line.contains("threshold") {
        objects.filter(|up| *up).count() > 0
    } else {
        let all: Vec<bool> = objects.collect();
        !all.is_empty() && all.into_iter().all(|up| up)
    }
}

/// An IP SLA operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) number: u32,
    /// `icmp-echo`, `udp-jitter` …
    pub(crate) kind: String,
    pub(crate) target: Option<IpAddr>,
    pub(crate) vrf: Option<String>,
    pub(crate) frequency_s: u64,
    /// Whether `ip sla schedule` starts it.
    pub(crate) runs: bool,
}

impl Operation {
    /// Whether its target answers.
    pub(crate) fn answers(&self, routing: &Routing, at: usize) -> bool {
        let Some(target) = self.target.filter(|_| self.runs) else {
            return false;
        };
        routing.echo(at, self.vrf.as_deref(), None, target).is_ok()
    }
}

/// The operations of a device.
pub(crate) fn operations(node: &Node) -> Vec<Operation> {
    let all = node
        .all("ip sla")
        .filter(|s| !s.negated)
        .filter_map(|s| s.value("sla"));
    all.filter_map(|number| operation(node, number)).collect()
}

fn operation(node: &Node, number: &str) -> Option<Operation> {
    let statement = node
        .all("ip sla")
        .find(|s| s.value("sla") == Some(number) && !s.negated)?;
    let kind = Lines::below(node, statement).get("operation")?;
    let lines = Lines::below(node, kind);
    let mut schedules = node.all("ip sla schedule").filter(|s| !s.negated);
    let started =
        |s: &Statement| s.value("sla") == Some(number) && s.line.contains("start-time now");
    Some(Operation {
        number: number.parse().ok()?,
        kind: kind.line.split(' ').next().unwrap_or_default().to_string(),
        target: parsed(kind, "address"),
        vrf: lines
            .get("vrf")
            .and_then(|s| s.value("vrf"))
            .map(ToString::to_string),
        frequency_s: lines.value("frequency", "seconds").unwrap_or(60),
        runs: schedules.any(started),
    })
}
