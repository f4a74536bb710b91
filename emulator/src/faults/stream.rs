//! One session's bytes on their way out: what rules make of echoes, replies and prompts.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use device::{SessionId, SimTime};

use super::act::Act;
use super::kind::{Echo, End, Kind, Opening, Prompt, Reply};
use super::pace::{Pacer, Piece, What};
use super::rule::Rule;
use super::trigger::Dice;

/// What a session sends, and what it has been sent and can't take yet.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Which session of the device it is.
    pub(crate) ordinal: u64,
    pub(crate) opened: bool,
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
    /// Rules for the whole session.
    pub(crate) always: Vec<Arc<Rule>>,
    /// Rules for the line that is being typed or answered.
    pub(crate) active: Vec<Arc<Rule>>,
    echoed: usize,
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

/// Output that waits for a key.
#[derive(Debug)]
struct Pages {
    length: usize,
    shown: usize,
    rest: Vec<Piece>,
    waits: bool,
}

/// As IOS-XE takes its question off the screen.
const MORE: &[u8] = b" --More-- ";
const MORE_GONE: &[u8] =
    b"\x08\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\x08\x08\x08\x08\x08";

impl Stream {
    pub(crate) fn new(id: SessionId, ordinal: u64, dice: Dice, now: SimTime) -> Self {
        Self {
            ordinal,
            opened: false,
            passes: Passes::Yes,
            commands: 0,
            lines: 0,
            configures: false,
            held: BytesMut::new(),
            after_cr: false,
            awaiting: false,
            behind_dialog: None,
            last_input: now,
            always: vec![],
            active: vec![],
            echoed: 0,
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
        let pages = self.rules(Reply::More).next().map(|rule| Pages {
            length: rule.length("lines").max(1),
            shown: 0,
            rest: vec![],
            waits: false,
        });
        self.pages = pages;
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
        self.push(pause(wait), now);
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
            Part::Prompt => self.prompt(bytes),
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

    /// Whether output waits for a key.
    pub(crate) fn pages(&self) -> bool {
        self.pages.as_ref().is_some_and(|pages| pages.waits)
    }

    /// The key that it waited for.
    pub(crate) fn turn_page(&mut self, key: u8, now: SimTime) {
        let Some(pages) = &mut self.pages else { return };
        pages.waits = false;
        pages.shown = match key {
            b'\r' | b'\n' => pages.length.saturating_sub(1),
            _ => 0,
        };
        let mut rest = std::mem::take(&mut pages.rest);
        if key == b'q' || key == b'Q' {
            // The prompt is the last piece.
            rest.drain(..rest.len().saturating_sub(1));
        }
        self.count(Piece::bytes(MORE_GONE.to_vec()), now);
        for piece in self.paged(rest) {
            self.count(piece, now);
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

    // --- echo ---

    fn echo(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for byte in bytes {
            self.echo_byte(*byte, &mut out);
            self.echoed += 1;
        }
        out
    }

    fn echo_byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        let at = self.echoed;
        let mut shown = vec![byte];
        for rule in &self.active {
            let Kind::Echo(echo) = rule.entry.kind else {
                continue;
            };
            match echo {
                Echo::SevenBit => shown.iter_mut().for_each(|byte| *byte &= 0x7f),
                Echo::Missing => shown.clear(),
                Echo::Truncated if at >= rule.length("bytes") => shown.clear(),
                Echo::Corrupted if at + 1 == rule.length("byte") => {
                    shown = rule.text("as").as_bytes().to_vec();
                }
                Echo::Wrapped if at > 0 && at.is_multiple_of(rule.length("width").max(1)) => {
                    out.extend_from_slice(b"\r\n");
                }
                Echo::Syslog if at == rule.length("byte") => {
                    out.extend_from_slice(format!("\r\n{}\r\n", rule.text("text")).as_bytes());
                }
                Echo::Doubled => self.copy.push(byte),
                _ => {}
            }
        }
        out.append(&mut shown);
    }

    // --- reply ---

    /// A reply begins with the line end of its command, which is two bytes.
    fn body(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = vec![Piece::bytes(vec![])];
        if self.replied == 0 {
            let delay = self.rules(Reply::Slow).map(|rule| rule.time("delay")).sum();
            pieces[0].wait = delay;
        }
        for byte in bytes {
            self.pauses(&mut pieces);
            if !self.is_cut() {
                self.body_byte(*byte, &mut pieces);
            }
            self.replied += 1;
            if self.replied == AFTER_LINE_END {
                self.intrude(&mut pieces);
            }
        }
        pieces
    }

    /// A stall begins before this byte.
    fn pauses(&self, pieces: &mut Vec<Piece>) {
        let begins = |rule: &&Arc<Rule>| {
            rule.when.after_bytes.unwrap_or(AFTER_LINE_END as u64) == self.replied as u64
        };
        for rule in self.rules(Reply::Stall).filter(begins) {
            pieces.push(pause(rule.time("pause")));
        }
    }

    fn is_cut(&self) -> bool {
        let mut rules = self.rules(Reply::Truncated);
        rules.any(|rule| {
            self.replied as u64 >= rule.when.after_bytes.unwrap_or(AFTER_LINE_END as u64)
        })
    }

    fn body_byte(&self, byte: u8, pieces: &mut [Piece]) {
        let Some(Piece {
            what: What::Bytes(out),
            ..
        }) = pieces.last_mut()
        else {
            return;
        };
        if byte == b'\n' && self.has(Reply::LineEnds) && out.last() == Some(&b'\r') {
            out.push(b'\r');
        }
        out.push(byte);
        if byte == b'\n' && self.has(Reply::Nul) {
            out.push(0);
        }
        if byte == b'\n' && self.has(Reply::Ansi) {
            out.extend_from_slice(b"\x1b[K\x1b[6n");
        }
    }

    /// What comes between the command and its reply.
    fn intrude(&self, pieces: &mut Vec<Piece>) {
        for rule in &self.active {
            let Kind::Reply(reply) = rule.entry.kind else {
                continue;
            };
            match reply {
                Reply::Syslog => add(pieces, format!("{}\r\n", rule.text("text")).as_bytes()),
                Reply::PromptInside => {
                    add(pieces, rule.text("text").as_bytes());
                    pieces.push(pause(rule.time("pause")));
                    add(pieces, b"\r\n");
                }
                Reply::Flood => add(pieces, &vec![b'x'; rule.length("bytes")]),
                Reply::NotUtf8 => add(pieces, b"\xff\xfe\x80 \xc3(\r\n"),
                _ => {}
            }
        }
    }

    // --- prompt ---

    fn prompt(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut shown = bytes.to_vec();
        let mut wait = Duration::ZERO;
        for rule in self.always.iter().chain(&self.active) {
            match rule.entry.kind {
                Kind::Prompt(Prompt::Slow) => wait += rule.time("delay"),
                Kind::Prompt(Prompt::Missing) => shown.clear(),
                Kind::Prompt(Prompt::Doubled) => {
                    shown = [&shown[..], b"\r\n", &shown[..]].concat();
                }
                Kind::Prompt(Prompt::Changed) => {
                    let own = String::from_utf8_lossy(&shown).into_owned();
                    shown = rule.text("text").replace("{prompt}", &own).into_bytes();
                }
                Kind::Prompt(Prompt::Syslog) => {
                    shown.extend_from_slice(format!("\r\n{}\r\n", rule.text("text")).as_bytes());
                }
                Kind::Reply(Reply::Ansi) => {
                    shown = [b"\x1b[1m", &shown[..], b"\x1b[0m\x07"].concat();
                }
                Kind::Opening(Opening::Privilege) if shown.last() == Some(&b'#') => {
                    shown.pop();
                    shown.push(if rule.number("level") > 1 { b'#' } else { b'>' });
                }
                _ => {}
            }
        }
        vec![Piece {
            wait,
            what: What::Bytes(shown),
        }]
    }

    /// Whether the line end before the prompt is missing.
    pub(crate) fn glues(&self) -> bool {
        let mut rules = self.active.iter();
        rules.any(|rule| rule.entry.kind == Kind::Prompt(Prompt::Glued))
    }

    // --- pages ---

    fn paged(&mut self, pieces: Vec<Piece>) -> Vec<Piece> {
        let Some(pages) = &mut self.pages else {
            return pieces;
        };
        let mut out = vec![];
        for piece in pieces {
            match piece.what {
                What::Bytes(bytes) if !pages.waits => pages.show(bytes, piece.wait, &mut out),
                what => pages.rest.push(Piece {
                    wait: piece.wait,
                    what,
                }),
            }
        }
        out
    }
}

impl Pages {
    /// Shows as many lines as the page has left; the rest waits.
    fn show(&mut self, mut bytes: Vec<u8>, wait: Duration, out: &mut Vec<Piece>) {
        let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let room = self.length.saturating_sub(self.shown);
        // The line end of the command is no line of the page.
        let cut = ends.nth(room).map(|(at, _)| at + 1);
        match cut.filter(|cut| *cut < bytes.len()) {
            Some(cut) => {
                let rest = bytes.split_off(cut);
                bytes.extend_from_slice(MORE);
                self.waits = true;
                self.rest.push(Piece::bytes(rest));
            }
            None => self.shown += bytes.iter().filter(|byte| **byte == b'\n').count(),
        }
        out.push(Piece {
            wait,
            what: What::Bytes(bytes),
        });
    }
}

/// A command's line end.
const AFTER_LINE_END: usize = 2;

fn pause(wait: Duration) -> Piece {
    Piece {
        wait,
        what: What::Bytes(vec![]),
    }
}

fn add(pieces: &mut [Piece], bytes: &[u8]) {
    if let Some(Piece {
        what: What::Bytes(out),
        ..
    }) = pieces.last_mut()
    {
        out.extend_from_slice(bytes);
    }
}
