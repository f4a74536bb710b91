//! A fleet of one device on loopback, and a programmer that pushes to it.

use std::sync::Arc;

use emulator::Fleet;
use programmer::inventory::{Inventory, PasswordOverride};
use programmer::packs::{PackSource, Packs};
use programmer::plan::Plan;
use programmer::push::{Pace, Settings, Task, Tools, push};
use programmer::resolve::resolve;
use programmer::rfs;
use programmer::transport::{Connector, HostKeyPolicy, HostKeys, TransportOptions};
use tokio::sync::watch;

use crate::terminal::topology;

/// The service that is pushed: four VLANs and two VRFs.
const SERVICE: &str = "kind: rfs\ndevice: edge-1\nfeatures:\n\
    - {writer: Networkvlan, op: create, key: 21, fields: {name: a}}\n\
    - {writer: Networkvlan, op: create, key: 22, fields: {name: b}}\n\
    - {writer: Networkvlan, op: create, key: 23, fields: {name: c}}\n\
    - {writer: Networkvlan, op: create, key: 24, fields: {name: d}}\n\
    - {writer: Vrf, op: create, key: RED, fields: {afs: [ipv4]}}\n\
    - {writer: Vrf, op: create, key: BLUE, fields: {afs: [ipv4]}}\n";

/// A plan for one device that listens.
pub struct Push {
    create: Plan,
    delete: Plan,
    connector: Connector,
    // Serves as long as it is here.
    _fleet: Fleet,
}

impl Push {
    /// Starts a Catalyst 9300 and plans 20 lines for it.
    pub async fn of_20_lines() -> Self {
        let fleet = Fleet::start(
            topology("edge-1", "catalyst-9300", 1),
            emulator::Settings::default(),
        );
        let fleet = fleet.await.expect("a fleet starts");
        let port = fleet.address(0).unwrap().port();
        let reached = format!(
            "listen: {{address: 127.0.0.1, port: {port}}}\n\
             credentials: {{username: netadmin, password: C1sco12345, enable: C1sco54321}}\n\
             devices: [{{name: edge-1, pack: catalyst-9300, role: edge}}]\n"
        );
        let inventory = Inventory::read("t.yaml", &reached, &PasswordOverride::default()).unwrap();
        let packs = Packs::load(&PackSource::embedded()).unwrap();
        let plan = |service: &str| {
            resolve(&rfs::read("s.yaml", service).unwrap(), &inventory, &packs).unwrap()
        };
        let create = plan(SERVICE);
        assert_eq!(create.devices()[0].lines().len(), 20);
        let transports = TransportOptions::new(HostKeys::new(HostKeyPolicy::Off, ""));
        Self {
            create,
            delete: plan(&SERVICE.replace("create", "delete")),
            connector: Connector::new(transports),
            _fleet: fleet,
        }
    }

    /// Connects, logs in, reads, pushes, reads back, and leaves; nothing of it may be there before.
    pub async fn run(&self) {
        self.push(&self.create).await;
    }

    /// Takes away what [`Self::run`] has pushed.
    pub async fn clear(&self) {
        self.push(&self.delete).await;
    }

    async fn push(&self, plan: &Plan) {
        let (_keep, interrupt) = watch::channel(false);
        let settings = Settings {
            save: false,
            ..Settings::default()
        };
        let plans = plan.devices();
        let tools = Tools::in_memory(self.connector.clone(), plans, settings).await;
        let tools = Arc::new(tools.expect("a journal in memory"));
        let tasks = plans.iter().cloned().map(Task::push).collect();
        let results = push(tasks, &tools, &Pace::default(), interrupt).await;
        let result = &results[0];
        assert!(result.failure.is_none(), "{}", result.transcript.text());
    }
}
