//! What the configuration of a device says of its BGP: neighbours with what they inherit from peer groups and
//! templates, and what it originates.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::inherited::Inherited;
use crate::config::Statement;
use crate::network::Node;
use crate::network::routing::defaults::{bgp as defaults, distance};
use crate::network::routing::lines::{Lines, parsed};
use crate::network::routing::prefix::Prefix;
use crate::network::routing::redistribution::{self, Redistribution};
use crate::network::routing::router::Router;

/// A device that speaks BGP.
#[derive(Debug)]
pub(crate) struct Speaker {
    pub(crate) router: usize,
    pub(crate) asn: u32,
    pub(crate) router_id: Ipv4Addr,
    pub(crate) cluster_id: Option<Ipv4Addr>,
    pub(crate) peers: Vec<Peer>,
    /// What is originated in each VRF.
    pub(crate) tables: BTreeMap<Option<String>, Origination>,
    /// Groups whose members may call from a range of addresses.
    pub(crate) listens: Vec<(Prefix, Peer)>,
    pub(crate) logs: bool,
    pub(crate) always_compare_med: bool,
    pub(crate) multipath_relax: bool,
}

/// An address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Ipv4,
    Ipv6,
    Vpnv4,
    Vpnv6,
    Ipv4Multicast,
    Ipv6Multicast,
    Ipv4Mvpn,
    Evpn,
}

impl Family {
    /// As `show bgp all summary` has it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4 Unicast",
            Self::Ipv6 => "IPv6 Unicast",
            Self::Vpnv4 => "VPNv4 Unicast",
            Self::Vpnv6 => "VPNv6 Unicast",
            Self::Ipv4Multicast => "IPv4 Multicast",
            Self::Ipv6Multicast => "IPv6 Multicast",
            Self::Ipv4Mvpn => "IPv4 MVPN",
            Self::Evpn => "L2VPN E-VPN",
        }
    }
}

/// What a speaker originates in one table, and how it installs what it learns.
#[derive(Debug, Default)]
pub(crate) struct Origination {
    pub(crate) networks: Vec<(Prefix, Option<String>)>,
    pub(crate) aggregates: Vec<(Prefix, bool)>,
    pub(crate) redistributions: Vec<Redistribution>,
    pub(crate) default_route: bool,
    /// External, internal, local.
    pub(crate) distances: [u32; 3],
    pub(crate) maximum_paths: [usize; 2],
}

/// A neighbour.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    pub(crate) vrf: Option<String>,
    pub(crate) remote_as: u32,
    pub(crate) local_as: Option<u32>,
    pub(crate) description: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) shutdown: bool,
    /// In clear; compared and never shown.
    pub(crate) password: Option<String>,
    pub(crate) hops: Option<u32>,
    pub(crate) unchecked: bool,
    pub(crate) update_source: Option<String>,
    pub(crate) keepalive_s: u64,
    pub(crate) hold_s: u64,
    pub(crate) bfd: bool,
    pub(crate) dynamic: bool,
    pub(crate) families: BTreeMap<Family, PeerPolicy>,
}

/// What holds for one neighbour in one family.
#[derive(Debug, Clone, Default)]
pub(crate) struct PeerPolicy {
    pub(crate) map_in: Option<String>,
    pub(crate) map_out: Option<String>,
    pub(crate) prefix_list_in: Option<String>,
    pub(crate) prefix_list_out: Option<String>,
    pub(crate) list_in: Option<String>,
    pub(crate) list_out: Option<String>,
    pub(crate) next_hop_self: bool,
    pub(crate) client: bool,
    pub(crate) weight: Option<u32>,
    pub(crate) default_originate: bool,
    pub(crate) send_community: bool,
    pub(crate) allow_as_in: u32,
    pub(crate) soft_reconfiguration: bool,
    pub(crate) remove_private: bool,
    pub(crate) as_override: bool,
    pub(crate) maximum_prefix: Option<u32>,
}

impl Speaker {
    /// Whether a peer is in the same AS.
    pub(crate) fn is_internal(&self, peer: &Peer) -> bool {
        peer.remote_as == peer.local_as.unwrap_or(self.asn)
    }
}

/// An AS number, plain or with a dot.
pub(crate) fn as_number(text: &str) -> Option<u32> {
    match text.split_once('.') {
        Some((high, low)) => {
            Some(high.parse::<u32>().ok()?.checked_mul(65_536)? + low.parse::<u32>().ok()?)
        }
        None => text.parse().ok(),
    }
}

/// Reads the BGP of a device.
pub(super) fn read(at: usize, router: &Router) -> Option<Speaker> {
    let node = &router.node;
    let statement = node
        .all("router bgp")
        .find(|s| !s.negated)
        .filter(|_| node.up())?;
    let lines = Lines::below(node, statement);
    let asn = statement.value("asn").and_then(as_number)?;
    let mut speaker = Speaker {
        router: at,
        asn,
        router_id: router_id(router, lines)?,
        cluster_id: cluster_id(lines),
        peers: Vec::new(),
        tables: BTreeMap::new(),
        listens: Vec::new(),
        logs: !lines.refuses("bgp log-neighbor-changes"),
        always_compare_med: lines.has("bgp always-compare-med"),
        multipath_relax: lines
            .all("bgp bestpath")
            .any(|s| s.line.ends_with("multipath-relax")),
    };
    let plain = !lines.refuses("bgp default ipv4-unicast");
    speaker.tables.insert(None, Origination::default());
    let mut global = Vec::new();
    originate(speaker.tables.entry(None).or_default(), lines);
    for block in blocks(node, lines) {
        match &block.vrf {
            None => {
                if matches!(block.family, Family::Ipv4 | Family::Ipv6) {
                    originate(speaker.tables.entry(None).or_default(), block.lines);
                }
                global.push(block);
            }
            Some(vrf) => {
                originate(
                    speaker.tables.entry(Some(vrf.clone())).or_default(),
                    block.lines,
                );
                let found = peers(
                    &[block.lines],
                    lines,
                    block.vrf.as_deref(),
                    std::slice::from_ref(&block),
                    false,
                );
                merge(&mut speaker.peers, found);
            }
        }
    }
    merge(
        &mut speaker.peers,
        peers(&[lines], lines, None, &global, plain),
    );
    for line in lines.all("bgp listen range") {
        let peer = line
            .value("group")
            .and_then(|group| peer(&[lines], lines, None, &global, plain, group, None));
        if let (Some(range), Some(peer)) = (parsed(line, "range"), peer) {
            speaker.listens.push((range, peer));
        }
    }
    speaker
        .peers
        .sort_by(|a, b| (a.vrf.as_deref(), a.address).cmp(&(b.vrf.as_deref(), b.address)));
    Some(speaker)
}

/// A neighbour of two families of a VRF is one neighbour.
fn merge(peers: &mut Vec<Peer>, found: Vec<Peer>) {
    for peer in found {
        match peers
            .iter_mut()
            .find(|old| old.vrf == peer.vrf && old.address == peer.address)
        {
            Some(old) => old.families.extend(peer.families),
            None => peers.push(peer),
        }
    }
}

fn router_id(router: &Router, lines: Lines<'_>) -> Option<Ipv4Addr> {
    let interface = || {
        let name: String = lines.value("bgp router-id", "interface")?;
        router.ports.get(router.port(&name)?)?.address()
    };
    lines
        .value("bgp router-id", "id")
        .or_else(interface)
        .or_else(|| router.router_id(None))
}

fn cluster_id(lines: Lines<'_>) -> Option<Ipv4Addr> {
    let number = || {
        lines
            .value::<u32>("bgp cluster-id", "number")
            .map(Ipv4Addr::from)
    };
    lines.value("bgp cluster-id", "id").or_else(number)
}

/// The block of an address family.
struct FamilyBlock<'n> {
    family: Family,
    vrf: Option<String>,
    lines: Lines<'n>,
}

fn blocks<'n>(node: &'n Node, lines: Lines<'n>) -> Vec<FamilyBlock<'n>> {
    const KINDS: &[&str] = &[
        "address-family",
        "address-family kind",
        "address-family l2vpn",
        "address-family vrf",
        "address-family kind vrf",
    ];
    let all = KINDS.iter().flat_map(|kind| lines.all(kind));
    let block = |s: &'n Statement| {
        let family = match (s.value("family"), s.value("kind")) {
            (Some("ipv4"), None) => Family::Ipv4,
            (Some("ipv6"), None) => Family::Ipv6,
            (Some("vpnv4"), _) => Family::Vpnv4,
            (Some("vpnv6"), _) => Family::Vpnv6,
            (Some("ipv4"), Some("multicast")) => Family::Ipv4Multicast,
            (Some("ipv6"), Some("multicast")) => Family::Ipv6Multicast,
            (Some("ipv4"), Some("mvpn")) => Family::Ipv4Mvpn,
            (None, Some("evpn")) => Family::Evpn,
            _ => return None,
        };
        let vrf = s.value("vrf").map(ToString::to_string);
        Some(FamilyBlock {
            family,
            vrf,
            lines: Lines::below(node, s),
        })
    };
    all.filter_map(block).collect()
}

fn originate(origination: &mut Origination, lines: Lines<'_>) {
    for line in lines.all("network") {
        let address = parsed::<Ipv4Addr>(line, "network");
        let prefix = address.and_then(|address| match parsed(line, "mask") {
            Some(mask) => Prefix::masked(address, mask),
            None => Some(Prefix::classful(address)),
        });
        let map = line.value("map").map(ToString::to_string);
        origination
            .networks
            .extend(prefix.map(|prefix| (prefix, map)));
    }
    for line in lines.all("network ipv6") {
        let map = line.value("map").map(ToString::to_string);
        origination
            .networks
            .extend(parsed(line, "prefix").map(|prefix| (prefix, map)));
    }
    for kind in ["aggregate-address", "aggregate-address ipv6"] {
        for line in lines.all(kind) {
            let masked = || Prefix::masked(parsed(line, "network")?, parsed(line, "mask")?);
            let prefix = masked().or_else(|| parsed(line, "prefix"));
            origination
                .aggregates
                .extend(prefix.map(|prefix| (prefix, line.line.contains("summary-only"))));
        }
    }
    origination
        .redistributions
        .extend(redistribution::read(lines));
    origination.default_route |= lines.has("default-information originate");
    let of = |name, otherwise| lines.value("distance bgp", name).unwrap_or(otherwise);
    let known = origination.distances != [0; 3] && !lines.has("distance bgp");
    if !known {
        origination.distances = [
            of("external", distance::EBGP),
            of("internal", distance::IBGP),
            of("local", distance::BGP_LOCAL),
        ];
    }
    let paths = |kind| {
        lines
            .all("maximum-paths kind")
            .find(|s| s.value("kind") == Some(kind))
            .and_then(|s| parsed(s, "paths"))
    };
    let external = lines
        .value("maximum-paths", "paths")
        .or_else(|| paths("eibgp"));
    let internal = paths("ibgp").or_else(|| paths("eibgp"));
    let [old_external, old_internal] = origination.maximum_paths;
    origination.maximum_paths = [
        external.unwrap_or(old_external.max(1)),
        internal.unwrap_or(old_internal.max(1)),
    ];
}

/// The neighbours that a scope names by address.
fn peers(
    scope: &[Lines<'_>],
    router: Lines<'_>,
    vrf: Option<&str>,
    families: &[FamilyBlock<'_>],
    plain: bool,
) -> Vec<Peer> {
    let kinds = [
        "neighbor remote-as",
        "neighbor peer-group member",
        "neighbor inherit peer-session",
    ];
    let mut names: Vec<(IpAddr, &str)> = Vec::new();
    for statement in scope
        .iter()
        .flat_map(|lines| kinds.iter().flat_map(|kind| lines.all(kind)))
    {
        let name = statement.value("neighbor").unwrap_or_default();
        if let Ok(address) = name.parse()
            && !names.iter().any(|(known, _)| *known == address)
        {
            names.push((address, name));
        }
    }
    let all = names.into_iter();
    all.filter_map(|(address, name)| peer(scope, router, vrf, families, plain, name, Some(address)))
        .collect()
}

/// One neighbour, or what a group says of its members if there is no address.
fn peer(
    scope: &[Lines<'_>],
    router: Lines<'_>,
    vrf: Option<&str>,
    families: &[FamilyBlock<'_>],
    plain: bool,
    name: &str,
    address: Option<IpAddr>,
) -> Option<Peer> {
    let session = Inherited::new(scope, router, name);
    let value = |kind, name: &str| {
        session
            .get(kind)
            .and_then(|s| s.value(name).map(ToString::to_string))
    };
    let last = |kind: &'static str| {
        session
            .get(kind)
            .and_then(|s| s.line.rsplit(' ').next().map(ToString::to_string))
    };
    let number = |kind, name: &str| value(kind, name).and_then(|text| text.parse::<u64>().ok());
    let address = address.or_else(|| name.parse().ok());
    let dynamic = address.is_none();
    let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let mut own = BTreeMap::new();
    for block in families {
        let inherited = Inherited::new(&[&[block.lines], scope].concat(), router, name);
        // Of a VRF's own block every neighbour is, unless it is taken out.
        let active = inherited
            .active()
            .unwrap_or(vrf.is_some() || (plain && block.family == Family::Ipv4));
        if active {
            own.insert(block.family, policy(&inherited));
        }
    }
    let has_block = families.iter().any(|block| block.family == Family::Ipv4);
    if !has_block && plain && vrf.is_none() && session.active() != Some(false) && address.is_ipv4()
    {
        own.insert(Family::Ipv4, policy(&session));
    }
    if address.is_ipv6()
        && session.active().is_none()
        && families.iter().all(|block| block.family != Family::Ipv4)
    {
        own.remove(&Family::Ipv4);
    }
    Some(Peer {
        address,
        vrf: vrf.map(ToString::to_string),
        remote_as: value("neighbor remote-as", "asn")
            .as_deref()
            .and_then(as_number)?,
        local_as: value("neighbor local-as", "asn")
            .as_deref()
            .and_then(as_number),
        description: value("neighbor description", "description"),
        group: session.group.clone(),
        shutdown: session.get("neighbor shutdown").is_some(),
        password: password(&session),
        hops: hops(&session),
        unchecked: session.get("neighbor disable-connected-check").is_some(),
        update_source: last("neighbor update-source"),
        keepalive_s: number("neighbor timers", "keepalive")
            .or_else(|| router.value("timers bgp", "keepalive"))
            .unwrap_or(defaults::KEEPALIVE_S),
        hold_s: number("neighbor timers", "hold")
            .or_else(|| router.value("timers bgp", "hold"))
            .unwrap_or(defaults::HOLD_S),
        bfd: session
            .get("neighbor fall-over")
            .is_some_and(|s| s.line.contains("bfd")),
        dynamic,
        families: own,
    })
}

fn hops(session: &Inherited<'_>) -> Option<u32> {
    let multihop = session
        .get("neighbor ebgp-multihop")
        .map(|s| parsed(s, "hops").unwrap_or(255));
    multihop.or_else(|| parsed(session.get("neighbor ttl-security")?, "hops"))
}

/// The password in clear: two ends may have stored it in different forms.
fn password(session: &Inherited<'_>) -> Option<String> {
    let line = &*session.get("neighbor password")?.line;
    let mut words = line.rsplit(' ');
    let (secret, kind) = (words.next()?, words.next()?);
    let clear = if kind == "7" {
        crate::secrets::reveal(secret)
    } else {
        None
    };
    Some(clear.unwrap_or_else(|| secret.to_string()))
}

fn policy(inherited: &Inherited<'_>) -> PeerPolicy {
    let directed = |kind, value: &str, direction: &str| {
        let found = inherited.find(kind, |s| s.value("direction") == Some(direction))?;
        found.value(value).map(ToString::to_string)
    };
    let number = |kind, name: &str| inherited.get(kind).and_then(|s| parsed(s, name));
    PeerPolicy {
        map_in: directed("neighbor route-map", "map", "in"),
        map_out: directed("neighbor route-map", "map", "out"),
        prefix_list_in: directed("neighbor prefix-list", "list", "in"),
        prefix_list_out: directed("neighbor prefix-list", "list", "out"),
        list_in: directed("neighbor distribute-list", "list", "in"),
        list_out: directed("neighbor distribute-list", "list", "out"),
        next_hop_self: inherited.get("neighbor next-hop-self").is_some(),
        client: inherited.get("neighbor route-reflector-client").is_some(),
        weight: number("neighbor weight", "weight"),
        default_originate: inherited.get("neighbor default-originate").is_some(),
        send_community: inherited.get("neighbor send-community").is_some(),
        allow_as_in: inherited
            .get("neighbor allowas-in")
            .map_or(0, |s| parsed(s, "times").unwrap_or(3)),
        soft_reconfiguration: inherited.get("neighbor soft-reconfiguration").is_some(),
        remove_private: inherited.get("neighbor remove-private-as").is_some(),
        as_override: inherited.get("neighbor as-override").is_some(),
        maximum_prefix: number("neighbor maximum-prefix", "limit"),
    }
}
