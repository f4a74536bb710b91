//! The first moment of a session.

use std::sync::Arc;

use device::interference::Reading;
use device::{Effect, Opening, SessionId, SimTime};

use super::act::Act;
use super::chain::{Chain, Phase, divided, reading};
use super::kind::{Kind, Opening as Fault, Reply};
use super::rule::Rule;
use super::stream::Part;
use crate::machine::Machine;

impl Chain {
    /// A session opens.
    pub(crate) fn open(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        opening: Opening,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        let elsewhere = self.is_elsewhere(id);
        self.facing(machine, elsewhere, |chain, machine| {
            chain.opens(machine, id, opening, now, acts);
        });
    }

    fn opens(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        opening: Opening,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        let is_shell = opening.command.is_none();
        let mut effects = vec![];
        machine.open(id, opening, now, &mut effects);
        let struck = self.strikes_opening(id, is_shell, now);
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.opened = true;
            stream.last_input = now;
            let pace = |rule: &&Arc<Rule>| matches!(rule.entry.kind, Kind::Pace(_));
            stream.always = struck.iter().filter(pace).cloned().collect();
            let others = struck.iter().filter(|rule| !pace(rule));
            stream.begin(others.cloned().collect());
            stream.end_at(false, now);
            stream.end_at(true, now);
        }
        let greeting = self.greeting(&mut effects, id, machine);
        match greeting.filter(|_| is_shell) {
            Some(greeting) => self.greet(machine, id, &greeting, &struck, now),
            None => {
                let stream = self.streams.get_mut(&id);
                stream.into_iter().for_each(|stream| stream.settle());
            }
        }
        self.step(machine, Phase::Any, now, acts, |_, out| {
            out.append(&mut effects)
        });
        self.over(machine, id, now, acts);
        self.release(now, acts);
    }

    fn strikes_opening(&mut self, id: SessionId, is_shell: bool, now: SimTime) -> Vec<Arc<Rule>> {
        let ordinal = self.streams.get(&id).map_or(0, |stream| stream.ordinal);
        let moment = self.moment(ordinal, now);
        let mut struck = vec![];
        for armed in &mut self.rules {
            let kind = armed.rule.entry.kind;
            let shown = matches!(
                kind,
                Kind::Reply(Reply::Ansi | Reply::Nul | Reply::LineEnds | Reply::Slow)
            );
            let meant = match kind {
                Kind::Opening(_) | Kind::Prompt(_) => is_shell,
                Kind::End(super::kind::End::Idle) => false,
                other => other.may_open() || (shown && is_shell),
            };
            if meant && !armed.rule.when.names_a_line() && armed.strikes(moment) {
                struck.push(armed.rule.clone());
            }
        }
        struck
    }

    /// Takes what the session is greeted with out of the effects.
    fn greeting(
        &self,
        effects: &mut Vec<Effect>,
        id: SessionId,
        machine: &mut dyn Machine,
    ) -> Option<Vec<u8>> {
        self.streams.get(&id)?;
        let prompts = matches!(reading(machine, id), Reading::Command { .. });
        let at = effects
            .iter()
            .position(|effect| matches!(effect, Effect::Write(to, _) if *to == id))?;
        match prompts.then(|| effects.remove(at))? {
            Effect::Write(_, bytes) => Some(bytes),
            _ => None,
        }
    }

    fn greet(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        greeting: &[u8],
        struck: &[Arc<Rule>],
        now: SimTime,
    ) {
        let (body, prompt) = divided(greeting, true);
        let mut prompt = prompt.to_vec();
        for rule in struck {
            match rule.entry.kind {
                Kind::Opening(Fault::Privilege) => {
                    let level = u8::try_from(rule.number("level")).unwrap_or(15).min(15);
                    if let Some(device) = machine.device() {
                        device.set_privilege(id, level);
                    }
                }
                Kind::Opening(Fault::InConfiguration) => prompt = configuring(machine, id, now),
                _ => {}
            }
        }
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        let of = |fault| {
            let mut rules = struck.iter();
            rules.find(move |rule| rule.entry.kind == Kind::Opening(fault))
        };
        if let Some(rule) = of(Fault::Dialog) {
            let asks = format!("\r\n{}", rule.text("text").replace('\n', "\r\n"));
            stream.emit(Part::Aside, asks.as_bytes(), now);
            let rest = [b"\r\n", body, &prompt].concat();
            stream.behind_dialog = Some(rest);
            return stream.settle();
        }
        stream.emit(Part::Body, body, now);
        if let Some(rule) = of(Fault::PromptInBanner) {
            stream.emit(Part::Aside, rule.text("text").as_bytes(), now);
            stream.pause(rule.time("pause"), now);
            stream.emit(Part::Aside, b"\r\n", now);
        }
        stream.emit(Part::Prompt, &prompt, now);
        stream.settle();
    }
}

/// Enters configuration mode unseen; the prompt there.
fn configuring(machine: &mut dyn Machine, id: SessionId, now: SimTime) -> Vec<u8> {
    let mut effects = vec![];
    machine.input(id, b"configure terminal\r", now, &mut effects);
    let written = effects.iter().filter_map(|effect| match effect {
        Effect::Write(to, bytes) if *to == id => Some(&bytes[..]),
        _ => None,
    });
    let all: Vec<u8> = written.collect::<Vec<_>>().concat();
    divided(&all, true).1.to_vec()
}
