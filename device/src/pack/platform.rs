//! A platform, ready to be a device: a pack, one of its models, and all that the pack extends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::Value;
use yaml::Mistake;

use super::compile;
use super::files::{InterfaceEntry, PackFile, PortEntry, SshOffer, Timing};
use super::grammar::Grammar;
use super::source::{File, Source};
use super::storage::{Said, storage};
use crate::config::{Block, reader};
use crate::files::system::Storage;
use crate::grammar::interfaces::{InterfaceType, Numbers, Port};
use crate::grammar::{Interfaces, Layer, World};
use crate::secrets::Vault;

/// One platform. Immutable; all its devices share it.
#[derive(Debug)]
pub struct Platform {
    pack: String,
    model: String,
    hostname: String,
    features: BTreeSet<String>,
    identity: BTreeMap<String, Value>,
    interfaces: Interfaces,
    grammar: Arc<Grammar>,
    ssh: SshOffer,
    timing: Timing,
    vty: usize,
    storage: Storage,
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

/// The platforms of a chain of packs: one for each model of the last, the default first.
pub(super) fn platforms(chain: &[&Source], mistakes: &mut Vec<Mistake>) -> Vec<Platform> {
    let packs: Vec<&File<PackFile>> = chain.iter().map(|source| &source.pack).collect();
    let Some(last) = packs.last() else {
        return Vec::new();
    };
    let features: BTreeSet<String> = packs
        .iter()
        .flat_map(|p| p.content.features.clone())
        .collect();
    let grammar = Arc::new(compile::compile(chain, &features, mistakes));
    let pack = &last.content;
    let default = pack.model.clone().unwrap_or_else(|| pack.name.clone());
    if !pack.models.is_empty() && !pack.models.contains_key(&default) {
        mistakes.push(last.mistake("model", format!("`models` has no `{default}`")));
    }
    let mut models = vec![default.clone()];
    models.extend(
        pack.models
            .keys()
            .filter(|model| **model != default)
            .cloned(),
    );
    let mut platforms = Vec::new();
    for model in models {
        let mut platform = platform(&packs, &model, &features, &grammar, mistakes);
        platform.bare = bare(&platform, mistakes);
        platform.baseline = baseline(&platform, chain, mistakes);
        platforms.push(platform);
    }
    platforms
}

fn platform(
    packs: &[&File<PackFile>],
    model: &str,
    features: &BTreeSet<String>,
    grammar: &Arc<Grammar>,
    mistakes: &mut Vec<Mistake>,
) -> Platform {
    let mut platform = Platform {
        pack: String::new(),
        model: model.to_string(),
        hostname: "Router".to_string(),
        features: features.clone(),
        identity: BTreeMap::new(),
        interfaces: Interfaces::default(),
        grammar: grammar.clone(),
        ssh: SshOffer::default(),
        timing: Timing::default(),
        vty: 16,
        storage: Storage::default(),
        bare: Block::default(),
        baseline: Block::default(),
        vault: Vault::default(),
    };
    let mut types = None;
    let mut ports = None;
    let mut said = Said::default();
    for file in packs {
        let pack = &file.content;
        let own = pack.models.get(model);
        platform.pack.clone_from(&pack.name);
        platform.hostname = pack.hostname.clone().unwrap_or(platform.hostname);
        platform.ssh = pack.ssh.clone().unwrap_or(platform.ssh);
        platform.timing = pack.timing.unwrap_or(platform.timing);
        platform.vty = pack.vty.unwrap_or(platform.vty);
        said.systems = pack
            .file_systems
            .as_ref()
            .map(|list| (*file, list))
            .or(said.systems);
        said.files = pack.files.as_ref().map(|list| (*file, list)).or(said.files);
        platform.identity.extend(pack.identity.clone());
        platform
            .identity
            .extend(own.map(|own| own.identity.clone()).unwrap_or_default());
        types = pack.interfaces.as_ref().map(|list| (*file, list)).or(types);
        let pack_ports = pack.ports.as_ref().map(|list| (*file, list));
        let own_ports = own
            .and_then(|own| own.ports.as_ref())
            .map(|list| (*file, list));
        ports = own_ports.or(pack_ports).or(ports);
    }
    platform.interfaces = interfaces(types, ports, mistakes);
    platform.storage = storage(said, &platform.identity, features, mistakes);
    platform
}

type From<'a, T> = Option<(&'a File<PackFile>, &'a Vec<T>)>;

fn interfaces(
    types: From<'_, InterfaceEntry>,
    ports: From<'_, PortEntry>,
    mistakes: &mut Vec<Mistake>,
) -> Interfaces {
    let mut numbers = |file: &File<PackFile>, at: String, texts: &[String]| -> Vec<Numbers> {
        let mut all = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            match Numbers::parse(text) {
                Some(range) => all.push(range),
                None => {
                    let at = format!("{at}.numbers[{index}]");
                    let mistake = file.mistake(&at, format!("`{text}` is not a range of numbers"));
                    mistakes.push(mistake.hint("write it as in 1/0/1-48 or 7"));
                }
            }
        }
        all
    };
    let mut known = Vec::new();
    if let Some((file, entries)) = types {
        for (index, entry) in entries.iter().enumerate() {
            let virtual_numbers = numbers(file, format!("interfaces[{index}]"), &entry.numbers);
            known.push(InterfaceType {
                name: entry.name.clone(),
                short: entry.short.clone(),
                cdp: entry.cdp.clone().unwrap_or_else(|| entry.short.clone()),
                help: entry.help.clone(),
                layer: if entry.layer == 2 {
                    Layer::Two
                } else {
                    Layer::Three
                },
                virtual_numbers: if entry.is_virtual {
                    virtual_numbers
                } else {
                    Vec::new()
                },
            });
        }
    }
    let mut all = Vec::new();
    let mut strangers = Vec::new();
    if let Some((file, entries)) = ports {
        for (index, entry) in entries.iter().enumerate() {
            let at = format!("ports[{index}]");
            let Some(kind) = known.iter().position(|of| of.name == entry.kind) else {
                strangers.push(file.mistake(
                    &format!("{at}.type"),
                    format!("no interface type is called `{}`", entry.kind),
                ));
                continue;
            };
            let layer = if entry.layer == 2 {
                Layer::Two
            } else {
                Layer::Three
            };
            for number in numbers(file, at, &entry.numbers)
                .iter()
                .flat_map(|range| range.each().collect::<Vec<_>>())
            {
                let media = entry.media.clone();
                all.push(Port {
                    kind,
                    number,
                    layer,
                    speed_mbps: entry.speed,
                    media,
                });
            }
        }
    }
    mistakes.append(&mut strangers);
    Interfaces::new(known, all)
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

/// The factory configuration: the ports, then every `baseline.cfg` of the chain.
fn baseline(platform: &Platform, chain: &[&Source], mistakes: &mut Vec<Mistake>) -> Block {
    let mut block = platform.bare.clone();
    for (path, text) in chain.iter().filter_map(|source| source.baseline.as_ref()) {
        for refused in reader::read(platform, &mut block, text) {
            let at = yaml::Position {
                line: refused.number,
                column: refused.column + 1,
            };
            mistakes
                .push(Mistake::new(path, format!("`{}`: {}", refused.line, refused.answer)).at(at));
        }
    }
    block
}
