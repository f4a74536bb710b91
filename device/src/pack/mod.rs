//! Device packs: what a platform is, read once and shared by all its devices.
//!
//! `source` reads the files, `compile` turns those of a pack and of all that it extends into one immutable
//! [`Grammar`], and [`Platform`] is that with one of the pack's models. Every mistake of every file is found in one
//! run.

mod compile;
mod definition;
mod effect;
mod files;
mod fill;
mod grammar;
mod hardware;
mod platform;
mod source;
mod storage;
mod templates;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use yaml::Mistake;

pub use definition::{
    CONFIG, CommandDef, Condition, EXEC, KeptNo, Key, Lock, Mode, ModeId, Place, Requirement,
    StatementDef,
};
pub use effect::{ConfigEffect, ExecEffect};
pub use files::{Bang, By, Release, Sort, SshOffer, Timing};
pub use fill::{Fill, Filter};
pub use grammar::Grammar;
pub use platform::Platform;
pub use source::{has_file, has_folder};

use platform::Family;
use source::Source;

/// All packs that a fleet may use. One is compiled when the first device of it is asked for, and not before.
#[derive(Debug, Default)]
pub struct Packs {
    files: BTreeMap<String, String>,
    packs: BTreeMap<String, Pack>,
}

/// A pack, known by its `pack.yaml`; the rest is read when it is needed.
#[derive(Debug)]
struct Pack {
    summary: Summary,
    extends: Option<String>,
    is_abstract: bool,
    source: OnceLock<(Option<Source>, Vec<Mistake>)>,
    family: OnceLock<Compiled<Family>>,
    /// By model.
    platforms: BTreeMap<String, OnceLock<Compiled<Arc<Platform>>>>,
}

/// What became of files, or what is wrong with them.
type Compiled<T> = Result<T, Vec<Mistake>>;

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
    /// Takes packs by their files: path below the packs' folder (`ios-xe/pack.yaml`) → text.
    ///
    /// # Errors
    ///
    /// Every mistake of every `pack.yaml`. Mistakes in other files are told by [`Packs::mistakes`] once a platform was
    /// asked for that needs them, and by [`Packs::check`].
    pub fn load(files: &BTreeMap<String, String>) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut packs = Self {
            files: files.clone(),
            packs: BTreeMap::new(),
        };
        let folders: BTreeSet<&str> = files
            .keys()
            .filter_map(|path| Some(path.split_once('/')?.0))
            .collect();
        for folder in folders {
            match packs.head(folder) {
                Ok(pack) => _ = packs.packs.insert(folder.to_string(), pack),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if mistakes.is_empty() {
            Ok(packs)
        } else {
            Err(mistakes)
        }
    }

    /// Compiles every pack, and returns every mistake of every file, each once.
    #[must_use]
    pub fn check(&self) -> Vec<Mistake> {
        for pack in self.packs.values().filter(|pack| !pack.is_abstract) {
            for model in &pack.summary.models {
                self.model(pack, model);
            }
        }
        self.mistakes()
    }

    /// The mistakes of the packs that were asked for.
    #[must_use]
    pub fn mistakes(&self) -> Vec<Mistake> {
        let of_files = self
            .packs
            .values()
            .filter_map(|pack| pack.source.get())
            .flat_map(|(_, mistakes)| mistakes);
        let of_meaning = self
            .packs
            .values()
            .filter_map(|pack| pack.family.get()?.as_ref().err());
        let of_models = self
            .packs
            .values()
            .flat_map(|pack| pack.platforms.values())
            .filter_map(|platform| platform.get()?.as_ref().err());
        let mut seen = BTreeSet::new();
        of_files
            .chain(of_meaning.flatten())
            .chain(of_models.flatten())
            .filter(|mistake| seen.insert(mistake.report()))
            .cloned()
            .collect()
    }

    /// The packs that a topology may name.
    #[must_use]
    pub fn summaries(&self) -> Vec<Summary> {
        self.packs
            .values()
            .filter(|pack| !pack.is_abstract)
            .map(|pack| pack.summary.clone())
            .collect()
    }

    /// The platform of a pack and model (`None`: the default model). There is none if the pack or model is unknown, or
    /// if the pack has mistakes ([`Packs::mistakes`]).
    #[must_use]
    pub fn platform(&self, pack: &str, model: Option<&str>) -> Option<Arc<Platform>> {
        let pack = self.packs.get(pack).filter(|pack| !pack.is_abstract)?;
        let model = model.or_else(|| pack.summary.models.first().map(String::as_str))?;
        self.model(pack, model)
    }

    /// The platform that fits a configuration: the model whose ports it names, equipped with whatever it lacks.
    #[must_use]
    pub fn fitting(&self, pack: &str, config: &str) -> Option<Arc<Platform>> {
        let pack = self.packs.get(pack).filter(|pack| !pack.is_abstract)?;
        let family = self.family(pack).as_ref().ok()?;
        let best = self.model(pack, family.fitting(&pack.summary.models, config)?)?;
        Some(best.equipped_for(config).map_or(best, Arc::new))
    }

    fn model(&self, pack: &Pack, model: &str) -> Option<Arc<Platform>> {
        let family = self.family(pack).as_ref().ok()?;
        let platform = pack.platforms.get(model)?.get_or_init(|| {
            let mut mistakes = Vec::new();
            let chain = self.chain(pack, &mut mistakes).unwrap_or_default();
            let platform = family.platform(&chain, model, &mut mistakes);
            mistakes
                .is_empty()
                .then(|| Arc::new(platform))
                .ok_or(mistakes)
        });
        platform.as_ref().ok().cloned()
    }

    fn family<'p>(&self, pack: &'p Pack) -> &'p Compiled<Family> {
        pack.family.get_or_init(|| {
            let mut mistakes = Vec::new();
            let Some(chain) = self.chain(pack, &mut mistakes) else {
                return Err(mistakes);
            };
            let family = Family::compile(&chain, &mut mistakes);
            mistakes.is_empty().then_some(family).ok_or(mistakes)
        })
    }

    /// The files of a folder, by their paths below it.
    fn files_of(&self, folder: &str) -> BTreeMap<&str, &str> {
        let below = format!("{folder}/");
        let files = self
            .files
            .range(below.clone()..)
            .take_while(|(path, _)| path.starts_with(&below));
        files
            .map(|(path, text)| (&path[below.len()..], text.as_str()))
            .collect()
    }

    /// What `pack.yaml` says.
    fn head(&self, folder: &str) -> Result<Pack, Mistake> {
        let path = format!("{folder}/pack.yaml");
        let Some(text) = self.files.get(&path) else {
            let hint = "every folder is a pack and begins with its pack.yaml";
            return Err(Mistake::new(folder, "there is no pack.yaml").hint(hint));
        };
        let file: files::PackFile = yaml::read(&path, text)?;
        if file.name != folder {
            let mistake = Mistake::new(&path, format!("the pack's folder is called `{folder}`"));
            let at = yaml::Positions::of(text).get("name");
            return Err(mistake.at(at).hint("give both the same name"));
        }
        let default = file.model.clone().unwrap_or_else(|| file.name.clone());
        let mut models = vec![default.clone()];
        models.extend(
            file.models
                .keys()
                .filter(|model| **model != default)
                .cloned(),
        );
        Ok(Pack {
            platforms: models
                .iter()
                .map(|model| (model.clone(), OnceLock::new()))
                .collect(),
            summary: Summary {
                name: file.name,
                about: file.about,
                models,
            },
            extends: file.extends,
            is_abstract: file.is_abstract,
            source: OnceLock::new(),
            family: OnceLock::new(),
        })
    }

    fn source<'p>(&self, pack: &'p Pack) -> Option<&'p Source> {
        let read = || {
            let mut mistakes = Vec::new();
            let folder = &pack.summary.name;
            let source = Source::read(folder, &self.files_of(folder), &mut mistakes);
            (source, mistakes)
        };
        pack.source.get_or_init(read).0.as_ref()
    }

    /// A pack and all that it extends, the most general first.
    fn chain<'p>(&'p self, pack: &'p Pack, mistakes: &mut Vec<Mistake>) -> Option<Vec<&'p Source>> {
        let mut chain = vec![self.source(pack)?];
        let mut last = pack;
        while let Some(parent) = &last.extends {
            let found = self.packs.get(parent).filter(|_| chain.len() < CHAIN_MAX);
            let Some(found) = found else {
                let message =
                    format!("there is no pack `{parent}` to extend, or it extends itself");
                mistakes.push(self.source(last)?.pack.mistake("extends", message));
                return None;
            };
            chain.push(self.source(found)?);
            last = found;
        }
        chain.reverse();
        // A file that can't be read leaves a hole; what follows from the hole would only hide the mistake.
        let whole = self
            .packs
            .values()
            .all(|pack| pack.source.get().is_none_or(|(_, m)| m.is_empty()));
        whole.then_some(chain)
    }
}

fn condition(name: &str) -> Option<Condition> {
    match name {
        "routed" => Some(Condition::Routed),
        "switched" => Some(Condition::Switched),
        "switchable" => Some(Condition::Switchable),
        "physical" => Some(Condition::Physical),
        _ => None,
    }
}
