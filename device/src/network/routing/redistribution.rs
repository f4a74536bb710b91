//! Which routes of other protocols a protocol tells of (`redistribute …`).

use super::lines::{Lines, parsed};
use super::policy::{Candidate, Changes, route_map};
use super::table::{Learned, Route, Source, Table};
use crate::network::Node;

/// One `redistribute` line.
#[derive(Debug, Clone)]
pub(crate) struct Redistribution {
    pub(crate) source: String,
    /// The number or tag of the process that it takes from.
    pub(crate) process: Option<String>,
    pub(crate) metric: Option<u32>,
    /// OSPF's external type.
    pub(crate) kind: Option<u8>,
    pub(crate) tag: Option<u32>,
    pub(crate) map: Option<String>,
    pub(crate) line: String,
}

/// The `redistribute` lines of a process.
pub(crate) fn read(lines: Lines<'_>) -> Vec<Redistribution> {
    let of = |s: &crate::config::Statement| {
        let value = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| s.value(name))
                .map(ToString::to_string)
        };
        let type_1 = s.line.contains("metric-type 1");
        Redistribution {
            source: s
                .value("source")
                .and_then(|source| source.split(' ').next())
                .unwrap_or_default()
                .to_string(),
            process: value(&["source-process", "process", "asn", "eigrp", "tag"]),
            metric: parsed(s, "metric"),
            kind: s
                .line
                .contains("metric-type")
                .then_some(if type_1 { 1 } else { 2 }),
            tag: parsed(s, "route-tag"),
            map: value(&["map"]),
            line: s.line.to_string(),
        }
    };
    lines.all("redistribute").map(of).collect()
}

/// The routes of a table that are taken, each with what the route map made of it. The default route is none of them.
pub(crate) fn taken<'t>(
    node: &'t Node,
    redistribution: &'t Redistribution,
    table: &'t Table,
) -> impl Iterator<Item = (&'t Route, Changes)> {
    let routes = table
        .routes()
        .filter(|route| is_of(redistribution, route) && !route.prefix.is_default());
    routes.filter_map(|route| {
        let candidate = Candidate {
            prefix: route.prefix,
            tag: route.tag,
            metric: route.metric,
            source: route.source.word(),
        };
        let map = redistribution.map.as_deref();
        let changes = map.map_or_else(
            || Some(Changes::default()),
            |map| route_map(node, map, candidate),
        );
        changes.map(|changes| (route, changes))
    })
}

fn is_of(redistribution: &Redistribution, route: &Route) -> bool {
    let process = redistribution
        .process
        .as_deref()
        .is_none_or(|process| process == route.process);
    match (redistribution.source.as_str(), route.source) {
        ("connected", Source::Connected) | ("static", Source::Static) => true,
        // What was learned inside the AS stays there (`bgp redistribute-internal` is not computed).
        ("bgp", Source::Bgp(learned)) => process && learned != Learned::Internal,
        ("ospf", Source::Ospf(_))
        | ("eigrp", Source::Eigrp { .. })
        | ("isis", Source::Isis { .. }) => process,
        _ => false,
    }
}
