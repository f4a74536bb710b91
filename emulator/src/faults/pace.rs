//! When output goes out, and in which pieces.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use device::{Effect, SessionId, SimTime};

use super::act::Act;
use super::kind::{End, Kind, Pace};
use super::rule::Rule;
use super::trigger::Dice;

/// What a session sends, and when.
#[derive(Debug)]
pub(crate) struct Pacer {
    id: SessionId,
    queue: VecDeque<Queued>,
    /// Nothing goes out before what was queued earlier.
    last: SimTime,
    dice: Dice,
}

/// A piece of output, and how long after the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) wait: Duration,
    pub(crate) what: What,
}

/// What goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Bytes(Vec<u8>),
    End(End, String),
    /// The device has closed the session.
    Close,
}

#[derive(Debug)]
struct Queued {
    due: SimTime,
    what: What,
    /// The length of a slice, and the time from one to the next.
    slice: usize,
    every: Duration,
    apart: bool,
}

/// How a link carries bytes.
#[derive(Debug, Default, Clone, Copy)]
struct Link {
    delay: Duration,
    jitter: Duration,
    slice: usize,
    every: Duration,
    apart: bool,
    window: Duration,
}

impl Piece {
    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        Self {
            wait: Duration::ZERO,
            what: What::Bytes(bytes),
        }
    }

    /// Nothing, for a while.
    pub(crate) fn pause(wait: Duration) -> Self {
        Self {
            wait,
            what: What::Bytes(vec![]),
        }
    }
}

impl Pacer {
    pub(crate) fn new(id: SessionId, dice: Dice) -> Self {
        Self {
            id,
            queue: VecDeque::new(),
            last: SimTime::default(),
            dice,
        }
    }

    /// Queues a piece as the rules want it.
    pub(crate) fn push<'r>(
        &mut self,
        piece: Piece,
        rules: impl Iterator<Item = &'r Arc<Rule>>,
        now: SimTime,
    ) {
        let link = Link::of(rules);
        let mut due = now.after(link.delay + self.dice.time(link.jitter));
        if !link.window.is_zero() {
            let window = u64::try_from(link.window.as_millis()).unwrap_or(1).max(1);
            due = SimTime(due.0.div_ceil(window) * window);
        }
        due = due.max(self.last).after(piece.wait);
        let slices = match &piece.what {
            What::Bytes(bytes) if link.slice > 0 => bytes.len().div_ceil(link.slice),
            _ => 1,
        };
        // A slice is there when its time is over, as on a line that takes so long for it.
        let first = due.after(link.every);
        let rest = link
            .every
            .saturating_mul(u32::try_from(slices.saturating_sub(1)).unwrap_or(u32::MAX));
        self.last = first.after(rest);
        self.queue.push_back(Queued {
            due: first,
            what: piece.what,
            slice: if link.slice > 0 {
                link.slice
            } else {
                usize::MAX
            },
            every: link.every,
            apart: link.apart,
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// When something goes out next.
    pub(crate) fn due(&self) -> Option<SimTime> {
        self.queue.front().map(|queued| queued.due)
    }

    /// What goes out by now.
    pub(crate) fn release(&mut self, now: SimTime, acts: &mut Vec<Act>) {
        while let Some(front) = self.queue.front_mut().filter(|front| front.due <= now) {
            let done = match &mut front.what {
                What::Bytes(bytes) if bytes.len() > front.slice => {
                    let rest = bytes.split_off(front.slice);
                    let piece = std::mem::replace(bytes, rest);
                    front.due = front.due.after(front.every);
                    acts.push(written(self.id, piece, front.apart));
                    false
                }
                What::Bytes(bytes) => {
                    let piece = std::mem::take(bytes);
                    acts.push(written(self.id, piece, front.apart));
                    true
                }
                What::End(end, reason) => {
                    acts.push(Act::End(self.id, *end, std::mem::take(reason)));
                    true
                }
                What::Close => {
                    acts.push(Act::Effect(Effect::Close(self.id)));
                    true
                }
            };
            if done {
                self.queue.pop_front();
            }
        }
    }

    /// All that is left, at once: the device is going away.
    pub(crate) fn drain(&mut self, acts: &mut Vec<Act>) {
        for queued in &mut self.queue {
            queued.slice = usize::MAX;
            queued.due = SimTime::default();
        }
        self.release(SimTime::default(), acts);
    }
}

fn written(id: SessionId, bytes: Vec<u8>, apart: bool) -> Act {
    if apart {
        Act::Apart(id, bytes)
    } else {
        Act::Effect(Effect::Write(id, bytes))
    }
}

impl Link {
    /// What the rules make of it, one after the other.
    fn of<'r>(rules: impl Iterator<Item = &'r Arc<Rule>>) -> Self {
        let mut link = Self::default();
        for rule in rules {
            let Kind::Pace(pace) = rule.entry.kind else {
                continue;
            };
            match pace {
                Pace::Latency => {
                    link.delay += rule.time("delay");
                    link.jitter += rule.time("jitter");
                }
                Pace::Profile => link.profile(rule.text("profile")),
                Pace::Bandwidth => link.rate(rule.number("rate")),
                Pace::Dribble => {
                    link.slice = rule.length("bytes").max(1);
                    link.every = rule.time("every");
                    link.apart = true;
                }
                Pace::Split => {
                    link.slice = rule.length("bytes").max(1);
                    link.apart = true;
                }
                Pace::Merge => link.window = rule.time("window"),
            }
        }
        link
    }

    fn profile(&mut self, name: &str) {
        let (delay, jitter, rate) = match name {
            "wan-50ms" => (50, 10, 1_000_000),
            "satellite-600ms" => (600, 50, 64_000),
            _ => (1, 0, 0),
        };
        self.delay += Duration::from_millis(delay);
        self.jitter += Duration::from_millis(jitter);
        self.rate(rate);
    }

    /// So many bytes a second, in slices of at least 10 ms: a line is one slice, and a byte of a very slow one too.
    fn rate(&mut self, rate: u64) {
        if rate == 0 {
            return;
        }
        let slice = (rate / 100).max(1);
        self.slice = usize::try_from(slice).unwrap_or(usize::MAX);
        self.every = Duration::from_millis((slice * 1_000).div_ceil(rate));
    }
}

/// The names of links that [`Pace::Profile`] knows.
pub(crate) const PROFILES: [&str; 3] = ["lan", "wan-50ms", "satellite-600ms"];
