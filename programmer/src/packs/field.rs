//! Fields of a writer: what may stand in an RFS document, and what a template gets to see of it.
//!
//! A value that passes can be typed into a device: no field lets a control character, a `?` or a line end
//! through, because a terminal takes them for keys.

use std::collections::BTreeMap;

use minijinja::Value;
use regex::Regex;
use yaml::{Mistake, Positions};

use super::address::{self, Interface4, Interface6, Mac};
use super::writer_file::{FieldFile, KindFile, RequiredFile};
use crate::node::Node;
use crate::rfs::{Op, place};
use crate::secret::{MASKED_CHARS_MIN, Secret};

/// The longest text that a field may have.
const TEXT_CHARS_MAX: i64 = 255;
/// The longest single word that a field may have.
const NAME_CHARS_MAX: i64 = 63;
/// The longest list that a field may have.
const LIST_ITEMS_MAX: i64 = 1_000;
/// VLANs that IOS keeps for itself.
const RESERVED_VLANS: std::ops::RangeInclusive<i64> = 1002..=1005;

/// One field, ready to check values.
#[derive(Debug)]
pub struct Field {
    kind: Kind,
    help: String,
    required: RequiredFile,
    default: Option<Node>,
}

#[derive(Debug)]
enum Kind {
    Integer {
        min: i64,
        max: i64,
    },
    Vlan,
    Ipv4,
    Interface4,
    Prefix4,
    Ipv6,
    Interface6,
    Mac,
    Name {
        pattern: Option<Regex>,
        chars_max: i64,
    },
    Text {
        chars_max: i64,
    },
    Secret,
    Bool,
    Choice(Vec<String>),
    List {
        of: Box<Field>,
        items_max: i64,
    },
    Group(Vec<(String, Field)>),
}

impl Field {
    /// Compiles a field, or says what is wrong with its definition.
    pub(super) fn compile(file: FieldFile) -> Result<Self, String> {
        let kind = match file.kind {
            KindFile::Integer => Kind::Integer {
                min: file.min.unwrap_or(0),
                max: file.max.unwrap_or(i64::from(u32::MAX)),
            },
            KindFile::Vlan => Kind::Vlan,
            KindFile::Ipv4 => Kind::Ipv4,
            KindFile::Interface4 => Kind::Interface4,
            KindFile::Prefix4 => Kind::Prefix4,
            KindFile::Ipv6 => Kind::Ipv6,
            KindFile::Interface6 => Kind::Interface6,
            KindFile::Mac => Kind::Mac,
            KindFile::Name => Kind::Name {
                pattern: file
                    .pattern
                    .as_deref()
                    .map(Regex::new)
                    .transpose()
                    .map_err(|e| e.to_string())?,
                chars_max: file.max.unwrap_or(NAME_CHARS_MAX),
            },
            KindFile::Text => Kind::Text {
                chars_max: file.max.unwrap_or(TEXT_CHARS_MAX),
            },
            KindFile::Secret => Kind::Secret,
            KindFile::Bool => Kind::Bool,
            KindFile::Choice => Kind::Choice(file.values),
            KindFile::List => Kind::List {
                of: Box::new(Self::compile(*file.of.ok_or("a list needs `of`")?)?),
                items_max: file.max.unwrap_or(LIST_ITEMS_MAX),
            },
            KindFile::Group => Kind::Group(compile_all(file.fields)?),
        };
        Ok(Self {
            kind,
            help: file.help,
            required: file.required,
            default: file.default,
        })
    }

    /// What the field is for.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }

    /// Whether an operation can't do without it.
    #[must_use]
    pub fn is_required(&self, op: Op) -> bool {
        match &self.required {
            RequiredFile::Always(always) => *always,
            RequiredFile::For(ops) => ops.contains(&op),
        }
    }

    /// The value or template that stands in for a field that isn't given.
    #[must_use]
    pub fn default(&self) -> Option<&Node> {
        self.default.as_ref()
    }

    /// Checks a value and turns it into what templates see.
    pub(super) fn check(&self, node: &Node, path: &str, seen: &mut Checking<'_>) -> Option<Value> {
        match &self.kind {
            Kind::List { of, items_max } => check_list(of, *items_max, node, path, seen),
            Kind::Group(fields) => check_group(fields, node, path, seen),
            Kind::Secret => {
                let text = seen.keep(path, secret(node))?;
                seen.secrets.push(Secret::new(&text));
                Some(Value::from(text))
            }
            kind => seen.keep(path, kind.scalar(node)),
        }
    }
}

/// Compiles the fields of a writer or group.
pub(super) fn compile_all(files: Vec<(String, FieldFile)>) -> Result<Vec<(String, Field)>, String> {
    let compile = |(name, file)| match Field::compile(file) {
        Ok(field) => Ok((name, field)),
        Err(what) => Err(format!("field `{name}`: {what}")),
    };
    files.into_iter().map(compile).collect()
}

/// What checking the fields of one feature has found.
pub(super) struct Checking<'a> {
    pub(super) file: &'a str,
    pub(super) positions: &'a Positions,
    pub(super) op: Op,
    pub(super) mistakes: &'a mut Vec<Mistake>,
    pub(super) secrets: &'a mut Vec<Secret>,
}

impl Checking<'_> {
    /// Places a mistake at the value, or at what should hold it.
    pub(super) fn refuse(&mut self, path: &str, message: String, hint: &str) {
        let at = place(self.positions, path);
        self.mistakes
            .push(Mistake::new(self.file, message).at(at).hint(hint));
    }

    fn keep<T>(&mut self, path: &str, result: Result<T, Bad>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(bad) => {
                let name = path.rsplit('.').next().unwrap_or(path);
                self.refuse(path, format!("`{name}`: {}", bad.what), &bad.hint);
                None
            }
        }
    }
}

/// What is wrong with a value, and what to write instead.
struct Bad {
    what: String,
    hint: String,
}

fn bad<T>(what: impl Into<String>, hint: impl Into<String>) -> Result<T, Bad> {
    Err(Bad {
        what: what.into(),
        hint: hint.into(),
    })
}

impl Kind {
    fn scalar(&self, node: &Node) -> Result<Value, Bad> {
        match self {
            Self::Integer { min, max } => integer(node, *min, *max).map(Value::from),
            Self::Vlan => vlan(node).map(Value::from),
            Self::Bool => match node {
                Node::Bool(value) => Ok(Value::from(*value)),
                other => bad(
                    format!("{} is not true or false", other.kind()),
                    "write true or false",
                ),
            },
            Self::Choice(values) => choice(node, values),
            Self::Name { pattern, chars_max } => {
                name(node, pattern.as_ref(), *chars_max).map(Value::from)
            }
            Self::Text { chars_max } => text(node, *chars_max).map(Value::from),
            _ => self.address(node),
        }
    }

    fn address(&self, node: &Node) -> Result<Value, Bad> {
        let text = one_word(node, TEXT_CHARS_MAX)?;
        let parsed = match self {
            Self::Ipv4 => address::ipv4(&text).map(|ip| Value::from(ip.to_string())),
            Self::Interface4 => Interface4::parse_host(&text).map(|it| it.to_value()),
            Self::Prefix4 => Interface4::parse_subnet(&text).map(|it| it.to_value()),
            Self::Ipv6 => address::ipv6(&text).map(|ip| Value::from(ip.to_string())),
            Self::Interface6 => Interface6::parse(&text).map(|it| it.to_value()),
            _ => Mac::parse(&text).map(|mac| Value::from(mac.to_string())),
        };
        parsed.map_err(|wrong| Bad {
            what: wrong.what,
            hint: wrong.hint,
        })
    }
}

fn integer(node: &Node, min: i64, max: i64) -> Result<i64, Bad> {
    let number = match node {
        Node::Integer(number) => Some(*number),
        Node::Text(text) => text.parse().ok(),
        _ => None,
    };
    match number {
        Some(number) if (min..=max).contains(&number) => Ok(number),
        Some(number) => bad(
            format!("{number} is out of range"),
            format!("give a number from {min} to {max}"),
        ),
        None => bad(
            format!("{} is not a whole number", shown(node)),
            format!("give a number from {min} to {max}"),
        ),
    }
}

fn vlan(node: &Node) -> Result<i64, Bad> {
    const HINT: &str = "a VLAN is a number from 2 to 4094, except 1002 to 1005, which IOS keeps";
    match integer(node, 2, 4094) {
        Ok(number) if RESERVED_VLANS.contains(&number) => {
            bad(format!("VLAN {number} is reserved"), HINT)
        }
        Ok(number) => Ok(number),
        Err(_) => bad(format!("{} is not a VLAN", shown(node)), HINT),
    }
}

fn choice(node: &Node, values: &[String]) -> Result<Value, Bad> {
    match node.as_text().filter(|text| values.contains(text)) {
        Some(text) => Ok(Value::from(text)),
        None => bad(
            format!("{} is not one of them", shown(node)),
            format!("one of: {}", values.join(", ")),
        ),
    }
}

fn name(node: &Node, pattern: Option<&Regex>, chars_max: i64) -> Result<String, Bad> {
    let text = one_word(node, chars_max)?;
    match pattern.filter(|pattern| !pattern.is_match(&text)) {
        None => Ok(text),
        Some(pattern) => bad(
            format!("`{text}` has a form that is not allowed"),
            format!("it must match {pattern}"),
        ),
    }
}

/// A secret that is too short to be found again in a text can't be kept out of it.
fn secret(node: &Node) -> Result<String, Bad> {
    let text = one_word(node, TEXT_CHARS_MAX)?;
    if text.chars().count() < MASKED_CHARS_MIN {
        let hint =
            format!("choose one of {MASKED_CHARS_MIN} characters or more; it is never shown");
        return bad("the secret is too short", hint);
    }
    Ok(text)
}

fn one_word(node: &Node, chars_max: i64) -> Result<String, Bad> {
    let text = text(node, chars_max)?;
    if text.contains(char::is_whitespace) {
        return bad(format!("`{text}` has a blank"), "write one word");
    }
    Ok(text)
}

/// Text that can be typed: anything but keys of the terminal. Letters outside ASCII are let through (a
/// line may read 8 bits); rendering warns of them.
fn text(node: &Node, chars_max: i64) -> Result<String, Bad> {
    let Some(text) = node.as_text() else {
        return bad(
            format!("{} is not text", node.kind()),
            "write a text, in quotes if need be",
        );
    };
    let chars = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    if text.trim().is_empty() {
        return bad(
            "the text is empty",
            "write something, or leave the field out",
        );
    }
    if chars > chars_max {
        return bad(
            format!("the text has {chars} characters"),
            format!("at most {chars_max} are allowed"),
        );
    }
    match text
        .chars()
        .find(|letter| letter.is_control() || matches!(letter, '?' | '"'))
    {
        None => Ok(text),
        Some(key) => bad(
            format!(
                "the text has {key:?}, which a terminal takes for a key or the end of the text"
            ),
            "leave that character out",
        ),
    }
}

fn shown(node: &Node) -> String {
    node.as_text()
        .map_or_else(|| node.kind().to_string(), |text| format!("`{text}`"))
}

fn check_list(
    of: &Field,
    items_max: i64,
    node: &Node,
    path: &str,
    seen: &mut Checking<'_>,
) -> Option<Value> {
    let Node::List(items) = node else {
        let what = format!("{} is not a list", shown(node));
        return seen.keep(path, bad(what, "write [a, b], also for one item"));
    };
    if i64::try_from(items.len()).unwrap_or(i64::MAX) > items_max {
        let what = format!("the list has {} items", items.len());
        return seen.keep(path, bad(what, format!("at most {items_max} are allowed")));
    }
    let values: Vec<Option<Value>> = items
        .iter()
        .enumerate()
        .map(|(index, item)| of.check(item, &format!("{path}[{index}]"), seen))
        .collect();
    values
        .into_iter()
        .collect::<Option<Vec<Value>>>()
        .map(Value::from)
}

fn check_group(
    fields: &[(String, Field)],
    node: &Node,
    path: &str,
    seen: &mut Checking<'_>,
) -> Option<Value> {
    let Node::Map(_) = node else {
        let what = format!("{} is not a mapping", shown(node));
        return seen.keep(path, bad(what, format!("write {{{}: ...}}", names(fields))));
    };
    let mistakes = seen.mistakes.len();
    let values = check_fields(fields, node, path, seen);
    (seen.mistakes.len() == mistakes).then(|| Value::from(values))
}

/// Checks a mapping against fields: unknown and missing ones, and each value.
pub(super) fn check_fields(
    fields: &[(String, Field)],
    node: &Node,
    path: &str,
    seen: &mut Checking<'_>,
) -> BTreeMap<String, Value> {
    let entries = if let Node::Map(entries) = node {
        entries.as_slice()
    } else {
        &[]
    };
    for (key, _) in entries
        .iter()
        .filter(|(key, _)| !fields.iter().any(|(name, _)| name == key))
    {
        let hint = format!("the fields are: {}", names(fields));
        seen.refuse(
            &format!("{path}.{key}?"),
            format!("unknown field `{key}`"),
            &hint,
        );
    }
    let mut values = BTreeMap::new();
    for (name, field) in fields {
        match node.get(name) {
            Some(Node::Empty) | None if field.is_required(seen.op) && field.default.is_none() => {
                let what = format!("the field `{name}` is missing");
                seen.refuse(path, what, &format!("{name}: {}", field.help));
            }
            Some(Node::Empty) | None => {}
            Some(value) => {
                if let Some(value) = field.check(value, &format!("{path}.{name}"), seen) {
                    values.insert(name.clone(), value);
                }
            }
        }
    }
    values
}

fn names(fields: &[(String, Field)]) -> String {
    fields
        .iter()
        .map(|(name, _)| name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}
