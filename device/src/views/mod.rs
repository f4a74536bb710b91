//! What show templates see (`device-packs/README.md`, "show/*.j2").
//!
//! A [`Snapshot`] is the device's state at one moment; each view is computed from it when a template asks for it, and
//! not before.

mod age;
pub(crate) mod aps;
mod archive;
mod bgp;
mod channels;
mod clock;
mod config;
mod files;
mod igp;
mod interfaces;
mod layer2;
mod lisp;
mod neighbors;
mod ospf;
mod power;
mod routes;
mod services;
mod standby;
mod tables;
mod traffic;
mod trees;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use minijinja::value::{Object, Serde, Value};
use serde::Serialize;

use crate::archive::Archive;
use crate::config::{Block, text};
use crate::files::Files;
use crate::network::adjacency::Memory;
use crate::network::{Discovery, Network, Node, Shown, Surroundings, speaks};
use crate::pack::Platform;
use crate::state::Startup;
use crate::syslog::Logged;
use crate::{Facts, SimTime};

use clock::stamp as stamp_of;
pub use clock::{Stamp, Zone, file_date, stamp, uptime};
pub use interfaces::{base_mac, serial};

/// The device's state at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// Its platform.
    pub platform: Arc<Platform>,
    /// What the topology says of it.
    pub facts: Arc<Facts>,
    /// The hostname that prompts show.
    pub hostname: String,
    /// The running-config.
    pub config: Block,
    /// What remembered commands left.
    pub ops: Block,
    /// Now.
    pub now: SimTime,
    /// When it booted.
    pub booted: SimTime,
    /// How far its clock is ahead.
    pub(crate) ahead_ms: i64,
    /// When and by whom the configuration was changed last.
    pub changed: Option<(SimTime, String)>,
    /// When it was saved last.
    pub saved: Option<SimTime>,
    /// The log buffer.
    pub log: Vec<String>,
    /// How many messages each destination of the log has taken.
    pub logged: Logged,
    /// The terminal lines in use.
    pub lines: Vec<LineView>,
    /// The session that asks.
    pub session: SessionView,
    /// The files, and how much of NVRAM the startup-config takes.
    pub(crate) files: Arc<Files>,
    pub(crate) startup: Option<Startup>,
    /// The time of the files that the device came with.
    pub(crate) born: SimTime,
    /// The archive of configurations.
    pub(crate) archive: Arc<Archive>,
    /// The command's values.
    pub args: BTreeMap<String, String>,
    /// How it finds what other devices show.
    pub surroundings: Arc<dyn Surroundings>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) network: OnceLock<Network>,
    /// What its template has asked for: most ask for the same more than once.
    pub(crate) views: Mutex<BTreeMap<String, Value>>,
}

/// A terminal line in use.
#[derive(Debug, Clone, Serialize)]
pub struct LineView {
    /// Its absolute number.
    pub number: usize,
    /// `vty` or `con`.
    pub kind: &'static str,
    /// Its number among its kind.
    pub index: usize,
    /// Who uses it.
    pub user: String,
    /// What it is connected to.
    pub host: &'static str,
    /// For how long nothing was typed.
    pub idle: String,
    /// Where from.
    pub location: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The session that asks.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SessionView {
    /// Its line's number among the vty lines.
    pub line: usize,
    /// Who uses it.
    pub user: String,
    /// Its privilege level.
    pub privilege: u8,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub length: u16,
    /// What was typed.
    pub history: Vec<String>,
    /// How much of it is kept.
    pub history_size: usize,
    /// The terminal's type, in capitals.
    pub terminal: String,
}

impl Snapshot {
    /// The text of a show template.
    ///
    /// # Errors
    ///
    /// What the template engine says of a template that can't be rendered.
    pub fn render(self: &Arc<Self>, template: &str) -> Result<String, minijinja::Error> {
        let grammar = self.platform.grammar().clone();
        let template = grammar.templates().get_template(template)?;
        template.render(Value::from_dyn_object(self.clone()))
    }

    /// What the device sees at this moment.
    pub(crate) fn network(&self) -> &Network {
        self.network.get_or_init(|| {
            let own = Node::new(Shown {
                facts: self.facts.clone(),
                platform: self.platform.clone(),
                config: self.config.clone(),
                ops: self.ops.clone(),
                hostname: self.hostname.clone(),
                booted: self.booted,
                up: true,
            });
            Network::new(Arc::new(own), self.surroundings.clone())
        })
    }

    /// Since when a link or neighbour is in a state that was just computed: since the device looked around and found it
    /// so, else since it booted (if it never looks around) or since now.
    pub(crate) fn since(&self, kind: &'static str, key: &str, state: &str) -> SimTime {
        if self.memory.is_empty() {
            return self.booted;
        }
        self.memory.since(kind, key, state).unwrap_or(self.now)
    }

    /// Whether an interface is up.
    pub(crate) fn is_up(&self, name: &str) -> bool {
        interfaces::views(self)
            .iter()
            .any(|i| i.name == name && i.protocol == "up")
    }

    fn zone(&self) -> Zone {
        Zone::of(&self.platform, &self.config).ahead(self.ahead_ms)
    }

    fn device(&self) -> Value {
        let mut map: BTreeMap<String, Value> = self.platform.identities().clone();
        let mut text = |key: &str, value: String| map.insert(key.to_string(), Value::from(value));
        text("hostname", self.hostname.clone());
        text("name", self.facts.name.clone());
        text("model", self.platform.model().to_string());
        text("pack", self.platform.pack().to_string());
        text("serial", serial(self.facts.seed));
        text("mac", base_mac(self.facts.seed, 0));
        text("address", self.facts.address.to_string());
        serialized(&map)
    }
}

impl Object for Snapshot {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let views = || self.views.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = views().get(name) {
            return Some(known.clone());
        }
        let view = self.view(name)?;
        views().insert(name.to_string(), view.clone());
        Some(view)
    }
}

impl Snapshot {
    fn view(&self, name: &str) -> Option<Value> {
        let stamp = |time: SimTime| serialized(stamp_of(time, &self.zone()));
        Some(match name {
            "device" => self.device(),
            // The birth template is given its credentials as a command is given its values.
            "args" | "credentials" => serialized(&self.args),
            "config" => config::view(&self.platform, &self.config),
            "ops" => config::view(&self.platform, &self.ops),
            "interfaces" => serialized(interfaces::views(self)),
            "interface_counts" => serialized(interfaces::counts(self)),
            "trunks" => serialized(layer2::trunks(self)),
            "vlans" => serialized(layer2::vlans(self)),
            "vrfs" => serialized(layer2::vrfs(self)),
            "routes" => serialized(routes::views(self, true)),
            "routes6" => serialized(routes::views(self, false)),
            "ospf" => serialized(ospf::views(self, true)),
            "ospf6" => serialized(ospf::views(self, false)),
            "bgp" => serialized(bgp::view(self)?),
            "lisp" => serialized(lisp::view(self)?),
            "eigrp" => serialized(igp::eigrp(self)),
            "isis" => serialized(igp::isis(self)),
            "standby" => serialized(standby::views(self)),
            "bfd" => serialized(services::bfd(self)),
            "pim" => serialized(services::pim(self)),
            "ntp" => serialized(services::ntp(self)),
            "tracks" => serialized(services::tracks(self)),
            "operations" => serialized(services::operations(self)),
            "file_systems" => serialized(files::systems(self)),
            "files" => serialized(files::files(self)),
            "archive" => serialized(archive::view(self)),
            "neighbors" => serialized(neighbors::views(self, Discovery::Cdp)),
            "lldp_neighbors" => serialized(neighbors::views(self, Discovery::Lldp)),
            "cdp" => Value::from(speaks(self.network().own(), Discovery::Cdp)),
            "macs" => serialized(tables::macs(self)),
            "arp" => serialized(tables::arp(self)),
            "neighbors6" => serialized(tables::neighbors6(self)),
            "leases" => serialized(tables::leases(self)),
            "tracked" => serialized(tables::tracked(self)),
            "power" => serialized(power::views(self)),
            "channels" => serialized(channels::views(self)),
            "trees" => serialized(trees::views(self)),
            "aps" => serialized(aps::views(self)),
            "aps_seen" => serialized(aps::all(self)),
            "mst_rest" => Value::from(trees::rest(self)),
            "controller" => serialized(aps::controller(self)?),
            "lines" => serialized(&self.lines),
            "session" => serialized(&self.session),
            "log" => serialized(&self.log),
            "logged" => serialized(self.logged),
            "running" => Value::from(text::body(
                &self.platform,
                &self.config,
                text::Detail::Plain,
            )),
            "clock" => stamp(self.now),
            "uptime" => Value::from(uptime(self.now.since(self.booted))),
            "uptime_s" => Value::from(self.now.since(self.booted).as_secs()),
            "boot" => stamp(self.booted),
            "saved" => self.saved.map_or(Value::from(()), stamp),
            "changed" => match &self.changed {
                None => Value::from(()),
                Some((time, user)) => {
                    let mut view = stamp_of(*time, &self.zone());
                    view.user.clone_from(user);
                    serialized(view)
                }
            },
            _ => return None,
        })
    }
}

/// A value that a template can walk.
fn serialized<T: Serialize>(value: T) -> Value {
    Value::from(Serde(value))
}
