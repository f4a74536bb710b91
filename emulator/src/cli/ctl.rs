//! `fleet ctl`: talks to the control API of a fleet that runs.

mod request;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use emulator::inventory;
use serde_json::Value;

use super::{Failure, output};
use request::Caller;

/// The arguments of `fleet ctl`.
#[derive(Debug, Args)]
pub(super) struct Ctl {
    /// Where the fleet is controlled: what it was told with --control
    #[arg(long, value_name = "ADDRESS", env = "FLEET_CONTROL")]
    control: SocketAddr,
    /// The file with the token, if it isn't in its usual place
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Print what the fleet answers, in JSON
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// What goes wrong
    #[command(subcommand)]
    Fault(Fault),
    /// The devices
    #[command(subcommand)]
    Device(Device),
}

#[derive(Debug, Subcommand)]
enum Fault {
    /// Add a fault: a rule as in a topology, or a kind with options
    Add(Add),
    /// List the faults, and how often they have struck
    List,
    /// Remove a fault
    Remove {
        /// Its id
        id: String,
    },
    /// Remove every fault
    Clear,
}

/// A fault to be added.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  export FLEET_CONTROL=127.0.0.1:2300
  fleet ctl fault add reset --device edge-1 --when 'line: 3, times: 1'
  fleet ctl fault add slow-prompt --set delay=5s
  fleet ctl fault add '{id: gone, kind: half-open, when: {command: 4}}'")]
struct Add {
    /// A kind (`fleet faults` lists them), or a whole rule
    rule: String,
    /// The fault's id; without it, its kind
    #[arg(long)]
    id: Option<String>,
    /// When it strikes, as in a topology: `session: 2, line_matches: ^router`
    #[arg(long, value_name = "WHEN")]
    when: Option<String>,
    /// A parameter; may be given more than once
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// The device that it concerns; without it, all
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Device {
    /// List the devices that somebody has touched
    List,
    /// Show a device: its sessions, and the faults that have struck
    Show {
        /// Its name
        name: String,
    },
}

pub(super) fn run(arguments: &Ctl) -> Result<(), Failure> {
    let caller = Caller::new(arguments.control, arguments.token_file.as_deref())?;
    let answer = match &arguments.what {
        What::Fault(Fault::Add(add)) => {
            caller.post("/v1/faults", add.device.as_deref(), &add.text())
        }
        What::Fault(Fault::List) => caller.get("/v1/faults"),
        What::Fault(Fault::Remove { id }) => caller.delete(&format!("/v1/faults/{id}")),
        What::Fault(Fault::Clear) => caller.delete("/v1/faults"),
        What::Device(Device::List) => caller.get("/v1/devices"),
        What::Device(Device::Show { name }) => caller.get(&format!("/v1/devices/{name}")),
    }?;
    if arguments.json {
        return output::write(|out| writeln!(out, "{answer:#}"));
    }
    match &arguments.what {
        What::Fault(Fault::List) => {
            let names = ["id", "kind", "scope", "struck", "rule"];
            columns(&answer["faults"], names, "no faults")
        }
        What::Device(Device::List) => columns(
            &answer["devices"],
            ["name", "address", "state", "connections", "sessions"],
            "no device has been touched",
        ),
        What::Device(Device::Show { .. }) => fields(&answer),
        What::Fault(Fault::Add(_)) => say(&format!("added: {}", shown(&answer["id"]))),
        What::Fault(_) => say(&format!("removed: {}", shown(&answer["removed"]))),
    }
}

impl Add {
    /// The rule in YAML.
    fn text(&self) -> String {
        if self.rule.trim_start().starts_with('{') {
            return self.rule.clone();
        }
        let id = self.id.as_deref().unwrap_or(&self.rule);
        let mut text = format!("{{id: {id}, kind: {}", self.rule);
        if let Some(when) = &self.when {
            let when = when.trim().trim_start_matches('{').trim_end_matches('}');
            text.push_str(&format!(", when: {{{when}}}"));
        }
        for set in &self.set {
            let (name, value) = set.split_once('=').unwrap_or((set, ""));
            text.push_str(&format!(", {name}: {value}"));
        }
        text + "}"
    }
}

fn say(text: &str) -> Result<(), Failure> {
    output::write(|out| writeln!(out, "{text}"))
}

/// A table of the items of a list; `none` if it has none.
fn columns<const N: usize>(items: &Value, names: [&str; N], none: &str) -> Result<(), Failure> {
    let head = names.map(str::to_uppercase);
    let line = |item: &Value| names.map(|name| shown(&item[name]));
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    if items.is_empty() {
        return say(none);
    }
    let lines: Vec<[String; N]> = std::iter::once(head)
        .chain(items.iter().map(line))
        .collect();
    output::write(|out| inventory::columns(&lines, out))
}

/// One `name: value` a line.
fn fields(item: &Value) -> Result<(), Failure> {
    let fields = item.as_object().into_iter().flatten();
    let lines: Vec<String> = fields
        .map(|(name, value)| format!("{name}: {}", shown(value)))
        .collect();
    say(&lines.join("\n"))
}

/// A value without quotes and brackets.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_string(),
        Value::Array(items) if items.is_empty() => "none".to_string(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let parts: Vec<String> = fields.values().map(shown).collect();
            parts.join(" ")
        }
        other => other.to_string(),
    }
}
