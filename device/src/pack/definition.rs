//! What a pack says of a statement, a command and a mode, in the form that a device uses.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::effect::{ConfigEffect, ExecEffect};
use super::files::{Bang, By, Release, Sort};
use super::fill::Fill;
use crate::grammar::Graph;

/// A mode's index in its grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModeId(pub(crate) u16);

/// User and privileged EXEC.
pub const EXEC: ModeId = ModeId(0);
/// Global configuration.
pub const CONFIG: ModeId = ModeId(1);

/// A mode.
#[derive(Debug)]
pub struct Mode {
    /// The name that grammar files use.
    pub name: String,
    /// What stands in the prompt's parentheses.
    pub prompt: String,
    /// What stands there in a block whose key has a point: a sub-interface.
    pub prompt_of_part: Option<String>,
    /// The mode that `exit` leads to.
    pub parent: ModeId,
    /// What `?` prints above the list.
    pub header: String,
    /// The line that ends its block.
    pub exit: Option<String>,
    /// Whether that line stands as deep as the block's first, not as its content.
    pub exit_outdent: bool,
    /// By how many blanks its lines stand deeper than the line that opens it.
    pub indent: usize,
    /// Where ` !` stands among its blocks.
    pub bang: Bang,
    /// What closes the mode while it is stored.
    pub locked_by: Option<Lock>,
    /// The release in which the running-config began to show the numbers of its lines.
    pub numbers_since: Option<Release>,
    /// What may be typed.
    pub graph: Graph,
    /// Its places, in the order of the running-config.
    pub places: Vec<Place>,
    /// The places where something may stand although no statement does, by their index.
    pub standing: Vec<usize>,
    /// The statements that show a line, or are in force, when they are not stored, in the order of the running-config.
    pub unstored: Vec<u32>,
    /// Those of them that show a line.
    pub absent: Vec<u32>,
}

impl Mode {
    /// Puts in order what shows without being stored, and notes what the running-config asks for often. Call it once,
    /// after the last statement.
    pub(super) fn finish(&mut self, statements: &[StatementDef]) {
        let of = |index: u32| &statements[index as usize];
        self.unstored
            .sort_by_key(|index| (of(*index).place, of(*index).kind));
        let absent = self.unstored.iter().copied();
        self.absent = absent.filter(|index| of(*index).absent.is_some()).collect();
        let moved = self.places.iter().filter(|place| place.before.is_some());
        let moved: BTreeSet<String> = moved.map(|place| place.name.clone()).collect();
        for place in &mut self.places {
            place.moved = moved.contains(&place.name);
        }
        let stands = |place: &Place| place.moved || place.bang == Bang::Always;
        let places = self.places.iter().enumerate();
        let standing = places.filter(|(_, place)| stands(place));
        self.standing = standing.map(|(index, _)| index).collect();
    }
}

/// A line that closes a mode while it is stored there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The line.
    pub line: Box<str>,
    /// What is said to every other line.
    pub says: Box<str>,
    /// The kinds of statement that are taken all the same.
    pub but: Vec<Box<str>>,
}

/// A place of the running-config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Where `!` stands.
    pub bang: Bang,
    /// What it is sorted by before kind.
    pub by: By,
    /// Statements of the place of this name stand here in releases before this one.
    pub before: Option<Release>,
    /// Whether the place of this name stood elsewhere in some release.
    pub moved: bool,
}

/// What tells one statement from another of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The values of these slots and choices.
    Of(Vec<Box<str>>),
    /// The whole line.
    Line,
}

/// How much of a line stands behind a `no` that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptNo {
    /// These words: what follows them doesn't matter to a `no`.
    Words(Box<str>),
    /// The line with its keys.
    Typed,
}

/// A condition of the block in which a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// A layer-3 interface.
    Routed,
    /// A layer-2 interface.
    Switched,
    /// An interface that can be a layer-2 one, whatever it is now.
    Switchable,
    /// A physical port.
    Physical,
}

/// A line that must be stored, and what is said when it isn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Any of these lines will do.
    pub lines: Vec<Fill>,
    /// The text.
    pub says: Fill,
    /// Lines of this block whose kinds begin so stand below the ensured line too, when it is made.
    pub copies: Option<Box<str>>,
    /// Lines that stand below the ensured line, also when it stood already.
    pub below: Vec<Fill>,
    /// The ensured line goes when the last statement goes that ensures it.
    pub follows: bool,
}

/// A statement of the configuration.
#[derive(Debug)]
pub struct StatementDef {
    /// The mode that defines it.
    pub mode: ModeId,
    /// Its kind: statements of one kind and key replace each other.
    pub kind: u16,
    /// The name of its kind.
    pub name: Box<str>,
    /// See [`Key`].
    pub key: Key,
    /// The line in force when nothing is stored.
    pub default: Option<Box<str>>,
    /// What is stored behind `no` as a line of its own: the words before the values, or all that was typed.
    pub keeps_no: Option<KeptNo>,
    /// Whether `no` takes away only a line that begins with what was typed.
    pub takes_prefix: bool,
    /// The line shown when nothing is stored.
    pub absent: Option<Box<str>>,
    /// When `default` and `absent` hold.
    pub when: Option<Condition>,
    /// The condition without which the statement doesn't exist.
    pub only: Option<Condition>,
    /// The words behind this one stand two blanks apart; if it ends in a blank, the first of them too.
    pub apart: Option<Box<str>>,
    /// The stored line, if it is not the typed one with its keywords whole.
    pub store: Option<Fill>,
    /// The lines that are parsed instead.
    pub rewrite: Vec<Fill>,
    /// Index of its place.
    pub place: u16,
    /// What its place sorts by first.
    pub by: By,
    /// What it is sorted by within its place.
    pub sort: Sort,
    /// Whether the running-config shows it.
    pub shown: bool,
    /// Shown only while one of these global lines is stored; none: always.
    pub shown_with: Vec<Box<str>>,
    /// The keys that a line may leave out; `no` without one means the statement without it.
    pub optional_keys: Vec<Arc<str>>,
    /// The mode that it opens.
    pub opens: Option<ModeId>,
    /// What must be stored for it to be taken.
    pub requires: Option<Requirement>,
    /// What is stored with it.
    pub ensures: Option<Requirement>,
    /// What is said when another of its kind is stored; nothing happens then.
    pub unique: Option<Fill>,
    /// What is said when it is taken.
    pub says: Option<Fill>,
    /// What `no` asks first.
    pub confirm_no: Option<Fill>,
    /// Its named effects.
    pub does: Vec<ConfigEffect>,
}

/// A command.
#[derive(Debug)]
pub struct CommandDef {
    /// The template that it prints.
    pub show: Option<Box<str>>,
    /// Its named effects.
    pub does: Vec<ExecEffect>,
    /// How it is remembered, if it is: its kind's name and key.
    pub remember: Option<(Box<str>, Key)>,
    /// What is said when it is taken.
    pub says: Option<Fill>,
    /// What it asks before it does anything.
    pub confirm: Option<Fill>,
    /// What it leaves in the log.
    pub logs: Option<Fill>,
    /// What must be stored for it to be taken.
    pub requires: Option<Requirement>,
}
