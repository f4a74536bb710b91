//! Reads a pack's notation: `switchport access vlan <vlan:1-4094>`.
//!
//! The notation is described in `device-packs/README.md`. The result is a tree of [`Element`]s.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::slot::SlotKind;

/// A piece of syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// A keyword.
    Word(Arc<str>),
    /// A value.
    Slot(Slot),
    /// One of several sequences; a label binds the chosen keyword to a name.
    Choice(Option<Arc<str>>, Vec<Vec<Element>>),
    /// A sequence that may be left out.
    Optional(Vec<Element>),
    /// Any of several sequences, in any order, each at most once.
    AnyOrder(Vec<Vec<Element>>),
    /// One or more times.
    Many(Box<Element>),
}

/// A value's name and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The name by which templates and effects know the value.
    pub name: Arc<str>,
    /// What it takes.
    pub kind: SlotKind,
}

/// Why a syntax can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// A bracket that is not closed, or closed by another one.
    #[error("`{0}` is missing")]
    Missing(char),
    /// Something that can't stand here.
    #[error("`{0}` can't stand here")]
    Unexpected(char),
    /// A slot without a known type.
    #[error("`<{0}>` is not a slot; write <name:type>, with a type of the README's list")]
    Slot(String),
    /// A fragment that no file of the pack defines.
    #[error("no fragment is called `@{0}`")]
    Fragment(String),
    /// Fragments that use each other without end.
    #[error("the fragment `@{0}` goes round in a circle")]
    Circle(String),
    /// Nothing at all.
    #[error("the syntax is empty")]
    Empty,
}

/// The fragments that a pack's files define: name → syntax.
pub type Fragments = BTreeMap<String, String>;

/// How deep fragments may use fragments.
const FRAGMENT_DEPTH_MAX: usize = 8;

/// Reads a whole syntax.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn parse(text: &str, fragments: &Fragments) -> Result<Vec<Element>, SyntaxError> {
    let elements = Reader {
        rest: text,
        fragments,
        depth: 0,
    }
    .all()?;
    if elements.is_empty() {
        Err(SyntaxError::Empty)
    } else {
        Ok(elements)
    }
}

struct Reader<'a> {
    rest: &'a str,
    fragments: &'a Fragments,
    depth: usize,
}

/// Characters that end a keyword.
const SPECIAL: &[char] = &['(', ')', '[', ']', '{', '}', '|', '<', '>'];

impl Reader<'_> {
    fn all(mut self) -> Result<Vec<Element>, SyntaxError> {
        let elements = self.sequence()?;
        match self.rest.chars().next() {
            None => Ok(elements),
            Some(other) => Err(SyntaxError::Unexpected(other)),
        }
    }

    /// Elements up to `|`, a closing bracket or the end.
    fn sequence(&mut self) -> Result<Vec<Element>, SyntaxError> {
        let mut elements = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.chars().next() {
                None | Some('|' | ')' | ']' | '}') => return Ok(elements),
                Some('>') => return Err(SyntaxError::Unexpected('>')),
                Some('@') => elements.extend(self.fragment()?),
                Some(_) => {
                    let element = self.element()?;
                    elements.push(element);
                }
            }
        }
    }

    fn element(&mut self) -> Result<Element, SyntaxError> {
        match self.rest.chars().next() {
            Some('(') => {
                let choice = Element::Choice(None, self.alternatives('(', ')')?);
                Ok(self.repeated(choice))
            }
            Some('[') => {
                let mut of = self.alternatives('[', ']')?;
                let one = of.len() == 1;
                let inside = if one {
                    of.pop().unwrap_or_default()
                } else {
                    vec![Element::Choice(None, of)]
                };
                Ok(Element::Optional(inside))
            }
            Some('{') => Ok(Element::AnyOrder(self.alternatives('{', '}')?)),
            Some('<') => {
                let slot = self.slot()?;
                Ok(self.repeated(slot))
            }
            _ => self.word(),
        }
    }

    /// A keyword, or a label and its choice.
    fn word(&mut self) -> Result<Element, SyntaxError> {
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || SPECIAL.contains(&c))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word.strip_suffix(':') {
            Some(label) if rest.starts_with('(') => {
                let choice = Element::Choice(Some(label.into()), self.alternatives('(', ')')?);
                Ok(self.repeated(choice))
            }
            _ => Ok(Element::Word(word.into())),
        }
    }

    fn repeated(&mut self, element: Element) -> Element {
        match self.rest.strip_prefix('+') {
            Some(rest) => {
                self.rest = rest;
                Element::Many(Box::new(element))
            }
            None => element,
        }
    }

    fn alternatives(&mut self, open: char, close: char) -> Result<Vec<Vec<Element>>, SyntaxError> {
        self.rest = self.rest.strip_prefix(open).unwrap_or(self.rest);
        let mut of = Vec::new();
        loop {
            let sequence = self.sequence()?;
            if sequence.is_empty() {
                return Err(SyntaxError::Unexpected(
                    self.rest.chars().next().unwrap_or(close),
                ));
            }
            of.push(sequence);
            match self.rest.chars().next() {
                Some('|') => self.rest = &self.rest[1..],
                Some(found) if found == close => {
                    self.rest = &self.rest[1..];
                    return Ok(of);
                }
                _ => return Err(SyntaxError::Missing(close)),
            }
        }
    }

    fn slot(&mut self) -> Result<Element, SyntaxError> {
        let (inside, rest) = self.rest[1..]
            .split_once('>')
            .ok_or(SyntaxError::Missing('>'))?;
        self.rest = rest;
        let slot = || {
            let (name, kind) = inside.split_once(':')?;
            Some(Slot {
                name: name.into(),
                kind: SlotKind::parse(kind)?,
            })
        };
        slot()
            .map(Element::Slot)
            .ok_or_else(|| SyntaxError::Slot(inside.to_string()))
    }

    fn fragment(&mut self) -> Result<Vec<Element>, SyntaxError> {
        let named = &self.rest[1..];
        let end = named
            .find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(named.len());
        let (name, rest) = named.split_at(end);
        self.rest = rest;
        let text = self
            .fragments
            .get(name)
            .ok_or_else(|| SyntaxError::Fragment(name.to_string()))?;
        if self.depth == FRAGMENT_DEPTH_MAX {
            return Err(SyntaxError::Circle(name.to_string()));
        }
        let inside = Reader {
            rest: text,
            fragments: self.fragments,
            depth: self.depth + 1,
        }
        .all()?;
        match self.rest.strip_prefix('+') {
            Some(rest) => {
                self.rest = rest;
                Ok(vec![Element::Many(Box::new(Element::Choice(
                    None,
                    vec![inside],
                )))])
            }
            None => Ok(inside),
        }
    }
}

// === impl Element ===

impl Element {
    /// Adds the names of every slot and labelled choice in here.
    fn names(&self, names: &mut Vec<Arc<str>>) {
        match self {
            Self::Word(_) => {}
            Self::Slot(slot) => names.push(slot.name.clone()),
            Self::Choice(label, of) => {
                names.extend(label.clone());
                of.iter().flatten().for_each(|inner| inner.names(names));
            }
            Self::Optional(inside) => inside.iter().for_each(|inner| inner.names(names)),
            Self::AnyOrder(of) => of.iter().flatten().for_each(|inner| inner.names(names)),
            Self::Many(inner) => inner.names(names),
        }
    }

    /// Whether a slot or labelled choice called one of `names` is in here.
    #[must_use]
    pub fn binds_any(&self, names: &[String]) -> bool {
        match self {
            Self::Word(_) => false,
            Self::Slot(slot) => names.iter().any(|name| **name == *slot.name),
            Self::Choice(label, of) => {
                let labelled = label
                    .as_deref()
                    .is_some_and(|l| names.iter().any(|name| name == l));
                labelled || of.iter().flatten().any(|inner| inner.binds_any(names))
            }
            Self::Optional(inside) => inside.iter().any(|inner| inner.binds_any(names)),
            Self::AnyOrder(of) => of.iter().flatten().any(|inner| inner.binds_any(names)),
            Self::Many(inner) => inner.binds_any(names),
        }
    }
}

/// The keywords before the first slot or group, joined by blanks.
#[must_use]
pub fn leading_words(elements: &[Element]) -> String {
    let words = elements.iter().map_while(|element| match element {
        Element::Word(word) => Some(&**word),
        _ => None,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The names of the slots and choices that a line may leave out, or that stand in one branch of several.
#[must_use]
pub fn optional_names(elements: &[Element]) -> Vec<Arc<str>> {
    let mut names = Vec::new();
    for element in elements {
        match element {
            Element::Word(_) | Element::Slot(_) => {}
            Element::Choice(_, of) | Element::AnyOrder(of) => {
                of.iter().flatten().for_each(|e| e.names(&mut names))
            }
            Element::Optional(inside) => inside.iter().for_each(|e| e.names(&mut names)),
            Element::Many(inner) => inner.names(&mut names),
        }
    }
    names
}

/// What `no` takes of a statement: everything up to its last key, the rest optional bit by bit.
#[must_use]
pub fn negation(elements: &[Element], key: &[String]) -> Vec<Element> {
    let keep = elements
        .iter()
        .take_while(|element| matches!(element, Element::Word(_)) || element.binds_any(key))
        .count();
    let (kept, rest) = elements.split_at(keep);
    let mut tail: Vec<Element> = Vec::new();
    for element in rest.iter().rev() {
        if matches!(element, Element::Optional(_)) {
            tail.insert(0, element.clone());
        } else {
            tail.insert(0, element.clone());
            tail = vec![Element::Optional(tail)];
        }
    }
    kept.iter().cloned().chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Element>, SyntaxError> {
        let fragments = Fragments::from([
            ("m".to_string(), "(group <g:word>|local)".to_string()),
            ("loop".to_string(), "a @loop".to_string()),
        ]);
        parse(text, &fragments)
    }

    fn word(text: &str) -> Element {
        Element::Word(text.into())
    }

    #[test]
    fn a_word_may_end_in_a_plus_but_a_group_repeats() {
        assert_eq!(read("tacacs+").unwrap(), [word("tacacs+")]);
        assert!(matches!(read("(a|b)+").unwrap()[..], [Element::Many(_)]));
    }

    #[test]
    fn a_label_binds_a_choice() {
        let choice = Element::Choice(
            Some("dir".into()),
            vec![vec![word("in")], vec![word("out")]],
        );
        assert_eq!(read("dir:(in|out)").unwrap(), [choice]);
    }

    #[test]
    fn a_fragment_is_read_in_place() {
        assert_eq!(read("login @m").unwrap().len(), 2);
        assert!(matches!(read("@m+").unwrap()[..], [Element::Many(_)]));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(read("a (b|c"), Err(SyntaxError::Missing(')')));
        assert_eq!(read("a ) b"), Err(SyntaxError::Unexpected(')')));
        assert_eq!(read("<vlan>"), Err(SyntaxError::Slot("vlan".to_string())));
        assert_eq!(
            read("@none"),
            Err(SyntaxError::Fragment("none".to_string()))
        );
        assert_eq!(read("@loop"), Err(SyntaxError::Circle("loop".to_string())));
        assert_eq!(read(" "), Err(SyntaxError::Empty));
    }

    #[test]
    fn no_takes_the_keys_and_may_leave_the_rest() {
        let elements = read("neighbor <n:ipv4> remote-as <as:asn> [x]").unwrap();
        let no = negation(&elements, &["n".to_string()]);
        assert_eq!(no[..3], elements[..3]);
        let [.., Element::Optional(rest)] = &no[..] else {
            panic!("{no:?}")
        };
        assert_eq!(rest.len(), 2);
    }
}
