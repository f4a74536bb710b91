//! Addresses that can't be: a network twice, a prefix with host bits.

use std::net::Ipv4Addr;

use super::{Applied, Edit, Statement, Typed};
use crate::config::networks::{Subnet, subnets, vrf};
use crate::grammar::slot::mask_length;

impl Edit<'_, '_> {
    /// One network stands on one interface of a VRF.
    pub(super) fn overlap(&mut self, typed: &Typed) -> Option<Applied> {
        let subnet = Subnet::of(|name| typed.value(name))?;
        let Subnet { address, mask } = subnet;
        let here = self.path.first()?;
        if address & !mask == 0 && mask_length(mask.into()).is_some_and(|length| length < 31) {
            let (length, address) = (mask_length(mask.into())?, Ipv4Addr::from(address));
            self.say(&format!("Bad mask /{length} for address {address}"));
            return Some(Applied::Done);
        }
        let grammar = self.bench.platform.grammar();
        let root = &*self.bench.root;
        let own_vrf = root.get(here).and_then(|owner| vrf(grammar, owner));
        let near = self
            .bench
            .networks
            .near(grammar, root, own_vrf.unwrap_or_default(), subnet);
        let clashes = |other: &&Statement| {
            vrf(grammar, other) == own_vrf && subnets(other).any(|theirs| theirs.overlaps(subnet))
        };
        // Of several the first one in the configuration is named.
        let others = near.iter().filter(|rank| *rank != here);
        let rival = others
            .filter_map(|rank| root.get(rank))
            .filter(clashes)
            .min_by(|a, b| a.rank.cmp(&b.rank))?;
        let name = rival.value("interface")?.to_string();
        let network = Ipv4Addr::from(address & mask);
        self.say(&format!("% {network} overlaps with {name}"));
        Some(Applied::Done)
    }

    /// What is stored in an interface's block may be a network.
    pub(in crate::config) fn has_network(&mut self, typed: &Typed) {
        let ([interface], Some(subnet)) = (self.path, Subnet::of(|name| typed.value(name))) else {
            return;
        };
        let grammar = self.bench.platform.grammar();
        let owner = self.bench.root.get(interface);
        let vrf = owner.and_then(|owner| vrf(grammar, owner));
        self.bench
            .networks
            .add(vrf.unwrap_or_default(), subnet, interface);
    }

    /// A route's prefix has no host bits.
    pub(super) fn inconsistent(&mut self, typed: &Typed) -> Option<Applied> {
        let number = |name: &str| typed.value(name)?.parse::<Ipv4Addr>().ok().map(u32::from);
        let (prefix, mask) = (number("prefix")?, number("mask")?);
        (prefix & !mask != 0).then(|| {
            self.say("%Inconsistent address and mask");
            Applied::Done
        })
    }
}
