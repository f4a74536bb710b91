//! Where devices show themselves to each other: the latest [`Node`] of each running device, and, when somebody asks,
//! that of a device that nobody has touched, computed from its configuration at birth without booting it.
//!
//! A device that shows something new is published here, and every running device of its network (what cables and
//! joined access points connect) gets a signal that never waits and never queues: told twice is told once.
//!
//! Known limit: a network is what the topology connects; a device that is told may find that nothing concerns it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use device::network::{Node, Surroundings};
use device::{Device, SimTime};
use tokio::sync::Notify;

use crate::facts;
use crate::topology::Topology;

/// How many devices that nobody has touched are kept as they would be born. One costs about 50 KB at most; more than a
/// campus has are computed again when they are asked for.
const BORN_MAX: usize = 2048;

/// The nodes of a fleet.
#[derive(Debug)]
pub(crate) struct Board {
    topology: Arc<Topology>,
    /// When the fleet began; devices that nobody has touched have run since then.
    began: SimTime,
    shown: Mutex<Shown>,
    /// Every connected device by its name, made when the first one asks.
    numbers: OnceLock<HashMap<String, usize>>,
}

#[derive(Debug, Default)]
struct Shown {
    /// What running devices show.
    latest: HashMap<usize, Arc<Node>>,
    /// What others showed at first, in the order in which they were asked for.
    born: HashMap<usize, Arc<Node>>,
    order: VecDeque<usize>,
    /// Who is told, by the lowest number of their network.
    told: HashMap<usize, Vec<(usize, Weak<Bell>)>>,
    /// The network of each connected device that has asked.
    networks: HashMap<usize, usize>,
}

/// What one running device has of the board.
#[derive(Debug)]
pub(crate) struct Place {
    board: Arc<Board>,
    number: usize,
    /// Rung when another device of its network has changed.
    bell: Arc<Bell>,
}

/// What rings at a device. Rung twice before anybody comes is rung once.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: AtomicBool,
    heard: Notify,
}

impl Bell {
    fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        self.heard.notify_one();
    }

    /// Waits until it rings.
    pub(crate) async fn heard(&self) {
        self.heard.notified().await;
    }
}

impl Board {
    pub(crate) fn new(topology: Arc<Topology>, began: SimTime) -> Self {
        Self {
            topology,
            began,
            shown: Mutex::default(),
            numbers: OnceLock::new(),
        }
    }

    fn number(&self, name: &str) -> Option<usize> {
        let connected = || {
            let numbers = self.topology.connected().into_iter();
            let named = numbers.filter_map(|number| Some((self.topology.name_of(number)?, number)));
            named.collect()
        };
        self.numbers.get_or_init(connected).get(name).copied()
    }

    fn shown(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a device showed before anybody touched it.
    fn born(&self, number: usize) -> Option<Arc<Node>> {
        if let Some(known) = self.shown().born.get(&number) {
            return Some(known.clone());
        }
        // Computed without the lock: a pack may have to be compiled, and others go on meanwhile.
        let row = self.topology.row(number)?;
        let facts = facts::of_device(&self.topology, &row);
        let node = Arc::new(Device::at_birth(
            row.group.platform.clone(),
            facts,
            self.began,
        ));
        let mut shown = self.shown();
        if shown.born.insert(number, node.clone()).is_none() {
            shown.order.push_back(number);
        }
        while shown.order.len() > BORN_MAX {
            if let Some(oldest) = shown.order.pop_front() {
                shown.born.remove(&oldest);
            }
        }
        Some(node)
    }

    /// The lowest number of all devices that a device is connected to, near or far.
    fn network(&self, number: usize) -> usize {
        if let Some(known) = self.shown().networks.get(&number) {
            return *known;
        }
        let found = self.topology.network(number);
        let lowest = found.iter().min().copied().unwrap_or(number);
        let mut shown = self.shown();
        shown
            .networks
            .extend(found.into_iter().map(|each| (each, lowest)));
        lowest
    }
}

impl Surroundings for Board {
    fn node(&self, name: &str) -> Option<Arc<Node>> {
        let number = self.number(name)?;
        let latest = self.shown().latest.get(&number).cloned();
        latest.or_else(|| self.born(number))
    }

    fn first(&self, name: &str) -> Option<Arc<Node>> {
        self.born(self.number(name)?)
    }
}

impl Place {
    /// A place for a device that boots.
    pub(crate) fn new(board: &Arc<Board>, number: usize) -> Self {
        let bell = Arc::new(Bell::default());
        if board.topology.neighbours(number).next().is_some() {
            let network = board.network(number);
            let mut shown = board.shown();
            let told = shown.told.entry(network).or_default();
            told.retain(|(other, bell)| *other != number && bell.strong_count() > 0);
            told.push((number, Arc::downgrade(&bell)));
        }
        Self {
            board: board.clone(),
            number,
            bell,
        }
    }

    /// Whether there are other devices in its network.
    pub(crate) fn is_connected(&self) -> bool {
        self.board.topology.neighbours(self.number).next().is_some()
    }

    /// Whether another device of the network has changed since this was last asked.
    pub(crate) fn was_rung(&self) -> bool {
        self.bell.rung.load(Ordering::Relaxed) && self.bell.rung.swap(false, Ordering::AcqRel)
    }

    /// What rings then.
    pub(crate) fn bell(&self) -> Arc<Bell> {
        self.bell.clone()
    }

    /// Shows others a device, and rings for them unless nothing is new.
    pub(crate) fn show(&self, node: Arc<Node>) {
        let network = self.board.network(self.number);
        let mut shown = self.board.shown();
        let before = shown
            .latest
            .get(&self.number)
            .or_else(|| shown.born.get(&self.number));
        let news = before.is_none_or(|before| !before.same(&node));
        shown.latest.insert(self.number, node);
        if !news {
            return;
        }
        for (number, bell) in shown.told.get(&network).into_iter().flatten() {
            if *number != self.number
                && let Some(bell) = bell.upgrade()
            {
                bell.ring();
            }
        }
    }
}

impl Drop for Place {
    /// A device whose task has ended boots anew, as it was born.
    fn drop(&mut self) {
        self.board.shown().latest.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::topology::Reach;

    const TOPOLOGY: &str = "\
name: t
listen: {address: 127.0.0.1, port: 0}
credentials: {username: u, password: p, enable: e}
devices:
  - {name: \"r-{n}\", count: 4, pack: c8000v}
links:
  - [r-1:gi1, r-2:gi1]
  - [r-2:gi2, r-3:gi2]
";

    fn board() -> Arc<Board> {
        let packs = crate::packs::load(None).unwrap();
        let topology = Topology::parse("t.yaml", TOPOLOGY, Path::new("."), &packs, Reach::Loopback);
        Arc::new(Board::new(Arc::new(topology.unwrap()), SimTime(0)))
    }

    /// A node that nobody takes for the one at birth.
    fn renamed(board: &Board, number: usize) -> Arc<Node> {
        let row = board.topology.row(number).unwrap();
        let mut facts = facts::of_device(&board.topology, &row);
        facts.name = "other".to_string();
        Arc::new(Device::at_birth(
            row.group.platform.clone(),
            facts,
            SimTime(0),
        ))
    }

    #[test]
    fn a_change_is_told_once_to_the_devices_of_its_network_and_to_nobody_else() {
        let board = board();
        let places: Vec<Place> = (0..4).map(|number| Place::new(&board, number)).collect();
        places[0].show(renamed(&board, 0));
        places[0].show(renamed(&board, 0));
        let rung: Vec<bool> = places.iter().map(Place::was_rung).collect();
        assert_eq!(rung, [false, true, true, false]);
        assert!(!places[1].was_rung(), "told twice is told once");
    }

    #[test]
    fn what_is_born_is_told_to_nobody() {
        let board = board();
        let places: Vec<Place> = (0..2).map(|number| Place::new(&board, number)).collect();
        let born = board.first("r-1").unwrap();
        places[0].show(born);
        assert!(!places[1].was_rung());
    }

    #[test]
    fn a_device_whose_task_has_ended_shows_what_it_was_born_with() {
        let board = board();
        let place = Place::new(&board, 0);
        let shown = renamed(&board, 0);
        place.show(shown.clone());
        assert!(board.node("r-1").unwrap().same(&shown));
        drop(place);
        assert!(!board.node("r-1").unwrap().same(&shown));
    }
}
