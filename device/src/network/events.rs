//! What a device logs of layer 2 beyond its links: ports that join and leave bundles, guards that shut ports, ends of a
//! cable that don't fit, access points that come and go.
//!
//! Known limit: a port that a guard has shut comes back by itself when the cause goes away.

use super::adjacency::Finding;
use super::{Discovery, Interface, Network};
use crate::grammar::World;
use crate::grammar::slot::length_mask;
use crate::views::aps::{JOIN, ap_name, has_joined};

/// The kinds of the findings here.
const BUNDLE: &str = "bundle";
const GUARD: &str = "guard";
const MISMATCH: &str = "mismatch";
const LEASE: &str = "lease";

/// All of it.
pub(super) fn evaluate(network: &Network) -> Vec<Finding> {
    let interfaces = network.interfaces(network.own().name());
    let mut findings: Vec<Finding> = interfaces.iter().filter_map(bundle).collect();
    findings.extend(interfaces.iter().filter_map(|port| guard(network, port)));
    findings.extend(interfaces.iter().filter_map(|port| lease(network, port)));
    findings.extend(mismatches(network));
    findings.extend(access_points(network));
    findings
}

fn bundle(port: &Interface) -> Option<Finding> {
    let group = port.bundled?;
    let name = &port.name;
    Some(Finding {
        state: group.to_string(),
        gained: vec![format!(
            "%EC-5-BUNDLE: Interface {name} joined port-channel Po{group}"
        )],
        lost: vec![format!(
            "%EC-5-UNBUNDLE: Interface {name} left the port-channel Po{group}"
        )],
        ..Finding::of(BUNDLE, name.clone())
    })
}

fn guard(network: &Network, port: &Interface) -> Option<Finding> {
    let cause = port.disabled?;
    let short = network.own().platform().interfaces().short(&port.name);
    let heard = "Received BPDU on port";
    Some(Finding {
        state: cause.to_string(),
        gained: vec![
            format!(
                "%SPANTREE-2-BLOCK_BPDUGUARD: {heard} {short} with BPDU Guard enabled. Disabling port."
            ),
            format!(
                "%PM-4-ERR_DISABLE: {cause} error detected on {short}, putting {short} in err-disable state"
            ),
        ],
        lost: vec![format!(
            "%PM-4-ERR_RECOVER: Attempting to recover from {cause} err-disable state on {short}"
        )],
        ..Finding::of(GUARD, port.name.clone())
    })
}

fn lease(network: &Network, port: &Interface) -> Option<Finding> {
    let given = port.primary().filter(|_| port.dhcp)?;
    let (name, host) = (&port.name, network.own().hostname());
    let (address, mask) = (given.address, length_mask(given.length));
    Some(Finding {
        state: address.to_string(),
        gained: vec![format!(
            "%DHCP-6-ADDRESS_ASSIGN: Interface {name} assigned DHCP address {address}, mask {mask}, hostname {host}"
        )],
        ..Finding::of(LEASE, name.clone())
    })
}

/// What CDP tells of a cable whose ends are set to different things.
fn mismatches(network: &Network) -> Vec<Finding> {
    let own = network.own().clone();
    let mut findings = Vec::new();
    for heard in network.heard(own.name(), Discovery::Cdp) {
        let (Some(node), Some(far)) = (&heard.node, &heard.far) else {
            continue;
        };
        let (near, device) = (&heard.local, node.full_name());
        let far_port = node.platform().interfaces().short(&far.name);
        let mut note = |what: &str, state: String, line: String| {
            findings.push(Finding {
                state,
                gained: vec![line],
                ..Finding::of(MISMATCH, format!("{what} {}", near.name))
            });
        };
        if let (Some(one), Some(other)) = (near.native_vlan(), far.native_vlan())
            && one != other
        {
            let (port, far_name) = (&near.name, &far.name);
            note(
                "vlan",
                format!("{one} {other}"),
                format!(
                    "%CDP-4-NATIVE_VLAN_MISMATCH: Native VLAN mismatch discovered on {port} ({one}), with {device} \
                     {far_name} ({other})."
                ),
            );
        }
        if near.duplex != far.duplex {
            let full = |duplex: &str| {
                if duplex == "full" {
                    "full duplex"
                } else {
                    "half duplex"
                }
            };
            let not = if near.duplex == "full" {
                "not half duplex"
            } else {
                "not full duplex"
            };
            let text = format!(
                "%CDP-4-DUPLEX_MISMATCH: duplex mismatch discovered on {} ({not}), with {device} {far_port} ({}).",
                near.name,
                full(far.duplex)
            );
            note("duplex", far.duplex.to_string(), text);
        }
    }
    findings
}

/// The access points that have joined this controller.
fn access_points(network: &Network) -> Vec<Finding> {
    let all = &network.own().facts().access_points;
    let joined = all.iter().filter(|ap| has_joined(network, ap));
    let finding = |ap: &crate::AccessPoint| {
        let about = format!(
            "AP Event: AP Name: {}, MAC: {}",
            ap_name(network, ap),
            ap.mac
        );
        let tells = "%CAPWAPAC_SMGR_TRACE_MESSAGE-5-AP_JOIN_DISJOIN: Chassis 1 R0/0: wncd:";
        Finding {
            state: "joined".to_string(),
            gained: vec![format!("{tells} {about} Joined")],
            lost: vec![format!("{tells} {about} Disjoined")],
            ..Finding::of(JOIN, ap.name.clone())
        }
    };
    joined.map(finding).collect()
}
