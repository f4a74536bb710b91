//! Access points and their controller, as each shows the other.

use serde::Serialize;

use super::Snapshot;
use crate::AccessPoint;
use crate::network::{Discovery, Network, Node};

/// An access point, as its controller shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ApView {
    pub(super) name: String,
    model: String,
    serial: String,
    mac: String,
    radio_mac: String,
    address: String,
    location: String,
    country: String,
    state: &'static str,
    slots: u8,
    /// For how many seconds it has been up, and joined.
    uptime_s: u64,
    joined_s: u64,
    neighbor: Option<ApNeighborView>,
    joined: bool,
}

/// The switch that an access point hangs on.
#[derive(Debug, Clone, Serialize)]
struct ApNeighborView {
    device: String,
    address: String,
    port: String,
}

/// A controller, as its access point shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ControllerView {
    name: String,
    address: String,
}

/// The access points that have joined.
pub(super) fn views(snapshot: &Snapshot) -> Vec<ApView> {
    let network = snapshot.network();
    let joined = snapshot
        .facts
        .access_points
        .iter()
        .filter(|ap| has_joined(network, ap));
    joined.map(|ap| view(snapshot, ap)).collect()
}

/// Every access point that this controller has ever seen.
pub(super) fn all(snapshot: &Snapshot) -> Vec<ApView> {
    let points = snapshot.facts.access_points.iter();
    points.map(|ap| view(snapshot, ap)).collect()
}

/// Whether an access point runs, and a cable of it works. One that nobody describes, or that has no cable, has joined.
pub(crate) fn has_joined(network: &Network, ap: &AccessPoint) -> bool {
    network
        .node(&ap.name)
        .is_none_or(|node| is_reached(network, &node))
}

fn is_reached(network: &Network, node: &Node) -> bool {
    let cabled = !node.facts().cables.is_empty();
    let interfaces = network.interfaces(node.name());
    node.up()
        && (!cabled
            || interfaces
                .iter()
                .any(|i| i.physical && i.line && node.cable(&i.name).is_some()))
}

fn view(snapshot: &Snapshot, ap: &AccessPoint) -> ApView {
    let node = snapshot.network().node(&ap.name);
    let node = node.as_deref();
    let told = |kind: &str, value: &str| told(snapshot.network().own(), &ap.name, kind, value);
    // What the access point was told itself stands behind what its controller was told of it.
    let itself = |kind: &str, value: &str| {
        let grammar = node?.platform().grammar();
        let found = node?.ops().iter().find(|s| s.kind(grammar) == kind);
        Some(found?.value(value)?.to_string())
    };
    let since = snapshot.since(JOIN, &ap.name, "joined");
    let booted = node.map_or(snapshot.booted, Node::booted);
    let address = itself("capwap ap ip", "address");
    ApView {
        name: ap_name(snapshot.network(), ap),
        model: ap.model.clone(),
        serial: ap.serial.clone(),
        mac: ap.mac.clone(),
        radio_mac: ap.radio_mac.clone(),
        address: told("ap name ip address", "address")
            .or(address)
            .unwrap_or_else(|| ap.address.to_string()),
        location: told("ap name location", "location")
            .or_else(|| itself("capwap ap location", "location"))
            .unwrap_or_else(|| "default location".to_string()),
        country: told("ap name country", "country").unwrap_or_else(|| "US".to_string()),
        state: "Registered",
        slots: 2,
        uptime_s: snapshot.now.since(booted).as_secs(),
        joined_s: snapshot.now.since(since.max(booted)).as_secs(),
        neighbor: neighbor(snapshot.network(), ap),
        joined: has_joined(snapshot.network(), ap),
    }
}

/// The kind of what is remembered of an access point's joining.
pub(crate) const JOIN: &str = "ap";

/// The name that an access point has: the one that its controller gave it, else its own.
pub(crate) fn ap_name(network: &Network, ap: &AccessPoint) -> String {
    told(network.own(), &ap.name, "ap name name", "name")
        .or_else(|| Some(network.node(&ap.name)?.hostname().to_string()))
        .unwrap_or_else(|| ap.name.clone())
}

/// The name that an access point's controller was told to give it.
pub(crate) fn given_name(network: &Network, ap: &Node) -> Option<String> {
    let controller = network.node(&ap.facts().controller.as_ref()?.name)?;
    told(&controller, ap.name(), "ap name name", "name")
}

/// What a controller was told of an access point.
fn told(controller: &Node, ap: &str, kind: &str, value: &str) -> Option<String> {
    let grammar = controller.platform().grammar();
    let mut found = controller.ops().iter().filter(|s| s.kind(grammar) == kind);
    let of_ap = found.find(|s| {
        s.value("ap")
            .is_some_and(|name| name.eq_ignore_ascii_case(ap))
    });
    Some(of_ap?.value(value)?.to_string())
}

/// The first device that an access point hears by CDP.
fn neighbor(network: &Network, ap: &AccessPoint) -> Option<ApNeighborView> {
    let heard = network.heard(&ap.name, Discovery::Cdp).into_iter().next()?;
    let node = heard.node?;
    Some(ApNeighborView {
        device: node.full_name(),
        address: network.address_at(&node, heard.far.as_ref()).to_string(),
        port: heard.port,
    })
}

/// The controller that an access point has joined; none before, and none while the controller is away.
pub(super) fn controller(snapshot: &Snapshot) -> Option<ControllerView> {
    let controller = snapshot.facts.controller.as_ref()?;
    let network = snapshot.network();
    let node = network.node(&controller.name);
    let joined = node.as_ref().is_none_or(|node| node.up()) && is_reached(network, network.own());
    joined.then(|| ControllerView {
        name: node.map_or_else(
            || controller.name.clone(),
            |node| node.hostname().to_string(),
        ),
        address: controller.address.to_string(),
    })
}
