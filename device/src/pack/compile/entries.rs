//! The entries of grammar files: statements and commands, each into the graph of every mode that has it.

use std::collections::BTreeMap;

use super::{At, Compiler, Words};
use crate::grammar::graph::Entry;
use crate::grammar::syntax::{self, Element};
use crate::grammar::{Accept, Form, Target};
use crate::pack::definition::{CommandDef, EXEC, KeptNo, Key, ModeId, StatementDef};
use crate::pack::effect::{ConfigEffect, ExecEffect};
use crate::pack::files::{self, By, CommandEntry, GrammarFile, KeyEntry, StatementEntry, Takes};
use crate::pack::source::File;

impl Compiler<'_> {
    pub(super) fn file(&mut self, file: &File<GrammarFile>) {
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

    pub(super) fn statement(&mut self, at: &At<'_>, mode: ModeId, entry: &StatementEntry) {
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
    pub(super) fn negations(
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

    pub(super) fn add_statement(
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
    pub(super) fn add(
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

    pub(super) fn declared_in(&self, accept: Accept) -> ModeId {
        match accept.target {
            Target::Statement(index) => self.grammar.statement(index).mode,
            Target::Command(_) => EXEC,
        }
    }

    /// The modes that have a mode's statements: itself and all that include it, however far away.
    pub(super) fn closure(&self, mode: ModeId) -> Vec<ModeId> {
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

    pub(super) fn definition(
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
        let found = wanted.and_then(|wanted| {
            places
                .iter()
                .position(|place| place.name == *wanted && place.before.is_none())
        });
        let by = found.map_or(By::Kind, |index| places[index].by);
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
            keeps_no: kept_no(entry, elements),
            takes_prefix: entry.takes == Takes::Prefix,
            absent: entry.absent.as_deref().map(Into::into),
            when: self.condition(at, "when", entry.when.as_deref()),
            only: self.condition(at, "only", entry.only.as_deref()),
            apart: entry.apart.as_deref().map(Into::into),
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
            place: found.map_or(u16::MAX, |index| u16::try_from(index).unwrap_or(u16::MAX)),
            by,
            sort: entry.sort,
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

    pub(super) fn command(&mut self, at: &At<'_>, entry: &CommandEntry) {
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
            confirm: self.fill(at, "confirm", entry.confirm.as_ref()),
            logs: self.fill(at, "logs", entry.logs.as_ref()),
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

/// What is kept of a statement's `no`, if anything is. Without keys nothing that follows the first words matters.
fn kept_no(entry: &StatementEntry, elements: &[Element]) -> Option<KeptNo> {
    let words = syntax::leading_words(elements);
    let keeps = entry.keeps_no || entry.default.as_deref() == Some(&*words);
    let keyless = matches!(&entry.key, KeyEntry::Names(names) if names.is_empty());
    keeps.then(|| match keyless && !words.is_empty() {
        true => KeptNo::Words(words.into()),
        false => KeptNo::Typed,
    })
}
