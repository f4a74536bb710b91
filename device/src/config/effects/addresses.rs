//! Addresses that can't be: a network twice, a prefix with host bits.

use std::net::Ipv4Addr;

use super::{Applied, Edit, Statement, Typed};
use crate::grammar::slot::mask_length;

impl Edit<'_, '_> {
    /// One network stands on one interface of a VRF.
    pub(super) fn overlap(&mut self, typed: &Typed) -> Option<Applied> {
        let (address, mask) = pair(|name| typed.value(name), "address")?;
        let here = self.path.first()?;
        let own_vrf = self.bench.root.get(here).and_then(|owner| self.vrf(owner));
        if address & !mask == 0 && mask_length(mask.into()).is_some_and(|length| length < 31) {
            let (length, address) = (mask_length(mask.into())?, Ipv4Addr::from(address));
            self.say(&format!("Bad mask /{length} for address {address}"));
            return Some(Applied::Done);
        }
        let grammar = self.bench.platform.grammar();
        let others = self
            .bench
            .root
            .iter()
            .filter(|other| other.rank != *here && other.kind(grammar) == "interface");
        let rival = others
            .filter(|other| self.vrf(other) == own_vrf)
            .find_map(|other| {
                let lines = other.block.iter().flat_map(super::Block::iter);
                let networks = lines.filter_map(|line| pair(|name| line.value(name), "address"));
                let clash =
                    |(theirs, their_mask): (u32, u32)| (theirs ^ address) & mask & their_mask == 0;
                networks
                    .into_iter()
                    .any(clash)
                    .then(|| other.value("interface").map(ToString::to_string))?
            })?;
        let network = Ipv4Addr::from(address & mask);
        self.say(&format!("% {network} overlaps with {rival}"));
        Some(Applied::Done)
    }

    fn vrf(&self, interface: &Statement) -> Option<String> {
        let grammar = self.bench.platform.grammar();
        let mut lines = interface.block.iter().flat_map(super::Block::iter);
        let forwarding = lines.find(|line| line.kind(grammar) == "vrf forwarding")?;
        forwarding.value("vrf").map(ToString::to_string)
    }

    /// A route's prefix has no host bits.
    pub(super) fn inconsistent(&mut self, typed: &Typed) -> Option<Applied> {
        let (prefix, mask) = pair(|name| typed.value(name), "prefix")?;
        (prefix & !mask != 0).then(|| {
            self.say("%Inconsistent address and mask");
            Applied::Done
        })
    }
}

/// An address and its mask, by their names.
fn pair<'v>(value: impl Fn(&str) -> Option<&'v str>, address: &str) -> Option<(u32, u32)> {
    let number = |name: &str| value(name)?.parse::<Ipv4Addr>().ok().map(u32::from);
    Some((number(address)?, number("mask")?))
}
