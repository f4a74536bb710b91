//! Plays a transcript on a device, and writes down what its terminals show.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use device::{Device, Effect, Opening, Screen, SessionId, SimTime};

use crate::facts::{Description, Words};
use crate::keys::Keys;
use crate::script::{Does, Script};
use crate::visible::visible;
use crate::world::World;

/// When every transcript begins: 09:00:00 UTC on Monday the 5th of January 2026.
pub(crate) const BEGINNING: SimTime = SimTime(1_767_603_600_000);

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
        if player.is_dark() && steps.peek().is_some_and(|next| next.is_typed()) {
            player.opens(&Words::parse(""));
        }
        shown.push(player.shown());
    }
    shown
}

struct Player {
    piece: usize,
    /// Every device, in the order in which they were described.
    boxes: Vec<Boxed>,
    /// The one whose terminal is looked at.
    at: usize,
    world: Option<Arc<World>>,
    now: SimTime,
    /// What no terminal shows.
    aside: String,
}

/// One device and its terminals.
struct Boxed {
    description: Description,
    device: Option<Device>,
    wakes_at: Option<SimTime>,
    screens: BTreeMap<String, Terminal>,
    current: String,
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

impl Boxed {
    fn new(text: &str) -> Self {
        Self {
            description: Description::new(text),
            device: None,
            wakes_at: None,
            screens: BTreeMap::new(),
            current: "A".to_string(),
        }
    }
}

impl Player {
    fn new(piece: usize) -> Self {
        Self {
            piece,
            boxes: vec![],
            at: 0,
            world: None,
            now: BEGINNING,
            aside: String::new(),
        }
    }

    /// The box that is looked at.
    fn here(&mut self) -> &mut Boxed {
        if self.boxes.is_empty() {
            self.boxes.push(Boxed::new(""));
        }
        &mut self.boxes[self.at]
    }

    /// Whether no session has been opened on the device that is looked at.
    fn is_dark(&self) -> bool {
        self.boxes
            .get(self.at)
            .is_none_or(|boxed| boxed.screens.is_empty())
    }

    /// The box that is being described: the last one.
    fn described(&mut self) -> &mut Description {
        assert!(
            self.world.is_none(),
            "devices are described before the first session"
        );
        self.here();
        let last = self.boxes.last_mut().expect("there is one");
        &mut last.description
    }

    fn screens(&mut self) -> &mut BTreeMap<String, Terminal> {
        &mut self.here().screens
    }

    fn device(&mut self) -> &mut Device {
        self.here();
        let descriptions = self.boxes.iter().map(|boxed| &boxed.description);
        let world = self
            .world
            .get_or_insert_with(|| Arc::new(World::new(descriptions)));
        let (world, now) = (world.clone(), self.now);
        let here = &mut self.boxes[self.at];
        let facts = &here.description.facts;
        here.device.get_or_insert_with(|| {
            Device::new(here.description.platform(), facts.clone(), world, now)
        })
    }

    fn acts(&mut self, act: &str) {
        let (verb, rest) = act.split_once(' ').unwrap_or((act, ""));
        match verb {
            "device" => {
                let mut boxed = Boxed::new(rest);
                // Two devices without a seed of their own are two devices all the same.
                boxed.description.facts.seed += self.boxes.len() as u64 * 1009;
                self.boxes.push(boxed);
            }
            "startup" => self.described().startup(rest),
            "cable" => self.described().cable(rest),
            "link" => self.link(rest),
            "ap" => self.described().access_point(rest),
            "controller" => self.described().controller(rest),
            "terminal" => self.terminal_of(rest),
            "session" => self.session(rest),
            "advance" => self.advance(duration(rest)),
            "resize" => self.resize(rest),
            "close" => self.close(),
            "login" => self.login(rest),
            "door" => self.door(),
            "" => return,
            _ => panic!("no act is called @{verb}"),
        }
        let here = self.here();
        if let Some(terminal) = here.screens.get_mut(&here.current) {
            terminal.new.splice(0..0, terminal.last_line.drain(..));
        }
    }

    /// `@link sw-1:GigabitEthernet1/0/1 sw-2:GigabitEthernet1/0/1`: a cable between two of the devices.
    fn link(&mut self, text: &str) {
        let ends: Vec<(&str, &str)> = text
            .split_whitespace()
            .filter_map(|end| end.split_once(':'))
            .collect();
        let [one, other] = ends[..] else {
            panic!("a link has two ends: {text}")
        };
        for ((near, port), (far, far_port)) in [(one, other), (other, one)] {
            let find = |name: &str| {
                let place = self
                    .boxes
                    .iter()
                    .position(|boxed| boxed.description.facts.name == name);
                place.unwrap_or_else(|| panic!("no device is called {name}"))
            };
            let (near, far) = (find(near), find(far));
            let cable = self.boxes[far].description.cable_to(far_port, port);
            self.boxes[near].description.facts.cables.push(cable);
        }
    }

    /// `@terminal sw-2`: looks at another device's terminal, which takes a second.
    fn terminal_of(&mut self, name: &str) {
        let place = self
            .boxes
            .iter()
            .position(|boxed| boxed.description.facts.name == name);
        self.at = place.unwrap_or_else(|| panic!("no device is called {name}"));
        self.advance(Duration::from_secs(1));
        if self.screens().is_empty() {
            self.opens(&Words::parse(""));
        }
    }

    /// `@session B width=… command=…`: opens a session, or goes on with it.
    fn session(&mut self, text: &str) {
        let name = text.split(' ').next().unwrap_or_default();
        self.here().current = name.to_string();
        if !self.screens().contains_key(name) {
            self.opens(&Words::parse(text));
        }
    }

    fn opens(&mut self, words: &Words) {
        let here = self.here();
        let id = here.screens.len() as u64 + 1;
        let opening = Opening {
            user: words.get("user", &here.description.user),
            peer: words.read("peer", "10.99.0.1"),
            screen: Some(words.screen(here.description.screen)),
            terminal: Some(words.get("terminal", "vt100")),
            command: Some(words.get("command", "").replace('_', " ").into_bytes())
                .filter(|command| !command.is_empty()),
        };
        let terminal = Terminal {
            id,
            ..Terminal::default()
        };
        here.screens.insert(here.current.clone(), terminal);
        let (now, mut out) = (self.now, vec![]);
        self.device().open(SessionId(id), opening, now, &mut out);
        self.take(out);
    }

    fn types(&mut self, typed: &str) {
        let keys = Keys::parse(typed);
        let (id, now, piece) = (self.id(), self.now, self.piece);
        let here = self.here();
        if let Some(terminal) = here.screens.get_mut(&here.current) {
            terminal.echo = keys.echo;
            terminal.last_line.clear();
        }
        for bytes in keys.bytes.chunks(piece) {
            let mut out = vec![];
            self.device().input(id, bytes, now, &mut out);
            self.take(out);
        }
    }

    fn id(&mut self) -> SessionId {
        let here = self.here();
        SessionId(here.screens.get(&here.current).map_or(0, |t| t.id))
    }

    /// Lets time pass, and wakes each device whenever it asked to be woken.
    fn advance(&mut self, by: Duration) {
        let end = self.now.after(by);
        let next = |player: &Self| {
            let all = player.boxes.iter().enumerate();
            let asked = all.filter_map(|(at, boxed)| Some((boxed.wakes_at?, at)));
            asked.filter(|(time, _)| *time <= end).min()
        };
        while let Some((time, at)) = next(self) {
            self.now = time.max(self.now);
            self.tick(at);
        }
        self.now = end;
        for at in 0..self.boxes.len() {
            self.tick(at);
        }
    }

    fn tick(&mut self, at: usize) {
        self.boxes[at].wakes_at = None;
        let (now, mut out) = (self.now, vec![]);
        let Some(device) = &mut self.boxes[at].device else {
            return;
        };
        device.tick(now, &mut out);
        self.take_of(at, out);
    }

    fn resize(&mut self, text: &str) {
        let otherwise = self.here().description.screen;
        let id = self.id();
        let screen: Screen = Words::parse(text).screen(otherwise);
        self.device().resize(id, screen);
    }

    fn close(&mut self) {
        let here = self.here();
        if let Some(terminal) = here.screens.get_mut(&here.current) {
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
        self.take_of(self.at, effects);
    }

    fn take_of(&mut self, at: usize, effects: Vec<Effect>) {
        for effect in effects {
            let here = &mut self.boxes[at];
            match effect {
                Effect::Write(id, bytes) => {
                    here.terminal(id, |terminal| terminal.new.extend_from_slice(&bytes))
                }
                Effect::WriteShared(id, bytes) => {
                    here.terminal(id, |terminal| terminal.new.extend_from_slice(&bytes))
                }
                Effect::Exit(_, 0) => {}
                Effect::Exit(id, status) => {
                    let text = format!("[exit {status}]");
                    here.terminal(id, |terminal| terminal.ended.push_str(&text))
                }
                Effect::Close(id) => {
                    here.terminal(id, |terminal| terminal.ended.push_str("[closed]"))
                }
                Effect::WakeAt(time) => {
                    here.wakes_at = Some(here.wakes_at.map_or(time, |old| old.min(time)))
                }
                Effect::Down if at == self.at => self.aside.push_str("[down]"),
                Effect::Up if at == self.at => self.aside.push_str("[up]"),
                Effect::Down | Effect::Up => {}
                Effect::Changed => self.changed(at),
            }
        }
    }

    /// A device shows others something new: all that run are told.
    fn changed(&mut self, at: usize) {
        let node = self.boxes[at].device.as_ref().and_then(Device::node);
        if let (Some(node), Some(world)) = (node, &self.world) {
            world.show(node);
        }
        for other in (0..self.boxes.len()).filter(|other| *other != at) {
            let (now, mut out) = (self.now, vec![]);
            if let Some(device) = &mut self.boxes[other].device {
                device.neighbours_changed(now, &mut out);
                self.take_of(other, out);
            }
        }
    }

    /// What the current terminal shows since the last step.
    fn shown(&mut self) -> String {
        let aside = std::mem::take(&mut self.aside);
        let here = self.boxes.get_mut(self.at);
        let Some(terminal) = here.and_then(|here| here.screens.get_mut(&here.current)) else {
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

impl Boxed {
    fn terminal(&mut self, id: SessionId, change: impl FnOnce(&mut Terminal)) {
        let mut terminals = self.screens.values_mut();
        if let Some(terminal) = terminals.find(|terminal| terminal.id == id.0) {
            change(terminal);
        }
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
