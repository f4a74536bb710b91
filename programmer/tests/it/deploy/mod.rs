//! What a push ends in, whatever goes wrong: on virtual time, against devices in memory.

mod away;
mod back;
mod ledger;
mod lines;
mod many;

use std::sync::{Arc, LazyLock};

use programmer::inventory::{Inventory, PasswordOverride};
use programmer::ledger::Phase;
use programmer::packs::{PackSource, Packs};
use programmer::plan::Plan;
use programmer::push::{DeviceResult, OnError, Pace, Settings, Task, Tools, push};
use programmer::resolve::resolve;
use programmer::rfs;
use tokio::sync::watch;

use crate::lab::Lab;

static PACKS: LazyLock<Packs> = LazyLock::new(|| Packs::load(&PackSource::embedded()).unwrap());

/// Two VLANs: `vlan 20`, `name a`, `exit`, `vlan 30`, `name b`, `exit`.
const SERVICE: &str = "kind: rfs\nrole: wlc\nfeatures:\n\
    - {writer: Networkvlan, op: create, key: 20, fields: {name: a}}\n\
    - {writer: Networkvlan, op: create, key: 30, fields: {name: b}}\n";

fn plan_of(devices: &str) -> Plan {
    let topology = format!(
        "listen: {{address: 127.0.0.1, port: 1}}\n\
         credentials: {{username: netadmin, password: C1sco12345, enable: C1sco54321}}\ndevices:\n{devices}"
    );
    planned(&topology)
}

/// The plan of [`SERVICE`] for all devices of an inventory.
fn planned(inventory: &str) -> Plan {
    let inventory = Inventory::read("t.yaml", inventory, &PasswordOverride::default()).unwrap();
    let service = SERVICE.replace("role: wlc", "devices: [NAMES]");
    let names: Vec<&str> = inventory
        .devices
        .iter()
        .map(|device| device.name.as_str())
        .collect();
    let service = service.replace("NAMES", &names.join(", "));
    resolve(&rfs::read("s.yaml", &service).unwrap(), &inventory, &PACKS).unwrap()
}

fn plan() -> Plan {
    plan_of("  - {name: d-1, pack: catalyst-9800, role: wlc}\n")
}

async fn tools(lab: &Lab, plan: &Plan, settings: Settings) -> Arc<Tools<Lab>> {
    Arc::new(
        Tools::in_memory(lab.clone(), plan.devices(), settings)
            .await
            .unwrap(),
    )
}

async fn run(tools: &Arc<Tools<Lab>>, tasks: Vec<Task>, pace: &Pace) -> Vec<DeviceResult> {
    let (interrupts, interrupt) = watch::channel(false);
    *tools.connect.interrupt.lock().unwrap() = Some(interrupts);
    push(tasks, tools, pace, interrupt).await
}

fn tasks(plan: &Plan) -> Vec<Task> {
    plan.devices().iter().cloned().map(Task::push).collect()
}

/// A push to the one device of a lab.
async fn pushed(lab: &Lab, on_error: OnError) -> (DeviceResult, Arc<Tools<Lab>>) {
    let (plan, settings) = (
        plan(),
        Settings {
            on_error,
            ..Settings::default()
        },
    );
    let tools = tools(lab, &plan, settings).await;
    let result = run(&tools, tasks(&plan), &Pace::default()).await.remove(0);
    (result, tools)
}

/// VLANs as a device has them.
fn vlans(lab: &Lab, port: u16) -> String {
    let device = lab.device(port);
    let vlans = device.lock().unwrap().vlans.clone();
    vlans
        .iter()
        .map(|(vlan, name)| format!("{vlan} {name}"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[track_caller]
fn check(result: &DeviceResult, state: &str, is_in: &[&str], cause: &str) {
    let found = result
        .failure
        .as_ref()
        .map(|failure| failure.cause.kind())
        .unwrap_or_default();
    let text = result.transcript.text();
    assert_eq!(
        (result.state.name(), found),
        (state, cause),
        "{:?}\n{text}",
        result.failure
    );
    assert_eq!(result.is_in, is_in, "{text}");
}

/// The device's state in the journal, and whether it is locked.
async fn journal(tools: &Tools<Lab>) -> (Phase, bool) {
    let journal = &tools.journal;
    let devices = journal.ledger.devices(&journal.run).await.unwrap();
    (
        devices[0].phase,
        !journal.ledger.holders().await.unwrap().is_empty(),
    )
}

const BOTH: &str = "vlan 20 name a, vlan 30 name b";
