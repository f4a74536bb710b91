//! What a topology says of one device, put together for the device.

use device::{AccessPoint, Cable, Facts};

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

/// An access point as its controller knows it.
fn access_point(topology: &Topology, number: usize) -> Option<AccessPoint> {
    let row = topology.row(number)?;
    let seed = seed::of_device(topology.seed(), &row.name);
    Some(AccessPoint {
        model: row.group.platform.model().to_string(),
        serial: serial(seed),
        mac: mac(seed, 0),
        // The radios have the next block of sixteen addresses.
        radio_mac: mac(seed, 0x10),
        address: row.address.ip(),
        name: row.name,
    })
}

/// `FGL2347A0BC`: a factory's letters, a year and week, four of 34 letters and digits.
fn serial(seed: u64) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let year = 21 + seed % 7;
    let week = 1 + (seed >> 8) % 52;
    let letter = |shift: u64| {
        let index = usize::try_from((seed >> shift) % LETTERS.len() as u64).unwrap_or_default();
        LETTERS.get(index).copied().map_or('0', char::from)
    };
    let end: String = [16, 24, 32, 40].into_iter().map(letter).collect();
    format!("FGL{year:02}{week:02}{end}")
}

/// A MAC address in a block of Cisco's, `0011.2233.4455`.
fn mac(seed: u64, offset: u64) -> String {
    let low = (seed & 0x00ff_ffff & !0x1f) + offset;
    format!("a0b4.39{:02x}.{:04x}", low >> 16, low & 0xffff)
}
