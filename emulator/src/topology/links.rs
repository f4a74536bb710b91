//! The `links` key: cables between ports.

use std::collections::{BTreeMap, HashMap};

use super::Link;
use super::devices::Devices;
use super::judge::{Judge, Value};
use super::names::Known;

/// Every device's cables.
pub(super) type Cables = BTreeMap<usize, Vec<Link>>;

/// One end of a cable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct End {
    device: usize,
    port: String,
}

/// Reads the list of cables.
pub(super) fn read(judge: &mut Judge, value: &Value<'_>, devices: &Devices) -> Cables {
    let mut cables = Cables::default();
    let mut used = HashMap::new();
    for item in judge.list(value, "links").unwrap_or_default() {
        if let Some([one, other]) = cable(judge, &item, devices, &mut used) {
            plug(&mut cables, &one, &other);
            plug(&mut cables, &other, &one);
        }
    }
    cables
}

fn plug(cables: &mut Cables, near: &End, far: &End) {
    cables.entry(near.device).or_default().push(Link {
        port: near.port.clone(),
        far: far.device,
        far_port: far.port.clone(),
    });
}

fn cable(
    judge: &mut Judge,
    item: &Value<'_>,
    devices: &Devices,
    used: &mut HashMap<End, String>,
) -> Option<[End; 2]> {
    let ends = judge.list(item, "two ends")?;
    if ends.len() != 2 {
        let says = format!("a cable has two ends and this one has {}", ends.len());
        judge.wrong(
            &item.path,
            says,
            "write `[border-1:GigabitEthernet1, edge-1:GigabitEthernet1]`",
        );
    }
    let found: Vec<_> = ends
        .iter()
        .map(|end| port(judge, end, devices, used))
        .collect();
    match <[Option<End>; 2]>::try_from(found) {
        Ok([Some(one), Some(other)]) => Some([one, other]),
        _ => None,
    }
}

fn port(
    judge: &mut Judge,
    value: &Value<'_>,
    devices: &Devices,
    used: &mut HashMap<End, String>,
) -> Option<End> {
    let text = judge.filled(value)?;
    let Some((name, typed)) = text.split_once(':') else {
        let says = format!("`{}` is not a device and a port", text.escape_debug());
        judge.wrong(
            &value.path,
            says,
            "write `device:port`, e.g. edge-1:GigabitEthernet1/0/1",
        );
        return None;
    };
    let Known::Device(device) = devices.find(judge, name, &value.path) else {
        return None;
    };
    let platform = devices.platform(device)?;
    let Some(port) = platform.port(typed) else {
        let says = format!(
            "{name} is a {} and has no port `{}`",
            platform.model(),
            typed.escape_debug()
        );
        let hint =
            "write a physical port as `show ip interface brief` does, e.g. GigabitEthernet1/0/1";
        judge.wrong(&value.path, says, hint);
        return None;
    };
    let end = End { device, port };
    if let Some(taken) = used.get(&end) {
        let says = format!("{} of {name} has a cable already", end.port);
        let hint = format!("{} uses it; choose another port", judge.line(taken));
        judge.wrong(&value.path, says, hint);
        return None;
    }
    used.insert(end.clone(), value.path.clone());
    Some(end)
}
