//! The best paths become routes.

use super::exchange::Exchange;
use super::path::{Origin, Path};
use super::speaker::{Origination, Speaker};
use crate::network::routing::table::{Hop, Learned, Route, Source};

/// The routes that the best paths become.
pub(super) fn routes(
    speakers: &[Speaker],
    exchange: &Exchange,
) -> Vec<(usize, Option<String>, Vec<Route>)> {
    let all = exchange.instances.iter().map(|((at, vrf), instance)| {
        let speaker = &speakers[*at];
        let tables = speaker.tables.get(vrf);
        let routes = instance
            .paths
            .values()
            .filter_map(|paths| route(speaker, tables, paths))
            .collect();
        (speaker.router, vrf.clone(), routes)
    });
    all.collect()
}

fn route(speaker: &Speaker, tables: Option<&Origination>, paths: &[Path]) -> Option<Route> {
    let best = paths
        .first()
        .filter(|path| path.valid && (!path.is_own() || path.aggregate))?;
    let learned = match best.learned {
        Origin::Own => Learned::Local,
        Origin::Peer {
            internal: false, ..
        } => Learned::External,
        Origin::Peer { .. } => Learned::Internal,
    };
    let empty = Origination {
        distances: [20, 200, 200],
        maximum_paths: [1, 1],
        ..Origination::default()
    };
    let tables = tables.unwrap_or(&empty);
    let most = tables.maximum_paths[usize::from(learned == Learned::Internal)];
    let hop = |path: &Path| match path.aggregate {
        true => Hop {
            next: None,
            port: None,
            sink: Some("Null0"),
        },
        false => Hop {
            next: Some(path.next_hop),
            port: None,
            sink: None,
        },
    };
    let others = paths
        .iter()
        .skip(1)
        .filter(|path| path.is_as_good(best, speaker.multipath_relax))
        .map(hop);
    let mut hops: Vec<Hop> = std::iter::once(hop(best))
        .chain(others)
        .take(most)
        .collect();
    hops.sort();
    Some(Route {
        prefix: best.prefix,
        source: Source::Bgp(learned),
        process: speaker.asn.to_string(),
        distance: tables.distances[match learned {
            Learned::External => 0,
            Learned::Internal => 1,
            Learned::Local => 2,
        }],
        metric: best.metric.unwrap_or(0),
        tag: best.as_path.first().copied().unwrap_or(0),
        hops,
        from: Some(best.from),
    })
}
