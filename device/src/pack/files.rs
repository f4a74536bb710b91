//! The shapes of a pack's files, as people write them (`device-packs/README.md`).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::files::system::{Flags, Kind};

/// `pack.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackFile {
    pub(super) name: String,
    pub(super) extends: Option<String>,
    #[serde(default)]
    pub(super) about: String,
    #[serde(default, rename = "abstract")]
    pub(super) is_abstract: bool,
    #[serde(default)]
    pub(super) features: Vec<String>,
    pub(super) hostname: Option<String>,
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) identity: BTreeMap<String, minijinja::Value>,
    #[serde(default)]
    pub(super) models: BTreeMap<String, ModelEntry>,
    pub(super) interfaces: Option<Vec<InterfaceEntry>>,
    pub(super) ports: Option<Vec<PortEntry>>,
    pub(super) vty: Option<usize>,
    pub(super) port_names: Option<PortNames>,
    pub(super) file_systems: Option<Vec<FileSystemEntry>>,
    pub(super) files: Option<Vec<FactoryFileEntry>>,
    pub(super) ssh: Option<SshOffer>,
    pub(super) timing: Option<Timing>,
}

/// A file system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSystemEntry {
    pub(super) name: String,
    /// Other names of the same.
    #[serde(default)]
    pub(super) also: Vec<String>,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    #[serde(default = "read_write")]
    pub(super) flags: Flags,
    /// Its size; that of the default one and of the NVRAM stands in the identity.
    pub(super) kb: Option<u64>,
    pub(super) feature: Option<String>,
}

fn read_write() -> Flags {
    Flags::Rw
}

/// A file that the default file system holds at first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactoryFileEntry {
    pub(super) name: String,
    pub(super) text: Option<String>,
    /// The size of an image, whose bytes no device keeps.
    pub(super) bytes: Option<u64>,
    #[serde(default)]
    pub(super) directory: bool,
}

/// The names that ports of TCP and UDP are shown by, in access lists.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PortNames {
    #[serde(default)]
    pub(super) tcp: BTreeMap<u16, String>,
    #[serde(default)]
    pub(super) udp: BTreeMap<u16, String>,
}

/// A model: what differs from the pack's default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelEntry {
    #[serde(default)]
    pub(super) identity: BTreeMap<String, minijinja::Value>,
    pub(super) ports: Option<Vec<PortEntry>>,
}

/// A type of interface.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InterfaceEntry {
    #[serde(rename = "type")]
    pub(super) name: String,
    pub(super) short: String,
    pub(super) cdp: Option<String>,
    #[serde(default)]
    pub(super) numbers: Vec<String>,
    #[serde(default, rename = "virtual")]
    pub(super) is_virtual: bool,
    /// Where a virtual one works; a port says it itself.
    #[serde(default = "three")]
    pub(super) layer: u8,
    /// In Mb/s, of a port that no model speaks of.
    #[serde(default = "gigabit")]
    pub(super) speed: u32,
    /// Its ports stand after the others of their slot.
    #[serde(default)]
    pub(super) after_slot: bool,
    pub(super) help: String,
}

fn one() -> usize {
    1
}

fn three() -> u8 {
    3
}

/// A range of physical ports.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PortEntry {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) numbers: Vec<String>,
    #[serde(default = "three")]
    pub(super) layer: u8,
    #[serde(default = "gigabit")]
    pub(super) speed: u32,
    #[serde(default)]
    pub(super) media: String,
    /// What its block says when the device leaves the factory.
    #[serde(default)]
    pub(super) lines: Vec<String>,
}

fn gigabit() -> u32 {
    1000
}

/// What the SSH server of a platform offers, in its order, by SSH names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshOffer {
    /// The identification string, `SSH-2.0-Cisco-1.25`.
    pub ident: String,
    /// Key exchange methods.
    #[serde(default)]
    pub kex: Vec<String>,
    /// Host key algorithms.
    #[serde(default)]
    pub host_key: Vec<String>,
    /// Ciphers.
    #[serde(default)]
    pub cipher: Vec<String>,
    /// MACs.
    #[serde(default)]
    pub mac: Vec<String>,
}

/// How long a device takes for what takes long, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// From `reload` until logins are possible.
    #[serde(default = "boot_ms")]
    pub boot_ms: u64,
    /// `write memory`.
    #[serde(default)]
    pub save_ms: u64,
    /// A DNS lookup that nobody answers.
    #[serde(default = "lookup_ms")]
    pub lookup_ms: u64,
}

fn boot_ms() -> u64 {
    5000
}

fn lookup_ms() -> u64 {
    9000
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            boot_ms: boot_ms(),
            save_ms: 0,
            lookup_ms: lookup_ms(),
        }
    }
}

/// One entry of `modes/*.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModeEntry {
    pub(super) mode: String,
    #[serde(default)]
    pub(super) prompt: String,
    pub(super) prompt_of_part: Option<String>,
    pub(super) parent: Option<String>,
    #[serde(default)]
    pub(super) header: String,
    #[serde(default)]
    pub(super) includes: Vec<String>,
    pub(super) exit: Option<String>,
    #[serde(default)]
    pub(super) exit_outdent: bool,
    #[serde(default = "one")]
    pub(super) indent: usize,
    #[serde(default)]
    pub(super) bang: Bang,
    pub(super) locked_by: Option<LockEntry>,
    pub(super) numbers_since: Option<Release>,
}

/// A line that closes a mode while it is stored.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockEntry {
    pub(super) line: String,
    pub(super) says: String,
    #[serde(default)]
    pub(super) but: Vec<String>,
}

/// Where `!` stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bang {
    /// Nowhere.
    #[default]
    None,
    /// Before each.
    Before,
    /// After each (of a mode's blocks), or after the last (of a place).
    After,
    /// After each.
    Each,
    /// After the last, and even if there are none.
    Always,
}

/// One entry of a mode's list in `places/*.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum PlaceEntry {
    Name(String),
    Place(PlaceMap),
}

/// A place that needs more than a name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceMap {
    pub(super) place: String,
    #[serde(default)]
    pub(super) bang: Bang,
    #[serde(default)]
    pub(super) by: By,
    pub(super) before: Option<Release>,
    pub(super) feature: Option<OneOrMany>,
}

/// What a place is sorted by first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The order of the grammar files.
    #[default]
    Kind,
    /// The key, so that all lines of one neighbour stand together.
    Key,
    /// The key, letter by letter: `24ghz` before `5ghz`.
    Letters,
    /// The bucket of the key in IOS's table of class-maps.
    Hash,
    /// The order of entry, whatever the kind.
    Entry,
}

/// A release of IOS-XE, as the `version` line has it: `17.12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Release(u16, u16);

impl Release {
    /// Reads `17.12` or `17.12.04`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(str::parse);
        Some(Self(
            numbers.next()?.ok()?,
            numbers.next().unwrap_or(Ok(0)).ok()?,
        ))
    }
}

impl TryFrom<String> for Release {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
            .ok_or_else(|| format!("`{text}` is not a release; write it as in \"17.12\""))
    }
}

/// A file of `grammar/`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrammarFile {
    pub(super) feature: Option<OneOrMany>,
    pub(super) place: Option<String>,
    #[serde(default)]
    pub(super) help: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) fragments: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) config: BTreeMap<String, Vec<StatementEntry>>,
    #[serde(default)]
    pub(super) exec: Vec<CommandEntry>,
}

/// A statement of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatementEntry {
    pub(super) syntax: String,
    #[serde(default)]
    pub(super) key: KeyEntry,
    pub(super) name: Option<String>,
    pub(super) no: Option<OneOrMany>,
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) keeps_no: bool,
    #[serde(default)]
    pub(super) takes: Takes,
    pub(super) absent: Option<String>,
    pub(super) when: Option<String>,
    pub(super) only: Option<String>,
    pub(super) apart: Option<String>,
    pub(super) store: Option<String>,
    pub(super) rewrite: Option<OneOrMany>,
    #[serde(default = "yes")]
    pub(super) shown: bool,
    pub(super) shown_with: Option<OneOrMany>,
    pub(super) place: Option<String>,
    #[serde(default)]
    pub(super) sort: Sort,
    pub(super) opens: Option<String>,
    pub(super) requires: Option<Requirement>,
    pub(super) ensures: Option<Requirement>,
    pub(super) unique: Option<String>,
    pub(super) says: Option<String>,
    pub(super) confirm_no: Option<String>,
    pub(super) does: Option<OneOrMany>,
    pub(super) feature: Option<OneOrMany>,
    #[serde(default)]
    pub(super) hidden: bool,
    #[serde(default)]
    pub(super) help: BTreeMap<String, String>,
}

/// A command of EXEC.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommandEntry {
    pub(super) syntax: String,
    pub(super) show: Option<String>,
    pub(super) does: Option<OneOrMany>,
    pub(super) privilege: Option<u8>,
    #[serde(default)]
    pub(super) remember: bool,
    #[serde(default)]
    pub(super) key: KeyEntry,
    pub(super) name: Option<String>,
    pub(super) says: Option<String>,
    pub(super) confirm: Option<String>,
    pub(super) logs: Option<String>,
    pub(super) requires: Option<Requirement>,
    pub(super) feature: Option<OneOrMany>,
    #[serde(default)]
    pub(super) hidden: bool,
    #[serde(default)]
    pub(super) help: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

/// `all`, or a list of names.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum KeyEntry {
    Word(String),
    Names(Vec<String>),
}

impl Default for KeyEntry {
    fn default() -> Self {
        Self::Names(Vec::new())
    }
}

/// What `no` takes away of the statements of its kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Takes {
    /// The one with its key, whatever else the line says.
    #[default]
    Key,
    /// Only one that begins with what was typed.
    Prefix,
}

/// The order of a statement among its like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// By its key.
    #[default]
    Key,
    /// As it was typed.
    Typed,
    /// By its key, letter by letter.
    Letters,
    /// By its key, the shorter one first, as the databases of IOS-XE do (a controller's profiles and tags).
    Length,
}

/// One word or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn iter(&self) -> impl Iterator<Item = &String> {
        match self {
            Self::One(one) => std::slice::from_ref(one).iter(),
            Self::Many(many) => many.iter(),
        }
    }
}

/// A line that must be stored, and what is said when it isn't.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Requirement {
    pub(super) line: OneOrMany,
    #[serde(default)]
    pub(super) says: String,
    #[serde(default)]
    pub(super) copies: Option<String>,
    #[serde(default)]
    pub(super) below: Vec<String>,
    #[serde(default)]
    pub(super) follows: bool,
}
