//! A fleet as a person writes it: devices, where they listen, who may log in, and how they are cabled.
//!
//! [`Topology::read`] takes a YAML file to a checked value, or tells every mistake in it. A group of devices
//! (`edge-{n}`, `count: 24`) stays one entry however many it stands for: a device is a number, and its name and
//! address follow from the number.
//!
//! Known limits: `{n}` is not expanded in `links`; one group has one startup-config.

mod address;
mod credentials;
mod devices;
pub(crate) mod faults;
mod judge;
mod links;
mod listen;
mod name;
mod names;
mod node;
mod read;
mod shard;
mod spelling;
mod ssh;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use device::Credentials;
use device::pack::{Packs, Platform, SshOffer};
use yaml::Mistake;

pub use address::{Listen, Network};
pub use faults::{Placed, Scope};
pub use name::NamePattern;
pub use shard::{Shard, ShardError};

/// The most devices of one topology.
pub const DEVICES_MAX: usize = 1_000_000;

/// Whether a topology may listen beyond loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only addresses of this machine that nobody else can reach.
    Loopback,
    /// Any address: the user said so.
    Anywhere,
}

/// A checked topology.
#[derive(Debug)]
pub struct Topology {
    name: String,
    seed: u64,
    listen: Listen,
    groups: Vec<Group>,
    cables: BTreeMap<usize, Vec<Link>>,
    /// Controller → its access points, in order.
    joined: BTreeMap<usize, Vec<usize>>,
    /// What goes wrong, and where.
    faults: Vec<Placed>,
    /// The part of it that is served here, if not all.
    part: Option<shard::Part>,
}

/// Devices that one entry of `devices` stands for.
#[derive(Debug)]
pub struct Group {
    /// Their names.
    pub name: NamePattern,
    /// The number of the first one.
    pub first: usize,
    /// What they are.
    pub platform: Arc<Platform>,
    /// Their role in the network.
    pub role: Option<String>,
    /// Where they stand.
    pub site: Option<String>,
    /// Who may log in, for the inventory, and for a device that boots without a startup-config.
    pub credentials: Credentials,
    /// The startup-config that they boot from.
    pub startup: Option<Arc<str>>,
    /// What their SSH servers offer.
    pub ssh: SshOffer,
}

/// One end of a cable, seen from its device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The port here, by its full name.
    pub port: String,
    /// The number of the device at the other end.
    pub far: usize,
    /// Its port.
    pub far_port: String,
}

/// One device.
#[derive(Debug, Clone)]
pub struct Row<'t> {
    /// Its number, from 0, in the order of the file.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// Where it is reached.
    pub address: SocketAddr,
    /// What it shares with its group.
    pub group: &'t Group,
}

impl Topology {
    /// Reads a topology and the startup-configs that it names.
    ///
    /// # Errors
    ///
    /// Every mistake, in the order of the file.
    pub fn read(file: &Path, packs: &Packs, reach: Reach) -> Result<Self, Vec<Mistake>> {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| {
            let hint = "give the path of a topology, e.g. topologies/campus.yaml";
            vec![Mistake::new(&shown, format!("can't be read: {error}")).hint(hint)]
        })?;
        let folder = file.parent().unwrap_or(Path::new(""));
        read::topology(&shown, &text, folder, packs, reach)
    }

    /// Reads a topology from a text; `file` is what mistakes call it, `folder` where its startup-configs are.
    ///
    /// # Errors
    ///
    /// As [`Topology::read`].
    pub fn parse(
        file: &str,
        text: &str,
        folder: &Path,
        packs: &Packs,
        reach: Reach,
    ) -> Result<Self, Vec<Mistake>> {
        read::topology(file, text, folder, packs, reach)
    }

    /// The topology's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What every generated fact follows from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What goes wrong, and where.
    #[must_use]
    pub fn faults(&self) -> &[Placed] {
        &self.faults
    }

    /// Where the devices listen.
    #[must_use]
    pub fn listen(&self) -> &Listen {
        &self.listen
    }

    /// Leaves the devices of one shard; the others are served elsewhere, at the addresses that they have.
    #[must_use]
    pub fn sharded(mut self, shard: Shard) -> Self {
        self.part = Some(shard::Part::new(&self, shard));
        self
    }

    /// The shard that this is, if not all.
    #[must_use]
    pub fn shard(&self) -> Option<Shard> {
        Some(self.part.as_ref()?.shard)
    }

    /// How many devices there are here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.part.as_ref().map_or(self.total(), |part| part.len)
    }

    /// Only a shard can have no device.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many devices the file describes, in all shards.
    #[must_use]
    pub fn total(&self) -> usize {
        self.groups
            .last()
            .map_or(0, |last| last.first + last.name.count())
    }

    /// The device with this number, if it is served here.
    #[must_use]
    pub fn row(&self, number: usize) -> Option<Row<'_>> {
        if self.part.as_ref().is_some_and(|part| !part.has(number)) {
            return None;
        }
        let before = self.groups.partition_point(|group| group.first <= number);
        let group = self.groups.get(before.checked_sub(1)?)?;
        Some(Row {
            number,
            name: group.name.nth(number - group.first)?,
            address: self.listen.address(number)?,
            group,
        })
    }

    /// The entries of the file: devices that differ in number alone.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The number of the device with this name, wherever it is served.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<usize> {
        let mut groups = self.groups.iter();
        groups.find_map(|group| Some(group.first + group.name.index(name)?))
    }

    /// The name of the device with this number, wherever it is served.
    #[must_use]
    pub fn name_of(&self, number: usize) -> Option<String> {
        let before = self.groups.partition_point(|group| group.first <= number);
        let group = self.groups.get(before.checked_sub(1)?)?;
        group.name.nth(number - group.first)
    }

    /// Every device that is served here, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> + Clone {
        (0..self.total()).filter_map(|number| self.row(number))
    }

    /// Every device that has a cable, a controller or access points, in order.
    pub(crate) fn connected(&self) -> BTreeSet<usize> {
        let joined = self.joined.iter();
        let points = joined.flat_map(|(of, points)| points.iter().chain([of]));
        self.cables.keys().chain(points).copied().collect()
    }

    /// All that a device is connected to, near or far, and the device itself.
    pub(crate) fn network(&self, number: usize) -> HashSet<usize> {
        let mut found = HashSet::from([number]);
        let mut next = vec![number];
        while let Some(at) = next.pop() {
            next.extend(self.neighbours(at).filter(|near| found.insert(*near)));
        }
        found
    }

    /// The devices that a device is connected to.
    pub(crate) fn neighbours(&self, number: usize) -> impl Iterator<Item = usize> {
        let cables = self.cables(number).iter().map(|link| link.far);
        let points = self.joined(number).iter().copied();
        cables.chain(points).chain(self.controller(number))
    }

    /// The cables of a device.
    #[must_use]
    pub fn cables(&self, number: usize) -> &[Link] {
        self.cables.get(&number).map_or(&[], Vec::as_slice)
    }

    /// The access points that join a controller.
    #[must_use]
    pub fn joined(&self, controller: usize) -> &[usize] {
        self.joined.get(&controller).map_or(&[], Vec::as_slice)
    }

    /// The controller that an access point joins.
    #[must_use]
    pub fn controller(&self, access_point: usize) -> Option<usize> {
        // There are few controllers, and many access points.
        let mut all = self.joined.iter();
        let has = |joined: &[usize]| joined.binary_search(&access_point).is_ok();
        Some(*all.find(|(_, joined)| has(joined))?.0)
    }
}
