//! Where the networks of interfaces are, so that a new address is not compared with that of every interface.
//!
//! It says where to look, and whoever asks looks there again: it may name interfaces that have lost their network or
//! their VRF since, but none that has one is missing.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::block::{Block, Statement};
use super::order::Rank;
use crate::grammar::slot::{length_mask, mask_length};
use crate::pack::Grammar;

/// The networks of a configuration's interfaces. They are looked for when somebody first asks.
#[derive(Debug, Default)]
pub struct Networks {
    known: Option<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The state of the configuration that they are of.
    revision: u64,
    by_vrf: BTreeMap<Box<str>, ByAddress>,
    /// How many there were when all were looked for, and how many have come since.
    found: usize,
    added: usize,
}

/// Networks by their first address and their length.
type ByAddress = BTreeMap<(u32, u32), Vec<Rank>>;

/// So many more than there were at first may be known, before all are looked for anew: some are long gone.
const ADDED_MAX: usize = 4096;

/// A network: an address in it, and its mask.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subnet {
    pub(super) address: u32,
    pub(super) mask: u32,
}

impl Networks {
    /// Forgets what it knows, if the configuration is not the one that it knows.
    pub(crate) fn check(&mut self, root: &Block) {
        self.known
            .take_if(|known| known.revision != root.revision());
    }

    /// It was told of every change up to this one.
    pub(crate) fn keep(&mut self, root: &Block) {
        if let Some(known) = &mut self.known {
            known.revision = root.revision();
        }
    }

    /// An interface has a network now.
    pub(super) fn add(&mut self, vrf: &str, subnet: Subnet, interface: &Rank) {
        let Some(known) = &mut self.known else {
            return;
        };
        known.add(vrf, subnet, interface);
        known.added += 1;
        if known.added > known.found + ADDED_MAX {
            self.known = None;
        }
    }

    /// The interfaces of a VRF that may have a network which overlaps this one.
    pub(super) fn near(
        &mut self,
        grammar: &Grammar,
        root: &Block,
        vrf: &str,
        subnet: Subnet,
    ) -> Vec<Rank> {
        let known = self.known.get_or_insert_with(|| Known::of(grammar, root));
        let mut near: Vec<Rank> = Vec::new();
        let Some(networks) = known.by_vrf.get(vrf) else {
            return near;
        };
        let length = subnet.length();
        // Those that this one is in, by the lengths that they may have; and then those that are in this one.
        for wider in 0..=length {
            let first = subnet.address & u32::from(length_mask(wider));
            near.extend(networks.get(&(first, wider)).into_iter().flatten().cloned());
        }
        let mask = u32::from(length_mask(length));
        let (first, last) = (subnet.address & mask, subnet.address | !mask);
        let within = networks.range((first, 0)..=(last, u32::BITS));
        near.extend(
            within
                .filter(|((_, longer), _)| *longer > length)
                .flat_map(|(_, ranks)| ranks.clone()),
        );
        near
    }
}

impl Known {
    fn of(grammar: &Grammar, root: &Block) -> Self {
        let mut known = Self::default();
        for interface in root.named(grammar, "interface") {
            let vrf = vrf(grammar, interface).unwrap_or_default();
            for subnet in subnets(interface) {
                known.add(vrf, subnet, &interface.rank);
                known.found += 1;
            }
        }
        known
    }

    fn add(&mut self, vrf: &str, subnet: Subnet, interface: &Rank) {
        let networks = match self.by_vrf.get_mut(vrf) {
            Some(networks) => networks,
            None => self.by_vrf.entry(vrf.into()).or_default(),
        };
        let length = subnet.length();
        let first = subnet.address & u32::from(length_mask(length));
        let ranks = networks.entry((first, length)).or_default();
        if !ranks.contains(interface) {
            ranks.push(interface.clone());
        }
    }
}

impl Subnet {
    /// The network that a statement gives its interface.
    pub(super) fn of<'v>(value: impl Fn(&str) -> Option<&'v str>) -> Option<Self> {
        let number = |name: &str| value(name)?.parse::<Ipv4Addr>().ok().map(u32::from);
        Some(Self {
            address: number("address")?,
            mask: number("mask")?,
        })
    }

    /// Whether some address is in both.
    pub(super) fn overlaps(self, other: Self) -> bool {
        (self.address ^ other.address) & self.mask & other.mask == 0
    }

    /// How long its prefix is; a mask with gaps may have any address.
    fn length(self) -> u32 {
        mask_length(self.mask.into()).unwrap_or(0)
    }
}

/// The networks that stand in an interface's block.
pub(super) fn subnets(interface: &Statement) -> impl Iterator<Item = Subnet> + '_ {
    let lines = interface.block.iter().flat_map(Block::iter);
    lines.filter_map(|line| Subnet::of(|name| line.value(name)))
}

/// The VRF that an interface is in.
pub(super) fn vrf<'s>(grammar: &Grammar, interface: &'s Statement) -> Option<&'s str> {
    let mut lines = interface.block.iter().flat_map(Block::iter);
    let forwarding = lines.find(|line| line.kind(grammar) == "vrf forwarding")?;
    forwarding.value("vrf")
}
