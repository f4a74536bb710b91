//! One device, one task: every cause is a [`DeviceEvent`], and nothing here waits for a client, or for another device.
//!
//! The task owns the machine and the outboxes of its sessions. When it ends, for whatever reason, a panic
//! included, its sessions end with it, because their [`Sink`]s are dropped.

mod faulty;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use device::{Door, Effect, Login, Opening, Screen, SessionId, SimTime};
use tokio::sync::{mpsc, oneshot};

use crate::board::Place;
use crate::clock::Clock;
use crate::faults::{Admission, Chain, Rule};
use crate::machine::Machine;
use crate::ssh::outbox::{Outbox, Sink, Unread};

/// How many events may wait for one device. A device takes microseconds for one; a door that finds the queue
/// full waits, and with it, through TCP, the client that sends so fast.
pub(crate) const EVENTS_MAX: usize = 32;

/// Everything that can happen to a device. The rare ones are boxed, so that the queue stays small.
pub(crate) enum DeviceEvent {
    /// Somebody is at the door.
    Knock(SessionId, oneshot::Sender<Admission>),
    /// Somebody says who they are.
    Login(Box<Claim>),
    /// A session opens.
    Opened(Box<Opened>),
    /// A session's client has sent something.
    Bytes(SessionId, Bytes),
    /// A session's client has nothing more to send; it may still read.
    EndOfInput(SessionId),
    /// A session's terminal has another size.
    Resized(SessionId, Screen),
    /// A session's client has gone.
    Closed(SessionId),
    /// A time that the device asked for has come.
    Tick,
    /// Other devices of its network have changed.
    Neighbours,
    /// Something goes wrong from now on, or no more.
    Fault(Change, oneshot::Sender<()>),
    /// Somebody looks at the device from outside.
    Report(oneshot::Sender<Report>),
    /// The fleet stops.
    Stop,
}

/// A user, and what shows that it is they.
pub(crate) struct Claim {
    pub(crate) user: String,
    pub(crate) proof: Proof,
    pub(crate) peer: IpAddr,
    pub(crate) id: SessionId,
    pub(crate) answer: oneshot::Sender<Verdict>,
}

/// The answer to a login, and how long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) login: Login,
    pub(crate) wait: Duration,
}

/// What changes in what goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Add(Arc<Rule>),
    Remove(String),
    Clear,
}

/// What a device has and does.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Whether it is booting.
    pub down: bool,
    /// The sessions that are open, by their numbers.
    pub sessions: Vec<u64>,
    /// How many connections it has had.
    pub connections: u64,
    /// Each rule that concerns it, and how often it has struck here.
    pub faults: Vec<(String, u64)>,
    /// Its running-config.
    pub running: String,
    /// Its startup-config.
    pub startup: Option<String>,
}

/// What a user shows.
pub(crate) enum Proof {
    /// A password.
    Password(String),
    /// A public key in SSH wire format.
    Key(Vec<u8>),
}

/// A session that opens.
pub(crate) struct Opened {
    pub(crate) id: SessionId,
    pub(crate) opening: Opening,
    pub(crate) outbox: Arc<Outbox>,
}

/// Why a device's task ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// For good.
    Ended,
    /// Nobody has been at the device for a while, and it waits for nothing: the state can be kept without a task, and run
    /// again, as if it had never stopped.
    Idle,
}

enum Next {
    Event(DeviceEvent),
    Unreachable,
    Idle,
}

/// The state of a device's task.
pub(crate) struct DeviceTask {
    name: String,
    machine: Box<dyn Machine>,
    clock: Clock,
    place: Place,
    /// How long nobody must have been here before the task ends; see [`Left::Idle`].
    rest_after: Duration,
    sessions: BTreeMap<SessionId, Sink>,
    wake: Option<SimTime>,
    /// Between [`Effect::Down`] and [`Effect::Up`].
    down: bool,
    step: u64,
    /// How many connections there were.
    knocks: u64,
    /// What goes wrong, if anything does.
    chain: Option<Box<Chain>>,
    /// What the chain's dice follow from.
    seed: u64,
    /// Kept for its memory.
    effects: Vec<Effect>,
}

impl DeviceTask {
    pub(crate) fn new(
        name: String,
        machine: Box<dyn Machine>,
        clock: Clock,
        place: Place,
        rest_after: Duration,
    ) -> Self {
        Self {
            name,
            machine,
            clock,
            place,
            rest_after,
            sessions: BTreeMap::new(),
            wake: None,
            down: false,
            step: 0,
            knocks: 0,
            chain: None,
            seed: 0,
            effects: vec![],
        }
    }

    /// The rules that concern the device.
    pub(crate) fn has_faults(&mut self, seed: u64, rules: Vec<Arc<Rule>>) {
        self.seed = seed;
        for rule in rules {
            self.change(Change::Add(rule));
        }
    }

    /// Runs until the fleet stops, nobody can reach the device any more, or it may rest.
    pub(crate) async fn run(&mut self, events: &mut mpsc::Receiver<DeviceEvent>) -> Left {
        loop {
            let event = match self.next_event(events).await {
                Next::Event(DeviceEvent::Stop) | Next::Unreachable => return Left::Ended,
                Next::Event(event) => event,
                Next::Idle => return Left::Idle,
            };
            self.handle(event, self.clock.now());
            if self.sessions.is_empty() {
                // A device that nobody is at keeps no memory for those who were.
                self.sessions = BTreeMap::new();
                self.effects = vec![];
            }
        }
    }

    async fn next_event(&mut self, events: &mut mpsc::Receiver<DeviceEvent>) -> Next {
        let (may_rest, rest_after) = (self.may_rest(), self.rest_after);
        let wake = async {
            match self.wake {
                Some(wake) => tokio::time::sleep_until(self.clock.instant(wake)).await,
                None => std::future::pending().await,
            }
        };
        let rest = async {
            match may_rest {
                true => tokio::time::sleep(rest_after).await,
                false => std::future::pending().await,
            }
        };
        // In this order, so that a run can be repeated: what was due comes before what happens now.
        tokio::select! {
            biased;
            () = wake => Next::Event(DeviceEvent::Tick),
            () = self.place.rung() => Next::Event(DeviceEvent::Neighbours),
            event = events.recv() => event.map_or(Next::Unreachable, Next::Event),
            () = rest => Next::Idle,
        }
    }

    /// Whether nothing can happen to it before somebody knocks. A time that was asked for by those who have gone doesn't
    /// count: the machine asks again, if need be, when it comes.
    fn may_rest(&self) -> bool {
        self.sessions.is_empty()
            && self.chain.is_none()
            && !self.down
            && !self.place.is_connected()
            && self.machine.may_rest()
    }

    fn handle(&mut self, event: DeviceEvent, now: SimTime) {
        self.step += 1;
        if self.chain.is_some() {
            return self.handle_faulty(event, now);
        }
        let mut out = std::mem::take(&mut self.effects);
        match event {
            DeviceEvent::Knock(_, answer) => {
                self.knocks += 1;
                // The client may have gone meanwhile; here and below nobody is told then.
                _ = answer.send(self.door().into());
            }
            DeviceEvent::Login(claim) => self.login(*claim, now),
            DeviceEvent::Opened(opened) => self.open(*opened, now, &mut out),
            DeviceEvent::Bytes(id, bytes) if self.sessions.contains_key(&id) => {
                self.machine.input(id, &bytes, now, &mut out);
            }
            DeviceEvent::Resized(id, screen) if self.sessions.contains_key(&id) => {
                self.machine.resize(id, screen);
            }
            // A session that the device has closed can still be typing.
            DeviceEvent::EndOfInput(id) if self.sessions.contains_key(&id) => {
                self.machine.end_of_input(id, now, &mut out);
            }
            DeviceEvent::Bytes(..)
            | DeviceEvent::EndOfInput(_)
            | DeviceEvent::Resized(..)
            | DeviceEvent::Stop => {}
            DeviceEvent::Fault(change, done) => {
                self.change(change);
                _ = done.send(());
            }
            DeviceEvent::Report(answer) => _ = answer.send(self.report(now)),
            DeviceEvent::Closed(id) => self.closed(id, now, &mut out),
            DeviceEvent::Tick => {
                self.wake = None;
                self.machine.tick(now, &mut out);
            }
            DeviceEvent::Neighbours => self.machine.neighbours_changed(now, &mut out),
        }
        self.carry_out(&mut out, now);
        out.clear();
        self.effects = out;
    }

    fn door(&self) -> Door {
        let door = self.machine.door();
        Door {
            open: door.open && !self.down,
            ..door
        }
    }

    fn login(&mut self, claim: Claim, now: SimTime) {
        let login = self.judge(&claim, now);
        let wait = Duration::ZERO;
        // If the client has gone meanwhile, nobody wants to know.
        _ = claim.answer.send(Verdict { login, wait });
    }

    fn judge(&mut self, claim: &Claim, now: SimTime) -> Login {
        let verdict = match (self.down, &claim.proof) {
            (true, _) => Login::Rejected,
            (false, Proof::Password(text)) => {
                self.machine.login(&claim.user, text, claim.peer, now)
            }
            (false, Proof::Key(blob)) => self.machine.login_by_key(&claim.user, blob, now),
        };
        tracing::debug!(device = self.name, peer = %claim.peer, ?verdict, "login");
        verdict
    }

    fn open(&mut self, opened: Opened, now: SimTime, out: &mut Vec<Effect>) {
        // A device that went down after the login closes the session by not keeping its sink.
        let sink = Sink(opened.outbox);
        if !self.down {
            self.sessions.insert(opened.id, sink);
            self.machine.open(opened.id, opened.opening, now, out);
        }
    }

    /// The client has gone, or was sent away for not reading.
    fn closed(&mut self, id: SessionId, now: SimTime, out: &mut Vec<Effect>) {
        if self.sessions.remove(&id).is_some() {
            self.machine.closed(id, now, out);
        }
    }

    /// Carries out effects. A session that won't read is closed, which may have effects of its own.
    fn carry_out(&mut self, out: &mut Vec<Effect>, now: SimTime) {
        let mut unread = vec![];
        for effect in out.drain(..) {
            match effect {
                Effect::Write(id, bytes) => {
                    if self.write(id, &bytes) == Err(Unread) {
                        unread.push(id);
                    }
                }
                Effect::WriteShared(id, bytes) => {
                    let sink = self.sessions.get(&id);
                    if sink.is_some_and(|sink| sink.0.push_shared(self.step, bytes) == Err(Unread))
                    {
                        unread.push(id);
                    }
                }
                Effect::Exit(id, status) => {
                    if let Some(sink) = self.sessions.get(&id) {
                        sink.0.exit(status);
                    }
                }
                Effect::Close(id) => _ = self.sessions.remove(&id),
                Effect::WakeAt(time) => {
                    self.wake = Some(self.wake.map_or(time, |earlier| earlier.min(time)));
                }
                Effect::Down => {
                    tracing::info!(device = self.name, "down");
                    self.down = true;
                    self.sessions.clear();
                }
                Effect::Up => {
                    tracing::info!(device = self.name, "up");
                    self.down = false;
                }
                Effect::Changed => {
                    if let Some(node) = self.machine.node() {
                        self.place.show(node);
                    }
                }
            }
        }
        for id in unread {
            let Some(sink) = self.sessions.get(&id) else {
                continue;
            };
            tracing::info!(
                device = self.name,
                session = id.0,
                "closed: the client doesn't read"
            );
            sink.0.abandon();
            self.closed(id, now, out);
        }
        if !out.is_empty() {
            self.carry_out(out, now);
        }
    }

    fn write(&self, id: SessionId, bytes: &[u8]) -> Result<(), Unread> {
        match self.sessions.get(&id) {
            Some(sink) => sink.0.push(self.step, bytes),
            None => Ok(()),
        }
    }
}

impl Drop for DeviceTask {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(
                device = self.name,
                "the device's task panicked: its sessions are closed, and it boots again at the next login"
            );
        }
    }
}
