//! JSON Schemas (2020-12) of RFS documents, derived from the writers: an editor can complete and check a document
//! before the programmer sees it.
//!
//! A schema says what each value may be by itself. What a writer checks beside that (an address that is a host on its
//! subnet, rules over several fields, what a device's role needs) isn't in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Packs;
use super::field::Field;
use super::kind::{
    BLANKLESS, Kind, LIST_ITEMS_MAX, MASKED_CHARS_MIN, RESERVED_VLANS, TEMPLATE_BYTES_MAX,
    TEXT_CHARS_MAX, TYPABLE,
};
use super::writer::Writer;
use crate::rfs::{DOCUMENT_KEYS, FEATURE_KEYS, Op};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const ADDRESS4: &str = r"[0-9]{1,3}(\.[0-9]{1,3}){3}";
const ADDRESS6: &str = r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*";

/// The schema of a file of RFS documents: one, or a list of them.
#[must_use]
pub fn documents(packs: &Packs) -> Value {
    let writers = writers(packs);
    let mut definitions: Map<String, Value> = writers
        .iter()
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    definitions.insert("document".into(), document());
    definitions.insert("feature".into(), feature(writers.keys()));
    json!({
        "$schema": DIALECT,
        "title": "RFS documents",
        "description": "What devices shall have, for the program `programmer`.",
        "oneOf": [
            {"$ref": "#/$defs/document"},
            {"type": "array", "items": {"$ref": "#/$defs/document"}, "minItems": 1},
        ],
        "$defs": definitions,
    })
}

/// The schema of the features of one writer, if there is such a writer.
#[must_use]
pub fn of_writer(packs: &Packs, name: &str) -> Option<Value> {
    let mut schema = writers(packs).remove(name)?;
    if let Value::Object(entries) = &mut schema {
        entries.insert("$schema".into(), json!(DIALECT));
    }
    Some(schema)
}

/// Each writer's schema; where platforms differ, any of theirs.
fn writers(packs: &Packs) -> BTreeMap<String, Value> {
    let mut known: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for writer in packs
        .names()
        .filter_map(|name| packs.platform(name))
        .flat_map(|platform| platform.writers())
    {
        let schema = of(writer);
        let same_name = known.entry(writer.name().to_string()).or_default();
        if !same_name.contains(&schema) {
            same_name.push(schema);
        }
    }
    let joined = known
        .into_iter()
        .map(|(name, mut schemas)| match schemas.pop() {
            Some(only) if schemas.is_empty() => (name, only),
            Some(last) => {
                schemas.push(last);
                (name, json!({ "anyOf": schemas }))
            }
            None => (name, json!(false)),
        });
    joined.collect()
}

fn document() -> Value {
    let name = json!({"type": ["string", "number"], "minLength": 1});
    let mut properties = json!({
        "kind": {"const": "rfs"},
        "device": name,
        "devices": {"type": "array", "items": name, "minItems": 1},
        "role": name,
        "features": {"type": "array", "items": {"$ref": "#/$defs/feature"}, "minItems": 1},
    });
    describe(&mut properties, "device", "the device that it is for");
    describe(&mut properties, "devices", "the devices that it is for");
    describe(
        &mut properties,
        "role",
        "the role of the devices that it is for",
    );
    debug_assert!(
        DOCUMENT_KEYS
            .iter()
            .all(|key| properties.get(key).is_some())
    );
    json!({
        "type": "object",
        "properties": properties,
        "required": ["kind", "features"],
        "oneOf": [{"required": ["device"]}, {"required": ["devices"]}, {"required": ["role"]}],
        "additionalProperties": false,
    })
}

fn describe(properties: &mut Value, key: &str, text: &str) {
    if let Some(Value::Object(entries)) = properties.get_mut(key) {
        entries.insert("description".into(), json!(text));
    }
}

/// A feature is that of its writer.
fn feature<'n>(writers: impl Iterator<Item = &'n String> + Clone) -> Value {
    let names: Vec<&String> = writers.clone().collect();
    let cases: Vec<Value> = writers
        .map(|name| {
            json!({
                "if": {"properties": {"writer": {"const": name}}},
                "then": {"$ref": format!("#/$defs/{name}")},
            })
        })
        .collect();
    json!({
        "type": "object",
        "properties": {"writer": {"enum": names}},
        "required": ["writer", "op", "key"],
        "allOf": cases,
    })
}

fn of(writer: &Writer) -> Value {
    let ops: Vec<String> = writer.ops().iter().map(ToString::to_string).collect();
    let needs = writer.ops().into_iter().filter_map(|op| {
        let required: Vec<&str> = required(writer.fields(), op);
        (!required.is_empty()).then(|| {
            json!({
                "if": {"properties": {"op": {"const": op.to_string()}}},
                "then": {"required": ["fields"], "properties": {"fields": {"required": required}}},
            })
        })
    });
    let needs: Vec<Value> = needs.collect();
    let mut schema = json!({
        "title": writer.name(),
        "description": writer.about().trim(),
        "type": "object",
        "properties": {
            "writer": {"const": writer.name()},
            "op": {"enum": ops},
            "key": of_field(writer.key()),
            "fields": {
                "type": "object",
                "properties": properties(writer.fields()),
                "additionalProperties": false,
            },
        },
        "required": ["writer", "op", "key"],
        "additionalProperties": false,
    });
    debug_assert!(
        FEATURE_KEYS
            .iter()
            .all(|key| schema.pointer(&format!("/properties/{key}")).is_some())
    );
    if let (false, Value::Object(entries)) = (needs.is_empty(), &mut schema) {
        entries.insert("allOf".into(), json!(needs));
    }
    schema
}

fn properties<'f>(fields: impl Iterator<Item = (&'f str, &'f Field)>) -> Value {
    fields
        .map(|(name, field)| (name.to_string(), of_field(field)))
        .collect::<Map<_, _>>()
        .into()
}

/// The fields that an operation can't do without.
fn required<'f>(fields: impl Iterator<Item = (&'f str, &'f Field)>, op: Op) -> Vec<&'f str> {
    fields
        .filter(|(_, field)| field.is_required(op) && field.default().is_none())
        .map(|(name, _)| name)
        .collect()
}

fn of_field(field: &Field) -> Value {
    let mut schema = of_kind(field.kind());
    let Value::Object(entries) = &mut schema else {
        return schema;
    };
    if !field.help().is_empty() {
        entries.insert("description".into(), json!(field.help()));
    }
    let default = field
        .default()
        .and_then(|default| serde_json::to_value(default).ok());
    // A default that is worked out isn't a value.
    if let Some(default) = default.filter(|it| {
        !it.as_str()
            .is_some_and(|text| text.contains("{%") || text.contains("{{"))
    }) {
        entries.insert("default".into(), default);
    }
    schema
}

fn of_kind(kind: &Kind) -> Value {
    match kind {
        Kind::Integer { min, max } => number(json!({"minimum": min, "maximum": max}), "^-?[0-9]+$"),
        Kind::Vlan => {
            let reserved =
                json!({"minimum": RESERVED_VLANS.start(), "maximum": RESERVED_VLANS.end()});
            number(
                json!({"minimum": 2, "maximum": 4094, "not": reserved}),
                "^[1-9][0-9]{0,3}$",
            )
        }
        Kind::Ipv4 => word(&[&format!("^{ADDRESS4}$")], TEXT_CHARS_MAX),
        Kind::Group4 => word(&[&format!("^{ADDRESS4}(/[0-9]{{1,2}})?$")], TEXT_CHARS_MAX),
        Kind::Interface4 | Kind::Prefix4 => {
            word(&[&format!("^{ADDRESS4}/[0-9]{{1,2}}$")], TEXT_CHARS_MAX)
        }
        Kind::Ipv6 => word(&[&format!("^{ADDRESS6}$")], TEXT_CHARS_MAX),
        Kind::Interface6 => word(&[&format!("^{ADDRESS6}/[0-9]{{1,3}}$")], TEXT_CHARS_MAX),
        Kind::Mac => word(&["^[0-9A-Fa-f.:-]{12,17}$"], TEXT_CHARS_MAX),
        Kind::Name { pattern, chars_max } => {
            let own = pattern.as_ref().map(regex::Regex::as_str);
            word(&[&[BLANKLESS], own.as_slice()].concat(), *chars_max)
        }
        Kind::Text { pattern, chars_max } => {
            let own = pattern.as_ref().map(regex::Regex::as_str);
            word(&[&[TYPABLE], own.as_slice()].concat(), *chars_max)
        }
        Kind::Lines { chars_max } => {
            json!({"type": ["string", "number"], "minLength": 1, "maxLength": chars_max})
        }
        Kind::Secret => {
            let mut schema = word(&[BLANKLESS], TEXT_CHARS_MAX);
            if let Value::Object(entries) = &mut schema {
                entries.insert("minLength".into(), json!(MASKED_CHARS_MIN));
                entries.insert("writeOnly".into(), json!(true));
            }
            schema
        }
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Choice(values) => json!({ "enum": values }),
        Kind::List { of, items_max } => {
            json!({"type": "array", "items": of_field(of), "maxItems": items_max})
        }
        Kind::Group(fields) => {
            let fields = || fields.iter().map(|(name, field)| (name.as_str(), field));
            json!({
                "type": "object",
                "properties": properties(fields()),
                "required": required(fields(), Op::Create),
                "additionalProperties": false,
            })
        }
        Kind::Template => {
            json!({"type": "string", "minLength": 1, "maxLength": TEMPLATE_BYTES_MAX})
        }
        Kind::Variables => variables(),
        Kind::Values => json!({"type": "object", "propertyNames": {"pattern": NAME}}),
    }
}

/// The name of a raw template's variable.
const NAME: &str = "^[A-Za-z][A-Za-z0-9_]*$";

/// The definitions of a raw template's variables: a type, or a type and what belongs to it.
fn variables() -> Value {
    let kinds = json!({"enum": super::writer_file::VARIABLE_KINDS});
    let full = json!({
        "type": "object",
        "properties": {
            "type": kinds,
            "help": {"type": "string"},
            "required": {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"enum": ["create", "modify", "delete"]}}]},
            "default": {},
            "min": {"type": "integer"},
            "max": {"type": "integer"},
            "pattern": {"type": "string"},
            "values": {"type": "array", "items": {"type": "string"}, "maxItems": LIST_ITEMS_MAX},
            "of": {"type": "object"},
            "fields": {"type": "object"},
        },
        "required": ["type"],
        "additionalProperties": false,
    });
    json!({"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": {"anyOf": [kinds, full]}})
}

/// A number, which may be written as text.
fn number(mut range: Value, pattern: &str) -> Value {
    if let Value::Object(entries) = &mut range {
        entries.insert("type".into(), json!("integer"));
    }
    json!({"anyOf": [range, {"type": "string", "pattern": pattern}]})
}

/// A text of these forms; a number or a truth value that stands where a text is meant is read as one.
fn word(patterns: &[&str], chars_max: i64) -> Value {
    let mut schema =
        json!({"type": ["string", "number", "boolean"], "minLength": 1, "maxLength": chars_max});
    if let Value::Object(entries) = &mut schema {
        match patterns {
            [only] => entries.insert("pattern".into(), json!(only)),
            several => {
                let all: Vec<Value> = several
                    .iter()
                    .map(|pattern| json!({ "pattern": pattern }))
                    .collect();
                entries.insert("allOf".into(), json!(all))
            }
        };
    }
    schema
}
