//! One device and all its sessions.

mod interference;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Networks;
use crate::network::presence::Presence;
use crate::network::{Alone, Node, Surroundings};
use crate::pack::Platform;
use crate::session::{self, Output, Session};
use crate::state::{Order, Startup, State};
use crate::{Effect, Facts, Login, Opening, Screen, SessionId, SimTime};

/// A virtual device.
#[derive(Debug)]
pub struct Device {
    state: State,
    /// Boxed, because the map has room for eleven as soon as it has one.
    sessions: BTreeMap<SessionId, Box<Session>>,
    /// When it will be back, if it is away.
    back_at: Option<SimTime>,
    /// The time that the driver was last asked to wake it.
    wakes_at: Option<SimTime>,
    /// What it has shown others.
    presence: Presence,
}

/// What the device's configuration asks of whoever answers the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// False: connections are refused (the device is down, SSH is off, every line is in use).
    pub open: bool,
    /// The text of `banner login`, sent before authentication.
    pub banner: Option<String>,
    /// How long a handshake and login may take (`ip ssh time-out`).
    pub grace: Duration,
    /// How many failed logins end a connection (`ip ssh authentication-retries`).
    pub tries: usize,
}

/// What every session sees when the device goes away.
const SHUTDOWN: &str = "\n\n***\n*** --- SHUTDOWN NOW ---\n***\n";

impl Device {
    /// A device that has just booted.
    #[must_use]
    pub fn new(
        platform: Arc<Platform>,
        facts: Facts,
        surroundings: Arc<dyn Surroundings>,
        now: SimTime,
    ) -> Self {
        let presence = Presence::new(&facts, now);
        let mut state = State::new(platform, facts, surroundings, now);
        state.config.shrink();
        Self {
            state,
            sessions: BTreeMap::new(),
            back_at: None,
            wakes_at: None,
            presence,
        }
    }

    /// What a device shows others that has just booted, without making one.
    #[must_use]
    pub fn at_birth(platform: Arc<Platform>, facts: Facts, now: SimTime) -> Node {
        State::unsaved_at_first(platform, facts, Arc::new(Alone), now).node(true)
    }

    /// What it showed others last; `None` before the first [`Effect::Changed`].
    #[must_use]
    pub fn node(&self) -> Option<Arc<Node>> {
        self.presence.node().cloned()
    }

    /// Devices that cables lead to, near or far, show something else than before.
    pub fn neighbours_changed(&mut self, now: SimTime, out: &mut Vec<Effect>) {
        self.presence.told(now);
        self.ask_to_wake(out);
    }

    /// The platform that it is.
    #[must_use]
    pub fn platform(&self) -> &Arc<Platform> {
        &self.state.platform
    }

    /// What the door must know now.
    #[must_use]
    pub fn door(&self) -> Door {
        let number = |kind: &str, otherwise: u64| {
            let set = self.state.get(kind).filter(|s| !s.negated);
            set.and_then(|s| s.line.rsplit(' ').next()?.parse().ok())
                .unwrap_or(otherwise)
        };
        let tries = number("ip ssh authentication-retries", 3);
        Door {
            open: self.back_at.is_none() && self.free_line().is_some(),
            banner: session::banner(&self.state, "login"),
            grace: Duration::from_secs(number("ip ssh time-out", 120)),
            tries: usize::try_from(tries).unwrap_or(3),
        }
    }

    /// A user's password.
    pub fn login(&mut self, user: &str, password: &str, peer: IpAddr, now: SimTime) -> Login {
        let right = self.state.admits(user, password);
        if !right {
            let text = format!(
                "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: {user}] [Source: {peer}] [localport: 22] \
                 [Reason: Login Authentication Failed]"
            );
            self.state.log(now, &text);
            return Login::Rejected;
        }
        self.succeeded(user, peer, now);
        Login::Accepted
    }

    /// A user's public key, whose signature the door has checked (or, asked twice, will check).
    /// `blob` is the key in SSH wire format.
    pub fn login_by_key(&mut self, user: &str, blob: &[u8], _now: SimTime) -> Login {
        if self.state.has_key(user, blob) {
            Login::Accepted
        } else {
            Login::Rejected
        }
    }

    fn succeeded(&mut self, user: &str, peer: IpAddr, now: SimTime) {
        if self.state.has("login on-success") {
            let text = format!(
                "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: {user}] [Source: {peer}] [localport: 22]"
            );
            self.state.log(now, &text);
        }
    }

    /// Opens a session. If no line is free the session is closed.
    pub fn open(&mut self, id: SessionId, opening: Opening, now: SimTime, out: &mut Vec<Effect>) {
        let Some(vty) = self.free_line().filter(|_| self.back_at.is_none()) else {
            out.push(Effect::Close(id));
            return;
        };
        // One that has just booted knows its neighbours before it prompts.
        self.presence.look(&mut self.state, true, now);
        let mut session = Session::new(&self.state, vty, &opening, now);
        self.see_lines();
        match &opening.command {
            Some(command) => session.run_once(&mut self.state, command, now),
            None => session.begin(&self.state),
        }
        self.sessions.insert(id, Box::new(session));
        self.settle(now, out);
    }

    /// Bytes that a session's client sent.
    pub fn input(&mut self, id: SessionId, bytes: &[u8], now: SimTime, out: &mut Vec<Effect>) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.touch(now);
            self.state.revert_is_touched(session.vty, now);
        }
        self.see_lines();
        if let Some(session) = self.sessions.get_mut(&id) {
            session.input(&mut self.state, bytes, now);
        }
        self.settle(now, out);
    }

    /// A session's client has nothing more to send; its output is still wanted.
    pub fn end_of_input(&mut self, id: SessionId, now: SimTime, out: &mut Vec<Effect>) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.end_of_input();
        }
        self.settle(now, out);
    }

    /// The client's terminal has another size.
    pub fn resize(&mut self, id: SessionId, screen: Screen) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.resize(screen);
        }
    }

    /// The client has gone.
    pub fn closed(&mut self, id: SessionId, now: SimTime, out: &mut Vec<Effect>) {
        if let Some(session) = self.sessions.remove(&id) {
            self.state.unlock(session.vty);
        }
        self.settle(now, out);
    }

    /// Time has passed; a time that an [`Effect::WakeAt`] asked for has come.
    pub fn tick(&mut self, now: SimTime, out: &mut Vec<Effect>) {
        self.wakes_at = None;
        if self.back_at.is_some_and(|back| back <= now) {
            self.back_at = None;
            self.state.boot(now);
            self.presence.booted(now);
            out.push(Effect::Up);
        }
        if self.state.reload_at.is_some_and(|at| at <= now) {
            self.state.reload_at = None;
            self.state.orders.push(Order::Reload);
        }
        if self.back_at.is_none() {
            self.state.catch_up(now);
            self.state.archive_tick(now);
        }
        self.presence
            .look(&mut self.state, self.back_at.is_none(), now);
        self.see_lines();
        for session in self.sessions.values_mut() {
            session.tick(&mut self.state, now);
        }
        self.settle(now, out);
    }

    /// The lowest vty line that is free, if logins are possible on it.
    fn free_line(&self) -> Option<usize> {
        let taken = |vty: usize| self.sessions.values().any(|session| session.vty == vty);
        let usable = |vty: usize| {
            let input = self
                .state
                .vty_line(vty, "transport input")
                .map(|s| s.line.to_string());
            let ssh = input.is_none_or(|line| line.ends_with("all") || line.contains(" ssh"));
            self.state.vty(vty).is_some() && ssh
        };
        let lines = self.state.platform.vty();
        // A platform without vty lines in its configuration (an access point) has all of them.
        let configured = (0..lines).any(|vty| self.state.vty(vty).is_some());
        (0..lines).find(|vty| !taken(*vty) && (!configured || usable(*vty)))
    }

    /// `show users` shows the lines as they are when the command is given.
    fn see_lines(&mut self) {
        let in_use = self.sessions.values().map(|session| session.line_in_use());
        self.state.lines.clear();
        self.state.lines.extend(in_use);
        self.state.lines.sort_by_key(|line| line.index);
    }

    /// Carries out what sessions asked of the device, and hands over what they print.
    fn settle(&mut self, now: SimTime, out: &mut Vec<Effect>) {
        for order in std::mem::take(&mut self.state.orders) {
            match order {
                Order::Monitor(line) => {
                    for session in self
                        .sessions
                        .values_mut()
                        .filter(|session| session.monitors)
                    {
                        session.interrupt(&self.state, &line);
                    }
                }
                Order::ClearLine(vty) => {
                    for session in self
                        .sessions
                        .values_mut()
                        .filter(|session| session.vty == vty)
                    {
                        session.end("");
                    }
                }
                Order::Reload => self.go_down(now, out),
                Order::Tell(text) => {
                    for session in self.sessions.values_mut() {
                        session.tell(text);
                    }
                }
                Order::Advise { operator, text } => {
                    for session in self.sessions.values_mut() {
                        session.advise(&self.state, &operator, &text);
                    }
                }
            }
        }
        self.flush(out);
        self.presence
            .show(&self.state, self.back_at.is_none(), now, out);
        self.ask_to_wake(out);
    }

    fn go_down(&mut self, now: SimTime, out: &mut Vec<Effect>) {
        for session in self.sessions.values_mut() {
            session.end(SHUTDOWN);
        }
        self.flush(out);
        out.push(Effect::Down);
        self.back_at = Some(now.after(Duration::from_millis(self.state.platform.timing().boot_ms)));
    }

    fn flush(&mut self, out: &mut Vec<Effect>) {
        for (id, session) in &mut self.sessions {
            for output in session.take_output() {
                out.push(match output {
                    Output::Bytes(bytes) => Effect::Write(*id, bytes),
                    Output::Shared(bytes) => Effect::WriteShared(*id, bytes),
                });
            }
            if session.is_closed() {
                self.state.unlock(session.vty);
                out.extend(session.status().map(|status| Effect::Exit(*id, status)));
                out.push(Effect::Close(*id));
            }
        }
        self.sessions.retain(|_, session| !session.is_closed());
        if self.sessions.is_empty() {
            self.is_left();
        }
    }

    /// Nobody is logged in: what only sessions need gives its memory back.
    fn is_left(&mut self) {
        self.sessions = BTreeMap::new();
        self.state.lines = Vec::new();
        self.state.networks = Networks::default();
        self.state.config.shrink();
        self.state.startup.iter_mut().for_each(Startup::shrink);
    }

    /// Whether nobody is logged in and it waits for nothing: no time will change it.
    #[must_use]
    pub fn may_rest(&self) -> bool {
        self.sessions.is_empty() && self.next_time().is_none()
    }

    /// The next time that something is to be done.
    fn next_time(&self) -> Option<SimTime> {
        let sessions = self
            .sessions
            .values()
            .filter_map(|session| session.wake_at(&self.state));
        sessions
            .chain(self.back_at)
            .chain(self.state.reload_at)
            .chain(self.state.delayed.iter().map(|delayed| delayed.at))
            .chain(self.presence.wake_at())
            .chain(
                self.state
                    .archive
                    .wake_at()
                    .filter(|_| self.back_at.is_none()),
            )
            .min()
    }

    fn ask_to_wake(&mut self, out: &mut Vec<Effect>) {
        let next = self.next_time();
        // Asking again for a later time is left out: an early tick does no harm.
        if let Some(next) = next.filter(|next| self.wakes_at.is_none_or(|asked| *next < asked)) {
            self.wakes_at = Some(next);
            out.push(Effect::WakeAt(next));
        }
    }
}
