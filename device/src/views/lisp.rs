//! LISP: sessions, sites, and the databases and caches of instances.

use serde::Serialize;

use super::Snapshot;
use super::age::{age, between};
use super::routes::{OWN, text};
use crate::network::routing::findings::{DOWN, LISP, UP, lisp_key};
use crate::network::routing::lisp;

/// The device's LISP.
#[derive(Debug, Serialize)]
pub(super) struct LispView {
    sessions: Vec<SessionView>,
    sites: Vec<SiteView>,
    instances: Vec<InstanceView>,
    locator: Option<String>,
    uptime: String,
    serves: bool,
}

#[derive(Debug, Serialize)]
struct SessionView {
    peer: String,
    port: u32,
    up: bool,
    since: String,
    messages_in: u64,
    messages_out: u64,
    users: usize,
}

#[derive(Debug, Serialize)]
struct SiteView {
    site: String,
    instance: u32,
    prefix: String,
    registered: bool,
    by: String,
    since: String,
}

#[derive(Debug, Serialize)]
struct InstanceView {
    id: u32,
    service: String,
    vrf: Option<String>,
    vlan: Option<String>,
    role: String,
    database: Vec<[String; 2]>,
    cache: Vec<[String; 2]>,
}

/// The device's LISP, if it has any.
pub(super) fn view(snapshot: &Snapshot) -> Option<LispView> {
    let routing = snapshot.network().routing();
    let own = lisp::read(&routing.routers[OWN])?;
    let uptime = age(between(snapshot.booted, snapshot.now));
    let session = |session: lisp::Session| {
        let state = if session.up { UP } else { DOWN };
        let since = snapshot.since(LISP, &lisp_key(&session), state);
        let seconds = snapshot.now.since(since).as_secs();
        SessionView {
            peer: text(session.peer),
            port: session.port,
            up: session.up,
            since: if session.up || since > snapshot.booted {
                age(between(since, snapshot.now))
            } else {
                "never".to_string()
            },
            messages_in: if session.up { 4 + seconds / 60 } else { 0 },
            messages_out: if session.up { 5 + seconds / 60 } else { 0 },
            users: session.users,
        }
    };
    let site = |entry: lisp::Registration| SiteView {
        site: entry.site,
        instance: entry.instance,
        prefix: entry
            .prefix
            .map_or("any-mac".to_string(), |prefix| prefix.to_string()),
        registered: entry.by.is_some(),
        by: entry.by.map_or("--".to_string(), text),
        since: if entry.by.is_some() {
            uptime.clone()
        } else {
            "never".to_string()
        },
    };
    let instance = |instance: &lisp::Instance| InstanceView {
        id: instance.id,
        service: instance.service.clone(),
        vrf: instance.vrf.clone(),
        vlan: instance.vlan.clone(),
        role: if instance.roles.is_empty() {
            "NONE".to_string()
        } else {
            instance.roles.join("-")
        },
        database: instance
            .mappings
            .iter()
            .map(|(prefix, set)| [prefix.to_string(), set.clone()])
            .collect(),
        cache: instance
            .cache
            .iter()
            .map(|(prefix, action)| [prefix.to_string(), action.clone()])
            .collect(),
    };
    Some(LispView {
        sessions: lisp::sessions(routing, OWN)
            .into_iter()
            .map(session)
            .collect(),
        sites: lisp::registrations(routing, OWN)
            .into_iter()
            .map(site)
            .collect(),
        instances: own.instances.iter().map(instance).collect(),
        locator: own.locator.map(text),
        serves: own.serves,
        uptime,
    })
}
