//! Turns the files of a pack and of all that it extends into a [`Grammar`].
//!
//! Nothing here stops at a mistake: it is noted, the entry is left out, and the rest is compiled, so that one run
//! tells all.

mod entries;
mod modes;
mod values;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use yaml::Mistake;

use super::definition::{CommandDef, ModeId};
use super::files::{self, GrammarFile};
use super::grammar::Grammar;
use super::source::{File, Source};
use super::templates;
use crate::grammar::graph::Lexicon;
use crate::grammar::syntax::{Fragments, Slot};
use crate::grammar::{Accept, Form, Target};

/// Compiles the packs of a chain, the most general first.
pub(super) fn compile(
    chain: &[&Source],
    features: &BTreeSet<String>,
    mistakes: &mut Vec<Mistake>,
) -> Grammar {
    let mut compiler = Compiler {
        features,
        mistakes,
        fragments: fragments(chain),
        help: BTreeMap::new(),
        ids: BTreeMap::new(),
        includes: Vec::new(),
        kinds: BTreeMap::new(),
        told: BTreeSet::new(),
        grammar: Grammar {
            modes: Vec::new(),
            statements: Vec::new(),
            commands: Vec::new(),
            templates: templates::environment(),
            births: Vec::new(),
            places: HashMap::new(),
        },
    };
    for source in chain {
        for file in &source.help {
            let texts = file
                .content
                .iter()
                .map(|(word, text)| (word.clone(), text.as_str().into()));
            compiler.help.extend(texts);
        }
    }
    compiler.modes(chain);
    compiler.places(chain);
    compiler.templates(chain);
    for file in chain.iter().flat_map(|source| &source.grammar) {
        if compiler.has(file.content.feature.as_ref()) {
            compiler.file(file);
        }
    }
    compiler.exits();
    compiler.grammar.finish();
    compiler.grammar
}

fn fragments(chain: &[&Source]) -> Fragments {
    let files = chain.iter().flat_map(|source| &source.grammar);
    files
        .flat_map(|file| file.content.fragments.clone())
        .collect()
}

struct Compiler<'a> {
    features: &'a BTreeSet<String>,
    mistakes: &'a mut Vec<Mistake>,
    fragments: Fragments,
    help: BTreeMap<String, Arc<str>>,
    ids: BTreeMap<String, ModeId>,
    /// For each mode, the modes that have its statements, itself included.
    includes: Vec<Vec<ModeId>>,
    kinds: BTreeMap<(ModeId, Box<str>), u16>,
    /// Keywords without help that were told already, by file.
    told: BTreeSet<(String, String)>,
    grammar: Grammar,
}

impl Compiler<'_> {
    fn unknown_mode<T>(&mut self, file: &File<T>, at: &str, name: &str) {
        let near = nearest(name, self.ids.keys());
        let mut mistake = file.mistake(at, format!("no mode is called `{name}`"));
        if let Some(near) = near {
            mistake = mistake.hint(format!("did you mean `{near}`?"));
        }
        self.mistakes.push(mistake);
    }

    fn push_command(&mut self, command: CommandDef) -> Accept {
        let index = u32::try_from(self.grammar.commands.len()).unwrap_or(u32::MAX);
        self.grammar.commands.push(command);
        Accept {
            target: Target::Command(index),
            form: Form::Set,
        }
    }

    fn has(&self, feature: Option<&files::OneOrMany>) -> bool {
        let holds = |one: &String| match one.strip_prefix("not ") {
            Some(other) => !self.features.contains(other),
            None => self.features.contains(one),
        };
        feature.is_none_or(|wanted| wanted.iter().all(holds))
    }
}

/// An entry of a grammar file.
struct At<'a> {
    file: &'a File<GrammarFile>,
    path: String,
}

impl At<'_> {
    fn mistake(&self, key: &str, message: impl Into<String>) -> Mistake {
        let message = message.into();
        let at = format!("{}.{key}", self.path);
        let mistake = self.file.mistake(&at, message.clone());
        if mistake.position().is_some() {
            mistake
        } else {
            self.file.mistake(&self.path, message)
        }
    }
}

/// Help texts: the entry's, then the file's, then the pack's.
struct Words<'a> {
    file: Option<&'a BTreeMap<String, String>>,
    entry: Option<&'a BTreeMap<String, String>>,
    shared: &'a BTreeMap<String, Arc<str>>,
    nothing: Arc<str>,
    missing: Vec<String>,
}

impl Words<'_> {
    fn find(&self, key: &str) -> Option<Arc<str>> {
        let own = [self.entry, self.file]
            .into_iter()
            .flatten()
            .find_map(|help| help.get(key));
        own.map(|text| text.as_str().into())
            .or_else(|| self.shared.get(key).cloned())
    }
}

impl Lexicon for Words<'_> {
    fn word(&mut self, word: &str) -> Arc<str> {
        self.find(word).unwrap_or_else(|| {
            self.missing.push(word.to_string());
            self.nothing.clone()
        })
    }

    fn slot(&mut self, slot: &Slot) -> Arc<str> {
        self.find(&format!("<{}>", slot.name))
            .unwrap_or_else(|| slot.kind.default_help().into())
    }
}

/// The known name that is written most like `name`, if any is.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    let shared = |other: &str| {
        name.bytes()
            .zip(other.bytes())
            .take_while(|(a, b)| a == b)
            .count()
    };
    known
        .max_by_key(|other| shared(other))
        .filter(|best| shared(best) >= 3)
}
