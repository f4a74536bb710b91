//! A device that lives: its machine and the outboxes of its sessions. Whatever happens to it is one [`Live::step`], and
//! nothing here waits: not for a client, not for another device. [`crate::running`] says who may take a step.
//!
//! When it ends, for whatever reason, a panic included, its sessions end with it, because their [`Sink`]s are dropped.

mod faulty;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::board::{Bell, Place};
use crate::clock::Clock;
use crate::faults::{Admission, Chain, Rule};
use crate::machine::Machine;
use crate::ssh::outbox::{Outbox, Sink, Unread};
use device::{Door, Effect, Login, Opening, Screen, SessionId, SimTime};

/// What can happen to a device, and needs no answer.
pub(crate) enum Cause<'a> {
    /// A session opens.
    Opened(Box<Opened>),
    /// A session's client has sent something.
    Bytes(SessionId, &'a [u8]),
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
}

/// A user, and what shows that it is they.
pub(crate) struct Claim {
    pub(crate) user: String,
    pub(crate) proof: Proof,
    pub(crate) peer: IpAddr,
    pub(crate) id: SessionId,
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

/// A device that lives, and whoever is at it.
pub(crate) struct Live {
    name: String,
    machine: Box<dyn Machine>,
    clock: Clock,
    place: Place,
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

impl Live {
    pub(crate) fn new(name: String, machine: Box<dyn Machine>, clock: Clock, place: Place) -> Self {
        Self {
            name,
            machine,
            clock,
            place,
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
            self.change(Change::Add(rule), self.clock.now());
        }
    }

    /// One step: what was due comes before what happens now, so that a run can be repeated.
    pub(crate) fn step<T>(&mut self, happens: impl FnOnce(&mut Self, SimTime) -> T) -> T {
        let now = self.clock.now();
        if self.wake.is_some_and(|wake| wake <= now) {
            self.handle(Cause::Tick, now);
        }
        if self.place.was_rung() {
            self.handle(Cause::Neighbours, now);
        }
        let done = happens(self, now);
        if self.sessions.is_empty() {
            // A device that nobody is at keeps no memory for those who were.
            self.sessions = BTreeMap::new();
            self.effects = vec![];
        }
        done
    }

    /// What rings when a neighbour has changed.
    pub(crate) fn bell(&self) -> Arc<Bell> {
        self.place.bell()
    }

    /// When it has something to do although nothing happens.
    pub(crate) fn wake(&self) -> Option<SimTime> {
        self.wake
    }

    /// Whether nothing can happen to it before somebody knocks. A time that was asked for by those who have gone doesn't
    /// count: the machine asks again, if need be, when it comes.
    pub(crate) fn may_rest(&self) -> bool {
        self.sessions.is_empty()
            && self.chain.is_none()
            && !self.down
            && !self.place.is_connected()
            && self.machine.may_rest()
    }

    pub(crate) fn handle(&mut self, cause: Cause<'_>, now: SimTime) {
        self.step += 1;
        if self.chain.is_some() {
            return self.handle_faulty(cause, now);
        }
        let mut out = std::mem::take(&mut self.effects);
        match cause {
            Cause::Opened(opened) => self.open(*opened, now, &mut out),
            Cause::Bytes(id, bytes) if self.sessions.contains_key(&id) => {
                self.machine.input(id, bytes, now, &mut out);
            }
            Cause::Resized(id, screen) if self.sessions.contains_key(&id) => {
                self.machine.resize(id, screen);
            }
            // A session that the device has closed can still be typing.
            Cause::EndOfInput(id) if self.sessions.contains_key(&id) => {
                self.machine.end_of_input(id, now, &mut out);
            }
            Cause::Bytes(..) | Cause::EndOfInput(_) | Cause::Resized(..) => {}
            Cause::Closed(id) => self.closed(id, now, &mut out),
            Cause::Tick => {
                self.wake = None;
                self.machine.tick(now, &mut out);
            }
            Cause::Neighbours => self.machine.neighbours_changed(now, &mut out),
        }
        self.carry_out(&mut out, now);
        out.clear();
        self.effects = out;
    }

    /// Somebody is at the door: what they meet.
    pub(crate) fn knock(&mut self, id: SessionId, now: SimTime) -> Admission {
        self.step += 1;
        self.knocks += 1;
        match self.chain.is_some() {
            true => self.knock_faulty(id, now),
            false => self.door().into(),
        }
    }

    /// Judges somebody who says who they are.
    pub(crate) fn login(&mut self, claim: &Claim, now: SimTime) -> Verdict {
        self.step += 1;
        if self.chain.is_some() {
            return self.login_faulty(claim, now);
        }
        let login = self.judge(claim, now);
        let wait = Duration::ZERO;
        Verdict { login, wait }
    }

    fn door(&self) -> Door {
        let door = self.machine.door();
        Door {
            open: door.open && !self.down,
            ..door
        }
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

impl Drop for Live {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(
                device = self.name,
                "the device panicked: its sessions are closed, and it boots again at the next login"
            );
        }
    }
}
