//! Where a line stands, and what it did there.

use std::sync::Arc;

use super::mode_rules::ModeId;
use super::rules::Rules;
use super::tree::Block;

/// Where a line stands: the statements above it, and the mode that they lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: Vec<Arc<str>>,
    pub(super) mode: Option<ModeId>,
}

impl Place {
    /// The place below these statements.
    pub(super) fn below(rules: &Rules, root: &Block, path: &[Arc<str>]) -> Self {
        let mode = match path {
            [] => Some(rules.top()),
            _ => root.find(path).and_then(|statement| statement.opens),
        };
        Self {
            path: path.to_vec(),
            mode,
        }
    }

    /// The path of a statement that stands here.
    pub(super) fn of(&self, key: &Arc<str>) -> Vec<Arc<str>> {
        [self.path.as_slice(), std::slice::from_ref(key)].concat()
    }
}

/// What a line did.
#[derive(Debug, Clone, Default)]
pub(super) struct Done {
    /// The statement that it speaks of.
    pub(super) path: Vec<Arc<str>>,
    /// The mode that it opens.
    pub(super) opens: Option<ModeId>,
    /// All that it speaks of: a range is several statements.
    pub(super) places: Vec<Place>,
    /// Every statement that it changed.
    pub(super) touched: Vec<Vec<Arc<str>>>,
    /// It leaves no trace in the configuration, or whether it stands can't be told.
    pub(super) untold: bool,
    /// It is no configuration.
    pub(super) unshown: bool,
    /// It opens or closes a bracket around changes of its section.
    pub(super) bracket: bool,
    /// It takes away what isn't shown, and might stand without being shown.
    pub(super) unsure: bool,
}

impl Done {
    /// What two lines did, or one line in two places.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.places.extend(other.places);
        self.touched.extend(other.touched);
        self.untold |= other.untold;
        self.unshown |= other.unshown;
        self.unsure |= other.unsure;
        self
    }

    pub(super) fn path_of(rules: &Rules, place: &Place, line: &str) -> Vec<Arc<str>> {
        let (_, bare) = negation(rules, line);
        place.of(&rules.key(place.mode, bare).into())
    }
}

/// `no`, `default` or neither, and the rest of a line.
pub(super) fn negation<'t>(rules: &Rules, text: &'t str) -> (&'static str, &'t str) {
    if rules.plain.is_match(text) {
        return ("", text);
    }
    for word in ["no ", "default "] {
        if let Some(rest) = text.strip_prefix(word) {
            return (word, rest.trim_start());
        }
    }
    ("", text)
}

impl Block {
    /// The paths of all statements of this block, which is at `path`.
    pub(super) fn paths(&self, path: &[Arc<str>], into: &mut Vec<Vec<Arc<str>>>) {
        for (key, statement) in &self.statements {
            let own = [path, std::slice::from_ref(key)].concat();
            statement.block.paths(&own, into);
            into.push(own);
        }
    }

    /// Numbers what is ordered in the block at a path.
    pub(super) fn settle_at(&mut self, rules: &Rules, path: &[Arc<str>]) {
        let mode = Place::below(rules, self, path).mode;
        if let Some(block) = self.at_mut(path) {
            block.rank(rules, mode);
        }
    }
}
