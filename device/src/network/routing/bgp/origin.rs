//! Paths that a speaker originates, and what a route map makes of a path.

use std::net::IpAddr;

use super::path::{Origin, Path};
use super::speaker::Speaker;
use crate::network::routing::defaults::bgp as defaults;
use crate::network::routing::policy::Changes;
use crate::network::routing::prefix::Prefix;
use crate::network::routing::table::Route;

/// A path of the speaker's own to a network.
pub(super) fn blank(speaker: &Speaker, prefix: Prefix) -> Path {
    Path {
        prefix,
        next_hop: if prefix.is_v4() {
            std::net::Ipv4Addr::UNSPECIFIED.into()
        } else {
            std::net::Ipv6Addr::UNSPECIFIED.into()
        },
        as_path: Vec::new(),
        origin: 'i',
        metric: None,
        local_preference: defaults::LOCAL_PREFERENCE,
        weight: defaults::LOCAL_WEIGHT,
        learned: Origin::Own,
        from: std::net::Ipv4Addr::UNSPECIFIED.into(),
        router_id: speaker.router_id,
        originator: None,
        clusters: Vec::new(),
        communities: Vec::new(),
        aggregate: false,
        valid: true,
        igp_metric: 0,
    }
}

pub(super) fn own_path(speaker: &Speaker, route: &Route, origin: char, changes: &Changes) -> Path {
    let mut path = Path {
        origin,
        metric: Some(route.metric),
        ..blank(speaker, route.prefix)
    };
    if let Some(next) = route.hops.first().and_then(|hop| hop.next) {
        path.next_hop = next;
    }
    apply(&mut path, changes);
    path
}

pub(super) fn apply(path: &mut Path, changes: &Changes) {
    path.metric = changes.metric.or(path.metric);
    path.local_preference = changes.local_preference.unwrap_or(path.local_preference);
    path.weight = changes.weight.unwrap_or(path.weight);
    path.origin = changes.origin.unwrap_or(path.origin);
    path.next_hop = changes.next_hop.map_or(path.next_hop, IpAddr::V4);
    path.as_path.splice(0..0, changes.prepend.iter().copied());
    if !changes.communities.is_empty() {
        let additive = changes.communities.iter().any(|word| word == "additive");
        if !additive {
            path.communities.clear();
        }
        let set = changes
            .communities
            .iter()
            .filter(|word| !matches!(word.as_str(), "additive" | "none"));
        path.communities.extend(set.cloned());
    }
}
