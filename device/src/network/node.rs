//! What one device shows the others.

use std::sync::{Arc, OnceLock};

use super::interface::Settings;
use super::reading;
use crate::config::{Block, Statement};
use crate::pack::Platform;
use crate::{Cable, Facts, SimTime};

/// What one device shows the others: what it is, how it is configured, and whether it runs. Its statements are shared
/// with the device, so a node costs a list of pointers.
#[derive(Debug)]
pub struct Node {
    facts: Arc<Facts>,
    platform: Arc<Platform>,
    config: Block,
    ops: Block,
    hostname: String,
    booted: SimTime,
    up: bool,
    /// What its interfaces are set to, read from its configuration when the first neighbour asks.
    settings: OnceLock<Arc<[Arc<Settings>]>>,
}

/// What a [`Node`] is made of.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) facts: Arc<Facts>,
    pub(crate) platform: Arc<Platform>,
    pub(crate) config: Block,
    pub(crate) ops: Block,
    pub(crate) hostname: String,
    pub(crate) booted: SimTime,
    pub(crate) up: bool,
}

impl Node {
    pub(crate) fn new(shown: Shown) -> Self {
        Self {
            facts: shown.facts,
            platform: shown.platform,
            config: shown.config,
            ops: shown.ops,
            hostname: shown.hostname,
            booted: shown.booted,
            up: shown.up,
            settings: OnceLock::new(),
        }
    }

    /// Its name in the topology, which its cables go by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// What the topology says of it.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Its platform.
    #[must_use]
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// Its running-config.
    #[must_use]
    pub fn config(&self) -> &Block {
        &self.config
    }

    /// What remembered commands left.
    #[must_use]
    pub fn ops(&self) -> &Block {
        &self.ops
    }

    /// Its hostname.
    #[must_use]
    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// When it booted.
    #[must_use]
    pub fn booted(&self) -> SimTime {
        self.booted
    }

    /// Whether it runs; one that reloads doesn't.
    #[must_use]
    pub fn up(&self) -> bool {
        self.up
    }

    /// What its interfaces are set to, in the order of its running-config.
    #[must_use]
    pub fn settings(&self) -> &Arc<[Arc<Settings>]> {
        self.settings.get_or_init(|| reading::read(self).into())
    }

    /// The cable in a port.
    #[must_use]
    pub fn cable(&self, port: &str) -> Option<&Cable> {
        self.facts.cables.iter().find(|cable| cable.port == port)
    }

    /// The first global statement of a kind.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<&Statement> {
        let grammar = self.platform.grammar();
        self.config.iter().find(|s| s.kind(grammar) == kind)
    }

    /// Whether a global statement of a kind is set, and not as `no …`.
    #[must_use]
    pub fn has(&self, kind: &str) -> bool {
        self.get(kind).is_some_and(|s| !s.negated)
    }

    /// The global statements of a kind.
    pub fn all<'n>(&'n self, kind: &'n str) -> impl Iterator<Item = &'n Statement> {
        let grammar = self.platform.grammar();
        self.config.iter().filter(move |s| s.kind(grammar) == kind)
    }

    /// The statements of a kind in a block of this node's configuration.
    pub fn below<'n>(
        &'n self,
        block: Option<&'n Block>,
        kind: &'n str,
    ) -> impl Iterator<Item = &'n Statement> {
        let grammar = self.platform.grammar();
        let all = block.into_iter().flat_map(Block::iter);
        all.filter(move |s| s.kind(grammar) == kind)
    }

    /// Whether it shows the same as another. When it booted is not compared: a device that nobody had touched has run
    /// all the time, and one that boots again is away meanwhile.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.up == other.up
            && self.hostname == other.hostname
            && self.config.same(&other.config)
            && self.ops.same(&other.ops)
    }
}
