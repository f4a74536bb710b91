//! A fleet without sockets: sessions in memory, on tokio's clock, with the faults of the topology.
//!
//! Under a paused clock and one thread a run is the same each time: nothing here is random, and every wait is for the
//! simulation. A session goes the way of an SSH one, from the knock through the login to the outbox, and leaves out the
//! SSH protocol; what is wrong with that is told by [`Refusal`] and [`Door::host_key`].
//!
//! [`Wired::look`] shows a device as it is, without a session: the oracle of tests.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use device::{Login, Opening, Screen, SessionId};
use tokio::sync::watch;
use yaml::Mistake;

use crate::faults::{End, Rule};
use crate::fleet::{Core, FaultError, Settings};
use crate::live::{Cause, Claim, Opened, Proof, Report};
use crate::running::Running;
use crate::ssh::line::Switch;
use crate::ssh::outbox::Outbox;
use crate::topology::{Placed, Topology};

/// A fleet that serves in memory.
pub struct Wired {
    core: Arc<Core>,
    _stop: watch::Sender<bool>,
}

/// A device that has answered a knock.
pub struct Door {
    /// Which host key it shows: 0 is its own, each other number another one.
    pub host_key: u32,
    /// Passwords are taken by keyboard-interactive only.
    pub keyboard_only: bool,
    /// What it says before the login.
    pub banner: Option<String>,
    core: Arc<Core>,
    device: Arc<Running>,
    id: SessionId,
    gone: Gone,
}

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody listens there, or it doesn't take connections now.
    #[error("connection refused")]
    Refused,
    /// Client and server have no algorithms in common. These are the server's.
    #[error("no common algorithm; the server offers {0}")]
    Algorithms(String),
    /// The user or the password is wrong.
    #[error("login refused")]
    Login,
}

/// What a session gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Bytes.
    Bytes(Bytes),
    /// The device sends nothing more, in good order.
    Closed,
    /// The connection was reset.
    Reset,
    /// The server has disconnected, and says why.
    Disconnected(String),
}

/// An open session in memory.
pub struct Wire {
    device: Arc<Running>,
    id: SessionId,
    outbox: Arc<Outbox>,
    _gone: Gone,
}

impl Wired {
    /// A fleet of a topology. It needs a tokio runtime, as long as it lives.
    #[must_use]
    pub fn new(topology: Topology, settings: Settings) -> Self {
        let (stop, stopping) = watch::channel(false);
        Self {
            core: Core::new(Arc::new(topology), settings, stopping),
            _stop: stop,
        }
    }

    /// The topology.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.core.topology
    }

    /// Knocks at a device. If it says nothing this never returns.
    ///
    /// # Errors
    ///
    /// If it is refused, or the SSH server offers what nobody speaks.
    pub async fn knock(&self, device: &str) -> Result<Door, Refusal> {
        let number = self.core.number(device).map_err(|_| Refusal::Refused)?;
        let id = self.core.next_session();
        let knocked = self.core.knock(number, id);
        let (device, admission) = knocked.ok_or(Refusal::Refused)?;
        if !admission.door.open {
            return Err(Refusal::Refused);
        }
        let gone = Gone(device.clone(), id);
        if admission.silent {
            std::future::pending::<()>().await;
        }
        let odd = admission.oddities;
        if let Some(odd) = &odd {
            tokio::time::sleep(odd.wait).await;
        }
        if let Some(rule) = odd.as_ref().and_then(|odd| odd.offer.as_ref()) {
            let lists = ["kex", "cipher", "mac"].map(|key| rule.list(key).join(","));
            return Err(Refusal::Algorithms(lists.join(" ")));
        }
        Ok(Door {
            host_key: odd.as_ref().map_or(0, |odd| odd.host_key),
            keyboard_only: odd.as_ref().is_some_and(|odd| odd.keyboard_only),
            banner: admission.door.banner,
            core: self.core.clone(),
            device,
            id,
            gone,
        })
    }

    /// Knocks, logs in and opens a shell.
    ///
    /// # Errors
    ///
    /// As [`Wired::knock`] and [`Door::log_in`].
    pub async fn connect(&self, device: &str, user: &str, password: &str) -> Result<Wire, Refusal> {
        self.knock(device).await?.log_in(user, password).await
    }

    /// A device as it is.
    pub async fn look(&self, device: &str) -> Option<Report> {
        let number = self.core.number(device).ok()?;
        self.core.report(number)
    }

    /// Every fault of the fleet.
    #[must_use]
    pub fn faults(&self) -> Vec<Placed> {
        self.core.faults()
    }

    /// Adds a fault, as it stands in a topology, for one device or for all.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    pub async fn add_fault(&self, rule: &str, device: Option<&str>) -> Result<(), Vec<Mistake>> {
        let rule: Rule = crate::topology::faults::parse("fault", rule)?;
        let added = self.core.add_fault(rule, device);
        added.map_err(|error| vec![Mistake::new("fault", error.to_string())])
    }

    /// Removes a fault.
    ///
    /// # Errors
    ///
    /// If there is none with this id.
    pub async fn remove_fault(&self, id: &str) -> Result<(), FaultError> {
        self.core.remove_fault(id)
    }

    /// Removes every fault.
    pub async fn clear_faults(&self) -> usize {
        self.core.clear_faults()
    }
}

impl Door {
    /// Logs in and opens a shell on a terminal of 80 columns and 24 lines.
    ///
    /// # Errors
    ///
    /// If the login is refused.
    pub async fn log_in(self, user: &str, password: &str) -> Result<Wire, Refusal> {
        let Self {
            core,
            device,
            id,
            gone,
            ..
        } = self;
        let claim = Claim {
            user: user.to_string(),
            proof: Proof::Password(password.to_string()),
            peer: PEER,
            id,
        };
        let verdict = device.login(&claim).ok_or(Refusal::Refused)?;
        tokio::time::sleep(verdict.wait).await;
        if verdict.login != Login::Accepted {
            tokio::time::sleep(FAILED_LOGIN_DELAY).await;
            return Err(Refusal::Login);
        }
        drop(core);
        let outbox = Arc::new(Outbox::new(Arc::new(Switch::default())));
        let opening = Opening {
            user: user.to_string(),
            peer: PEER,
            screen: Some(Screen {
                width: 80,
                length: 24,
            }),
            terminal: Some("vt100".to_string()),
            command: None,
        };
        let opened = Opened {
            id,
            opening,
            outbox: outbox.clone(),
        };
        if !device.happens(Cause::Opened(Box::new(opened))) {
            return Err(Refusal::Refused);
        }
        Ok(Wire {
            device,
            id,
            outbox,
            _gone: gone,
        })
    }
}

impl Wire {
    /// What comes next. Giving up the wait loses nothing. Where the connection is half open this never returns.
    pub async fn read(&self) -> Heard {
        if let Some(bytes) = self.outbox.next().await {
            return Heard::Bytes(bytes);
        }
        match self.outbox.last() {
            None | Some((End::Close | End::HalfClosed, _)) => Heard::Closed,
            Some((End::Reset, _)) => Heard::Reset,
            Some((End::Disconnect, reason)) => Heard::Disconnected(reason),
            Some((End::HalfOpen | End::Idle, _)) => std::future::pending().await,
        }
    }

    /// Sends bytes. False if nobody is there any more; where the connection is half open nobody tells.
    pub async fn write(&self, bytes: impl Into<Bytes>) -> bool {
        match self.outbox.last() {
            Some((End::Reset | End::Close | End::Disconnect, _)) => return false,
            Some(_) => return true,
            None if self.outbox.is_ended() => return false,
            None => {}
        }
        self.device.happens(Cause::Bytes(self.id, &bytes.into()))
    }
}

/// Tells the device that a client has gone.
struct Gone(Arc<Running>, SessionId);

impl Drop for Gone {
    fn drop(&mut self) {
        // One that has gone needs no telling.
        _ = self.0.happens(Cause::Closed(self.1));
    }
}

/// Where sessions in memory come from.
const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 99, 0, 1));

/// As over SSH.
const FAILED_LOGIN_DELAY: Duration = Duration::from_millis(250);
