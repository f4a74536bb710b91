//! Groups, and which host is in which.

use std::collections::{BTreeMap, BTreeSet};

use yaml::{Mistake, Position, Positions};

use super::expression::Vars;
use super::ranges;
use crate::inventory::DEVICES_MAX;
use crate::inventory::source::Source;
use crate::node::Node;

/// Groups of groups go no deeper.
const DEPTH_MAX: usize = 32;

/// A host, and what is said of it alone.
pub(super) struct Host {
    pub(super) name: String,
    pub(super) at: Option<Position>,
    pub(super) vars: Vars,
}

#[derive(Default)]
struct Group {
    vars: Vars,
    children: BTreeSet<String>,
    hosts: BTreeSet<String>,
}

/// The groups and hosts of an inventory.
#[derive(Default)]
pub(super) struct Tree {
    /// In the order in which they are named first.
    pub(super) hosts: Vec<Host>,
    index: BTreeMap<String, usize>,
    groups: BTreeMap<String, Group>,
    /// Whose child a group is, and which groups a host stands in.
    parents: BTreeMap<String, BTreeSet<String>>,
    members: BTreeMap<String, BTreeSet<String>>,
}

impl Tree {
    pub(super) fn vars(&self, group: &str) -> Option<&Vars> {
        self.groups.get(group).map(|group| &group.vars)
    }

    pub(super) fn add_group(&mut self, name: &str) {
        self.groups.entry(name.to_string()).or_default();
    }

    pub(super) fn add_child(&mut self, group: &str, child: &str) {
        self.add_group(child);
        self.groups
            .entry(group.to_string())
            .or_default()
            .children
            .insert(child.to_string());
        self.parents
            .entry(child.to_string())
            .or_default()
            .insert(group.to_string());
    }

    pub(super) fn add_vars(&mut self, group: &str, vars: impl IntoIterator<Item = (String, Node)>) {
        self.groups
            .entry(group.to_string())
            .or_default()
            .vars
            .extend(vars);
    }

    /// Adds the hosts of a pattern to a group.
    pub(super) fn add_hosts(
        &mut self,
        group: &str,
        pattern: &str,
        at: Option<Position>,
        vars: &Vars,
    ) -> Result<(), String> {
        for name in ranges::expand(pattern)? {
            let next = self.hosts.len();
            let index = *self.index.entry(name.clone()).or_insert(next);
            if index == next {
                if next == DEVICES_MAX {
                    return Err(format!("more than {DEVICES_MAX} hosts are too many"));
                }
                self.hosts.push(Host {
                    name: name.clone(),
                    at,
                    vars: Vars::new(),
                });
            }
            if let Some(host) = self.hosts.get_mut(index) {
                host.vars
                    .extend(vars.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            self.groups
                .entry(group.to_string())
                .or_default()
                .hosts
                .insert(name.clone());
            self.members
                .entry(name)
                .or_default()
                .insert(group.to_string());
        }
        Ok(())
    }

    /// The groups of a host, the innermost first; `all` and `ungrouped` are none.
    pub(super) fn groups_of(&self, host: &str) -> Vec<String> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let mut left: Vec<&str> = self
            .members
            .get(host)
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        while let Some(group) = left.pop() {
            if found.insert(group) {
                left.extend(
                    self.parents
                        .get(group)
                        .into_iter()
                        .flatten()
                        .map(String::as_str),
                );
            }
        }
        let mut groups: Vec<(usize, &str)> = found
            .into_iter()
            .filter(|group| !["all", "ungrouped"].contains(group))
            .map(|group| (self.depth(group, DEPTH_MAX), group))
            .collect();
        groups.sort_by(|a, b| b.cmp(a));
        groups
            .into_iter()
            .map(|(_, group)| group.to_string())
            .collect()
    }

    /// How far a group is from `all`.
    fn depth(&self, group: &str, left: usize) -> usize {
        let parents = self.parents.get(group).into_iter().flatten();
        match left {
            0 => 0,
            left => parents
                .map(|parent| self.depth(parent, left - 1) + 1)
                .max()
                .unwrap_or(0),
        }
    }
}

/// Reads groups as YAML has them: `hosts`, `vars` and `children` of each.
pub(super) fn of_yaml(source: &Source, entries: &[(String, Node)]) -> Result<Tree, Mistake> {
    let mut reader = Reader {
        file: &source.file,
        positions: Positions::of(&source.text),
        tree: Tree::default(),
    };
    for (name, node) in entries {
        reader.group(name, name, node, 0)?;
    }
    Ok(reader.tree)
}

struct Reader<'a> {
    file: &'a str,
    positions: Positions,
    tree: Tree,
}

impl Reader<'_> {
    fn group(&mut self, name: &str, path: &str, node: &Node, depth: usize) -> Result<(), Mistake> {
        if depth == DEPTH_MAX {
            return Err(self.mistake(path, "groups of groups of groups, and no end".into()));
        }
        self.tree.add_group(name);
        for (key, value) in self.map(path, node)? {
            let path = format!("{path}.{key}");
            match key.as_str() {
                "hosts" => self.hosts(name, &path, value)?,
                "vars" => {
                    let vars = self.map(&path, value)?.to_vec();
                    self.tree.add_vars(name, vars);
                }
                "children" => {
                    for (child, node) in self.map(&path, value)?.to_vec() {
                        self.tree.add_child(name, &child);
                        self.group(&child, &format!("{path}.{child}"), &node, depth + 1)?;
                    }
                }
                other => {
                    let what = format!(
                        "`{other}` in the group `{name}` is none of hosts, vars and children"
                    );
                    return Err(self.mistake(&path, what));
                }
            }
        }
        Ok(())
    }

    fn hosts(&mut self, group: &str, path: &str, node: &Node) -> Result<(), Mistake> {
        for (pattern, vars) in self.map(path, node)?.to_vec() {
            let path = format!("{path}.{pattern}");
            let vars: Vars = self.map(&path, &vars)?.iter().cloned().collect();
            let at = self.positions.get(&path);
            let added = self.tree.add_hosts(group, &pattern, at, &vars);
            added.map_err(|what| self.mistake(&path, what))?;
        }
        Ok(())
    }

    /// The entries of a mapping; nothing at all is an empty one.
    fn map<'n>(&self, path: &str, node: &'n Node) -> Result<&'n [(String, Node)], Mistake> {
        match node {
            Node::Map(entries) => Ok(entries),
            Node::Empty => Ok(&[]),
            other => Err(self.mistake(path, format!("this is {}, not a mapping", other.kind()))),
        }
    }

    fn mistake(&self, path: &str, what: String) -> Mistake {
        Mistake::new(self.file, what).at(self.positions.get(path))
    }
}
