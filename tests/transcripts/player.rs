//! Plays a transcript on a device, and writes down what its terminals show.

use std::collections::BTreeMap;
use std::time::Duration;

use device::{Device, Effect, Opening, Screen, SessionId, SimTime};

use crate::facts::{Description, Words};
use crate::keys::Keys;
use crate::packs::packs;
use crate::script::{Does, Script};
use crate::visible::visible;

/// When every transcript begins: 09:00:00 UTC on Monday the 5th of January 2026.
const BEGINNING: SimTime = SimTime(1_767_603_600_000);

/// Plays a transcript with its keys in pieces; what is shown after each step.
pub(crate) fn play(script: &Script, piece: usize) -> Vec<String> {
    let mut player = Player::new(piece);
    let mut steps = script.steps.iter().peekable();
    let mut shown = vec![];
    while let Some(step) = steps.next() {
        match &step.does {
            Does::Nothing => {}
            Does::Types(keys) => player.types(keys),
            Does::Acts(act) => player.acts(act),
        }
        // The first session opens by itself, before the first key.
        if player.screens.is_empty() && steps.peek().is_some_and(|next| next.is_typed()) {
            player.opens(&Words::parse(""));
        }
        shown.push(player.shown());
    }
    shown
}

struct Player {
    piece: usize,
    description: Description,
    device: Option<Device>,
    now: SimTime,
    wakes_at: Option<SimTime>,
    screens: BTreeMap<String, Terminal>,
    current: String,
    /// What no terminal shows.
    aside: String,
}

/// One session's terminal.
#[derive(Default)]
struct Terminal {
    id: u64,
    /// The stream since the last step.
    new: Vec<u8>,
    /// The last line, which stays on the screen.
    last_line: Vec<u8>,
    /// The echo that needs no mention.
    echo: Vec<u8>,
    /// What happened to the session.
    ended: String,
}

impl Player {
    fn new(piece: usize) -> Self {
        Self {
            piece,
            description: Description::new(""),
            device: None,
            now: BEGINNING,
            wakes_at: None,
            screens: BTreeMap::new(),
            current: "A".to_string(),
            aside: String::new(),
        }
    }

    fn device(&mut self) -> &mut Device {
        let description = &self.description;
        let now = self.now;
        self.device.get_or_insert_with(|| {
            let platform = packs()
                .platform(&description.pack, description.model.as_deref())
                .unwrap_or_else(|| panic!("no pack is called {}", description.pack));
            Device::new(platform, description.facts.clone(), now)
        })
    }

    fn acts(&mut self, act: &str) {
        let (verb, rest) = act.split_once(' ').unwrap_or((act, ""));
        match verb {
            "device" => self.description = Description::new(rest),
            "startup" => self.description.startup(rest),
            "cable" => self.description.cable(rest),
            "ap" => self.description.access_point(rest),
            "controller" => self.description.controller(rest),
            "session" => self.session(rest),
            "advance" => self.advance(duration(rest)),
            "resize" => self.resize(rest),
            "close" => self.close(),
            "login" => self.login(rest),
            "door" => self.door(),
            "" => return,
            _ => panic!("no act is called @{verb}"),
        }
        if let Some(terminal) = self.screens.get_mut(&self.current) {
            terminal.new.splice(0..0, terminal.last_line.drain(..));
        }
    }

    /// `@session B width=… command=…`: opens a session, or goes on with it.
    fn session(&mut self, text: &str) {
        let name = text.split(' ').next().unwrap_or_default();
        self.current = name.to_string();
        if !self.screens.contains_key(name) {
            self.opens(&Words::parse(text));
        }
    }

    fn opens(&mut self, words: &Words) {
        let id = self.screens.len() as u64 + 1;
        let opening = Opening {
            user: words.get("user", &self.description.user),
            peer: words.read("peer", "10.99.0.1"),
            screen: Some(words.screen(self.description.screen)),
            terminal: Some(words.get("terminal", "vt100")),
            command: Some(words.get("command", "").replace('_', " ").into_bytes())
                .filter(|command| !command.is_empty()),
        };
        let terminal = Terminal {
            id,
            ..Terminal::default()
        };
        self.screens.insert(self.current.clone(), terminal);
        let (now, mut out) = (self.now, vec![]);
        self.device().open(SessionId(id), opening, now, &mut out);
        self.take(out);
    }

    fn types(&mut self, typed: &str) {
        let keys = Keys::parse(typed);
        let (id, now, piece) = (self.id(), self.now, self.piece);
        if let Some(terminal) = self.screens.get_mut(&self.current) {
            terminal.echo = keys.echo;
            terminal.last_line.clear();
        }
        for bytes in keys.bytes.chunks(piece) {
            let mut out = vec![];
            self.device().input(id, bytes, now, &mut out);
            self.take(out);
        }
    }

    fn id(&self) -> SessionId {
        SessionId(self.screens.get(&self.current).map_or(0, |t| t.id))
    }

    /// Lets time pass, and wakes the device whenever it asked to be woken.
    fn advance(&mut self, by: Duration) {
        let end = self.now.after(by);
        while let Some(at) = self.wakes_at.filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.tick();
        }
        self.now = end;
        self.tick();
    }

    fn tick(&mut self) {
        self.wakes_at = None;
        let (now, mut out) = (self.now, vec![]);
        self.device().tick(now, &mut out);
        self.take(out);
    }

    fn resize(&mut self, text: &str) {
        let otherwise = self.description.screen;
        let id = self.id();
        let screen: Screen = Words::parse(text).screen(otherwise);
        self.device().resize(id, screen);
    }

    fn close(&mut self) {
        if let Some(terminal) = self.screens.get_mut(&self.current) {
            terminal.last_line.clear();
        }
        let (id, now, mut out) = (self.id(), self.now, vec![]);
        self.device().closed(id, now, &mut out);
        self.take(out);
    }

    /// `@login user password`.
    fn login(&mut self, text: &str) {
        let (user, password) = text.split_once(' ').unwrap_or((text, ""));
        let (now, peer) = (self.now, [10, 99, 0, 1].into());
        let answer = self.device().login(user, password, peer, now);
        self.aside.push_str(&format!("[{answer:?}]"));
        let mut out = vec![];
        self.device().tick(now, &mut out);
        self.take(out);
    }

    fn door(&mut self) {
        let door = self.device().door();
        let state = if door.open { "open" } else { "refuses" };
        let (tries, grace) = (door.tries, door.grace.as_secs());
        let banner = door.banner.unwrap_or_default();
        let told = format!("[door {state}, {tries} tries, {grace} s]{banner}");
        self.aside.push_str(&told.replace("\r\n", "\n"));
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Write(id, bytes) => {
                    self.terminal(id, |terminal| terminal.new.extend_from_slice(&bytes));
                }
                Effect::Close(id) => {
                    self.terminal(id, |terminal| terminal.ended.push_str("[closed]"))
                }
                Effect::WakeAt(at) => {
                    self.wakes_at = Some(self.wakes_at.map_or(at, |old| old.min(at)))
                }
                Effect::Down => self.aside.push_str("[down]"),
                Effect::Up => self.aside.push_str("[up]"),
            }
        }
    }

    fn terminal(&mut self, id: SessionId, change: impl FnOnce(&mut Terminal)) {
        let mut terminals = self.screens.values_mut();
        if let Some(terminal) = terminals.find(|terminal| terminal.id == id.0) {
            change(terminal);
        }
    }

    /// What the current terminal shows since the last step.
    fn shown(&mut self) -> String {
        let aside = std::mem::take(&mut self.aside);
        let Some(terminal) = self.screens.get_mut(&self.current) else {
            return aside;
        };
        let bytes = std::mem::take(&mut terminal.new);
        let echo = std::mem::take(&mut terminal.echo);
        let after = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        terminal.last_line = bytes[after..].to_vec();
        let shown = bytes.strip_prefix(&*echo).unwrap_or(&bytes);
        let ended = std::mem::take(&mut terminal.ended);
        format!("{}{ended}{aside}", visible(shown))
    }
}

/// `1500ms`, `9s`, `10m`, `3h`, `91d`.
fn duration(text: &str) -> Duration {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let number: u64 = digits.parse().expect("a number and a unit");
    match &text[digits.len()..] {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number * 60),
        "h" => Duration::from_secs(number * 3600),
        "d" => Duration::from_secs(number * 86_400),
        unit => panic!("no unit of time is called {unit}"),
    }
}
