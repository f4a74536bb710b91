//! A fleet that serves: which devices run, and how to reach one.
//!
//! A device that nobody has touched is only its number. `Core::running` boots it at the first knock, and
//! again if its task has ended.
//!
//! Known limit: a device once touched keeps its task until the fleet stops.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use device::network::Surroundings;
use device::{Device, Door, SessionId};
use russh::server::Config;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::board::{Board, Place};
use crate::clock::Clock;
use crate::device_task::{DeviceEvent, DeviceTask, EVENTS_MAX};
use crate::facts;
use crate::listener::{self, BindError};
use crate::machine::Machine;
use crate::ssh::{algorithms, host_key};
use crate::topology::{Row, Topology};

/// How many connections may be at their handshake or login at once. Each costs about 40 KB and, over time,
/// half a millisecond of a core; a load test of a thousand devices opens some hundreds.
pub const STARTUPS_MAX: usize = 4096;

/// How long the fleet waits for its sessions when it stops.
const STOP_PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

/// Makes the machine of a device, which finds what others show in its surroundings.
pub type Boot =
    dyn Fn(&Topology, &Row<'_>, &Clock, Arc<dyn Surroundings>) -> Box<dyn Machine> + Send + Sync;

/// What may be set when a fleet starts.
pub struct Settings {
    /// The time that the devices live in.
    pub clock: Clock,
    /// See [`STARTUPS_MAX`].
    pub startups_max: usize,
    /// What a device is.
    pub boot: Box<Boot>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Clock::wall(),
            startups_max: STARTUPS_MAX,
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
    addresses: Vec<SocketAddr>,
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
    running: Mutex<HashMap<usize, Arc<Running>>>,
    sessions: AtomicU64,
}

/// A device that was touched.
pub(crate) struct Running {
    pub(crate) name: String,
    pub(crate) events: mpsc::Sender<DeviceEvent>,
    /// Made at the first connection: a host key costs more than a device.
    ssh: OnceLock<Arc<Config>>,
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
        let core = Arc::new(Core {
            board: Arc::new(Board::new(topology.clone(), settings.clock.now())),
            startups: Arc::new(Semaphore::new(settings.startups_max)),
            topology,
            stopping,
            settings,
            running: Mutex::default(),
            sessions: AtomicU64::new(1),
        });
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
        match self.addresses.get(number) {
            Some(address) => Some(*address),
            None => self.core.topology.row(number).map(|row| row.address),
        }
    }

    /// Closes every session, and then every listener.
    pub async fn stop(mut self) {
        // Nobody listening is nobody to tell.
        _ = self.stop.send(true);
        self.core.stop_devices().await;
        let rest = async { while self.listeners.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_PATIENCE, rest).await.is_err() {
            tracing::warn!("some sessions didn't close in time");
        }
    }
}

impl Core {
    /// A number that no session had before.
    pub(crate) fn next_session(&self) -> SessionId {
        SessionId(self.sessions.fetch_add(1, Ordering::Relaxed))
    }

    /// Tells a device that somebody is at its door; boots it if need be. `None` if it doesn't answer.
    pub(crate) async fn knock(self: &Arc<Self>, number: usize) -> Option<(Arc<Running>, Door)> {
        let device = self.running(number)?;
        let (answer, door) = oneshot::channel();
        device.events.send(DeviceEvent::Knock(answer)).await.ok()?;
        Some((device, door.await.ok()?))
    }

    /// A device's task.
    fn running(self: &Arc<Self>, number: usize) -> Option<Arc<Running>> {
        let mut table = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(device) = table
            .get(&number)
            .filter(|device| !device.events.is_closed())
        {
            return Some(device.clone());
        }
        let (events, queue) = mpsc::channel(EVENTS_MAX);
        let device = Arc::new(Running {
            name: self.topology.row(number)?.name,
            events,
            ssh: OnceLock::new(),
        });
        tokio::spawn(self.clone().live(number, queue));
        table.insert(number, device.clone());
        Some(device)
    }

    /// The life of a device: it boots in its own task, so that a slow one holds nobody up.
    async fn live(self: Arc<Self>, number: usize, events: mpsc::Receiver<DeviceEvent>) {
        let Some(row) = self.topology.row(number) else {
            return;
        };
        tracing::debug!(device = row.name, "boot");
        let clock = self.settings.clock;
        let place = Place::new(&self.board, number);
        let machine = (self.settings.boot)(&self.topology, &row, &clock, self.board.clone());
        let task = DeviceTask::new(row.name, machine, events, clock, place);
        drop(self);
        task.run().await;
    }

    /// The configuration of a device's SSH server.
    pub(crate) fn ssh(
        &self,
        number: usize,
        device: &Running,
    ) -> Result<Arc<Config>, host_key::HostKeyError> {
        if let Some(config) = device.ssh.get() {
            return Ok(config.clone());
        }
        let row = self.topology.row(number);
        let offer = row.map(|row| row.group.ssh.clone()).unwrap_or_default();
        let key = host_key::host_key(self.topology.seed(), &device.name, &offer)?;
        let config = Arc::new(algorithms::config(&offer, key));
        Ok(device.ssh.get_or_init(|| config).clone())
    }

    /// Ends every device's task, and so every session.
    async fn stop_devices(&self) {
        let table = {
            let mut table = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *table)
        };
        for device in table.into_values() {
            // One that has ended is stopped.
            _ = device.events.send(DeviceEvent::Stop).await;
        }
    }
}
