//! Which form an inventory has, told by its content.

use serde::{Deserialize, Serialize};
use yaml::Mistake;

use super::source::Source;
use crate::node::Node;

/// The formats of inventories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A topology of the fleet
    Topology,
    /// A list of devices in YAML or JSON
    Plain,
    /// A table with a header
    Csv,
    /// An Ansible inventory, YAML or INI, with group_vars and host_vars beside it
    Ansible,
    /// Nornir's SimpleInventory: hosts.yaml, with groups.yaml and defaults.yaml beside it
    Nornir,
}

impl Format {
    /// Tells the format by the file's ending, if it says one, and else by its first keys.
    pub(super) fn recognise(source: &Source) -> Result<Self, Mistake> {
        if source.ends_in(".csv") {
            return Ok(Self::Csv);
        }
        if source.ends_in(".ini") {
            return Ok(Self::Ansible);
        }
        let is_yaml = [".yaml", ".yml", ".json"]
            .iter()
            .any(|ending| source.ends_in(ending));
        let first = first_line(&source.text);
        if !is_yaml && first.starts_with('[') && first.ends_with(']') && !first.contains('{') {
            return Ok(Self::Ansible);
        }
        match yaml::read::<Node>(&source.file, &source.text) {
            Ok(node) => of_node(&node).ok_or_else(|| unknown(source)),
            Err(mistake) if is_yaml => Err(mistake),
            Err(_) if first.contains(',') => Ok(Self::Csv),
            Err(_) if first.contains('=') => Ok(Self::Ansible),
            Err(mistake) => Err(mistake),
        }
    }
}

fn of_node(node: &Node) -> Option<Format> {
    let entries = match node {
        Node::List(_) => return Some(Format::Plain),
        Node::Map(entries) => entries,
        // `name,host,pack` on the first line is one text for YAML, and so is a list of bare host names.
        Node::Text(text) if first_line(text).contains(',') => return Some(Format::Csv),
        Node::Text(_) => return Some(Format::Ansible),
        _ => return None,
    };
    if node.get("listen").is_some() {
        return Some(Format::Topology);
    }
    if node.get("devices").is_some() {
        return Some(Format::Plain);
    }
    if node
        .get("inventory")
        .is_some_and(|plugin| plugin.get("options").is_some())
    {
        return Some(Format::Nornir);
    }
    let any = |keys: &[&str]| {
        let has = |value: &Node| keys.iter().any(|key| value.get(key).is_some());
        entries.iter().any(|(_, value)| has(value))
    };
    if node.get("all").is_some() || any(&["hosts", "children", "vars"]) {
        return Some(Format::Ansible);
    }
    any(&[
        "hostname",
        "platform",
        "groups",
        "data",
        "connection_options",
    ])
    .then_some(Format::Nornir)
}

fn first_line(text: &str) -> &str {
    let is_said = |line: &&str| !line.is_empty() && !line.starts_with(['#', ';']) && *line != "---";
    text.lines()
        .map(str::trim)
        .find(is_said)
        .unwrap_or_default()
}

fn unknown(source: &Source) -> Mistake {
    Mistake::new(&source.file, "this is no inventory that is known by its content").hint(
        "a topology has `listen`, a plain one `devices`, Ansible's `all`; say which it is with --inventory-format",
    )
}
