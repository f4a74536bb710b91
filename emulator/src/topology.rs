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
mod node;
mod read;
mod spelling;
mod ssh;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use device::Credentials;
use device::pack::{Packs, Platform, SshOffer};
use yaml::Mistake;

pub use address::{Listen, Network};
pub use faults::{Placed, Scope};
pub use name::NamePattern;

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

    /// How many devices there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups
            .last()
            .map_or(0, |last| last.first + last.name.count())
    }

    /// A topology has at least one device.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The device with this number.
    #[must_use]
    pub fn row(&self, number: usize) -> Option<Row<'_>> {
        let before = self.groups.partition_point(|group| group.first <= number);
        let group = self.groups.get(before.checked_sub(1)?)?;
        Some(Row {
            number,
            name: group.name.nth(number - group.first)?,
            address: self.listen.address(number)?,
            group,
        })
    }

    /// Every device, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).filter_map(|number| self.row(number))
    }

    /// Every device with a cable, a controller or access points; some more than once.
    pub(crate) fn ends(&self) -> impl Iterator<Item = usize> {
        let points = self
            .joined
            .iter()
            .flat_map(|(of, points)| points.iter().chain([of]));
        self.cables.keys().chain(points).copied()
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
