//! Static routes: those whose way out works.

use std::net::IpAddr;

use super::Tracks;
use super::defaults::distance;
use super::lines::parsed;
use super::prefix::Prefix;
use super::router::Router;
use super::table::{Hop, Route, Source, Table};
use crate::config::Statement;

/// A static route as it is configured.
#[derive(Debug)]
pub(crate) struct Static {
    pub(crate) vrf: Option<String>,
    prefix: Prefix,
    next: Option<IpAddr>,
    interface: Option<String>,
    distance: u32,
    tag: u32,
    /// The next hop is in the global table (`global`).
    global: bool,
    track: Option<u32>,
    permanent: bool,
}

/// The static routes of a device.
pub(crate) fn read(router: &Router) -> Vec<Static> {
    let kinds = ["ip route", "ip route vrf", "ipv6 route", "ipv6 route vrf"];
    let all = kinds
        .iter()
        .flat_map(|kind| router.node.all(kind))
        .filter(|s| !s.negated);
    let mut statics: Vec<Static> = all.filter_map(of_line).collect();
    statics.extend(default_gateway(router));
    statics
}

fn of_line(line: &Statement) -> Option<Static> {
    let masked = || Prefix::masked(parsed(line, "prefix")?, parsed(line, "mask")?);
    Some(Static {
        vrf: line.value("vrf").map(ToString::to_string),
        prefix: masked().or_else(|| parsed(line, "prefix"))?,
        next: parsed(line, "next"),
        interface: line.value("interface").map(ToString::to_string),
        distance: parsed(line, "distance").unwrap_or(distance::STATIC),
        tag: parsed(line, "tag").unwrap_or(0),
        global: line.line.ends_with(" global") || line.line.contains(" global "),
        track: parsed(line, "track"),
        permanent: line.line.ends_with(" permanent"),
    })
}

/// A device that doesn't route has its default gateway instead.
fn default_gateway(router: &Router) -> Option<Static> {
    let line = router
        .node
        .get("ip default-gateway")
        .filter(|s| !s.negated && !router.forwards)?;
    Some(Static {
        vrf: None,
        prefix: Prefix::default_v4(),
        next: parsed(line, "address"),
        interface: None,
        distance: distance::STATIC,
        tag: 0,
        global: false,
        track: None,
        permanent: false,
    })
}

impl Static {
    /// The route, if its way out works.
    pub(crate) fn route(
        &self,
        router: &Router,
        (table, global): (Option<&Table>, Option<&Table>),
        tracks: &Tracks,
    ) -> Option<Route> {
        if self.track.is_some_and(|track| !tracks.is_up(track)) {
            return None;
        }
        let hop = match (&self.interface, self.next) {
            (Some(name), _) if name.starts_with("Null") => Hop {
                next: None,
                port: None,
                sink: Some("Null0"),
            },
            (Some(name), next) => {
                let port = router
                    .port(name)
                    .filter(|port| router.ports[*port].up || self.permanent)?;
                Hop {
                    next,
                    port: Some(port),
                    sink: None,
                }
            }
            (None, Some(next)) => {
                let table = if self.global { global? } else { table? };
                // A route can't lead to its own next hop.
                let known = table
                    .lookup(next)
                    .filter(|route| route.prefix != self.prefix || route.prefix.is_host())?;
                let loops = known.prefix == self.prefix && known.source == Source::Static;
                table.resolve(next).filter(|_| !loops)?;
                Hop {
                    next: Some(next),
                    port: None,
                    sink: None,
                }
            }
            (None, None) => return None,
        };
        Some(Route {
            prefix: self.prefix,
            source: Source::Static,
            process: String::new(),
            distance: self.distance,
            metric: 0,
            tag: self.tag,
            hops: vec![hop],
            from: None,
        })
    }
}
