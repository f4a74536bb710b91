//! What happens to the device as a whole, at a line or at a time.

use std::sync::Arc;

use device::{SessionId, SimTime};

use super::act::Act;
use super::chain::{Chain, Phase};
use super::kind::{End, Event, Kind};
use super::rule::Rule;
use super::stream::{Passes, Stream};
use super::trigger::{Armed, Moment};
use crate::machine::Machine;

impl Chain {
    /// Events of a line, before it is run and after.
    pub(super) fn strike_device(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        struck: &[Arc<Rule>],
        after: bool,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        if !after && let Some(device) = machine.device() {
            let fails = |rule: &&Arc<Rule>| rule.entry.kind == Kind::Event(Event::SavesFail);
            device.fail_saves(struck.iter().find(fails).map(|rule| rule.text("answer")));
        }
        for rule in struck {
            let Kind::Event(event) = rule.entry.kind else {
                continue;
            };
            let late = match event {
                Event::Reload => rule.truth("applied"),
                _ => false,
            };
            match (event, after) {
                (Event::PathCut, false) => {
                    self.cut = machine
                        .device()
                        .map(|device| essence(&device.configuration()));
                    if let Some(stream) = self.streams.get_mut(&id) {
                        stream.end(End::HalfOpen, String::new(), now);
                        stream.release(now, acts);
                    }
                }
                (Event::PathCut, true) => self.silence_all(now, acts),
                _ if late == after => self.happens(machine, rule, event, now, acts),
                _ => {}
            }
        }
    }

    /// Something happens to the device.
    fn happens(
        &mut self,
        machine: &mut dyn Machine,
        rule: &Rule,
        event: Event,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        if event == Event::Reload {
            self.host_key += u32::from(rule.truth("new_key"));
        }
        if event == Event::Locked {
            let wait = rule.time("for");
            let until = if wait.is_zero() {
                SimTime(u64::MAX)
            } else {
                now.after(wait)
            };
            self.unlocks = Some(until);
        }
        self.step(machine, Phase::Any, now, acts, |machine, out| {
            let Some(device) = machine.device() else {
                return;
            };
            match event {
                Event::Change => {
                    let lines = rule.list("lines").join("\n");
                    device.configure(rule.text("user"), &lines, now, out);
                }
                Event::Hostname => {
                    let line = format!("hostname {}", rule.text("name"));
                    device.configure("console", &line, now, out);
                }
                Event::Locked => device.lock(Some(rule.text("user"))),
                Event::Reload => device.restart(now, out),
                Event::Syslog => device.message(rule.text("text"), now, out),
                Event::Clock => {
                    let days = i64::try_from(rule.number("days")).unwrap_or(i64::MAX);
                    let by = days.saturating_mul(DAY_MS);
                    device.set_clock(if rule.truth("ahead") { by } else { -by });
                }
                Event::FlashFull => device.fill_flash(true, now),
                Event::SavesFail | Event::PathCut => {}
            }
        });
    }

    /// Nothing passes any more, in any session.
    fn silence_all(&mut self, now: SimTime, acts: &mut Vec<Act>) {
        let open = self.streams.values_mut().filter(|stream| stream.opened);
        for stream in open {
            stream.end(End::HalfOpen, String::new(), now);
            stream.release(now, acts);
        }
    }

    /// Whether the way to the device is cut; it is whole again once the configuration is what it was.
    pub(super) fn is_cut(&mut self, machine: &mut dyn Machine) -> bool {
        let Some(before) = &self.cut else {
            return false;
        };
        let now_is = machine
            .device()
            .map(|device| essence(&device.configuration()));
        if now_is.as_ref() == Some(before) {
            self.cut = None;
        }
        self.cut.is_some()
    }

    /// Time has passed.
    pub(super) fn passes_time(
        &mut self,
        machine: &mut dyn Machine,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        if self.unlocks.is_some_and(|at| at <= now) {
            self.unlocks = None;
            if let Some(device) = machine.device() {
                device.lock(None);
            }
        }
        self.drop_idle(now, acts);
        let moment = self.moment(0, now);
        let mut due = vec![];
        for armed in &mut self.rules {
            if let Kind::Event(event) = armed.rule.entry.kind
                && is_spontaneous(&armed.rule)
                && armed.strikes_once(moment)
            {
                due.push((armed.rule.clone(), event));
            }
        }
        for (rule, event) in due {
            self.happens(machine, &rule, event, now, acts);
        }
    }

    /// Sessions that nobody has typed in for too long are forgotten.
    fn drop_idle(&mut self, now: SimTime, acts: &mut Vec<Act>) {
        let (began, moment) = (self.began(), self.moment(0, now));
        for armed in &mut self.rules {
            for stream in self.streams.values_mut() {
                let due = forgets(armed, stream, began).is_some_and(|due| due <= now);
                if !due {
                    continue;
                }
                stream.weighed.push(armed.rule.clone());
                let moment = Moment {
                    session: stream.ordinal,
                    ..moment
                };
                if armed.strikes(moment) {
                    stream.end(End::Idle, String::new(), now);
                    stream.release(now, acts);
                }
            }
        }
    }

    /// When something happens by itself.
    pub(super) fn next_event(&self) -> Option<SimTime> {
        let at_times = self.rules.iter().filter_map(|armed| {
            let at = armed.rule.when.at.filter(|_| is_spontaneous(&armed.rule))?;
            (!armed.is_weighed()).then(|| self.began().after(at))
        });
        let silences = self.rules.iter().flat_map(|armed| {
            let streams = self.streams.values();
            streams.filter_map(|stream| forgets(armed, stream, self.began()))
        });
        at_times
            .chain(silences)
            .chain(self.unlocks.filter(|at| at.0 < u64::MAX))
            .min()
    }
}

/// A day.
const DAY_MS: i64 = 86_400_000;

/// When a firewall forgets a session, if nobody types before; each silence has one chance, and then it is over.
fn forgets(armed: &Armed, stream: &Stream, began: SimTime) -> Option<SimTime> {
    let rule = &armed.rule;
    let listens = stream.opened && stream.passes == Passes::Yes;
    let weighed = stream.weighed.iter().any(|known| Arc::ptr_eq(known, rule));
    if rule.entry.kind != Kind::End(End::Idle) || !listens || weighed {
        return None;
    }
    let silent = stream.last_input.after(rule.time("idle"));
    Some(silent.max(began.after(rule.when.at.unwrap_or_default())))
}

/// Whether an event comes at a time and not at a line.
fn is_spontaneous(rule: &Rule) -> bool {
    matches!(rule.entry.kind, Kind::Event(_)) && rule.when.at.is_some() && !rule.when.names_a_line()
}

/// A configuration without the remarks that change with every visit.
fn essence(configuration: &str) -> String {
    let lines = configuration.lines().filter(|line| !line.starts_with('!'));
    lines.collect::<Vec<_>>().join("\n")
}
