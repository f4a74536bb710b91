//! Control of a fleet that runs, over HTTP: faults are added and removed, and devices looked at.
//!
//! | request | does |
//! | --- | --- |
//! | `GET /v1/faults` | every fault, whom it concerns, and how often it has struck |
//! | `POST /v1/faults[?device=NAME]` | adds the rule of the body, YAML or JSON as in a topology; 422 with every mistake |
//! | `DELETE /v1/faults/ID`, `DELETE /v1/faults` | removes one, or all |
//! | `GET /v1/devices` | the devices that somebody has touched |
//! | `GET /v1/devices/NAME` | one device: its sessions, and the faults that have struck |
//!
//! Whoever knows the token may do all of it, and nobody else anything: each request carries it as a bearer token. The
//! `Host` must be the address that is listened at, so that no web page can be led here by its name server.
//!
//! Known limits: no TLS, so it listens on loopback unless somebody insists; no configuration is shown, because one holds
//! secrets.

mod answers;
pub mod token;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{delete, get};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::fleet::{Core, FaultError};
use crate::topology::faults;

use answers::{deleted, devices, fault_list, one_device, said, wrong};

/// A rule is a line or two.
const BODY_BYTES_MAX: usize = 64 << 10;

/// What every request needs.
#[derive(Clone)]
pub(crate) struct Control {
    core: Arc<Core>,
    token: Arc<str>,
    hosts: Arc<[String]>,
}

/// Serves until the fleet stops.
pub(crate) async fn serve(
    core: Arc<Core>,
    listener: TcpListener,
    address: SocketAddr,
    token: &str,
    mut stopping: watch::Receiver<bool>,
) {
    let port = address.port();
    let control = Control {
        core,
        token: token.into(),
        hosts: [address.to_string(), format!("localhost:{port}")].into(),
    };
    let app = Router::new()
        .route("/v1/faults", get(list).post(add).delete(clear))
        .route("/v1/faults/{id}", delete(remove))
        .route("/v1/devices", get(touched))
        .route("/v1/devices/{name}", get(device))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(control.clone(), admit))
        .with_state(control);
    let stop = async move {
        // A fleet that is dropped has stopped.
        _ = stopping.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, app)
        .with_graceful_shutdown(stop)
        .await
    {
        tracing::error!(%error, "the control API has ended");
    }
}

/// Lets in who knows the token and has asked for this host.
async fn admit(State(control): State<Control>, request: Request<Body>, next: Next) -> Response {
    match control.refuses(request.headers()) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

impl Control {
    fn refuses(&self, headers: &HeaderMap) -> Option<Response> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let host = header(header::HOST).unwrap_or_default();
        if !self.hosts.iter().any(|known| known == host) {
            let says = "this host isn't served here";
            return Some(wrong(StatusCode::FORBIDDEN, says));
        }
        let given = header(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if given.is_some_and(|given| token::equal(given, &self.token)) {
            return None;
        }
        let says = "the token is missing or wrong";
        Some(wrong(StatusCode::UNAUTHORIZED, says))
    }
}

async fn list(State(control): State<Control>) -> Response {
    fault_list(&control.core)
}

/// Whom a rule concerns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whom {
    device: Option<String>,
}

async fn add(State(control): State<Control>, Query(whom): Query<Whom>, body: String) -> Response {
    let rule = match faults::parse("rule", &body) {
        Ok(rule) => rule,
        Err(mistakes) => {
            let lines: Vec<_> = mistakes.iter().map(yaml::Mistake::report).collect();
            return wrong(StatusCode::UNPROCESSABLE_ENTITY, &lines.join("\n"));
        }
    };
    let id = rule.id.clone();
    match control.core.add_fault(rule, whom.device.as_deref()) {
        Ok(()) => said(StatusCode::CREATED, serde_json::json!({ "id": id })),
        Err(error) => refused(&error),
    }
}

async fn remove(State(control): State<Control>, Path(id): Path<String>) -> Response {
    match control.core.remove_fault(&id) {
        Ok(()) => deleted(1),
        Err(error) => refused(&error),
    }
}

async fn clear(State(control): State<Control>) -> Response {
    deleted(control.core.clear_faults())
}

async fn touched(State(control): State<Control>) -> Response {
    devices(&control.core).await
}

async fn device(State(control): State<Control>, Path(name): Path<String>) -> Response {
    match control.core.number(&name) {
        Ok(number) => one_device(&control.core, number).await,
        Err(error) => refused(&error),
    }
}

fn refused(error: &FaultError) -> Response {
    let status = match error {
        FaultError::Taken(_) => StatusCode::CONFLICT,
        FaultError::Unknown(_) | FaultError::NoDevice(_) => StatusCode::NOT_FOUND,
        FaultError::TooMany(_) => StatusCode::INSUFFICIENT_STORAGE,
    };
    wrong(status, &error.to_string())
}
