//! What a device does where something goes wrong on purpose.

use std::time::Duration;

use device::{Effect, Login, SessionId, SimTime};

use super::{Cause, Change, Claim, Live, Proof, Report, Verdict};
use crate::faults::{Act, Admission, Chain, End};
use crate::ssh::outbox::{Sink, Unread};

impl Live {
    /// As [`Live::handle`], with a chain between the device and its sessions.
    pub(super) fn handle_faulty(&mut self, cause: Cause<'_>, now: SimTime) {
        self.with_chain(now, |live, chain, acts| {
            live.through(chain, cause, now, acts);
        });
    }

    /// As [`Live::knock`], with a chain.
    pub(super) fn knock_faulty(&mut self, id: SessionId, now: SimTime) -> Admission {
        let door = self.door();
        let met = self.with_chain(now, |live, chain, _| {
            let (machine, open) = (&mut *live.machine, live.sessions.len());
            chain.knock(machine, id, live.knocks, open, door.clone(), now)
        });
        met.unwrap_or_else(|| door.into())
    }

    /// As [`Live::login`], with a chain.
    pub(super) fn login_faulty(&mut self, claim: &Claim, now: SimTime) -> Verdict {
        let judged = self.with_chain(now, |live, chain, _| {
            let (refused, wait) = chain.refuses_login(claim.id, now);
            let login = match refused {
                true => Login::Rejected,
                false => live.judge(claim, now),
            };
            if matches!(claim.proof, Proof::Password(_)) {
                chain.logged_in(login, now);
            }
            Verdict { login, wait }
        });
        let (login, wait) = (Login::Rejected, Duration::ZERO);
        judged.unwrap_or(Verdict { login, wait })
    }

    /// Does something with the chain in hand, and what the chain wants done then. `None` if there is no chain.
    fn with_chain<T>(
        &mut self,
        now: SimTime,
        happens: impl FnOnce(&mut Self, &mut Chain, &mut Vec<Act>) -> T,
    ) -> Option<T> {
        let mut chain = self.chain.take()?;
        let mut acts = vec![];
        let done = happens(self, &mut chain, &mut acts);
        self.carry_out_acts(acts, now);
        self.keep_chain(chain);
        Some(done)
    }

    /// Keeps a chain as long as something goes wrong, and its next time in mind.
    fn keep_chain(&mut self, chain: Box<Chain>) {
        if let Some(wake) = chain.wake_at() {
            self.wake = Some(self.wake.map_or(wake, |earlier| earlier.min(wake)));
        }
        self.chain = Some(chain).filter(|chain| !chain.is_over());
    }

    fn through(&mut self, chain: &mut Chain, cause: Cause<'_>, now: SimTime, acts: &mut Vec<Act>) {
        match cause {
            Cause::Opened(opened) => {
                // A device that went down after the login closes the session by not keeping its sink.
                let sink = Sink(opened.outbox);
                if !self.down {
                    self.sessions.insert(opened.id, sink);
                    chain.open(&mut *self.machine, opened.id, opened.opening, now, acts);
                }
            }
            Cause::Bytes(id, bytes) if self.sessions.contains_key(&id) => {
                chain.input(&mut *self.machine, id, bytes, now, acts);
            }
            Cause::Resized(id, screen) if self.sessions.contains_key(&id) => {
                let elsewhere = chain.is_elsewhere(id);
                chain.facing(&mut *self.machine, elsewhere, |_, machine| {
                    machine.resize(id, screen);
                });
            }
            Cause::EndOfInput(id) if self.sessions.contains_key(&id) => {
                let elsewhere = chain.is_elsewhere(id);
                chain.other(&mut *self.machine, elsewhere, now, acts, |machine, out| {
                    machine.end_of_input(id, now, out);
                });
            }
            Cause::Bytes(..) | Cause::EndOfInput(_) | Cause::Resized(..) => {}
            Cause::Closed(id) => {
                let open = self.sessions.remove(&id).is_some();
                chain.closed(&mut *self.machine, id, open, now, acts);
            }
            Cause::Tick => {
                self.wake = None;
                chain.other(&mut *self.machine, false, now, acts, |machine, out| {
                    machine.tick(now, out)
                });
            }
            Cause::Neighbours => {
                chain.other(&mut *self.machine, false, now, acts, |machine, out| {
                    machine.neighbours_changed(now, out);
                })
            }
        }
    }

    /// Something goes wrong from now on, or no more.
    pub(crate) fn change(&mut self, change: Change, now: SimTime) {
        self.step += 1;
        let began = self.clock.began();
        let new = || Box::new(Chain::new(self.seed, &self.name, began));
        self.chain = Some(self.chain.take().unwrap_or_else(new));
        self.with_chain(now, |live, chain, acts| {
            live.change_in(chain, change, now);
            // What a rule held back goes on without it.
            chain.other(&mut *live.machine, false, now, acts, |_, _| ());
        });
    }

    fn change_in(&mut self, chain: &mut Chain, change: Change, now: SimTime) {
        match change {
            Change::Add(rule) => {
                let open: Vec<_> = self.sessions.keys().copied().collect();
                if !chain.rules().any(|(known, _)| known.id == rule.id) {
                    chain.add(rule, &open, now);
                }
            }
            Change::Remove(id) => {
                chain.remove(&mut *self.machine, |rule| rule.id == id, now);
            }
            Change::Clear => chain.remove(&mut *self.machine, |_| true, now),
        }
    }

    /// What the device has and does.
    pub(crate) fn report(&mut self) -> Report {
        let device = self.machine.device();
        let (running, startup) = match device {
            Some(device) => (device.configuration(), device.saved().map(str::to_string)),
            None => Default::default(),
        };
        let rules = self.chain.iter().flat_map(|chain| chain.rules());
        let faults = rules.map(|(rule, hits)| (rule.id.clone(), hits)).collect();
        Report {
            down: self.down,
            sessions: self.sessions.keys().map(|id| id.0).collect(),
            connections: self.knocks,
            faults,
            running,
            startup,
        }
    }

    /// Carries acts out, in order; effects keep their places among the others.
    fn carry_out_acts(&mut self, acts: Vec<Act>, now: SimTime) {
        let mut effects = std::mem::take(&mut self.effects);
        for act in acts {
            let done = match act {
                Act::Effect(effect) => {
                    effects.push(effect);
                    continue;
                }
                Act::Apart(id, bytes) => {
                    self.carry_out(&mut effects, now);
                    let sink = self.sessions.get(&id);
                    sink.map_or(Ok(()), |sink| sink.0.push_apart(self.step, bytes))
                        .map_err(|Unread| id)
                }
                Act::End(id, end, reason) => {
                    self.carry_out(&mut effects, now);
                    self.end_by(id, end, reason);
                    Ok(())
                }
            };
            if let Err(id) = done
                && let Some(sink) = self.sessions.get(&id)
            {
                sink.0.abandon();
                effects.push(Effect::Close(id));
            }
        }
        self.carry_out(&mut effects, now);
        effects.clear();
        self.effects = effects;
    }

    /// A session's connection ends; the session itself stays until its client has gone.
    fn end_by(&self, id: SessionId, end: End, reason: String) {
        let name = &self.name;
        tracing::info!(
            device = name,
            session = id.0,
            ?end,
            "a fault ends the connection"
        );
        if let Some(sink) = self.sessions.get(&id) {
            sink.0.end_by(end, reason);
        }
    }
}
