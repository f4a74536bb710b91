//! Route maps, prefix lists and standard access lists: what a route may pass, and what becomes of it.
//!
//! A match that nothing is computed for (communities, AS paths by expression) doesn't match, so the entry is passed
//! over.

use std::net::{IpAddr, Ipv4Addr};

use super::lines::{Lines, parsed};
use super::prefix::Prefix;
use crate::config::Statement;
use crate::network::Node;

/// A route that is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'r> {
    pub(crate) prefix: Prefix,
    pub(crate) tag: u32,
    pub(crate) metric: u32,
    /// `connected`, `static`, `bgp` …
    pub(crate) source: &'r str,
}

/// What a route map sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) metric: Option<u32>,
    pub(crate) tag: Option<u32>,
    pub(crate) local_preference: Option<u32>,
    pub(crate) weight: Option<u32>,
    pub(crate) prepend: Vec<u32>,
    pub(crate) next_hop: Option<Ipv4Addr>,
    pub(crate) metric_type: Option<u8>,
    pub(crate) communities: Vec<String>,
    pub(crate) origin: Option<char>,
}

/// What a route map makes of a route: none if it is denied. A map that isn't there permits everything.
pub(crate) fn route_map(node: &Node, name: &str, route: Candidate<'_>) -> Option<Changes> {
    let mut entries: Vec<(u32, &Statement)> = node
        .all("route-map")
        .filter(|s| s.value("map") == Some(name))
        .map(|s| (parsed(s, "sequence").unwrap_or(10), s))
        .collect();
    if entries.is_empty() {
        return Some(Changes::default());
    }
    entries.sort_by_key(|(sequence, _)| *sequence);
    let entry = entries
        .iter()
        .find(|(_, entry)| matches(node, Lines::below(node, entry), route))?
        .1;
    (entry.value("action") != Some("deny")).then(|| changes(Lines::below(node, entry)))
}

/// Whether all kinds of match lines of an entry hold; of one kind any line is enough.
fn matches(node: &Node, entry: Lines<'_>, route: Candidate<'_>) -> bool {
    let mut kinds: Vec<(&'static str, bool)> = Vec::new();
    for line in entry.all("match") {
        let text = line.line.strip_prefix("match ").unwrap_or_default();
        let (kind, holds) = match_line(node, text, route);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, any)) => *any |= holds,
            None => kinds.push((kind, holds)),
        }
    }
    kinds.iter().all(|(_, any)| *any)
}

fn match_line(node: &Node, text: &str, route: Candidate<'_>) -> (&'static str, bool) {
    let words = |prefix: &str| text.strip_prefix(prefix).map(|rest| rest.split(' '));
    let lists = words("ip address prefix-list ").or_else(|| words("ipv6 address prefix-list "));
    if let Some(mut lists) = lists {
        return (
            "address",
            lists.any(|list| prefix_list(node, list, route.prefix)),
        );
    }
    if let Some(mut lists) = words("ip address ") {
        return (
            "address",
            lists.any(|list| access_list(node, list, route.prefix)),
        );
    }
    if let Some(mut tags) = words("tag ") {
        return ("tag", tags.any(|tag| tag.parse() == Ok(route.tag)));
    }
    if let Some(mut metrics) = words("metric ") {
        return (
            "metric",
            metrics
                .next()
                .is_some_and(|metric| metric.parse() == Ok(route.metric)),
        );
    }
    if let Some(mut source) = words("source-protocol ") {
        return ("source", source.next() == Some(route.source));
    }
    ("other", false)
}

fn changes(entry: Lines<'_>) -> Changes {
    let last = |kind| entry.rest(kind);
    let words = |text: Option<&str>| -> Vec<String> {
        let words = text
            .unwrap_or_default()
            .split(' ')
            .filter(|word| !word.is_empty());
        words.map(ToString::to_string).collect()
    };
    Changes {
        metric: entry.value("set metric", "metric"),
        tag: entry.value("set tag", "tag"),
        local_preference: entry.value("set local-preference", "value"),
        weight: entry.value("set weight", "weight"),
        prepend: words(last("set as-path prepend"))
            .iter()
            .filter_map(|word| word.parse().ok())
            .collect(),
        next_hop: entry.value("set ip next-hop", "address"),
        metric_type: last("set metric-type")
            .and_then(|kind| kind.strip_prefix("type-")?.parse().ok()),
        communities: words(last("set community")),
        origin: last("set origin").map(|origin| match origin {
            "igp" => 'i',
            "incomplete" => '?',
            _ => 'e',
        }),
    }
}

/// Whether a prefix list permits a network. A list that isn't there permits everything.
pub(crate) fn prefix_list(node: &Node, name: &str, prefix: Prefix) -> bool {
    let kind = if prefix.is_v4() {
        "ip prefix-list"
    } else {
        "ipv6 prefix-list"
    };
    let mut entries: Vec<(u32, &Statement)> = node
        .all(kind)
        .filter(|s| s.value("list") == Some(name))
        .map(|s| (parsed(s, "sequence").unwrap_or(5), s))
        .collect();
    if entries.is_empty() {
        return true;
    }
    entries.sort_by_key(|(sequence, _)| *sequence);
    let entry = entries.iter().find(|(_, entry)| in_entry(entry, prefix));
    entry.is_some_and(|(_, entry)| entry.value("action") != Some("deny"))
}

/// Whether a line of a prefix list has a network: exactly it, or with a length between `ge` and `le`.
fn in_entry(entry: &Statement, prefix: Prefix) -> bool {
    let Some(listed) = parsed::<Prefix>(entry, "prefix") else {
        return false;
    };
    let (ge, le) = (parsed::<u32>(entry, "ge"), parsed::<u32>(entry, "le"));
    let most = if prefix.is_v4() { 32 } else { 128 };
    let range = match (ge, le) {
        (None, None) => listed.length()..=listed.length(),
        (ge, le) => ge.unwrap_or(listed.length())..=le.unwrap_or(most),
    };
    listed.covers(prefix) && range.contains(&prefix.length())
}

/// Whether a standard access list permits a network's address. A list that isn't there permits everything.
pub(crate) fn access_list(node: &Node, name: &str, prefix: Prefix) -> bool {
    let IpAddr::V4(address) = prefix.address() else {
        return true;
    };
    let mut any = false;
    for line in acl_lines(node, name) {
        any = true;
        let mut words = line
            .split(' ')
            .skip_while(|word| !matches!(*word, "permit" | "deny"));
        let permits = words.next() == Some("permit");
        let words: Vec<&str> = words.collect();
        if acl_has(&words, address) {
            return permits;
        }
    }
    !any
}

/// The entries of a standard access list, numbered or named.
fn acl_lines<'n>(node: &'n Node, name: &str) -> Vec<&'n str> {
    let grammar = node.platform().grammar();
    let mut lines = Vec::new();
    for statement in node.config().iter() {
        let kind = statement.kind(grammar);
        if kind.starts_with("access-list") && statement.line.split(' ').nth(1) == Some(name) {
            lines.push(&*statement.line);
        } else if kind.starts_with("ip access-list")
            && statement.line.split(' ').any(|word| word == name)
        {
            lines.extend(
                statement
                    .block
                    .iter()
                    .flat_map(|block| block.iter())
                    .map(|line| &*line.line),
            );
        }
    }
    lines
}

/// Whether the address part of an entry has an address: `any`, `host A`, `A`, `A WILDCARD`.
fn acl_has(words: &[&str], address: Ipv4Addr) -> bool {
    let parse = |word: &str| word.parse::<Ipv4Addr>().ok();
    let words = match words {
        ["ip", rest @ ..] => rest,
        other => other,
    };
    match words {
        ["any", ..] => true,
        ["host", host, ..] => parse(host) == Some(address),
        [network, rest @ ..] => {
            let wildcard = rest
                .first()
                .and_then(|word| parse(word))
                .map_or(0, u32::from);
            parse(network)
                .is_some_and(|network| (u32::from(network) ^ u32::from(address)) & !wildcard == 0)
        }
        [] => false,
    }
}
