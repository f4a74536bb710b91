//! A platform, ready to be a device: a pack, one of its models, and all that the pack extends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::Value;
use yaml::Mistake;

use super::compile;
use super::files::{PackFile, PortNames, SshOffer, Timing};
use super::grammar::Grammar;
use super::hardware::{self, Hardware};
use super::source::{File, Source};
use super::storage::{Said, storage};
use crate::config::{Block, reader};
use crate::files::Files;
use crate::files::system::Storage;
use crate::grammar::interfaces::Port;
use crate::grammar::slot::Transport;
use crate::grammar::{Interfaces, Layer, World};
use crate::secrets::Vault;

/// One platform. Immutable; all its devices share it.
#[derive(Debug, Clone)]
pub struct Platform {
    pack: String,
    model: String,
    hostname: String,
    features: BTreeSet<String>,
    identity: BTreeMap<String, Value>,
    interfaces: Interfaces,
    port_names: Arc<PortNames>,
    hardware: Arc<Hardware>,
    grammar: Arc<Grammar>,
    ssh: SshOffer,
    timing: Timing,
    vty: usize,
    storage: Storage,
    factory_files: Arc<Files>,
    bare: Block,
    baseline: Block,
    vault: Vault,
}

impl Platform {
    /// The pack's name.
    #[must_use]
    pub fn pack(&self) -> &str {
        &self.pack
    }

    /// The model (`C9300-48P`).
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The hostname of a device whose configuration has none.
    #[must_use]
    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// What the SSH server offers.
    #[must_use]
    pub fn ssh(&self) -> &SshOffer {
        &self.ssh
    }

    /// How long a device takes for what takes long.
    #[must_use]
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// Its file systems, and the files that it leaves the factory with.
    #[must_use]
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// What lies in flash of a device that comes from the factory.
    pub(crate) fn factory_files(&self) -> &Arc<Files> {
        &self.factory_files
    }

    /// How many vty lines exist.
    #[must_use]
    pub fn vty(&self) -> usize {
        self.vty
    }

    /// What may be typed, and what it means.
    #[must_use]
    pub fn grammar(&self) -> &Arc<Grammar> {
        &self.grammar
    }

    /// The configuration that the device leaves the factory with.
    #[must_use]
    pub fn baseline(&self) -> &Block {
        &self.baseline
    }

    /// The blocks of the ports, and nothing else: where a startup-config is read into.
    #[must_use]
    pub fn bare(&self) -> &Block {
        &self.bare
    }

    /// Remembers the hashes of secrets for all devices of the platform.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Whether the platform has a feature.
    #[must_use]
    pub fn has(&self, feature: &str) -> bool {
        self.features.contains(feature)
    }

    /// A value of the pack's `identity` (`version`, `capabilities`, ...) as text.
    #[must_use]
    pub fn identity(&self, key: &str) -> Option<String> {
        self.identity.get(key).map(ToString::to_string)
    }

    /// All of the pack's `identity`.
    #[must_use]
    pub fn identities(&self) -> &BTreeMap<String, Value> {
        &self.identity
    }

    /// The port that the device is managed through: the pack's `management_port`, else its first layer-3 port. It
    /// works without a cable.
    #[must_use]
    pub fn management_port(&self) -> Option<String> {
        let first = || {
            let mut ports = self.interfaces.ports();
            ports
                .find(|(_, port)| port.layer == Layer::Three)
                .map(|(name, _)| name)
        };
        self.identity("management_port").or_else(first)
    }

    /// The full name of a physical port (`te1/1/1` → `TenGigabitEthernet1/1/1`), if the platform has it.
    #[must_use]
    pub fn port(&self, typed: &str) -> Option<String> {
        self.interfaces
            .resolve(typed)
            .filter(|name| self.interfaces.is_physical(name))
    }
}

impl World for Platform {
    fn port_name(&self, transport: Transport, port: u16) -> Option<&str> {
        let names = match transport {
            Transport::Tcp => &self.port_names.tcp,
            Transport::Udp => &self.port_names.udp,
        };
        names.get(&port).map(String::as_str)
    }

    fn interfaces(&self) -> &Interfaces {
        &self.interfaces
    }

    fn file_systems(&self) -> &[String] {
        &self.storage.prefixes
    }

    fn knows_ap(&self, _name: &str) -> bool {
        false
    }
}

/// What the models of a pack share: all that its chain of packs says, but for ports and identities.
#[derive(Debug)]
pub(super) struct Family {
    features: BTreeSet<String>,
    grammar: Arc<Grammar>,
    hardware: Arc<Hardware>,
}

impl Family {
    /// Compiles a chain of packs.
    pub(super) fn compile(chain: &[&Source], mistakes: &mut Vec<Mistake>) -> Self {
        let packs = || chain.iter().map(|source| &source.pack);
        let features: BTreeSet<String> = packs()
            .flat_map(|pack| pack.content.features.clone())
            .collect();
        if let Some(last) = packs().next_back() {
            let (pack, models) = (&last.content, &last.content.models);
            let default = pack.model.as_ref().unwrap_or(&pack.name);
            if !models.is_empty() && !models.contains_key(default) {
                mistakes.push(last.mistake("model", format!("`models` has no `{default}`")));
            }
        }
        Self {
            grammar: Arc::new(compile::compile(chain, &features, mistakes)),
            hardware: Arc::new(Hardware::read(&packs().collect::<Vec<_>>(), mistakes)),
            features,
        }
    }

    /// The platform of one model.
    pub(super) fn platform(
        &self,
        chain: &[&Source],
        model: &str,
        mistakes: &mut Vec<Mistake>,
    ) -> Platform {
        let mut platform = Platform {
            pack: String::new(),
            model: model.to_string(),
            hostname: "Router".to_string(),
            features: self.features.clone(),
            identity: BTreeMap::new(),
            interfaces: self.hardware.interfaces(model),
            port_names: Arc::default(),
            hardware: self.hardware.clone(),
            grammar: self.grammar.clone(),
            ssh: SshOffer::default(),
            timing: Timing::default(),
            vty: 16,
            storage: Storage::default(),
            factory_files: Arc::default(),
            bare: Block::default(),
            baseline: Block::default(),
            vault: Vault::default(),
        };
        let mut said = Said::default();
        for source in chain {
            platform.add(&source.pack);
            said.add(&source.pack);
        }
        platform.storage = storage(said, &platform.identity, &self.features, mistakes);
        platform.factory_files = Arc::new(Files::from_factory(&platform.storage));
        platform.bare = bare(&platform, mistakes);
        platform.baseline = baseline(&platform, chain, mistakes);
        platform
    }

    /// The model of a configuration: the one that it provisions, or whose ports it names one and all; else the first
    /// (the default) that lacks the fewest of them.
    pub(super) fn fitting<'m>(&self, models: &'m [String], config: &str) -> Option<&'m String> {
        let named = hardware::named(config);
        let first = hardware::provisioned(config).find(|(member, _)| *member == 1);
        let stands =
            |model: &String| first.is_some_and(|(_, name)| model.eq_ignore_ascii_case(name));
        models.iter().min_by_key(|model| {
            let (lacks, unnamed) = self.hardware.misfit(model, &named);
            let exact = lacks == 0 && unnamed == 0;
            (!stands(model), !exact, lacks)
        })
    }
}

impl Platform {
    /// Takes what a pack says, over what the packs before it said.
    fn add(&mut self, file: &File<PackFile>) {
        let pack = &file.content;
        let own = pack.models.get(&self.model).map(|own| own.identity.clone());
        self.pack.clone_from(&pack.name);
        self.hostname = pack.hostname.clone().unwrap_or(self.hostname.clone());
        self.ssh = pack.ssh.clone().unwrap_or(self.ssh.clone());
        if let Some(names) = &pack.port_names {
            self.port_names = Arc::new(names.clone());
        }
        self.timing = pack.timing.unwrap_or(self.timing);
        self.vty = pack.vty.unwrap_or(self.vty);
        self.identity.extend(pack.identity.clone());
        self.identity.extend(own.unwrap_or_default());
        let model = &self.model;
        for value in self.identity.values_mut() {
            *value = hardware::of_model(value, model);
        }
    }

    /// The platform with the stack members and modules whose ports a configuration names: a configuration was saved on
    /// the hardware that it speaks of. `None` if nothing is missing.
    #[must_use]
    pub fn equipped_for(&self, config: &str) -> Option<Self> {
        let mut ports = Vec::new();
        for (member, model) in hardware::provisioned(config) {
            ports.extend(self.hardware.member(model, member));
        }
        for (name, switched) in hardware::named(config) {
            let switched = switched && self.has("switching");
            ports.extend(self.hardware.port(name, switched));
        }
        self.with_ports(ports)
    }

    /// The platform with one more member in its stack (`switch 2 provision c9300-48p`). `None` if it has its ports
    /// already, or no such model is known.
    #[must_use]
    pub fn provisioned(&self, member: u8, model: &str) -> Option<Self> {
        self.with_ports(self.hardware.member(model, member))
    }

    fn with_ports(&self, ports: Vec<Port>) -> Option<Self> {
        let (interfaces, new) = self.interfaces.with(ports);
        if new.is_empty() {
            return None;
        }
        let mut more = self.clone();
        more.interfaces = interfaces;
        let blocks: String = new
            .iter()
            .map(|name| format!("interface {name}\n"))
            .collect();
        let (mut bare, mut baseline) = (more.bare.clone(), more.baseline.clone());
        for block in [&mut bare, &mut baseline] {
            // The grammar takes every port's name: `bare` below has told if it doesn't.
            _ = reader::read(&more, block, &blocks);
        }
        (more.bare, more.baseline) = (bare, baseline);
        Some(more)
    }
}

/// A block for each port.
fn bare(platform: &Platform, mistakes: &mut Vec<Mistake>) -> Block {
    let mut block = Block::default();
    // A platform without interface mode (an access point) has ports but no blocks for them.
    if !platform
        .grammar
        .statements
        .iter()
        .any(|s| &*s.name == "interface")
    {
        return block;
    }
    let ports: String = platform
        .interfaces
        .ports()
        .map(|(name, _)| format!("interface {name}\n"))
        .collect();
    for refused in reader::read(platform, &mut block, &ports) {
        let message = format!(
            "the grammar refuses `{}`, which every port needs",
            refused.line
        );
        mistakes.push(Mistake::new(
            format!("{}/pack.yaml", platform.pack),
            message,
        ));
    }
    block
}

/// The factory configuration: every `baseline.cfg` of the chain, then what the ports say.
fn baseline(platform: &Platform, chain: &[&Source], mistakes: &mut Vec<Mistake>) -> Block {
    let mut block = platform.bare.clone();
    let ports = platform.hardware.factory(&platform.model);
    let path = format!("{}/pack.yaml", platform.pack);
    let files = chain.iter().filter_map(|source| source.baseline.as_ref());
    for (path, text) in files
        .map(|(path, text)| (path, text))
        .chain([(&path, &ports)])
    {
        for refused in reader::read(platform, &mut block, text) {
            let message = format!("`{}`: {}", refused.line, refused.answer);
            let at = yaml::Position {
                line: refused.number,
                column: refused.column + 1,
            };
            let mistake = Mistake::new(path, message);
            mistakes.push(if path.ends_with(".cfg") {
                mistake.at(at)
            } else {
                mistake
            });
        }
    }
    block
}
