//! Values with `{{ names }}` in them.
//!
//! Only names of other variables are known; what a filter or a lookup would give, only Ansible can tell. A value that
//! can't be computed is kept as what it is, and is a mistake only if it is needed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::inventory::row::EXPRESSION;
use crate::node::Node;

/// The variables of a host or a group.
pub(super) type Vars = BTreeMap<String, Node>;

/// Names of names go no deeper: deeper ones go in a circle.
const DEPTH_MAX: usize = 8;

#[expect(clippy::unwrap_used, reason = "a constant pattern, tested below")]
static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}").unwrap());

/// A value with its names resolved. `encrypted` are files that nobody can read.
pub(super) fn value(node: &Node, vars: &Vars, encrypted: &[String]) -> Node {
    resolve(node, vars, 0).unwrap_or_else(|what| {
        let mut what = what;
        if !encrypted.is_empty() {
            what = format!(
                "{what}; {} is encrypted by ansible-vault, which isn't supported",
                encrypted.join(", ")
            );
        }
        Node::Map(vec![(EXPRESSION.to_string(), Node::Text(what))])
    })
}

fn resolve(node: &Node, vars: &Vars, depth: usize) -> Result<Node, String> {
    match node {
        Node::Text(text) if text.contains("{{") || text.contains("{%") => {
            of_text(text, vars, depth)
        }
        Node::List(items) => {
            let items = items.iter().map(|item| resolve(item, vars, depth));
            Ok(Node::List(items.collect::<Result<_, _>>()?))
        }
        Node::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| Ok((key.clone(), resolve(value, vars, depth)?)));
            Ok(Node::Map(entries.collect::<Result<_, String>>()?))
        }
        other => Ok(other.clone()),
    }
}

fn of_text(text: &str, vars: &Vars, depth: usize) -> Result<Node, String> {
    if depth == DEPTH_MAX {
        return Err(format!("`{text}` goes in a circle"));
    }
    let mut built = String::new();
    let mut from = 0;
    for found in NAME.captures_iter(text) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else {
            continue;
        };
        let named = vars
            .get(name.as_str())
            .ok_or_else(|| format!("`{}` isn't known", name.as_str()))?;
        let named = resolve(named, vars, depth + 1)?;
        // A variable that is nothing but another may be anything.
        if whole.len() == text.trim().len() {
            return Ok(named);
        }
        let word = named
            .as_text()
            .ok_or_else(|| format!("`{}` is {}", name.as_str(), named.kind()))?;
        built.push_str(text.get(from..whole.start()).unwrap_or_default());
        built.push_str(&word);
        from = whole.end();
    }
    built.push_str(text.get(from..).unwrap_or_default());
    if built.contains("{{") || built.contains("{%") {
        return Err(format!(
            "`{text}` is an expression that only Ansible computes"
        ));
    }
    Ok(Node::Text(built))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_resolved_and_everything_else_is_kept_for_the_mistake() {
        let text = |text: &str| Node::Text(text.to_string());
        let vars = Vars::from([
            ("domain".to_string(), text("lab")),
            ("name".to_string(), text("edge.{{ domain }}")),
            ("circle".to_string(), text("{{circle}}")),
            ("hops".to_string(), Node::List(vec![text("a"), text("b")])),
        ]);
        let check = |from: &str, expected: &Node| {
            assert_eq!(&value(&text(from), &vars, &[]), expected, "{from}")
        };
        let bad = |what: &str| Node::Map(vec![(EXPRESSION.to_string(), text(what))]);
        check("plain", &text("plain"));
        check("{{ name }}", &text("edge.lab"));
        check("x-{{ name }}:{{ domain }}", &text("x-edge.lab:lab"));
        check("{{ hops }}", &Node::List(vec![text("a"), text("b")]));
        check("{{ gone }}", &bad("`gone` isn't known"));
        check("{{ circle }}", &bad("`{{circle}}` goes in a circle"));
        check(
            "{{ lookup('env', 'X') }}",
            &bad("`{{ lookup('env', 'X') }}` is an expression that only Ansible computes"),
        );
    }
}
