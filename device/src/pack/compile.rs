//! Turns the files of a pack and of all that it extends into a [`Grammar`].
//!
//! Nothing here stops at a mistake: it is noted, the entry is left out, and the rest is compiled, so that one run
//! tells all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yaml::Mistake;

use super::definition::{
    CONFIG, CommandDef, EXEC, Key, Mode, ModeId, Place, Requirement, StatementDef,
};
use super::effect::{ConfigEffect, ExecEffect};
use super::files::{
    self, Bang, CommandEntry, GrammarFile, KeyEntry, ModeEntry, PlaceEntry, Sort, StatementEntry,
};
use super::fill::Fill;
use super::grammar::Grammar;
use super::source::{File, Source};
use super::{condition, templates};
use crate::grammar::graph::{Entry, Lexicon};
use crate::grammar::syntax::{self, Element, Fragments, Slot};
use crate::grammar::{Accept, Form, Graph, Target};

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
    for mode in &mut compiler.grammar.modes {
        mode.graph.finish();
    }
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

// === modes and places ===

impl Compiler<'_> {
    fn modes(&mut self, chain: &[&Source]) {
        for name in ["exec", "config"] {
            self.mode(&ModeEntry {
                mode: name.to_string(),
                prompt: name.to_string(),
                parent: Some("exec".to_string()),
                header: if name == "exec" {
                    "Exec commands:"
                } else {
                    "Configure commands:"
                }
                .to_string(),
                includes: Vec::new(),
                exit: None,
                exit_outdent: false,
                bang: Bang::None,
            });
        }
        let entries: Vec<(&File<Vec<ModeEntry>>, usize)> = chain
            .iter()
            .flat_map(|source| &source.modes)
            .flat_map(|file| (0..file.content.len()).map(move |index| (file, index)))
            .collect();
        for (file, index) in &entries {
            self.mode(&file.content[*index]);
        }
        for (file, index) in entries {
            self.family(file, index);
        }
    }

    fn mode(&mut self, entry: &ModeEntry) {
        let mode = Mode {
            name: entry.mode.clone(),
            prompt: entry.prompt.clone(),
            parent: CONFIG,
            header: entry.header.clone(),
            exit: entry.exit.clone(),
            exit_outdent: entry.exit_outdent,
            bang: entry.bang,
            graph: Graph::default(),
            places: Vec::new(),
            unstored: Vec::new(),
        };
        match self.ids.get(&entry.mode) {
            Some(id) => self.grammar.modes[usize::from(id.0)] = mode,
            None => {
                let id = ModeId(u16::try_from(self.grammar.modes.len()).unwrap_or(u16::MAX));
                self.ids.insert(entry.mode.clone(), id);
                self.grammar.modes.push(mode);
                self.includes.push(vec![id]);
            }
        }
    }

    /// A mode's parent, and the modes whose statements it has too.
    fn family(&mut self, file: &File<Vec<ModeEntry>>, index: usize) {
        let entry = &file.content[index];
        let Some(id) = self.ids.get(&entry.mode).copied() else {
            return;
        };
        let parent = entry.parent.as_deref().unwrap_or("config");
        match self.ids.get(parent) {
            Some(parent) => self.grammar.modes[usize::from(id.0)].parent = *parent,
            None => self.unknown_mode(file, &format!("[{index}].parent"), parent),
        }
        for included in &entry.includes {
            match self.ids.get(included) {
                Some(included) => self.includes[usize::from(included.0)].push(id),
                None => self.unknown_mode(file, &format!("[{index}].includes"), included),
            }
        }
    }

    fn unknown_mode<T>(&mut self, file: &File<T>, at: &str, name: &str) {
        let near = nearest(name, self.ids.keys());
        let mut mistake = file.mistake(at, format!("no mode is called `{name}`"));
        if let Some(near) = near {
            mistake = mistake.hint(format!("did you mean `{near}`?"));
        }
        self.mistakes.push(mistake);
    }

    fn places(&mut self, chain: &[&Source]) {
        for file in chain.iter().flat_map(|source| &source.places) {
            for (mode, entries) in &file.content {
                let Some(id) = self.ids.get(mode).copied() else {
                    self.unknown_mode(file, &format!("{mode}?"), mode);
                    continue;
                };
                self.grammar.modes[usize::from(id.0)].places = entries.iter().map(place).collect();
            }
        }
    }

    fn templates(&mut self, chain: &[&Source]) {
        let births = chain.iter().filter_map(|s| s.birth.as_ref());
        let births: Vec<_> = births.map(|file| (file.0.clone(), file)).collect();
        self.grammar.births = births.iter().map(|(name, _)| name.clone()).collect();
        let shows = chain
            .iter()
            .flat_map(|s| s.shows.iter().map(|(name, file)| (name.clone(), file)));
        for (name, (path, text)) in shows.chain(births) {
            if let Err(error) = self
                .grammar
                .templates
                .add_template_owned(name, text.clone())
            {
                let at = error.line().map(|line| yaml::Position { line, column: 1 });
                self.mistakes
                    .push(Mistake::new(path, templates::describe(&error)).at(at));
            }
        }
    }

    /// Every configuration mode can be left.
    fn exits(&mut self) {
        let leave = |this: &mut Self, mode: usize, syntax: &str, does| {
            let command = CommandDef {
                show: None,
                does: vec![does],
                remember: None,
                says: None,
                requires: None,
            };
            let accept = this.push_command(command);
            let Ok(elements) = syntax::parse(syntax, &Fragments::new()) else {
                return;
            };
            let entry = Entry {
                accept,
                privilege: 1,
                hidden: false,
                first: false,
            };
            let mut lexicon = Words {
                file: None,
                entry: None,
                shared: &this.help,
                nothing: "".into(),
                missing: Vec::new(),
            };
            this.grammar.modes[mode]
                .graph
                .add(&elements, entry, &mut lexicon);
        };
        for mode in usize::from(CONFIG.0)..self.grammar.modes.len() {
            leave(self, mode, "exit", ExecEffect::Exit);
            leave(self, mode, "end", ExecEffect::End);
            leave(self, mode, "do <command:line>", ExecEffect::Do);
            leave(self, mode, "help", ExecEffect::Help);
            if let Some(exit) = self.grammar.modes[mode]
                .exit
                .clone()
                .filter(|exit| exit != "exit")
            {
                leave(self, mode, &exit, ExecEffect::Exit);
            }
        }
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
        feature.is_none_or(|wanted| wanted.iter().all(|one| self.features.contains(one)))
    }
}

fn place(entry: &PlaceEntry) -> Place {
    match entry {
        PlaceEntry::Name(name) => Place {
            name: name.clone(),
            bang: Bang::None,
            by_key: false,
        },
        PlaceEntry::Place(map) => Place {
            name: map.place.clone(),
            bang: map.bang,
            by_key: map.by == files::By::Key,
        },
    }
}

// === grammar files ===

impl Compiler<'_> {
    fn file(&mut self, file: &File<GrammarFile>) {
        for (mode, entries) in &file.content.config {
            let Some(id) = self.ids.get(mode).copied() else {
                self.unknown_mode(file, &format!("config.{mode}?"), mode);
                continue;
            };
            for (index, entry) in entries.iter().enumerate() {
                if self.has(entry.feature.as_ref()) {
                    let at = format!("config.{mode}[{index}]");
                    self.statement(&At { file, path: at }, id, entry);
                }
            }
        }
        for (index, entry) in file.content.exec.iter().enumerate() {
            if self.has(entry.feature.as_ref()) {
                self.command(
                    &At {
                        file,
                        path: format!("exec[{index}]"),
                    },
                    entry,
                );
            }
        }
    }

    fn statement(&mut self, at: &At<'_>, mode: ModeId, entry: &StatementEntry) {
        let elements = match syntax::parse(&entry.syntax, &self.fragments) {
            Ok(elements) => elements,
            Err(error) => return self.mistakes.push(at.mistake("syntax", error.to_string())),
        };
        let Some(definition) = self.definition(at, mode, entry, &elements) else {
            return;
        };
        let Some(negated) = self.negations(at, entry, &definition.key, &elements) else {
            return;
        };
        let index = u32::try_from(self.grammar.statements.len()).unwrap_or(u32::MAX);
        let unstored = definition.default.is_some() || definition.absent.is_some();
        self.grammar.statements.push(definition);
        for mode in self.closure(mode) {
            self.add_statement(at, entry, mode, index, &elements, &negated);
            if unstored {
                self.grammar.modes[usize::from(mode.0)].unstored.push(index);
            }
        }
    }

    /// What `no` takes: nothing, what follows from the key, or what the entry says.
    fn negations(
        &mut self,
        at: &At<'_>,
        entry: &StatementEntry,
        key: &Key,
        elements: &[Element],
    ) -> Option<Vec<Vec<Element>>> {
        let Some(given) = &entry.no else {
            return Some(vec![match key {
                Key::Line => elements.to_vec(),
                Key::Of(names) => {
                    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                    syntax::negation(elements, &names)
                }
            }]);
        };
        let mut all = Vec::new();
        for text in given.iter() {
            match text.as_str() {
                "never" => {}
                "exact" => all.push(elements.to_vec()),
                other => match syntax::parse(other, &self.fragments) {
                    Ok(elements) => all.push(elements),
                    Err(error) => {
                        self.mistakes.push(at.mistake("no", error.to_string()));
                        return None;
                    }
                },
            }
        }
        Some(all)
    }

    fn add_statement(
        &mut self,
        at: &At<'_>,
        entry: &StatementEntry,
        mode: ModeId,
        index: u32,
        elements: &[Element],
        negations: &[Vec<Element>],
    ) {
        let prefixed = |word: &str, rest: &[Element]| {
            let mut all = vec![Element::Word(word.into())];
            all.extend_from_slice(rest);
            all
        };
        let mut forms = vec![(Form::Set, elements.to_vec())];
        for negated in negations {
            forms.push((Form::No, prefixed("no", negated)));
            forms.push((Form::Default, prefixed("default", negated)));
        }
        for (form, elements) in forms {
            let accept = Accept {
                target: Target::Statement(index),
                form,
            };
            let own = self.grammar.statement(index).mode == mode;
            let how = Entry {
                accept,
                privilege: 1,
                hidden: entry.hidden,
                first: own,
            };
            self.add(at, mode, &elements, how, &entry.help);
        }
    }

    /// Adds a syntax to a mode's graph, and notes what is wrong with it there.
    fn add(
        &mut self,
        at: &At<'_>,
        mode: ModeId,
        elements: &[Element],
        entry: Entry,
        help: &BTreeMap<String, String>,
    ) {
        let mut lexicon = Words {
            file: Some(&at.file.content.help),
            entry: Some(help),
            shared: &self.help,
            nothing: "".into(),
            missing: Vec::new(),
        };
        let graph = &mut self.grammar.modes[usize::from(mode.0)].graph;
        let taken = graph.add(elements, entry, &mut lexicon);
        for word in lexicon.missing {
            if !self.told.insert((at.file.path.clone(), word.clone())) {
                continue;
            }
            let mistake = at.mistake("syntax", format!("the keyword `{word}` has no help"));
            self.mistakes.push(
                mistake.hint("add a line for it to a file of help/, or to this file's `help:`"),
            );
        }
        // A `no` form that several statements share is theirs together, and a mode's own statement stands before
        // one that it includes; but two equal lines of one mode are a mistake.
        if taken.is_some_and(|other| self.declared_in(other) == self.declared_in(entry.accept))
            && entry.accept.form == Form::Set
        {
            let mode = &self.grammar.modes[usize::from(mode.0)].name;
            let message = format!("another entry of the mode `{mode}` takes the same line");
            self.mistakes.push(at.mistake("syntax", message));
        }
    }

    fn declared_in(&self, accept: Accept) -> ModeId {
        match accept.target {
            Target::Statement(index) => self.grammar.statement(index).mode,
            Target::Command(_) => EXEC,
        }
    }

    /// The modes that have a mode's statements: itself and all that include it, however far away.
    fn closure(&self, mode: ModeId) -> Vec<ModeId> {
        let mut found = vec![mode];
        let mut next = 0;
        while let Some(one) = found.get(next).copied() {
            next += 1;
            for other in &self.includes[usize::from(one.0)] {
                if !found.contains(other) {
                    found.push(*other);
                }
            }
        }
        found
    }

    fn definition(
        &mut self,
        at: &At<'_>,
        mode: ModeId,
        entry: &StatementEntry,
        elements: &[Element],
    ) -> Option<StatementDef> {
        let before = self.mistakes.len();
        let name: Box<str> = match &entry.name {
            Some(name) => name.as_str().into(),
            None => syntax::leading_words(elements).into(),
        };
        let kinds = self.kinds.len();
        let kind = *self
            .kinds
            .entry((mode, name.clone()))
            .or_insert_with(|| u16::try_from(kinds).unwrap_or(u16::MAX));
        let places = &self.grammar.modes[usize::from(mode.0)].places;
        let wanted = entry.place.as_ref().or(at.file.content.place.as_ref());
        let found = wanted.and_then(|wanted| places.iter().position(|place| place.name == *wanted));
        let by_key = found.is_some_and(|index| places[index].by_key);
        if let (Some(wanted), None, true) = (&entry.place, found, !places.is_empty()) {
            let mode = &self.grammar.modes[usize::from(mode.0)].name;
            self.mistakes.push(at.mistake(
                "place",
                format!("the mode `{mode}` has no place called `{wanted}`"),
            ));
        }
        let definition = StatementDef {
            mode,
            kind,
            name,
            key: self.key(at, &entry.key, elements),
            default: entry.default.as_deref().map(Into::into),
            keeps_no: entry.keeps_no
                || entry.default.as_deref() == Some(&syntax::leading_words(elements)),
            absent: entry.absent.as_deref().map(Into::into),
            when: self.condition(at, entry.when.as_deref()),
            store: self.fill(at, "store", entry.store.as_ref()),
            rewrite: self.fills(at, "rewrite", entry.rewrite.as_ref()),
            shown: entry.shown,
            shown_with: entry
                .shown_with
                .iter()
                .flat_map(files::OneOrMany::iter)
                .map(|line| line.as_str().into())
                .collect(),
            optional_keys: syntax::optional_names(elements),
            by_letter: entry.sort == Sort::Letters,
            place: found.map_or(u16::MAX, |index| u16::try_from(index).unwrap_or(u16::MAX)),
            by_key,
            typed_order: entry.sort == Sort::Typed,
            opens: self.opens(at, entry.opens.as_deref()),
            requires: self.requirement(at, "requires", entry.requires.as_ref()),
            ensures: self.requirement(at, "ensures", entry.ensures.as_ref()),
            unique: self.fill(at, "unique", entry.unique.as_ref()),
            says: self.fill(at, "says", entry.says.as_ref()),
            confirm_no: self.fill(at, "confirm_no", entry.confirm_no.as_ref()),
            does: self.effects(
                at,
                entry.does.as_ref(),
                ConfigEffect::parse,
                ConfigEffect::NAMES,
            ),
        };
        (self.mistakes.len() == before).then_some(definition)
    }

    fn command(&mut self, at: &At<'_>, entry: &CommandEntry) {
        let elements = match syntax::parse(&entry.syntax, &self.fragments) {
            Ok(elements) => elements,
            Err(error) => return self.mistakes.push(at.mistake("syntax", error.to_string())),
        };
        if let Some(show) = entry.show.as_deref()
            && self.grammar.templates.get_template(show).is_err()
        {
            self.mistakes
                .push(at.mistake("show", format!("there is no template show/{show}.j2")));
        }
        let does = self.effects(
            at,
            entry.does.as_ref(),
            ExecEffect::parse,
            ExecEffect::NAMES,
        );
        let nothing =
            entry.show.is_none() && does.is_empty() && !entry.remember && entry.says.is_none();
        if nothing {
            let mistake = at.mistake("syntax", "the command does nothing");
            self.mistakes
                .push(mistake.hint("give it `show:`, `does:`, `remember:` or `says:`"));
        }
        let name = entry
            .name
            .clone()
            .unwrap_or_else(|| syntax::leading_words(&elements));
        let remember = entry
            .remember
            .then(|| (name.into(), self.key(at, &entry.key, &elements)));
        let privilege = entry
            .privilege
            .unwrap_or(if entry.show.is_some() { 1 } else { 15 });
        let command = CommandDef {
            show: entry.show.as_deref().map(Into::into),
            does,
            remember,
            says: self.fill(at, "says", entry.says.as_ref()),
            requires: self.requirement(at, "requires", entry.requires.as_ref()),
        };
        let accept = self.push_command(command);
        let how = Entry {
            accept,
            privilege,
            hidden: entry.hidden,
            first: false,
        };
        self.add(at, EXEC, &elements, how, &entry.help);
    }
}

// === the values of an entry ===

impl Compiler<'_> {
    fn key(&mut self, at: &At<'_>, entry: &KeyEntry, elements: &[Element]) -> Key {
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

    fn fill(&mut self, at: &At<'_>, key: &str, text: Option<&String>) -> Option<Fill> {
        match Fill::parse(text?) {
            Ok(fill) => Some(fill),
            Err(error) => {
                self.mistakes.push(at.mistake(key, error.to_string()));
                None
            }
        }
    }

    fn fills(&mut self, at: &At<'_>, key: &str, texts: Option<&files::OneOrMany>) -> Vec<Fill> {
        let texts: Vec<&String> = texts.into_iter().flat_map(files::OneOrMany::iter).collect();
        texts
            .into_iter()
            .filter_map(|text| self.fill(at, key, Some(text)))
            .collect()
    }

    fn requirement(
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
        Some(Requirement {
            lines,
            says: self.fill(at, key, Some(&entry.says))?,
        })
    }

    fn condition(
        &mut self,
        at: &At<'_>,
        name: Option<&str>,
    ) -> Option<super::definition::Condition> {
        let name = name?;
        let found = condition(name);
        if found.is_none() {
            let mistake = at.mistake("when", format!("no condition is called `{name}`"));
            self.mistakes
                .push(mistake.hint("there are routed, switched and physical"));
        }
        found
    }

    fn opens(&mut self, at: &At<'_>, name: Option<&str>) -> Option<ModeId> {
        let name = name?;
        let id = self.ids.get(name).copied();
        if id.is_none() {
            self.unknown_mode(at.file, &format!("{}.opens", at.path), name);
        }
        id
    }

    fn effects<E>(
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
