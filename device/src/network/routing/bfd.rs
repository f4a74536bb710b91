//! BFD sessions (RFC 5880, 5881): where two ends have timers on their interfaces and a protocol that asks for it.

use std::net::IpAddr;

use super::Routing;
use super::bgp::SessionState;
use super::router::Port;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) port: usize,
    pub(crate) own: IpAddr,
    pub(crate) far: IpAddr,
    pub(crate) up: bool,
    /// Who asked for it.
    pub(crate) clients: Vec<&'static str>,
    /// What this end sends and takes, in milliseconds, and how many may be missed.
    pub(crate) timers: Timers,
    pub(crate) far_timers: Option<Timers>,
    pub(crate) echo: bool,
}

/// `bfd interval … min_rx … multiplier …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timers {
    pub(crate) send_ms: u32,
    pub(crate) receive_ms: u32,
    pub(crate) multiplier: u32,
}

/// The sessions of a device.
pub(crate) fn sessions(routing: &Routing, router: usize) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    for (near, far, port, client) in wishes(routing, router) {
        let own = &routing.routers[router].ports[port];
        let Some(timers) = timers(routing, router, own) else {
            continue;
        };
        if let Some(known) = sessions
            .iter_mut()
            .find(|session| session.far == far && session.port == port)
        {
            if !known.clients.contains(&client) {
                known.clients.push(client);
            }
            continue;
        }
        let theirs = other_end(routing, router, port, near, far);
        let node = &routing.routers[router].node;
        let echo = !own.lines(node).refuses("bfd echo");
        sessions.push(Session {
            port,
            own: near,
            far,
            up: theirs.is_some(),
            clients: vec![client],
            timers,
            far_timers: theirs,
            echo,
        });
    }
    sessions
}

/// Own address, neighbour, interface and protocol of each neighbour that a protocol wants to watch.
fn wishes(routing: &Routing, router: usize) -> Vec<(IpAddr, IpAddr, usize, &'static str)> {
    let mut wishes = Vec::new();
    let node = &routing.routers[router].node;
    for (at, process) in routing.ospf.of_router(router) {
        for neighbor in &routing.ospf.neighbors[at] {
            let own = &process.attached[neighbor.attached];
            let lines = routing.routers[router].ports[own.port].lines(node);
            if process.bfd || lines.has("ip ospf bfd") {
                wishes.push((own.address, neighbor.address, own.port, "OSPF"));
            }
        }
    }
    if let Some(at) = routing.bgp.of_router(router) {
        for (peer, session) in routing.bgp.speakers[at]
            .peers
            .iter()
            .zip(&routing.bgp.sessions[at])
        {
            if let (true, SessionState::Established, Some(source), Some(port)) =
                (peer.bfd, session.state, session.source, session.port)
            {
                wishes.push((source, peer.address, port, "BGP"));
            }
        }
    }
    wishes
}

fn timers(routing: &Routing, router: usize, port: &Port) -> Option<Timers> {
    let lines = port.lines(&routing.routers[router].node);
    Some(Timers {
        send_ms: lines.value("bfd interval", "interval")?,
        receive_ms: lines.value("bfd interval", "receive")?,
        multiplier: lines.value("bfd interval", "multiplier")?,
    })
}

/// The timers of the other end, if it wants the session too.
fn other_end(
    routing: &Routing,
    router: usize,
    port: usize,
    near: IpAddr,
    far: IpAddr,
) -> Option<Timers> {
    let others = routing.on_segment((router, port));
    let place = others
        .into_iter()
        .find(|place| routing.routers[place.0].ports[place.1].has(far))?;
    let wanted = wishes(routing, place.0)
        .into_iter()
        .any(|(own, other, ..)| own == far && other == near);
    timers(routing, place.0, &routing.routers[place.0].ports[place.1]).filter(|_| wanted)
}
