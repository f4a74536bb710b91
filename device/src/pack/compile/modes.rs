//! The mode tree, the places of the running-config, the templates.

use super::{Compiler, Words};
use crate::grammar::Graph;
use crate::grammar::graph::Entry;
use crate::grammar::syntax::{self, Fragments};
use crate::pack::definition::{CONFIG, CommandDef, Lock, Mode, ModeId, Place};
use crate::pack::effect::ExecEffect;
use crate::pack::files::{self, Bang, ModeEntry, PlaceEntry};
use crate::pack::source::{File, Source};
use crate::pack::templates;
use yaml::Mistake;

impl Compiler<'_> {
    pub(super) fn modes(&mut self, chain: &[&Source]) {
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
                prompt_of_part: None,
                exit_outdent: false,
                indent: 1,
                bang: Bang::None,
                locked_by: None,
                numbers_since: None,
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

    pub(super) fn mode(&mut self, entry: &ModeEntry) {
        let mode = Mode {
            name: entry.mode.clone(),
            prompt: entry.prompt.clone(),
            prompt_of_part: entry.prompt_of_part.clone(),
            parent: CONFIG,
            header: entry.header.clone(),
            exit: entry.exit.clone(),
            exit_outdent: entry.exit_outdent,
            indent: entry.indent,
            bang: entry.bang,
            numbers_since: entry.numbers_since,
            locked_by: entry.locked_by.as_ref().map(|lock| Lock {
                line: lock.line.as_str().into(),
                says: lock.says.as_str().into(),
                but: lock.but.iter().map(|name| name.as_str().into()).collect(),
            }),
            graph: Graph::default(),
            places: Vec::new(),
            standing: Vec::new(),
            unstored: Vec::new(),
            absent: Vec::new(),
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
    pub(super) fn family(&mut self, file: &File<Vec<ModeEntry>>, index: usize) {
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

    pub(super) fn places(&mut self, chain: &[&Source]) {
        for file in chain.iter().flat_map(|source| &source.places) {
            for (mode, entries) in &file.content {
                let Some(id) = self.ids.get(mode).copied() else {
                    self.unknown_mode(file, &format!("{mode}?"), mode);
                    continue;
                };
                let places = entries.iter().filter(|entry| self.has(condition(entry)));
                let places = places.map(place).collect();
                self.grammar.modes[usize::from(id.0)].places = places;
            }
        }
    }

    pub(super) fn templates(&mut self, chain: &[&Source]) {
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
    pub(super) fn exits(&mut self) {
        let leave = |this: &mut Self, mode: usize, syntax: &str, does| {
            let command = CommandDef {
                show: None,
                does: vec![does],
                remember: None,
                says: None,
                confirm: None,
                logs: None,
                requires: None,
            };
            let accept = this.push_command(command);
            let Ok(elements) = syntax::parse(syntax, &Fragments::new()) else {
                return;
            };
            let entry = Entry {
                accept,
                privilege: 1,
                hidden: syntax.starts_with("do-exec"),
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
            leave(self, mode, "do-exec <command:line>", ExecEffect::Do);
            if let Some(exit) = self.grammar.modes[mode]
                .exit
                .clone()
                .filter(|exit| exit != "exit")
            {
                leave(self, mode, &exit, ExecEffect::Exit);
            }
        }
    }
}

/// The features that a platform needs to have the place.
fn condition(entry: &PlaceEntry) -> Option<&files::OneOrMany> {
    match entry {
        PlaceEntry::Name(_) => None,
        PlaceEntry::Place(map) => map.feature.as_ref(),
    }
}

fn place(entry: &PlaceEntry) -> Place {
    match entry {
        PlaceEntry::Name(name) => Place {
            name: name.clone(),
            bang: Bang::None,
            by: files::By::Kind,
            before: None,
            moved: false,
        },
        PlaceEntry::Place(map) => Place {
            name: map.place.clone(),
            bang: map.bang,
            by: map.by,
            before: map.before,
            moved: false,
        },
    }
}
