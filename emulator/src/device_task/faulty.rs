//! What a device's task does where something goes wrong on purpose.

use device::{Effect, Login, SimTime};

use super::{Change, DeviceEvent, DeviceTask, Proof, Report, Verdict};
use crate::faults::{Act, Chain, End};
use crate::ssh::outbox::{Sink, Unread};

impl DeviceTask {
    /// As [`DeviceTask::handle`], with a chain between the device and its sessions.
    pub(super) fn handle_faulty(&mut self, event: DeviceEvent, now: SimTime) {
        let Some(mut chain) = self.chain.take() else {
            return;
        };
        let mut acts = vec![];
        self.through(&mut chain, event, now, &mut acts);
        self.carry_out_acts(acts, now);
        if let Some(wake) = chain.wake_at() {
            self.wake = Some(self.wake.map_or(wake, |earlier| earlier.min(wake)));
        }
        self.chain = Some(chain).filter(|chain| !chain.is_over());
    }

    fn through(
        &mut self,
        chain: &mut Chain,
        event: DeviceEvent,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        match event {
            DeviceEvent::Knock(id, answer) => {
                self.knocks += 1;
                let (door, open) = (self.door(), self.sessions.len());
                let machine = &mut *self.machine;
                let admission = chain.knock(machine, id, self.knocks, open, door, now);
                // The client may have gone meanwhile; here and below nobody is told then.
                _ = answer.send(admission);
            }
            DeviceEvent::Login(claim) => {
                let (refused, wait) = chain.refuses_login(claim.id, now);
                let login = match refused {
                    true => Login::Rejected,
                    false => self.judge(&claim, now),
                };
                if matches!(claim.proof, Proof::Password(_)) {
                    chain.logged_in(login, now);
                }
                _ = claim.answer.send(Verdict { login, wait });
            }
            DeviceEvent::Opened(opened) => {
                // A device that went down after the login closes the session by not keeping its sink.
                let sink = Sink(opened.outbox);
                if !self.down {
                    self.sessions.insert(opened.id, sink);
                    chain.open(&mut *self.machine, opened.id, opened.opening, now, acts);
                }
            }
            DeviceEvent::Bytes(id, bytes) if self.sessions.contains_key(&id) => {
                chain.input(&mut *self.machine, id, &bytes, now, acts);
            }
            DeviceEvent::Resized(id, screen) if self.sessions.contains_key(&id) => {
                let elsewhere = chain.is_elsewhere(id);
                chain.facing(&mut *self.machine, elsewhere, |_, machine| {
                    machine.resize(id, screen);
                });
            }
            DeviceEvent::EndOfInput(id) if self.sessions.contains_key(&id) => {
                let elsewhere = chain.is_elsewhere(id);
                chain.other(&mut *self.machine, elsewhere, now, acts, |machine, out| {
                    machine.end_of_input(id, now, out);
                });
            }
            DeviceEvent::Bytes(..)
            | DeviceEvent::EndOfInput(_)
            | DeviceEvent::Resized(..)
            | DeviceEvent::Stop => {}
            DeviceEvent::Closed(id) => {
                let open = self.sessions.remove(&id).is_some();
                chain.closed(&mut *self.machine, id, open, now, acts);
            }
            DeviceEvent::Tick => {
                self.wake = None;
                chain.other(&mut *self.machine, false, now, acts, |machine, out| {
                    machine.tick(now, out)
                });
            }
            DeviceEvent::Neighbours => {
                chain.other(&mut *self.machine, false, now, acts, |machine, out| {
                    machine.neighbours_changed(now, out);
                })
            }
            DeviceEvent::Fault(change, done) => {
                self.change_in(chain, change, now);
                // What a rule held back goes on without it.
                chain.other(&mut *self.machine, false, now, acts, |_, _| ());
                _ = done.send(());
            }
            DeviceEvent::Report(answer) => {
                let mut report = self.report(now);
                let rules = chain.rules();
                report.faults = rules.map(|(rule, hits)| (rule.id.clone(), hits)).collect();
                _ = answer.send(report);
            }
        }
    }

    /// Changes what goes wrong where nothing does yet.
    pub(super) fn change(&mut self, change: Change) {
        let mut chain = self
            .chain
            .take()
            .unwrap_or_else(|| Box::new(Chain::new(self.seed, &self.name, self.clock.began())));
        let now = self.clock.now();
        self.change_in(&mut chain, change, now);
        if let Some(wake) = chain.wake_at() {
            self.wake = Some(self.wake.map_or(wake, |earlier| earlier.min(wake)));
        }
        self.chain = Some(chain).filter(|chain| !chain.is_over());
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
    pub(super) fn report(&mut self, now: SimTime) -> Report {
        let device = self.machine.device();
        let (running, startup) = match device {
            Some(device) => (
                device.configuration(now),
                device.saved().map(str::to_string),
            ),
            None => Default::default(),
        };
        Report {
            down: self.down,
            sessions: self.sessions.keys().map(|id| id.0).collect(),
            connections: self.knocks,
            faults: vec![],
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
    fn end_by(&self, id: device::SessionId, end: End, reason: String) {
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
