//! Plays a case: each step's document becomes a plan, devices take its lines, and show what they then have.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use device::AccessPoint;
use programmer::inventory::{Inventory, PasswordOverride};
use programmer::packs::{PackSource, Packs};
use programmer::plan::{DevicePlan, Plan};
use programmer::resolve;
use programmer::rfs::{self, Document, Op};
use yaml::Mistake;

use crate::bench::{self, Bench};
use crate::case::{Case, Heading, Section, tidy};
use crate::rules;

/// The programmer's half of the packs, as it stands in the repository.
pub(crate) fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../device-packs");
        Packs::load(&PackSource::overridden_by(folder))
            .unwrap_or_else(|mistakes| panic!("{}", report(&mistakes)))
    })
}

/// The documents of a step.
pub(crate) fn documents(text: &str) -> Result<Vec<Document>, String> {
    let is_json = text.starts_with(['{', '[']);
    let name = if is_json { "rfs.json" } else { "rfs.yaml" };
    rfs::read(name, text).map_err(|mistakes| report(&mistakes))
}

/// Plays every step; the case as it then reads.
pub(crate) fn play(case: &Case, blessing: bool) -> Result<Case, String> {
    let mut site = Site::build(case.beginning())?;
    let mut sections = case.beginning().to_vec();
    for step in case.steps() {
        sections.extend(site.step(step, blessing)?);
    }
    site.finish(&mut sections, blessing)?;
    let claim = case.claim.clone();
    Ok(Case { claim, sections })
}

/// The devices of a case.
struct Site {
    inventory: Inventory,
    benches: BTreeMap<String, Bench>,
    /// What each device had before the first step.
    first: BTreeMap<String, String>,
    /// The devices of the last step, if it deletes something.
    lost: Vec<String>,
}

impl Site {
    fn build(sections: &[Section]) -> Result<Self, String> {
        let devices = sections
            .iter()
            .find(|section| section.heading == Heading::Devices)
            .ok_or("the case has no `DEVICES:`")?;
        let text = bench::topology(&devices.text);
        let inventory = Inventory::read("topology.yaml", &text, &PasswordOverride::default())
            .map_err(|mistakes| report(&mistakes))?;
        let mut site = Self {
            inventory,
            benches: BTreeMap::new(),
            first: BTreeMap::new(),
            lost: vec![],
        };
        for (seed, device) in (1_u64..).zip(&site.inventory.devices) {
            let access_points = access_points(sections, &device.name)?;
            let bench = Bench::boot(&device.name, &device.pack, None, seed, access_points)?;
            site.benches.insert(device.name.clone(), bench);
        }
        for section in sections {
            if let Heading::Before(name) = &section.heading {
                let expect = site.expect(name)?;
                let done = site.bench(name)?.configure(&section.text, &expect);
                done.map_err(|what| format!("BEFORE {name}: {what}"))?;
            }
        }
        for (name, bench) in &mut site.benches {
            site.first.insert(name.clone(), bench.running_config()?);
        }
        Ok(site)
    }

    fn expect(&self, name: &str) -> Result<std::sync::Arc<programmer::packs::Expect>, String> {
        let device = self
            .inventory
            .device(name)
            .ok_or(format!("no device is called {name}"))?;
        let platform = packs().platform(&device.pack).ok_or("no such pack")?;
        Ok(std::sync::Arc::clone(platform.expect()))
    }

    fn bench(&mut self, name: &str) -> Result<&mut Bench, String> {
        self.benches
            .get_mut(name)
            .ok_or(format!("no device is called {name}"))
    }

    /// Plays one step; its sections as they then read.
    fn step(&mut self, step: &[Section], blessing: bool) -> Result<Vec<Section>, String> {
        let (document, rest) = step.split_first().ok_or("an empty step")?;
        let documents = documents(&document.text)?;
        let mut sections = vec![document.clone()];
        let plan = match resolve::resolve(&documents, &self.inventory, packs()) {
            Ok(plan) => plan,
            Err(mistakes) => {
                let text = report(&mistakes);
                let told = rest
                    .iter()
                    .any(|section| section.heading == Heading::Refused);
                if !told {
                    return Err(format!("{}\n{text}", document.heading));
                }
                let heading = Heading::Refused;
                sections.push(Section { heading, text });
                return Ok(sections);
            }
        };
        self.lost = lost(&documents, &plan);
        for device in plan.devices() {
            sections.extend(self.push(device, document, rest, blessing)?);
        }
        for section in rest {
            sections.extend(self.shown(section)?);
        }
        Ok(sections)
    }

    /// Pushes the plan of one device; its lines.
    fn push(
        &mut self,
        plan: &DevicePlan,
        document: &Section,
        rest: &[Section],
        blessing: bool,
    ) -> Result<Vec<Section>, String> {
        let name = plan.device().name.clone();
        let heading = Heading::Cli(name.clone());
        if !blessing && !rest.iter().any(|section| section.heading == heading) {
            return Err(format!(
                "{}\n{name} gets lines, and the case has no `{heading}`",
                document.heading
            ));
        }
        let fails = Heading::Fails(name.clone());
        let told = rest.iter().any(|section| section.heading == fails);
        let mut sections = vec![Section {
            heading,
            text: text_of(plan),
        }];
        let rules = packs()
            .platform(&plan.device().pack)
            .ok_or("no such pack")?
            .rules();
        let bench = self.bench(&name)?;
        let pushed = if told {
            bench.push(plan.lines(), plan.expect())
        } else {
            rules::push(bench, plan.lines(), plan.expect(), rules)
        };
        match pushed {
            Ok(()) if told => {
                return Err(format!("{}\n{name} doesn't fail", document.heading));
            }
            Ok(()) => {}
            Err(what) if told => {
                self.bench(&name)?.leave(plan.expect());
                sections.push(Section {
                    heading: fails,
                    text: tidy(&what),
                });
            }
            Err(what) => {
                return Err(format!(
                    "{}\n{name}: {what}\n{}",
                    document.heading,
                    text_of(plan)
                ));
            }
        }
        Ok(sections)
    }

    /// What a device shows after a step.
    fn shown(&mut self, section: &Section) -> Result<Option<Section>, String> {
        let text = match &section.heading {
            Heading::RunningConfig(name, pattern) => self
                .bench(name)?
                .show(&format!("running-config | section {pattern}"))?,
            Heading::Show(name, command) => self.bench(name)?.show(command)?,
            Heading::Left(..) => section.text.clone(),
            _ => return Ok(None),
        };
        Ok(Some(Section {
            heading: section.heading.clone(),
            text: tidy(&text),
        }))
    }

    /// What the last step took away must be gone: the configuration is that of the beginning, or the case says why not.
    fn finish(&mut self, sections: &mut Vec<Section>, blessing: bool) -> Result<(), String> {
        for name in self.lost.clone() {
            let now = self.bench(&name)?.running_config()?;
            let text = difference(self.first.get(&name).map_or("", String::as_str), &now);
            let left = sections.iter_mut().find(
                |section| matches!(&section.heading, Heading::Left(device, _) if *device == name),
            );
            match left {
                Some(left) if !text.is_empty() || !blessing => left.text = text,
                Some(_) => sections
                    .retain(|s| !matches!(&s.heading, Heading::Left(device, _) if *device == name)),
                None if text.is_empty() => {}
                None => {
                    return Err(format!(
                        "{name} isn't what it was before the first step:\n{text}"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The access points that a case gives a controller.
fn access_points(sections: &[Section], controller: &str) -> Result<Vec<AccessPoint>, String> {
    let theirs = |section: &&Section| matches!(&section.heading, Heading::AccessPoints(name) if name == controller);
    let lines = sections
        .iter()
        .filter(theirs)
        .flat_map(|section| section.text.lines());
    lines.map(access_point).collect()
}

fn access_point(line: &str) -> Result<AccessPoint, String> {
    let [name, model, mac, address] = line.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("`{line}`: write NAME MODEL MAC ADDRESS"));
    };
    Ok(AccessPoint {
        name: name.to_string(),
        model: model.to_string(),
        serial: "KWC2345067A".to_string(),
        mac: mac.to_string(),
        radio_mac: mac.to_string(),
        address: address
            .parse()
            .map_err(|_| format!("{address} is no address"))?,
    })
}

/// The devices of a step that deletes something.
fn lost(documents: &[Document], plan: &Plan) -> Vec<String> {
    let deletes = documents
        .iter()
        .flat_map(|document| &document.features)
        .any(|feature| feature.op == Op::Delete);
    let names = plan
        .devices()
        .iter()
        .map(|device| device.device().name.clone());
    names.filter(|_| deletes).collect()
}

/// The lines of a plan, each feature below its title.
fn text_of(plan: &DevicePlan) -> String {
    let (mut text, mut feature) = (String::new(), "");
    for line in plan.lines().iter() {
        if line.feature() != feature {
            feature = line.feature();
            let _ = writeln!(text, "! {feature}");
        }
        let _ = writeln!(text, "{:depth$}{}", "", line.text(), depth = line.depth());
    }
    text
}

/// The lines that one configuration has and the other hasn't, each below the line it stands under.
pub(crate) fn difference(before: &str, after: &str) -> String {
    let (before, after) = (paths(before), paths(after));
    let missing = |from: &[String], of: &[String], sign: char| -> String {
        let gone = from.iter().filter(|line| !of.contains(line));
        gone.map(|line| format!("{sign} {line}\n")).collect()
    };
    let mut text = missing(&before, &after, '-') + &missing(&after, &before, '+');
    if text.is_empty() && before != after {
        text = "the same lines in another order\n".to_string();
    }
    text
}

/// Each line with those it stands under: `router bgp 65001 / address-family ipv4`.
fn paths(config: &str) -> Vec<String> {
    let mut above: Vec<(usize, &str)> = vec![];
    let mut paths = vec![];
    for line in config.lines() {
        let text = line.trim_start();
        if text.is_empty() || text.starts_with('!') {
            continue;
        }
        let depth = line.len() - text.len();
        above.retain(|(other, _)| *other < depth);
        above.push((depth, text));
        let words: Vec<&str> = above.iter().map(|(_, text)| *text).collect();
        paths.push(words.join(" / "));
    }
    paths
}

pub(crate) fn report(mistakes: &[Mistake]) -> String {
    mistakes
        .iter()
        .map(|mistake| format!("{}\n", mistake.report().trim_end()))
        .collect()
}
