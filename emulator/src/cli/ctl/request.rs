//! One request to a control API.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use emulator::control::token;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::super::Failure;

/// A fleet on this machine answers at once; one that doesn't has a problem.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who asks, and whom.
pub(super) struct Caller {
    agent: Agent,
    address: SocketAddr,
    bearer: String,
}

impl Caller {
    pub(super) fn new(address: SocketAddr, file: Option<&Path>) -> Result<Self, Failure> {
        let file = file.map_or_else(|| token::default_file(address.port()), Path::to_path_buf);
        let token = token::read(&file).map_err(|error| Failure::Token(file, error))?;
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .proxy(None)
            .build();
        Ok(Self {
            agent: config.into(),
            address,
            bearer: format!("Bearer {token}"),
        })
    }

    pub(super) fn get(&self, path: &str) -> Result<Value, Failure> {
        let request = self
            .agent
            .get(self.url(path))
            .header("authorization", &self.bearer);
        self.answer(request.call())
    }

    pub(super) fn delete(&self, path: &str) -> Result<Value, Failure> {
        let request = self
            .agent
            .delete(self.url(path))
            .header("authorization", &self.bearer);
        self.answer(request.call())
    }

    pub(super) fn post(
        &self,
        path: &str,
        device: Option<&str>,
        body: &str,
    ) -> Result<Value, Failure> {
        let request = self
            .agent
            .post(self.url(path))
            .header("authorization", &self.bearer);
        let request = match device {
            Some(name) => request.query("device", name),
            None => request,
        };
        self.answer(
            request
                .header("content-type", "application/yaml")
                .send(body),
        )
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn answer(&self, answered: Result<Response<Body>, ureq::Error>) -> Result<Value, Failure> {
        let mut response =
            answered.map_err(|error| Failure::Control(self.address, error.to_string()))?;
        let status = response.status();
        let value: Value = response
            .body_mut()
            .read_json()
            .map_err(|error| Failure::Control(self.address, error.to_string()))?;
        if status.is_success() {
            return Ok(value);
        }
        let says = value["error"]
            .as_str()
            .unwrap_or("no reason was given")
            .to_string();
        Err(Failure::Refused(status.as_u16(), says))
    }
}
