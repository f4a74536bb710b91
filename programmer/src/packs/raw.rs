//! Raw CLI templates: the document brings the lines, as Catalyst Center's templates have them, with the variables
//! and their values.
//!
//! The field `template` (to delete: `remove`) is the text, in the language that `language` names. `variables` says
//! what each variable may be, in the words of a writer's fields; `values` says what they are. A value without a
//! definition is typed by how it is written.
//!
//! No value can become a line: it has passed as a field has, and each line is looked at again when it is whole. What
//! mode a line leads to is not known here, so any configuration mode is right.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};
use regex::RegexSet;

use super::field::{Checking, Field, check_fields};
use super::marks::{self, Marked};
use super::rendered::told;
use super::velocity;
use super::velocity_expression;
use super::writer::{Facts, FeatureText};
use super::writer_file::{FieldFile, VARIABLE_KINDS};
use crate::node::Node;
use crate::plan::ANY_MODE;
use crate::rfs::Op;
use crate::secret::Mask;

/// The variables that a template may have.
const VARIABLES_MAX: usize = 200;
/// The steps that a template may take; a loop over 1,000 ports with ten lines each takes a tenth of it.
const STEPS_MAX: u64 = 1_000_000;
/// The lines that a template may write.
const LINES_MAX: usize = 10_000;
/// The name that templates are compiled under.
const NAME: &str = "template";

/// Renders the template of a feature; the mode of a line that names none is [`ANY_MODE`]. `own` are commands that
/// are the programmer's to send.
pub(super) fn render(
    feature: FeatureText<'_>,
    facts: Facts<'_>,
    own: &RegexSet,
    seen: &mut Checking<'_>,
) -> Option<Vec<Marked>> {
    let field = if feature.op == Op::Delete {
        "remove"
    } else {
        "template"
    };
    let path = format!("{}.fields.{field}", feature.path);
    let text = feature.fields.get(field)?.as_text()?;
    let values = values(feature, facts, seen)?;
    let velocity = feature
        .fields
        .get("language")
        .and_then(Node::as_text)
        .is_none_or(|it| it == "velocity");
    match lines(&text, velocity, &values, own) {
        Ok(lines) => Some(lines),
        Err(what) => {
            let hint = "device-packs/ios-xe/writers/README.md tells what a raw template may say";
            let what = Mask::new(seen.secrets.iter().cloned()).text(&what);
            seen.refuse(&path, format!("`{field}`: {what}"), hint);
            None
        }
    }
}

/// What the template sees, and the names that it may use.
struct Values {
    known: Vec<String>,
    values: BTreeMap<String, Value>,
}

fn values(feature: FeatureText<'_>, facts: Facts<'_>, seen: &mut Checking<'_>) -> Option<Values> {
    let path = format!("{}.fields.values", feature.path);
    let mistakes = seen.mistakes.len();
    let mut definitions = definitions(feature, seen);
    let given = feature.fields.get("values").unwrap_or(&Node::Empty);
    if let Node::Map(entries) = given {
        for (name, node) in entries {
            if !definitions.iter().any(|(known, _)| known == name) && is_name(name) {
                match guessed(node) {
                    Some(field) => definitions.push((name.clone(), field)),
                    None => seen.refuse(
                        &format!("{path}.{name}"),
                        format!("what may `{name}` be?"),
                        "define it: variables: {NAME: {type: group, fields: {...}}}",
                    ),
                }
            }
        }
    }
    if seen.mistakes.len() > mistakes {
        return None;
    }
    let mut values = check_fields(&definitions, given, &path, seen);
    for (name, field) in &definitions {
        if let Some(default) = field.default().filter(|_| !values.contains_key(name))
            && let Some(value) = field.check(default, &format!("{path}.{name}"), seen)
        {
            values.insert(name.clone(), value);
        }
    }
    let device = facts.to_value();
    let system = BTreeMap::from([
        ("hostname", Value::from(facts.device)),
        ("name", Value::from(facts.device)),
    ]);
    values.insert("device".into(), device);
    values.insert("__device".into(), Value::from(system));
    let mut known: Vec<String> = definitions.into_iter().map(|(name, _)| name).collect();
    known.extend(["device".to_string(), "__device".to_string()]);
    (seen.mistakes.len() == mistakes).then_some(Values { known, values })
}

/// The definitions of the variables, as the document gives them.
fn definitions(feature: FeatureText<'_>, seen: &mut Checking<'_>) -> Vec<(String, Field)> {
    let path = format!("{}.fields.variables", feature.path);
    let Some(Node::Map(entries)) = feature.fields.get("variables") else {
        return Vec::new();
    };
    if entries.len() > VARIABLES_MAX {
        let what = format!("the template has {} variables", entries.len());
        seen.refuse(&path, what, &format!("at most {VARIABLES_MAX} are allowed"));
        return Vec::new();
    }
    let mut definitions = Vec::new();
    for (name, node) in entries {
        match definition(name, node) {
            Ok(field) => definitions.push((name.clone(), field)),
            Err(what) => seen.refuse(
                &format!("{path}.{name}"),
                format!("the variable `{name}`: {what}"),
                "write NAME: {type: vlan, required: true}; device-packs/ios-xe/writers/README.md lists the types",
            ),
        }
    }
    definitions
}

fn definition(name: &str, node: &Node) -> Result<Field, String> {
    if !is_name(name) {
        return Err("a name has letters, digits and `_`, and begins with a letter".into());
    }
    let json = match node {
        Node::Text(kind) => serde_json::json!({ "type": kind }),
        other => serde_json::to_value(other).map_err(|error| error.to_string())?,
    };
    let kind = json
        .get("type")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    if !VARIABLE_KINDS.contains(&kind) {
        return Err(format!(
            "`{kind}` is no type; the types are: {}",
            VARIABLE_KINDS.join(", ")
        ));
    }
    let file: FieldFile = serde_json::from_value(json).map_err(|error| error.to_string())?;
    Field::compile(file)
}

/// The type of a value without a definition.
fn guessed(node: &Node) -> Option<Field> {
    let kind = match node {
        Node::Bool(_) => serde_json::json!({"type": "bool"}),
        Node::Integer(_) => {
            serde_json::json!({"type": "integer", "min": i64::MIN, "max": i64::MAX})
        }
        Node::List(items) => {
            let numbers =
                !items.is_empty() && items.iter().all(|item| matches!(item, Node::Integer(_)));
            let of = if numbers { "integer" } else { "text" };
            serde_json::json!({"type": "list", "of": {"type": of}})
        }
        Node::Map(_) => return None,
        Node::Text(_) | Node::Float(_) | Node::Empty => serde_json::json!({"type": "text"}),
    };
    serde_json::from_value(kind)
        .ok()
        .and_then(|file| Field::compile(file).ok())
}

/// What both languages take for a name.
fn is_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || it == '_')
}

fn lines(
    text: &str,
    velocity: bool,
    values: &Values,
    own: &RegexSet,
) -> Result<Vec<Marked>, String> {
    let marked = marks::mark_raw(text);
    let (source, set) = if velocity {
        let translated = velocity::translate(&marked)?;
        (translated.text, translated.set)
    } else {
        (marked, BTreeSet::new())
    };
    let rendered = rendered(&source, &set, velocity, values)?;
    let mut lines = marks::lines(&rendered)?;
    if lines.len() > LINES_MAX {
        return Err(format!(
            "it writes {} lines; at most {LINES_MAX} are allowed",
            lines.len()
        ));
    }
    // A comment of a template is no command.
    lines.retain(|line| !line.text.starts_with('!'));
    for line in &mut lines {
        check(line, own)?;
        let mode = if line.exec { "exec" } else { ANY_MODE };
        line.mode = Some(mode.to_string());
    }
    Ok(lines)
}

fn rendered(
    source: &str,
    set: &BTreeSet<String>,
    velocity: bool,
    values: &Values,
) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    if !velocity {
        // A tag alone in its line leaves nothing of the line.
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        environment.set_syntax(syntax.map_err(|error| told(&error))?);
    }
    environment.set_fuel(Some(STEPS_MAX));
    velocity_expression::add_methods(&mut environment);
    let template = environment
        .template_from_named_str(NAME, source)
        .map_err(|error| told(&error))?;
    let mut unknown: Vec<String> = template
        .undeclared_variables(false)
        .into_iter()
        .filter(|name| {
            !values.known.contains(name)
                && !set.contains(name)
                && !BUILT_IN.contains(&name.as_str())
        })
        .collect();
    unknown.sort();
    if let Some(name) = unknown.first() {
        let text = if velocity {
            format!(", or \\${name} if it is text")
        } else {
            String::new()
        };
        return Err(format!(
            "the variable `{name}` has no value and no definition; write values: {{{name}: ...}}{text}"
        ));
    }
    template
        .render(Value::from(values.values.clone()))
        .map_err(|error| told(&error))
}

/// Names that templates have without anyone's doing.
const BUILT_IN: [&str; 5] = ["range", "namespace", "dict", "loop", "debug"];

/// A line that a terminal would take for something else, or that isn't the template's to send.
fn check(line: &Marked, own: &RegexSet) -> Result<(), String> {
    let first = line.text.lines().next().unwrap_or_default();
    let key = |it: char| it.is_control() && !(it == '\n' || it == '\t');
    if let Some(key) = line.text.chars().find(|it| key(*it)) {
        return Err(format!(
            "`{first}` has {key:?}, which a terminal takes for a key"
        ));
    }
    if first.contains('?') {
        return Err(format!(
            "`{first}` has `?`, which a terminal takes for a question"
        ));
    }
    if first.contains('\t') {
        return Err(format!(
            "`{}` has a tab, which a terminal takes for a key",
            first.replace('\t', " ")
        ));
    }
    if !line.exec && own.is_match(first) {
        return Err(format!(
            "`{first}` isn't needed: the programmer enters and leaves configuration mode itself"
        ));
    }
    Ok(())
}
