//! One router as the programmer's library meets it: read, compare, configure, read back.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use programmer::config::{Config, Rules};
use programmer::inventory::{Inventory, PasswordOverride};
use programmer::packs::{PackSource, Packs};
use programmer::plan::{DevicePlan, PlanLine};
use programmer::push::Conversation;
use programmer::resolve::resolve;
use programmer::rfs;
use programmer::secret::{Mask, Secret};
use programmer::session::{Access, Configured, OnRefused, Reply, Request, Sending};
use programmer::transport::{
    AnyTransport, Connect as _, Connector, HostKeyPolicy, HostKeys, TransportOptions,
};
use tokio::sync::watch;

use crate::documents::{KEYS, document};
use crate::lab::{PASSWORD, Router, USER};

/// A device may take so long to show its configuration.
const WITHIN: Duration = Duration::from_secs(30);

/// A session with a router.
pub(crate) struct Peer {
    conversation: Conversation<AnyTransport>,
    pub(crate) rules: Arc<Rules>,
    /// Stays open as long as nobody interrupts.
    _interrupt: watch::Sender<bool>,
}

/// What a document means for a router.
pub(crate) fn plan(router: &Router, features: &str) -> DevicePlan {
    plan_for("frr", PASSWORD, &router.name(), router.port, features)
}

/// The same, with short waits.
pub(crate) fn quick_plan(router: &Router, features: &str) -> DevicePlan {
    plan_for("frr-quick", PASSWORD, &router.name(), router.port, features)
}

/// The same, with another password.
pub(crate) fn plan_with_password(router: &Router, features: &str, password: &str) -> DevicePlan {
    plan_for("frr-quick", password, &router.name(), router.port, features)
}

/// The lines that a document means.
pub(crate) fn lines_of(name: &str, port: u16, features: &str) -> Vec<PlanLine> {
    plan_for("frr", PASSWORD, name, port, features)
        .lines()
        .to_vec()
}

fn plan_for(pack: &str, password: &str, name: &str, port: u16, features: &str) -> DevicePlan {
    let topology = format!(
        "name: frr\nlisten: {{address: 127.0.0.1, port: {port}}}\n\
         credentials: {{username: {USER}, password: {password}}}\ndevices: [{{name: {name}, pack: {pack}}}]\n",
    );
    let inventory = Inventory::read("t.yaml", &topology, &PasswordOverride::default()).unwrap();
    let documents = rfs::read("s.yaml", &document(name, features)).unwrap();
    let plan = resolve(&documents, &inventory, packs()).unwrap();
    plan.devices().first().unwrap().clone()
}

/// The packs in the binary, and those of these tests.
pub(crate) fn packs() -> &'static Packs {
    static PACKS: LazyLock<Packs> = LazyLock::new(|| {
        Packs::load(&PackSource::overridden_by(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/frr/packs"
        )))
        .unwrap()
    });
    &PACKS
}

impl Peer {
    pub(crate) async fn open(router: &Router) -> Self {
        let plan = plan(router, "\n  - {writer: Vrf, op: create, key: ANY}\n");
        let keys = HostKeys::new(HostKeyPolicy::Strict, router.known_hosts());
        let connector = Connector::new(TransportOptions::new(keys));
        let transport = connector.connect(plan.device(), WITHIN).await.unwrap();
        let (tell, interrupt) = watch::channel(false);
        let mut access = Access::of(&plan);
        access.mask = Arc::new(Mask::new(KEYS.map(Secret::new)));
        let (conversation, reply) = Conversation::open(transport, access, interrupt).await;
        assert!(matches!(reply, Reply::Ready), "{reply:?}");
        let rules = Arc::clone(packs().platform("frr").unwrap().rules());
        Self {
            conversation,
            rules,
            _interrupt: tell,
        }
    }

    /// What the router has, or why that can't be said.
    pub(crate) async fn try_read(&mut self) -> Result<Config, String> {
        let mut replies = Vec::new();
        for read in self.rules.reads() {
            let command = read.command().to_string();
            match self
                .conversation
                .ask(Request::Exec {
                    command,
                    within: WITHIN,
                    ends: None,
                })
                .await
            {
                Reply::Output { lines } => replies.push(lines.join("\n")),
                other => return Err(format!("{other:?}")),
            }
        }
        Config::parse(&replies, &self.rules).map_err(|error| error.to_string())
    }

    pub(crate) async fn read(&mut self) -> Config {
        self.try_read().await.unwrap()
    }

    pub(crate) async fn configure(&mut self, lines: &[PlanLine]) -> Configured {
        let request = Request::Configure {
            enter: None,
            lines: lines.into(),
            sending: Sending::Lockstep,
            on_refused: OnRefused::Stop,
        };
        match self.conversation.ask(request).await {
            Reply::Configured(configured) => configured,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn save(&mut self) {
        let reply = self.conversation.ask(Request::Save).await;
        assert!(matches!(reply, Reply::Saved), "{reply:?}");
    }

    pub(crate) fn transcript(&self) -> String {
        self.conversation.transcript().text()
    }
}
