//! Where each value of a YAML text stands, by path: `devices[3].name`.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, Span};

use crate::Position;

/// The place of every key, item and value of a YAML stream.
///
/// A path joins keys with dots and counts items from 0: `devices[3].name` is where that value begins,
/// `devices[3].name?` where its key does. In a stream of several documents the second and later ones
/// have a prefix: `1:devices[3]`.
#[derive(Debug, Default)]
pub struct Positions {
    by_path: BTreeMap<String, Position>,
}

impl Positions {
    /// Walks `text` once. A text that is not YAML has the positions up to its first error.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut walk = Walk::default();
        for event in Parser::new_from_str(text) {
            let Ok((event, span)) = event else { break };
            walk.step(&event, span);
        }
        Self {
            by_path: walk.found,
        }
    }

    /// Where the value at `path` begins.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Position> {
        self.by_path.get(path).copied()
    }
}

/// The containers that are open, outermost first, and what was found so far.
#[derive(Default)]
struct Walk {
    open: Vec<Open>,
    documents: usize,
    found: BTreeMap<String, Position>,
}

enum Open {
    /// A mapping, and the key whose value comes next.
    Mapping { path: String, key: Option<String> },
    /// A sequence, and the index of the item that comes next.
    Sequence { path: String, next: usize },
}

impl Walk {
    fn step(&mut self, event: &Event<'_>, span: Span) {
        match event {
            Event::DocumentStart(_) => self.documents += 1,
            Event::MappingStart(..) => {
                let path = self.place(span);
                self.open.push(Open::Mapping { path, key: None });
            }
            Event::SequenceStart(..) => {
                let path = self.place(span);
                self.open.push(Open::Sequence { path, next: 0 });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.open.pop();
            }
            Event::Scalar(text, ..) => self.scalar(text, span),
            Event::Alias(_) => {
                self.place(span);
            }
            _ => {}
        }
    }

    /// A scalar is a key when a mapping waits for one, and a value anywhere else.
    fn scalar(&mut self, text: &str, span: Span) {
        if let Some(Open::Mapping {
            path,
            key: key @ None,
        }) = self.open.last_mut()
        {
            let name = join(path, text);
            *key = Some(text.to_string());
            self.found
                .entry(format!("{name}?"))
                .or_insert(position(span));
        } else {
            self.place(span);
        }
    }

    /// Notes where the next value stands, and returns its path.
    fn place(&mut self, span: Span) -> String {
        let path = match self.open.last_mut() {
            None if self.documents > 1 => format!("{}:", self.documents - 1),
            None => String::new(),
            Some(Open::Mapping { path, key }) => {
                join(path, key.take().as_deref().unwrap_or_default())
            }
            Some(Open::Sequence { path, next }) => {
                *next += 1;
                format!("{path}[{}]", *next - 1)
            }
        };
        self.found.entry(path.clone()).or_insert(position(span));
        path
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() || path.ends_with(':') {
        format!("{path}{key}")
    } else {
        format!("{path}.{key}")
    }
}

fn position(span: Span) -> Position {
    Position {
        line: span.start.line(),
        column: span.start.col() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, path: &str) -> Option<(usize, usize)> {
        Positions::of(text).get(path).map(|p| (p.line, p.column))
    }

    #[test]
    fn block_and_flow_values_are_found_by_path() {
        let text = "name: campus\ndevices:\n  - {name: a, pack: p}\n  - name: b\n    pack: q\n";
        assert_eq!(at(text, "name"), Some((1, 7)));
        assert_eq!(at(text, "devices[0].pack"), Some((3, 21)));
        assert_eq!(at(text, "devices[1].pack"), Some((5, 11)));
        assert_eq!(at(text, "devices[1].pack?"), Some((5, 5)));
    }

    #[test]
    fn items_of_nested_sequences_are_counted_each_in_its_own() {
        let text = "links:\n  - [a:1, b:1]\n  - [a:2, b:2]\n";
        assert_eq!(at(text, "links[1][0]"), Some((3, 6)));
    }

    #[test]
    fn later_documents_have_a_prefix() {
        assert_eq!(at("kind: rfs\n---\nkind: other\n", "1:kind"), Some((3, 7)));
    }
}
