//! A fleet of one or many devices on loopback, one address each, and a programmer that pushes to all of them.

use std::path::Path;
use std::sync::Arc;

use emulator::Fleet;
use emulator::topology::{Reach, Topology};
use programmer::inventory::{Inventory, PasswordOverride};
use programmer::plan::Plan;
use programmer::push::{Pace, Settings, Task, Tools, push};
use programmer::resolve::resolve;
use programmer::rfs;
use programmer::session::Sending;
use programmer::transport::{Connector, HostKeyPolicy, HostKeys, TransportOptions};
use tokio::sync::watch;

use crate::plan::packs;

/// What each device gets: 20 lines.
const FEATURES: &str = "features:\n\
    - {writer: Networkvlan, op: create, key: 21, fields: {name: a}}\n\
    - {writer: Networkvlan, op: create, key: 22, fields: {name: b}}\n\
    - {writer: Networkvlan, op: create, key: 23, fields: {name: c}}\n\
    - {writer: Networkvlan, op: create, key: 24, fields: {name: d}}\n\
    - {writer: Vrf, op: create, key: RED, fields: {afs: [ipv4]}}\n\
    - {writer: Vrf, op: create, key: BLUE, fields: {afs: [ipv4]}}\n";

/// Devices that listen, and a plan for them.
pub struct Many {
    create: Plan,
    delete: Plan,
    connector: Connector,
    // Serves as long as it is here.
    _fleet: Fleet,
}

impl Many {
    /// Starts so many devices, and plans 20 lines for each.
    pub async fn of_20_lines(devices: usize, port: u16) -> Self {
        let text = format!(
            "name: bench\nseed: 7\nlisten: {{network: 127.25.0.0/16, port: {port}}}\n\
             credentials: {{username: netadmin, password: C1sco12345, enable: C1sco54321}}\n\
             devices: [{{name: \"edge-{{n}}\", pack: catalyst-9300, count: {devices}, role: edge}}]\n"
        );
        let packs_of_devices = crate::terminal::packs();
        let topology = Topology::parse(
            "bench.yaml",
            &text,
            Path::new(""),
            packs_of_devices,
            Reach::Loopback,
        );
        let topology = topology.unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let fleet = Fleet::start(topology, emulator::Settings::default()).await;
        let inventory = Inventory::read("t.yaml", &text, &PasswordOverride::default()).unwrap();
        let document = |n: usize| format!("kind: rfs\ndevice: edge-{n}\n{FEATURES}");
        let service = (1..=devices)
            .map(document)
            .collect::<Vec<_>>()
            .join("---\n");
        let plan = |service: &str| {
            let documents = rfs::read("s.yaml", service).unwrap();
            resolve(&documents, &inventory, packs()).unwrap()
        };
        let transports = TransportOptions::new(HostKeys::new(HostKeyPolicy::Off, ""));
        let create = plan(&service);
        assert_eq!(create.devices()[0].lines().len(), 20);
        Self {
            create,
            delete: plan(&service.replace("create", "delete")),
            connector: Connector::new(transports),
            _fleet: fleet.expect("a fleet starts"),
        }
    }

    /// Pushes to every device.
    pub async fn run(&self, sending: Sending, concurrency: usize) {
        self.push(&self.create, sending, concurrency).await;
    }

    /// Takes away what [`Self::run`] has pushed.
    pub async fn clear(&self) {
        self.push(&self.delete, Sending::Buffer, 8).await;
    }

    async fn push(&self, plan: &Plan, sending: Sending, concurrency: usize) {
        let (_keep, interrupt) = watch::channel(false);
        let settings = Settings {
            save: false,
            sending,
            ..Settings::default()
        };
        let plans = plan.devices();
        let tools = Tools::in_memory(self.connector.clone(), plans, settings).await;
        let tools = Arc::new(tools.expect("a journal in memory"));
        let tasks = plans.iter().cloned().map(Task::push).collect();
        let pace = Pace {
            concurrency,
            ..Pace::default()
        };
        for result in push(tasks, &tools, &pace, interrupt).await {
            assert!(result.failure.is_none(), "{}", result.transcript.text());
        }
    }
}
