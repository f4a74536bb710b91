//! What devices tell the other end of a cable about themselves: CDP and LLDP.
//!
//! Known limit: a message is never lost and never late, so an entry is there while both ends are up and speak.

use std::net::IpAddr;
use std::sync::Arc;

use super::{Interface, Network, Node, PortMode};
use crate::config::Block;
use crate::pack::CONFIG;

/// Which protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discovery {
    /// Cisco's own.
    Cdp,
    /// IEEE 802.1AB.
    Lldp,
}

/// A device that is heard at a port.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The port here.
    pub local: Interface,
    /// The device there; `None` if nobody describes it.
    pub node: Option<Arc<Node>>,
    /// Its port, by its full name.
    pub port: String,
    /// Its port, if the device is described.
    pub far: Option<Interface>,
}

impl Network {
    /// Who this device hears, by local port.
    #[must_use]
    pub fn heard(&self, node: &str, by: Discovery) -> Vec<Heard> {
        let Some(own) = self.node(node).filter(|own| speaks(own, by)) else {
            return Vec::new();
        };
        let interfaces = self.interfaces(node);
        let up = interfaces.iter().filter(|i| i.physical && i.line);
        up.filter(|local| hears(&own, local.block.as_ref(), by))
            .filter_map(|local| self.at(&own, local, by))
            .collect()
    }

    fn at(&self, own: &Node, local: &Interface, by: Discovery) -> Option<Heard> {
        let cable = own.cable(&local.name)?;
        let Some(node) = self.node(&cable.device) else {
            // What nobody describes tells of itself what the cable says.
            return Some(Heard {
                local: local.clone(),
                node: None,
                port: cable.far_port.clone(),
                far: None,
            });
        };
        let far = self.interface(node.name(), &cable.far_port)?;
        let tells = speaks(&node, by) && tells(&node, far.block.as_ref(), by);
        tells.then(|| Heard {
            local: local.clone(),
            port: cable.far_port.clone(),
            node: Some(node),
            far: Some(far),
        })
    }

    /// The address that a device gives as its own at one of its ports: that of the port, else that of the first SVI,
    /// else of any interface that is up, else the one it is managed at.
    #[must_use]
    pub fn address_at(&self, node: &Node, port: Option<&Interface>) -> IpAddr {
        let interfaces = self.interfaces(node.name());
        let up = |kinds: &[&str]| {
            let mut of_kind = interfaces
                .iter()
                .filter(|i| i.protocol && kinds.contains(&i.kind.as_str()));
            of_kind.find_map(|i| i.primary())
        };
        let any = || {
            interfaces
                .iter()
                .filter(|i| i.protocol)
                .find_map(|i| i.primary())
        };
        let own = port.and_then(|port| port.primary());
        let found = own
            .or_else(|| up(&["Vlan"]))
            .or_else(|| up(&["Loopback"]))
            .or_else(any);
        found.map_or(node.facts().address, |found| found.address.into())
    }
}

/// Whether a device speaks a protocol at all.
#[must_use]
pub fn speaks(node: &Node, by: Discovery) -> bool {
    // An access point has no configuration that could stop it.
    if node.platform().has("cos") {
        return true;
    }
    let kind = match by {
        Discovery::Cdp => "cdp run",
        Discovery::Lldp => "lldp run",
    };
    match node.get(kind) {
        Some(line) => !line.negated,
        None => by_default(node, kind),
    }
}

/// Whether a global line is in force though nothing is stored.
fn by_default(node: &Node, kind: &str) -> bool {
    let grammar = node.platform().grammar();
    let unstored = &grammar.mode(CONFIG).unstored;
    let mut definitions = unstored.iter().map(|index| grammar.statement(*index));
    definitions
        .any(|definition| &*definition.name == kind && definition.default.as_deref() == Some(kind))
}

fn off(node: &Node, block: Option<&Block>, kind: &str) -> bool {
    node.below(block, kind).any(|line| line.negated)
}

/// Whether a port takes what the other end says.
fn hears(node: &Node, block: Option<&Block>, by: Discovery) -> bool {
    match by {
        Discovery::Cdp => !off(node, block, "cdp enable"),
        Discovery::Lldp => !off(node, block, "lldp receive"),
    }
}

/// Whether a port says something.
fn tells(node: &Node, block: Option<&Block>, by: Discovery) -> bool {
    match by {
        Discovery::Cdp => !off(node, block, "cdp enable"),
        Discovery::Lldp => !off(node, block, "lldp transmit"),
    }
}

impl Node {
    /// The name that it tells others: with its domain, if the operator set one.
    #[must_use]
    pub fn full_name(&self) -> String {
        let grammar = self.platform().grammar();
        let domain = self.get("ip domain name").filter(|line| !line.negated);
        // The factory's domain is the fleet's own, for its keys; no device is delivered with one.
        let mut factory = self
            .platform()
            .baseline()
            .iter()
            .filter(|s| s.kind(grammar) == "ip domain name");
        let domain = domain.filter(|set| factory.all(|line| line.line != set.line));
        match domain.and_then(|line| line.line.rsplit(' ').next()) {
            Some(domain) => format!("{}.{domain}", self.hostname()),
            None => self.hostname().to_string(),
        }
    }

    /// The last word of a global line as a number.
    #[must_use]
    pub fn number(&self, kind: &str, otherwise: u64) -> u64 {
        let line = self.get(kind).filter(|line| !line.negated);
        let word = line.and_then(|line| line.line.rsplit(' ').next()?.parse().ok());
        word.unwrap_or(otherwise)
    }
}

impl Interface {
    /// The VLAN of frames without a tag; none on a routed port.
    #[must_use]
    pub fn native_vlan(&self) -> Option<u16> {
        match self.mode {
            PortMode::Routed => None,
            _ if self.trunking => Some(self.native),
            _ => Some(self.access),
        }
    }
}
