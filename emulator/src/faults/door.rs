//! Who comes to a device and goes: connections, logins, and which device answers them.

use device::{Door, Login, SessionId, SimTime};

use super::act::{Act, Admission, Oddities};
use super::chain::Chain;
use super::kind::{Connection, Kind, Login as LoginFault};
use super::stream::{Passes, Stream};
use crate::machine::Machine;

impl Chain {
    /// Somebody connects: the `ordinal`th, while so many sessions are open.
    pub(crate) fn knock(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        ordinal: u64,
        open: usize,
        mut door: Door,
        now: SimTime,
    ) -> Admission {
        let moment = self.moment(ordinal, now);
        let mut oddities = Oddities {
            host_key: self.host_key,
            ..Oddities::default()
        };
        let (mut silent, mut odd) = (false, self.host_key > 0);
        let mut other = None;
        for armed in &mut self.rules {
            let Kind::Connection(kind) = armed.rule.entry.kind else {
                continue;
            };
            let full = kind == Connection::Lines && (open as u64) < armed.rule.number("lines");
            if full || !armed.strikes(moment) {
                continue;
            }
            let rule = &armed.rule;
            odd = true;
            match kind {
                Connection::Refuse | Connection::Lines => door.open = false,
                Connection::BlackHole => silent = true,
                Connection::LateIdent => oddities.wait += rule.time("delay"),
                Connection::PreBanner => oddities.preface.extend_from_slice(rule.list("text")),
                Connection::Algorithms => oddities.offer = Some(rule.clone()),
                Connection::HostKey => oddities.host_key += 1,
                Connection::Rekey => oddities.rekey_bytes = Some(rule.length("bytes").max(1)),
                Connection::KeyboardOnly => oddities.keyboard_only = true,
                Connection::Other => {
                    oddities.host_key += u32::from(rule.truth("new_key"));
                    other = Some(rule.text("name").to_string());
                }
            }
        }
        let quiet = self.quiet_until.is_some_and(|until| now < until);
        door.open &= !quiet && !self.is_cut(machine);
        if door.open {
            let mut stream = Stream::new(id, ordinal, self.dice(id), now);
            stream.elsewhere = other.is_some();
            self.streams.insert(id, stream);
            if let (Some(name), None) = (other, &self.impostor) {
                let other = machine.device().map(|device| device.other(&name, now));
                self.impostor = other.map(Box::new);
            }
        }
        Admission {
            door,
            silent,
            oddities: odd.then(|| Box::new(oddities)),
        }
    }

    /// Whether a rule refuses a login, and how long the answer takes.
    pub(crate) fn refuses_login(
        &mut self,
        id: SessionId,
        now: SimTime,
    ) -> (bool, std::time::Duration) {
        let ordinal = self.streams.get(&id).map_or(0, |stream| stream.ordinal);
        let moment = self.moment(ordinal, now);
        let mut answer = (false, std::time::Duration::ZERO);
        for armed in &mut self.rules {
            let Kind::Login(kind) = armed.rule.entry.kind else {
                continue;
            };
            let locked =
                kind != LoginFault::Locked || self.failures >= armed.rule.number("failures");
            if kind == LoginFault::Quiet || !locked || !armed.strikes(moment) {
                continue;
            }
            match kind {
                LoginFault::Slow => answer.1 += armed.rule.time("delay"),
                _ => answer.0 = true,
            }
        }
        answer
    }

    /// What came of a login with a password.
    pub(crate) fn logged_in(&mut self, login: Login, now: SimTime) {
        if login == Login::Accepted {
            return;
        }
        self.failures += 1;
        let moment = self.moment(0, now);
        for armed in &mut self.rules {
            if armed.rule.entry.kind == Kind::Login(LoginFault::Quiet)
                && self.failures >= armed.rule.number("failures")
                && armed.strikes(moment)
            {
                self.failures = 0;
                self.quiet_until = Some(now.after(armed.rule.time("pause")));
            }
        }
    }

    /// A client has gone, whose session was open or not; the device learns it, unless nobody can tell it.
    pub(crate) fn closed(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        open: bool,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        let unnoticed = |stream: &Stream| stream.passes == Passes::Unnoticed && stream.opened;
        if self.streams.get(&id).is_some_and(unnoticed) {
            return;
        }
        let elsewhere = self.is_elsewhere(id);
        self.streams.remove(&id);
        if open {
            self.other(machine, elsewhere, now, acts, |machine, out| {
                machine.closed(id, now, out);
            });
        }
    }

    /// Whether another device answers in this session.
    pub(crate) fn is_elsewhere(&self, id: SessionId) -> bool {
        let stream = self.streams.get(&id);
        stream.is_some_and(|stream| stream.elsewhere)
    }

    /// Does something with this device, or with the one that answers in its place.
    pub(crate) fn facing<T>(
        &mut self,
        machine: &mut dyn Machine,
        elsewhere: bool,
        does: impl FnOnce(&mut Self, &mut dyn Machine) -> T,
    ) -> T {
        let Some(mut impostor) = self.impostor.take_if(|_| elsewhere) else {
            return does(self, machine);
        };
        self.elsewhere = true;
        let done = does(self, &mut *impostor);
        self.elsewhere = false;
        self.impostor = Some(impostor);
        done
    }
}
