//! The `listen` key.

use std::net::IpAddr;

use super::Reach;
use super::address::{Listen, Network};
use super::judge::{Judge, Map, Value};

/// Reads `listen`; the number of devices is checked by [`room`], once it is known.
pub(super) fn listen(judge: &mut Judge, value: &Value<'_>, reach: Reach) -> Option<Listen> {
    let map = judge.map(value, &["address", "network", "port"])?;
    let port = port(judge, &map);
    match (map.get("address"), map.get("network")) {
        (Some(_), Some(network)) => {
            let hint =
                "keep `address` for one port a device, or `network` for one address a device";
            judge.wrong(
                &format!("{}?", network.path),
                "`address` and `network` exclude each other",
                hint,
            );
            None
        }
        (Some(address), None) => {
            let address = single(judge, &address, reach)?;
            Some(Listen::Ports {
                address,
                port: port?,
            })
        }
        (None, Some(network)) => {
            let found = range(judge, &network, reach)?;
            Some(Listen::Network {
                network: found,
                port: port?,
            })
        }
        (None, None) => {
            let hint = "add `address: 127.0.0.1` or `network: 127.20.0.0/16`";
            judge.wrong(map.path(), "`listen` has no address and no network", hint);
            None
        }
    }
}

/// Port 0 stands for any free ports, which makes sense only for one port a device.
fn port(judge: &mut Judge, map: &Map<'_>) -> Option<u16> {
    let value = judge.required(map, "port")?;
    let low = u64::from(map.get("network").is_some());
    let port = judge.number(&value, low, u16::MAX.into())?;
    u16::try_from(port).ok()
}

fn single(judge: &mut Judge, value: &Value<'_>, reach: Reach) -> Option<IpAddr> {
    let text = judge.text(value)?;
    let Ok(address) = text.parse::<IpAddr>() else {
        let says = format!("`{}` is not an IP address", text.escape_debug());
        judge.wrong(&value.path, says, "write an address, e.g. 127.0.0.1");
        return None;
    };
    reachable(judge, value, address.is_loopback(), reach)?;
    Some(address)
}

fn range(judge: &mut Judge, value: &Value<'_>, reach: Reach) -> Option<Network> {
    let text = judge.text(value)?;
    let network = match Network::parse(text) {
        Ok(network) => network,
        Err((says, hint)) => {
            judge.wrong(&value.path, says, hint);
            return None;
        }
    };
    reachable(judge, value, network.is_loopback(), reach)?;
    Some(network)
}

fn reachable(judge: &mut Judge, value: &Value<'_>, loopback: bool, reach: Reach) -> Option<()> {
    if loopback || reach == Reach::Anywhere {
        return Some(());
    }
    let hint = "use an address in 127.0.0.0/8, or say --allow-remote if others may log in";
    judge.wrong(
        &value.path,
        "this address can be reached from other machines",
        hint,
    );
    None
}

/// Whether every device finds a port or an address.
pub(super) fn room(judge: &mut Judge, listen: &Listen, devices: usize) {
    match listen {
        Listen::Ports { port: 0, .. } => {}
        Listen::Ports { port, .. } => {
            let last = usize::from(*port) + devices.saturating_sub(1);
            if last > usize::from(u16::MAX) {
                let says = format!("{devices} devices from port {port} need port {last}");
                let hint = "begin lower, or use `network` for one address a device";
                judge.wrong("listen.port", says, hint);
            }
        }
        Listen::Network { network, .. } => {
            if devices > network.hosts() {
                let says = format!(
                    "{network} has {} addresses for {devices} devices",
                    network.hosts()
                );
                judge.wrong(
                    "listen.network",
                    says,
                    "use a larger network, e.g. 127.20.0.0/12",
                );
            }
        }
    }
}
