//! One session's bytes on their way out.

mod echo;
mod pages;
mod prompt;
mod reply;

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use device::{SessionId, SimTime};

use super::act::Act;
use super::kind::{End, Kind, Reply};
use super::pace::{Pacer, Piece, What};
use super::rule::Rule;
use super::trigger::Dice;
use pages::Pages;

/// What a session sends, and what it has been sent and can't take yet.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Which session of the device it is.
    pub(crate) ordinal: u64,
    pub(crate) opened: bool,
    /// Another device answers in this one's place.
    pub(crate) elsewhere: bool,
    /// Whether bytes still pass.
    pub(crate) passes: Passes,
    pub(crate) commands: u64,
    pub(crate) lines: u64,
    /// The line that is answered was given in configuration mode.
    pub(crate) configures: bool,
    /// Input that waits for its line end, or for the device.
    pub(crate) held: BytesMut,
    pub(crate) after_cr: bool,
    /// A command's prompt is due.
    pub(crate) awaiting: bool,
    /// What is shown once a question has been answered that the device doesn't know of.
    pub(crate) behind_dialog: Option<Vec<u8>>,
    pub(crate) last_input: SimTime,
    /// Rules about silence that have had their chance since then.
    pub(crate) weighed: Vec<Arc<Rule>>,
    /// Rules for the whole session.
    pub(crate) always: Vec<Arc<Rule>>,
    /// Rules for the line that is being typed or answered.
    pub(crate) active: Vec<Arc<Rule>>,
    echoed: usize,
    /// Where on its row the echo begins: behind the prompt.
    column: usize,
    replied: usize,
    /// An echo that comes once more.
    copy: Vec<u8>,
    ending: Option<Ending>,
    pages: Option<Pages>,
    pacer: Pacer,
}

/// Whether bytes pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passes {
    Yes,
    /// Nothing more goes out; what comes in is lost.
    Ended,
    /// Nobody has told the device.
    Unnoticed,
}

/// What a piece of output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Echo,
    Body,
    Prompt,
    /// Something that no command of this session has asked for.
    Aside,
}

/// A connection that ends after so many bytes.
#[derive(Debug)]
struct Ending {
    rule: Arc<Rule>,
    end: End,
    left: u64,
}

impl Stream {
    pub(crate) fn new(id: SessionId, ordinal: u64, dice: Dice, now: SimTime) -> Self {
        Self {
            ordinal,
            opened: false,
            elsewhere: false,
            passes: Passes::Yes,
            commands: 0,
            lines: 0,
            configures: false,
            held: BytesMut::new(),
            after_cr: false,
            awaiting: false,
            behind_dialog: None,
            last_input: now,
            weighed: vec![],
            always: vec![],
            active: vec![],
            echoed: 0,
            column: 0,
            replied: 0,
            copy: vec![],
            ending: None,
            pages: None,
            pacer: Pacer::new(id, dice),
        }
    }

    /// Takes the rules for a line (or for the opening), and begins to count its bytes.
    pub(crate) fn begin(&mut self, active: Vec<Arc<Rule>>) {
        self.active = active;
        self.echoed = 0;
        self.replied = 0;
        self.copy.clear();
        let pages = self.rules(Reply::More).next();
        self.pages = pages.map(Pages::new);
        let ends = self.active.iter().find_map(|rule| match rule.entry.kind {
            Kind::End(end) if end != End::Idle => Some((rule.clone(), end)),
            _ => None,
        });
        if let Some((rule, end)) = ends
            && let Some(left) = rule.when.after_bytes
        {
            self.ending = Some(Ending { rule, end, left });
        }
    }

    /// Rules are removed; what they have begun comes to its end.
    pub(crate) fn forget(&mut self, goes: impl Fn(&Rule) -> bool) {
        self.always.retain(|rule| !goes(rule));
        self.active.retain(|rule| !goes(rule));
        self.ending.take_if(|ending| goes(&ending.rule));
        if let Some(pages) = &mut self.pages {
            pages.forget(goes);
        }
    }

    /// The prompt has come: what is over is over.
    pub(crate) fn settle(&mut self) {
        self.awaiting = false;
        self.active.clear();
    }

    /// The connection ends here, if a rule of this line says so and counts no bytes.
    pub(crate) fn end_at(&mut self, applied: bool, now: SimTime) {
        let rule = self.active.iter().find(|rule| {
            matches!(rule.entry.kind, Kind::End(end) if end != End::Idle)
                && rule.when.after_bytes.is_none()
                && rule.truth("applied") == applied
        });
        if let Some(rule) = rule.cloned() {
            self.end_by(&rule, now);
        }
    }

    /// The connection ends as a rule says.
    pub(crate) fn end_by(&mut self, rule: &Rule, now: SimTime) {
        if let Kind::End(end) = rule.entry.kind {
            self.end(end, rule.text("reason").to_string(), now);
        }
    }

    /// Nothing goes out for a while.
    pub(crate) fn pause(&mut self, wait: Duration, now: SimTime) {
        self.push(Piece::pause(wait), now);
    }

    /// The connection ends.
    pub(crate) fn end(&mut self, end: End, reason: String, now: SimTime) {
        if self.passes != Passes::Yes {
            return;
        }
        self.passes = match end {
            End::HalfOpen | End::Idle => Passes::Unnoticed,
            _ => Passes::Ended,
        };
        self.held.clear();
        self.push(
            Piece {
                wait: Duration::ZERO,
                what: What::End(end, reason),
            },
            now,
        );
    }

    /// Output of the device.
    pub(crate) fn emit(&mut self, part: Part, bytes: &[u8], now: SimTime) {
        if self.passes != Passes::Yes {
            return;
        }
        let pieces = match part {
            Part::Echo => vec![Piece::bytes(self.echo(bytes))],
            Part::Body => self.body(bytes),
            Part::Prompt => {
                self.column = bytes.len();
                self.prompt(bytes)
            }
            Part::Aside => vec![Piece::bytes(bytes.to_vec())],
        };
        let pieces = match part {
            Part::Body | Part::Prompt => self.paged(pieces),
            _ => pieces,
        };
        for piece in pieces {
            self.count(piece, now);
        }
    }

    /// The device has closed the session.
    pub(crate) fn close(&mut self, now: SimTime) {
        self.push(
            Piece {
                wait: Duration::ZERO,
                what: What::Close,
            },
            now,
        );
    }

    /// What comes before a line end is typed: an echo that comes twice.
    pub(crate) fn line_ends(&mut self, now: SimTime) {
        let copy = std::mem::take(&mut self.copy);
        if !copy.is_empty() {
            self.count(Piece::bytes(copy), now);
        }
    }

    pub(crate) fn release(&mut self, now: SimTime, acts: &mut Vec<Act>) {
        self.pacer.release(now, acts);
    }

    pub(crate) fn drain(&mut self, acts: &mut Vec<Act>) {
        self.pacer.drain(acts);
    }

    pub(crate) fn due(&self) -> Option<SimTime> {
        self.pacer.due()
    }

    pub(crate) fn waits(&self) -> bool {
        !self.pacer.is_empty()
    }

    /// Whether something is begun that only the chain can end, also when no rule is left.
    pub(crate) fn is_midway(&self) -> bool {
        let asks = self.behind_dialog.is_some() || self.pages();
        self.elsewhere
            || self.waits()
            || asks
            || !self.held.is_empty()
            || self.passes != Passes::Yes
    }

    /// Passes a piece on, until the connection has had the bytes that it is to have.
    fn count(&mut self, mut piece: Piece, now: SimTime) {
        if self.passes != Passes::Yes {
            return;
        }
        let length = match &piece.what {
            What::Bytes(bytes) if bytes.is_empty() && piece.wait.is_zero() => return,
            What::Bytes(bytes) => bytes.len() as u64,
            _ => 0,
        };
        let Some(ending) = &mut self.ending else {
            return self.push(piece, now);
        };
        if length < ending.left {
            ending.left -= length;
            return self.push(piece, now);
        }
        if let What::Bytes(bytes) = &mut piece.what {
            bytes.truncate(usize::try_from(ending.left).unwrap_or(usize::MAX));
        }
        let (rule, end) = (ending.rule.clone(), ending.end);
        self.ending = None;
        self.push(piece, now);
        self.end(end, rule.text("reason").to_string(), now);
    }

    fn push(&mut self, piece: Piece, now: SimTime) {
        let rules = self.always.iter().chain(&self.active);
        self.pacer.push(piece, rules, now);
    }

    fn rules(&self, wanted: Reply) -> impl Iterator<Item = &Arc<Rule>> {
        let is = move |rule: &&Arc<Rule>| rule.entry.kind == Kind::Reply(wanted);
        self.active.iter().filter(is)
    }

    fn has(&self, wanted: Reply) -> bool {
        self.rules(wanted).next().is_some()
    }
}
