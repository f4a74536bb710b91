//! A topology file read as an inventory: which devices there are, where, and how to log in.
//!
//! The programmer reads of a topology what it needs to reach the devices, and leaves every other key
//! alone; whether the file is right as a topology is the fleet's business.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use yaml::{Mistake, Positions};

use crate::node::Node;
use crate::secret::Secret;
use crate::transport::{Hop, SshOffer, TransportKind};

/// More devices than this are taken for a slip of the pen in `count`.
const DEVICES_MAX: usize = 100_000;

/// The devices of a topology, in its order.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The topology's name.
    pub name: String,
    /// Its devices.
    pub devices: Vec<Device>,
}

/// One device, and how to reach it.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its name, by which documents call it.
    pub name: String,
    /// Its platform's pack.
    pub pack: String,
    /// Its role in the fabric.
    pub role: Option<String>,
    /// Its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How to log in.
    pub credentials: Credentials,
    /// Where it stands.
    pub site: Option<String>,
    /// The groups that it belongs to, the innermost first.
    pub groups: Vec<String>,
    /// The way to it.
    pub reach: Reach,
    /// What it wants to be expected differently than its platform, as it was written.
    pub expect: Option<Node>,
}

impl Device {
    /// A device of which only this is known.
    pub fn new(
        name: impl Into<String>,
        pack: impl Into<String>,
        host: impl Into<String>,
        port: u16,
    ) -> Self {
        Self {
            name: name.into(),
            pack: pack.into(),
            role: None,
            host: host.into(),
            port,
            credentials: Credentials::default(),
            site: None,
            groups: Vec::new(),
            reach: Reach::default(),
            expect: None,
        }
    }

    /// Its address and port.
    #[must_use]
    pub fn endpoint(&self) -> String {
        endpoint(&self.host, self.port)
    }
}

/// What is special about the way to a device; what isn't said is as the run says.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// The transport.
    pub transport: Option<TransportKind>,
    /// It is a console, which says nothing before Enter is typed.
    pub console: bool,
    /// Whether old SSH algorithms are offered too.
    pub legacy: Option<bool>,
    /// The SSH algorithms that are offered: of its platform, by `legacy`.
    pub offer: Option<Arc<SshOffer>>,
    /// The jump hosts that lead to it, the nearest first; an empty list leads straight to it.
    pub jump: Option<Vec<Hop>>,
    /// Private keys that are tried before the password.
    pub identities: Vec<PathBuf>,
}

/// Address and port as one word; an IPv6 address stands in brackets.
pub(crate) fn endpoint(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// A user's name and passwords.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// The user.
    pub username: String,
    /// The login password.
    pub password: Secret,
    /// The enable password; without one, the login password is tried.
    pub enable: Option<Secret>,
}

impl Credentials {
    /// The password that `enable` asks for.
    #[must_use]
    pub fn enable_password(&self) -> &Secret {
        self.enable.as_ref().unwrap_or(&self.password)
    }
}

/// Passwords that stand above those of the topology.
#[derive(Debug, Clone, Default)]
pub struct PasswordOverride {
    /// Instead of every login password.
    pub password: Option<Secret>,
    /// Instead of every enable password.
    pub enable: Option<Secret>,
}

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
    username: Option<String>,
    password: Option<String>,
    enable: Option<String>,
}

#[derive(Deserialize)]
struct DeviceFile {
    name: String,
    pack: String,
    role: Option<String>,
    site: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    count: Option<usize>,
    credentials: Option<CredentialsFile>,
    transport: Option<TransportKind>,
    expect: Option<Node>,
}

impl Inventory {
    /// Reads a topology file.
    ///
    /// # Errors
    ///
    /// Every mistake that keeps the programmer from reaching the devices.
    pub fn read_file(path: &Path, over: &PasswordOverride) -> Result<Self, Vec<Mistake>> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::read(&file, &text, over),
            Err(error) => Err(vec![
                Mistake::new(file, error.to_string()).hint("name a topology file with --topology"),
            ]),
        }
    }

    /// Reads a topology.
    ///
    /// # Errors
    ///
    /// As [`Inventory::read_file`].
    pub fn read(file: &str, text: &str, over: &PasswordOverride) -> Result<Self, Vec<Mistake>> {
        let topology: TopologyFile = yaml::read(file, text).map_err(|mistake| vec![mistake])?;
        let positions = Positions::of(text);
        let mut reader = Reader {
            file,
            positions,
            over,
            mistakes: Vec::new(),
        };
        let devices = reader.devices(&topology);
        if !reader.mistakes.is_empty() {
            return Err(reader.mistakes);
        }
        Ok(Self {
            name: topology.name.unwrap_or_default(),
            devices,
        })
    }

    /// The device of that name.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<&Device> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// The devices with that role, in order.
    #[must_use]
    pub fn with_role(&self, role: &str) -> Vec<&Device> {
        self.devices
            .iter()
            .filter(|device| device.role.as_deref() == Some(role))
            .collect()
    }
}

/// Expands a topology and keeps its mistakes.
struct Reader<'a> {
    file: &'a str,
    positions: Positions,
    over: &'a PasswordOverride,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn devices(&mut self, topology: &TopologyFile) -> Vec<Device> {
        let Some(addresses) = self.addresses(&topology.listen) else {
            return Vec::new();
        };
        let mut devices: Vec<Device> = Vec::new();
        let mut names = BTreeSet::new();
        for (index, row) in topology.devices.iter().enumerate() {
            let path = format!("devices[{index}]");
            for name in self.names(row, &path) {
                if !names.insert(name.clone()) {
                    self.refuse(
                        &format!("{path}.name"),
                        format!("the name `{name}` is taken"),
                        "give every device its own name",
                    );
                }
                let Some((host, port)) = addresses.nth(devices.len()) else {
                    let what = format!("there is no address left for `{name}`");
                    self.refuse(
                        &path,
                        what,
                        "choose a lower port or a larger network under `listen`",
                    );
                    return devices;
                };
                let credentials = self.credentials(row, topology);
                devices.push(Device {
                    role: row.role.clone(),
                    credentials,
                    site: row.site.clone(),
                    groups: row.groups.clone(),
                    reach: Reach {
                        transport: row.transport,
                        ..Reach::default()
                    },
                    expect: row.expect.clone(),
                    ..Device::new(name, &row.pack, host, port)
                });
            }
        }
        devices
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

    fn credentials(&self, row: &DeviceFile, topology: &TopologyFile) -> Credentials {
        // The device's own, and the topology's where it has none.
        let written = |key: fn(&CredentialsFile) -> &Option<String>| {
            [&row.credentials, &topology.credentials]
                .into_iter()
                .flatten()
                .find_map(|file| key(file).clone())
        };
        let (password, enable) = (written(|file| &file.password), written(|file| &file.enable));
        let over = self.over.clone();
        Credentials {
            username: written(|file| &file.username).unwrap_or_default(),
            password: over
                .password
                .or(password.map(Secret::new))
                .unwrap_or_default(),
            enable: over.enable.or(enable.map(Secret::new)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let told: Vec<String> = match Inventory::read("t.yaml", text, &PasswordOverride::default())
        {
            Ok(inventory) => inventory
                .devices
                .iter()
                .map(|d| {
                    format!(
                        "{} {} {} {}",
                        d.name,
                        d.endpoint(),
                        d.pack,
                        d.credentials.username
                    )
                })
                .collect(),
            Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(told, expected);
    }

    const USER: &str = "credentials: {username: u, password: p, enable: e}\n";

    #[test]
    fn ports_count_up_in_order_of_expansion() {
        check(
            &format!(
                "name: t\nseed: 7\nlisten: {{address: 127.0.0.1, port: 2201}}\n{USER}devices:\n  \
                 - {{name: border-1, pack: c, role: border, startup: x.cfg}}\n  \
                 - {{name: \"edge-{{n}}\", count: 2, pack: d, credentials: {{username: v, password: q}}}}\n"
            ),
            &[
                "border-1 127.0.0.1:2201 c u",
                "edge-1 127.0.0.1:2202 d v",
                "edge-2 127.0.0.1:2203 d v",
            ],
        );
    }

    #[test]
    fn in_address_mode_the_first_device_has_the_first_host_address() {
        check(
            &format!(
                "listen: {{network: 127.20.0.0/16, port: 2222}}\n{USER}devices: [{{name: \"d{{n}}\", count: 2, pack: c}}]"
            ),
            &["d1 127.20.0.1:2222 c u", "d2 127.20.0.2:2222 c u"],
        );
    }

    #[test]
    fn an_ipv6_address_counts_ports_up_too() {
        check(
            &format!(
                "listen: {{address: \"::1\", port: 2201}}\n{USER}devices: [{{name: \"d{{n}}\", count: 2, pack: c}}]"
            ),
            &["d1 [::1]:2201 c u", "d2 [::1]:2202 c u"],
        );
    }

    #[test]
    fn what_a_device_lacks_in_credentials_is_the_topologys() {
        let text = format!(
            "listen: {{address: 127.0.0.1, port: 1}}\n{USER}devices:\n  \
             - {{name: a, pack: c, credentials: {{enable: other}}}}\n  \
             - {{name: b, pack: c, credentials: {{username: v, password: q}}}}\n  \
             - {{name: c, pack: c, credentials: {{}}}}\n"
        );
        let told: Vec<String> = Inventory::read("t.yaml", &text, &PasswordOverride::default())
            .unwrap()
            .devices
            .iter()
            .map(|device| &device.credentials)
            .map(|it| {
                let enable = it.enable_password().reveal();
                format!("{} {} {enable}", it.username, it.password.reveal())
            })
            .collect();
        assert_eq!(told, ["u p other", "v q e", "u p e"]);
    }

    #[test]
    fn a_network_or_port_range_that_is_too_small_is_a_mistake() {
        let many = "devices: [{name: \"d{n}\", count: 3, pack: c}]";
        check(
            &format!("listen: {{network: 127.20.0.0/30, port: 1}}\n{many}"),
            &["t.yaml:2:11: there is no address left for `d3`"],
        );
        check(
            &format!("listen: {{address: 127.0.0.1, port: 65534}}\n{many}"),
            &["t.yaml:2:11: there is no address left for `d3`"],
        );
    }

    #[test]
    fn a_name_that_is_taken_is_a_mistake_where_it_stands() {
        check(
            "listen: {address: 127.0.0.1, port: 1}\ndevices:\n  - {name: a, pack: c}\n  - {name: a, pack: c}\n",
            &["t.yaml:4:12: the name `a` is taken"],
        );
    }

    #[test]
    fn passwords_of_the_environment_stand_above_the_file() {
        let over = PasswordOverride {
            password: Some(Secret::new("x")),
            enable: None,
        };
        let text = format!(
            "listen: {{address: 127.0.0.1, port: 1}}\n{USER}devices: [{{name: a, pack: c}}]"
        );
        let inventory = Inventory::read("t.yaml", &text, &over).unwrap();
        let credentials = &inventory.devices[0].credentials;
        assert_eq!(credentials.password.reveal(), "x");
        assert_eq!(credentials.enable_password().reveal(), "e");
    }
}
