//! An Ansible inventory: groups of groups of hosts, with variables at each level, in YAML or INI, and `group_vars` and
//! `host_vars` beside the file.
//!
//! Of the variables it reads those that say how to reach a device (`ansible_host`, `ansible_port`, `ansible_user`,
//! `ansible_password`, `ansible_become_password`, `ansible_network_os`, `ansible_ssh_private_key_file`, `-J` and
//! `ProxyJump` in `ansible_ssh_common_args`), and `pack`, `role`, `site`, `transport` and `expect`. What stands deeper
//! goes before what stands above it; groups of one depth by their names, the last one first, as Ansible merges them.
//!
//! Known limits: no plugins, no scripts, no vaults, and of expressions only the names of other variables.

mod expression;
mod files;
mod ini;
mod ranges;
mod tree;

use std::collections::BTreeMap;

use super::Rows;
use super::row::Row;
use super::source::Source;
use crate::node::Node;
use expression::Vars;
use files::Files;
use tree::{Host, Tree};

pub(super) fn read(source: &Source) -> Rows {
    let one = |mistake| vec![mistake];
    let first = source.text.trim_start();
    let tree = match yaml::read::<Node>(&source.file, &source.text) {
        // A list of bare names is a text for YAML, and a first section a list.
        Ok(Node::Map(entries)) => tree::of_yaml(source, &entries).map_err(one)?,
        Err(mistake) if !source.ends_in(".ini") && first.starts_with("---") => {
            return Err(vec![mistake]);
        }
        _ => ini::read(source).map_err(one)?,
    };
    let files = Files::beside(source).map_err(one)?;
    let rows = tree
        .hosts
        .iter()
        .map(|host| row(source, &tree, &files, host))
        .collect();
    Ok((None, rows))
}

/// A host with what its groups and files say.
fn row(source: &Source, tree: &Tree, files: &Files, host: &Host) -> Row {
    let groups = tree.groups_of(&host.name);
    let mut vars = Vars::new();
    let mut add = |more: Option<&Vars>| {
        let more = more.into_iter().flatten();
        vars.extend(more.map(|(key, value)| (key.clone(), value.clone())));
    };
    // The outermost first: what comes later replaces it.
    let outermost_first = || groups.iter().rev().map(String::as_str);
    for group in std::iter::once("all").chain(outermost_first()) {
        add(tree.vars(group));
    }
    for group in std::iter::once("all").chain(outermost_first()) {
        add(files.group(group));
    }
    add(Some(&host.vars));
    add(files.host(&host.name));
    let name = Node::Text(host.name.clone());
    vars.entry("inventory_hostname".to_string()).or_insert(name);

    let mut row = Row::new(&source.file, host.at, &host.name);
    row.may_lack_pack = true;
    for (key, names) in KEYS {
        let said = names.iter().find_map(|name| vars.get(*name));
        row.set(
            key,
            said.map(|value| expression::value(value, &vars, files.encrypted()))
                .as_ref(),
        );
    }
    row.set("transport", transport(&vars, files).as_ref());
    row.groups = groups;
    row
}

/// Our keys, and the variables that say them.
const KEYS: [(&str, &[&str]); 9] = [
    ("host", &["ansible_host", "ansible_ssh_host"]),
    ("port", &["ansible_port", "ansible_ssh_port"]),
    ("username", &["ansible_user", "ansible_ssh_user"]),
    (
        "password",
        &[
            "ansible_password",
            "ansible_ssh_pass",
            "ansible_ssh_password",
        ],
    ),
    (
        "enable",
        &["ansible_become_password", "ansible_become_pass"],
    ),
    ("pack", &["pack"]),
    ("platform", &["ansible_network_os"]),
    ("role", &["role"]),
    ("site", &["site"]),
];

/// `transport`, and what other variables say of the way.
fn transport(vars: &Vars, files: &Files) -> Option<Node> {
    let value = |name: &str| Some(expression::value(vars.get(name)?, vars, files.encrypted()));
    let mut entries: BTreeMap<String, Node> = match value("transport") {
        Some(Node::Map(entries)) => entries.into_iter().collect(),
        Some(Node::Empty) | None => BTreeMap::new(),
        Some(word) => BTreeMap::from([("kind".to_string(), word)]),
    };
    let keys = ["ansible_ssh_private_key_file", "ansible_private_key_file"];
    if let Some(file) = keys.into_iter().find_map(value) {
        entries.entry("identity".to_string()).or_insert(file);
    }
    let args = ["ansible_ssh_common_args", "ansible_ssh_extra_args"];
    let args = args
        .into_iter()
        .filter_map(value)
        .filter_map(|args| args.as_text());
    if let Some(jump) = args.filter_map(|args| jump(&args)).next() {
        entries
            .entry("jump".to_string())
            .or_insert(Node::Text(jump));
    }
    (!entries.is_empty()).then(|| Node::Map(entries.into_iter().collect()))
}

/// The jump hosts in arguments of `ssh`: `-J HOSTS`, `-o ProxyJump=HOSTS`.
fn jump(args: &str) -> Option<String> {
    let mut words = args
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'']));
    while let Some(word) = words.next() {
        if word == "-J" {
            return words.next().map(str::to_string);
        }
        let option = word.strip_prefix("-o").unwrap_or(word);
        if let Some(hosts) = option
            .strip_prefix("ProxyJump=")
            .or_else(|| word.strip_prefix("-J"))
        {
            return Some(hosts.to_string());
        }
    }
    None
}
