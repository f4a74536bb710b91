//! Port-channels with their ports, and what the other end of each says.

use serde::Serialize;

use super::{Snapshot, base_mac};
use crate::grammar::World;
use crate::network::{ChannelMode, Interface, Network};

/// A port-channel.
#[derive(Debug, Serialize)]
pub(super) struct ChannelView {
    group: u32,
    name: String,
    short: String,
    /// `LACP`, `PAgP` or `-`.
    protocol: &'static str,
    layer: u8,
    up: bool,
    shutdown: bool,
    /// For how many seconds it has been as it is.
    since_s: u64,
    ports: Vec<MemberView>,
}

/// A port of a port-channel.
#[derive(Debug, Serialize)]
pub(super) struct MemberView {
    name: String,
    short: String,
    /// The number of the port on its device.
    number: usize,
    mode: &'static str,
    active: bool,
    /// Its key, its number and its state, as LACP sends them.
    key: String,
    number_hex: String,
    state_hex: String,
    /// As `show etherchannel summary` marks it: `P` bundled, `s` suspended, `D` down, `I` alone, `w` waiting.
    flag: &'static str,
    priority: u64,
    fast: bool,
    partner: Option<PartnerView>,
}

/// The other end of a port.
#[derive(Debug, Serialize)]
pub(super) struct PartnerView {
    device: String,
    mac: String,
    key: String,
    number_hex: String,
    state_hex: String,
    port: String,
    short: String,
    mode: &'static str,
    active: bool,
    priority: u64,
    system_priority: u64,
    fast: bool,
    age: u64,
}

/// Every port-channel, by number.
pub(super) fn views(snapshot: &Snapshot) -> Vec<ChannelView> {
    let network = snapshot.network();
    let interfaces = network.interfaces(network.own().name());
    let whole = interfaces
        .iter()
        .filter(|i| i.kind == "Port-channel" && i.parent().is_none());
    let mut views: Vec<ChannelView> = whole
        .filter_map(|i| view(snapshot, &interfaces, i))
        .collect();
    views.sort_by_key(|view| view.group);
    views
}

fn view(snapshot: &Snapshot, interfaces: &[Interface], whole: &Interface) -> Option<ChannelView> {
    let group = whole.number.parse().ok()?;
    let ports = interfaces.iter().enumerate();
    let ports = ports.filter(|(_, i)| i.channel.is_some_and(|(of, _)| of == group));
    let ports: Vec<(usize, &Interface)> = ports.collect();
    let mode = ports
        .first()
        .and_then(|(_, i)| i.channel)
        .map(|(_, mode)| mode);
    let state = if whole.protocol { "up" } else { "down" };
    let since = snapshot.since(crate::network::adjacency::PROTOCOL, &whole.name, state);
    Some(ChannelView {
        group,
        name: whole.name.clone(),
        short: snapshot.platform.interfaces().short(&whole.name),
        protocol: mode.map_or("-", ChannelMode::protocol),
        layer: if whole.switched() { 2 } else { 3 },
        up: whole.protocol,
        shutdown: whole.shutdown,
        since_s: snapshot.now.since(since).as_secs(),
        ports: ports
            .into_iter()
            .map(|(at, port)| member(snapshot, at, port))
            .collect(),
    })
}

fn member(snapshot: &Snapshot, at: usize, port: &Interface) -> MemberView {
    let network = snapshot.network();
    let mode = port.channel.map(|(_, mode)| mode);
    MemberView {
        name: port.name.clone(),
        short: snapshot.platform.interfaces().short(&port.name),
        number: at + 1,
        mode: mode.map_or("on", ChannelMode::word),
        active: mode.is_some_and(ChannelMode::begins),
        key: format!("0x{:X}", port.channel.map_or(0, |(group, _)| group)),
        number_hex: number_hex(at),
        state_hex: state_hex(port, fast(network, network.own().name(), port)),
        flag: flag(port),
        priority: number(network, network.own().name(), port, "lacp port-priority"),
        fast: fast(network, network.own().name(), port),
        partner: partner(snapshot, port),
    }
}

/// The number of a port: those of the first unit begin at 0x101.
fn number_hex(at: usize) -> String {
    format!("0x{:X}", 0x101 + at)
}

/// The bits of IEEE 802.1AX, 6.4.2.3: activity, short timeout, aggregation, synchronization, collecting, distributing,
/// defaulted.
fn state_hex(port: &Interface, fast: bool) -> String {
    let active = port.channel.is_some_and(|(_, mode)| mode.begins());
    let rest = if port.bundled.is_some() { 0x3c } else { 0x44 };
    format!("0x{:X}", u8::from(active) | u8::from(fast) << 1 | rest)
}

fn flag(port: &Interface) -> &'static str {
    match port.bundled {
        Some(_) => "P",
        None if !port.line => "D",
        None => "s",
    }
}

fn number(network: &Network, node: &str, port: &Interface, kind: &str) -> u64 {
    let node = network.node(node);
    let line = node
        .as_ref()
        .and_then(|node| node.below(port.block.as_ref(), kind).next());
    line.and_then(|line| line.line.rsplit(' ').next()?.parse().ok())
        .unwrap_or(32768)
}

fn fast(network: &Network, node: &str, port: &Interface) -> bool {
    let node = network.node(node);
    let line = node
        .as_ref()
        .and_then(|node| node.below(port.block.as_ref(), "lacp rate").next());
    line.is_some_and(|line| line.line.ends_with("fast"))
}

/// What the other end says, if both speak the same protocol.
fn partner(snapshot: &Snapshot, port: &Interface) -> Option<PartnerView> {
    let network = snapshot.network();
    let (far, name) = network.far_end(network.own().name(), &port.name)?;
    let all = network.interfaces(far.name());
    let (at, end) = all.iter().enumerate().find(|(_, i)| i.name == name)?;
    let (group, mode) = end.channel?;
    let (_, own_mode) = port.channel?;
    let speaks = mode.protocol() == own_mode.protocol() && mode != ChannelMode::On && port.line;
    let view = || PartnerView {
        device: far.full_name(),
        mac: base_mac(far.facts().seed, 0),
        key: format!("0x{group:X}"),
        number_hex: number_hex(at),
        state_hex: state_hex(end, fast(network, far.name(), end)),
        active: mode.begins(),
        short: far.platform().interfaces().short(&name),
        mode: mode.word(),
        priority: number(network, far.name(), end, "lacp port-priority"),
        system_priority: far.number("lacp system-priority", 32768),
        fast: fast(network, far.name(), end),
        age: snapshot.now.since(snapshot.booted).as_secs() % 30,
        port: name.clone(),
    };
    speaks.then(view)
}
