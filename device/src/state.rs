//! What all sessions of a device share: its configuration, its files, its log, its clock.

mod saving;
mod startup;
mod users;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};

use crate::archive::Archive;
use crate::archive::revert::Operator;
use crate::config::{Bench, Block, Near, Networks, Note, Statement, reader};
use crate::files::Files;
use crate::network::adjacency::{self, Memory};
use crate::network::{Network, Node, Shown, Surroundings};
use crate::pack::Platform;
use crate::secrets::Vault;
use crate::session::{Delayed, LineInUse};
use crate::syslog::{self, Logged};
use crate::views::{LineView, SessionView, Snapshot, Zone, stamp};
use crate::{Facts, SimTime};
pub(crate) use startup::Startup;

/// The log buffer keeps this many messages; a device keeps 4,096 bytes, about as much.
const LOG_MAX: usize = 64;

/// What a session asks of the device beyond its own terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    /// Show a log message on the sessions that monitor the log.
    Monitor(String),
    /// End the session on a vty line.
    ClearLine(usize),
    /// Boot again.
    Reload,
    /// Show a text on every session.
    Tell(&'static str),
    /// Show a text to an operator, if it is still there.
    Advise { operator: Operator, text: String },
}

/// The state that a device's sessions share.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) platform: Arc<Platform>,
    pub(crate) facts: Arc<Facts>,
    pub(crate) config: Block,
    /// Where its hostname stands, whether its prompts tell the mode, and the first of its terminal lines: after each line
    /// that is typed somebody looks there.
    named_at: Near,
    prompts_at: Near,
    vtys_at: Near,
    /// Where the networks of its interfaces are.
    pub(crate) networks: Networks,
    pub(crate) ops: Block,
    pub(crate) startup: Option<Startup>,
    /// Shared with snapshots; [`Self::files_mut`] writes.
    pub(crate) files: Arc<Files>,
    /// The archive of configurations.
    pub(crate) archive: Arc<Archive>,
    pub(crate) vault: Vault,
    pub(crate) log: VecDeque<String>,
    pub(crate) logged: Logged,
    pub(crate) booted: SimTime,
    /// When it left the factory: the time of the files that it came with.
    pub(crate) born: SimTime,
    pub(crate) changed: Option<(SimTime, String)>,
    pub(crate) saved: Option<SimTime>,
    pub(crate) orders: Vec<Order>,
    /// When `reload in` boots the device.
    pub(crate) reload_at: Option<SimTime>,
    /// The vty line and user that have configuration mode for themselves.
    pub(crate) locked_by: Option<(usize, String)>,
    /// The line of a user who is known beside those of the configuration ([`State::let_in`]).
    visitor: Option<String>,
    /// The terminal lines in use, as they were when the running input began.
    pub(crate) lines: Vec<LineInUse>,
    /// How it finds what other devices show.
    pub(crate) surroundings: Arc<dyn Surroundings>,
    /// What it knew of its links and neighbours when it looked last.
    pub(crate) memory: Arc<Memory>,
    /// The name that a controller gave this access point.
    pub(crate) given: Option<String>,
    /// What is answered to whoever saves, if nothing can be saved.
    pub(crate) saves_fail: Option<Arc<str>>,
    /// How far its clock is ahead of the time that it is.
    pub(crate) ahead_ms: i64,
    /// Lines that take effect later than they were given.
    pub(crate) delayed: Vec<Delayed>,
}

impl State {
    /// A device that leaves the factory, or boots for the first time from its topology's startup-config.
    pub(crate) fn new(
        platform: Arc<Platform>,
        facts: Facts,
        surroundings: Arc<dyn Surroundings>,
        now: SimTime,
    ) -> Self {
        let mut state = Self::unsaved_at_first(platform, facts, surroundings, now);
        state.startup = Some(state.to_save(startup::UNCHANGED.to_string()));
        state
    }

    /// As [`State::new`], without the text of its startup-config: for a device that is only looked at.
    pub(crate) fn unsaved_at_first(
        platform: Arc<Platform>,
        facts: Facts,
        surroundings: Arc<dyn Surroundings>,
        now: SimTime,
    ) -> Self {
        let files = platform.factory_files().clone();
        let mut state = Self {
            vault: platform.vault().clone(),
            config: platform.baseline().clone(),
            named_at: Near::default(),
            prompts_at: Near::default(),
            vtys_at: Near::default(),
            networks: Networks::default(),
            platform,
            facts: Arc::new(facts),
            ops: Block::default(),
            startup: None,
            files,
            archive: Arc::default(),
            log: VecDeque::new(),
            logged: Logged::default(),
            booted: now,
            born: now,
            changed: None,
            saved: None,
            orders: Vec::new(),
            reload_at: None,
            locked_by: None,
            visitor: None,
            lines: Vec::new(),
            surroundings,
            memory: Arc::default(),
            given: None,
            saves_fail: None,
            ahead_ms: 0,
            delayed: Vec::new(),
        };
        match state.facts.startup.clone() {
            Some(startup) => {
                state.startup = Some(startup.into());
                state.boot(now);
            }
            None => state.be_born(now),
        }
        state
    }

    /// What it shows others.
    pub(crate) fn node(&self, up: bool) -> Node {
        Node::new(Shown {
            facts: self.facts.clone(),
            platform: self.platform.clone(),
            config: self.config.clone(),
            ops: self.ops.clone(),
            hostname: self.hostname().to_string(),
            booted: self.booted,
            up,
        })
    }

    /// What it sees now.
    pub(crate) fn network(&self) -> Network {
        Network::new(Arc::new(self.node(true)), self.surroundings.clone())
    }

    /// Boots from the startup-config.
    pub(crate) fn boot(&mut self, now: SimTime) {
        self.ops = Block::default();
        self.booted = now;
        self.changed = None;
        self.saved = None;
        self.reload_at = None;
        self.delayed.clear();
        self.log.clear();
        self.logged = Logged::default();
        self.memory = Arc::default();
        match self.startup.clone() {
            Some(startup) => {
                self.config = self.platform.bare().clone();
                self.tell_refused("startup-config", &startup);
                self.let_in();
            }
            None => {
                self.config = self.platform.baseline().clone();
                self.be_born(now);
            }
        }
        // What waited to be confirmed is forgotten, and so are the commands; the copies lie in flash.
        self.archive = Arc::new(self.archive.after_boot());
        self.look_at_archive(now);
        self.log(now, "%SYS-5-RESTART: System restarted --");
    }

    /// The lines that differ from device to device.
    fn be_born(&mut self, now: SimTime) {
        let mut snapshot = self.snapshot(now, SessionView::default());
        let credentials = &self.facts.credentials;
        for (key, value) in [
            ("username", &credentials.username),
            ("password", &credentials.password),
            ("enable", &credentials.enable),
        ] {
            snapshot.args.insert(key.to_string(), value.clone());
        }
        snapshot.hostname.clone_from(&self.facts.name);
        let snapshot = Arc::new(snapshot);
        let platform = self.platform.clone();
        for birth in platform.grammar().births() {
            match snapshot.render(birth) {
                Ok(text) => self.tell_refused(birth, &text),
                Err(error) => tracing::error!(device = self.facts.name, "{birth}: {error}"),
            }
        }
    }

    /// Takes configuration lines, and logs those that are refused.
    fn tell_refused(&mut self, file: &str, text: &str) {
        for refused in self.read(text) {
            // Only the first word is told: the rest may be a password.
            let word = refused.line.split_whitespace().next().unwrap_or_default();
            let (device, number) = (&self.facts.name, refused.number);
            tracing::warn!(device, number, word, "{file}: {}", refused.answer);
        }
    }

    /// Takes configuration lines as they stand in a file; returns those that were refused.
    pub(crate) fn read(&mut self, text: &str) -> Vec<reader::Refused> {
        let platform = self.platform.clone();
        reader::read_with(&platform, &mut self.config, &mut self.vault, text)
    }

    /// What a configuration line works on.
    pub(crate) fn bench<'s>(&'s mut self, platform: &'s Platform) -> Bench<'s> {
        self.networks.check(&self.config);
        Bench {
            platform,
            root: &mut self.config,
            networks: &mut self.networks,
            hasher: &mut self.vault,
            privilege: 15,
            said: String::new(),
            notes: Vec::new(),
            rewrites: 0,
        }
    }

    /// The first statement of a kind.
    pub(crate) fn get(&self, kind: &str) -> Option<&Statement> {
        let grammar = self.platform.grammar();
        self.config.named(grammar, kind).next()
    }

    /// Whether a statement of a kind is set (and not as `no …`).
    pub(crate) fn has(&self, kind: &str) -> bool {
        self.get(kind).is_some_and(|s| !s.negated)
    }

    /// Whether a prompt of configuration mode tells the mode (`no service prompt config`).
    pub(crate) fn tells_mode(&self) -> bool {
        let grammar = self.platform.grammar();
        let says = self
            .config
            .first(grammar, "service prompt config", &self.prompts_at);
        says.is_none_or(|s| !s.negated)
    }

    /// Lets others configure again, if the session on a vty line kept them out.
    pub(crate) fn unlock(&mut self, vty: usize) {
        self.locked_by.take_if(|(holder, _)| *holder == vty);
    }

    /// The name of an access point, which `ap name … name` may have changed.
    pub(crate) fn ap_name<'s>(&'s self, first: &'s str) -> &'s str {
        let grammar = self.platform.grammar();
        let mut renamed = self
            .ops
            .iter()
            .filter(|s| s.kind(grammar) == "ap name name");
        renamed
            .find(|s| {
                s.value("ap")
                    .is_some_and(|ap| ap.eq_ignore_ascii_case(first))
            })
            .and_then(|s| s.value("name"))
            .unwrap_or(first)
    }

    /// The first name of an access point, which its operational state is kept under.
    pub(crate) fn ap_first_name(&self, now: &str) -> Option<String> {
        let mut aps = self.facts.access_points.iter();
        let ap = aps.find(|ap| self.ap_name(&ap.name).eq_ignore_ascii_case(now))?;
        Some(ap.name.clone())
    }

    /// `*` before a time that nobody vouches for: no NTP server is configured.
    pub(crate) fn clock_mark(&self) -> &'static str {
        if self.has("ntp server") { "" } else { "*" }
    }

    /// The hostname.
    pub(crate) fn hostname(&self) -> &str {
        if let Some(given) = &self.given {
            return given;
        }
        let grammar = self.platform.grammar();
        let mut told = self.ops.iter();
        // An access point has no configuration mode; its name is set by a command.
        if let Some(told) = told.find(|s| s.kind(grammar) == "capwap ap hostname") {
            return told.value("hostname").unwrap_or_default();
        }
        let set = self.config.first(grammar, "hostname", &self.named_at);
        let set = set.filter(|s| !s.negated);
        let name = set.and_then(|s| s.line.split(' ').nth(1));
        name.unwrap_or(self.platform.hostname())
    }

    /// The block of the `line vty` statement that covers a vty line.
    pub(crate) fn vty(&self, index: usize) -> Option<&Block> {
        let grammar = self.platform.grammar();
        let first = self.config.first(grammar, "line vty", &self.vtys_at);
        let covers = |s: &&Statement| {
            let number = |name: &str| s.value(name).and_then(|n| n.parse::<usize>().ok());
            let first = number("first").unwrap_or(0);
            (first..=number("last").unwrap_or(first)).contains(&index)
        };
        let found = first.filter(covers);
        let found = found.or_else(|| self.config.named(grammar, "line vty").find(covers));
        found.and_then(|s| s.block.as_ref())
    }

    /// A line that is set for a vty line, by its kind.
    pub(crate) fn vty_line(&self, index: usize, kind: &str) -> Option<&Statement> {
        let grammar = self.platform.grammar();
        self.vty(index)?
            .iter()
            .find(|s| s.kind(grammar) == kind && !s.negated)
    }

    /// The zone that times are shown in, by the device's own clock.
    pub(crate) fn zone(&self) -> Zone {
        Zone::of(&self.platform, &self.config).ahead(self.ahead_ms)
    }

    /// The state as templates see it.
    pub(crate) fn snapshot(&self, now: SimTime, session: SessionView) -> Snapshot {
        Snapshot {
            platform: self.platform.clone(),
            facts: self.facts.clone(),
            hostname: self.hostname().to_string(),
            config: self.config.clone(),
            ops: self.ops.clone(),
            now,
            booted: self.booted,
            ahead_ms: self.ahead_ms,
            changed: self.changed.clone(),
            saved: self.saved,
            log: self.log.iter().cloned().collect(),
            logged: self.logged,
            lines: self.line_views(now),
            session,
            files: self.files.clone(),
            born: self.born,
            archive: self.archive.clone(),
            startup: self.startup.clone(),
            args: BTreeMap::new(),
            surroundings: self.surroundings.clone(),
            memory: self.memory.clone(),
            network: OnceLock::new(),
            views: Mutex::default(),
        }
    }

    fn line_views(&self, now: SimTime) -> Vec<LineView> {
        let first = self.platform.identity("vty_first");
        let first = first.and_then(|n| n.parse().ok()).unwrap_or(1);
        let lines = self.lines.iter();
        lines.map(|line| line.view(first, now)).collect()
    }

    /// Whether an address that no table leads to answers all the same: the one that the device is managed at, and those
    /// of devices that nobody describes, at the other end of a cable that works.
    pub(crate) fn answers(&self, now: SimTime, address: std::net::IpAddr) -> bool {
        let snapshot = self.snapshot(now, SessionView::default());
        let mut near = self
            .facts
            .cables
            .iter()
            .filter(|cable| snapshot.is_up(&cable.port));
        self.facts.address == address || near.any(|cable| cable.far_address == address)
    }

    /// Writes a message into the log.
    pub(crate) fn log(&mut self, now: SimTime, message: &str) {
        let zone = self.zone();
        let mark = self.clock_mark();
        let line = format!("{mark}{}: {message}", stamp(now, &zone).log);
        let severity = syslog::severity(message);
        let takes = |kind, otherwise| syslog::takes(self.get(kind), otherwise, severity);
        let (console, monitor) = (takes("logging console", 7), takes("logging monitor", 7));
        let (buffer, trap) = (takes("logging buffered", 7), takes("logging trap", 6));
        let logged = &mut self.logged;
        logged.console += u64::from(console);
        logged.trap += u64::from(trap);
        if buffer {
            logged.buffer += 1;
            if self.log.len() == LOG_MAX {
                self.log.pop_front();
            }
            self.log.push_back(line.clone());
        }
        if monitor {
            logged.monitor += 1;
            self.orders.push(Order::Monitor(line));
        }
    }

    /// What a configuration line changed beyond the configuration.
    pub(crate) fn note(&mut self, notes: Vec<Note>, now: SimTime) {
        for note in notes {
            match note {
                Note::Shutdown(interface, down) => self.link_changed(now, &interface, down),
                Note::Provisioned(member, model) => self.provision(member, &model),
            }
        }
    }

    fn link_changed(&mut self, now: SimTime, interface: &str, down: bool) {
        let lives = self.network().would_be_up(interface);
        let line = match (down, lives) {
            (true, _) => "administratively down",
            (false, true) => "up",
            (false, false) => "down",
        };
        let protocol = if down || !lives { "down" } else { "up" };
        self.log(now, &adjacency::link_line(interface, line));
        // One that could not be up had no protocol to lose.
        if lives {
            self.log(now, &adjacency::protocol_line(interface, protocol));
        }
        Arc::make_mut(&mut self.memory).told(interface, line, protocol, now);
    }

    /// The stack gets a member, and the configuration the blocks of its ports.
    fn provision(&mut self, member: u8, model: &str) {
        let Some(platform) = self.platform.provisioned(member, model) else {
            return;
        };
        for port in platform.bare().iter() {
            if self.config.get(&port.rank).is_none() {
                self.config.put(port.clone());
            }
        }
        self.platform = Arc::new(platform);
    }
}
