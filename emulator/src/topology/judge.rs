//! Takes typed values out of a [`Node`] tree and notes every mistake with its place and a next step.

use yaml::{Mistake, Positions};

use super::node::Node;
use super::spelling;

/// The mistakes of one file so far.
pub(super) struct Judge {
    file: String,
    positions: Positions,
    mistakes: Vec<Mistake>,
}

/// A value and its path, which is also its place in the file.
#[derive(Debug, Clone)]
pub(super) struct Value<'n> {
    pub(super) path: String,
    pub(super) node: &'n Node,
}

/// A mapping whose keys have been checked.
#[derive(Debug)]
pub(super) struct Map<'n> {
    path: String,
    entries: &'n [(String, Node)],
}

impl Judge {
    pub(super) fn new(file: &str, text: &str) -> Self {
        Self {
            file: file.to_string(),
            positions: Positions::of(text),
            mistakes: vec![],
        }
    }

    /// Notes a mistake at the value with this path.
    pub(super) fn wrong(&mut self, path: &str, says: impl Into<String>, hint: impl Into<String>) {
        let mistake = Mistake::new(&self.file, says)
            .at(self.positions.get(path))
            .hint(hint);
        self.mistakes.push(mistake);
    }

    /// The line of a value, for a mistake that refers to another place.
    pub(super) fn line(&self, path: &str) -> String {
        self.positions
            .get(path)
            .map_or_else(|| path.to_string(), |at| format!("line {}", at.line))
    }

    /// `value`, unless something was wrong; mistakes come in the order of the file.
    pub(super) fn verdict<T>(mut self, value: Option<T>) -> Result<T, Vec<Mistake>> {
        self.mistakes.sort_by_key(Mistake::position);
        match value {
            Some(value) if self.mistakes.is_empty() => Ok(value),
            _ => Err(self.mistakes),
        }
    }

    /// A mapping that has only these keys.
    pub(super) fn map<'n>(&mut self, value: &Value<'n>, keys: &[&str]) -> Option<Map<'n>> {
        let Node::Map(entries) = value.node else {
            let hint = format!("write `key: value` lines; the keys are {}", keys.join(", "));
            self.mismatch(value, "a mapping", hint);
            return None;
        };
        let map = Map {
            path: value.path.clone(),
            entries,
        };
        for (index, (key, _)) in entries.iter().enumerate() {
            self.key(&map, key, index, keys);
        }
        Some(map)
    }

    fn key(&mut self, map: &Map<'_>, key: &str, index: usize, keys: &[&str]) {
        let place = format!("{}?", join(&map.path, key));
        if !keys.contains(&key) {
            let hint = match spelling::nearest(key, keys.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys here are {}", keys.join(", ")),
            };
            self.wrong(&place, format!("unknown key `{key}`"), hint);
        } else if map.entries.iter().take(index).any(|(k, _)| k == key) {
            self.wrong(
                &place,
                format!("the key `{key}` stands twice"),
                "keep one of them",
            );
        }
    }

    /// The value of a key that must be there.
    pub(super) fn required<'n>(&mut self, map: &Map<'n>, key: &str) -> Option<Value<'n>> {
        let found = map.get(key);
        if found.is_none() {
            let path = map.path.clone();
            self.wrong(
                &path,
                format!("`{key}` is missing"),
                format!("add `{key}: ...`"),
            );
        }
        found
    }

    /// A text.
    pub(super) fn text<'n>(&mut self, value: &Value<'n>) -> Option<&'n str> {
        if let Node::Text(text) = value.node {
            return Some(text);
        }
        self.mismatch(value, "a text", "put it in quotes");
        None
    }

    /// A text that is not empty.
    pub(super) fn filled<'n>(&mut self, value: &Value<'n>) -> Option<&'n str> {
        let text = self.text(value)?;
        if text.is_empty() {
            self.wrong(
                &value.path,
                "this text is empty",
                "fill it in, or leave the key out",
            );
            return None;
        }
        Some(text)
    }

    /// A whole number in a range.
    pub(super) fn number(&mut self, value: &Value<'_>, low: u64, high: u64) -> Option<u64> {
        let hint = format!("write a whole number from {low} to {high}");
        let Node::Number(number) = value.node else {
            self.mismatch(value, "a whole number", hint);
            return None;
        };
        match u64::try_from(*number) {
            Ok(number) if (low..=high).contains(&number) => Some(number),
            _ => {
                self.wrong(&value.path, format!("{number} is out of range"), hint);
                None
            }
        }
    }

    /// The items of a list.
    pub(super) fn list<'n>(&mut self, value: &Value<'n>, of: &str) -> Option<Vec<Value<'n>>> {
        let Node::List(items) = value.node else {
            self.mismatch(
                value,
                &format!("a list of {of}"),
                "write `- ...` lines, or `[..., ...]`",
            );
            return None;
        };
        let item = |(index, node)| Value {
            path: format!("{}[{index}]", value.path),
            node,
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    fn mismatch(&mut self, value: &Value<'_>, expected: &str, hint: impl Into<String>) {
        let says = format!("this should be {expected} and is {}", value.node.kind());
        self.wrong(&value.path, says, hint);
    }
}

impl<'n> Map<'n> {
    /// The value of a key, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Value<'n>> {
        let (_, node) = self.entries.iter().find(|(k, _)| k == key)?;
        Some(Value {
            path: join(&self.path, key),
            node,
        })
    }

    /// The place of the mapping.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_string()
    } else {
        format!("{path}.{key}")
    }
}
