//! Virtual routers: HSRP (RFC 2281, and version 2) and VRRP (RFC 5798). Who answers for an address follows from
//! priorities, and from what each group tracks.
//!
//! Known limits: without `preempt` the one that is active stays so on a real device; here the priority decides, as
//! nobody remembers who came first.

use std::net::{IpAddr, Ipv4Addr};

use super::Tracks;
use super::lines::{Lines, parsed};
use super::router::{Place, Port, Router};
use crate::config::Statement;

/// Which protocol a group speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protocol {
    Hsrp { version: u8 },
    Vrrp,
}

/// A group on an interface.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) place: Place,
    pub(crate) protocol: Protocol,
    pub(crate) number: u32,
    pub(crate) address: Option<Ipv4Addr>,
    pub(crate) secondary: Vec<Ipv4Addr>,
    pub(crate) configured_priority: u32,
    /// Less what tracked objects that are down take away.
    pub(crate) priority: u32,
    pub(crate) preempt: bool,
    pub(crate) preempt_delay_s: u32,
    /// In milliseconds.
    pub(crate) hello_ms: u64,
    pub(crate) hold_ms: u64,
    pub(crate) name: Option<String>,
    pub(crate) authentication: String,
    /// Number, whether it is up, and what it takes away; none: it shuts the group down.
    pub(crate) tracks: Vec<(u32, bool, Option<u32>)>,
    pub(crate) mac: Option<String>,
    pub(crate) own_address: Option<Ipv4Addr>,
    shut: bool,
}

/// What a router is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The interface is down, or there is no address.
    Init,
    Listen,
    Standby,
    Active,
}

/// Every group with its role.
#[derive(Debug, Default)]
pub(crate) struct Domain {
    pub(crate) groups: Vec<Group>,
    pub(crate) standings: Vec<Standing>,
}

/// How a group stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) role: Role,
    /// Index of the group that is active, and of the one behind it.
    pub(crate) active: Option<usize>,
    pub(crate) standby: Option<usize>,
}

impl Domain {
    pub(crate) fn new(
        routers: &[Router],
        tracks: &[Tracks],
        on_segment: &impl Fn(Place) -> Vec<Place>,
    ) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for (at, router) in routers.iter().enumerate() {
            for (number, port) in router.ports.iter().enumerate() {
                groups.extend(read(router, tracks.get(at), (at, number), port));
            }
        }
        learn(&mut groups, on_segment);
        let standings = (0..groups.len())
            .map(|at| stand(&groups, routers, at, on_segment))
            .collect();
        Self { groups, standings }
    }

    /// The interface that answers for a virtual address, among those that count.
    pub(crate) fn holder(&self, address: IpAddr, counts: impl Fn(Place) -> bool) -> Option<Place> {
        let groups = self.groups.iter().zip(&self.standings);
        let mut active = groups
            .filter(|(_, standing)| standing.role == Role::Active)
            .map(|(group, _)| group);
        let holds = |group: &&Group| {
            let own = group
                .address
                .iter()
                .chain(&group.secondary)
                .any(|own| IpAddr::V4(*own) == address);
            own && counts(group.place)
        };
        active.find(holds).map(|group| group.place)
    }
}

fn same(a: &Group, b: &Group) -> bool {
    a.protocol == b.protocol && a.number == b.number && a.authentication == b.authentication
}

/// `standby 1 ip` without an address takes it from the others.
fn learn(groups: &mut [Group], on_segment: &impl Fn(Place) -> Vec<Place>) {
    for at in 0..groups.len() {
        if groups[at].address.is_none() {
            let others = on_segment(groups[at].place);
            let told = groups.iter().find(|far| {
                others.contains(&far.place) && same(far, &groups[at]) && far.address.is_some()
            });
            groups[at].address = told.and_then(|far| far.address);
        }
    }
}

fn stand(
    groups: &[Group],
    routers: &[Router],
    at: usize,
    on_segment: &impl Fn(Place) -> Vec<Place>,
) -> Standing {
    let group = &groups[at];
    let runs = |group: &Group| {
        let up = routers[group.place.0].ports[group.place.1].up;
        up && group.address.is_some() && !group.shut && group.own_address.is_some()
    };
    if !runs(group) {
        return Standing {
            role: Role::Init,
            active: None,
            standby: None,
        };
    }
    let others = on_segment(group.place);
    let all = (0..groups.len()).filter(|far| *far == at || others.contains(&groups[*far].place));
    let mut members: Vec<usize> = all
        .filter(|far| runs(&groups[*far]) && same(&groups[*far], group))
        .collect();
    members.sort_by_key(|member| {
        std::cmp::Reverse((groups[*member].priority, groups[*member].own_address))
    });
    let (active, standby) = (members.first().copied(), members.get(1).copied());
    let role = match at {
        at if active == Some(at) => Role::Active,
        // VRRP has backups only.
        at if standby == Some(at) || group.protocol == Protocol::Vrrp => Role::Standby,
        _ => Role::Listen,
    };
    Standing {
        role,
        active,
        standby,
    }
}

fn read(router: &Router, tracks: Option<&Tracks>, place: Place, port: &Port) -> Vec<Group> {
    let lines = port.lines(&router.node);
    let version = lines.value("standby version", "version").unwrap_or(1);
    let mut groups: Vec<Group> = lines
        .all("standby ip")
        .map(|s| {
            group(
                lines,
                tracks,
                place,
                port,
                "standby",
                Protocol::Hsrp { version },
                s,
            )
        })
        .collect();
    let vrrp = lines.all("vrrp ip").filter(|s| s.value("role").is_none());
    groups.extend(vrrp.map(|s| group(lines, tracks, place, port, "vrrp", Protocol::Vrrp, s)));
    groups
}

/// HSRP says hello every 3 s and holds for 10; VRRP tells of itself every second and is missed after three.
const HSRP_MS: (u64, u64) = (3_000, 10_000);
const VRRP_MS: (u64, u64) = (1_000, 3_000);

fn group(
    lines: Lines<'_>,
    tracks: Option<&Tracks>,
    place: Place,
    port: &Port,
    word: &'static str,
    protocol: Protocol,
    statement: &Statement,
) -> Group {
    let number = parsed(statement, "group").unwrap_or(0);
    let words = Words {
        lines,
        word,
        number,
    };
    let address: Option<Ipv4Addr> = parsed(statement, "address");
    let tracked = words.all("track").filter_map(|s| {
        let track = parsed(s, "track")?;
        let shuts = s.line.ends_with(" shutdown");
        let decrement = (!shuts).then(|| parsed(s, "decrement").unwrap_or(10));
        Some((
            track,
            tracks.is_some_and(|tracks| tracks.is_up(track)),
            decrement,
        ))
    });
    let tracks: Vec<(u32, bool, Option<u32>)> = tracked.collect();
    // Whoever has a VRRP group's address as its own is its master.
    let owner = protocol == Protocol::Vrrp && address.is_some() && address == port.address();
    let configured = words
        .all("priority")
        .find_map(|s| parsed(s, "priority"))
        .unwrap_or(100);
    let taken: u32 = tracks
        .iter()
        .filter(|(_, up, _)| !up)
        .filter_map(|(.., decrement)| *decrement)
        .sum();
    let (hello_ms, hold_ms) = words.timers(protocol);
    Group {
        place,
        protocol,
        number,
        address,
        secondary: words
            .all("ip secondary")
            .filter_map(|s| parsed(s, "address"))
            .collect(),
        configured_priority: configured,
        priority: if owner {
            255
        } else {
            configured.saturating_sub(taken)
        },
        preempt: protocol == Protocol::Vrrp || words.all("preempt").next().is_some(),
        preempt_delay_s: words
            .all("preempt")
            .find_map(|s| parsed(s, "minimum"))
            .unwrap_or(0),
        hello_ms,
        hold_ms,
        name: words
            .all("name")
            .find_map(|s| s.value("name"))
            .map(ToString::to_string),
        authentication: words
            .all("authentication")
            .map(|s| s.line.to_string())
            .next()
            .unwrap_or_default(),
        shut: tracks
            .iter()
            .any(|(_, up, decrement)| !up && decrement.is_none()),
        tracks,
        mac: words
            .all("mac-address")
            .find_map(|s| s.value("mac"))
            .map(ToString::to_string),
        own_address: port.address(),
    }
}

/// The lines of one group.
struct Words<'n> {
    lines: Lines<'n>,
    word: &'static str,
    number: u32,
}

impl<'n> Words<'n> {
    /// The lines of this group whose kind ends in a word.
    fn all(&self, word: &str) -> impl Iterator<Item = &'n Statement> {
        let prefix = match self.number {
            0 => vec![
                format!("{} {word}", self.word),
                format!("{} 0 {word}", self.word),
            ],
            number => vec![format!("{} {number} {word}", self.word)],
        };
        let exact = word == "ip secondary";
        let prefix = if exact {
            vec![
                format!("{} {} ip ", self.word, self.number),
                format!("{} ip ", self.word),
            ]
        } else {
            prefix
        };
        let starts = move |line: &str| {
            prefix
                .iter()
                .any(|prefix| line.starts_with(prefix.as_str()))
        };
        self.lines.every().filter(move |s| {
            !s.negated && starts(&s.line) && (!exact || s.line.ends_with(" secondary"))
        })
    }

    fn timers(&self, protocol: Protocol) -> (u64, u64) {
        let Some(line) = self.all("timers").next() else {
            return if protocol == Protocol::Vrrp {
                VRRP_MS
            } else {
                HSRP_MS
            };
        };
        let number = |name: &str| parsed::<u64>(line, name);
        if protocol == Protocol::Vrrp {
            let hello = number("interval").unwrap_or(1) * 1000;
            return (hello, 3 * hello);
        }
        let hello = number("hello-msec")
            .or_else(|| number("hello").map(|s| s * 1000))
            .unwrap_or(HSRP_MS.0);
        let hold = number("hold-msec")
            .or_else(|| number("hold").map(|s| s * 1000))
            .unwrap_or(HSRP_MS.1);
        (hello, hold)
    }
}
