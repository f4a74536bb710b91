//! One cell: a push with a fault, and what comes after.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use device::SimTime;
use device::pack::Packs as DevicePacks;
use emulator::topology::Reach;
use emulator::wire::Wired;
use emulator::{Clock, Topology};
use programmer::inventory::{Inventory, PasswordOverride};
use programmer::ledger::{Ledger, NewDevice, NewRun, RunId};
use programmer::packs::{PackSource, Packs};
use programmer::plan::DevicePlan;
use programmer::push::{
    DeviceResult, EndState, Journal, Kept, Lease, OnError, OtherHostname, Purpose, Settings, Task,
    Tools, deploy,
};
use programmer::report;
use programmer::resolve::resolve;
use programmer::rfs;
use programmer::seal::Key;
use programmer::session::Sending;
use tokio::sync::watch;

use crate::oracle::Truth;
use crate::secrecy;
use crate::wire::InMemory;

/// 09:00:00 UTC on Monday the 5th of January 2026.
const BEGINNING: SimTime = SimTime(1_767_603_600_000);

/// So long a device is left alone before it is looked at once more: longer than it takes to boot, and than a session
/// that hangs keeps its line.
const SETTLE: Duration = Duration::from_secs(1_800);

/// The password of the user; no transcript has it.
const PASSWORD: &str = "C1sco12345";
const ENABLE: &str = "C1sco54321";

/// The services that are pushed: a VLAN, a VRF, and what belongs to them.
const SERVICE: &str = "kind: rfs\ndevice: sw\nfeatures:\n\
    - {writer: Vrf, op: create, key: VN_USERS, fields: {afs: [ipv4]}}\n\
    - {writer: Networkvlan, op: create, key: \"1021\", fields: {name: POOL1-VN_USERS, snooping: true}}\n";

pub(crate) fn device_packs() -> &'static DevicePacks {
    static PACKS: OnceLock<DevicePacks> = OnceLock::new();
    PACKS.get_or_init(|| emulator::packs::load(None).unwrap_or_else(|_| panic!("the device packs")))
}

pub(crate) fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| Packs::load(&PackSource::embedded()).expect("the programmer's packs"))
}

fn topology(rules: &[String]) -> String {
    let faults: String = rules.iter().map(|rule| format!("  - {rule}\n")).collect();
    let faults = if faults.is_empty() {
        faults
    } else {
        format!("faults:\n{faults}")
    };
    format!(
        "name: matrix\nseed: 5\nlisten: {{address: 127.0.0.1, port: 2201}}\n\
         credentials: {{username: netadmin, password: {PASSWORD}, enable: {ENABLE}}}\n\
         devices: [{{name: sw, pack: catalyst-9300}}]\n{faults}"
    )
}

/// The plan, which no fault changes.
pub(crate) fn plan() -> DevicePlan {
    let inventory =
        Inventory::read("t.yaml", &topology(&[]), &PasswordOverride::default()).unwrap();
    let documents = rfs::read("s.yaml", SERVICE).unwrap();
    let plan = resolve(&documents, &inventory, packs()).unwrap_or_else(|mistakes| {
        let told: Vec<_> = mistakes.iter().map(yaml::Mistake::report).collect();
        panic!("{}", told.join("\n"))
    });
    plan.devices()[0].clone()
}

/// What is known of a device after something was done to it.
pub(crate) struct After {
    pub(crate) result: DeviceResult,
    pub(crate) running: Truth,
    pub(crate) saved: Truth,
}

/// A fleet of one device, and a journal.
pub(crate) struct Scene {
    wired: Arc<Wired>,
    ledger: Ledger,
    key: Arc<Key>,
    run: RunId,
    settings: Settings,
    plan: DevicePlan,
    pub(crate) before: Truth,
}

impl Scene {
    /// A scene with these rules.
    pub(crate) async fn set(rules: &[String], on_error: OnError, sending: Sending) -> Self {
        let text = topology(rules);
        let read = Topology::parse(
            "t.yaml",
            &text,
            Path::new("."),
            device_packs(),
            Reach::Loopback,
        );
        let topology = read.unwrap_or_else(|mistakes| {
            let told: Vec<_> = mistakes.iter().map(yaml::Mistake::report).collect();
            panic!("{}", told.join("\n"))
        });
        let settings = emulator::Settings {
            clock: Clock::starting(BEGINNING),
            ..emulator::Settings::default()
        };
        let wired = Arc::new(Wired::new(topology, settings));
        let before = Truth::running(&wired.look("sw").await.expect("the device is there"));
        // Where another device may answer, the inventory means what it says.
        let other_hostname = match rules.iter().any(|rule| rule.contains("other-device")) {
            true => OtherHostname::Refuse,
            false => OtherHostname::default(),
        };
        let plan = plan();
        let ledger = Ledger::open("sqlite::memory:").await.unwrap();
        let run = begin(&ledger, "push", None, &plan).await;
        Self {
            wired,
            ledger,
            key: Arc::new(Key::passing().unwrap()),
            run,
            settings: Settings {
                on_error,
                sending,
                other_hostname,
                ..Settings::default()
            },
            plan,
            before,
        }
    }

    /// Pushes the plan.
    pub(crate) async fn push(&self) -> After {
        self.deploy(&self.run, Task::push(self.plan.clone())).await
    }

    /// What goes wrong goes wrong no more, and what was on its way has come.
    pub(crate) async fn calm(&self) {
        self.wired.clear_faults().await;
        tokio::time::sleep(SETTLE).await;
    }

    /// The run goes on, as `programmer resume` does it.
    pub(crate) async fn resume(&self) -> After {
        self.ledger.go_on(&self.run).await.unwrap();
        let base = self.kept().await.map(|kept| kept.before);
        let task = Task {
            purpose: Purpose::Resume,
            base,
            found: EndState::Unknown,
            ..Task::push(self.plan.clone())
        };
        self.deploy(&self.run, task).await
    }

    /// The run is taken back, as `programmer undo` does it; nothing, if the journal says that nothing can be in.
    pub(crate) async fn undo(&self) -> Option<After> {
        let kept = self.kept().await?;
        // Who undoes is another process, and this run's is gone.
        let endpoint = self.plan.device().endpoint();
        self.ledger.release(&self.run, &endpoint).await.unwrap();
        let run = begin(&self.ledger, "undo", Some(self.run.clone()), &self.plan).await;
        let task = Task {
            purpose: Purpose::TakeBack,
            takes_from: vec![self.run.clone()],
            found: EndState::Unknown,
            ..Task::push(self.plan.with_lines(kept.inverse))
        };
        Some(self.deploy(&run, task).await)
    }

    /// What the device has.
    pub(crate) async fn look(&self) -> Truth {
        Truth::running(&self.wired.look("sw").await.expect("the device is there"))
    }

    async fn deploy(&self, run: &RunId, task: Task) -> After {
        let tools = Tools {
            connect: Arc::new(InMemory(self.wired.clone())),
            journal: Journal {
                ledger: self.ledger.clone(),
                run: run.clone(),
                key: self.key.clone(),
            },
            settings: self.settings.clone(),
            lease: Lease::endless(),
            watcher: Arc::new(()),
        };
        let (_keep, calm) = watch::channel(false);
        let result = deploy(task, &tools, calm).await;
        self.keeps_secrets(run, &result).await;
        let report = self.wired.look("sw").await.expect("the device is there");
        After {
            result,
            running: Truth::running(&report),
            saved: Truth::saved(&report),
        }
    }

    /// Nothing that is written of a push shows a secret: the journal, its transcripts, and the reports.
    async fn keeps_secrets(&self, run: &RunId, result: &DeviceResult) {
        let results = std::slice::from_ref(result);
        secrecy::keeps("the transcript", result.transcript.text());
        secrecy::keeps("the report in JSON", report::json(results).to_string());
        secrecy::keeps("the report in JUnit", report::junit(results));
        secrecy::keeps("the report in text", report::device_line(result));
        secrecy::keeps(
            "what is told",
            format!("{:?}", result.failure) + &result.warnings.concat(),
        );
        for record in self.ledger.devices(run).await.unwrap() {
            secrecy::keeps("the journal, sealed", &record.sealed);
            secrecy::keeps("the journal", format!("{record:?}"));
        }
        let events = self.ledger.events(run).await.unwrap();
        secrecy::keeps("the journal's events", format!("{events:?}"));
        if let Ok(kept) = self.ledger.transcript(run, &self.plan.device().name).await {
            secrecy::keeps("the journal's transcript", kept);
        }
    }

    /// What the journal keeps of the device, if the run may have touched it.
    async fn kept(&self) -> Option<Kept> {
        let records = self.ledger.devices(&self.run).await.unwrap();
        let record = &records[0];
        if record.sealed.is_empty() || !record.phase.may_be_in() {
            return None;
        }
        Some(Kept::open(&self.key, &self.run, &record.name, &record.sealed).unwrap())
    }
}

async fn begin(ledger: &Ledger, verb: &str, parent: Option<RunId>, plan: &DevicePlan) -> RunId {
    let device = NewDevice {
        name: plan.device().name.clone(),
        endpoint: plan.device().endpoint(),
        ..NewDevice::default()
    };
    let run = NewRun {
        verb: verb.to_string(),
        parent,
        devices: vec![device],
        ..NewRun::default()
    };
    ledger.begin(run).await.unwrap()
}

/// Plays on a clock of its own, which stands still while anybody works.
pub(crate) fn plays<T>(scene: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(scene)
}
