//! Reads what the configuration of a device says of its interfaces.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::channel::ChannelMode;
use super::{Address, Address6, Node, PortMode, Settings, Vlans};
use crate::config::text::layer;
use crate::config::{Block, Statement};
use crate::grammar::slot::{mask_length, vlans};
use crate::grammar::{Layer, World};
use crate::views::base_mac;

/// Reads the interfaces of a node.
pub(super) fn read(node: &Node) -> Vec<Arc<Settings>> {
    let statements = node.all("interface").filter(|s| !s.negated);
    let all: Vec<Arc<Settings>> = statements
        .map(|s| Arc::new(of_statement(node, s)))
        .collect();
    if all.is_empty() { hosts(node) } else { all }
}

/// Reads one interface of a node, and no other.
pub(super) fn one(node: &Node, name: &str) -> Option<Settings> {
    let all = node.config().named(node.platform().grammar(), "interface");
    let mut set = all.filter(|s| !s.negated);
    let statement = set.find(|s| s.value("interface") == Some(name))?;
    Some(of_statement(node, statement))
}

/// A platform without interface mode (an access point) is a host: its first port has its address.
fn hosts(node: &Node) -> Vec<Arc<Settings>> {
    let address = match node.facts().address {
        std::net::IpAddr::V4(address) => Some(Address {
            address,
            length: 24,
            secondary: false,
        }),
        std::net::IpAddr::V6(_) => None,
    };
    let ports = node.platform().interfaces().ports();
    let setting = |(at, (name, _)): (usize, (String, _))| {
        let mut settings = plain(node, &name);
        settings.mac = base_mac(node.facts().seed, at);
        settings.addresses = address.filter(|_| at == 0).into_iter().collect();
        Arc::new(settings)
    };
    ports.enumerate().map(setting).collect()
}

/// An interface that no line says anything of.
fn plain(node: &Node, name: &str) -> Settings {
    let interfaces = node.platform().interfaces();
    let digits = name
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(name.len());
    // A type with a digit in its name (`L2LISP0`) is known to the platform.
    let number = interfaces
        .parts(name)
        .map_or(&name[digits..], |parts| parts.number);
    let kind = &name[..name.len() - number.len()];
    Settings {
        kind: kind.to_string(),
        number: number.to_string(),
        physical: interfaces.is_physical(name),
        layer: Layer::Three,
        shutdown: false,
        addresses: Vec::new(),
        dhcp: false,
        helpers: Vec::new(),
        addresses6: Vec::new(),
        link_local: None,
        vrf: None,
        mode: PortMode::Routed,
        access: 1,
        voice: None,
        native: 1,
        allowed: Vlans::All,
        negotiates: true,
        channel: None,
        tag: None,
        untagged: false,
        mac: base_mac(node.facts().seed, offset(node, kind, number, name)),
        forced_speed: None,
        port_speed: interfaces.port(name).map_or(1000, |port| port.speed_mbps),
        forced_duplex: None,
        guarded: false,
        filtered: false,
        block: None,
        name: name.to_string(),
    }
}

/// An interface's place among the device's addresses, which stays when others come and go: its port's, or one of a
/// few that its kind has. Interfaces of one device may share an address, as they do on a device.
fn offset(node: &Node, kind: &str, number: &str, name: &str) -> usize {
    let number: usize = number.parse().unwrap_or(0);
    match node.platform().interfaces().position(name) {
        Some(port) => port + 1,
        None if kind == "Port-channel" => 0xb0 + number % 0x10,
        None => 0xc0 + number % 0x40,
    }
}

fn of_statement(node: &Node, statement: &Statement) -> Settings {
    let name = statement.value("interface").unwrap_or_default();
    let mut settings = plain(node, name);
    settings.layer = layer(node.platform(), statement);
    settings.block.clone_from(&statement.block);
    if settings.layer == Layer::Two {
        settings.mode = PortMode::Auto;
    }
    let grammar = node.platform().grammar();
    for line in statement.block.iter().flat_map(Block::iter) {
        if let Some(address) = address(line, line.kind(grammar)) {
            settings.addresses.push(address);
        } else {
            take(&mut settings, line, line.kind(grammar));
        }
    }
    settings.addresses.sort_by_key(|address| address.secondary);
    guard(node, &mut settings);
    if settings.layer == Layer::Three {
        settings.mode = PortMode::Routed;
    }
    if settings.link_local.is_none() && !settings.addresses6.is_empty() {
        settings.link_local = Some(eui64(
            &settings.mac,
            Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0),
        ));
    }
    settings
}

/// Guard and filter against spanning-tree messages: the port's own line, else what holds for all edge ports.
fn guard(node: &Node, settings: &mut Settings) {
    let own = |kind: &str| {
        let line = node
            .below(settings.block.as_ref(), kind)
            .next()
            .filter(|s| !s.negated);
        line.map(|s| s.line.ends_with("enable"))
    };
    let (guard, filter) = (
        own("spanning-tree bpduguard"),
        own("spanning-tree bpdufilter"),
    );
    let fast = node
        .below(settings.block.as_ref(), "spanning-tree portfast")
        .next();
    let fast = fast.is_some_and(|s| !s.negated && !s.line.ends_with("disable"));
    let everywhere =
        |what: &str| fast && node.has(&format!("spanning-tree portfast {what} default"));
    settings.guarded = guard.unwrap_or_else(|| everywhere("bpduguard"));
    settings.filtered = filter.unwrap_or(false);
}

fn address(line: &Statement, kind: &str) -> Option<Address> {
    let secondary = match kind {
        "ip address" => false,
        "ip address secondary" => true,
        _ => return None,
    };
    let address = line.value("address")?.parse().ok()?;
    let length = mask_length(line.value("mask")?.parse().ok()?)?;
    (!line.negated).then_some(Address {
        address,
        length,
        secondary,
    })
}

fn take(settings: &mut Settings, line: &Statement, kind: &str) {
    let number = |name: &str| line.value(name).and_then(|text| text.parse().ok());
    let last = || line.line.rsplit(' ').next().unwrap_or_default();
    if line.negated {
        return;
    }
    match kind {
        "shutdown" => settings.shutdown = true,
        "ip address" => settings.dhcp = line.line.starts_with("ip address dhcp"),
        "ip helper-address" => {
            let address = line
                .value("address")
                .and_then(|text| text.parse::<Ipv4Addr>().ok());
            settings.helpers.extend(address);
        }
        "vrf forwarding" | "ip vrf forwarding" => {
            settings.vrf = line.value("vrf").map(ToString::to_string)
        }
        "mac-address" => settings.mac = last().to_string(),
        "ipv6 enable" => {
            let local = eui64(&settings.mac, Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0));
            settings.link_local.get_or_insert(local);
        }
        "ipv6 address" => address6(settings, line),
        "ipv6 address link-local" => {
            settings.link_local = line.value("address").and_then(|a| a.parse().ok())
        }
        "switchport mode" => settings.mode = mode(&line.line),
        "switchport access vlan" => settings.access = number("vlan").unwrap_or(settings.access),
        "switchport voice vlan" => settings.voice = number("vlan"),
        "switchport trunk native vlan" => settings.native = number("vlan").unwrap_or(1),
        "switchport trunk allowed vlan" => settings.allowed = allowed(last()),
        "switchport nonegotiate" => settings.negotiates = false,
        "channel-group" => {
            let group = number("group").map(u32::from);
            let mode = line.line.split(' ').nth(3).and_then(ChannelMode::parse);
            settings.channel = group.zip(mode);
        }
        "encapsulation" => {
            settings.tag = number("vlan");
            settings.untagged = line.line.split(' ').any(|word| word == "native");
        }
        "speed" => {
            settings.forced_speed = line
                .line
                .split(' ')
                .nth(1)
                .and_then(|word| word.parse().ok())
        }
        "duplex" => {
            settings.forced_duplex = match last() {
                "half" => Some("half"),
                "full" => Some("full"),
                _ => None,
            };
        }
        _ => {}
    }
}

fn mode(line: &str) -> PortMode {
    match line.strip_prefix("switchport mode ").unwrap_or_default() {
        "trunk" => PortMode::Trunk,
        "dynamic auto" => PortMode::Auto,
        "dynamic desirable" => PortMode::Desirable,
        _ => PortMode::Access,
    }
}

fn allowed(list: &str) -> Vlans {
    match list {
        "all" => Vlans::All,
        "none" => Vlans::Only(Vec::new()),
        list => vlans(list).map_or(Vlans::All, Vlans::Only),
    }
}

fn address6(settings: &mut Settings, line: &Statement) {
    let parsed = line.value("prefix").and_then(|text| {
        let (address, length) = text.split_once('/')?;
        Some((address.parse().ok()?, length.parse().ok()?))
    });
    if let Some((address, length)) = parsed {
        let by_mac = line.line.ends_with(" eui-64");
        let address = if by_mac {
            eui64(&settings.mac, address)
        } else {
            address
        };
        settings.addresses6.push(Address6 { address, length });
    }
}

/// The address in a /64 prefix that follows from a MAC address (RFC 4291, appendix A).
fn eui64(mac: &str, prefix: Ipv6Addr) -> Ipv6Addr {
    let digits: String = mac.chars().filter(char::is_ascii_hexdigit).collect();
    let mac = u64::from_str_radix(&digits, 16).unwrap_or(0);
    let (high, low) = (mac >> 24, mac & 0x00ff_ffff);
    let id = ((high << 40) | (0xfffe << 24) | low) ^ (0x02 << 56);
    let network = u128::from(prefix) & !u128::from(u64::MAX);
    Ipv6Addr::from(network | u128::from(id))
}
