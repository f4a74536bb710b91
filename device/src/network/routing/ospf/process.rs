//! What the configuration of a device says of its OSPF processes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use crate::config::Statement;
use crate::network::routing::defaults::{distance, ospf as defaults};
use crate::network::routing::lines::{Lines, parsed};
use crate::network::routing::prefix::Prefix;
use crate::network::routing::redistribution::{self, Redistribution};
use crate::network::routing::router::{Port, Router};

/// One process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) router: usize,
    pub(crate) id: String,
    pub(crate) v4: bool,
    pub(crate) vrf: Option<String>,
    pub(crate) router_id: Ipv4Addr,
    pub(crate) reference_mbps: u64,
    pub(crate) areas: BTreeMap<u32, Area>,
    pub(crate) attached: Vec<Attached>,
    pub(crate) redistributions: Vec<Redistribution>,
    pub(crate) default_route: Option<DefaultRoute>,
    /// Of routes inside an area, between areas, and from outside.
    pub(crate) distances: [u32; 3],
    pub(crate) maximum_paths: usize,
    pub(crate) max_metric: bool,
    pub(crate) filter: Option<String>,
    pub(crate) logs: bool,
    pub(crate) bfd: bool,
}

/// `default-information originate`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DefaultRoute {
    pub(crate) always: bool,
    pub(crate) metric: u32,
    pub(crate) kind: u8,
}

/// What an area is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum AreaKind {
    #[default]
    Normal,
    Stub {
        summaries: bool,
    },
    Nssa {
        summaries: bool,
        default_route: bool,
    },
}

impl AreaKind {
    /// Whether routes from outside come in.
    pub(crate) fn takes_external(self) -> bool {
        self == Self::Normal
    }

    /// What hellos say of it: both ends must agree.
    fn hello_bits(self) -> u8 {
        match self {
            Self::Normal => 0,
            Self::Stub { .. } => 1,
            Self::Nssa { .. } => 2,
        }
    }

    /// Whether both ends agree on what the area is.
    pub(crate) fn agrees(self, other: Self) -> bool {
        self.hello_bits() == other.hello_bits()
    }
}

/// What a process is told of an area.
#[derive(Debug, Default)]
pub(crate) struct Area {
    pub(crate) kind: AreaKind,
    pub(crate) authentication: Option<bool>,
    pub(crate) default_cost: Option<u32>,
    /// Networks that are told of as one, and whether they are told of at all.
    pub(crate) ranges: Vec<(Prefix, bool)>,
}

/// What a network is to OSPF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NetworkType {
    Broadcast,
    NonBroadcast,
    PointToPoint,
    PointToMultipoint,
    Loopback,
}

impl NetworkType {
    /// Whether a designated router is elected.
    pub(crate) fn elects(self) -> bool {
        matches!(self, Self::Broadcast | Self::NonBroadcast)
    }

    /// As `show ip ospf interface` has it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Broadcast => "BROADCAST",
            Self::NonBroadcast => "NON_BROADCAST",
            Self::PointToPoint => "POINT_TO_POINT",
            Self::PointToMultipoint => "POINT_TO_MULTIPOINT",
            Self::Loopback => "LOOPBACK",
        }
    }
}

/// An interface that a process runs on.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) port: usize,
    pub(crate) area: u32,
    pub(crate) cost: u32,
    pub(crate) network: NetworkType,
    pub(crate) hello_s: u64,
    pub(crate) dead_s: u64,
    pub(crate) priority: u32,
    /// What a hello proves: nothing, a password, or a keyed digest. Never shown.
    pub(crate) authentication: String,
    pub(crate) mtu: u32,
    pub(crate) mtu_ignore: bool,
    pub(crate) passive: bool,
    pub(crate) up: bool,
    /// Its own address on the network.
    pub(crate) address: IpAddr,
    pub(crate) prefixes: Vec<Prefix>,
    /// It was named by the interface itself, not by a `network` line.
    pub(crate) by_interface: bool,
}

impl Process {
    /// Whether it connects areas to the backbone.
    pub(crate) fn is_border(&self) -> bool {
        let mut areas = self.active_areas();
        areas.len() > 1 && areas.remove(&0)
    }

    /// The areas in which it has an interface.
    pub(crate) fn active_areas(&self) -> BTreeSet<u32> {
        self.attached
            .iter()
            .filter(|attached| attached.up)
            .map(|attached| attached.area)
            .collect()
    }

    pub(crate) fn kind(&self, area: u32) -> AreaKind {
        self.areas
            .get(&area)
            .map(|area| area.kind)
            .unwrap_or_default()
    }

    /// Whether it brings in routes from outside.
    pub(crate) fn is_boundary(&self) -> bool {
        !self.redistributions.is_empty() || self.default_route.is_some()
    }
}

/// Reads the processes of a device.
pub(super) fn read(at: usize, router: &Router) -> Vec<Process> {
    let node = &router.node;
    let v4 = node
        .all("router ospf")
        .filter(|s| !s.negated)
        .filter_map(|s| process(at, router, s, true));
    let v6 = ["ipv6 router ospf", "router ospfv3"]
        .into_iter()
        .flat_map(|kind| {
            let all = node.all(kind).filter(|s| !s.negated);
            all.filter_map(|s| process(at, router, s, false))
                .collect::<Vec<_>>()
        });
    v4.chain(v6).collect()
}

fn process(at: usize, router: &Router, statement: &Statement, v4: bool) -> Option<Process> {
    let lines = Lines::below(&router.node, statement);
    if lines.has("shutdown") || !router.node.up() {
        return None;
    }
    let id = statement.value("process")?.to_string();
    let vrf = statement.value("vrf").map(ToString::to_string);
    let set = lines.value("router-id", "id");
    let reference_mbps = lines
        .value("auto-cost reference-bandwidth", "mbps")
        .unwrap_or(defaults::REFERENCE_MBPS);
    let areas = areas(lines);
    let mut process = Process {
        router: at,
        router_id: set.or_else(|| router.router_id(vrf.as_deref()))?,
        id,
        v4,
        vrf,
        reference_mbps,
        attached: Vec::new(),
        redistributions: redistribution::read(lines),
        default_route: default_route(lines),
        distances: distances(lines),
        maximum_paths: lines
            .value("maximum-paths", "paths")
            .unwrap_or(defaults::MAXIMUM_PATHS),
        max_metric: lines.has("max-metric router-lsa"),
        filter: lines
            .all("distribute-list")
            .find(|s| s.value("direction") == Some("in"))
            .and_then(|s| s.value("list"))
            .map(ToString::to_string),
        logs: !lines.refuses("log-adjacency-changes"),
        bfd: lines.has("bfd all-interfaces"),
        areas,
    };
    let attached = router
        .ports
        .iter()
        .enumerate()
        .filter_map(|(port, own)| attach(&process, router, lines, port, own));
    process.attached = attached.collect();
    Some(process)
}

fn areas(lines: Lines<'_>) -> BTreeMap<u32, Area> {
    let mut areas: BTreeMap<u32, Area> = BTreeMap::new();
    let mut all = |kind, set: &dyn Fn(&mut Area, &Statement)| {
        for line in lines.all(kind) {
            if let Some(area) = line.value("area").and_then(area_id) {
                set(areas.entry(area).or_default(), line);
            }
        }
    };
    let summaries = |line: &Statement| !line.line.contains("no-summary");
    all("area stub", &|area, line| {
        area.kind = AreaKind::Stub {
            summaries: summaries(line),
        }
    });
    all("area nssa", &|area, line| {
        let default_route = line.line.contains("default-information-originate");
        area.kind = AreaKind::Nssa {
            summaries: summaries(line),
            default_route,
        };
    });
    all("area authentication", &|area, line| {
        area.authentication = Some(line.line.ends_with("message-digest"))
    });
    all("area default-cost", &|area, line| {
        area.default_cost = parsed(line, "cost")
    });
    all("area range", &|area, line| {
        let masked = || Prefix::masked(parsed(line, "address")?, parsed(line, "mask")?);
        if let Some(prefix) = masked().or_else(|| parsed(line, "prefix")) {
            area.ranges
                .push((prefix, !line.line.contains("not-advertise")));
        }
    });
    areas
}

/// An area's number, given as such or as an address.
pub(crate) fn area_id(text: &str) -> Option<u32> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<Ipv4Addr>().ok().map(u32::from))
}

fn default_route(lines: Lines<'_>) -> Option<DefaultRoute> {
    let line = lines.get("default-information originate")?;
    Some(DefaultRoute {
        always: line.line.contains(" always"),
        metric: parsed(line, "metric").unwrap_or(defaults::DEFAULT_ROUTE_METRIC),
        kind: if line.line.contains("metric-type 1") {
            1
        } else {
            2
        },
    })
}

fn distances(lines: Lines<'_>) -> [u32; 3] {
    let all = lines
        .value("distance", "distance")
        .unwrap_or(distance::OSPF);
    let of = |name| lines.value("distance ospf", name).unwrap_or(all);
    [of("intra"), of("inter"), of("external")]
}

/// The interface, if the process runs on it.
fn attach(
    process: &Process,
    router: &Router,
    lines: Lines<'_>,
    port: usize,
    own: &Port,
) -> Option<Attached> {
    if own.vrf() != process.vrf.as_deref() {
        return None;
    }
    let address = if process.v4 {
        IpAddr::V4(own.address()?)
    } else {
        IpAddr::V6(own.interface.link_local?)
    };
    let settings = own.lines(&router.node);
    let named = settings_area(settings, process);
    let area = named.or_else(|| network_area(lines, own.address().filter(|_| process.v4)?))?;
    let words = Words {
        settings,
        family: if process.v4 { "ip ospf" } else { "ipv6 ospf" },
    };
    let network = words.network(own);
    let hello = words.timer("hello-interval").unwrap_or(match network {
        NetworkType::NonBroadcast | NetworkType::PointToMultipoint => defaults::SLOW_HELLO_S,
        _ => defaults::HELLO_S,
    });
    let fast = words
        .rest("dead-interval")
        .is_some_and(|rest| rest.starts_with("minimal"));
    let dead = if fast {
        Some(1)
    } else {
        words.number("dead-interval")
    };
    Some(Attached {
        port,
        area,
        cost: words.number("cost").unwrap_or_else(|| cost(process, own)),
        network,
        hello_s: hello,
        dead_s: dead.unwrap_or(hello * defaults::DEAD_HELLOS),
        priority: words.number("priority").unwrap_or(defaults::PRIORITY),
        authentication: authentication(settings, process.areas.get(&area)),
        mtu: own.ip_mtu,
        mtu_ignore: words.rest("mtu-ignore").is_some(),
        passive: is_passive(lines, &own.name) || own.is_loopback(),
        up: own.up && words.rest("shutdown").is_none(),
        address,
        prefixes: prefixes(own, process.v4, network),
        by_interface: named.is_some(),
    })
}

fn prefixes(own: &Port, v4: bool, network: NetworkType) -> Vec<Prefix> {
    let networks = own
        .networks()
        .filter(|(address, _)| address.is_ipv4() == v4);
    let told = networks.map(|(address, prefix)| {
        if network == NetworkType::Loopback {
            Prefix::host(address)
        } else {
            prefix
        }
    });
    told.collect()
}

/// The area that the interface itself names: `ip ospf 1 area 0`.
fn settings_area(settings: Lines<'_>, process: &Process) -> Option<u32> {
    let kinds: &[&str] = if process.v4 {
        &["ip ospf area", "ospfv3"]
    } else {
        &["ipv6 ospf", "ospfv3"]
    };
    let named = kinds.iter().flat_map(|kind| settings.all(kind)).find(|s| {
        let family = s
            .value("family")
            .is_none_or(|family| family == if process.v4 { "ipv4" } else { "ipv6" });
        family && s.value("process") == Some(&process.id) && s.value("area").is_some()
    })?;
    named.value("area").and_then(area_id)
}

/// The area of the most specific `network` line that has an address.
fn network_area(lines: Lines<'_>, address: Ipv4Addr) -> Option<u32> {
    let fits = |line: &&Statement| {
        let pair = || {
            Some((
                parsed::<Ipv4Addr>(line, "address")?,
                parsed::<Ipv4Addr>(line, "wildcard")?,
            ))
        };
        pair().is_some_and(|(network, wildcard)| {
            (u32::from(network) ^ u32::from(address)) & !u32::from(wildcard) == 0
        })
    };
    let wildcard = |line: &&Statement| parsed::<Ipv4Addr>(line, "wildcard").map(u32::from);
    lines
        .all("network")
        .filter(fits)
        .min_by_key(wildcard)?
        .value("area")
        .and_then(area_id)
}

pub(crate) fn is_passive(lines: Lines<'_>, interface: &str) -> bool {
    let own = lines
        .stored("passive-interface")
        .find(|s| s.value("interface") == Some(interface));
    own.map_or_else(
        || lines.has("passive-interface default"),
        |own| !own.negated,
    )
}

/// The reference bandwidth divided by the interface's; a loopback costs 1.
fn cost(process: &Process, own: &Port) -> u32 {
    if own.is_loopback() {
        return 1;
    }
    let cost = process.reference_mbps * 1000 / own.bandwidth_kbps;
    u32::try_from(cost.clamp(1, u64::from(u16::MAX))).unwrap_or(u32::from(u16::MAX))
}

/// What a hello must prove; the interface's word goes before the area's.
fn authentication(settings: Lines<'_>, area: Option<&Area>) -> String {
    let own = settings.rest("ip ospf authentication");
    let digest = match own {
        Some("null") => return String::new(),
        Some("message-digest") => true,
        Some("") => false,
        Some(chain) => return chain.to_string(),
        None => match area.and_then(|area| area.authentication) {
            Some(digest) => digest,
            None => return String::new(),
        },
    };
    let kind = if digest {
        "ip ospf message-digest-key"
    } else {
        "ip ospf authentication-key"
    };
    // A device sends all its keys, and takes any that it has; the lines tell whether two ends have the same.
    let keys: Vec<String> = settings.all(kind).map(|s| secret(&s.line)).collect();
    format!("{digest} {}", keys.join(" "))
}

/// What follows the key's number: the secret in the form in which it is stored.
fn secret(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').skip(3).collect();
    match words.as_slice() {
        [before @ .., "7", hidden] => {
            let clear = crate::secrets::reveal(hidden).unwrap_or_else(|| (*hidden).to_string());
            format!("{} {clear}", before.join(" "))
        }
        words => words.join(" "),
    }
}

/// The lines of one family on an interface.
struct Words<'n> {
    settings: Lines<'n>,
    family: &'static str,
}

impl<'n> Words<'n> {
    /// What follows `ip ospf WORD`.
    fn rest(&self, word: &str) -> Option<&'n str> {
        let all = self.settings.every().filter(|s| !s.negated);
        let mut lines = all.filter_map(|s| {
            s.line
                .strip_prefix(self.family)?
                .strip_prefix(' ')?
                .strip_prefix(word)
        });
        lines
            .find(|rest| rest.is_empty() || rest.starts_with(' '))
            .map(str::trim_start)
    }

    fn number<T: std::str::FromStr>(&self, word: &str) -> Option<T> {
        self.rest(word)?.split(' ').next()?.parse().ok()
    }

    fn timer(&self, word: &str) -> Option<u64> {
        self.number(word)
    }

    fn network(&self, own: &Port) -> NetworkType {
        match self.rest("network") {
            Some("point-to-point") => NetworkType::PointToPoint,
            Some("broadcast") => NetworkType::Broadcast,
            Some("non-broadcast") => NetworkType::NonBroadcast,
            Some(_) => NetworkType::PointToMultipoint,
            None if own.is_loopback() => NetworkType::Loopback,
            None if matches!(own.interface.kind.as_str(), "Tunnel" | "Serial") => {
                NetworkType::PointToPoint
            }
            None => NetworkType::Broadcast,
        }
    }
}
