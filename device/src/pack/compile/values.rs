//! The values of an entry, each checked and turned into what a device uses.

use super::{At, Compiler};
use crate::grammar::syntax::Element;
use crate::pack::condition;
use crate::pack::definition::{Condition, Key, ModeId, Requirement};
use crate::pack::files::{self, KeyEntry};
use crate::pack::fill::Fill;

impl Compiler<'_> {
    pub(super) fn key(&mut self, at: &At<'_>, entry: &KeyEntry, elements: &[Element]) -> Key {
        match entry {
            KeyEntry::Word(word) if word == "all" => Key::Line,
            KeyEntry::Word(word) => {
                self.mistakes
                    .push(at.mistake("key", format!("a key is `all` or a list, not `{word}`")));
                Key::Line
            }
            KeyEntry::Names(names) => {
                for name in names {
                    if !elements
                        .iter()
                        .any(|element| element.binds_any(std::slice::from_ref(name)))
                    {
                        self.mistakes.push(at.mistake(
                            "key",
                            format!("the syntax has no slot or choice called `{name}`"),
                        ));
                    }
                }
                Key::Of(names.iter().map(|name| name.as_str().into()).collect())
            }
        }
    }

    pub(super) fn fill(&mut self, at: &At<'_>, key: &str, text: Option<&String>) -> Option<Fill> {
        match Fill::parse(text?) {
            Ok(fill) => Some(fill),
            Err(error) => {
                self.mistakes.push(at.mistake(key, error.to_string()));
                None
            }
        }
    }

    pub(super) fn fills(
        &mut self,
        at: &At<'_>,
        key: &str,
        texts: Option<&files::OneOrMany>,
    ) -> Vec<Fill> {
        let texts: Vec<&String> = texts.into_iter().flat_map(files::OneOrMany::iter).collect();
        texts
            .into_iter()
            .filter_map(|text| self.fill(at, key, Some(text)))
            .collect()
    }

    pub(super) fn requirement(
        &mut self,
        at: &At<'_>,
        key: &str,
        entry: Option<&files::Requirement>,
    ) -> Option<Requirement> {
        let entry = entry?;
        let lines = entry
            .line
            .iter()
            .filter_map(|line| self.fill(at, key, Some(line)))
            .collect();
        let below = entry
            .below
            .iter()
            .filter_map(|line| self.fill(at, key, Some(line)))
            .collect();
        Some(Requirement {
            lines,
            below,
            follows: entry.follows,
            says: self.fill(at, key, Some(&entry.says))?,
            copies: entry.copies.as_deref().map(Into::into),
        })
    }

    pub(super) fn condition(
        &mut self,
        at: &At<'_>,
        key: &str,
        name: Option<&str>,
    ) -> Option<Condition> {
        let name = name?;
        let found = condition(name);
        if found.is_none() {
            let mistake = at.mistake(key, format!("no condition is called `{name}`"));
            self.mistakes
                .push(mistake.hint("there are routed, switched and physical"));
        }
        found
    }

    pub(super) fn opens(&mut self, at: &At<'_>, name: Option<&str>) -> Option<ModeId> {
        let name = name?;
        let id = self.ids.get(name).copied();
        if id.is_none() {
            self.unknown_mode(at.file, &format!("{}.opens", at.path), name);
        }
        id
    }

    pub(super) fn effects<E>(
        &mut self,
        at: &At<'_>,
        names: Option<&files::OneOrMany>,
        parse: impl Fn(&str) -> Option<E>,
        known: &[&str],
    ) -> Vec<E> {
        let mut effects = Vec::new();
        for name in names.into_iter().flat_map(files::OneOrMany::iter) {
            match parse(name) {
                Some(effect) => effects.push(effect),
                None => {
                    let mistake = at.mistake("does", format!("no effect is called `{name}`"));
                    self.mistakes
                        .push(mistake.hint(format!("there are {}", known.join(", "))));
                }
            }
        }
        effects
    }
}
