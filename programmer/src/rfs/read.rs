//! Reads RFS documents, YAML or JSON, and checks their form.

use std::path::Path;
use std::sync::Arc;

use yaml::{Mistake, Position, Positions};

use super::{Document, Feature, Op, Target, join, place};
use crate::node::Node;

pub(crate) const DOCUMENT_KEYS: [&str; 5] = ["kind", "device", "devices", "role", "features"];
pub(crate) const FEATURE_KEYS: [&str; 4] = ["writer", "op", "key", "fields"];

/// Reads a file of RFS documents. Every mistake of form in it is added to `mistakes`; what is of sound form
/// is returned all the same, so that its meaning can be checked in the same run.
pub fn read_file(path: &Path, mistakes: &mut Vec<Mistake>) -> Vec<Document> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => read_sound(&file, &text, mistakes),
        Err(error) => {
            let mistake = Mistake::new(file, error.to_string());
            mistakes.push(mistake.hint("name a file with RFS documents, YAML or JSON"));
            Vec::new()
        }
    }
}

/// Reads a text of RFS documents; a file name that ends in `.json` makes it JSON.
///
/// # Errors
///
/// Every mistake of form in the text.
pub fn read(file: &str, text: &str) -> Result<Vec<Document>, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let documents = read_sound(file, text, &mut mistakes);
    if mistakes.is_empty() {
        Ok(documents)
    } else {
        Err(mistakes)
    }
}

fn read_sound(file: &str, text: &str, mistakes: &mut Vec<Mistake>) -> Vec<Document> {
    let is_json = Path::new(file)
        .extension()
        .is_some_and(|extension| extension == "json");
    let nodes = if is_json {
        read_json(file, text)
    } else {
        yaml::read_all(file, text)
    };
    let nodes = match nodes {
        Ok(nodes) => nodes,
        Err(mistake) => {
            mistakes.push(mistake);
            return Vec::new();
        }
    };
    let mut reader = Reader {
        file,
        positions: Arc::new(Positions::of(text)),
        documents: Vec::new(),
        mistakes: Vec::new(),
    };
    for (index, node) in nodes.iter().enumerate() {
        let path = if index == 0 {
            String::new()
        } else {
            format!("{index}:")
        };
        reader.documents(&path, node);
    }
    reader.finish(mistakes)
}

fn read_json(file: &str, text: &str) -> Result<Vec<Node>, Mistake> {
    if text.len() > yaml::FILE_BYTES_MAX {
        let hint = format!("split it; a file may have {} bytes", yaml::FILE_BYTES_MAX);
        return Err(Mistake::new(file, format!("the file has {} bytes", text.len())).hint(hint));
    }
    serde_json::from_str(text)
        .map(|node| vec![node])
        .map_err(|error| {
            let position = Position {
                line: error.line(),
                column: error.column(),
            };
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            Mistake::new(file, message)
                .at(position)
                .hint("the file is read as JSON, for its name ends so")
        })
}

/// Reads the documents of one file and keeps its mistakes.
struct Reader<'a> {
    file: &'a str,
    positions: Arc<Positions>,
    documents: Vec<Document>,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn finish(mut self, mistakes: &mut Vec<Mistake>) -> Vec<Document> {
        if self.documents.is_empty() && self.mistakes.is_empty() {
            let hint = "begin with `kind: rfs`; examples/ has documents to start from";
            self.mistakes
                .push(Mistake::new(self.file, "the file has no document").hint(hint));
        }
        mistakes.extend(self.mistakes);
        self.documents
    }

    /// A document, or a list of them.
    fn documents(&mut self, path: &str, node: &Node) {
        match node {
            Node::Empty => {}
            Node::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.documents(&format!("{path}[{index}]"), item);
                }
            }
            Node::Map(entries) => self.document(path, node, entries),
            other => {
                let what = format!("{} is not an RFS document", other.kind());
                self.refuse(path, what, "write a mapping that begins with `kind: rfs`");
            }
        }
    }

    fn document(&mut self, path: &str, node: &Node, entries: &[(String, Node)]) {
        self.unknown_keys(path, entries, &DOCUMENT_KEYS);
        let kind = node.get("kind").and_then(Node::as_text);
        match kind.as_deref() {
            Some("rfs") => {}
            Some(other) => {
                let what = format!("the kind `{other}` is unknown");
                self.refuse(
                    &join(path, "kind"),
                    what,
                    "the programmer reads `kind: rfs`",
                );
            }
            None => self.refuse(path, "`kind` is missing", "add `kind: rfs`"),
        }
        let target = self.target(path, node);
        let features = self.features(path, node);
        // A document of another kind means nothing here.
        if let Some(target) = target
            && kind.is_none_or(|kind| kind == "rfs")
        {
            self.documents.push(Document {
                file: self.file.to_string(),
                positions: Arc::clone(&self.positions),
                path: path.to_string(),
                target,
                features,
            });
        }
    }

    fn target(&mut self, path: &str, node: &Node) -> Option<Target> {
        const HINT: &str = "give one of `device: NAME`, `devices: [NAME, ...]` or `role: ROLE`";
        let given: Vec<&str> = ["device", "devices", "role"]
            .into_iter()
            .filter(|key| node.get(key).is_some())
            .collect();
        let [key] = given.as_slice() else {
            let what = match given.as_slice() {
                [] => "the document names no device".to_string(),
                [first, second, ..] => format!("the document has `{first}` and `{second}`"),
                [only] => format!("`{only}`"),
            };
            self.refuse(path, what, HINT);
            return None;
        };
        let value = node.get(key)?;
        let target = match (*key, value, value.as_text()) {
            ("device", _, Some(name)) => Some(Target::Device(name)),
            ("role", _, Some(role)) => Some(Target::Role(role)),
            ("devices", Node::List(items), _) if !items.is_empty() => items
                .iter()
                .map(Node::as_text)
                .collect::<Option<Vec<_>>>()
                .map(Target::Devices),
            _ => None,
        };
        if target.is_none() {
            let what = format!("`{key}` is {}", value.kind());
            self.refuse(&join(path, key), what, HINT);
        }
        target
    }

    fn features(&mut self, path: &str, node: &Node) -> Vec<Feature> {
        let path = join(path, "features");
        match node.get("features") {
            Some(Node::List(items)) if !items.is_empty() => items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| self.feature(format!("{path}[{index}]"), item))
                .collect(),
            Some(other) => {
                let what = format!(
                    "`features` is {}",
                    if matches!(other, Node::List(_)) {
                        "empty"
                    } else {
                        other.kind()
                    }
                );
                self.refuse(&path, what, "write a list of {writer, op, key, fields}");
                Vec::new()
            }
            None => {
                self.refuse(
                    &path,
                    "`features` is missing",
                    "write a list of {writer, op, key, fields}",
                );
                Vec::new()
            }
        }
    }

    fn feature(&mut self, path: String, node: &Node) -> Option<Feature> {
        let Node::Map(entries) = node else {
            let what = format!("a feature is a mapping, and this is {}", node.kind());
            self.refuse(
                &path,
                what,
                "write {writer: Vrf, op: create, key: NAME, fields: {...}}",
            );
            return None;
        };
        // With a key misspelt, what it was to say is not missing too.
        let is_known = self.unknown_keys(&path, entries, &FEATURE_KEYS);
        let writer = self.text(
            &path,
            node,
            "writer",
            "the name of a writer; `programmer writers` lists them",
        );
        let op = self.op(&path, node);
        let key = node.get("key").cloned();
        if key.is_none() {
            self.refuse(
                &path,
                "`key` is missing",
                "add what identifies the feature, e.g. `key: VN_USERS`",
            );
        }
        let fields = self.fields(&path, node);
        is_known.then_some(Feature {
            writer: writer?,
            op: op?,
            key: key?,
            fields: fields?,
            path,
        })
    }

    fn op(&mut self, path: &str, node: &Node) -> Option<Op> {
        let text = self.text(path, node, "op", "create, modify or delete")?;
        let op = Op::parse(&text);
        if op.is_none() {
            let what = format!("the op `{text}` is unknown");
            self.refuse(&join(path, "op"), what, "create, modify or delete");
        }
        op
    }

    fn fields(&mut self, path: &str, node: &Node) -> Option<Node> {
        match node.get("fields") {
            None | Some(Node::Empty) => Some(Node::Map(Vec::new())),
            Some(fields @ Node::Map(_)) => Some(fields.clone()),
            Some(other) => {
                let what = format!("`fields` is {}", other.kind());
                self.refuse(
                    &join(path, "fields"),
                    what,
                    "write a mapping: fields: {name: value}",
                );
                None
            }
        }
    }

    fn text(&mut self, path: &str, node: &Node, key: &str, hint: &str) -> Option<String> {
        let text = node.get(key).and_then(Node::as_text);
        if text.is_none() {
            let what = match node.get(key) {
                Some(other) => format!("`{key}` is {}", other.kind()),
                None => format!("`{key}` is missing"),
            };
            self.refuse(path, what, hint);
        }
        text
    }

    /// Refuses every key that isn't known; true if there is none.
    fn unknown_keys(&mut self, path: &str, entries: &[(String, Node)], known: &[&str]) -> bool {
        let before = self.mistakes.len();
        for (key, _) in entries
            .iter()
            .filter(|(key, _)| !known.contains(&key.as_str()))
        {
            let hint = format!("the keys are: {}", known.join(", "));
            self.refuse(
                &join(path, &format!("{key}?")),
                format!("unknown key `{key}`"),
                &hint,
            );
        }
        self.mistakes.len() == before
    }

    fn refuse(&mut self, path: &str, message: impl Into<String>, hint: &str) {
        let mistake = Mistake::new(self.file, message)
            .at(place(&self.positions, path))
            .hint(hint);
        self.mistakes.push(mistake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, text: &str, expected: &[&str]) {
        let told: Vec<String> = match read(file, text) {
            Ok(documents) => documents
                .iter()
                .map(|d| format!("{:?} {}", d.target, d.features.len()))
                .collect(),
            Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn a_stream_of_documents_is_read_in_order() {
        check(
            "s.yaml",
            "kind: rfs\ndevice: a\nfeatures: [{writer: Vrf, op: create, key: X}]\n---\n\
             kind: rfs\nrole: edge\nfeatures: [{writer: Vrf, op: delete, key: X, fields: {}}]\n---\n",
            &[r#"Device("a") 1"#, r#"Role("edge") 1"#],
        );
    }

    #[test]
    fn json_holds_one_document_or_a_list_of_them() {
        let one = r#"{"kind": "rfs", "devices": ["a", "b"], "features": [{"writer": "Vrf", "op": "create", "key": "X"}]}"#;
        check("s.json", one, &[r#"Devices(["a", "b"]) 1"#]);
        check(
            "s.json",
            &format!("[{one}, {one}]"),
            &[r#"Devices(["a", "b"]) 1"#; 2],
        );
        check("s.json", "{\n\"kind\": }", &["s.json:2:9: expected value"]);
    }

    #[test]
    fn every_mistake_of_form_is_told_in_one_run() {
        check(
            "s.yaml",
            "kind: rfs\ndevice: a\nrole: b\nfeature: []\n---\nkind: cfs\ndevice: a\nfeatures:\n  \
             - {writer: Vrf, op: crate, key: X}\n  - {op: create, keys: X, fields: [a]}\n  - 7\n",
            &[
                "s.yaml:4:1: unknown key `feature`",
                "s.yaml:1:1: the document has `device` and `role`",
                "s.yaml:1:1: `features` is missing",
                "s.yaml:6:7: the kind `cfs` is unknown",
                "s.yaml:9:23: the op `crate` is unknown",
                "s.yaml:10:18: unknown key `keys`",
                "s.yaml:10:5: `writer` is missing",
                "s.yaml:10:5: `key` is missing",
                "s.yaml:10:35: `fields` is a list",
                "s.yaml:11:5: a feature is a mapping, and this is a number",
            ],
        );
    }

    #[test]
    fn a_file_without_a_document_is_a_mistake() {
        check(
            "s.yaml",
            "# nothing\n",
            &["s.yaml: the file has no document"],
        );
    }
}
