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
    CONFIG, CommandDef, Condition, EXEC, Key, Lock, Mode, ModeId, Place, Requirement, StatementDef,
};
pub use effect::{ConfigEffect, ExecEffect};
pub use files::{Bang, SshOffer, Timing};
pub use fill::{Fill, Filter};
pub use grammar::Grammar;
pub use platform::Platform;
pub use source::{has_file, has_folder};

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
    platforms: OnceLock<Result<Vec<Arc<Platform>>, Vec<Mistake>>>,
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
            self.platforms(pack);
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
            .filter_map(|pack| pack.platforms.get()?.as_ref().err())
            .flatten();
        let mut seen = BTreeSet::new();
        of_files
            .chain(of_meaning)
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
        let platforms = self.platforms(pack).as_ref().ok()?;
        platforms
            .iter()
            .find(|platform| platform.model() == model)
            .cloned()
    }

    fn platforms<'p>(&self, pack: &'p Pack) -> &'p Result<Vec<Arc<Platform>>, Vec<Mistake>> {
        pack.platforms.get_or_init(|| {
            let mut mistakes = Vec::new();
            let Some(chain) = self.chain(pack, &mut mistakes) else {
                return Err(mistakes);
            };
            let platforms = platform::platforms(&chain, &mut mistakes);
            if mistakes.is_empty() {
                Ok(platforms.into_iter().map(Arc::new).collect())
            } else {
                Err(mistakes)
            }
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
            summary: Summary {
                name: file.name,
                about: file.about,
                models,
            },
            extends: file.extends,
            is_abstract: file.is_abstract,
            source: OnceLock::new(),
            platforms: OnceLock::new(),
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
        "physical" => Some(Condition::Physical),
        _ => None,
    }
}
