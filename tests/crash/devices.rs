//! What the devices really have, read over sessions of the test's own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use programmer::inventory::{Inventory, PasswordOverride};
use programmer::packs::{PackSource, Packs};
use programmer::push::Conversation;
use programmer::secret::Mask;
use programmer::session::{Access, Reply, Request};
use programmer::transport::{
    AnyTransport, Connect as _, Connector, HostKeyPolicy, HostKeys, TransportOptions,
};
use tokio::sync::watch;

const WITHIN: Duration = Duration::from_secs(60);

/// One session with each device, open from the first round to the last.
pub(crate) struct Devices {
    sessions: Vec<(String, Conversation<AnyTransport>)>,
}

impl Devices {
    /// Logs in to every device of the topology.
    pub(crate) async fn open(folder: &Path) -> Self {
        let inventory =
            Inventory::read_file(&folder.join("topology.yaml"), &PasswordOverride::default())
                .unwrap();
        let packs = Packs::load(&PackSource::embedded()).unwrap();
        let host_keys = HostKeys::new(HostKeyPolicy::Strict, folder.join("known_hosts"));
        let connector = Connector::new(TransportOptions::new(host_keys));
        let mut sessions = Vec::new();
        for device in inventory.devices {
            let expect = Arc::clone(packs.platform(&device.pack).unwrap().expect());
            let credentials = device.credentials.clone();
            let access = Access {
                expect,
                credentials,
                mask: Arc::new(Mask::default()),
            };
            let transport = connector.connect(&device, WITHIN).await.unwrap();
            let (_, interrupt) = watch::channel(false);
            let (talk, reply) = Conversation::open(transport, access, interrupt).await;
            assert!(matches!(reply, Reply::Ready), "{}: {reply:?}", device.name);
            sessions.push((device.name, talk));
        }
        Self { sessions }
    }

    /// The running-config of every device, without what changes by itself, in the order of the topology.
    pub(crate) async fn read(&mut self) -> Vec<(String, Vec<String>)> {
        let mut all = Vec::new();
        for (name, talk) in &mut self.sessions {
            let command = "show running-config".to_string();
            let Reply::Output { lines } = talk
                .ask(Request::Exec {
                    command,
                    within: WITHIN,
                    ends: None,
                })
                .await
            else {
                panic!("{name} shows nothing");
            };
            let says = |line: &String| {
                !line.starts_with('!') && !line.starts_with("Current configuration")
            };
            all.push((name.clone(), lines.into_iter().filter(says).collect()));
        }
        all
    }
}
