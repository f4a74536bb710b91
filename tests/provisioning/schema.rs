//! What `programmer schema` publishes: every document of the cases and of `examples/` passes, and what is changed in it so
//! that it means nothing doesn't.

use std::fs;
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use programmer::inventory::{Inventory, PasswordOverride};
use programmer::packs::schema::{documents, of_writer};
use programmer::{resolve, rfs};
use serde_json::{Value, json};

use crate::case::{Case, Heading};
use crate::play;

/// The published schema, compiled by somebody else's reading of the standard.
struct Published {
    schemas: Schemas,
    documents: SchemaIndex,
}

impl Published {
    fn read() -> Self {
        let mut compiler = Compiler::new();
        let mut schemas = Schemas::new();
        compiler
            .add_resource("rfs.json", documents(play::packs()))
            .unwrap();
        let documents = compiler.compile("rfs.json", &mut schemas).unwrap();
        Self { schemas, documents }
    }

    fn refuses(&self, document: &Value) -> Option<String> {
        let refused = self.schemas.validate(document, self.documents).err();
        refused.map(|error| error.to_string())
    }
}

/// Every document that the programmer takes, with where it stands.
fn taken() -> Vec<(String, Value)> {
    let mut taken = vec![];
    for file in crate::files() {
        let case = Case::parse(&fs::read_to_string(&file).unwrap()).unwrap();
        for step in case.steps() {
            if !step
                .iter()
                .any(|section| section.heading == Heading::Refused)
            {
                add(&mut taken, &file, &step[0].text);
            }
        }
    }
    for file in examples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")) {
        add(&mut taken, &file, &fs::read_to_string(&file).unwrap());
    }
    taken
}

fn add(taken: &mut Vec<(String, Value)>, file: &Path, text: &str) {
    let read: Vec<Value> = yaml::read_all("rfs.yaml", text).unwrap();
    let name = file.file_name().unwrap().to_str().unwrap().to_string();
    taken.extend(read.into_iter().map(|document| (name.clone(), document)));
}

fn examples(folder: &Path) -> Vec<PathBuf> {
    let mut files = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(examples(&path));
        } else if path
            .extension()
            .is_some_and(|end| end == "yaml" || end == "json")
        {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_document_of_the_cases_and_examples_passes_the_schema() {
    let published = Published::read();
    let taken = taken();
    assert!(taken.len() > 50, "only {} documents", taken.len());
    let refused: Vec<String> = taken
        .iter()
        .filter_map(|(file, document)| {
            Some(format!(
                "{file}: {}\n{document:#}",
                published.refuses(document)?
            ))
        })
        .collect();
    assert!(
        refused.is_empty(),
        "{}\n{} refused",
        refused.join("\n"),
        refused.len()
    );
}

#[test]
fn every_example_has_a_plan_on_the_campus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let campus = root.join("topologies/campus.yaml");
    let inventory = Inventory::read_file(&campus, &PasswordOverride::default()).unwrap();
    for file in examples(&root.join("examples")) {
        if file.parent().unwrap().ends_with("failures") {
            continue;
        }
        let mut mistakes = vec![];
        let documents = rfs::read_file(&file, &mut mistakes);
        let planned = resolve::resolve(&documents, &inventory, play::packs());
        mistakes.extend(planned.err().unwrap_or_default());
        let told: Vec<String> = mistakes.iter().map(yaml::Mistake::report).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }
}

#[test]
fn a_document_that_is_changed_to_mean_nothing_is_refused() {
    let published = Published::read();
    let mut tried = 0;
    let mut passed = vec![];
    for (file, document) in taken() {
        for (what, changed) in changes(&document) {
            tried += 1;
            if published.refuses(&changed).is_none() {
                passed.push(format!("{file}, {what}: {changed}"));
            }
        }
    }
    assert!(tried > 1_000, "only {tried} changes were tried");
    assert!(
        passed.is_empty(),
        "{}\n{} of {tried} passed",
        passed.join("\n"),
        passed.len()
    );
}

#[test]
fn every_writer_has_a_schema_of_its_own() {
    for name in play::packs().writers() {
        let schema = of_writer(play::packs(), name).unwrap();
        let mut compiler = Compiler::new();
        compiler.add_resource("writer.json", schema).unwrap();
        compiler
            .compile("writer.json", &mut Schemas::new())
            .unwrap();
    }
    assert_eq!(of_writer(play::packs(), "Vfr"), None);
}

/// A document, each time with one thing in it that can't be.
fn changes(document: &Value) -> Vec<(String, Value)> {
    if let Value::Array(several) = document {
        return several.iter().flat_map(changes).collect();
    }
    let mut changes = vec![];
    for key in ["kind", "features"] {
        let mut changed = document.clone();
        changed.as_object_mut().unwrap().remove(key);
        changes.push((format!("without {key}"), changed));
    }
    let mut changed = document.clone();
    changed["when"] = json!("now");
    changes.push(("with a key that means nothing".into(), changed));
    let count = document["features"].as_array().unwrap().len();
    for at in 0..count {
        let mut change = |what: &str, to: &dyn Fn(&mut Value)| {
            let mut changed = document.clone();
            to(&mut changed["features"][at]);
            changes.push((format!("feature {at} {what}"), changed));
        };
        change("of no writer", &|feature| {
            feature["writer"] = json!("Nobody")
        });
        change("with an operation that isn't", &|feature| {
            feature["op"] = json!("destroy")
        });
        change("without a key", &|feature| {
            drop(feature.as_object_mut().unwrap().remove("key"))
        });
        change("with a key of two lines", &|feature| {
            feature["key"] = json!("a\nb")
        });
        change("with a word too many", &|feature| {
            feature["also"] = json!(true)
        });
        change("with a field that isn't", &|feature| {
            feature["fields"]["nothing"] = json!(1)
        });
        let fields = document["features"][at]["fields"].as_object();
        for name in fields.into_iter().flat_map(|fields| fields.keys()) {
            let wrong = match &document["features"][at]["fields"][name] {
                Value::Array(_) | Value::Object(_) => json!("a ? b"),
                _ => json!([]),
            };
            change(&format!("with another {name}"), &|feature| {
                feature["fields"][name] = wrong.clone()
            });
        }
    }
    changes
}
