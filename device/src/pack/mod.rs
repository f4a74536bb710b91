//! Device packs: what a platform is, read once and shared by all its devices.
//!
//! [`source`] reads the files, [`compile`] turns those of a pack and of all that it extends into one immutable
//! [`Grammar`], and [`Platform`] is that with one of the pack's models. Every mistake of every file is found in one
//! run.

mod compile;
mod definition;
mod effect;
mod files;
mod fill;
mod grammar;
mod platform;
mod source;
mod templates;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yaml::Mistake;

pub use definition::{
    CONFIG, CommandDef, Condition, EXEC, Key, Mode, ModeId, Place, Requirement, StatementDef,
};
pub use effect::{ConfigEffect, ExecEffect};
pub use files::{Bang, SshOffer, Timing};
pub use fill::{Fill, Filter};
pub use grammar::Grammar;
pub use platform::Platform;

use source::Source;

/// All packs that a fleet may use.
#[derive(Debug, Default)]
pub struct Packs {
    summaries: Vec<Summary>,
    platforms: BTreeMap<(String, String), Arc<Platform>>,
}

/// One line about a pack, for `fleet packs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The pack's name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Its models; the first is the default.
    pub models: Vec<String>,
}

/// How many packs may extend each other in a row.
const CHAIN_MAX: usize = 8;

impl Packs {
    /// Reads packs from their files: path below the packs' folder (`ios-xe/pack.yaml`) → text.
    ///
    /// # Errors
    ///
    /// Every mistake of every file.
    pub fn load(files: &BTreeMap<String, String>) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let sources = sources(files, &mut mistakes);
        let mut packs = Self::default();
        for source in sources.values() {
            let Some(chain) = chain(source, &sources, &mut mistakes) else {
                continue;
            };
            if !source.pack.content.is_abstract {
                packs.add(&chain, &mut mistakes);
            }
        }
        let mut seen = BTreeSet::new();
        mistakes.retain(|mistake| seen.insert(mistake.report()));
        if mistakes.is_empty() {
            Ok(packs)
        } else {
            Err(mistakes)
        }
    }

    fn add(&mut self, chain: &[&Source], mistakes: &mut Vec<Mistake>) {
        let Some(pack) = chain.last().map(|source| &source.pack.content) else {
            return;
        };
        let platforms = platform::platforms(chain, mistakes);
        let models = platforms
            .iter()
            .map(|platform| platform.model().to_string())
            .collect();
        for platform in platforms {
            self.platforms.insert(
                (pack.name.clone(), platform.model().to_string()),
                Arc::new(platform),
            );
        }
        self.summaries.push(Summary {
            name: pack.name.clone(),
            about: pack.about.clone(),
            models,
        });
    }

    /// The packs that a topology may name.
    #[must_use]
    pub fn summaries(&self) -> Vec<Summary> {
        self.summaries.clone()
    }

    /// The platform of a pack and model (`None`: the default model).
    #[must_use]
    pub fn platform(&self, pack: &str, model: Option<&str>) -> Option<Arc<Platform>> {
        let summary = self.summaries.iter().find(|summary| summary.name == pack)?;
        let model = model.or_else(|| summary.models.first().map(String::as_str))?;
        self.platforms
            .get(&(pack.to_string(), model.to_string()))
            .cloned()
    }
}

fn sources(
    files: &BTreeMap<String, String>,
    mistakes: &mut Vec<Mistake>,
) -> BTreeMap<String, Source> {
    let mut folders: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (path, text) in files {
        if let Some((folder, rest)) = path.split_once('/') {
            folders.entry(folder).or_default().insert(rest, text);
        }
    }
    let mut sources = BTreeMap::new();
    for (folder, files) in folders {
        if !files.contains_key("pack.yaml") {
            let hint = "every folder is a pack and begins with its pack.yaml";
            mistakes.push(Mistake::new(folder, "there is no pack.yaml").hint(hint));
            continue;
        }
        let Some(source) = Source::read(folder, &files, mistakes) else {
            continue;
        };
        if source.pack.content.name != folder {
            let message = format!("the pack's folder is called `{folder}`");
            mistakes.push(
                source
                    .pack
                    .mistake("name", message)
                    .hint("give both the same name"),
            );
        }
        sources.insert(folder.to_string(), source);
    }
    sources
}

/// A pack and all that it extends, the most general first.
fn chain<'a>(
    source: &'a Source,
    sources: &'a BTreeMap<String, Source>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Vec<&'a Source>> {
    let mut chain = vec![source];
    while let Some(parent) = chain
        .last()
        .and_then(|last| last.pack.content.extends.as_ref())
    {
        let child = chain[chain.len() - 1];
        let found = sources.get(parent).filter(|_| chain.len() < CHAIN_MAX);
        let Some(found) = found else {
            let message = format!("there is no pack `{parent}` to extend, or it extends itself");
            mistakes.push(child.pack.mistake("extends", message));
            return None;
        };
        chain.push(found);
    }
    chain.reverse();
    Some(chain)
}

fn condition(name: &str) -> Option<Condition> {
    match name {
        "routed" => Some(Condition::Routed),
        "switched" => Some(Condition::Switched),
        "physical" => Some(Condition::Physical),
        _ => None,
    }
}
