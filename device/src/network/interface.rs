//! An interface: what it is set to, and its state.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Deref;
use std::sync::Arc;

use super::channel::ChannelMode;
use crate::config::Block;
use crate::grammar::Layer;

/// An IPv4 address of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub address: Ipv4Addr,
    /// The length of its prefix.
    pub length: u32,
    /// Whether it is one of the `secondary` ones.
    pub secondary: bool,
}

/// An IPv6 address of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address6 {
    /// The address.
    pub address: Ipv6Addr,
    /// The length of its prefix.
    pub length: u32,
}

/// How a switch port treats VLANs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortMode {
    /// It is no switch port.
    Routed,
    /// One VLAN.
    Access,
    /// Several, tagged.
    Trunk,
    /// `dynamic auto`: a trunk if the other end asks for one.
    Auto,
    /// `dynamic desirable`: it asks for a trunk.
    Desirable,
}

/// The VLANs that a trunk carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vlans {
    /// All of them.
    All,
    /// These, in order.
    Only(Vec<u16>),
}

impl Vlans {
    /// Whether a VLAN is one of them.
    #[must_use]
    pub fn has(&self, vlan: u16) -> bool {
        match self {
            Self::All => true,
            Self::Only(list) => list.binary_search(&vlan).is_ok(),
        }
    }
}

/// What an interface is set to.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its full name.
    pub name: String,
    /// Its type: `GigabitEthernet`.
    pub kind: String,
    /// Its number: `1/0/1`, `1/0/1.100`.
    pub number: String,
    /// Whether it is a port that cables go into.
    pub physical: bool,
    /// Where it works.
    pub layer: Layer,
    /// Whether it is shut down.
    pub shutdown: bool,
    /// Its IPv4 addresses, the primary one first.
    pub addresses: Vec<Address>,
    /// It asks for its address (`ip address dhcp`).
    pub dhcp: bool,
    /// Where it relays what clients ask (`ip helper-address`).
    pub helpers: Vec<Ipv4Addr>,
    /// Its IPv6 addresses, without the link-local one.
    pub addresses6: Vec<Address6>,
    /// Its IPv6 link-local address, if IPv6 is on.
    pub link_local: Option<Ipv6Addr>,
    /// Its VRF.
    pub vrf: Option<String>,
    /// How it treats VLANs.
    pub mode: PortMode,
    /// The VLAN of an access port.
    pub access: u16,
    /// The VLAN of phones.
    pub voice: Option<u16>,
    /// The VLAN that a trunk doesn't tag.
    pub native: u16,
    /// The VLANs that a trunk may carry.
    pub allowed: Vlans,
    /// Whether it negotiates trunks (no `switchport nonegotiate`).
    pub negotiates: bool,
    /// The port-channel that it belongs to, and how.
    pub channel: Option<(u32, ChannelMode)>,
    /// The VLAN tag of a sub-interface.
    pub tag: Option<u16>,
    /// A sub-interface whose frames are not tagged (`encapsulation dot1Q n native`).
    pub untagged: bool,
    /// Its MAC address.
    pub mac: String,
    /// The speed of its port in Mb/s, as the configuration forces it.
    pub forced_speed: Option<u32>,
    /// The highest speed of its port in Mb/s.
    pub port_speed: u32,
    /// `full` or `half`, as the configuration forces it.
    pub forced_duplex: Option<&'static str>,
    /// Whether a spanning-tree message shuts it down (`bpduguard`), its own or by default.
    pub guarded: bool,
    /// Whether it neither sends nor hears spanning-tree messages (`bpdufilter`).
    pub filtered: bool,
    /// Its lines.
    pub block: Option<Block>,
}

/// An interface with its state. What it is set to is read through it.
#[derive(Debug, Clone)]
pub struct Interface {
    /// What it is set to.
    pub settings: Arc<Settings>,
    /// Whether something is at the other end (`up` in the status column).
    pub line: bool,
    /// Whether it carries traffic (`up` in the protocol column).
    pub protocol: bool,
    /// Whether it is a trunk now.
    pub trunking: bool,
    /// The port-channel that bundles it now.
    pub bundled: Option<u32>,
    /// What disabled it, if something did: `bpduguard`.
    pub disabled: Option<&'static str>,
    /// The speed that both ends agree on, in Mb/s.
    pub speed: u32,
    /// `full` or `half`.
    pub duplex: &'static str,
}

impl Deref for Interface {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
}

impl Settings {
    /// The primary IPv4 address.
    #[must_use]
    pub fn primary(&self) -> Option<Address> {
        self.addresses
            .iter()
            .find(|address| !address.secondary)
            .copied()
    }

    /// The interface that a sub-interface is part of.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.name.split_once('.').map(|(parent, _)| parent)
    }

    /// Whether it is layer 2.
    #[must_use]
    pub fn switched(&self) -> bool {
        self.layer == Layer::Two
    }
}

impl Interface {
    /// Whether it carries a VLAN, as an access port or a trunk.
    #[must_use]
    pub fn carries(&self, vlan: u16) -> bool {
        match self.trunking {
            _ if !self.switched() => false,
            true => self.allowed.has(vlan),
            false => self.access == vlan || self.voice == Some(vlan),
        }
    }

    /// Whether it is a switch port that works by itself: up, and no part of a port-channel.
    #[must_use]
    pub fn switches(&self) -> bool {
        let port = self.physical || self.kind == "Port-channel";
        port && self.switched() && self.protocol && self.bundled.is_none() && self.channel.is_none()
    }

    /// Whether it leads frames in and out of a VLAN by itself.
    #[must_use]
    pub fn bridges(&self, vlan: u16) -> bool {
        self.switches() && self.carries(vlan)
    }

    /// The tag that frames of a VLAN leave with.
    #[must_use]
    pub fn tag_of(&self, vlan: u16) -> Option<u16> {
        let untagged = if self.trunking {
            self.native
        } else {
            self.access
        };
        (vlan != untagged).then_some(vlan)
    }

    /// The VLAN that frames with a tag come into, if they are let in.
    #[must_use]
    pub fn vlan_of(&self, tag: Option<u16>) -> Option<u16> {
        let vlan = match tag {
            None if self.trunking => self.native,
            None => self.access,
            Some(tag) => tag,
        };
        (self.carries(vlan) && (tag.is_none() || self.trunking || self.voice == tag))
            .then_some(vlan)
    }
}
