//! The `devices` key.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use device::Credentials;
use device::pack::{Packs, Platform};

use super::credentials::Partial;
use super::judge::{Judge, Map, Value};
use super::name::NamePattern;
use super::names::{Known, Names};
use super::read::optional;
use super::spelling;
use super::ssh::Override;
use super::{DEVICES_MAX, Group, Placed, Scope, faults};

/// The keys of a device.
const KEYS: [&str; 11] = [
    "name",
    "count",
    "pack",
    "model",
    "role",
    "site",
    "startup",
    "credentials",
    "ssh",
    "joins",
    "faults",
];

/// The longest startup-config that is read, in bytes: a large switch's has a tenth of it.
const STARTUP_BYTES_MAX: usize = 4 << 20;

/// More models than this are not listed in a hint.
const MODELS_TOLD: usize = 8;

/// What the topology says for all its devices, and where its files are.
pub(super) struct Defaults<'a> {
    pub(super) credentials: Partial,
    pub(super) ssh: Override,
    pub(super) folder: &'a Path,
    pub(super) packs: &'a Packs,
}

/// All devices, and which name is which.
#[derive(Default)]
pub(super) struct Devices {
    pub(super) groups: Vec<Group>,
    pub(super) joined: BTreeMap<usize, Vec<usize>>,
    /// What goes wrong with some of them, and where in the file it stands.
    pub(super) faults: Vec<(String, Placed)>,
    names: Names,
    /// Some entry has a mistake, and so there is no fleet.
    spoilt: bool,
    /// The name of some entry can't be read: an unknown name may be that one.
    nameless: bool,
}

impl Devices {
    pub(super) fn len(&self) -> usize {
        self.groups
            .last()
            .map_or(0, |last| last.first + last.name.count())
    }

    /// Whether every device is in order.
    pub(super) fn is_whole(&self) -> bool {
        !self.spoilt
    }

    /// What a name stands for; an unknown one is a mistake at `path`.
    pub(super) fn find(&self, judge: &mut Judge, name: &str, path: &str) -> Known {
        if let Some(known) = self.names.get(name) {
            return known;
        }
        if !self.nameless {
            let names: Vec<_> = self.names.all().collect();
            let hint = match spelling::nearest(name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name one of `devices`".to_string(),
            };
            judge.wrong(
                path,
                format!("unknown device `{}`", name.escape_debug()),
                hint,
            );
        }
        Known::Spoilt
    }

    /// The platform of a device.
    pub(super) fn platform(&self, number: usize) -> Option<&Arc<Platform>> {
        let before = self.groups.partition_point(|group| group.first <= number);
        Some(&self.groups.get(before.checked_sub(1)?)?.platform)
    }
}

/// Reads the list of devices. The mistakes of one don't hide those of the next.
pub(super) fn read(
    judge: &mut Judge,
    value: &Value<'_>,
    defaults: &Defaults<'_>,
) -> Option<Devices> {
    let items = judge.list(value, "devices")?;
    if items.is_empty() {
        judge.wrong(
            &value.path,
            "there are no devices",
            "add `- {name: router-1, pack: c8000v}`",
        );
        return None;
    }
    let mut devices = Devices::default();
    let mut joins = vec![];
    for item in &items {
        let Some(map) = judge.map(item, &KEYS) else {
            devices.spoilt = true;
            devices.nameless = true;
            continue;
        };
        let name = name(judge, &map);
        let group = group(judge, &map, defaults);
        let rules = map
            .get("faults")
            .map(|value| (value.path.clone(), faults::read(judge, &value)));
        let members = add(judge, &mut devices, &map, name, group);
        if let (Some((path, rules)), Some(members)) = (rules, &members) {
            let scope = Scope::Devices(members.start, members.len());
            let placed = faults::placed(&path, rules.unwrap_or_default(), &scope);
            devices.faults.extend(placed);
        }
        joins.extend(map.get("joins").map(|value| (members, value)));
    }
    for (members, value) in joins {
        join(judge, &mut devices, members, &value);
    }
    Some(devices)
}

/// A device's entry without its name. Every key is read before the first missing one ends it.
fn group(judge: &mut Judge, map: &Map<'_>, defaults: &Defaults<'_>) -> Option<Group> {
    let startup = startup(judge, map, defaults.folder);
    let config = startup.as_ref().and_then(Option::as_deref);
    let platform = platform(judge, map, defaults.packs, config);
    let credentials = credentials(judge, map, &defaults.credentials);
    let ssh = optional(judge, map, "ssh", Override::read).or(&defaults.ssh);
    let role = word(judge, map, "role");
    let site = word(judge, map, "site");
    let platform = platform?;
    Some(Group {
        name: NamePattern::default(),
        first: 0,
        role,
        site,
        credentials: credentials?,
        startup: startup?,
        ssh: ssh.apply(platform.ssh()),
        platform,
    })
}

fn name(judge: &mut Judge, map: &Map<'_>) -> Option<NamePattern> {
    let value = judge.required(map, "name")?;
    let text = judge.filled(&value)?;
    let count = match map.get("count") {
        None => None,
        Some(count) => Some(judge.number(&count, 1, DEVICES_MAX as u64)?),
    };
    let count = count.and_then(|count| usize::try_from(count).ok());
    NamePattern::parse(text, count)
        .map_err(|(says, hint)| judge.wrong(&value.path, says, hint))
        .ok()
}

/// The platform of a pack and model, with the stack members and modules that a startup-config speaks of. Without a
/// model a startup-config tells it.
fn platform(
    judge: &mut Judge,
    map: &Map<'_>,
    packs: &Packs,
    startup: Option<&str>,
) -> Option<Arc<Platform>> {
    let pack = judge.required(map, "pack")?;
    let name = judge.filled(&pack)?;
    let known = packs.summaries();
    let Some(summary) = known.iter().find(|summary| summary.name == name) else {
        let names = || known.iter().map(|summary| summary.name.as_str());
        let hint = match spelling::nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "`fleet packs` lists them: {}",
                names().collect::<Vec<_>>().join(", ")
            ),
        };
        judge.wrong(
            &pack.path,
            format!("unknown pack `{}`", name.escape_debug()),
            hint,
        );
        return None;
    };
    let model = match map.get("model") {
        None => None,
        Some(value) => Some((judge.filled(&value)?, value.path)),
    };
    let found = match (startup, &model) {
        (Some(startup), None) => packs.fitting(name, startup),
        _ => packs.platform(name, model.as_ref().map(|(model, _)| *model)),
    };
    let known = |model: &str| summary.models.iter().any(|one| one == model);
    if found.is_none() && !model.as_ref().is_none_or(|(model, _)| known(model)) {
        let (model, path) = model.unwrap_or(("", pack.path));
        let says = format!("{name} has no model `{}`", model.escape_debug());
        let models = || summary.models.iter().map(String::as_str);
        let hint = match spelling::nearest(model, models()) {
            _ if summary.models.len() <= MODELS_TOLD => {
                format!("its models are {}", summary.models.join(", "))
            }
            Some(near) => format!("did you mean `{near}`? `fleet packs` lists all"),
            None => "`fleet packs` lists its models".to_string(),
        };
        judge.wrong(&path, says, hint);
    }
    let more = startup.and_then(|startup| found.as_ref()?.equipped_for(startup));
    more.map(Arc::new).or(found)
}

/// The device's own, and the topology's where it has none.
fn credentials(judge: &mut Judge, map: &Map<'_>, default: &Partial) -> Option<Credentials> {
    let said = optional(judge, map, "credentials", Partial::read).or(default);
    said.whole()
        .map_err(|missing| {
            if !missing.is_empty() {
                let hint =
                    "add `credentials: {username: ..., password: ..., enable: ...}` to the topology";
                judge.wrong(map.path(), format!("this device has {missing}"), hint);
            }
        })
        .ok()
}

fn word(judge: &mut Judge, map: &Map<'_>, key: &str) -> Option<String> {
    let value = map.get(key)?;
    let text = judge.filled(&value)?;
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        judge.wrong(
            &value.path,
            format!("a {key} is one word"),
            "write it with hyphens, e.g. krakow-c",
        );
        return None;
    }
    Some(text.to_string())
}

/// The text of the startup-config; `None` if it can't be had, `Some(None)` if there is none.
#[allow(
    clippy::option_option,
    reason = "a mistake, none, and one are three answers"
)]
fn startup(judge: &mut Judge, map: &Map<'_>, folder: &Path) -> Option<Option<Arc<str>>> {
    let Some(value) = map.get("startup") else {
        return Some(None);
    };
    let file = folder.join(judge.filled(&value)?);
    let hint = "give a path that begins at the topology's folder, e.g. configs/wlc-1.cfg";
    match std::fs::read_to_string(&file) {
        Ok(text) if text.len() > STARTUP_BYTES_MAX => {
            let says = format!("{} has {} bytes", file.display(), text.len());
            judge.wrong(
                &value.path,
                says,
                format!("a startup-config has at most {STARTUP_BYTES_MAX}"),
            );
            None
        }
        Ok(text) => Some(Some(text.into())),
        Err(error) => {
            judge.wrong(
                &value.path,
                format!("{} can't be read: {error}", file.display()),
                hint,
            );
            None
        }
    }
}

/// Adds a group and says which devices it is. A spoilt one leaves only its names.
fn add(
    judge: &mut Judge,
    devices: &mut Devices,
    map: &Map<'_>,
    name: Option<NamePattern>,
    group: Option<Group>,
) -> Option<Range<usize>> {
    let Some(name) = name else {
        devices.spoilt = true;
        // A name that is wrong is still the one that links use.
        match map.get("name").and_then(|value| value.node.text()) {
            Some(text) if !text.contains('{') => {
                devices.names.insert_one(text.to_string(), Known::Spoilt);
            }
            _ => devices.nameless = true,
        }
        return None;
    };
    let first = devices.len();
    let place = format!("{}.name", map.path());
    if first + name.count() > DEVICES_MAX {
        let says = format!("these are more than {DEVICES_MAX} devices");
        judge.wrong(&place, says, "lower a `count`, or split the topology");
        return None;
    }
    devices.spoilt |= group.is_none();
    if let Some(taken) = devices.names.taken(&name) {
        let says = format!("the name `{taken}` is taken");
        judge.wrong(&place, says, "give each device a name of its own");
        return None;
    }
    let known = match group {
        Some(_) => Known::Device(first),
        None => Known::Spoilt,
    };
    devices.names.insert(name.clone(), known);
    let range = first..first + name.count();
    devices.groups.extend(group.map(|group| Group {
        name,
        first,
        ..group
    }));
    Some(range)
}

/// Notes which access points join which controller.
fn join(
    judge: &mut Judge,
    devices: &mut Devices,
    members: Option<Range<usize>>,
    value: &Value<'_>,
) {
    let Some(name) = judge.filled(value) else {
        return;
    };
    let (Known::Device(controller), Some(members)) =
        (devices.find(judge, name, &value.path), members)
    else {
        return;
    };
    if members.contains(&controller) {
        judge.wrong(
            &value.path,
            "a device can't join itself",
            "name a wireless controller",
        );
        return;
    }
    devices
        .joined
        .entry(controller)
        .or_default()
        .extend(members);
}
