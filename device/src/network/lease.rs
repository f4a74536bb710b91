//! DHCP: which addresses the pools of a device have given out, to whom, and so which addresses `ip address dhcp` has.
//!
//! A client asks on its broadcast domain. A server with an address there answers from the pool of that network; an
//! interface there with `ip helper-address` asks the device of that address for it. Clients get the lowest free
//! addresses in the order of their MAC addresses.
//!
//! Known limits: classes, reservations by client and VRFs of pools are not looked at; a lease never ends while both
//! ends are up.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use super::{Address, Interface, Network, Node, Seat, Settings, remembered};
use crate::config::Statement;
use crate::grammar::slot::{length_mask, mask_length};

/// A pool gives out this many addresses at most: the clients that one question may see.
const LEASES_MAX: usize = 1024;

/// An address that was given out.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The address, with the length of its network.
    pub address: Address,
    /// The client's device, by its name in the topology.
    pub client: String,
    /// The client's interface.
    pub interface: String,
    /// Its MAC address.
    pub mac: String,
    /// The pool.
    pub pool: String,
    /// The interface of the server that the client is heard at.
    pub through: String,
}

/// A pool's network.
struct Pool<'n> {
    name: &'n str,
    network: Ipv4Addr,
    length: u32,
}

impl Network {
    /// The addresses that a device has given out, pool by pool.
    #[must_use]
    pub fn leases(&self, server: &str) -> Arc<[Lease]> {
        remembered(&self.leases, server, || {
            match self.node(server).filter(|node| node.up()) {
                Some(node) => pools(&node)
                    .iter()
                    .flat_map(|pool| give(self, &node, pool))
                    .collect(),
                None => Arc::new([]),
            }
        })
    }

    /// The address that an interface got, if it asks for one.
    pub(super) fn leased(&self, node: &str, interface: &Interface) -> Option<Address> {
        if !interface.dhcp || !interface.protocol {
            return None;
        }
        let seats = self.heard_on(node, &interface.name);
        let near = seats.iter().map(|seat| seat.node.name().to_string());
        let helped = seats
            .iter()
            .flat_map(helpers)
            .filter_map(|address| self.owner(address));
        let servers: BTreeSet<String> = near.chain(helped).collect();
        let of_client = |lease: &Lease| lease.client == node && lease.interface == interface.name;
        let found = |server: &String| {
            self.leases(server)
                .iter()
                .find(|lease| of_client(lease))
                .map(|l| l.address)
        };
        servers.iter().find_map(found)
    }

    /// The device that has an address, among all that cables lead to.
    fn owner(&self, address: Ipv4Addr) -> Option<String> {
        let has = |node: &Arc<Node>| {
            let mut interfaces = node.settings().iter();
            interfaces.any(|i| i.addresses.iter().any(|own| own.address == address))
        };
        Some(self.nodes().into_iter().find(has)?.name().to_string())
    }
}

/// An interface with the address that it was given.
pub(super) fn addressed(interface: &Interface, address: Address) -> Interface {
    let settings = Settings {
        addresses: vec![address],
        ..(*interface.settings).clone()
    };
    Interface {
        settings: Arc::new(settings),
        ..interface.clone()
    }
}

fn pools(node: &Node) -> Vec<Pool<'_>> {
    let pool = |statement| -> Option<Pool<'_>> {
        let statement: &Statement = statement;
        let network = node
            .below(statement.block.as_ref(), "network")
            .find(|s| !s.negated)?;
        Some(Pool {
            name: statement.value("pool")?,
            network: network.value("network")?.parse().ok()?,
            length: network
                .value("mask")
                .and_then(|mask| mask_length(mask.parse().ok()?))
                .unwrap_or(24),
        })
    };
    node.all("ip dhcp pool")
        .filter(|s| !s.negated)
        .filter_map(pool)
        .collect()
}

impl Pool<'_> {
    fn has(&self, address: Ipv4Addr) -> bool {
        let mask = u32::from(length_mask(self.length));
        u32::from(address) & mask == u32::from(self.network) & mask
    }

    /// Every address but those of the network and of all.
    fn hosts(&self) -> impl Iterator<Item = Ipv4Addr> {
        let mask = u32::from(length_mask(self.length));
        let first = u32::from(self.network) & mask;
        (first.saturating_add(1)..first | !mask).map(Ipv4Addr::from)
    }
}

/// What a pool gives, to clients on the device's own networks and to those that others relay.
fn give(network: &Network, server: &Arc<Node>, pool: &Pool<'_>) -> Vec<Lease> {
    let mut taken = excluded(server);
    let mut clients: Vec<(Seat, String)> = Vec::new();
    for (node, interface) in attached(network, server, pool) {
        let seats = network.heard_on(&node, &interface.name);
        taken.extend(interface.addresses.iter().map(|own| own.address));
        taken.extend(
            seats
                .iter()
                .flat_map(|seat| seat.interface.addresses.iter().map(|a| a.address)),
        );
        let asking = seats.into_iter().filter(|seat| seat.interface.dhcp);
        clients.extend(asking.map(|seat| (seat, interface.name.clone())));
    }
    clients.sort_by_key(|(seat, _)| (seat.interface.mac.clone(), seat.node.name().to_string()));
    let mut free = pool.hosts().filter(|address| !taken.contains(address));
    let lease = |(seat, through): (Seat, String)| {
        Some(Lease {
            address: Address {
                address: free.next()?,
                length: pool.length,
                secondary: false,
            },
            client: seat.node.name().to_string(),
            interface: seat.interface.name.clone(),
            mac: seat.interface.mac.clone(),
            pool: pool.name.to_string(),
            through,
        })
    };
    clients
        .into_iter()
        .take(LEASES_MAX)
        .map_while(lease)
        .collect()
}

/// The interfaces in a pool's network: the server's own, and those that relay to it.
fn attached(network: &Network, server: &Arc<Node>, pool: &Pool<'_>) -> Vec<(String, Interface)> {
    let fits = |i: &Interface| i.protocol && i.addresses.iter().any(|own| pool.has(own.address));
    let own: Vec<Address> = server
        .settings()
        .iter()
        .flat_map(|i| i.addresses.clone())
        .collect();
    let relays = |i: &Settings| {
        helpers_of(i)
            .iter()
            .any(|to| own.iter().any(|address| address.address == *to))
    };
    let mut found = Vec::new();
    for node in network.nodes() {
        let is_server = node.name() == server.name();
        if !is_server && !node.settings().iter().any(|i| relays(i)) {
            continue;
        }
        let links = network.links(node.name());
        let here = links
            .iter()
            .filter(|i| fits(i) && (is_server || relays(&i.settings)));
        found.extend(here.map(|i| (node.name().to_string(), i.clone())));
    }
    found
}

fn helpers(seat: &Seat) -> Vec<Ipv4Addr> {
    helpers_of(&seat.interface.settings)
}

fn helpers_of(settings: &Settings) -> Vec<Ipv4Addr> {
    settings.helpers.clone()
}

/// What is never given out.
fn excluded(server: &Node) -> BTreeSet<Ipv4Addr> {
    let ranges = server
        .all("ip dhcp excluded-address")
        .filter(|s| !s.negated);
    let range = |line: &Statement| -> Option<(u32, u32)> {
        let first: Ipv4Addr = line.value("first")?.parse().ok()?;
        let last = line
            .value("last")
            .and_then(|last| last.parse::<Ipv4Addr>().ok());
        Some((first.into(), last.unwrap_or(first).into()))
    };
    // A range that excludes more than a pool can give out excludes no less for being cut.
    let most = |(low, high): (u32, u32)| (low..=high).take(1 << 16);
    ranges
        .filter_map(range)
        .flat_map(most)
        .map(Ipv4Addr::from)
        .collect()
}
