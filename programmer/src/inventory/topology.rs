//! A topology file read as an inventory: which devices there are, where, and how to log in.
//!
//! The programmer reads of a topology what it needs to reach the devices, and leaves every other key
//! alone; whether the file is right as a topology is the fleet's business.

use std::net::{IpAddr, Ipv4Addr};

use serde::Deserialize;
use yaml::{Mistake, Positions};

use super::row::Row;
use super::source::Source;
use super::{DEVICES_MAX, Rows};
use crate::node::Node;

#[derive(Deserialize)]
struct TopologyFile {
    name: Option<String>,
    listen: ListenFile,
    credentials: Option<CredentialsFile>,
    devices: Vec<DeviceFile>,
}

#[derive(Deserialize)]
struct ListenFile {
    address: Option<IpAddr>,
    network: Option<String>,
    port: u16,
}

/// Credentials as they stand in a file, whole or in part.
#[derive(Deserialize, Default)]
struct CredentialsFile {
    username: Option<Node>,
    password: Option<Node>,
    enable: Option<Node>,
}

#[derive(Deserialize)]
struct DeviceFile {
    name: String,
    pack: String,
    role: Option<Node>,
    site: Option<Node>,
    groups: Option<Node>,
    count: Option<usize>,
    credentials: Option<CredentialsFile>,
    transport: Option<Node>,
    expect: Option<Node>,
}

pub(super) fn read(source: &Source) -> Rows {
    let topology: TopologyFile =
        yaml::read(&source.file, &source.text).map_err(|mistake| vec![mistake])?;
    let mut reader = Reader {
        file: &source.file,
        positions: Positions::of(&source.text),
        mistakes: Vec::new(),
    };
    let rows = reader.rows(&topology);
    if reader.mistakes.is_empty() {
        Ok((topology.name, rows))
    } else {
        Err(reader.mistakes)
    }
}

/// Expands a topology and keeps its mistakes.
struct Reader<'a> {
    file: &'a str,
    positions: Positions,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn rows(&mut self, topology: &TopologyFile) -> Vec<Row> {
        let Some(addresses) = self.addresses(&topology.listen) else {
            return Vec::new();
        };
        let mut rows: Vec<Row> = Vec::new();
        for (index, device) in topology.devices.iter().enumerate() {
            let path = format!("devices[{index}]");
            let at = self.positions.get(&format!("{path}.name"));
            for name in self.names(device, &path) {
                let Some((host, port)) = addresses.nth(rows.len()) else {
                    let what = format!("there is no address left for `{name}`");
                    self.refuse(
                        &path,
                        what,
                        "choose a lower port or a larger network under `listen`",
                    );
                    return rows;
                };
                let mut row = Row::new(self.file, at, name);
                row.set("host", Some(&Node::Text(host)));
                row.set("port", Some(&Node::Integer(port.into())));
                device.fill(&mut row);
                // What it lacks in credentials is the topology's.
                for file in [&device.credentials, &topology.credentials]
                    .into_iter()
                    .flatten()
                {
                    file.fill(&mut row);
                }
                rows.push(row);
            }
        }
        rows
    }

    fn addresses(&mut self, listen: &ListenFile) -> Option<Addresses> {
        const HINT: &str =
            "write {address: 127.0.0.1, port: 2201} or {network: 127.20.0.0/16, port: 2222}";
        match (listen.address, &listen.network) {
            (Some(address), None) => Some(Addresses::Ports {
                address,
                first: listen.port,
            }),
            (None, Some(network)) => {
                let parsed = parse_network(network);
                if parsed.is_none() {
                    self.refuse(
                        "listen.network",
                        format!("`{network}` is not a network"),
                        HINT,
                    );
                }
                let (first, count) = parsed?;
                Some(Addresses::Hosts {
                    network: first,
                    count,
                    port: listen.port,
                })
            }
            _ => {
                self.refuse(
                    "listen",
                    "`listen` has neither address nor network, or both".into(),
                    HINT,
                );
                None
            }
        }
    }

    fn names(&mut self, row: &DeviceFile, path: &str) -> Vec<String> {
        match row.count {
            Some(count) if count > DEVICES_MAX => {
                let hint = format!("a topology may have {DEVICES_MAX} devices");
                self.refuse(
                    &format!("{path}.count"),
                    format!("{count} devices are too many"),
                    &hint,
                );
                Vec::new()
            }
            Some(count) => (1..=count)
                .map(|n| row.name.replace("{n}", &n.to_string()))
                .collect(),
            None => vec![row.name.replace("{n}", "1")],
        }
    }

    fn refuse(&mut self, path: &str, message: String, hint: &str) {
        self.mistakes.push(
            Mistake::new(self.file, message)
                .at(self.positions.get(path))
                .hint(hint),
        );
    }
}

impl DeviceFile {
    fn fill(&self, row: &mut Row) {
        row.set("pack", Some(&Node::Text(self.pack.clone())));
        row.set("role", self.role.as_ref());
        row.set("site", self.site.as_ref());
        row.set("groups", self.groups.as_ref());
        row.set("transport", self.transport.as_ref());
        row.set("expect", self.expect.as_ref());
    }
}

impl CredentialsFile {
    fn fill(&self, row: &mut Row) {
        row.set("username", self.username.as_ref());
        row.set("password", self.password.as_ref());
        row.set("enable", self.enable.as_ref());
    }
}

/// Where the devices listen: one port each, or one address each.
enum Addresses {
    Ports {
        address: IpAddr,
        first: u16,
    },
    Hosts {
        network: Ipv4Addr,
        count: u32,
        port: u16,
    },
}

impl Addresses {
    fn nth(&self, index: usize) -> Option<(String, u16)> {
        match self {
            Self::Ports { address, first } => {
                let port = first.checked_add(u16::try_from(index).ok()?)?;
                Some((address.to_string(), port))
            }
            Self::Hosts {
                network,
                count,
                port,
            } => {
                // The network's own address and its broadcast address belong to no device.
                let offset = u32::try_from(index).ok()?.checked_add(1)?;
                let host = Ipv4Addr::from(u32::from(*network).checked_add(offset)?);
                (offset < count.saturating_sub(1)).then(|| (host.to_string(), *port))
            }
        }
    }
}

/// The first address of a network, and how many it has.
fn parse_network(text: &str) -> Option<(Ipv4Addr, u32)> {
    let (address, length) = text.split_once('/')?;
    let (address, length): (Ipv4Addr, u32) = (address.parse().ok()?, length.parse().ok()?);
    let count = 1u32.checked_shl(32u32.checked_sub(length)?)?;
    let first = u32::from(address) & !(count - 1);
    Some((Ipv4Addr::from(first), count))
}
