//! A platform's grammar, compiled: modes with their graphs, statements, commands, templates.

use std::collections::{BTreeSet, HashMap};

use minijinja::Environment;

use super::definition::{CONFIG, CommandDef, Mode, ModeId, StatementDef};

/// All that a platform's packs say of its command line. Immutable, and shared by every device of the platform.
#[derive(Debug)]
pub struct Grammar {
    pub(super) modes: Vec<Mode>,
    pub(super) statements: Vec<StatementDef>,
    pub(super) commands: Vec<CommandDef>,
    pub(super) templates: Environment<'static>,
    pub(super) births: Vec<String>,
    /// Where the statements of the top level stand: the place and kind of each name, in the order of the places.
    pub(super) places: HashMap<Box<str>, BTreeSet<(u16, u16)>>,
}

impl Grammar {
    /// A mode.
    #[must_use]
    pub fn mode(&self, id: ModeId) -> &Mode {
        // Ids come from this grammar alone.
        &self.modes[usize::from(id.0)]
    }

    /// A statement's definition.
    #[must_use]
    pub fn statement(&self, index: u32) -> &StatementDef {
        &self.statements[index as usize]
    }

    /// A command's definition.
    #[must_use]
    pub fn command(&self, index: u32) -> &CommandDef {
        &self.commands[index as usize]
    }

    /// The templates of the lines that differ from device to device, in order.
    #[must_use]
    pub fn births(&self) -> &[String] {
        &self.births
    }

    /// The show templates and the birth templates.
    #[must_use]
    pub fn templates(&self) -> &Environment<'static> {
        &self.templates
    }

    /// How large the grammar is: modes, statements, commands, nodes.
    #[must_use]
    pub fn size(&self) -> (usize, usize, usize, usize) {
        let nodes = self.modes.iter().map(|mode| mode.graph.len()).sum();
        (
            self.modes.len(),
            self.statements.len(),
            self.commands.len(),
            nodes,
        )
    }

    /// Where the statements of the top level of a kind stand: places and kinds, in order.
    #[must_use]
    pub fn places_of(&self, name: &str) -> &BTreeSet<(u16, u16)> {
        static NOWHERE: BTreeSet<(u16, u16)> = BTreeSet::new();
        self.places.get(name).unwrap_or(&NOWHERE)
    }

    /// Notes where the statements of the top level stand. Call it once, after the last statement.
    pub(super) fn finish(&mut self) {
        for definition in self.statements.iter().filter(|it| it.mode == CONFIG) {
            let places = self.places.entry(definition.name.clone()).or_default();
            places.insert((definition.place, definition.kind));
        }
        for mode in &mut self.modes {
            mode.graph.finish();
            mode.finish(&self.statements);
        }
    }

    /// The name of a statement's kind.
    #[must_use]
    pub fn kind_name(&self, statement: u32) -> &str {
        &self.statement(statement).name
    }
}
