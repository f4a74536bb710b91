//! NTP (RFC 5905): which servers answer, and from whom a device has its time.
//!
//! A server is a device of the network that has `ntp master`, or is synchronised itself. What isn't in the network
//! doesn't answer.

use std::net::IpAddr;

use super::Routing;
use super::lines::parsed;
use super::walk::End;
use crate::config::Statement;

/// Time is handed on at most this often (RFC 5905: stratum 16 is unsynchronised).
const STRATUM_MAX: u32 = 16;

/// A server or peer that a device asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Association {
    /// As it was configured: an address, or a name that nobody resolves.
    pub(crate) host: String,
    pub(crate) vrf: Option<String>,
    pub(crate) peer: bool,
    pub(crate) prefer: bool,
    /// What it says of itself; none if it doesn't answer or has no time.
    pub(crate) server: Option<Server>,
    pub(crate) answers: bool,
}

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) stratum: u32,
    /// From whom it has its time: an address, or `.LOCL.`.
    pub(crate) reference: String,
}

/// The associations of a device, and the number of the one that it follows.
pub(crate) fn associations(routing: &Routing, router: usize) -> (Vec<Association>, Option<usize>) {
    asked(routing, router, 0)
}

/// What a device says of its own time.
pub(crate) fn own(routing: &Routing, router: usize) -> Option<Server> {
    serves(routing, router, 0)
}

fn asked(routing: &Routing, router: usize, depth: u32) -> (Vec<Association>, Option<usize>) {
    let node = &routing.routers[router].node;
    let all = ["ntp server", "ntp peer"]
        .into_iter()
        .flat_map(|kind| node.all(kind).map(move |s| (kind, s)));
    let associations: Vec<Association> = all
        .filter(|(_, s)| !s.negated)
        .map(|(kind, s)| association(routing, router, kind == "ntp peer", s, depth))
        .collect();
    let usable = associations
        .iter()
        .enumerate()
        .filter_map(|(at, own)| Some((at, own, own.server.as_ref()?)));
    let best = usable
        .min_by_key(|(at, own, server)| (!own.prefer, server.stratum, *at))
        .map(|(at, ..)| at);
    (associations, best)
}

fn association(
    routing: &Routing,
    router: usize,
    peer: bool,
    line: &Statement,
    depth: u32,
) -> Association {
    let vrf = line.value("vrf").map(ToString::to_string);
    let host = line
        .value("host")
        .or_else(|| line.value("host6"))
        .unwrap_or_default();
    let address: Option<IpAddr> = parsed(line, "host").or_else(|| parsed(line, "host6"));
    let mut association = Association {
        host: host.to_string(),
        peer,
        prefer: line.line.contains(" prefer"),
        server: None,
        answers: false,
        vrf,
    };
    let Some(address) = address else {
        return association;
    };
    let walk = routing.walk(router, association.vrf.as_deref(), address);
    let back = routing
        .echo(router, association.vrf.as_deref(), None, address)
        .is_ok();
    if let End::Arrived { router: far, .. } = walk.end
        && back
        && far != router
    {
        association.server =
            serves(routing, far, depth + 1).filter(|server| server.stratum < STRATUM_MAX);
        association.answers =
            association.server.is_some() || routing.routers[far].node.has("ntp server");
    }
    association
}

fn serves(routing: &Routing, router: usize, depth: u32) -> Option<Server> {
    if depth > STRATUM_MAX {
        return None;
    }
    let node = &routing.routers[router].node;
    let (all, best) = asked(routing, router, depth);
    let master = node.get("ntp master").filter(|s| !s.negated);
    let own = master.map(|s| parsed(s, "stratum").unwrap_or(8));
    let followed = best.and_then(|best| {
        let server = all[best].server.as_ref()?;
        Some((server.stratum + 1, all[best].host.clone()))
    });
    match (own, followed) {
        (Some(stratum), followed)
            if followed
                .as_ref()
                .is_none_or(|(theirs, _)| stratum < *theirs) =>
        {
            Some(Server {
                stratum,
                reference: "127.127.1.1".to_string(),
            })
        }
        (_, Some((stratum, reference))) if stratum < STRATUM_MAX => {
            Some(Server { stratum, reference })
        }
        _ => None,
    }
}
