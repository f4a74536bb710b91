//! BGP: sessions, families, and the paths to each network.

mod policy;

use serde::Serialize;

use self::policy::{PolicyView, policy_view};
use super::Snapshot;
use super::age::{age, between};
use super::routes::{OWN, text};
use crate::network::routing::Routing;
use crate::network::routing::bgp::{
    Family, Instance, Origin, Path, Peer, Session, SessionState, Speaker,
};
use crate::network::routing::defaults::bgp::LOCAL_PREFERENCE;
use crate::network::routing::findings::{BGP, DOWN, ESTABLISHED, bgp_key};
use crate::network::routing::table::Source;

/// The device's BGP.
#[derive(Debug, Serialize)]
pub(super) struct BgpView {
    asn: u32,
    router_id: String,
    /// The families that any neighbour speaks, and IPv4 always; then those of VRFs.
    families: Vec<FamilyView>,
    neighbors: Vec<NeighborView>,
    distances: [u32; 3],
    maximum_paths: usize,
    uptime: String,
}

/// One table.
#[derive(Debug, Serialize)]
struct FamilyView {
    name: &'static str,
    /// `ipv4`, `vpnv4`, `evpn` …
    word: &'static str,
    vrf: Option<String>,
    rd: Option<String>,
    version: usize,
    neighbors: Vec<MemberView>,
    paths: Vec<PathView>,
    networks: usize,
    path_count: usize,
    aspaths: usize,
}

/// A neighbour in one family.
#[derive(Debug, Clone, Serialize)]
struct MemberView {
    address: String,
    remote_as: u32,
    state: &'static str,
    established: bool,
    /// The other end doesn't speak the family.
    unnegotiated: bool,
    uptime: String,
    in_messages: u64,
    out_messages: u64,
    received: usize,
    advertised: usize,
    dynamic: bool,
    policy: PolicyView,
}

/// A session.
#[derive(Debug, Serialize)]
struct NeighborView {
    address: String,
    vrf: Option<String>,
    remote_as: u32,
    local_as: u32,
    internal: bool,
    description: Option<String>,
    group: Option<String>,
    state: &'static str,
    established: bool,
    admin: bool,
    uptime: String,
    uptime_s: u64,
    router_id: String,
    local: Option<String>,
    local_port: u32,
    remote_port: u32,
    interface: Option<String>,
    keepalive: u64,
    hold: u64,
    hops: u32,
    bfd: bool,
    update_source: Option<String>,
    in_messages: u64,
    out_messages: u64,
    families: Vec<FamilyMember>,
    version: u8,
    password: bool,
}

#[derive(Debug, Serialize)]
struct FamilyMember {
    name: &'static str,
    word: &'static str,
    negotiated: bool,
    #[serde(flatten)]
    member: MemberView,
    /// What is told to it, and what it told.
    sent: Vec<PathView>,
    heard: Vec<PathView>,
}

/// A way to a network.
#[derive(Debug, Clone, Serialize)]
struct PathView {
    network: String,
    address: String,
    length: u32,
    mask: String,
    next_hop: String,
    metric: Option<u32>,
    local_preference: Option<u32>,
    weight: u32,
    path: String,
    origin: char,
    valid: bool,
    best: bool,
    multipath: bool,
    /// The best one, but the routing table has a better route.
    failed: bool,
    internal: bool,
    own: bool,
    aggregate: bool,
    from: String,
    router_id: String,
    originator: Option<String>,
    clusters: Vec<String>,
    communities: Vec<String>,
    igp_metric: u32,
    age_s: u64,
}

fn word(family: Family) -> &'static str {
    match family {
        Family::Ipv4 => "ipv4",
        Family::Ipv6 => "ipv6",
        Family::Vpnv4 => "vpnv4",
        Family::Vpnv6 => "vpnv6",
        Family::Ipv4Multicast => "ipv4-multicast",
        Family::Ipv6Multicast => "ipv6-multicast",
        Family::Ipv4Mvpn => "mvpn",
        Family::Evpn => "evpn",
    }
}

/// What a view is made from.
struct Here<'s> {
    snapshot: &'s Snapshot,
    routing: &'s Routing,
    at: usize,
    speaker: &'s Speaker,
}

/// The device's BGP, if it speaks it.
pub(super) fn view(snapshot: &Snapshot) -> Option<BgpView> {
    let routing = snapshot.network().routing();
    let at = routing.bgp.of_router(OWN)?;
    let here = Here {
        snapshot,
        routing,
        at,
        speaker: &routing.bgp.speakers[at],
    };
    let tables = here.speaker.tables.get(&None);
    Some(BgpView {
        asn: here.speaker.asn,
        router_id: here.speaker.router_id.to_string(),
        families: here.families(),
        neighbors: (0..here.speaker.peers.len())
            .map(|number| here.neighbor(number))
            .collect(),
        distances: tables.map_or([20, 200, 200], |tables| tables.distances),
        maximum_paths: tables.map_or(1, |tables| tables.maximum_paths[0]),
        uptime: age(between(snapshot.booted, snapshot.now)),
    })
}

impl Here<'_> {
    fn session(&self, number: usize) -> &Session {
        &self.routing.bgp.sessions[self.at][number]
    }

    fn families(&self) -> Vec<FamilyView> {
        let mut wanted: Vec<(Family, Option<String>)> = vec![(Family::Ipv4, None)];
        for peer in &self.speaker.peers {
            for family in peer.families.keys() {
                let key = (*family, peer.vrf.clone());
                if !wanted.contains(&key) {
                    wanted.push(key);
                }
            }
        }
        for vrf in self.speaker.tables.keys().filter(|vrf| vrf.is_some()) {
            let key = (Family::Ipv4, vrf.clone());
            if !wanted.contains(&key) {
                wanted.push(key);
            }
        }
        wanted.sort_by(|a, b| (a.1.as_deref(), a.0).cmp(&(b.1.as_deref(), b.0)));
        wanted
            .into_iter()
            .map(|(family, vrf)| self.family(family, vrf))
            .collect()
    }

    fn family(&self, family: Family, vrf: Option<String>) -> FamilyView {
        let paths = match family {
            Family::Ipv4 | Family::Ipv6 => self.paths(vrf.as_deref(), family == Family::Ipv4),
            _ => Vec::new(),
        };
        let members = self
            .speaker
            .peers
            .iter()
            .enumerate()
            .filter(|(_, peer)| peer.vrf == vrf && peer.families.contains_key(&family));
        let node = &self.routing.routers[OWN].node;
        let definition = vrf.as_deref().and_then(|vrf| {
            node.all("vrf definition")
                .find(|s| s.value("vrf") == Some(vrf))
        });
        let rd = definition.and_then(|s| {
            node.below(s.block.as_ref(), "rd")
                .find_map(|s| s.value("rd").map(ToString::to_string))
        });
        let mut networks: Vec<&str> = paths.iter().map(|path| path.network.as_str()).collect();
        networks.dedup();
        let networks = networks.len();
        let mut aspaths: Vec<&str> = paths
            .iter()
            .map(|path| path.path.as_str())
            .filter(|path| !path.is_empty())
            .collect();
        aspaths.sort_unstable();
        aspaths.dedup();
        let aspaths = aspaths.len();
        FamilyView {
            name: family.text(),
            word: word(family),
            rd,
            version: paths.len() + 1,
            neighbors: members
                .map(|(number, peer)| self.member(number, peer, family))
                .collect(),
            networks,
            aspaths,
            path_count: paths.len(),
            paths,
            vrf,
        }
    }

    fn paths(&self, vrf: Option<&str>, v4: bool) -> Vec<PathView> {
        let instance = self.routing.bgp.instance(self.at, vrf);
        let all = instance
            .into_iter()
            .flat_map(|instance| &instance.paths)
            .filter(|(prefix, _)| prefix.is_v4() == v4);
        all.flat_map(|(_, paths)| {
            paths
                .iter()
                .enumerate()
                .map(|(rank, path)| self.path(vrf, path, rank, paths))
        })
        .collect()
    }

    fn path(&self, vrf: Option<&str>, path: &Path, rank: usize, all: &[Path]) -> PathView {
        let best = rank == 0 && path.valid;
        let most = self
            .speaker
            .tables
            .get(&vrf.map(ToString::to_string))
            .map_or(1, |t| t.maximum_paths[usize::from(path.is_internal())]);
        let shares = all
            .first()
            .is_some_and(|best| path.is_as_good(best, self.speaker.multipath_relax));
        let since = match path.learned {
            Origin::Own => self.snapshot.booted,
            Origin::Peer { number, .. } => {
                self.snapshot
                    .since(BGP, &bgp_key(&self.speaker.peers[number]), ESTABLISHED)
            }
        };
        let as_path: Vec<String> = path.as_path.iter().map(ToString::to_string).collect();
        PathView {
            network: path.prefix.to_string(),
            address: text(path.prefix.address()),
            length: path.prefix.length(),
            mask: path.prefix.mask().to_string(),
            next_hop: text(path.next_hop),
            metric: path.metric,
            local_preference: Some(path.local_preference)
                .filter(|preference| path.is_internal() || *preference != LOCAL_PREFERENCE),
            weight: path.weight,
            path: as_path.join(" "),
            origin: path.origin,
            valid: path.valid,
            best,
            multipath: !best && rank < most && shares,
            failed: best && !path.is_own() && self.loses(vrf, path),
            internal: path.is_internal(),
            own: path.is_own(),
            aggregate: path.aggregate,
            from: text(path.from),
            router_id: path.router_id.to_string(),
            originator: path.originator.map(|id| id.to_string()),
            clusters: path.clusters.iter().map(ToString::to_string).collect(),
            communities: path.communities.clone(),
            igp_metric: path.igp_metric,
            age_s: self.snapshot.now.since(since).as_secs(),
        }
    }

    /// Whether another protocol's route to a network is in the table.
    fn loses(&self, vrf: Option<&str>, path: &Path) -> bool {
        let table = self.routing.table(OWN, vrf);
        let route = table.and_then(|table| table.exact(path.prefix));
        route.is_some_and(|route| !matches!(route.source, Source::Bgp(_)))
    }

    /// How long a session has been as it is; `never` if it has not been up.
    fn uptime(&self, peer: &Peer, session: &Session) -> (String, u64) {
        let up = session.state == SessionState::Established;
        let state = if up { ESTABLISHED } else { DOWN };
        let since = self.snapshot.since(BGP, &bgp_key(peer), state);
        if !up && self.snapshot.memory.was_always(BGP, &bgp_key(peer), state) {
            return ("never".to_string(), 0);
        }
        let duration = between(since, self.snapshot.now);
        (age(duration), duration.as_secs())
    }

    fn member(&self, number: usize, peer: &Peer, family: Family) -> MemberView {
        let session = self.session(number);
        let established = session.state == SessionState::Established;
        let (uptime, seconds) = self.uptime(peer, session);
        let policy = peer.families.get(&family).cloned().unwrap_or_default();
        let (received, advertised) = self.counts(number, peer, family);
        let messages = messages(established, seconds, peer.keepalive_s);
        MemberView {
            address: text(peer.address),
            remote_as: peer.remote_as,
            state: session.state.text(),
            established,
            unnegotiated: established && !session.families.contains(&family),
            uptime,
            in_messages: messages + received as u64,
            out_messages: messages + advertised as u64,
            received,
            advertised,
            dynamic: peer.dynamic,
            policy: policy_view(&policy),
        }
    }

    /// How many prefixes a peer told of, and is told of.
    fn counts(&self, number: usize, peer: &Peer, family: Family) -> (usize, usize) {
        let v4 = match family {
            Family::Ipv4 => true,
            Family::Ipv6 => false,
            _ => return (0, 0),
        };
        let received = self
            .instance(peer)
            .map_or(0, |instance| instance.received(number, v4));
        let told = self
            .routing
            .bgp
            .told(self.routing, (self.at, number), family)
            .len();
        (received, told)
    }

    fn instance(&self, peer: &Peer) -> Option<&Instance> {
        self.routing.bgp.instance(self.at, peer.vrf.as_deref())
    }

    fn neighbor(&self, number: usize) -> NeighborView {
        let peer = &self.speaker.peers[number];
        let session = self.session(number);
        let established = session.state == SessionState::Established;
        let (uptime, uptime_s) = self.uptime(peer, session);
        let internal = self.speaker.is_internal(peer);
        let families: Vec<FamilyMember> = peer
            .families
            .keys()
            .map(|family| self.family_member(number, peer, *family))
            .collect();
        let told: usize = families.iter().map(|family| family.member.advertised).sum();
        let heard: usize = families.iter().map(|family| family.member.received).sum();
        let messages = messages(established, uptime_s, peer.keepalive_s);
        let calls = established && session.source.is_some_and(|source| source < peer.address);
        let ephemeral = 11_000 + u32::try_from(number).unwrap_or(0) * 37 % 40_000;
        NeighborView {
            address: text(peer.address),
            vrf: peer.vrf.clone(),
            remote_as: peer.remote_as,
            local_as: peer.local_as.unwrap_or(self.speaker.asn),
            internal,
            description: peer.description.clone(),
            group: peer.group.clone(),
            state: if session.state == SessionState::Admin {
                "Idle"
            } else {
                session.state.text()
            },
            established,
            admin: session.state == SessionState::Admin,
            uptime,
            uptime_s,
            router_id: session
                .router_id
                .map_or("0.0.0.0".to_string(), |id| id.to_string()),
            local: session.source.map(text),
            local_port: if calls { ephemeral } else { 179 },
            remote_port: if calls { 179 } else { ephemeral },
            interface: session
                .port
                .map(|port| self.routing.routers[OWN].ports[port].name.clone()),
            keepalive: peer.keepalive_s,
            hold: peer.hold_s,
            hops: if internal {
                255
            } else {
                peer.hops.unwrap_or(1)
            },
            bfd: peer.bfd,
            update_source: peer.update_source.clone(),
            in_messages: messages + heard as u64,
            out_messages: messages + told as u64,
            families,
            version: 4,
            password: peer.password.is_some(),
        }
    }

    fn family_member(&self, number: usize, peer: &Peer, family: Family) -> FamilyMember {
        let unicast = matches!(family, Family::Ipv4 | Family::Ipv6);
        let told = if unicast {
            self.routing
                .bgp
                .told(self.routing, (self.at, number), family)
        } else {
            Vec::new()
        };
        let vrf = peer.vrf.as_deref();
        let all = if unicast {
            self.paths(vrf, family == Family::Ipv4)
        } else {
            Vec::new()
        };
        let address = text(peer.address);
        // What is told is shown as it stands in our table.
        let sent = all.iter().filter(|path| {
            path.best
                && told
                    .iter()
                    .any(|told| told.prefix.to_string() == path.network)
        });
        FamilyMember {
            name: family.text(),
            word: word(family),
            negotiated: self.session(number).families.contains(&family),
            member: self.member(number, peer, family),
            sent: sent.cloned().collect(),
            heard: all
                .iter()
                .filter(|path| !path.own && path.from == address)
                .cloned()
                .collect(),
        }
    }
}

/// An OPEN, then a KEEPALIVE each interval.
fn messages(established: bool, seconds: u64, keepalive_s: u64) -> u64 {
    if established {
        2 + seconds / keepalive_s.max(1)
    } else {
        0
    }
}
