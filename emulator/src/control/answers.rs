//! What the control API answers, in JSON.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::fleet::Core;
use crate::topology::{Placed, Scope, Topology};

/// So many devices are listed: a screen or ten.
const DEVICES_MAX: usize = 1_000;

/// An answer.
pub(super) fn said(status: StatusCode, value: Value) -> Response {
    let mut response = Response::new(Body::from(format!("{value}\n")));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// Why a request isn't done.
pub(super) fn wrong(status: StatusCode, says: &str) -> Response {
    said(status, json!({ "error": says }))
}

pub(super) fn deleted(count: usize) -> Response {
    said(StatusCode::OK, json!({ "removed": count }))
}

pub(super) fn fault_list(core: &Core) -> Response {
    let all = core.faults();
    let faults = all.iter().map(|placed| fault(&core.topology, placed));
    said(
        StatusCode::OK,
        json!({ "faults": faults.collect::<Vec<_>>() }),
    )
}

fn fault(topology: &Topology, placed: &Placed) -> Value {
    let rule = &placed.rule;
    json!({
        "id": rule.id,
        "kind": rule.entry.name,
        "layer": rule.entry.layer.to_string(),
        "scope": scope(topology, &placed.scope),
        "struck": rule.hits(),
        "rule": rule.written,
    })
}

/// Whom a rule concerns, in a word or two.
fn scope(topology: &Topology, scope: &Scope) -> String {
    let name = |number| topology.name_of(number).unwrap_or_default();
    match scope {
        Scope::Fleet => "all devices".to_string(),
        Scope::Role(role) => format!("role {role}"),
        Scope::Devices(first, 1) => name(*first),
        Scope::Devices(first, count) => format!("{} to {}", name(*first), name(first + count - 1)),
    }
}

pub(super) async fn devices(core: &Arc<Core>) -> Response {
    let touched = core.touched();
    let mut listed = vec![];
    for number in touched.iter().take(DEVICES_MAX) {
        listed.extend(described(core, *number).await);
    }
    let (all, touched) = (core.topology.len(), touched.len());
    said(
        StatusCode::OK,
        json!({ "devices": listed, "touched": touched, "all": all }),
    )
}

pub(super) async fn one_device(core: &Arc<Core>, number: usize) -> Response {
    match described(core, number).await {
        Some(device) => said(StatusCode::OK, device),
        None => wrong(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the device doesn't answer",
        ),
    }
}

async fn described(core: &Arc<Core>, number: usize) -> Option<Value> {
    let row = core.topology.row(number)?;
    let mut device = json!({
        "name": row.name,
        "address": row.address.to_string(),
        "pack": row.group.platform.pack(),
        "role": row.group.role,
    });
    let map = device.as_object_mut()?;
    if !core.touched().contains(&number) {
        map.insert("state".into(), "untouched".into());
        return Some(device);
    }
    let report = core.report(number)?;
    let state = if report.down { "booting" } else { "up" };
    map.insert("state".into(), state.into());
    map.insert("connections".into(), report.connections.into());
    map.insert("sessions".into(), report.sessions.into());
    let faults = report
        .faults
        .iter()
        .map(|(id, struck)| json!({ "id": id, "struck": struck }));
    map.insert("faults".into(), faults.collect());
    Some(device)
}
