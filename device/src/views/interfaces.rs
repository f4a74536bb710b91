//! Every interface with its state: what is configured, what is cabled, what follows.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Snapshot;
use super::layer2::allowed_text;
use super::traffic::{self, Traffic};
use crate::config::{Block, Statement};
use crate::grammar::World;
use crate::grammar::slot::{ipv6_text, length_mask, mask_length};
use crate::network::adjacency::{PROTOCOL, line_state, protocol_state};
use crate::network::{Interface, PortMode};
use crate::pack::Platform;

/// An interface, as templates see it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct InterfaceView {
    pub(super) name: String,
    pub(super) short: String,
    pub(super) cdp: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) number: String,
    pub(super) physical: bool,
    pub(super) layer: u8,
    pub(super) description: Option<String>,
    pub(super) status: &'static str,
    pub(super) protocol: &'static str,
    pub(super) shutdown: bool,
    pub(super) connected: bool,
    pub(super) ip: Option<String>,
    pub(super) mask: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) method: &'static str,
    pub(super) secondary: Vec<String>,
    pub(super) mac: String,
    pub(super) vrf: Option<String>,
    pub(super) mode: &'static str,
    pub(super) vlan: Option<String>,
    pub(super) trunk: bool,
    pub(super) trunking: bool,
    /// What a switch port is set to, and what it is: `static access`, `dynamic auto`, `trunk`, `down`.
    pub(super) admin_mode: &'static str,
    pub(super) oper_mode: String,
    pub(super) negotiates: bool,
    pub(super) native: u16,
    pub(super) voice: Option<u16>,
    /// The VLANs that a trunk may carry: `1-4094`, `10,20`, `none`.
    pub(super) allowed: String,
    /// What disabled it, if something did.
    pub(super) disabled: Option<&'static str>,
    /// Its port-channel doesn't take it.
    pub(super) suspended: bool,
    /// Its IPv6 addresses.
    pub(super) ipv6: Vec<String>,
    pub(super) link_local: Option<String>,
    pub(super) bundled: Option<u32>,
    pub(super) channel: Option<u32>,
    /// The ports that a port-channel bundles, by their short names.
    pub(super) members: Vec<String>,
    /// For how many seconds its protocol has been as it is.
    pub(super) since_s: u64,
    /// `full` or `half`, as both ends come to it.
    pub(super) oper_duplex: &'static str,
    /// CDP is off here.
    pub(super) cdp_off: bool,
    pub(super) speed: u32,
    pub(super) forced_speed: Option<u32>,
    pub(super) port_speed: u32,
    pub(super) duplex: String,
    pub(super) bandwidth: u32,
    pub(super) delay: u32,
    pub(super) mtu: u32,
    pub(super) media: String,
    pub(super) hardware: String,
    pub(super) helpers: Vec<String>,
    pub(super) input: Traffic,
    pub(super) output: Traffic,
    pub(super) cleared_s: Option<u64>,
}

/// How many interfaces there are of a type.
#[derive(Debug, Default, Serialize)]
pub(super) struct Count {
    all: usize,
    physical: usize,
}

/// By the names of their types, without looking at what state they are in.
pub(super) fn counts(snapshot: &Snapshot) -> BTreeMap<&str, Count> {
    let interfaces = snapshot.platform.interfaces();
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for statement in snapshot
        .config
        .named(snapshot.platform.grammar(), "interface")
    {
        let name = statement.value("interface").filter(|_| !statement.negated);
        if let Some((name, parts)) = name.and_then(|name| Some((name, interfaces.parts(name)?))) {
            let kind = &name[..name.len() - parts.number.len()];
            let count = counts.entry(kind).or_default();
            count.all += 1;
            count.physical += usize::from(interfaces.is_physical(name));
        }
    }
    counts
}

/// Every interface, in the order of the platform's types.
pub(super) fn views(snapshot: &Snapshot) -> Vec<InterfaceView> {
    let grammar = snapshot.platform.grammar();
    let blocks = snapshot
        .config
        .iter()
        .filter(|s| s.kind(grammar) == "interface" && !s.negated);
    let name = snapshot.network().own().name().to_string();
    let states = snapshot.network().interfaces(&name);
    let state = |s: &Statement| {
        states
            .iter()
            .find(|state| s.value("interface") == Some(&state.name))
    };
    let mut views: Vec<InterfaceView> = blocks
        .filter_map(|s| Some(view(snapshot, state(s)?, s)))
        .collect();
    tunnels(&mut views, snapshot);
    traffic::fill(&mut views, snapshot);
    views
}

/// Whether a tunnel leads anywhere is known to the routing tables only.
fn tunnels(views: &mut [InterfaceView], snapshot: &Snapshot) {
    for view in views.iter_mut().filter(|view| view.kind == "Tunnel") {
        let router = &snapshot.network().routing().routers[0];
        let up = router
            .port(&view.name)
            .is_some_and(|port| router.ports[port].up);
        view.protocol = if up { "up" } else { "down" };
        let since = snapshot.since(PROTOCOL, &view.name, view.protocol);
        view.since_s = snapshot.now.since(since).as_secs();
    }
}

fn view(snapshot: &Snapshot, state: &Interface, statement: &Statement) -> InterfaceView {
    let platform = &snapshot.platform;
    let here = Here {
        platform,
        block: statement.block.as_ref(),
    };
    let name = state.name.clone();
    let network = snapshot.network();
    let parent = state
        .parent()
        .and_then(|parent| network.interface(network.own().name(), parent));
    let parent_shut = parent.is_some_and(|parent| parent.shutdown);
    let interfaces = platform.interfaces();
    let port = interfaces.port(&name);
    let (kind, number) = (&*state.kind, &*state.number);
    let address = here.get("ip address").filter(|s| !s.negated);
    let value =
        |s: Option<&Statement>, key: &str| s.and_then(|s| s.value(key)).map(ToString::to_string);
    // An address that was given out stands in no line.
    let given = state.primary().filter(|_| state.dhcp);
    let ip = value(address, "address").or(given.map(|a| a.address.to_string()));
    let mask = value(address, "mask").or(given.map(|a| length_mask(a.length).to_string()));
    let length = mask
        .as_deref()
        .and_then(|m| m.parse().ok())
        .and_then(mask_length);
    let by_dhcp = address.is_some_and(|s| s.line.contains(" dhcp"));
    let speed = if state.kind == "Port-channel" {
        1000.max(state.speed)
    } else {
        state.speed
    };
    InterfaceView {
        short: interfaces.short(&name),
        cdp: interfaces.cdp(&name),
        kind: kind.to_string(),
        number: number.to_string(),
        physical: state.physical,
        layer: if state.switched() { 2 } else { 3 },
        description: here
            .line("description")
            .map(|line| line.trim_start_matches("description ").to_string()),
        status: if parent_shut {
            "administratively down"
        } else {
            line_state(state)
        },
        protocol: protocol_state(state),
        shutdown: state.shutdown,
        connected: state.line,
        trunking: state.trunking,
        bundled: state.bundled,
        channel: state.channel.map(|(group, _)| group),
        members: members(snapshot, state),
        since_s: {
            let since = snapshot.since(PROTOCOL, &state.name, protocol_state(state));
            snapshot.now.since(since).as_secs()
        },
        prefix: ip
            .as_ref()
            .zip(length)
            .map(|(ip, length)| format!("{ip}/{length}")),
        method: if by_dhcp {
            "DHCP"
        } else if ip.is_some() {
            "NVRAM"
        } else {
            "unset"
        },
        ip,
        mask,
        secondary: here.all("ip address secondary", "address"),
        mac: state.mac.clone(),
        vrf: state.vrf.clone(),
        mode: match state.mode {
            PortMode::Trunk => "trunk",
            PortMode::Access => "access",
            PortMode::Auto | PortMode::Desirable | PortMode::Routed => "dynamic",
        },
        vlan: value(here.get("switchport access vlan"), "vlan")
            .or_else(|| state.tag.map(|tag| tag.to_string())),
        trunk: state.mode == PortMode::Trunk,
        admin_mode: match state.mode {
            PortMode::Trunk => "trunk",
            PortMode::Access | PortMode::Routed => "static access",
            PortMode::Auto => "dynamic auto",
            PortMode::Desirable => "dynamic desirable",
        },
        oper_mode: oper_mode(state),
        negotiates: state.negotiates && state.mode != PortMode::Access,
        native: state.native,
        voice: state.voice,
        allowed: allowed_text(&state.allowed),
        disabled: state.disabled,
        suspended: state.channel.is_some() && state.bundled.is_none() && state.line,
        ipv6: state
            .addresses6
            .iter()
            .map(|six| format!("{}/{}", ipv6_text(six.address), six.length))
            .collect(),
        link_local: state.link_local.map(ipv6_text),
        duplex: here
            .line("duplex")
            .map_or("auto", |line| {
                if line.ends_with("half") {
                    "half"
                } else {
                    "full"
                }
            })
            .to_string(),
        bandwidth: here.number(
            "bandwidth",
            if kind == "Loopback" {
                8_000_000
            } else {
                speed * 1000
            },
        ),
        delay: here.number("delay", if kind == "Loopback" { 5000 } else { 10 }),
        mtu: here.number("mtu", if kind == "Loopback" { 1514 } else { 1500 }),
        media: port.map(|port| port.media.clone()).unwrap_or_default(),
        hardware: hardware(kind, speed).to_string(),
        helpers: here.all("ip helper-address", "address"),
        speed,
        oper_duplex: state.duplex,
        cdp_off: here.get("cdp enable").is_some_and(|s| s.negated),
        input: Traffic::default(),
        output: Traffic::default(),
        cleared_s: None,
        forced_speed: state.forced_speed,
        port_speed: state.port_speed,
        name,
    }
}

/// The ports that a port-channel bundles.
fn members(snapshot: &Snapshot, state: &Interface) -> Vec<String> {
    let whole = state.kind == "Port-channel" && state.parent().is_none();
    let Some(group) = state.number.parse().ok().filter(|_| whole) else {
        return Vec::new();
    };
    let network = snapshot.network();
    let all = network.interfaces(network.own().name());
    let bundled = all.iter().filter(|port| port.bundled == Some(group));
    let short = |port: &Interface| snapshot.platform.interfaces().short(&port.name);
    bundled.map(short).collect()
}

/// What a switch port is now.
fn oper_mode(state: &Interface) -> String {
    let mode = if state.trunking {
        "trunk"
    } else {
        "static access"
    };
    match state.bundled {
        _ if !state.line => "down".to_string(),
        Some(group) => format!("{mode} (member of bundle Po{group})"),
        None if !state.protocol => "down (suspended)".to_string(),
        None => mode.to_string(),
    }
}

/// The block of one interface.
struct Here<'a> {
    platform: &'a Platform,
    block: Option<&'a Block>,
}

impl<'a> Here<'a> {
    fn of(&self, kind: &'a str) -> impl Iterator<Item = &'a Statement> + use<'a> {
        let grammar = self.platform.grammar();
        self.block
            .into_iter()
            .flat_map(Block::iter)
            .filter(move |s| s.kind(grammar) == kind)
    }

    fn get(&self, kind: &'a str) -> Option<&'a Statement> {
        self.of(kind).next()
    }

    fn line(&self, kind: &'a str) -> Option<&'a str> {
        self.get(kind).filter(|s| !s.negated).map(|s| &*s.line)
    }

    fn all(&self, kind: &'a str, key: &str) -> Vec<String> {
        self.of(kind)
            .filter_map(|s| s.value(key).map(ToString::to_string))
            .collect()
    }

    /// The last word of a line, as a number.
    fn number(&self, kind: &'a str, otherwise: u32) -> u32 {
        self.line(kind)
            .and_then(|line| line.rsplit(' ').next()?.parse().ok())
            .unwrap_or(otherwise)
    }
}

fn hardware(kind: &str, speed: u32) -> &'static str {
    match (kind, speed) {
        ("Vlan", _) => "Ethernet SVI",
        ("Port-channel", _) => "EtherChannel",
        (_, 0..=100) => "Fast Ethernet",
        (_, 101..=1000) => "Gigabit Ethernet",
        (_, 1001..=10_000) => "Ten Gigabit Ethernet",
        (_, 10_001..=25_000) => "Twenty Five Gigabit Ethernet",
        (_, 25_001..=40_000) => "Forty Gigabit Ethernet",
        _ => "Hundred Gigabit Ethernet",
    }
}

/// The MAC address number `index` of a device with this seed; number 0 is its base address.
#[must_use]
pub fn base_mac(seed: u64, index: usize) -> String {
    let low = (mixed(seed) & 0x00ff_ff00) + index as u64;
    format!(
        "{:04x}.{:04x}.{:04x}",
        0x00a7,
        0x4200 | ((low >> 16) & 0xff),
        low & 0xffff
    )
}

/// The serial number of a device with this seed: plant, year and week, four more.
#[must_use]
pub fn serial(seed: u64) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
    let mut rest = mixed(seed ^ 0x5eed);
    let mut take = |base: u64| {
        let digit = rest % base;
        rest /= base;
        digit
    };
    let (year, week) = (20 + take(7), 1 + take(52));
    let tail: String = (0..4)
        .map(|_| char::from(DIGITS[take(DIGITS.len() as u64) as usize]))
        .collect();
    format!("FCW{year:02}{week:02}{tail}")
}

/// Spreads a seed over all its bits (splitmix64).
pub(super) fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
