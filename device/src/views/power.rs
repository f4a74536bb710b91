//! Power over Ethernet: which ports feed the device at the other end of their cable.

use serde::Serialize;

use super::Snapshot;
use crate::config::Statement;
use crate::grammar::World;
use crate::network::{Interface, Network};

/// A port that can feed a device.
#[derive(Debug, Serialize)]
pub(super) struct PowerView {
    name: String,
    short: String,
    /// `auto`, `static`, `never`.
    admin: &'static str,
    on: bool,
    watts: f64,
    device: Option<String>,
    /// Its power class (IEEE 802.3bt).
    class: Option<u8>,
    max: f64,
}

/// What an access point draws: class 4.
const WATTS: f64 = 30.0;
const CLASS: u8 = 4;

/// Every port that can feed a device: copper ports of a switch that has the feature.
pub(super) fn views(snapshot: &Snapshot) -> Vec<PowerView> {
    let network = snapshot.network();
    if !snapshot.platform.has("poe") {
        return Vec::new();
    }
    let interfaces = network.interfaces(network.own().name());
    let copper = |i: &&Interface| {
        let port = snapshot.platform.interfaces().port(&i.name);
        // The second number is that of the network module; only the front feeds devices.
        let front = i.number.split('/').nth(1) == Some("0");
        i.physical
            && front
            && port.is_some_and(|port| {
                port.media.ends_with("BaseTX") && port.layer == crate::grammar::Layer::Two
            })
    };
    interfaces
        .iter()
        .filter(copper)
        .map(|i| view(snapshot, network, i))
        .collect()
}

fn view(snapshot: &Snapshot, network: &Network, port: &Interface) -> PowerView {
    let own = network.own();
    let line = own
        .below(port.block.as_ref(), "power inline")
        .next()
        .filter(|s| !s.negated);
    let word = line
        .and_then(|line| line.line.split(' ').nth(2))
        .unwrap_or("auto");
    let admin = match word {
        "never" => "never",
        "static" => "static",
        _ => "auto",
    };
    let max = line.and_then(max_watts).unwrap_or(WATTS);
    // Whoever draws power does so whether or not its own end is up.
    let far = network.far_end(own.name(), &port.name).map(|(far, _)| far);
    let device = far
        .filter(|far| far.platform().has("cos"))
        .map(|far| far.platform().model().to_string());
    let on = device.is_some() && admin != "never" && !port.shutdown && port.disabled.is_none();
    PowerView {
        name: port.name.clone(),
        short: snapshot.platform.interfaces().short(&port.name),
        admin,
        on,
        watts: if on { WATTS.min(max) } else { 0.0 },
        device: device.filter(|_| on),
        class: on.then_some(CLASS),
        max,
    }
}

/// `power inline auto max 20000`: milliwatts.
fn max_watts(line: &Statement) -> Option<f64> {
    let milliwatts: f64 = line
        .value("max")
        .or_else(|| line.value("consumption"))?
        .parse()
        .ok()?;
    Some(milliwatts / 1000.0)
}
