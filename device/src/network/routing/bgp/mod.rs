//! BGP (RFC 4271): speakers and their neighbours, which sessions come up, and the paths that they exchange.
//!
//! Known limits: routes are exchanged for IPv4 and IPv6 unicast, in the global table and in VRFs; for VPN, EVPN and
//! multicast families a session comes up but carries nothing. Communities are carried and shown, and not acted on.

mod exchange;
mod inherited;
mod install;
mod origin;
mod path;
mod session;
mod speaker;

use std::collections::BTreeMap;

use exchange::Exchange;
pub(crate) use exchange::Instance;
pub(crate) use path::{Origin, Path};
pub(crate) use session::{Session, SessionState};
pub(crate) use speaker::{Family, Peer, PeerPolicy, Speaker};

use super::Routing;
use super::router::Port;
use super::table::Route;

/// Every BGP speaker of a network, its sessions and paths.
#[derive(Debug, Default)]
pub(crate) struct Domain {
    pub(crate) speakers: Vec<Speaker>,
    /// For each speaker, one for each of its peers.
    pub(crate) sessions: Vec<Vec<Session>>,
    pub(crate) exchange: Exchange,
}

impl Domain {
    /// Reads the speakers.
    pub(crate) fn new(routing: &Routing) -> Self {
        let all = routing.routers.iter().enumerate();
        let mut speakers: Vec<Speaker> = all
            .filter_map(|(at, router)| speaker::read(at, router))
            .collect();
        for at in 0..speakers.len() {
            let callers = callers(&speakers, at, routing);
            speakers[at].peers.extend(callers);
        }
        Self {
            speakers,
            ..Self::default()
        }
    }

    /// Lets sessions come up and paths spread, with what the tables of all routers have now.
    pub(crate) fn settle(&mut self, routing: &Routing) {
        self.sessions = session::all(&self.speakers, routing);
        self.exchange = exchange::settle(&self.speakers, &self.sessions, routing);
    }

    /// The routes that each speaker puts into its tables: router, VRF, routes.
    pub(crate) fn routes(&self) -> Vec<(usize, Option<String>, Vec<Route>)> {
        install::routes(&self.speakers, &self.exchange)
    }

    /// What a speaker tells one of its peers, if the session carries the family.
    pub(crate) fn told(
        &self,
        routing: &Routing,
        from: (usize, usize),
        family: Family,
    ) -> Vec<Path> {
        let session = &self.sessions[from.0][from.1];
        let carries =
            session.state == SessionState::Established && session.families.contains(&family);
        if carries {
            exchange::told(
                &self.speakers,
                &self.sessions,
                routing,
                from,
                family,
                &self.exchange,
            )
        } else {
            Vec::new()
        }
    }

    /// The speaker that a device is.
    pub(crate) fn of_router(&self, router: usize) -> Option<usize> {
        self.speakers
            .iter()
            .position(|speaker| speaker.router == router)
    }

    /// The instance of a VRF of a speaker.
    pub(crate) fn instance(&self, speaker: usize, vrf: Option<&str>) -> Option<&Instance> {
        self.exchange
            .instances
            .get(&(speaker, vrf.map(ToString::to_string)))
    }
}

/// The neighbours that call a speaker from a range that it listens to: who has it as a neighbour, and an address in the
/// range to call from.
fn callers(speakers: &[Speaker], at: usize, routing: &Routing) -> Vec<Peer> {
    let own = &routing.routers[speakers[at].router];
    let mut callers: Vec<Peer> = Vec::new();
    for (range, group) in &speakers[at].listens {
        for caller in speakers
            .iter()
            .filter(|caller| caller.router != speakers[at].router)
        {
            let router = &routing.routers[caller.router];
            let means_us =
                |peer: &&Peer| !peer.dynamic && own.with_address(None, peer.address).is_some();
            for peer in caller.peers.iter().filter(means_us) {
                let named = |port: &&Port| {
                    peer.update_source
                        .as_ref()
                        .is_none_or(|name| *name == port.name)
                };
                let ports = router
                    .ports
                    .iter()
                    .filter(|port| port.up && port.vrf().is_none());
                let mut sources = ports
                    .filter(named)
                    .filter_map(|port| port.address_of(peer.address.is_ipv4()));
                let Some(address) = sources.find(|address| range.has(*address)) else {
                    continue;
                };
                let known = speakers[at]
                    .peers
                    .iter()
                    .chain(&callers)
                    .any(|known| known.address == address);
                if !known {
                    callers.push(Peer {
                        address,
                        ..group.clone()
                    });
                }
            }
        }
    }
    callers
}

/// Instances by speaker and VRF.
pub(crate) type Instances = BTreeMap<(usize, Option<String>), Instance>;
