//! From the text of a topology to a checked [`Topology`].

use std::path::Path;

use device::pack::Packs;
use yaml::Mistake;

use super::credentials::Partial;
use super::devices::{self, Defaults};
use super::judge::{Judge, Map, Value};
use super::node::Node;
use super::ssh::Override;
use super::{Reach, Topology, faults, links, listen};

/// The keys of a topology.
const KEYS: [&str; 8] = [
    "name",
    "seed",
    "listen",
    "credentials",
    "ssh",
    "devices",
    "links",
    "faults",
];

/// Reads a topology; every mistake is told.
pub(super) fn topology(
    file: &str,
    text: &str,
    folder: &Path,
    packs: &Packs,
    reach: Reach,
) -> Result<Topology, Vec<Mistake>> {
    let root: Node = yaml::read(file, text).map_err(|mistake| vec![mistake])?;
    let mut judge = Judge::new(file, text);
    let whole = Value {
        path: String::new(),
        node: &root,
    };
    let found = judge
        .map(&whole, &KEYS)
        .and_then(|map| body(&mut judge, &map, folder, packs, reach));
    judge.verdict(found)
}

fn body(
    judge: &mut Judge,
    map: &Map<'_>,
    folder: &Path,
    packs: &Packs,
    reach: Reach,
) -> Option<Topology> {
    let name = judge
        .required(map, "name")
        .and_then(|value| title(judge, &value));
    let seed = seed(judge, map);
    let listen = judge
        .required(map, "listen")
        .and_then(|value| listen::listen(judge, &value, reach));
    let defaults = Defaults {
        credentials: optional(judge, map, "credentials", Partial::read),
        ssh: optional(judge, map, "ssh", Override::read),
        folder,
        packs,
    };
    let devices = judge
        .required(map, "devices")
        .and_then(|value| devices::read(judge, &value, &defaults));
    let cables = match (&devices, map.get("links")) {
        (Some(devices), Some(value)) => links::read(judge, &value, devices),
        _ => links::Cables::default(),
    };
    let general = map
        .get("faults")
        .map(|value| faults::of_fleet(judge, &value));
    let (listen, mut devices) = (listen?, devices?);
    let faults = faults::all(
        judge,
        general.flatten(),
        std::mem::take(&mut devices.faults),
    );
    if devices.is_whole() {
        listen::room(judge, &listen, devices.len());
    }
    Some(Topology {
        name: name?,
        seed: seed?,
        listen,
        groups: devices.groups,
        cables,
        joined: devices.joined,
        faults,
        part: None,
    })
}

/// The seed: 0 if nothing is said.
fn seed(judge: &mut Judge, map: &Map<'_>) -> Option<u64> {
    match map.get("seed") {
        None => Some(0),
        Some(value) => judge.number(&value, 0, u64::MAX),
    }
}

/// A name that can stand in a log line and in a file name.
fn title(judge: &mut Judge, value: &Value<'_>) -> Option<String> {
    let text = judge.filled(value)?;
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if !text.chars().all(plain) {
        let says = format!("`{}` is not a name", text.escape_debug());
        judge.wrong(
            &value.path,
            says,
            "use letters, digits, hyphens, dots, e.g. campus",
        );
        return None;
    }
    Some(text.to_string())
}

/// What a key says, or nothing if it is not there or wrong.
pub(super) fn optional<T: Default>(
    judge: &mut Judge,
    map: &Map<'_>,
    key: &str,
    read: fn(&mut Judge, &Value<'_>) -> Option<T>,
) -> T {
    map.get(key)
        .and_then(|value| read(judge, &value))
        .unwrap_or_default()
}
