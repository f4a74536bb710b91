//! Paths spread from speaker to speaker until nothing changes any more.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Instances;
use super::origin::{apply, blank, own_path};
use super::path::{Origin, Path};
use super::session::{Session, SessionState};
use super::speaker::{Family, Peer, PeerPolicy, Speaker};
use crate::network::Node;
use crate::network::routing::Routing;
use crate::network::routing::defaults::bgp as defaults;
use crate::network::routing::policy::{Candidate, Changes, access_list, prefix_list, route_map};
use crate::network::routing::prefix::Prefix;
use crate::network::routing::redistribution::taken;
use crate::network::routing::table::{Route, Source, Table};

/// How often paths are passed on: one pass for each speaker that a path crosses. Longer chains of AS are cut.
const PASSES_MAX: usize = 32;

/// What has spread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub(crate) instances: Instances,
}

/// The paths of one VRF of one speaker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Instance {
    /// The best one first.
    pub(crate) paths: BTreeMap<Prefix, Vec<Path>>,
}

impl Instance {
    pub(crate) fn best(&self) -> impl Iterator<Item = &Path> {
        self.paths
            .values()
            .filter_map(|paths| paths.first())
            .filter(|path| path.valid)
    }

    /// How many paths a peer told of.
    pub(crate) fn received(&self, peer: usize, v4: bool) -> usize {
        let all = self.paths.values().flatten();
        all.filter(|path| {
            matches!(path.learned, Origin::Peer { number, .. } if number == peer)
                && path.prefix.is_v4() == v4
        })
        .count()
    }
}

/// All that a pass looks at.
struct Pass<'d> {
    speakers: &'d [Speaker],
    sessions: &'d [Vec<Session>],
    routing: &'d Routing,
}

/// Lets paths spread.
pub(super) fn settle(
    speakers: &[Speaker],
    sessions: &[Vec<Session>],
    routing: &Routing,
) -> Exchange {
    let pass = Pass {
        speakers,
        sessions,
        routing,
    };
    let mut own = Instances::new();
    for (at, speaker) in speakers.iter().enumerate() {
        let vrfs = speaker
            .peers
            .iter()
            .map(|peer| peer.vrf.clone())
            .chain(speaker.tables.keys().cloned());
        for vrf in vrfs {
            let paths = pass.originated(at, vrf.as_deref());
            own.insert((at, vrf), sorted(paths, speaker));
        }
    }
    let mut now = own.clone();
    for _ in 0..PASSES_MAX {
        let next = pass.next(&own, &now);
        if next == now {
            break;
        }
        now = next;
    }
    Exchange { instances: now }
}

/// What a speaker tells one of its peers now.
pub(super) fn told(
    speakers: &[Speaker],
    sessions: &[Vec<Session>],
    routing: &Routing,
    from: (usize, usize),
    family: Family,
    exchange: &Exchange,
) -> Vec<Path> {
    Pass {
        speakers,
        sessions,
        routing,
    }
    .told(from, family, &exchange.instances)
}

fn sorted(paths: Vec<Path>, speaker: &Speaker) -> Instance {
    let mut instance = Instance::default();
    for path in paths {
        instance.paths.entry(path.prefix).or_default().push(path);
    }
    for paths in instance.paths.values_mut() {
        paths.sort_by(|a, b| a.compare(b, speaker.always_compare_med));
    }
    instance
}

impl Pass<'_> {
    fn node(&self, speaker: usize) -> &Node {
        &self.routing.routers[self.speakers[speaker].router].node
    }

    fn table(&self, speaker: usize, vrf: Option<&str>) -> Option<&Table> {
        self.routing.table(self.speakers[speaker].router, vrf)
    }

    fn next(&self, own: &Instances, now: &Instances) -> Instances {
        let all = own.iter().map(|((at, vrf), instance)| {
            let mut paths: Vec<Path> = instance.paths.values().flatten().cloned().collect();
            for (number, peer) in self.speakers[*at]
                .peers
                .iter()
                .enumerate()
                .filter(|(_, peer)| peer.vrf == *vrf)
            {
                paths.extend(self.received(*at, number, peer, now));
            }
            paths.extend(self.aggregates(*at, vrf.as_deref(), &paths));
            ((*at, vrf.clone()), sorted(paths, &self.speakers[*at]))
        });
        all.collect()
    }

    /// What `network`, `redistribute` and `default-information originate` bring in.
    fn originated(&self, at: usize, vrf: Option<&str>) -> Vec<Path> {
        let speaker = &self.speakers[at];
        let (Some(table), Some(origination)) = (
            self.table(at, vrf),
            speaker.tables.get(&vrf.map(ToString::to_string)),
        ) else {
            return Vec::new();
        };
        let mut paths: Vec<Path> = Vec::new();
        for (prefix, map) in &origination.networks {
            let route = table
                .exact(*prefix)
                .filter(|route| !matches!(route.source, Source::Bgp(_)));
            let changes = route.and_then(|route| {
                changes(
                    self.node(at),
                    map.as_deref(),
                    route.prefix,
                    route.metric,
                    route.source.word(),
                )
            });
            if let (Some(route), Some(changes)) = (route, changes) {
                paths.push(own_path(speaker, route, 'i', &changes));
            }
        }
        for redistribution in &origination.redistributions {
            for (route, changes) in taken(self.node(at), redistribution, table) {
                let mut path = own_path(speaker, route, '?', &changes);
                path.metric = changes.metric.or(redistribution.metric).or(path.metric);
                if !paths.iter().any(|known| known.prefix == path.prefix) {
                    paths.push(path);
                }
            }
        }
        if origination.default_route {
            let everywhere = table
                .exact(Prefix::default_v4())
                .filter(|route| !matches!(route.source, Source::Bgp(_)));
            paths
                .extend(everywhere.map(|route| own_path(speaker, route, '?', &Changes::default())));
        }
        paths
    }

    /// Aggregates of which there is a part.
    fn aggregates(&self, at: usize, vrf: Option<&str>, paths: &[Path]) -> Vec<Path> {
        let speaker = &self.speakers[at];
        let tables = speaker.tables.get(&vrf.map(ToString::to_string));
        let wanted = tables.into_iter().flat_map(|tables| &tables.aggregates);
        let has_part = |(prefix, _): &&(Prefix, bool)| {
            paths.iter().any(|path| {
                path.valid
                    && !path.aggregate
                    && path.prefix != *prefix
                    && prefix.covers(path.prefix)
            })
        };
        let path = |(prefix, _): &(Prefix, bool)| Path {
            aggregate: true,
            ..blank(speaker, *prefix)
        };
        wanted.filter(has_part).map(path).collect()
    }

    /// What a peer tells us.
    fn received(&self, at: usize, number: usize, peer: &Peer, now: &Instances) -> Vec<Path> {
        let session = &self.sessions[at][number];
        let Some(far) = session
            .far
            .filter(|_| session.state == SessionState::Established)
        else {
            return Vec::new();
        };
        let families = session
            .families
            .iter()
            .filter(|family| matches!(family, Family::Ipv4 | Family::Ipv6));
        let mut paths = Vec::new();
        for family in families {
            let told = self.told(far, *family, now);
            let policy = peer.families.get(family).cloned().unwrap_or_default();
            paths.extend(
                told.into_iter()
                    .filter_map(|path| self.accept((at, number), &policy, far.0, path)),
            );
        }
        paths
    }

    /// What a speaker tells one of its peers.
    fn told(&self, from: (usize, usize), family: Family, now: &Instances) -> Vec<Path> {
        let (speaker, peer) = (&self.speakers[from.0], &self.speakers[from.0].peers[from.1]);
        let Some(policy) = peer.families.get(&family) else {
            return Vec::new();
        };
        let Some(instance) = now.get(&(from.0, peer.vrf.clone())) else {
            return Vec::new();
        };
        let source = self.sessions[from.0][from.1].source.unwrap_or(peer.address);
        let tables = speaker.tables.get(&peer.vrf);
        let summarized = |prefix: Prefix| {
            let all = tables.into_iter().flat_map(|tables| &tables.aggregates);
            all.filter(|(_, only)| *only)
                .any(|(range, _)| *range != prefix && range.covers(prefix))
        };
        let best = instance
            .best()
            .filter(|path| path.prefix.is_v4() == (family == Family::Ipv4));
        let mut told: Vec<Path> = best
            .filter(|path| !summarized(path.prefix) && self.may_tell(from, peer, policy, path))
            .filter_map(|path| self.sent(from, peer, policy, source, path))
            .collect();
        if policy.default_originate {
            let everywhere = if family == Family::Ipv4 {
                Prefix::default_v4()
            } else {
                Prefix::of(std::net::Ipv6Addr::UNSPECIFIED.into(), 0)
            };
            told.retain(|path| path.prefix != everywhere);
            let path = blank(speaker, everywhere);
            told.extend(self.sent(from, peer, &PeerPolicy::default(), source, &path));
        }
        told
    }

    /// Nothing goes back to where it came from; what is learned inside the AS is told inside by reflectors only.
    fn may_tell(
        &self,
        from: (usize, usize),
        peer: &Peer,
        policy: &PeerPolicy,
        path: &Path,
    ) -> bool {
        let speaker = &self.speakers[from.0];
        match path.learned {
            Origin::Own => true,
            Origin::Peer { number, .. } if number == from.1 => false,
            Origin::Peer {
                internal: false, ..
            } => true,
            Origin::Peer { .. } if !speaker.is_internal(peer) => true,
            Origin::Peer { number, .. } => {
                let family = if path.prefix.is_v4() {
                    Family::Ipv4
                } else {
                    Family::Ipv6
                };
                policy.client
                    || speaker.peers[number]
                        .families
                        .get(&family)
                        .is_some_and(|theirs| theirs.client)
            }
        }
    }

    /// A path as it leaves: filtered, and with what the session changes.
    fn sent(
        &self,
        from: (usize, usize),
        peer: &Peer,
        policy: &PeerPolicy,
        source: IpAddr,
        path: &Path,
    ) -> Option<Path> {
        let speaker = &self.speakers[from.0];
        let node = self.node(from.0);
        let lists = (
            policy.prefix_list_out.as_deref(),
            policy.list_out.as_deref(),
        );
        if !passes(node, lists, path.prefix) {
            return None;
        }
        let map = policy.map_out.as_deref();
        let changes = changes(
            node,
            map,
            path.prefix,
            path.metric.unwrap_or(0),
            source_word(path),
        )?;
        let mut sent = path.clone();
        let internal = speaker.is_internal(peer);
        if !internal {
            let own = peer.local_as.unwrap_or(speaker.asn);
            if policy.remove_private {
                sent.as_path.retain(|asn| !is_private(*asn));
            }
            if policy.as_override {
                sent.as_path
                    .iter_mut()
                    .filter(|asn| **asn == peer.remote_as)
                    .for_each(|asn| *asn = own);
            }
            sent.as_path.insert(0, own);
            // A metric from outside isn't passed on to another AS.
            sent.metric = path.metric.filter(|_| path.is_own());
            (sent.originator, sent.clusters) = (None, Vec::new());
        } else if path.is_internal() {
            sent.originator = path.originator.or(Some(path.router_id));
            sent.clusters
                .insert(0, speaker.cluster_id.unwrap_or(speaker.router_id));
        }
        if !internal
            || policy.next_hop_self && !path.is_internal()
            || path.next_hop.is_unspecified()
        {
            sent.next_hop = source;
        }
        if !policy.send_community {
            sent.communities.clear();
        }
        apply(&mut sent, &changes);
        Some(sent)
    }

    /// A path as it arrives: refused if it loops or is filtered.
    fn accept(
        &self,
        (at, number): (usize, usize),
        policy: &PeerPolicy,
        far: usize,
        mut path: Path,
    ) -> Option<Path> {
        let speaker = &self.speakers[at];
        let peer = &speaker.peers[number];
        let internal = speaker.is_internal(peer);
        let own = peer.local_as.unwrap_or(speaker.asn);
        let seen = path
            .as_path
            .iter()
            .filter(|asn| **asn == own || **asn == speaker.asn)
            .count();
        let loops = seen > policy.allow_as_in as usize
            || path.originator == Some(speaker.router_id)
            || path
                .clusters
                .contains(&speaker.cluster_id.unwrap_or(speaker.router_id))
                && !path.clusters.is_empty();
        if loops
            || !passes(
                self.node(at),
                (policy.prefix_list_in.as_deref(), policy.list_in.as_deref()),
                path.prefix,
            )
        {
            return None;
        }
        let map = policy.map_in.as_deref();
        let changes = changes(
            self.node(at),
            map,
            path.prefix,
            path.metric.unwrap_or(0),
            "bgp",
        )?;
        if !internal {
            path.local_preference = defaults::LOCAL_PREFERENCE;
        }
        path.weight = policy.weight.unwrap_or(0);
        path.learned = Origin::Peer { number, internal };
        path.from = peer.address;
        path.router_id = self.speakers[far].router_id;
        path.aggregate = false;
        apply(&mut path, &changes);
        let table = self.table(at, peer.vrf.as_deref())?;
        // A route can't lead to its own next hop.
        let leads =
            |route: &&Route| route.prefix != path.prefix || !matches!(route.source, Source::Bgp(_));
        let route = table.lookup(path.next_hop).filter(leads);
        let way = route.and_then(|_| table.resolve(path.next_hop));
        path.valid = way.is_some();
        path.igp_metric = route.map_or(0, |route| route.metric);
        Some(path)
    }
}

fn source_word(path: &Path) -> &'static str {
    if path.is_own() { "connected" } else { "bgp" }
}

/// 64512 to 65534 and 4200000000 to 4294967294 (RFC 6996).
fn is_private(asn: u32) -> bool {
    matches!(asn, 64_512..=65_534 | 4_200_000_000..=4_294_967_294)
}

fn passes(node: &Node, (prefixes, list): (Option<&str>, Option<&str>), prefix: Prefix) -> bool {
    prefixes.is_none_or(|name| prefix_list(node, name, prefix))
        && list.is_none_or(|name| access_list(node, name, prefix))
}

fn changes(
    node: &Node,
    map: Option<&str>,
    prefix: Prefix,
    metric: u32,
    source: &str,
) -> Option<Changes> {
    let candidate = Candidate {
        prefix,
        tag: 0,
        metric,
        source,
    };
    map.map_or_else(
        || Some(Changes::default()),
        |map| route_map(node, map, candidate),
    )
}
