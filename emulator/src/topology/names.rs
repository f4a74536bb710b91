//! Which name is which device, while a topology is read. A pattern stays one entry, however many names it stands for.

use std::collections::HashMap;

use super::name::NamePattern;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// The device with this number.
    Device(usize),
    /// A device with a mistake, which is told; what refers to it is not judged.
    Spoilt,
}

/// All names.
#[derive(Debug, Default)]
pub(super) struct Names {
    single: HashMap<String, Known>,
    patterns: Vec<(NamePattern, Known)>,
}

impl Names {
    /// What a name stands for.
    pub(super) fn get(&self, name: &str) -> Option<Known> {
        let single = self.single.get(name).copied();
        single.or_else(|| {
            let mut patterns = self.patterns.iter();
            patterns.find_map(|(pattern, first)| Some(first.after(pattern.index(name)?)))
        })
    }

    /// The first of these names that something has already.
    pub(super) fn taken(&self, names: &NamePattern) -> Option<String> {
        if names.is_single() {
            return names.nth(0).filter(|name| self.get(name).is_some());
        }
        let single = self.single.keys().filter_map(|name| names.index(name));
        let patterns = self.patterns.iter();
        let patterns = patterns.filter_map(|(other, _)| names.first_shared(other));
        names.nth(single.chain(patterns).min()?)
    }

    /// Adds names that nothing has yet; `first` is what the first of them stands for.
    pub(super) fn insert(&mut self, names: NamePattern, first: Known) {
        match names.nth(0).filter(|_| names.is_single()) {
            Some(name) => self.insert_one(name, first),
            None => self.patterns.push((names, first)),
        }
    }

    /// Adds one name.
    pub(super) fn insert_one(&mut self, name: String, known: Known) {
        self.single.insert(name, known);
    }

    /// Every name.
    pub(super) fn all(&self) -> impl Iterator<Item = String> {
        let patterns = self.patterns.iter();
        let patterns = patterns
            .flat_map(|(pattern, _)| (0..pattern.count()).filter_map(|index| pattern.nth(index)));
        self.single.keys().cloned().chain(patterns)
    }
}

impl Known {
    /// What the name stands for that comes so many after this one's in a pattern.
    fn after(self, index: usize) -> Self {
        match self {
            Self::Device(first) => Self::Device(first + index),
            Self::Spoilt => Self::Spoilt,
        }
    }
}
