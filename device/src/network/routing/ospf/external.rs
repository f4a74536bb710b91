//! What boundary routers tell of networks outside of OSPF.

use super::Domain;
use super::process::AreaKind;
use crate::network::routing::defaults::ospf as defaults;
use crate::network::routing::prefix::Prefix;
use crate::network::routing::redistribution::taken;
use crate::network::routing::router::Router;
use crate::network::routing::table::{Source, Table};

/// A network outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct External {
    /// Who tells of it.
    pub(crate) process: usize,
    pub(crate) prefix: Prefix,
    pub(crate) metric: u32,
    /// Type 1 counts the way to the boundary too.
    pub(crate) kind: u8,
    pub(crate) tag: u32,
}

/// Everything that is told.
pub(crate) fn told<'t>(
    domain: &Domain,
    routers: &[Router],
    table: &impl Fn(usize, Option<&str>) -> Option<&'t Table>,
) -> Vec<External> {
    let mut told = Vec::new();
    for (at, process) in domain
        .processes
        .iter()
        .enumerate()
        .filter(|(_, process)| process.is_boundary())
    {
        let Some(table) = table(process.router, process.vrf.as_deref()) else {
            continue;
        };
        let node = &routers[process.router].node;
        for redistribution in &process.redistributions {
            for (route, changes) in taken(node, redistribution, table) {
                // Its own networks are told of anyway.
                let own = process
                    .attached
                    .iter()
                    .any(|attached| attached.up && attached.prefixes.contains(&route.prefix));
                if own || route.prefix.is_v4() != process.v4 {
                    continue;
                }
                let otherwise = match route.source {
                    Source::Bgp(_) => defaults::BGP_METRIC,
                    _ => defaults::EXTERNAL_METRIC,
                };
                told.push(External {
                    process: at,
                    prefix: route.prefix,
                    metric: changes
                        .metric
                        .or(redistribution.metric)
                        .unwrap_or(otherwise),
                    kind: changes.metric_type.or(redistribution.kind).unwrap_or(2),
                    tag: changes.tag.or(redistribution.tag).unwrap_or(route.tag),
                });
            }
        }
        let Some(origin) = process.default_route else {
            continue;
        };
        let everywhere = if process.v4 {
            Prefix::default_v4()
        } else {
            Prefix::of(std::net::Ipv6Addr::UNSPECIFIED.into(), 0)
        };
        // Another OSPF router's default route is no reason to tell of one.
        let has = table
            .exact(everywhere)
            .is_some_and(|route| !matches!(route.source, Source::Ospf(_)));
        if origin.always || has {
            let tag = process.id.parse().unwrap_or(0);
            told.push(External {
                process: at,
                prefix: everywhere,
                metric: origin.metric,
                kind: origin.kind,
                tag,
            });
        }
    }
    told.extend(nssa_defaults(domain));
    told
}

/// `area N nssa default-information-originate` on a border router.
fn nssa_defaults(domain: &Domain) -> Vec<External> {
    let mut told = Vec::new();
    for (at, process) in domain
        .processes
        .iter()
        .enumerate()
        .filter(|(_, process)| process.is_border())
    {
        let tells = |area: &u32| {
            matches!(
                process.kind(*area),
                AreaKind::Nssa {
                    default_route: true,
                    ..
                }
            )
        };
        if process.active_areas().iter().any(tells) {
            let (prefix, metric) = (Prefix::default_v4(), defaults::DEFAULT_ROUTE_METRIC);
            told.push(External {
                process: at,
                prefix,
                metric,
                kind: 2,
                tag: 0,
            });
        }
    }
    told
}
