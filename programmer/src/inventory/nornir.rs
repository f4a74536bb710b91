//! Nornir's `SimpleInventory`: `hosts.yaml`, and beside it `groups.yaml` and `defaults.yaml`, if they are there.
//!
//! What a host lacks is its groups', in their order, each with its own groups; then the defaults'. `pack`, `role`,
//! `site`, `transport` and `expect` stand under `data`; the enable password there too, or as an extra of a connection, as
//! netmiko, scrapli and NAPALM want it.

use std::collections::BTreeMap;

use yaml::{Mistake, Positions};

use super::Rows;
use super::row::{Row, key};
use super::source::Source;
use crate::node::Node;

/// Groups of groups go no deeper.
const DEPTH_MAX: usize = 16;

pub(super) fn read(source: &Source) -> Rows {
    let one = |mistake| vec![mistake];
    let mut files = Files::of(source).map_err(one)?;
    let Node::Map(hosts) = std::mem::replace(&mut files.hosts, Node::Empty) else {
        return Err(vec![Mistake::new(
            &files.file,
            "this is no mapping of hosts",
        )]);
    };
    let positions = Positions::of(&files.text);
    let mut rows = Vec::new();
    for (name, host) in &hosts {
        let mut row = Row::new(&files.file, positions.get(name), name);
        row.may_lack_pack = true;
        fill(&mut row, host);
        let mut seen = Vec::new();
        files.inherit(&mut row, host, &mut seen, 0).map_err(one)?;
        fill(&mut row, &files.defaults);
        row.groups = seen;
        rows.push(row);
    }
    Ok((None, rows))
}

struct Files {
    file: String,
    text: String,
    hosts: Node,
    groups: BTreeMap<String, Node>,
    defaults: Node,
}

impl Files {
    fn of(source: &Source) -> Result<Self, Mistake> {
        let root: Node = yaml::read(&source.file, &source.text)?;
        let config = root
            .get("inventory")
            .and_then(|plugin| plugin.get("options"));
        let named = |key: &str, usual: &str| {
            let said = config
                .and_then(|options| options.get(key))
                .and_then(Node::as_text);
            // Paths of Nornir's configuration start where Nornir does; here, beside the configuration.
            said.unwrap_or_else(|| usual.to_string())
        };
        let (file, text, hosts) = match config {
            None => (source.file.clone(), source.text.clone(), root.clone()),
            Some(_) => {
                let name = named("host_file", "hosts.yaml");
                let found = source.beside(&name)?;
                let (file, text) = found.ok_or_else(|| {
                    Mistake::new(&source.file, format!("there is no `{name}` beside it"))
                })?;
                let hosts = yaml::read(&file, &text)?;
                (file, text, hosts)
            }
        };
        let groups = match beside(source, &named("group_file", "groups.yaml"))? {
            Node::Map(groups) => groups.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        Ok(Self {
            file,
            text,
            hosts,
            groups,
            defaults: beside(source, &named("defaults_file", "defaults.yaml"))?,
        })
    }

    /// Fills what is missing from the groups, depth first, and notes which they are.
    fn inherit(
        &self,
        row: &mut Row,
        node: &Node,
        seen: &mut Vec<String>,
        depth: usize,
    ) -> Result<(), Mistake> {
        let Some(Node::List(groups)) = node.get("groups") else {
            return Ok(());
        };
        for group in groups.iter().filter_map(Node::as_text) {
            if seen.contains(&group) || depth == DEPTH_MAX {
                continue;
            }
            let Some(found) = self.groups.get(&group) else {
                let what = format!(
                    "`{}` is in the group `{group}`, which there isn't",
                    row.name
                );
                return Err(row
                    .mistake(what)
                    .hint("groups stand in groups.yaml beside the hosts"));
            };
            seen.push(group);
            fill(row, found);
            self.inherit(row, found, seen, depth + 1)?;
        }
        Ok(())
    }
}

fn beside(source: &Source, name: &str) -> Result<Node, Mistake> {
    match source.beside(name)? {
        Some((file, text)) => yaml::read(&file, &text),
        None => Ok(Node::Empty),
    }
}

/// Sets what a host, a group or the defaults say.
fn fill(row: &mut Row, node: &Node) {
    let data = node.get("data");
    if let Some(Node::Map(entries)) = data {
        for (word, value) in entries {
            if let Some(key) = key(word).filter(|key| !["name", "host", "groups"].contains(key)) {
                row.set(key, Some(value));
            }
        }
    }
    row.set("host", node.get("hostname"));
    for key in ["port", "username", "password"] {
        row.set(key, node.get(key));
    }
    row.set("platform", node.get("platform"));
    row.set("enable", enable(node));
}

/// The enable password, as one of the connection plugins has it.
fn enable(node: &Node) -> Option<&Node> {
    let connections = node.get("connection_options")?;
    let extras = |name: &str| connections.get(name)?.get("extras");
    let netmiko = extras("netmiko").and_then(|extras| extras.get("secret"));
    let scrapli = || extras("scrapli")?.get("auth_secondary");
    let napalm = || extras("napalm")?.get("optional_args")?.get("secret");
    netmiko.or_else(scrapli).or_else(napalm)
}
