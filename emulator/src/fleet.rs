//! A fleet that serves: which devices run, and how to reach one.
//!
//! A device that nobody has touched is only its number. `Core::running` boots it at the first knock, and
//! again if it has failed. One that was touched and left rests: what it has changed is kept, and no task.
//!
//! Known limit: a device that others are connected to doesn't rest, because they may change what it shows, nor one where
//! something goes wrong on purpose.

mod faults;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use device::network::Surroundings;
use device::pack::SshOffer;
use device::{Device, SessionId};
use russh::server::Config;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

pub use faults::FaultError;

use crate::board::{Board, Place};
use crate::clock::Clock;
use crate::control;
use crate::facts;
use crate::faults::{Admission, act::Oddities};
use crate::listener::{self, BindError};
use crate::live::{Live, Report};
use crate::machine::Machine;
use crate::running::{self, Resting, Running};
use crate::ssh::{algorithms, host_key};
use crate::topology::{Placed, Row, Topology};

/// How many connections may be at their handshake or login at once. Each costs about 40 KB and, over time,
/// half a millisecond of a core; a load test of a thousand devices opens some hundreds.
pub const STARTUPS_MAX: usize = 4096;

/// Longer than a client needs to come back, and so short that a push to many devices leaves few of them with a task.
const REST_AFTER: Duration = Duration::from_secs(2);

/// How long the fleet waits for its sessions when it stops.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// Makes the machine of a device, which finds what others show in its surroundings.
pub type Boot =
    dyn Fn(&Topology, &Row<'_>, &Clock, Arc<dyn Surroundings>) -> Box<dyn Machine> + Send + Sync;

/// What may be set when a fleet starts.
pub struct Settings {
    /// The time that the devices live in.
    pub clock: Clock,
    /// See [`STARTUPS_MAX`].
    pub startups_max: usize,
    /// How long nobody must have been at a device before it gives up its task.
    pub rest_after: Duration,
    /// What a device is.
    pub boot: Box<Boot>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Clock::wall(),
            startups_max: STARTUPS_MAX,
            rest_after: REST_AFTER,
            boot: Box::new(|topology, row, clock, surroundings| {
                let facts = facts::of_device(topology, row);
                let platform = row.group.platform.clone();
                Box::new(Device::new(platform, facts, surroundings, clock.now()))
            }),
        }
    }
}

/// A fleet that serves until it is stopped.
pub struct Fleet {
    core: Arc<Core>,
    addresses: BTreeMap<usize, SocketAddr>,
    stop: watch::Sender<bool>,
    listeners: JoinSet<()>,
}

/// What the parts of a serving fleet share.
pub(crate) struct Core {
    pub(crate) topology: Arc<Topology>,
    /// What devices show each other.
    board: Arc<Board>,
    pub(crate) startups: Arc<Semaphore>,
    pub(crate) stopping: watch::Receiver<bool>,
    settings: Settings,
    touched: Mutex<HashMap<usize, Touched>>,
    /// What goes wrong: the topology's rules, and what was changed since.
    faults: Mutex<Vec<Placed>>,
    sessions: AtomicU64,
}

/// A device that was touched.
enum Touched {
    /// It has a keeper.
    Running(Arc<Running>),
    /// Nobody is at it, and it waits for nothing.
    Resting(Box<Resting>),
}

impl Fleet {
    /// Opens every listener and serves.
    ///
    /// # Errors
    ///
    /// If an address can't be listened at; then nothing serves.
    pub async fn start(topology: Topology, settings: Settings) -> Result<Self, BindError> {
        let sockets = listener::bind(&topology)?;
        let (stop, stopping) = watch::channel(false);
        let topology = Arc::new(topology);
        let core = Core::new(topology, settings, stopping);
        let addresses = sockets.addresses();
        let mut listeners = JoinSet::new();
        sockets.serve(&core, &mut listeners);
        Ok(Self {
            core,
            addresses,
            stop,
            listeners,
        })
    }

    /// The topology that is served.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.core.topology
    }

    /// Where a device listens. It is what the topology says, but for port 0.
    #[must_use]
    pub fn address(&self, number: usize) -> Option<SocketAddr> {
        match self.addresses.get(&number) {
            Some(address) => Some(*address),
            None => self.core.topology.row(number).map(|row| row.address),
        }
    }

    /// Lets whoever knows the token control the fleet at an address; where that is, if the port is 0.
    ///
    /// # Errors
    ///
    /// If the address can't be listened at.
    pub async fn control(
        &mut self,
        address: SocketAddr,
        token: &str,
    ) -> std::io::Result<SocketAddr> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (core, token) = (self.core.clone(), token.to_string());
        let stopping = core.stopping.clone();
        self.listeners.spawn(async move {
            control::serve(core, listener, address, &token, stopping).await;
        });
        Ok(address)
    }

    /// Closes every session, and then every listener.
    pub async fn stop(mut self) {
        // Nobody listening is nobody to tell.
        _ = self.stop.send(true);
        self.core.stop_devices();
        let rest = async { while self.listeners.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_PATIENCE, rest).await.is_err() {
            tracing::warn!("some sessions didn't close in time");
        }
    }
}

impl Core {
    pub(crate) fn new(
        topology: Arc<Topology>,
        settings: Settings,
        stopping: watch::Receiver<bool>,
    ) -> Arc<Self> {
        Arc::new(Self {
            board: Arc::new(Board::new(topology.clone(), settings.clock.now())),
            startups: Arc::new(Semaphore::new(settings.startups_max)),
            faults: Mutex::new(topology.faults().to_vec()),
            topology,
            stopping,
            settings,
            touched: Mutex::default(),
            sessions: AtomicU64::new(1),
        })
    }

    /// A number that no session had before.
    pub(crate) fn next_session(&self) -> SessionId {
        SessionId(self.sessions.fetch_add(1, Ordering::Relaxed))
    }

    /// Tells a device that somebody is at its door; boots it if need be. `None` if it doesn't answer.
    pub(crate) fn knock(
        self: &Arc<Self>,
        number: usize,
        id: SessionId,
    ) -> Option<(Arc<Running>, Admission)> {
        let device = self.running(number)?;
        let admission = device.knock(id)?;
        Some((device, admission))
    }

    fn table(&self) -> MutexGuard<'_, HashMap<usize, Touched>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A device, awake; boots it if need be.
    fn running(self: &Arc<Self>, number: usize) -> Option<Arc<Running>> {
        let device = self.awake(number)?;
        // Not under the lock of all devices, so that a slow one holds nobody up.
        if device.boot(|| self.boot(number)) {
            let (core, rest_after) = (Arc::downgrade(self), self.settings.rest_after);
            tokio::spawn(running::keep(device.clone(), number, core, rest_after));
        }
        Some(device)
    }

    /// A device with its keeper.
    fn awake(self: &Arc<Self>, number: usize) -> Option<Arc<Running>> {
        let mut table = self.table();
        let before = match table.get(&number) {
            Some(Touched::Running(device)) if !device.is_gone() => return Some(device.clone()),
            Some(_) => table.remove(&number),
            None => None,
        };
        let name = self.topology.row(number)?.name;
        let clock = self.settings.clock;
        let device = Arc::new(match before {
            Some(Touched::Resting(rested)) => Running::woken(name, clock, *rested),
            _ => Running::new(name, clock),
        });
        table.insert(number, Touched::Running(device.clone()));
        Some(device)
    }

    fn boot(self: &Arc<Self>, number: usize) -> Option<Live> {
        let row = self.topology.row(number)?;
        tracing::debug!(device = row.name, "boot");
        let clock = self.settings.clock;
        let place = Place::new(&self.board, number);
        let machine = (self.settings.boot)(&self.topology, &row, &clock, self.board.clone());
        let mut live = Live::new(row.name.clone(), machine, clock, place);
        live.has_faults(self.topology.seed(), self.faults_of(&row));
        Some(live)
    }

    /// Puts a device to rest, unless somebody is at the door.
    pub(crate) fn lay_down(&self, number: usize, device: &Arc<Running>) {
        let mut table = self.table();
        // The table and the keeper have it, and nobody else: so it takes no step.
        if Arc::strong_count(device) > 2 {
            drop(table);
            return device.is_used();
        }
        // Who isn't in the table is stopping.
        if let Some(seat) = table.get_mut(&number)
            && let Some(rested) = device.lay_down(self.settings.rest_after)
        {
            *seat = Touched::Resting(Box::new(rested));
        }
    }

    /// The configuration of a device's SSH server.
    pub(crate) fn ssh(
        &self,
        number: usize,
        device: &Running,
        odd: Option<&Oddities>,
    ) -> Result<Arc<Config>, host_key::HostKeyError> {
        let row = self.topology.row(number);
        let offer = || row.map(|row| row.group.ssh.clone()).unwrap_or_default();
        if let Some(odd) = odd {
            return self.odd_ssh(&device.name, offer(), odd);
        }
        if let Some(config) = device.ssh.get() {
            return Ok(config.clone());
        }
        let offer = offer();
        let key = host_key::host_key(self.topology.seed(), &device.name, &offer)?;
        let config = Arc::new(algorithms::config(&offer, key));
        Ok(device.ssh.get_or_init(|| config).clone())
    }

    /// The same where something is wrong with it: made for one connection.
    fn odd_ssh(
        &self,
        name: &str,
        mut offer: SshOffer,
        odd: &Oddities,
    ) -> Result<Arc<Config>, host_key::HostKeyError> {
        if let Some(rule) = &odd.offer {
            let take = |list: &mut Vec<String>, key| {
                let said = rule.list(key);
                if !said.is_empty() {
                    *list = said.to_vec();
                }
            };
            take(&mut offer.kex, "kex");
            take(&mut offer.cipher, "cipher");
            take(&mut offer.mac, "mac");
        }
        let name = match odd.host_key {
            0 => name.to_string(),
            changes => format!("{name} key {changes}"),
        };
        let key = host_key::host_key(self.topology.seed(), &name, &offer)?;
        let mut config = algorithms::config(&offer, key);
        config.methods = algorithms::methods(odd.keyboard_only);
        if let Some(bytes) = odd.rekey_bytes {
            let bytes = bytes.min(1 << 30);
            config.limits = russh::Limits::new(bytes, bytes, config.limits.rekey_time_limit);
        }
        Ok(Arc::new(config))
    }

    /// Ends every device, and so every session.
    fn stop_devices(&self) {
        let table = std::mem::take(&mut *self.table());
        for device in table.into_values() {
            if let Touched::Running(device) = device {
                device.stop();
            }
        }
    }
}

impl Drop for Core {
    /// No device outlives its fleet.
    fn drop(&mut self) {
        self.stop_devices();
    }
}

// === impl Core: what is asked from outside ===

impl Core {
    /// The numbers of the devices that somebody has touched.
    pub(crate) fn touched(&self) -> Vec<usize> {
        let table = self.table();
        let mut numbers: Vec<usize> = table.keys().copied().collect();
        numbers.sort_unstable();
        numbers
    }

    /// What a device has and does; boots it if need be.
    pub(crate) fn report(self: &Arc<Self>, number: usize) -> Option<Report> {
        self.running(number)?.step(|live, _| live.report())
    }
}
