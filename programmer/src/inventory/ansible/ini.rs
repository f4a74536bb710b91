//! Groups as INI has them: `[group]`, `[group:vars]`, `[group:children]`, and `key=value` behind a host.

use yaml::{Mistake, Position};

use super::expression::Vars;
use super::tree::Tree;
use crate::inventory::source::Source;
use crate::node::Node;

/// What a section has.
#[derive(Clone, Copy)]
enum Holds {
    Hosts,
    Vars,
    Children,
}

pub(super) fn read(source: &Source) -> Result<Tree, Mistake> {
    let mut tree = Tree::default();
    let (mut group, mut holds) = ("ungrouped".to_string(), Holds::Hosts);
    for (index, line) in source.text.lines().enumerate() {
        let at = Position {
            line: index + 1,
            column: 1,
        };
        let bad = |what: String| Mistake::new(&source.file, what).at(at);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(section) = section(line) {
            let (name, kind) = section.split_once(':').unwrap_or((section, ""));
            holds = match kind {
                "" => Holds::Hosts,
                "vars" => Holds::Vars,
                "children" => Holds::Children,
                other => return Err(bad(format!("`:{other}` is neither :vars nor :children"))),
            };
            group = name.trim().to_string();
            tree.add_group(&group);
            continue;
        }
        match holds {
            Holds::Hosts => host(&mut tree, &group, line, at).map_err(bad)?,
            Holds::Children => {
                let child = words(line).map_err(bad)?;
                tree.add_child(&group, child.first().map_or("", String::as_str));
            }
            Holds::Vars => {
                let (key, value) = line
                    .split_once('=')
                    .ok_or_else(|| bad("a variable has no `=`".into()))?;
                let value = words(value.trim()).map_err(bad)?.join(" ");
                tree.add_vars(&group, [(key.trim().to_string(), scalar(&value))]);
            }
        }
    }
    Ok(tree)
}

/// The name between brackets. A host may begin with a bracket too, but it doesn't end with one.
fn section(line: &str) -> Option<&str> {
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    line.strip_prefix('[')?.strip_suffix(']')
}

/// `PATTERN[:PORT] key=value ...`.
fn host(tree: &mut Tree, group: &str, line: &str, at: Position) -> Result<(), String> {
    let mut words = words(line)?.into_iter();
    let first = words.next().unwrap_or_default();
    let mut vars = Vars::new();
    for word in words {
        let (key, value) = word
            .split_once('=')
            .ok_or_else(|| format!("`{}` is not key=value", word.escape_debug()))?;
        vars.insert(key.to_string(), scalar(value));
    }
    let (pattern, port) = port(&first);
    if let Some(port) = port {
        vars.entry("ansible_port".to_string())
            .or_insert_with(|| Node::Text(port.to_string()));
    }
    tree.add_hosts(group, pattern, Some(at), &vars)
}

/// A port behind the only colon that stands outside of brackets.
fn port(word: &str) -> (&str, Option<&str>) {
    let mut depth = 0_i32;
    let mut colons = word.char_indices().filter(|(_, letter)| {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        *letter == ':' && depth == 0
    });
    match (colons.next(), colons.next()) {
        (Some((at, _)), None) => {
            let (host, port) = word.split_at(at);
            (host, port.strip_prefix(':'))
        }
        _ => (word, None),
    }
}

/// Words as a shell splits them; what follows a ` #` is a remark.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), letter) => word.get_or_insert_default().push(letter),
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (None, letter) => word.get_or_insert_default().push(letter),
        }
    }
    if quote.is_some() {
        return Err("a quote has no end".to_string());
    }
    words.extend(word);
    Ok(words)
}

/// A mapping or a list may stand there as in Python, which for our keys is as in YAML.
fn scalar(value: &str) -> Node {
    let looks_nested = value.starts_with(['{', '[']) && !value.starts_with("{{");
    let nested = looks_nested
        .then(|| yaml::read::<Node>("", value).ok())
        .flatten();
    nested.unwrap_or_else(|| Node::Text(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_blanks_outside_of_quotes() {
        let told = words(r#"edge-1 a="b c" d='e "f' g=h#i  # a remark"#).unwrap();
        assert_eq!(told, ["edge-1", "a=b c", "d=e \"f", "g=h#i"]);
        assert!(words("a='b").is_err());
    }

    #[test]
    fn a_port_stands_behind_the_only_colon() {
        assert_eq!(
            port("edge[01:10].lab:2222"),
            ("edge[01:10].lab", Some("2222"))
        );
        assert_eq!(port("edge[01:10]"), ("edge[01:10]", None));
        assert_eq!(port("fd00::1"), ("fd00::1", None));
    }
}
