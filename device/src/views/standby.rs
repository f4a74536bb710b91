//! Virtual routers: HSRP and VRRP groups.

use serde::Serialize;

use super::Snapshot;
use super::age::{age, between};
use super::routes::{OWN, short};
use crate::network::routing::findings::{STANDBY, role_text, standby_key};
use crate::network::routing::redundancy::{Group, Protocol, Role};

/// A group on an interface.
#[derive(Debug, Serialize)]
pub(super) struct GroupView {
    interface: String,
    short: String,
    /// `hsrp` or `vrrp`.
    protocol: &'static str,
    version: u8,
    group: u32,
    state: &'static str,
    priority: u32,
    configured: u32,
    preempt: bool,
    preempt_delay: u32,
    /// Who is active, and who is behind: `local`, an address, `unknown`.
    active: String,
    active_priority: u32,
    active_mac: String,
    standby: String,
    standby_priority: u32,
    address: Option<String>,
    secondary: Vec<String>,
    mac: String,
    own: Option<String>,
    owner: bool,
    hello_ms: u64,
    hold_ms: u64,
    since: String,
    changes: u32,
    name: Option<String>,
    authentication: &'static str,
    tracks: Vec<TrackView>,
}

#[derive(Debug, Serialize)]
struct TrackView {
    number: u32,
    state: &'static str,
    decrement: Option<u32>,
}

/// The groups of the device, by interface and number.
pub(super) fn views(snapshot: &Snapshot) -> Vec<GroupView> {
    let redundancy = &snapshot.network().routing().redundancy;
    let all = redundancy.groups.iter().enumerate();
    all.filter(|(_, group)| group.place.0 == OWN)
        .map(|(at, group)| view(snapshot, at, group))
        .collect()
}

fn view(snapshot: &Snapshot, at: usize, group: &Group) -> GroupView {
    let routing = snapshot.network().routing();
    let standing = routing.redundancy.standings[at];
    let name = &routing.routers[OWN].ports[group.place.1].name;
    let state = role_text(group.protocol, standing.role);
    let since = snapshot.since(STANDBY, &standby_key(group, name), state);
    let who = |other: Option<usize>| match other {
        Some(other) if other == at => "local".to_string(),
        Some(other) => routing.redundancy.groups[other]
            .own_address
            .map_or("unknown".to_string(), |own| own.to_string()),
        None => "unknown".to_string(),
    };
    let of =
        |other: Option<usize>| other.map_or(0, |other| routing.redundancy.groups[other].priority);
    let mac = |other: usize| {
        let place = routing.redundancy.groups[other].place;
        routing.routers[place.0].ports[place.1]
            .interface
            .mac
            .clone()
    };
    let tracks = group
        .tracks
        .iter()
        .map(|(number, up, decrement)| TrackView {
            number: *number,
            state: if *up { "Up" } else { "Down" },
            decrement: *decrement,
        });
    GroupView {
        short: short(snapshot, name),
        interface: name.clone(),
        protocol: if group.protocol == Protocol::Vrrp {
            "vrrp"
        } else {
            "hsrp"
        },
        version: match group.protocol {
            Protocol::Hsrp { version } => version,
            Protocol::Vrrp => 2,
        },
        group: group.number,
        state,
        priority: group.priority,
        configured: group.configured_priority,
        preempt: group.preempt,
        preempt_delay: group.preempt_delay_s,
        active: who(standing.active),
        active_priority: of(standing.active),
        active_mac: standing.active.map(mac).unwrap_or_default(),
        standby: who(standing.standby),
        standby_priority: of(standing.standby),
        address: group.address.map(|address| address.to_string()),
        secondary: group.secondary.iter().map(ToString::to_string).collect(),
        mac: group.mac.clone().unwrap_or_else(|| virtual_mac(group)),
        own: group.own_address.map(|own| own.to_string()),
        owner: group.protocol == Protocol::Vrrp && group.priority == 255,
        hello_ms: group.hello_ms,
        hold_ms: group.hold_ms,
        since: age(between(since, snapshot.now)),
        changes: match standing.role {
            Role::Active => 2,
            Role::Standby => 1,
            _ => 0,
        },
        name: group.name.clone(),
        authentication: match group.authentication.as_str() {
            "" => "",
            line if line.contains(" md5 ") => "MD5",
            _ => "text",
        },
        tracks: tracks.collect(),
    }
}

/// The group's number at the end of a block that the protocol owns.
fn virtual_mac(group: &Group) -> String {
    match group.protocol {
        Protocol::Hsrp { version: 2 } => format!("0000.0c9f.f{:03x}", group.number & 0xfff),
        Protocol::Hsrp { .. } => format!("0000.0c07.ac{:02x}", group.number & 0xff),
        Protocol::Vrrp => format!("0000.5e00.01{:02x}", group.number & 0xff),
    }
}
