//! One part of a topology that several processes serve.
//!
//! Which devices a shard has follows from the topology alone, so each process knows it without asking the others.
//! Devices that cables or controllers connect, near or far, stay together, because what they show each other is
//! computed in one process. These networks are dealt out in the order of their first devices, and so are the devices
//! that nothing connects. No address changes.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::str::FromStr;

use super::{DEVICES_MAX, Topology};

/// Shard `index` of `count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: NonZeroUsize,
}

/// A text is no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// It isn't two numbers.
    #[error("a shard is I/N, e.g. 0/10 for the first of ten")]
    Form,
    /// There are no shards, or more than devices.
    #[error("N is from 1 to {DEVICES_MAX}")]
    Count,
    /// It counts from 1, or too far.
    #[error("I counts from 0, as a StatefulSet's ordinal does: 0/{0} to {last}/{0}", last = .0 - 1)]
    Index(usize),
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let number = |text: &str| text.parse::<usize>().map_err(|_| ShardError::Form);
        let (index, count) = text.split_once('/').ok_or(ShardError::Form)?;
        let (index, count) = (number(index)?, number(count)?);
        let count = NonZeroUsize::new(count).filter(|count| count.get() <= DEVICES_MAX);
        let count = count.ok_or(ShardError::Count)?;
        if index >= count.get() {
            return Err(ShardError::Index(count.get()));
        }
        Ok(Self { index, count })
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/{}", self.index, self.count)
    }
}

/// The devices of a shard.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) shard: Shard,
    /// How many devices it has.
    pub(super) len: usize,
    /// Each connected device's network, by its place in the order of networks.
    networks: HashMap<usize, usize>,
}

impl Part {
    pub(super) fn new(topology: &Topology, shard: Shard) -> Self {
        let mut networks = HashMap::new();
        let mut next = 0;
        for number in topology.connected() {
            if !networks.contains_key(&number) {
                networks.extend(topology.network(number).into_iter().map(|of| (of, next)));
                next += 1;
            }
        }
        let mut part = Self {
            shard,
            len: 0,
            networks,
        };
        part.len = (0..topology.total())
            .filter(|number| part.has(*number))
            .count();
        part
    }

    /// Whether a device is served here.
    pub(super) fn has(&self, number: usize) -> bool {
        let place = self.networks.get(&number).copied().unwrap_or(number);
        place % self.shard.count.get() == self.shard.index
    }
}
