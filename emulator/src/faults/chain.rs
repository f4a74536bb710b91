//! Stands between one device and its sessions, and carries rules out.
//!
//! Input is handed on line by line: what was typed, then its line end. So the chain knows which output is an echo, which is a
//! reply and where a prompt begins, and can tell the device beforehand what to make of a line.

use std::collections::BTreeMap;
use std::sync::Arc;

use device::interference::{Instead, Reading};
use device::{Device, Effect, SessionId, SimTime};

use super::act::Act;
use super::kind::Kind;
use super::rule::Rule;
use super::stream::{Part, Passes, Stream};
use super::trigger::{Armed, Dice, Moment};
use crate::machine::Machine;

/// What is held of a session's input while the device is busy or a line is not complete; as a device's type-ahead.
const HELD_MAX: usize = 2 << 20;

/// The faults of one device.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(super) rules: Vec<Armed>,
    pub(super) streams: BTreeMap<SessionId, Stream>,
    seed: u64,
    name: String,
    began: SimTime,
    /// Logins that have failed.
    pub(super) failures: u64,
    pub(super) quiet_until: Option<SimTime>,
    /// Rules that strike every line from now on.
    pub(super) latched: Vec<Arc<Rule>>,
    /// How often the host key has changed for good.
    pub(super) host_key: u32,
    /// The way to the device is cut until its configuration is this one.
    pub(super) cut: Option<String>,
    /// When a lock that somebody holds is given back.
    pub(super) unlocks: Option<SimTime>,
    /// The device that answers in place of this one, once it has.
    pub(super) impostor: Option<Box<Device>>,
    /// What is going on goes on there.
    pub(super) elsewhere: bool,
}

/// What output of a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The echo of what this session types.
    Echo(SessionId),
    /// Whatever it is, the device says.
    Any,
}

// === impl Chain: rules ===

impl Chain {
    /// The chain of a device, `began` being when the fleet did.
    pub(crate) fn new(seed: u64, name: &str, began: SimTime) -> Self {
        Self {
            rules: vec![],
            streams: BTreeMap::new(),
            seed,
            name: name.to_string(),
            began,
            failures: 0,
            quiet_until: None,
            latched: vec![],
            host_key: 0,
            cut: None,
            unlocks: None,
            impostor: None,
            elsewhere: false,
        }
    }

    /// Adds a rule. Sessions that are open have it from now on; those that nobody has counted are number zero.
    pub(crate) fn add(&mut self, rule: Arc<Rule>, open: &[SessionId], now: SimTime) {
        for id in open {
            let dice = self.dice(*id);
            let stream = self.streams.entry(*id);
            let stream = stream.or_insert_with(|| Stream::new(*id, 0, dice, now));
            stream.opened = true;
        }
        let mut armed = Armed::new(rule, self.seed, &self.name);
        let is_for_all = !armed.rule.when.names_a_line();
        if matches!(armed.rule.entry.kind, Kind::Pace(_)) && is_for_all {
            for stream in self.streams.values_mut().filter(|stream| stream.opened) {
                let moment = Moment {
                    session: stream.ordinal,
                    ..Moment::default()
                };
                if armed.strikes(moment) {
                    stream.always.push(armed.rule.clone());
                }
            }
        }
        self.rules.push(armed);
    }

    /// Removes rules; what they have done to sessions and the device ends, as far as it can.
    pub(crate) fn remove(
        &mut self,
        machine: &mut dyn Machine,
        goes: impl Fn(&Rule) -> bool,
        now: SimTime,
    ) {
        self.rules.retain(|armed| !goes(&armed.rule));
        self.latched.retain(|rule| !goes(rule));
        for stream in self.streams.values_mut() {
            stream.forget(&goes);
        }
        let has = |kind: super::kind::Event| {
            let mut rules = self.rules.iter();
            rules.any(|armed| armed.rule.entry.kind == Kind::Event(kind))
        };
        if !has(super::kind::Event::PathCut) {
            self.cut = None;
        }
        if let Some(device) = machine.device() {
            if !has(super::kind::Event::Locked) && self.unlocks.take().is_some() {
                device.lock(None);
            }
            if !has(super::kind::Event::SavesFail) {
                device.fail_saves(None);
            }
            if !has(super::kind::Event::Clock) {
                device.set_clock(0);
            }
            if !has(super::kind::Event::FlashFull) {
                device.fill_flash(false, now);
            }
        }
    }

    /// Each rule, and how often it has struck here.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (&Arc<Rule>, u64)> {
        self.rules.iter().map(|armed| (&armed.rule, armed.struck()))
    }

    /// Whether nothing is left to do: no rule, and no session that is in the middle of what one has begun.
    pub(crate) fn is_over(&self) -> bool {
        self.rules.is_empty() && !self.streams.values().any(Stream::is_midway)
    }

    pub(super) fn dice(&self, id: SessionId) -> Dice {
        let seed = self.seed.to_be_bytes();
        let session = id.0.to_be_bytes();
        Dice::new(&[&seed, self.name.as_bytes(), &session])
    }

    /// What goes on now in a session.
    pub(super) fn moment(&self, session: u64, now: SimTime) -> Moment<'static> {
        Moment {
            session,
            line: None,
            since: now.since(self.began),
        }
    }

    pub(super) fn began(&self) -> SimTime {
        self.began
    }
}

// === impl Chain: steps ===

impl Chain {
    /// A session's client has sent something.
    pub(crate) fn input(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        bytes: &[u8],
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return self.step(machine, Phase::Any, now, acts, |machine, out| {
                machine.input(id, bytes, now, out);
            });
        };
        stream.last_input = now;
        stream.weighed.clear();
        if stream.passes != Passes::Yes {
            return;
        }
        let room = HELD_MAX.saturating_sub(stream.held.len());
        stream
            .held
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.pump_facing(machine, id, now, acts);
        self.release(now, acts);
    }

    fn pump_facing(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        let elsewhere = self.is_elsewhere(id);
        self.facing(machine, elsewhere, |chain, machine| {
            chain.pump(machine, id, now, acts);
        });
    }

    /// Something else happens to the device, such as a tick; or to the one that answers in its place.
    pub(crate) fn other(
        &mut self,
        machine: &mut dyn Machine,
        elsewhere: bool,
        now: SimTime,
        acts: &mut Vec<Act>,
        happens: impl FnOnce(&mut dyn Machine, &mut Vec<Effect>),
    ) {
        self.facing(machine, elsewhere, |chain, machine| {
            chain.step(machine, Phase::Any, now, acts, happens);
        });
        if self.impostor.is_some() {
            self.facing(machine, true, |chain, machine| {
                chain.step(machine, Phase::Any, now, acts, |machine, out| {
                    machine.tick(now, out)
                });
            });
        }
        self.passes_time(machine, now, acts);
        // What was held because the device was busy goes on.
        let waiting = self
            .streams
            .iter()
            .filter(|(_, stream)| !stream.held.is_empty());
        let waiting: Vec<SessionId> = waiting.map(|(id, _)| *id).collect();
        for id in waiting {
            self.pump_facing(machine, id, now, acts);
        }
        self.release(now, acts);
    }

    /// What goes out by now.
    pub(super) fn release(&mut self, now: SimTime, acts: &mut Vec<Act>) {
        for stream in self.streams.values_mut() {
            stream.release(now, acts);
        }
    }

    /// Does something with the device, and passes on what comes of it.
    pub(super) fn step(
        &mut self,
        machine: &mut dyn Machine,
        phase: Phase,
        now: SimTime,
        acts: &mut Vec<Act>,
        does: impl FnOnce(&mut dyn Machine, &mut Vec<Effect>),
    ) {
        let mut effects = vec![];
        does(machine, &mut effects);
        let mut written: Option<(SessionId, Vec<u8>)> = None;
        for effect in effects {
            match effect {
                Effect::Write(id, bytes) => match &mut written {
                    Some((last, all)) if *last == id => all.extend_from_slice(&bytes),
                    _ => {
                        self.write(machine, written.replace((id, bytes)), phase, now, acts);
                    }
                },
                other => {
                    self.write(machine, written.take(), phase, now, acts);
                    self.pass(other, now, acts);
                }
            }
        }
        self.write(machine, written, phase, now, acts);
    }

    /// An effect that is no text.
    fn pass(&mut self, effect: Effect, now: SimTime, acts: &mut Vec<Act>) {
        match effect {
            Effect::WriteShared(id, bytes) => match self.streams.get_mut(&id) {
                Some(stream) if stream.passes != Passes::Yes => {}
                Some(stream) if stream.waits() || !stream.always.is_empty() => {
                    stream.emit(Part::Aside, &bytes, now);
                }
                _ => acts.push(Act::Effect(Effect::WriteShared(id, bytes))),
            },
            Effect::Close(id) => match self.streams.get_mut(&id) {
                Some(stream) if stream.passes == Passes::Unnoticed => {
                    self.streams.remove(&id);
                }
                Some(stream) => {
                    stream.close(now);
                    stream.release(now, acts);
                }
                None => acts.push(Act::Effect(Effect::Close(id))),
            },
            // A device that isn't this one may do as it likes: its sessions find out by themselves.
            Effect::Down | Effect::Up | Effect::Changed if self.elsewhere => {}
            Effect::Down => {
                for stream in self.streams.values_mut() {
                    stream.drain(acts);
                }
                self.streams.retain(|_, stream| !stream.opened);
                acts.push(Act::Effect(Effect::Down));
            }
            other => acts.push(Act::Effect(other)),
        }
    }

    /// Text of the device for a session.
    fn write(
        &mut self,
        machine: &mut dyn Machine,
        written: Option<(SessionId, Vec<u8>)>,
        phase: Phase,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        let Some((id, bytes)) = written else { return };
        let Some(stream) = self.streams.get_mut(&id) else {
            acts.push(Act::Effect(Effect::Write(id, bytes)));
            return;
        };
        if phase == Phase::Echo(id) {
            stream.emit(Part::Echo, &bytes, now);
        } else if stream.awaiting {
            let prompted = matches!(reading(machine, id), Reading::Command { .. });
            let (body, prompt) = divided(&bytes, prompted);
            let glued = prompted && stream.glues();
            let body = match body.strip_suffix(b"\r\n") {
                Some(shorter) if glued => shorter,
                _ => body,
            };
            stream.emit(Part::Body, body, now);
            if prompted {
                stream.emit(Part::Prompt, prompt, now);
                stream.settle();
            }
        } else {
            stream.emit(Part::Aside, &bytes, now);
        }
        stream.release(now, acts);
    }

    /// When the chain wants to be woken.
    pub(crate) fn wake_at(&self) -> Option<SimTime> {
        let streams = self.streams.values().filter_map(Stream::due);
        streams.chain(self.next_event()).min()
    }
}

/// What was printed before the last line, and that line, if it is a prompt.
pub(super) fn divided(bytes: &[u8], prompted: bool) -> (&[u8], &[u8]) {
    if !prompted {
        return (bytes, &[]);
    }
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    bytes.split_at(end.map_or(0, |at| at + 1))
}

/// What a session does with its next byte; a machine that isn't a device reads commands.
pub(super) fn reading(machine: &mut dyn Machine, id: SessionId) -> Reading {
    let otherwise = Reading::Command { configures: false };
    machine
        .device()
        .map_or(otherwise, |device| device.reading(id))
}

/// Tells the device what to make of the next line.
pub(super) fn instead(machine: &mut dyn Machine, id: SessionId, instead: Instead) {
    if let Some(device) = machine.device() {
        Device::instead(device, id, instead);
    }
}
