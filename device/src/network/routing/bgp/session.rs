//! Which sessions come up (RFC 4271, section 8): both ends know each other by the address that the other sends from,
//! reach each other, and agree on AS numbers and password.

use std::net::IpAddr;

use super::speaker::{Family, Peer, Speaker};
use crate::network::routing::Routing;
use crate::network::routing::table::Source;

/// A session from one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) state: SessionState,
    /// The other end: speaker and peer.
    pub(crate) far: Option<(usize, usize)>,
    /// The address that packets are sent from.
    pub(crate) source: Option<IpAddr>,
    /// The interface that they leave through.
    pub(crate) port: Option<usize>,
    /// What both ends activated.
    pub(crate) families: Vec<Family>,
    /// The other end's router id.
    pub(crate) router_id: Option<std::net::Ipv4Addr>,
}

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionState {
    /// The operator shut it down.
    Admin,
    /// There is no way to the neighbour, or it refuses us.
    Idle,
    /// The neighbour doesn't answer.
    Active,
    Established,
}

impl SessionState {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Admin => "Idle (Admin)",
            Self::Idle => "Idle",
            Self::Active => "Active",
            Self::Established => "Established",
        }
    }
}

/// The sessions of all speakers.
pub(super) fn all(speakers: &[Speaker], routing: &Routing) -> Vec<Vec<Session>> {
    let one = |at: usize| {
        (0..speakers[at].peers.len())
            .map(|peer| session(speakers, routing, at, peer))
            .collect()
    };
    (0..speakers.len()).map(one).collect()
}

fn session(speakers: &[Speaker], routing: &Routing, at: usize, number: usize) -> Session {
    let (speaker, peer) = (&speakers[at], &speakers[at].peers[number]);
    let mut session = Session {
        state: SessionState::Idle,
        far: None,
        source: None,
        port: None,
        families: Vec::new(),
        router_id: None,
    };
    if peer.shutdown {
        session.state = SessionState::Admin;
        return session;
    }
    let Some((source, port)) = source(routing, speaker, peer) else {
        return session;
    };
    (session.source, session.port) = (Some(source), Some(port));
    if !is_near_enough(routing, speaker, peer) {
        return session;
    }
    session.state = SessionState::Active;
    let Some(far) = other_end(speakers, routing, at, number, source) else {
        return session;
    };
    let (far_speaker, far_peer) = (&speakers[far.0], &speakers[far.0].peers[far.1]);
    let known_as = |of: &Speaker, peer: &Peer| peer.local_as.unwrap_or(of.asn);
    if known_as(far_speaker, far_peer) != peer.remote_as
        || known_as(speaker, peer) != far_peer.remote_as
    {
        session.state = SessionState::Idle;
        return session;
    }
    if far_peer.shutdown
        || far_peer.password != peer.password
        || speaker.router_id == far_speaker.router_id
    {
        return session;
    }
    if !is_near_enough(routing, far_speaker, far_peer) {
        return session;
    }
    session.state = SessionState::Established;
    session.far = Some(far);
    session.router_id = Some(far_speaker.router_id);
    session.families = peer
        .families
        .keys()
        .filter(|family| far_peer.families.contains_key(family))
        .copied()
        .collect();
    session
}

/// The address and interface that packets to a peer are sent from.
fn source(routing: &Routing, speaker: &Speaker, peer: &Peer) -> Option<(IpAddr, usize)> {
    let router = &routing.routers[speaker.router];
    let way = routing
        .table(speaker.router, peer.vrf.as_deref())?
        .resolve(peer.address)?;
    let port = way.port?;
    let from = match &peer.update_source {
        Some(name) => router
            .ports
            .get(router.port(name)?)
            .filter(|port| port.up)?,
        None => &router.ports[port],
    };
    let address = if peer.address.is_ipv6() && is_link_local(peer.address) {
        from.interface.link_local.map(IpAddr::V6)
    } else {
        from.address_of(peer.address.is_ipv4())
    };
    Some((address?, port))
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
}

/// An external peer must be on a network of ours, unless it may be further.
fn is_near_enough(routing: &Routing, speaker: &Speaker, peer: &Peer) -> bool {
    if speaker.is_internal(peer) || peer.hops.is_some_and(|hops| hops > 1) || peer.unchecked {
        return true;
    }
    let table = routing.table(speaker.router, peer.vrf.as_deref());
    let route = table.and_then(|table| table.lookup(peer.address));
    route.is_some_and(|route| route.source == Source::Connected)
}

/// The neighbour line of the device that has the peer's address, if it is meant for us.
fn other_end(
    speakers: &[Speaker],
    routing: &Routing,
    at: usize,
    number: usize,
    source_of_own: IpAddr,
) -> Option<(usize, usize)> {
    let (speaker, peer) = (&speakers[at], &speakers[at].peers[number]);
    let (router, vrf, hops) = routing
        .walk(speaker.router, peer.vrf.as_deref(), peer.address)
        .arrived()?;
    let limit = |speaker: &Speaker, peer: &Peer| {
        if speaker.is_internal(peer) {
            255
        } else {
            peer.hops.unwrap_or(1)
        }
    };
    let far = speakers.iter().position(|far| far.router == router)?;
    if far == at || hops > limit(speaker, peer) as usize {
        return None;
    }
    let own = &routing.routers[speaker.router];
    let meant = |theirs: &Peer| {
        if theirs.vrf.as_deref() != vrf.as_deref()
            || own
                .with_address(peer.vrf.as_deref(), theirs.address)
                .is_none()
        {
            return false;
        }
        let their_source = source(routing, &speakers[far], theirs).map(|(address, _)| address);
        theirs.address == source_of_own || their_source == Some(peer.address)
    };
    let found = speakers[far].peers.iter().position(meant)?;
    let back = routing
        .walk(router, vrf.as_deref(), speakers[far].peers[found].address)
        .arrived()?;
    (back.0 == speaker.router).then_some((far, found))
}
