//! What a device keeps an eye on of its routing protocols, and what it logs when that changes
//! (System Message Guide: OSPF, BGP, DUAL, CLNS, HSRP, VRRP, TRACK).

use super::Routing;
use super::bgp::SessionState;
use super::redundancy::{Group, Protocol, Role};
use crate::network::Network;
use crate::network::adjacency::{Finding, PROTOCOL, protocol_line};

/// The kinds of findings.
pub(crate) const OSPF: &str = "ospf";
pub(crate) const BGP: &str = "bgp";
pub(crate) const EIGRP: &str = "eigrp";
pub(crate) const ISIS: &str = "isis";
pub(crate) const STANDBY: &str = "standby";
pub(crate) const TRACK: &str = "track";
pub(crate) const BFD: &str = "bfd";
pub(crate) const PIM: &str = "pim";
pub(crate) const LISP: &str = "lisp";

/// The state of a session that carries routes; another one is down.
pub(crate) const ESTABLISHED: &str = "Established";
pub(crate) const DOWN: &str = "Down";
pub(crate) const UP: &str = "Up";

/// Where the device that asks stands in [`Routing::routers`].
const OWN: usize = 0;

fn configured(network: &Network, kinds: &[&str]) -> bool {
    kinds.iter().any(|kind| network.own().has(kind))
}

/// Of every OSPF process every neighbour.
pub(crate) fn ospf(network: &Network) -> Vec<Finding> {
    if !configured(
        network,
        &["router ospf", "router ospfv3", "ipv6 router ospf"],
    ) {
        return Vec::new();
    }
    let routing = network.routing();
    let mut findings = Vec::new();
    for (at, process) in routing.ospf.of_router(OWN) {
        for neighbor in &routing.ospf.neighbors[at] {
            let port = &routing.routers[OWN].ports[process.attached[neighbor.attached].port].name;
            let (word, tag) = if process.v4 {
                ("OSPF", "Process")
            } else {
                ("OSPFv3", "Process")
            };
            let begin = format!(
                "%{word}-5-ADJCHG: {tag} {}, Nbr {} on {port} from",
                process.id, neighbor.router_id
            );
            let full = neighbor.state == super::ospf::State::Full;
            let said = |line: String| {
                if process.logs && full {
                    vec![line]
                } else {
                    Vec::new()
                }
            };
            findings.push(Finding {
                state: neighbor.state.text().to_string(),
                initial: !full,
                gained: said(format!("{begin} LOADING to FULL, Loading Done")),
                lost: said(format!(
                    "{begin} FULL to DOWN, Neighbor Down: Dead timer expired"
                )),
                through: Some(port.clone()),
                severed: said(format!(
                    "{begin} FULL to DOWN, Neighbor Down: Interface down or detached"
                )),
                ..Finding::of(OSPF, ospf_key(routing, at, neighbor))
            });
        }
    }
    findings
}

/// Names a neighbour.
pub(crate) fn ospf_key(
    routing: &Routing,
    process: usize,
    neighbor: &super::ospf::Neighbor,
) -> String {
    let own = &routing.ospf.processes[process];
    let port = &routing.routers[own.router].ports[own.attached[neighbor.attached].port].name;
    format!(
        "{}{}/{port}/{}",
        if own.v4 { "" } else { "6/" },
        own.id,
        neighbor.router_id
    )
}

/// Every BGP session.
pub(crate) fn bgp(network: &Network) -> Vec<Finding> {
    if !configured(network, &["router bgp"]) {
        return Vec::new();
    }
    let routing = network.routing();
    let Some(at) = routing.bgp.of_router(OWN) else {
        return Vec::new();
    };
    let speaker = &routing.bgp.speakers[at];
    let pairs = speaker.peers.iter().zip(&routing.bgp.sessions[at]);
    let finding = |(peer, session): (&super::bgp::Peer, &super::bgp::Session)| {
        let vrf = peer
            .vrf
            .as_ref()
            .map(|vrf| format!(" vpn vrf {vrf}"))
            .unwrap_or_default();
        let begin = format!("%BGP-5-ADJCHANGE: neighbor {}{vrf}", peer.address);
        let up = session.state == SessionState::Established;
        let reason = match session.state {
            SessionState::Admin => "Admin. shutdown",
            _ if session.port.is_none() => "Interface flap",
            SessionState::Idle => "BGP Notification received",
            _ => "Peer closed the session",
        };
        let said = |line: String| if speaker.logs { vec![line] } else { Vec::new() };
        let removed = |reason: &str| {
            let reset = format!(
                "%BGP-5-NBR_RESET: Neighbor {}{vrf} reset ({reason})",
                peer.address
            );
            let session = format!(
                "%BGP_SESSION-5-ADJCHANGE: neighbor {}{vrf} IPv4 Unicast topology base removed from session  {reason}",
                peer.address
            );
            [
                said(reset),
                said(format!("{begin} Down {reason}")),
                said(session),
            ]
            .concat()
        };
        Finding {
            state: if up { ESTABLISHED } else { DOWN }.to_string(),
            initial: !up,
            gained: if up {
                said(format!("{begin} Up "))
            } else {
                removed(reason)
            },
            lost: if up {
                removed("Neighbor deleted")
            } else {
                Vec::new()
            },
            ..Finding::of(BGP, bgp_key(peer))
        }
    };
    pairs.map(finding).collect()
}

/// Names a session.
pub(crate) fn bgp_key(peer: &super::bgp::Peer) -> String {
    format!(
        "{}/{}",
        peer.vrf.as_deref().unwrap_or_default(),
        peer.address
    )
}

/// Every EIGRP neighbour.
pub(crate) fn eigrp(network: &Network) -> Vec<Finding> {
    if !configured(network, &["router eigrp"]) {
        return Vec::new();
    }
    let routing = network.routing();
    let mut findings = Vec::new();
    for (at, process) in routing
        .eigrp
        .processes
        .iter()
        .enumerate()
        .filter(|(_, process)| process.router == OWN)
    {
        for neighbor in &routing.eigrp.neighbors[at] {
            let port = &routing.routers[OWN].ports[process.attached[neighbor.attached].port].name;
            let begin = format!(
                "%DUAL-5-NBRCHANGE: EIGRP-IPv4 {}: Neighbor {} ({port}) is",
                process.asn, neighbor.address
            );
            let said = |line: String| if process.logs { vec![line] } else { Vec::new() };
            findings.push(Finding {
                state: UP.to_string(),
                gained: said(format!("{begin} up: new adjacency")),
                lost: said(format!("{begin} down: holding time expired")),
                through: Some(port.clone()),
                severed: said(format!("{begin} down: interface down")),
                ..Finding::of(
                    EIGRP,
                    format!("{}/{port}/{}", process.asn, neighbor.address),
                )
            });
        }
    }
    findings
}

/// Every IS-IS neighbour.
pub(crate) fn isis(network: &Network) -> Vec<Finding> {
    if !configured(network, &["router isis"]) {
        return Vec::new();
    }
    let routing = network.routing();
    let mut findings = Vec::new();
    for (at, process) in routing
        .isis
        .processes
        .iter()
        .enumerate()
        .filter(|(_, process)| process.router == OWN)
    {
        for neighbor in &routing.isis.neighbors[at] {
            let port = &routing.routers[OWN].ports[process.attached[neighbor.attached].port].name;
            let far = &routing.isis.processes[neighbor.far.0];
            let name = routing.routers[far.router].node.hostname();
            let begin = format!("%CLNS-5-ADJCHANGE: ISIS: Adjacency to {name} ({port})");
            let said = |line: String| if process.logs { vec![line] } else { Vec::new() };
            findings.push(Finding {
                state: UP.to_string(),
                gained: said(format!("{begin} Up, new adjacency")),
                lost: said(format!("{begin} Down, hold time expired")),
                through: Some(port.clone()),
                severed: said(format!("{begin} Down, interface deleted(non-iih)")),
                ..Finding::of(ISIS, format!("{}/{port}/{}", process.tag, far.system_id))
            });
        }
    }
    findings
}

/// Every HSRP and VRRP group.
pub(crate) fn standby(network: &Network) -> Vec<Finding> {
    let own = network.own();
    let has = |block: &crate::config::Block| {
        block
            .iter()
            .any(|s| s.line.starts_with("standby ") || s.line.starts_with("vrrp "))
    };
    if !own
        .settings()
        .iter()
        .filter_map(|settings| settings.block.as_ref())
        .any(has)
    {
        return Vec::new();
    }
    let routing = network.routing();
    let groups = routing
        .redundancy
        .groups
        .iter()
        .zip(&routing.redundancy.standings);
    let finding = |(group, standing): (&Group, &super::redundancy::Standing)| {
        let port = &routing.routers[OWN].ports[group.place.1].name;
        let state = role_text(group.protocol, standing.role);
        let gained = match group.protocol {
            Protocol::Hsrp { .. } => {
                let begin = format!("%HSRP-5-STATECHANGE: {port} Grp {} state", group.number);
                match standing.role {
                    Role::Active => vec![format!("{begin} Standby -> Active")],
                    Role::Standby => vec![format!("{begin} Speak -> Standby")],
                    Role::Init => vec![format!("{begin} {{old}} -> Init")],
                    Role::Listen => Vec::new(),
                }
            }
            Protocol::Vrrp => vec![format!(
                "%VRRP-6-STATECHANGE: {port} Grp {} state {{old}} -> {state}",
                group.number
            )],
        };
        Finding {
            state: state.to_string(),
            initial: standing.role == Role::Init,
            gained,
            ..Finding::of(STANDBY, standby_key(group, port))
        }
    };
    groups
        .filter(|(group, _)| group.place.0 == OWN)
        .map(finding)
        .collect()
}

/// Names a group.
pub(crate) fn standby_key(group: &Group, port: &str) -> String {
    format!("{:?}/{port}/{}", group.protocol, group.number)
}

/// What a group's state is called.
pub(crate) fn role_text(protocol: Protocol, role: Role) -> &'static str {
    match (protocol, role) {
        (_, Role::Init) => "Init",
        (Protocol::Vrrp, Role::Active) => "Master",
        (Protocol::Vrrp, _) => "Backup",
        (_, Role::Active) => "Active",
        (_, Role::Standby) => "Standby",
        (_, Role::Listen) => "Listen",
    }
}

/// Every tracked object.
pub(crate) fn tracks(network: &Network) -> Vec<Finding> {
    if !configured(network, &["track"]) {
        return Vec::new();
    }
    let routing = network.routing();
    let node = network.own();
    let finding = |(number, up): (u32, bool)| {
        let text = node
            .all("track")
            .find(|s| s.value("track") == Some(&number.to_string()))
            .map_or("", |s| &s.line);
        let what = text.splitn(3, ' ').nth(2).unwrap_or_default();
        let (from, to) = if up { (DOWN, UP) } else { (UP, DOWN) };
        Finding {
            state: to.to_string(),
            initial: !up,
            gained: vec![format!("%TRACK-6-STATE: {number} {what} {from} -> {to}")],
            ..Finding::of(TRACK, number.to_string())
        }
    };
    routing.tracks[OWN].iter().map(finding).collect()
}

/// Every BFD session.
pub(crate) fn bfd(network: &Network) -> Vec<Finding> {
    let has =
        |block: &crate::config::Block| block.iter().any(|s| s.line.starts_with("bfd interval"));
    if !network
        .own()
        .settings()
        .iter()
        .filter_map(|settings| settings.block.as_ref())
        .any(has)
    {
        return Vec::new();
    }
    let routing = network.routing();
    let finding = |session: super::bfd::Session| {
        let name = &routing.routers[OWN].ports[session.port].name;
        Finding {
            state: if session.up { UP } else { DOWN }.to_string(),
            initial: !session.up,
            ..Finding::of(BFD, bfd_key(&session, name))
        }
    };
    super::bfd::sessions(routing, OWN)
        .into_iter()
        .map(finding)
        .collect()
}

/// Names a BFD session.
pub(crate) fn bfd_key(session: &super::bfd::Session, port: &str) -> String {
    format!("{port}/{}", session.far)
}

/// Every PIM neighbour.
pub(crate) fn pim(network: &Network) -> Vec<Finding> {
    if !configured(
        network,
        &["ip multicast-routing", "ip multicast-routing vrf"],
    ) {
        return Vec::new();
    }
    let routing = network.routing();
    let mut findings = Vec::new();
    for own in super::pim::attached(routing, OWN) {
        let port = &routing.routers[OWN].ports[own.port].name;
        for neighbor in &own.neighbors {
            let begin = format!("%PIM-5-NBRCHG: neighbor {}", neighbor.address);
            findings.push(Finding {
                state: UP.to_string(),
                gained: vec![format!("{begin} UP on interface {port}")],
                lost: vec![format!("{begin} DOWN on interface {port} non DR")],
                ..Finding::of(PIM, pim_key(port, neighbor.address))
            });
        }
    }
    findings
}

/// Names a PIM neighbour.
pub(crate) fn pim_key(port: &str, address: std::net::Ipv4Addr) -> String {
    format!("{port}/{address}")
}

/// Every tunnel: whether it leads anywhere is known to the routing tables only.
pub(crate) fn tunnels(network: &Network) -> Vec<Finding> {
    let own = network.own();
    if !own
        .settings()
        .iter()
        .any(|settings| settings.kind == "Tunnel")
    {
        return Vec::new();
    }
    let ports = network.routing().routers[OWN]
        .ports
        .iter()
        .filter(|port| port.interface.kind == "Tunnel");
    let finding = |port: &super::router::Port| {
        let state = if port.up { "up" } else { "down" };
        Finding {
            state: state.to_string(),
            initial: !port.up,
            gained: vec![protocol_line(&port.name, state)],
            lost: if port.up {
                vec![protocol_line(&port.name, "down")]
            } else {
                Vec::new()
            },
            ..Finding::of(PROTOCOL, port.name.clone())
        }
    };
    ports.map(finding).collect()
}

/// Every LISP session. Nothing is logged of them.
pub(crate) fn lisp(network: &Network) -> Vec<Finding> {
    if !configured(network, &["router lisp"]) {
        return Vec::new();
    }
    let finding = |session: super::lisp::Session| Finding {
        state: if session.up { UP } else { DOWN }.to_string(),
        ..Finding::of(LISP, lisp_key(&session))
    };
    super::lisp::sessions(network.routing(), OWN)
        .into_iter()
        .map(finding)
        .collect()
}

/// Names a LISP session.
pub(crate) fn lisp_key(session: &super::lisp::Session) -> String {
    session.peer.to_string()
}
