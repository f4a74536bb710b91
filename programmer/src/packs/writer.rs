//! A writer: turns one feature of an RFS document into the lines of one device.
//!
//! A writer is data: fields, checks and templates of a YAML file. It knows nothing of what a device has;
//! the same feature gives the same lines, always.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior, Value};
use regex::RegexSet;
use yaml::{Mistake, Positions};

use super::field::{self, Checking, Field};
use super::marks;
use super::raw;
use super::rendered::{RenderedLine, planned, told};
use super::writer_file::{CheckFile, FormFile, WriterFile};
use crate::node::Node;
use crate::rfs::{Op, place};
use crate::secret::Secret;

/// One writer, checked and compiled.
pub struct Writer {
    name: String,
    about: String,
    order: i64,
    key: Field,
    fields: Vec<(String, Field)>,
    checks: Vec<CheckFile>,
    forms: Vec<Form>,
    templates: Environment<'static>,
}

/// The lines for some roles and platforms.
struct Form {
    roles: Vec<String>,
    platforms: Vec<String>,
    requires: Vec<String>,
    /// The document brings the templates.
    raw: bool,
    /// Lines of them that are refused.
    own: RegexSet,
    ops: Vec<Op>,
}

/// What a writer is told of the device it writes for.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The device's name.
    pub device: &'a str,
    /// Its role in the fabric.
    pub role: Option<&'a str>,
    /// Its platform.
    pub platform: &'a str,
    /// The name of the device's locator set, unless the document says otherwise.
    pub locator_set: &'a str,
}

/// A feature as it stands in a document.
#[derive(Debug, Clone, Copy)]
pub struct FeatureText<'a> {
    /// What is done to it.
    pub op: Op,
    /// Its key.
    pub key: &'a Node,
    /// Its fields.
    pub fields: &'a Node,
    /// The file it stands in.
    pub file: &'a str,
    /// Where everything stands in that file.
    pub positions: &'a Positions,
    /// Where the feature stands: `features[2]`.
    pub path: &'a str,
}

/// What a writer made of a feature.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The lines, in the order in which they are sent.
    pub lines: Vec<RenderedLine>,
    /// The secrets among the values.
    pub secrets: Vec<Secret>,
}

impl Writer {
    /// Compiles a writer's file.
    pub(super) fn compile(file: &str, text: &str, name: &str) -> Result<Self, Mistake> {
        let read: WriterFile = yaml::read(file, text)?;
        let positions = Positions::of(text);
        let bad = |path: &str, what: String| {
            Mistake::new(file, what)
                .at(positions.get(path))
                .hint("device-packs/ios-xe/writers/README.md tells the form of a writer")
        };
        if read.writer != name {
            return Err(bad(
                "writer",
                format!("the writer is named `{}`, not `{name}`", read.writer),
            ));
        }
        let mut templates = environment();
        for check in &read.checks {
            templates
                .compile_expression(&check.refuse)
                .map_err(|e| bad("checks", e.to_string()))?;
        }
        let mut forms = Vec::new();
        for (index, form) in read.forms.into_iter().enumerate() {
            let path = format!("forms[{index}]");
            let added = add_form(&mut templates, index, form);
            forms.push(added.map_err(|what| bad(&path, what))?);
        }
        Ok(Self {
            key: Field::compile(read.key).map_err(|what| bad("key", what))?,
            fields: field::compile_all(read.fields).map_err(|what| bad("fields", what))?,
            name: read.writer,
            about: read.about,
            order: read.order,
            checks: read.checks,
            forms,
            templates,
        })
    }

    /// Its name, as documents write it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Its place in the push.
    #[must_use]
    pub fn order(&self) -> i64 {
        self.order
    }

    /// What a feature's key must be.
    #[must_use]
    pub fn key(&self) -> &Field {
        &self.key
    }

    /// The operations that it has a form for.
    #[must_use]
    pub fn ops(&self) -> Vec<Op> {
        let has = |op: &Op| self.forms.iter().any(|form| form.ops.contains(op));
        Op::ALL.into_iter().filter(has).collect()
    }

    /// Its fields, in the order of its file.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.fields
            .iter()
            .map(|(name, field)| (name.as_str(), field))
    }

    /// Checks a feature and writes its lines. Every mistake is added to `mistakes`.
    pub fn write(
        &self,
        feature: FeatureText<'_>,
        facts: Facts<'_>,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Written> {
        let before = mistakes.len();
        let mut secrets = Vec::new();
        let mut seen = Checking {
            file: feature.file,
            positions: feature.positions,
            op: feature.op,
            mistakes,
            secrets: &mut secrets,
        };
        let form = self.form(feature, facts, &mut seen)?;
        let values = self.values(feature, facts, form, &mut seen);
        if seen.mistakes.len() > before {
            return None;
        }
        let rendered = match self.forms.get(form) {
            Some(form) if form.raw => {
                let marked = raw::render(feature, facts, &form.own, &mut seen);
                marked.map(|marked| planned(marked, self.order))?
            }
            _ => self.render(form, feature.op, values),
        };
        match rendered {
            Ok(lines) if lines.is_empty() => {
                let what = format!("{} has nothing to {} here", self.name, feature.op);
                let at = place(feature.positions, &format!("{}.fields", feature.path));
                let hint = format!("give fields; `programmer writers {}` lists them", self.name);
                mistakes.push(Mistake::new(feature.file, what).at(at).hint(hint));
                None
            }
            Ok(lines) => Some(Written { lines, secrets }),
            Err(what) => {
                let at = place(feature.positions, feature.path);
                let what = format!("the writer {} failed: {what}", self.name);
                let hint = "this is a mistake in the device pack; correct the writer's template";
                mistakes.push(Mistake::new(feature.file, what).at(at).hint(hint));
                None
            }
        }
    }

    /// The first form for the device's role and platform that has the operation.
    fn form(
        &self,
        feature: FeatureText<'_>,
        facts: Facts<'_>,
        seen: &mut Checking<'_>,
    ) -> Option<usize> {
        let fits = |form: &Form| form.fits(facts);
        let Some(index) = self.forms.iter().position(fits) else {
            let role = facts.role.unwrap_or("none");
            let what = format!(
                "{} has no form for `{}` with the role {role}",
                self.name, facts.device
            );
            let roles: Vec<&str> = self
                .forms
                .iter()
                .flat_map(|f| f.roles.iter().map(String::as_str))
                .collect();
            let hint = format!("the roles it knows are: {}", roles.join(", "));
            seen.refuse(&format!("{}.writer", feature.path), what, &hint);
            return None;
        };
        if self
            .forms
            .get(index)
            .is_some_and(|form| form.ops.contains(&feature.op))
        {
            return Some(index);
        }
        let what = format!("{} can't {} on `{}`", self.name, feature.op, facts.device);
        let ops: Vec<String> = self
            .forms
            .get(index)
            .map(|form| form.ops.iter().map(ToString::to_string).collect())
            .unwrap_or_default();
        seen.refuse(
            &format!("{}.op", feature.path),
            what,
            &format!("it can {}", ops.join(", ")),
        );
        None
    }

    /// What the templates see: the key, the fields, their defaults, and the device.
    fn values(
        &self,
        feature: FeatureText<'_>,
        facts: Facts<'_>,
        form: usize,
        seen: &mut Checking<'_>,
    ) -> BTreeMap<String, Value> {
        let before = seen.mistakes.len();
        let key = self
            .key
            .check(feature.key, &format!("{}.key", feature.path), seen);
        let path = format!("{}.fields", feature.path);
        let mut values = field::check_fields(&self.fields, feature.fields, &path, seen);
        let given: Vec<String> = values.keys().cloned().collect();
        values.insert("given".into(), Value::from(given));
        values.insert("key".into(), key.unwrap_or_default());
        values.insert("op".into(), Value::from(feature.op.to_string()));
        values.insert("device".into(), facts.to_value());
        if seen.mistakes.len() == before {
            self.add_defaults(&mut values, &path, seen);
            self.check_form(form, &values, facts, &path, seen);
            self.check_rules(&values, &path, seen);
        }
        values
    }

    fn add_defaults(
        &self,
        values: &mut BTreeMap<String, Value>,
        path: &str,
        seen: &mut Checking<'_>,
    ) {
        for (name, field) in &self.fields {
            let Some(default) = field.default().filter(|_| !values.contains_key(name)) else {
                continue;
            };
            let node = match default {
                Node::Text(template) => match self.templates.render_str(template, &*values) {
                    Ok(text) if text.trim().is_empty() => continue,
                    Ok(text) => Node::Text(text.trim().to_string()),
                    Err(error) => {
                        seen.refuse(
                            path,
                            format!("the default of `{name}`: {}", told(&error)),
                            "correct the writer",
                        );
                        continue;
                    }
                },
                other => other.clone(),
            };
            if let Some(value) = field.check(&node, &format!("{path}.{name}"), seen) {
                values.insert(name.clone(), value);
            }
        }
    }

    fn check_form(
        &self,
        form: usize,
        values: &BTreeMap<String, Value>,
        facts: Facts<'_>,
        path: &str,
        seen: &mut Checking<'_>,
    ) {
        let required = self
            .forms
            .get(form)
            .map(|form| form.requires.as_slice())
            .unwrap_or_default();
        for name in required.iter().filter(|name| !values.contains_key(*name)) {
            let help = self
                .fields
                .iter()
                .find(|(field, _)| field == name)
                .map(|(_, field)| field.help());
            let what = format!("the field `{name}` is missing; `{}` needs it", facts.device);
            seen.refuse(path, what, &format!("{name}: {}", help.unwrap_or_default()));
        }
    }

    fn check_rules(&self, values: &BTreeMap<String, Value>, path: &str, seen: &mut Checking<'_>) {
        for check in &self.checks {
            let refused = self
                .templates
                .compile_expression(&check.refuse)
                .and_then(|expression| expression.eval(values));
            let refused = match refused {
                Ok(value) => value.is_true(),
                Err(error) => {
                    let what = format!("the rule `{}`: {}", check.refuse, told(&error));
                    seen.refuse(path, what, "correct the writer");
                    continue;
                }
            };
            if refused {
                let message = self.templates.render_str(&check.message, values);
                let at = check
                    .field
                    .as_ref()
                    .map_or(path.to_string(), |field| format!("{path}.{field}"));
                seen.refuse(
                    &at,
                    message.unwrap_or_else(|_| check.message.clone()),
                    &check.hint,
                );
            }
        }
    }

    fn render(
        &self,
        form: usize,
        op: Op,
        values: BTreeMap<String, Value>,
    ) -> Result<Vec<RenderedLine>, String> {
        let template = self
            .templates
            .get_template(&template_name(form, op))
            .map_err(|e| e.to_string())?;
        let rendered = template
            .render(Value::from(values))
            .map_err(|error| told(&error))?;
        planned(marks::lines(&rendered)?, self.order)
    }
}

impl Form {
    fn fits(&self, facts: Facts<'_>) -> bool {
        let has = |names: &[String], name: &str| names.iter().any(|it| it == name);
        let role = self.roles.is_empty() || facts.role.is_some_and(|role| has(&self.roles, role));
        role && (self.platforms.is_empty() || has(&self.platforms, facts.platform))
    }
}

impl Facts<'_> {
    pub(super) fn to_value(self) -> Value {
        Value::from(BTreeMap::from([
            ("name", Value::from(self.device)),
            ("role", Value::from(self.role.unwrap_or_default())),
            ("platform", Value::from(self.platform)),
            ("locator_set", Value::from(self.locator_set)),
        ]))
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Writer({})", self.name)
    }
}

/// Templates fail on a field that isn't there, unless they ask for it with `if`.
fn environment() -> Environment<'static> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    templates.add_filter("after_last", |text: String, mark: String| {
        text.rsplit_once(mark.as_str())
            .map(|(_, after)| after.to_string())
            .unwrap_or_default()
    });
    templates
}

fn add_form(
    templates: &mut Environment<'static>,
    index: usize,
    form: FormFile,
) -> Result<Form, String> {
    let mut ops = Vec::new();
    for (op, text) in [
        (Op::Create, form.create),
        (Op::Modify, form.modify),
        (Op::Delete, form.delete),
    ] {
        let Some(text) = text else { continue };
        templates
            .add_template_owned(template_name(index, op), marks::mark(&text))
            .map_err(|error| format!("{op}: {}", told(&error)))?;
        ops.push(op);
    }
    if form.raw {
        ops = Op::ALL.to_vec();
    }
    Ok(Form {
        raw: form.raw,
        own: RegexSet::new(&form.own).map_err(|error| error.to_string())?,
        roles: form.roles,
        platforms: form.platforms,
        requires: form.requires,
        ops,
    })
}

fn template_name(form: usize, op: Op) -> String {
    format!("{form}-{op}")
}
