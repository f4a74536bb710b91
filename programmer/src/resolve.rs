//! Joins RFS documents with the inventory and the device packs: the result is a [`Plan`].
//!
//! Pure: no session is opened and no file read. All mistakes of all documents are told together; if there
//! is one, there is no plan.
//!
//! Order: a device first loses what it shall lose, last things first; then it gets and changes the rest,
//! foundations first. Each writer states its place (`order`), and may give parts of its lines a place of their own;
//! what has the same place keeps the order of the documents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yaml::Mistake;

use crate::config::Letters;
use crate::inventory::{Device, Inventory};
use crate::packs::{Facts, FeatureText, Packs, Platform, Written};
use crate::plan::{DevicePlan, Plan, PlanLine};
use crate::rfs::{Document, Feature, Op, Target, place};
use crate::secret::{Mask, Secret};

/// Makes the plan of these documents.
///
/// # Errors
///
/// Every mistake of meaning: unknown devices and roles, writers that a platform doesn't take, fields that
/// are unknown, missing or wrong.
pub fn resolve(
    documents: &[Document],
    inventory: &Inventory,
    packs: &Packs,
) -> Result<Plan, Vec<Mistake>> {
    let mut resolver = Resolver {
        inventory,
        packs,
        mistakes: Vec::new(),
        work: BTreeMap::new(),
    };
    for document in documents {
        resolver.document(document);
    }
    resolver.finish()
}

/// The names of the devices that documents are for.
#[must_use]
pub fn targets(documents: &[Document], inventory: &Inventory) -> BTreeSet<String> {
    let names = documents
        .iter()
        .flat_map(|document| match &document.target {
            Target::Device(name) => vec![name.clone()],
            Target::Devices(names) => names.clone(),
            Target::Role(role) => inventory
                .with_role(role)
                .iter()
                .map(|device| device.name.clone())
                .collect(),
        });
    names.collect()
}

/// Collects what each device gets, and the mistakes.
struct Resolver<'a> {
    inventory: &'a Inventory,
    packs: &'a Packs,
    mistakes: Vec<Mistake>,
    work: BTreeMap<&'a str, Work>,
}

/// What one device gets, unordered.
#[derive(Default)]
struct Work {
    seen: BTreeSet<(String, Op, String)>,
    written: Vec<(i64, Op, Arc<str>, Written)>,
}

impl<'a> Resolver<'a> {
    fn finish(mut self) -> Result<Plan, Vec<Mistake>> {
        let inventory = self.inventory;
        let mut devices = Vec::new();
        for device in &inventory.devices {
            let Some(work) = self.work.remove(device.name.as_str()) else {
                continue;
            };
            if let Some(platform) = self.packs.platform(&device.pack) {
                devices.push(work.into_plan(device, platform));
            }
        }
        if self.mistakes.is_empty() {
            return Ok(Plan::new(devices));
        }
        // A document for a role makes the same mistake on each of its devices; once is enough.
        let mut told: Vec<Mistake> = Vec::new();
        for mistake in self.mistakes {
            if !told.contains(&mistake) {
                told.push(mistake);
            }
        }
        Err(told)
    }

    fn document(&mut self, document: &Document) {
        for device in self.targets(document) {
            let Some(platform) = self.packs.platform(&device.pack) else {
                let what = match device.pack.as_str() {
                    "" => format!("`{}` has no pack", device.name),
                    pack => format!("`{}` has the pack `{pack}`, which there isn't", device.name),
                };
                let known: Vec<&str> = self.packs.names().collect();
                self.refuse(
                    document,
                    "",
                    what,
                    &format!("the packs are: {}", known.join(", ")),
                );
                continue;
            };
            for feature in &document.features {
                self.feature(document, feature, device, platform);
            }
        }
    }

    fn targets(&mut self, document: &Document) -> Vec<&'a Device> {
        let inventory = self.inventory;
        match &document.target {
            Target::Device(name) => self.named(document, "device", name).into_iter().collect(),
            Target::Devices(names) => names
                .iter()
                .enumerate()
                .filter_map(|(index, name)| {
                    self.named(document, &format!("devices[{index}]"), name)
                })
                .collect(),
            Target::Role(role) => {
                let devices = inventory.with_role(role);
                if devices.is_empty() {
                    let roles: BTreeSet<&str> = inventory
                        .devices
                        .iter()
                        .flat_map(|device| device.role.iter().chain(&device.groups))
                        .map(String::as_str)
                        .collect();
                    let roles: Vec<&str> = roles.into_iter().collect();
                    let what = format!("no device of the topology has the role `{role}`");
                    let hint = format!("the roles are: {}", roles.join(", "));
                    self.refuse(document, "role", what, &hint);
                }
                devices
            }
        }
    }

    fn named(&mut self, document: &Document, path: &str, name: &str) -> Option<&'a Device> {
        let inventory = self.inventory;
        let device = inventory.device(name);
        if device.is_none() {
            let what = format!("the topology has no device `{name}`");
            let hint = match nearest(name, inventory.devices.iter().map(|d| d.name.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "check the name in the topology file".to_string(),
            };
            self.refuse(document, path, what, &hint);
        }
        device
    }

    fn feature(
        &mut self,
        document: &Document,
        feature: &Feature,
        device: &'a Device,
        platform: &Platform,
    ) {
        let Some(writer) = platform.writer(&feature.writer) else {
            return self.refuse_writer(document, feature, device, platform);
        };
        let locator_set = locator_set(&self.inventory.name, &device.name);
        let facts = Facts {
            device: &device.name,
            role: device.role.as_deref(),
            platform: platform.name(),
            locator_set: &locator_set,
        };
        let text = FeatureText {
            op: feature.op,
            key: &feature.key,
            fields: &feature.fields,
            file: &document.file,
            positions: &document.positions,
            path: &feature.path,
        };
        let Some(written) = writer.write(text, facts, &mut self.mistakes) else {
            return;
        };
        self.check_length(document, feature, platform, &written);
        self.check_letters(document, feature, platform, &written);
        let key = feature.key.as_text().unwrap_or_default();
        let title = format!("{} {} {key}", feature.op, feature.writer);
        let work = self.work.entry(&device.name).or_default();
        if !work.seen.insert((feature.writer.clone(), feature.op, key)) {
            let what = format!("`{title}` stands twice for `{}`", device.name);
            let hint = "say it once; the other may stand in another file or document";
            self.refuse_at(document, &feature.path, what, hint);
            return;
        }
        work.add(feature.op, title.into(), written);
    }

    fn refuse_writer(
        &mut self,
        document: &Document,
        feature: &Feature,
        device: &Device,
        platform: &Platform,
    ) {
        let path = format!("{}.writer", feature.path);
        let writer = &feature.writer;
        if self.packs.writers().any(|known| known == writer) {
            let taken: Vec<&str> = platform.writers().map(|writer| writer.name()).collect();
            let what = format!(
                "`{}` ({}) doesn't take `{writer}`",
                device.name,
                platform.name()
            );
            let hint = match taken.as_slice() {
                [] => format!("no writer is for {}; leave the device out", platform.name()),
                taken => format!("it takes: {}", taken.join(", ")),
            };
            self.refuse_at(document, &path, what, &hint);
        } else {
            let known: Vec<&str> = self.packs.writers().collect();
            let hint = match nearest(writer, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? `programmer writers` lists them all"),
                None => format!("the writers are: {}", known.join(", ")),
            };
            self.refuse_at(
                document,
                &path,
                format!("the writer `{writer}` is unknown"),
                &hint,
            );
        }
    }

    /// A line that a device cuts off would be a different line.
    fn check_length(
        &mut self,
        document: &Document,
        feature: &Feature,
        platform: &Platform,
        written: &Written,
    ) {
        let bytes_max = platform.expect().line_bytes_max;
        let lines = written.lines.iter().flat_map(|line| line.text.lines());
        for line in lines.filter(|line| line.len() > bytes_max) {
            let what = format!("the line `{line:.40}...` has {} bytes", line.len());
            let hint = format!(
                "{} reads lines of {bytes_max} bytes; shorten a field",
                platform.name()
            );
            self.refuse_at(document, &feature.path, what, &hint);
        }
    }

    /// A terminal line that reads 7 bits would make another line of it, and another one of what is echoed.
    fn check_letters(
        &mut self,
        document: &Document,
        feature: &Feature,
        platform: &Platform,
        written: &Written,
    ) {
        if platform.rules().letters() != Letters::Refuse {
            return;
        }
        for line in written.lines.iter().filter(|line| !line.text.is_ascii()) {
            let what = format!("the line `{:.40}` has letters outside ASCII", line.text);
            let hint = format!("{} reads 7 bits; write it without accents", platform.name());
            self.refuse_at(document, &feature.path, what, &hint);
        }
    }

    fn refuse(&mut self, document: &Document, within: &str, message: String, hint: &str) {
        let path = if within.is_empty() {
            document.path.clone()
        } else {
            document.path_of(within)
        };
        self.refuse_at(document, &path, message, hint);
    }

    fn refuse_at(&mut self, document: &Document, path: &str, message: String, hint: &str) {
        let at = place(&document.positions, path);
        self.mistakes
            .push(Mistake::new(&document.file, message).at(at).hint(hint));
    }
}

impl Work {
    /// Adds a feature, each of its parts with the part's place.
    fn add(&mut self, op: Op, title: Arc<str>, written: Written) {
        let mut secrets = written.secrets;
        for part in written.lines.chunk_by(|one, next| one.order == next.order) {
            let order = part.first().map_or(0, |line| line.order);
            let part = Written {
                lines: part.to_vec(),
                secrets: std::mem::take(&mut secrets),
            };
            self.written.push((order, op, Arc::clone(&title), part));
        }
    }

    fn into_plan(mut self, device: &Device, platform: &Platform) -> DevicePlan {
        self.written.sort_by_key(|(order, op, ..)| match op {
            Op::Create | Op::Modify if *order >= 0 => (1, *order),
            _ => (0, -order.abs()),
        });
        let credentials = &device.credentials;
        let logins = [
            credentials.password.clone(),
            credentials.enable_password().clone(),
        ];
        let secrets = self
            .written
            .iter()
            .flat_map(|(.., written)| written.secrets.iter().cloned());
        let mask = Mask::new(logins.into_iter().chain(secrets.collect::<Vec<Secret>>()));
        let mask = mask.at(&platform.expect().secrets);
        let lines = self.written.into_iter().flat_map(|(_, _, title, written)| {
            let line = |line: crate::packs::RenderedLine| {
                let exec = line.exec;
                let planned =
                    PlanLine::new(line.text, line.depth, line.mode, Arc::clone(&title), &mask)
                        .answering(line.answers);
                if exec { planned.at_exec() } else { planned }
            };
            written.lines.into_iter().map(line).collect::<Vec<_>>()
        });
        let lines = lines.collect();
        let mut device = device.clone();
        device.reach.offer = Some(platform.expect().ssh.offer(device.reach.legacy));
        let expect = platform.expect().set(&device.expect);
        let rules = Arc::clone(platform.rules());
        DevicePlan::new(device, expect, rules, lines, mask)
    }
}

/// The locator set of a device whose document names none: `rloc_` and a UUID that follows from the names
/// of topology and device, so that it never changes.
fn locator_set(topology: &str, device: &str) -> String {
    let high = fingerprint(&format!("{topology}/{device}"));
    let low = fingerprint(&format!("{device}/{topology}"));
    format!(
        "rloc_{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// FNV-1a, 64 bits: the same on every machine, and no secret depends on it.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The name that differs from `name` in at most two letters, if there is one.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|known| (distance(&name.to_lowercase(), &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= 2)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many letters must be put in, left out or changed to turn `a` into `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (other, pair) in b.iter().zip(row.windows(2)) {
            let [diagonal, above] = pair else { continue };
            let left = next.last().copied().unwrap_or_default();
            next.push(
                (diagonal + usize::from(letter != *other))
                    .min(above + 1)
                    .min(left + 1),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
