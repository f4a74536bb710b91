//! A plain inventory: a list of devices, or a mapping with `devices`, and what holds for all of them under `defaults`.
//!
//! ```yaml
//! name: campus
//! defaults: {username: netadmin, pack: catalyst-9300, transport: {jump: ops@bastion}}
//! devices:
//!   - {name: edge-1, host: 10.1.1.1, site: krakow, role: edge}
//!   - {name: edge-2, host: "fd00::2", pack: c8000v, groups: [north, lab]}
//!   - {name: old-1, host: 10.1.1.3, transport: {legacy: true}}
//!   - {name: console-1, host: 10.1.9.1, port: 2003, transport: {kind: telnet, console: true}}
//! ```

use yaml::{Mistake, Positions};

use super::row::{KEYS, Row, key};
use super::source::Source;
use super::{DEVICES_MAX, Rows};
use crate::node::Node;

pub(super) fn read(source: &Source) -> Rows {
    let root: Node = yaml::read(&source.file, &source.text).map_err(|mistake| vec![mistake])?;
    let positions = Positions::of(&source.text);
    let mut reader = Reader {
        file: &source.file,
        positions: &positions,
        mistakes: Vec::new(),
    };
    let (path, devices, defaults) = match &root {
        Node::Map(entries) => {
            let known = ["name", "devices", "defaults", "credentials"];
            for (word, _) in entries
                .iter()
                .filter(|(word, _)| !known.contains(&word.as_str()))
            {
                reader.refuse(
                    word,
                    format!("unknown key `{word}`"),
                    "a plain inventory has name, defaults and devices",
                );
            }
            let defaults = ["defaults", "credentials"].map(|word| (word, root.get(word)));
            ("devices", root.get("devices"), defaults)
        }
        root => ("", Some(root), [("", None), ("", None)]),
    };
    let mut shared = Row::new(&source.file, None, "");
    for (path, node) in defaults {
        if let Some(node) = node {
            reader.values(&mut shared, path, node);
        }
    }
    let Some(Node::List(items)) = devices else {
        reader.refuse(
            path,
            "`devices` is not a list".into(),
            "write `devices: [{name: edge-1, host: 10.1.1.1, pack: catalyst-9300}]`",
        );
        return Err(reader.mistakes);
    };
    if items.len() > DEVICES_MAX {
        reader.refuse(
            path,
            format!("{} devices are too many", items.len()),
            "split the inventory",
        );
        return Err(reader.mistakes);
    }
    let mut rows = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let at = positions.get(&format!("{path}.name"));
        let mut row = Row::new(&source.file, at.or(positions.get(&path)), "");
        reader.values(&mut row, &path, item);
        row.name = item_name(&row).unwrap_or_default();
        for (key, value) in &shared.values {
            row.set(key, Some(value));
        }
        rows.push(row);
    }
    if !reader.mistakes.is_empty() {
        return Err(reader.mistakes);
    }
    Ok((root.get("name").and_then(Node::as_text), rows))
}

fn item_name(row: &Row) -> Option<String> {
    row.values.get("name").and_then(Node::as_text)
}

struct Reader<'a> {
    file: &'a str,
    positions: &'a Positions,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    /// Takes the keys of a mapping. A name of ours goes before another program's name for the same.
    fn values(&mut self, row: &mut Row, path: &str, node: &Node) {
        let Node::Map(entries) = node else {
            return self.refuse(
                path,
                format!("this is {}, not a device", node.kind()),
                "write a mapping",
            );
        };
        let (ours, others): (Vec<_>, Vec<_>) = entries
            .iter()
            .partition(|(word, _)| KEYS.contains(&word.as_str()));
        for (word, value) in ours.into_iter().chain(others) {
            match (word.as_str(), key(word)) {
                // Some write the user and passwords together, and what other programs want to know.
                ("credentials", _) => self.values(row, &format!("{path}.credentials"), value),
                ("data" | "vars" | "model" | "tags", _) => {}
                (_, Some(key)) => row.set(key, Some(value)),
                (word, None) => {
                    let hint = format!(
                        "the keys are {}; what is for other programs stands under `data`",
                        KEYS.join(", ")
                    );
                    self.refuse(
                        &format!("{path}.{word}"),
                        format!("unknown key `{word}`"),
                        &hint,
                    );
                }
            }
        }
    }

    fn refuse(&mut self, path: &str, what: String, hint: &str) {
        let mistake = Mistake::new(self.file, what).at(self.positions.get(path));
        self.mistakes.push(mistake.hint(hint));
    }
}
