//! The state of every interface of a node, from its own configuration and that of the far ends of its cables.

use std::sync::Arc;

use super::channel;
use super::tree::has_trees;
use super::{Interface, Network, Node, PortMode, Settings};

/// Every interface with its state.
pub(super) fn states(network: &Network, node: &Arc<Node>) -> Vec<Interface> {
    let mut states: Vec<Interface> = node
        .settings()
        .iter()
        .map(|settings| port(network, node, settings))
        .collect();
    bundle(network, node, &mut states);
    follow(node, &mut states);
    states
}

/// Whether an interface would be up if nobody had shut it down. This is what a device logs when it is shut down.
pub(super) fn would_be_up(network: &Network, node: &Arc<Node>, settings: &Settings) -> bool {
    if settings.physical {
        return lives(network, node, settings);
    }
    // Most virtual interfaces need no other one.
    let states = || states(network, node);
    match settings.kind.as_str() {
        "Vlan" => svi_lives(node, settings, &states()),
        "Port-channel" if settings.parent().is_none() => {
            members(settings, &states()).next().is_some()
        }
        _ => settings
            .parent()
            .is_none_or(|parent| states().iter().any(|s| s.name == parent && s.protocol)),
    }
}

/// A port by itself: its cable and the other end of that.
fn port(network: &Network, node: &Arc<Node>, settings: &Arc<Settings>) -> Interface {
    let disabled = (settings.physical && guarded(network, node, settings)).then_some("bpduguard");
    let live = !settings.physical || (disabled.is_none() && lives(network, node, settings));
    let up = node.up() && !settings.shutdown && live;
    let far = network
        .far_end(node.name(), &settings.name)
        .filter(|_| settings.physical);
    let far = far.and_then(|(far, port)| far.settings().iter().find(|s| s.name == port).cloned());
    let agreed = |near: u32| {
        far.as_ref().map_or(near, |far| {
            near.min(far.forced_speed.unwrap_or(far.port_speed))
        })
    };
    let speed = settings
        .forced_speed
        .unwrap_or_else(|| agreed(settings.port_speed));
    let far_forced = far.as_ref().and_then(|far| far.forced_duplex);
    Interface {
        settings: settings.clone(),
        line: up,
        protocol: up,
        trunking: up && trunks(settings, far.as_deref()),
        bundled: None,
        disabled: disabled.filter(|_| node.up() && !settings.shutdown),
        speed,
        // An end that is told half duplex stops negotiating; the other one falls back to half.
        duplex: settings
            .forced_duplex
            .or(far_forced.filter(|duplex| *duplex == "half"))
            .unwrap_or("full"),
    }
}

/// Whether something is at the other end. The management port always leads somewhere, and so does a cable to a device
/// that nobody describes.
fn lives(network: &Network, node: &Arc<Node>, settings: &Settings) -> bool {
    let name = &settings.name;
    if node.cable(name).is_none() {
        return node.platform().management_port().as_deref() == Some(name);
    }
    let Some((far, far_port)) = network.far_end(node.name(), name) else {
        return true;
    };
    let end = far.settings().iter().find(|s| s.name == far_port);
    let speeds_agree = end.is_none_or(|end| match (settings.forced_speed, end.forced_speed) {
        (Some(near), Some(far)) => near == far,
        (Some(near), None) => near <= end.port_speed,
        (None, Some(far)) => far <= settings.port_speed,
        (None, None) => true,
    });
    let open = |end: &Arc<Settings>| !(end.shutdown || end.guarded && sends_bpdus(node, settings));
    far.up() && speeds_agree && end.is_none_or(open)
}

/// Whether a port's guard has heard a spanning-tree message and shut it down.
fn guarded(network: &Network, node: &Arc<Node>, settings: &Settings) -> bool {
    if !settings.guarded || !settings.switched() {
        return false;
    }
    let Some((far, port)) = network.far_end(node.name(), &settings.name) else {
        return false;
    };
    let end = far.settings().iter().find(|s| s.name == port);
    far.up() && end.is_some_and(|end| !end.shutdown && sends_bpdus(&far, end))
}

/// Whether a port sends spanning-tree messages.
fn sends_bpdus(node: &Node, settings: &Settings) -> bool {
    has_trees(node) && settings.switched() && !settings.filtered
}

/// Whether a port is a trunk: it is told to, or both ends negotiate it (DTP).
fn trunks(near: &Settings, far: Option<&Settings>) -> bool {
    use PortMode::{Auto, Desirable, Trunk};
    let asks = |end: &Settings| matches!(end.mode, Trunk | Desirable) && end.negotiates;
    match near.mode {
        Trunk => true,
        Desirable => far.is_some_and(|far| asks(far) || far.mode == Auto),
        Auto => far.is_some_and(asks),
        _ => false,
    }
}

/// Ports that their port-channels take, and port-channels that live by them.
fn bundle(network: &Network, node: &Arc<Node>, states: &mut [Interface]) {
    let up: Vec<String> = states
        .iter()
        .filter(|s| s.line)
        .map(|s| s.name.clone())
        .collect();
    let is_up = |settings: &Settings| up.contains(&settings.name);
    for state in &mut *states {
        let Some((group, _)) = state.channel else {
            continue;
        };
        if channel::bundles(network, node, &state.settings, &is_up) {
            state.bundled = Some(group);
        } else {
            // A port that its channel doesn't take is suspended.
            state.protocol = false;
        }
    }
    let ports = states.to_vec();
    for state in states
        .iter_mut()
        .filter(|s| s.kind == "Port-channel" && s.parent().is_none())
    {
        let members: Vec<&Interface> = members(&state.settings, &ports).collect();
        let up = node.up() && !state.shutdown && !members.is_empty();
        state.line = up;
        state.protocol = up;
        state.speed = members.iter().map(|member| member.speed).sum();
        state.trunking =
            up && (state.mode == PortMode::Trunk || members.iter().any(|member| member.trunking));
    }
}

/// The ports that a port-channel bundles.
fn members<'s>(channel: &Settings, states: &'s [Interface]) -> impl Iterator<Item = &'s Interface> {
    let group = channel.number.parse().ok();
    states
        .iter()
        .filter(move |s| s.bundled.is_some() && s.bundled == group)
}

/// What follows from other interfaces: a sub-interface has its port's state, an SVI that of its VLAN's ports.
fn follow(node: &Arc<Node>, states: &mut [Interface]) {
    let all = states.to_vec();
    for state in states.iter_mut().filter(|s| !s.shutdown) {
        if let Some(parent) = state.parent() {
            let up = all.iter().any(|s| s.name == parent && s.protocol);
            (state.line, state.protocol) = (up, up);
        } else if state.kind == "Vlan" {
            state.line &= vlan_exists(node, &state.number);
            state.protocol = state.line && svi_lives(node, &state.settings, &all);
        }
    }
}

/// An SVI is up while a port that is up carries its VLAN, unless it has `no autostate`.
fn svi_lives(node: &Node, svi: &Settings, states: &[Interface]) -> bool {
    let stays = node
        .below(svi.block.as_ref(), "autostate")
        .any(|s| s.negated);
    let vlan = svi.number.parse().unwrap_or(0);
    vlan_exists(node, &svi.number) && (stays || states.iter().any(|s| s.bridges(vlan)))
}

/// Whether a VLAN is in the database and active.
pub(super) fn vlan_exists(node: &Node, number: &str) -> bool {
    if number == "1" {
        return true;
    }
    let mut vlans = node
        .all("vlan")
        .filter(|s| !s.negated && s.value("vlan") == Some(number));
    vlans.next().is_some_and(|vlan| {
        node.below(vlan.block.as_ref(), "shutdown")
            .all(|s| s.negated)
    })
}
