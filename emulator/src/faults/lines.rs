//! Hands a session's input to its device, line by line.

use std::sync::Arc;

use bytes::BytesMut;
use device::interference::{Instead, Reading};
use device::{SessionId, SimTime};

use super::act::Act;
use super::chain::{Chain, Phase, instead, reading};
use super::kind::{Echo, Kind, Line, Password};
use super::rule::Rule;
use super::stream::{Part, Passes, Stream};
use super::trigger::{Given, Moment};
use crate::machine::Machine;

impl Chain {
    /// Hands on what can be handed on.
    pub(super) fn pump(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        while self.hand_on(machine, id, now, acts) {}
    }

    /// Hands one piece on; false if nothing can be.
    fn hand_on(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) -> bool {
        let Some(stream) = self.streams.get_mut(&id) else {
            return false;
        };
        if stream.held.is_empty() || stream.passes != Passes::Yes {
            return false;
        }
        if stream.pages() {
            let key = stream.held.split_to(1);
            stream.turn_page(key[0], now);
            stream.release(now, acts);
            return true;
        }
        if stream.behind_dialog.is_some() {
            return self.answer_dialog(id, now, acts);
        }
        // The LF of a CR LF is no line.
        if std::mem::take(&mut stream.after_cr) && stream.held[0] == b'\n' {
            let line_feed = stream.held.split_to(1);
            self.feed(machine, id, &line_feed, Phase::Any, now, acts);
            return true;
        }
        match reading(machine, id) {
            Reading::Command { configures } => self.command(machine, id, configures, now, acts),
            Reading::Password => self.password(machine, id, now, acts),
            Reading::Busy => self.while_busy(machine, id, now, acts),
            Reading::Answer | Reading::Page => {
                let key = stream.held.split_to(1);
                stream.after_cr = key[0] == b'\r';
                self.feed(machine, id, &key, Phase::Any, now, acts);
                true
            }
            Reading::Text | Reading::Other => {
                let end = stream.held.iter().position(|byte| ends(*byte));
                let piece = stream
                    .held
                    .split_to(end.map_or(stream.held.len(), |at| at + 1));
                stream.after_cr = piece.last() == Some(&b'\r');
                self.feed(machine, id, &piece, Phase::Any, now, acts);
                true
            }
        }
    }

    /// A busy device reads nothing but a break.
    fn while_busy(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) -> bool {
        let Some(stream) = self.streams.get_mut(&id) else {
            return false;
        };
        let breaks = |byte: &u8| matches!(byte, 0x1e | 0x03);
        let Some(at) = stream.held.iter().position(breaks) else {
            return false;
        };
        let piece = stream.held.split_to(at + 1);
        self.feed(machine, id, &piece, Phase::Any, now, acts);
        true
    }

    /// A piece of a command line, up to its end if that has come.
    fn command(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        configures: bool,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) -> bool {
        let holds = self.holds(id);
        let Some(stream) = self.streams.get_mut(&id) else {
            return false;
        };
        // Help and other keys answer before the line ends.
        let acted = |byte: &u8| matches!(byte, b'?' | b'\t') || (*byte < 0x20 && *byte != 0x08);
        let Some((mut piece, key)) = stream.take_line() else {
            if holds && !stream.held.iter().any(acted) {
                return false;
            }
            let piece = stream.held.split();
            self.feed(machine, id, &piece, Phase::Echo(id), now, acts);
            return true;
        };
        let before = machine
            .device()
            .map_or_else(String::new, |device| device.typed(id));
        let text = before + &String::from_utf8_lossy(&piece);
        let given = matches!(key[0], b'\r' | b'\n') && !text.trim().is_empty();
        let struck = if given {
            self.strikes(id, text.trim(), configures, now)
        } else {
            vec![]
        };
        self.run(
            machine,
            id,
            &mut piece,
            &key,
            text.trim(),
            struck,
            now,
            acts,
        );
        true
    }

    /// Types a line, and its end.
    #[allow(
        clippy::too_many_arguments,
        reason = "a line, what becomes of it, and where it goes"
    )]
    fn run(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        piece: &mut BytesMut,
        key: &[u8],
        text: &str,
        struck: Vec<Arc<Rule>>,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        lose_input(piece, &struck);
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.begin(struck.clone());
        }
        self.feed(machine, id, piece, Phase::Echo(id), now, acts);
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        stream.line_ends(now);
        stream.end_at(false, now);
        stream.release(now, acts);
        if stream.passes != Passes::Yes {
            return self.over(machine, id, now, acts);
        }
        self.strike_device(machine, id, &struck, false, now, acts);
        if let Some(what) = self.line_instead(text, &struck, id) {
            instead(machine, id, what);
        }
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        stream.awaiting = true;
        // A connection that ends once the line has taken effect shows nothing of the reply.
        stream.end_at(true, now);
        self.feed(machine, id, key, Phase::Any, now, acts);
        self.strike_device(machine, id, &struck, true, now, acts);
        if self
            .streams
            .get(&id)
            .is_some_and(|stream| stream.passes != Passes::Yes)
        {
            self.over(machine, id, now, acts);
        }
    }

    /// A connection has ended: the device learns it, unless nobody can tell it.
    pub(super) fn over(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        if self
            .streams
            .get(&id)
            .is_some_and(|stream| stream.passes == Passes::Ended)
        {
            self.step(machine, Phase::Any, now, acts, |machine, out| {
                machine.closed(id, now, out);
            });
        }
    }

    /// The rules that strike at a line.
    fn strikes(
        &mut self,
        id: SessionId,
        text: &str,
        configures: bool,
        now: SimTime,
    ) -> Vec<Arc<Rule>> {
        let Some(stream) = self.streams.get_mut(&id) else {
            return vec![];
        };
        stream.commands += 1;
        stream.lines += u64::from(configures);
        stream.configures = configures;
        let line = Given {
            text,
            command: stream.commands,
            line: if configures { stream.lines } else { 0 },
        };
        let ordinal = stream.ordinal;
        let moment = Moment {
            line: Some(line),
            ..self.moment(ordinal, now)
        };
        let mut struck = vec![];
        for armed in &mut self.rules {
            let when = &armed.rule.when;
            let kind = armed.rule.entry.kind;
            let elsewhere = match kind {
                Kind::Connection(_) | Kind::Login(_) | Kind::Opening(_) | Kind::Password(_) => true,
                Kind::End(_) | Kind::Pace(_) => !when.names_a_line(),
                Kind::Event(_) => !when.names_a_line() && when.at.is_some(),
                _ => false,
            };
            if !elsewhere && armed.strikes(moment) {
                struck.push(armed.rule.clone());
            }
        }
        struck
    }

    /// Whether a rule may change the echo of this session's next line.
    fn holds(&self, id: SessionId) -> bool {
        let Some(stream) = self.streams.get(&id) else {
            return false;
        };
        self.rules.iter().any(|armed| {
            let kind = armed.rule.entry.kind;
            let by_line = matches!(kind, Kind::Echo(_)) || armed.rule.when.names_a_line();
            kind.precedes_echo() && by_line && armed.concerns(stream.ordinal)
        })
    }

    /// What the device does with a line in place of what it says.
    fn line_instead(&mut self, text: &str, struck: &[Arc<Rule>], id: SessionId) -> Option<Instead> {
        let latches = |rule: &&Arc<Rule>| rule.entry.kind == Kind::Line(Line::RefusedFromNowOn);
        for rule in struck.iter().filter(latches) {
            if !self.latched.iter().any(|known| Arc::ptr_eq(known, rule)) {
                self.latched.push(rule.clone());
            }
        }
        let configures = self
            .streams
            .get(&id)
            .is_some_and(|stream| stream.configures);
        let denies = |rule: &&Arc<Rule>| {
            let concerned = configures || rule.entry.name != LOW_MEMORY;
            concerned && !rule.matches("spares", text)
        };
        if let Some(rule) = self.latched.iter().find(denies) {
            return Some(Instead::Answer(rule.text("answer").to_string()));
        }
        struck.iter().find_map(|rule| made_of(rule, text))
    }

    /// An enable password, or a piece of it.
    fn password(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) -> bool {
        let Some(stream) = self.streams.get_mut(&id) else {
            return false;
        };
        let Some((piece, key)) = stream.take_line() else {
            let piece = stream.held.split();
            self.feed(machine, id, &piece, Phase::Any, now, acts);
            return true;
        };
        let moment = self.moment(stream_ordinal(self, id), now);
        self.feed(machine, id, &piece, Phase::Any, now, acts);
        let mut denied = false;
        for armed in &mut self.rules {
            if let Kind::Password(kind) = armed.rule.entry.kind
                && (kind == Password::Wrong || armed.struck() == 0)
                && armed.strikes(moment)
            {
                denied = true;
            }
        }
        if denied {
            instead(machine, id, Instead::Deny);
        }
        self.feed(machine, id, &key, Phase::Any, now, acts);
        true
    }

    /// A line that answers a question which the device doesn't know of.
    fn answer_dialog(&mut self, id: SessionId, now: SimTime, acts: &mut Vec<Act>) -> bool {
        let Some(stream) = self.streams.get_mut(&id) else {
            return false;
        };
        if stream.take_line().is_none() {
            return false;
        }
        let greeting = stream.behind_dialog.take().unwrap_or_default();
        stream.emit(Part::Aside, &greeting, now);
        stream.release(now, acts);
        true
    }

    /// Hands bytes to the device.
    pub(super) fn feed(
        &mut self,
        machine: &mut dyn Machine,
        id: SessionId,
        bytes: &[u8],
        phase: Phase,
        now: SimTime,
        acts: &mut Vec<Act>,
    ) {
        if !bytes.is_empty() {
            self.step(machine, phase, now, acts, |machine, out| {
                machine.input(id, bytes, now, out);
            });
        }
    }
}

/// The one rule that spares EXEC commands.
const LOW_MEMORY: &str = "low-memory";

fn stream_ordinal(chain: &Chain, id: SessionId) -> u64 {
    chain.streams.get(&id).map_or(0, |stream| stream.ordinal)
}

/// Whether a byte ends a line, or the mode that it is typed in.
fn ends(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | 0x1a | 0x03)
}

impl Stream {
    /// The first line of what is held, and the key that ends it.
    fn take_line(&mut self) -> Option<(BytesMut, BytesMut)> {
        let end = self.held.iter().position(|byte| ends(*byte))?;
        let line = self.held.split_to(end);
        let key = self.held.split_to(1);
        self.after_cr = key[0] == b'\r';
        Some((line, key))
    }
}

/// Bytes that are lost on their way to the device.
fn lose_input(piece: &mut BytesMut, struck: &[Arc<Rule>]) {
    let lost = struck
        .iter()
        .filter(|rule| rule.entry.kind == Kind::Echo(Echo::InputLost));
    for rule in lost {
        let at = rule.length("byte").saturating_sub(1);
        if at < piece.len() {
            let rest = piece.split_off(at);
            piece.extend_from_slice(&rest[1..]);
        }
    }
}

/// What a rule makes of a line.
fn made_of(rule: &Rule, text: &str) -> Option<Instead> {
    let Kind::Line(line) = rule.entry.kind else {
        return None;
    };
    Some(match line {
        Line::Refused | Line::RefusedFromNowOn => Instead::Answer(rule.text("answer").to_string()),
        Line::Warned => Instead::Add(rule.text("text").to_string()),
        Line::Discarded => Instead::Answer(String::new()),
        Line::NotApplied => Instead::Lose,
        Line::Late => Instead::Late(rule.time("delay")),
        Line::Fades => Instead::Fade(rule.time("delay")),
        Line::Asks => Instead::Ask(rule.text("text").to_string()),
        Line::Translates => Instead::Stall {
            says: format!(
                "Translating \"{}\"...domain server (255.255.255.255)",
                text.split(' ').next().unwrap_or_default()
            ),
            wait: rule.time("delay"),
            then: "\n% Unknown command or computer name, or unable to find computer address\n\n"
                .to_string(),
        },
    })
}
