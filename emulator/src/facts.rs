//! What a topology says of one device, put together for the device.

use device::views::{base_mac, serial};
use device::{AccessPoint, Cable, Controller, Facts};

use crate::seed;
use crate::topology::{Link, Row, Topology};

/// The facts of a device.
#[must_use]
pub fn of_device(topology: &Topology, row: &Row<'_>) -> Facts {
    let cables = topology.cables(row.number).iter();
    let joined = topology.joined(row.number).iter();
    Facts {
        name: row.name.clone(),
        address: row.address.ip(),
        seed: seed::of_device(topology.seed(), &row.name),
        credentials: row.group.credentials.clone(),
        startup: row.group.startup.as_deref().map(str::to_string),
        cables: cables.filter_map(|link| cable(topology, link)).collect(),
        access_points: joined
            .filter_map(|number| access_point(topology, *number))
            .collect(),
        controller: controller(topology, row.number),
    }
}

fn cable(topology: &Topology, link: &Link) -> Option<Cable> {
    let far = topology.row(link.far)?;
    let identity = |key| far.group.platform.identity(key).unwrap_or_default();
    Some(Cable {
        port: link.port.clone(),
        far_port: link.far_port.clone(),
        far_model: far.group.platform.model().to_string(),
        far_address: far.address.ip(),
        far_version: identity("version"),
        far_capabilities: identity("capabilities"),
        device: far.name,
    })
}

/// The controller of an access point.
fn controller(topology: &Topology, access_point: usize) -> Option<Controller> {
    let row = topology.row(topology.controller(access_point)?)?;
    Some(Controller {
        address: row.address.ip(),
        name: row.name,
    })
}

/// An access point as its controller knows it.
fn access_point(topology: &Topology, number: usize) -> Option<AccessPoint> {
    let row = topology.row(number)?;
    let seed = seed::of_device(topology.seed(), &row.name);
    Some(AccessPoint {
        model: row.group.platform.model().to_string(),
        serial: serial(seed),
        mac: base_mac(seed, 0),
        // The radios have the next block of sixteen addresses.
        radio_mac: base_mac(seed, 0x10),
        address: row.address.ip(),
        name: row.name,
    })
}
