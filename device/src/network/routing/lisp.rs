//! LISP (RFC 9301; the SD-Access control plane): sessions between tunnel routers and map servers, and what is registered.
//!
//! A tunnel router registers the prefixes of its `database-mapping` lines; a map server takes those that one of its sites
//! lists, with the site's key.
//!
//! Known limits: no endpoint is learned, so dynamic EIDs register nothing; map caches hold the configured entries only.

use std::net::IpAddr;

use super::Routing;
use super::lines::{Lines, parsed};
use super::prefix::Prefix;
use super::router::Router;
use crate::config::Statement;

/// The `router lisp` of a device.
#[derive(Debug)]
pub(crate) struct Lisp {
    /// The address that it is reached at.
    pub(crate) locator: Option<IpAddr>,
    /// Map servers with their keys, and map resolvers.
    pub(crate) servers: Vec<(IpAddr, Option<String>)>,
    pub(crate) resolvers: Vec<IpAddr>,
    pub(crate) serves: bool,
    pub(crate) instances: Vec<Instance>,
    pub(crate) sites: Vec<Site>,
}

/// One service of an instance.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) id: u32,
    /// `ipv4`, `ipv6` or `ethernet`.
    pub(crate) service: String,
    pub(crate) vrf: Option<String>,
    pub(crate) vlan: Option<String>,
    /// Prefix and locator set.
    pub(crate) mappings: Vec<(Prefix, String)>,
    /// Prefix and action.
    pub(crate) cache: Vec<(Prefix, String)>,
    pub(crate) roles: Vec<&'static str>,
}

/// A site that a map server serves.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) name: String,
    key: Option<String>,
    /// Instance, prefix (none: any MAC address), and whether parts of it are taken.
    pub(crate) records: Vec<(u32, Option<Prefix>, bool)>,
}

/// A session with another device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) peer: IpAddr,
    /// The port at its end.
    pub(crate) port: u32,
    pub(crate) up: bool,
    pub(crate) users: usize,
}

/// What a map server has of one prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registration {
    pub(crate) site: String,
    pub(crate) instance: u32,
    pub(crate) prefix: Option<Prefix>,
    /// Who registered it.
    pub(crate) by: Option<IpAddr>,
}

/// A map server listens here; a tunnel router calls from a port of its own.
const PORT: u32 = 4342;

/// The `router lisp` of a device, if it has one.
pub(crate) fn read(router: &Router) -> Option<Lisp> {
    let node = &router.node;
    let statement = node
        .all("router lisp")
        .find(|s| !s.negated)
        .filter(|_| node.up())?;
    let lines = Lines::below(node, statement);
    let services: Vec<Lines<'_>> = ["service ipv4", "service ipv6", "service ethernet"]
        .into_iter()
        .flat_map(|kind| lines.all(kind))
        .map(|s| lines.under(s))
        .collect();
    let inner: Vec<Lines<'_>> = lines
        .all("instance-id")
        .flat_map(|s| {
            services_of(lines.under(s))
                .into_iter()
                .map(|(_, service)| service)
                .collect::<Vec<_>>()
        })
        .collect();
    let all: Vec<Lines<'_>> = [lines].into_iter().chain(services).chain(inner).collect();
    let mut servers: Vec<(IpAddr, Option<String>)> = Vec::new();
    for line in all.iter().flat_map(|lines| lines.all("etr map-server key")) {
        let server = parsed(line, "address").map(|address| (address, Some(key(&line.line))));
        servers.extend(server.filter(|server| !servers.contains(server)));
    }
    let mut resolvers: Vec<IpAddr> = Vec::new();
    for line in all.iter().flat_map(|lines| lines.all("itr map-resolver")) {
        resolvers.extend(parsed(line, "address").filter(|address| !resolvers.contains(address)));
    }
    Some(Lisp {
        locator: locator(router, lines),
        servers,
        resolvers,
        serves: all
            .iter()
            .any(|lines| lines.has("map-server") || lines.has("map-resolver")),
        instances: instances(lines),
        sites: lines.all("site").map(|s| site(lines.under(s), s)).collect(),
    })
}

/// The services of an instance and their blocks.
fn services_of(lines: Lines<'_>) -> Vec<(&'static str, Lines<'_>)> {
    let all = [
        ("service ipv4", "ipv4"),
        ("service ipv6", "ipv6"),
        ("service ethernet", "ethernet"),
    ];
    let blocks = all
        .into_iter()
        .flat_map(move |(kind, name)| lines.all(kind).map(move |s| (name, lines.under(s))));
    blocks.collect()
}

/// The key in clear: two ends may have stored it in different forms.
fn key(line: &str) -> String {
    let mut words = line.split(" key ").nth(1).unwrap_or_default().split(' ');
    match (words.next(), words.next()) {
        (Some("7"), Some(hidden)) => {
            crate::secrets::reveal(hidden).unwrap_or_else(|| hidden.to_string())
        }
        (Some("0" | "6"), Some(key)) | (Some(key), _) => key.to_string(),
        _ => String::new(),
    }
}

/// The address of the first locator set's interface, else of the first loopback.
fn locator(router: &Router, lines: Lines<'_>) -> Option<IpAddr> {
    let sets = lines.all("locator-set").map(|s| lines.under(s));
    let mut named = sets.filter_map(|set| set.get("IPv4-interface")?.value("interface"));
    let port = named
        .find_map(|name| router.port(name))
        .map(|port| &router.ports[port]);
    let loopback = || {
        router
            .ports
            .iter()
            .find(|port| port.is_loopback() && port.up && port.vrf().is_none())
    };
    port.or_else(loopback)
        .filter(|port| port.up)?
        .address_of(true)
}

fn instances(lines: Lines<'_>) -> Vec<Instance> {
    let mut instances = Vec::new();
    for statement in lines.all("instance-id") {
        let own = lines.under(statement);
        let id = parsed(statement, "instance").unwrap_or(0);
        for (service, block) in services_of(own) {
            let dynamic = own.all("dynamic-eid").map(|s| own.under(s));
            let shared = lines
                .all(if service == "ipv4" {
                    "service ipv4"
                } else {
                    "service ethernet"
                })
                .map(|s| lines.under(s));
            instances.push(instance(
                id,
                service,
                block,
                dynamic.chain(shared).collect(),
            ));
        }
    }
    for statement in lines.all("eid-table") {
        let vrf = statement.value("vrf").map(ToString::to_string);
        let id = parsed(statement, "instance").unwrap_or(0);
        let mut old = instance(id, "ipv4", lines.under(statement), vec![lines]);
        old.vrf = vrf;
        instances.push(old);
    }
    instances
}

fn instance(id: u32, service: &str, block: Lines<'_>, around: Vec<Lines<'_>>) -> Instance {
    let table = block.get("eid-table").map(|s| &*s.line);
    let after = |word: &str| {
        table
            .and_then(|line| line.split(word).nth(1))
            .map(|rest| rest.trim().to_string())
    };
    let pairs = |kind: &'static str| {
        let all = block.all(kind).filter_map(|s| {
            let rest = s.line.split(' ').skip(2).collect::<Vec<_>>().join(" ");
            Some((
                parsed::<Prefix>(s, "prefix")?,
                s.value("set").map_or(rest, ToString::to_string),
            ))
        });
        all.collect()
    };
    let has = |kind: &'static str| block.has(kind) || around.iter().any(|lines| lines.has(kind));
    let roles = [
        ("itr", "ITR"),
        ("etr", "ETR"),
        ("proxy-etr", "PETR"),
        ("proxy-itr", "PITR"),
        ("map-server", "MS"),
        ("map-resolver", "MR"),
    ];
    Instance {
        id,
        service: service.to_string(),
        vrf: after("vrf "),
        vlan: after("vlan "),
        mappings: pairs("database-mapping"),
        cache: pairs("map-cache"),
        roles: roles
            .into_iter()
            .filter(|(kind, _)| has(kind))
            .map(|(_, role)| role)
            .collect(),
    }
}

fn site(lines: Lines<'_>, statement: &Statement) -> Site {
    let of = |s: &Statement| {
        let more = s.line.contains("accept-more-specifics");
        (
            parsed(s, "instance").unwrap_or(0),
            parsed(s, "prefix"),
            more,
        )
    };
    let any = lines
        .all("eid-record any-mac")
        .map(|s| (parsed(s, "instance").unwrap_or(0), None, true));
    let authentication = lines
        .get("authentication-key")
        .map(|s| key(&s.line.replacen("authentication-key", "x key", 1)));
    Site {
        name: statement.value("site").unwrap_or_default().to_string(),
        key: authentication,
        records: lines.all("eid-record").map(of).chain(any).collect(),
    }
}

/// The sessions of a device: those that it opens, and those that others open with it.
pub(crate) fn sessions(routing: &Routing, router: usize) -> Vec<Session> {
    let Some(own) = read(&routing.routers[router]) else {
        return Vec::new();
    };
    let mut sessions: Vec<Session> = Vec::new();
    let named = own
        .servers
        .iter()
        .map(|(server, _)| *server)
        .chain(own.resolvers.iter().copied());
    for peer in named {
        match sessions.iter_mut().find(|session| session.peer == peer) {
            Some(session) => session.users += 1,
            None => {
                let up = calls(routing, router, own.locator, peer).is_some();
                sessions.push(Session {
                    peer,
                    port: PORT,
                    up,
                    users: 1,
                });
            }
        }
    }
    if own.serves {
        for (far, other) in others(routing, router) {
            let Some(peer) = other
                .locator
                .filter(|peer| !sessions.iter().any(|session| session.peer == *peer))
            else {
                continue;
            };
            let meant = other
                .servers
                .iter()
                .map(|(server, _)| *server)
                .chain(other.resolvers.iter().copied());
            let up = meant
                .clone()
                .any(|server| calls(routing, far, other.locator, server) == Some(router));
            if up {
                let port = 10_000 + (u32::try_from(far).unwrap_or(0) * 7919) % 50_000;
                sessions.push(Session {
                    peer,
                    port,
                    up,
                    users: meant.count(),
                });
            }
        }
    }
    sessions
}

fn others(routing: &Routing, router: usize) -> Vec<(usize, Lisp)> {
    let all = routing
        .routers
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != router);
    all.filter_map(|(at, other)| Some((at, read(other)?)))
        .collect()
}

/// The map server that answers a call to an address.
fn calls(routing: &Routing, from: usize, locator: Option<IpAddr>, to: IpAddr) -> Option<usize> {
    let (server, _, _) = routing.walk(from, None, to).arrived()?;
    routing.echo(from, None, Some(locator?), to).ok()?;
    read(&routing.routers[server])
        .filter(|lisp| lisp.serves)
        .map(|_| server)
}

/// What is registered with a map server, site by site.
pub(crate) fn registrations(routing: &Routing, router: usize) -> Vec<Registration> {
    let Some(own) = read(&routing.routers[router]).filter(|own| own.serves) else {
        return Vec::new();
    };
    let around: Vec<(usize, Lisp)> = others(routing, router);
    // A control plane node that is an edge too registers with itself.
    let tunnels: Vec<(usize, &Lisp)> = around
        .iter()
        .map(|(at, lisp)| (*at, lisp))
        .chain([(router, &own)])
        .collect();
    let mut found = Vec::new();
    for site in &own.sites {
        for (instance, record, more) in &site.records {
            let entry = |prefix, by| Registration {
                site: site.name.clone(),
                instance: *instance,
                prefix,
                by,
            };
            let mut parts: Vec<Registration> = Vec::new();
            for (at, tunnel) in &tunnels {
                let told = tunnel.servers.iter().any(|(server, key)| {
                    let mine = routing.owns(router, None, *server);
                    mine && *key == site.key
                        && (*at == router
                            || calls(routing, *at, tunnel.locator, *server) == Some(router))
                });
                let of_instance = tunnel
                    .instances
                    .iter()
                    .filter(|own| own.id == *instance && told);
                let mappings = of_instance
                    .flat_map(|own| &own.mappings)
                    .map(|(prefix, _)| *prefix);
                let fits = |prefix: &Prefix| {
                    record.is_some_and(|record| {
                        record == *prefix || (*more && record.covers(*prefix))
                    })
                };
                parts.extend(
                    mappings
                        .filter(fits)
                        .map(|prefix| entry(Some(prefix), tunnel.locator)),
                );
            }
            let exact = parts.iter().any(|part| part.prefix == *record);
            if !exact {
                found.push(entry(*record, None));
            }
            found.extend(parts);
        }
    }
    found
}
