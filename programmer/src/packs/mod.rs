//! The programmer's half of the device packs: `expect.yaml`, `running.yaml` and `writers/`.
//!
//! A platform is a folder. What it `extends` completes it: keys of `expect.yaml` that it lacks, and writers
//! that it has no file for. Nothing of the emulator's half is read here, so that each judges the other.

mod address;
mod checkpoint;
mod expect;
mod expect_file;
mod field;
mod kind;
mod marks;
mod pattern;
mod raw;
mod rendered;
pub mod schema;
mod settings;
mod source;
mod ssh;
mod velocity;
mod velocity_expression;
mod writer;
mod writer_file;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use checkpoint::Checkpoint;
pub use expect::{EnableCondition, Expect, Timeouts};
pub use field::Field;
pub use pattern::Pattern;
pub use rendered::RenderedLine;
pub use settings::{BadSetting, Settings};
pub use source::PackSource;
pub use ssh::SshAlgorithms;
pub use writer::{Facts, FeatureText, Writer, Written};
use yaml::{Mistake, Positions};

use crate::config::Rules;
use expect::Place;
use expect_file::ExpectFile;

/// A chain of `extends` longer than this is taken for a circle.
const EXTENDS_MAX: usize = 8;

/// Every platform that the programmer knows.
#[derive(Debug)]
pub struct Packs {
    platforms: BTreeMap<String, Platform>,
    writers: BTreeSet<String>,
}

/// One platform: how to talk to it, and what can be written for it.
#[derive(Debug)]
pub struct Platform {
    name: String,
    about: String,
    also_called: Vec<String>,
    expect: Arc<Expect>,
    rules: Arc<Rules>,
    writers: BTreeMap<String, Arc<Writer>>,
}

impl Packs {
    /// Loads and checks every platform.
    ///
    /// # Errors
    ///
    /// Every mistake in every pack file.
    pub fn load(source: &PackSource) -> Result<Self, Vec<Mistake>> {
        let mut loader = Loader {
            source,
            mistakes: Vec::new(),
            rules: BTreeMap::new(),
        };
        let platforms: BTreeMap<String, Platform> = source
            .platforms()
            .into_iter()
            .filter_map(|name| Some((name.clone(), loader.platform(&name)?)))
            .collect();
        if !loader.mistakes.is_empty() {
            return Err(loader.mistakes);
        }
        let writers = platforms
            .values()
            .flat_map(|p| p.writers.keys().cloned())
            .collect();
        Ok(Self { platforms, writers })
    }

    /// The platform of that name, or the one that other programs call so.
    #[must_use]
    pub fn platform(&self, name: &str) -> Option<&Platform> {
        let also = |platform: &&Platform| platform.also_called.iter().any(|other| other == name);
        let found = self.platforms.get(name);
        found.or_else(|| self.platforms.values().find(also))
    }

    /// The names of the platforms, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.platforms.keys().map(String::as_str)
    }

    /// The names of the writers that any platform takes, sorted.
    pub fn writers(&self) -> impl Iterator<Item = &str> {
        self.writers.iter().map(String::as_str)
    }
}

impl Platform {
    /// The folder's name, e.g. `catalyst-9300`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the platform is.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// How to talk to it.
    #[must_use]
    pub fn expect(&self) -> &Arc<Expect> {
        &self.expect
    }

    /// What must be known to read and compare its configuration.
    #[must_use]
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The writer of that name, if the platform takes it.
    #[must_use]
    pub fn writer(&self, name: &str) -> Option<&Arc<Writer>> {
        self.writers.get(name)
    }

    /// The writers that it takes, by name.
    pub fn writers(&self) -> impl Iterator<Item = &Arc<Writer>> {
        self.writers.values()
    }
}

/// Loads platforms and keeps the mistakes.
struct Loader<'a> {
    source: &'a PackSource,
    mistakes: Vec<Mistake>,
    /// What was compiled for the same files: most platforms have no `running.yaml` of their own.
    rules: BTreeMap<Vec<String>, Arc<Rules>>,
}

impl Loader<'_> {
    fn platform(&mut self, name: &str) -> Option<Platform> {
        let (file, chain) = self.expect_file(name)?;
        let about = file.about.clone().unwrap_or_default();
        let taken = file.takes.clone().unwrap_or_default();
        let also_called = file.also_called.clone();
        let path = format!("{name}/expect.yaml");
        let positions = self
            .source
            .read(&path)
            .ok()?
            .map(|text| Positions::of(&text))?;
        let place = Place {
            file: &self.source.name_of(&path),
            positions: &positions,
        };
        let compiled = Expect::compile(file, &place);
        let expect = self.keep(compiled)?;
        let writers: BTreeMap<_, _> = taken
            .iter()
            .filter_map(|writer| Some((writer.clone(), self.writer(writer, &chain, &place)?)))
            .collect();
        let rules = self.rules(&chain)?;
        if !writers.is_empty() && rules.reads().is_empty() {
            let mistake = Mistake::new(place.file, "nobody says what shows its configuration");
            let hint = "add running.yaml with `reads`, or extend a platform that has it";
            self.mistakes
                .push(mistake.at(place.positions.get("takes")).hint(hint));
        }
        Some(Platform {
            name: name.to_string(),
            about,
            also_called,
            expect: Arc::new(expect),
            rules,
            writers,
        })
    }

    /// A platform's file completed by those that it extends, and the folders they came from.
    fn expect_file(&mut self, name: &str) -> Option<(ExpectFile, Vec<String>)> {
        let mut chain = vec![name.to_string()];
        let mut file = self.read::<ExpectFile>(&format!("{name}/expect.yaml"))?;
        while let Some(base) = file.extends.clone() {
            let path = format!("{name}/expect.yaml");
            if chain.len() >= EXTENDS_MAX {
                let mistake =
                    Mistake::new(self.source.name_of(&path), "`extends` goes in a circle");
                self.mistakes
                    .push(mistake.hint("let the shared platform extend nothing"));
                return None;
            }
            let base_file = self.read::<ExpectFile>(&format!("{base}/expect.yaml"))?;
            file = file.over(base_file);
            chain.push(base);
        }
        Some((file, chain))
    }

    /// The rules of the chain's `running.yaml` files, nearest first.
    fn rules(&mut self, chain: &[String]) -> Option<Arc<Rules>> {
        let mut files = Vec::new();
        for path in chain
            .iter()
            .map(|platform| format!("{platform}/running.yaml"))
        {
            let read = self.source.read(&path);
            let text = self.keep(read)?;
            files.extend(text.map(|text| (self.source.name_of(&path), text)));
        }
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        if let Some(known) = self.rules.get(&names) {
            return Some(Arc::clone(known));
        }
        let compiled = Rules::compile(&files).map_err(|mistakes| self.mistakes.extend(mistakes));
        let rules = Arc::new(compiled.ok()?);
        self.rules.insert(names, Arc::clone(&rules));
        Some(rules)
    }

    /// The writer's file of the first folder in the chain that has one.
    fn writer(&mut self, name: &str, chain: &[String], place: &Place<'_>) -> Option<Arc<Writer>> {
        let file = name.to_lowercase();
        let paths = chain
            .iter()
            .map(|platform| format!("{platform}/writers/{file}.yaml"));
        for path in paths {
            let read = self.source.read(&path);
            let Some(text) = self.keep(read)? else {
                continue;
            };
            let compiled = Writer::compile(&self.source.name_of(&path), &text, name);
            return self.keep(compiled).map(Arc::new);
        }
        let mistake = Mistake::new(place.file, format!("no file for the writer `{name}`"));
        let hint = format!("add writers/{file}.yaml to this platform or to one that it extends");
        self.mistakes
            .push(mistake.at(place.positions.get("takes")).hint(hint));
        None
    }

    fn read<T: serde::de::DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        let file = self.source.name_of(path);
        let read = self.source.read(path).and_then(|text| match text {
            Some(text) => yaml::read(&file, &text),
            None => Err(Mistake::new(&file, "there is no such file")
                .hint("`extends` names a folder that has an expect.yaml")),
        });
        self.keep(read)
    }

    fn keep<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pack_in_the_binary_is_sound() {
        match Packs::load(&PackSource::embedded()) {
            Ok(packs) => assert!(packs.names().count() >= 8),
            Err(mistakes) => panic!(
                "{}",
                mistakes
                    .iter()
                    .map(Mistake::report)
                    .collect::<Vec<_>>()
                    .join("\n")
            ),
        }
    }
}
