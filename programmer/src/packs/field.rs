//! Fields of a writer: what may stand in an RFS document, and what a template gets to see of it.
//!
//! A value that passes can be typed into a device: no field lets a control character, a `?` or a line end
//! through, because a terminal takes them for keys.

use std::collections::BTreeMap;

use minijinja::Value;
use yaml::{Mistake, Positions};

use super::kind::{Bad, Kind, bad, secret, shown};
use super::writer_file::{FieldFile, RequiredFile};
use crate::node::Node;
use crate::rfs::{Op, place};
use crate::secret::Secret;

/// One field, ready to check values.
#[derive(Debug)]
pub struct Field {
    kind: Kind,
    help: String,
    required: RequiredFile,
    default: Option<Node>,
}

impl Field {
    /// Compiles a field, or says what is wrong with its definition.
    pub(super) fn compile(file: FieldFile) -> Result<Self, String> {
        let kind = Kind::compile(&file)?;
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

    /// Its type.
    pub(super) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// What may stand there, in a few words.
    #[must_use]
    pub fn about(&self) -> String {
        self.kind.about()
    }

    /// The fields that it holds, if it is a group or a list of groups.
    #[must_use]
    pub fn parts(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Group(fields) => fields,
            Kind::List { of, .. } => of.parts(),
            _ => &[],
        }
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
            // Whoever renders a raw template checks these against each other.
            Kind::Variables | Kind::Values => match node {
                Node::Map(_) => Some(Value::from(true)),
                _ => {
                    let what = format!("{} is not a mapping", shown(node));
                    seen.keep(path, bad(what, "write {name: ...}"))
                }
            },
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
    let mut values = check_fields(fields, node, path, seen);
    for (name, field) in fields {
        let Some(default) = field.default().filter(|_| !values.contains_key(name)) else {
            continue;
        };
        if let Some(value) = field.check(default, &format!("{path}.{name}"), seen) {
            values.insert(name.clone(), value);
        }
    }
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
                let hint = match field.help.as_str() {
                    "" => format!("add {name}: VALUE"),
                    help => format!("{name}: {help}"),
                };
                seen.refuse(path, what, &hint);
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
