//! The floor's client and our programmer, as peers: they read the same job and say the same of it.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use load::client::{Client, Dialogue, Enable};
use load::meter::Process;
use programmer::inventory::{Inventory, PasswordOverride};
use programmer::packs::{PackSource, Packs};
use programmer::plan::{DevicePlan, PlanLine};
use programmer::push::{Conversation, Pace, Settings, Task, Tools, push};
use programmer::secret::Mask;
use programmer::session::{Access, OnRefused, Reply, Request, Sending};
use programmer::transport::{Connect, Connector, HostKeyPolicy, HostKeys, TransportOptions};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::field::{PACK, PASSWORD_PROMPT};
use super::job::{Job, Outcome, Target};

/// Lines on their way at once where it isn't line by line.
pub const WINDOW: usize = 8;
/// The longest wait for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(60);

/// What of ours pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// russh alone: echo and prompt are counted.
    Floor,
    /// The programmer's session.
    Session,
    /// A whole push: what is there is read, the journal written, and what is there then is read again.
    Push,
}

/// Does a job, with so many lines on their way at once.
pub async fn run(own: Own, window: usize, job: Job) -> Outcome {
    match own {
        Own::Floor => floor(window, job).await,
        Own::Session => session(window, job).await,
        Own::Push => whole_push(window, job).await,
    }
}

/// Time and processor time since a moment.
struct Watch(Instant, Option<Duration>);

impl Watch {
    fn start() -> Self {
        let used = Process::own().cpu();
        Self(Instant::now(), used)
    }

    fn outcome(self, failures: &[String], pushes: usize) -> Outcome {
        let seconds = self.0.elapsed().as_secs_f64();
        let used = Process::own()
            .cpu()
            .zip(self.1)
            .map(|(end, begin)| end.saturating_sub(begin));
        Outcome {
            pushes: pushes - failures.len(),
            failures: failures.len(),
            first_failure: failures.first().cloned(),
            seconds,
            cpu_seconds: used.unwrap_or_default().as_secs_f64(),
            version: format!("benches {}", env!("CARGO_PKG_VERSION")),
        }
    }
}

/// Does something with each item, by so many workers at once; gives what failed.
pub(super) async fn each<T, F>(
    items: Vec<T>,
    at_once: usize,
    act: impl Fn(T) -> F + Clone + Send + 'static,
) -> Vec<String>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), String>> + Send,
{
    let (items, next) = (Arc::new(items), Arc::new(AtomicUsize::new(0)));
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        let (items, next, act) = (items.clone(), next.clone(), act.clone());
        workers.spawn(async move {
            let mut failures = Vec::new();
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                failures.extend(act(item.clone()).await.err());
            }
            failures
        });
    }
    workers.join_all().await.concat()
}

async fn floor(window: usize, job: Job) -> Outcome {
    let (count, at_once) = (job.devices.len(), job.at_once);
    let lines = Arc::new(job.lines);
    let watch = Watch::start();
    let act = move |target: Target| {
        let lines = lines.clone();
        async move {
            let typed = type_lines(&target, &lines, window).await;
            typed.map_err(|failure| failure.to_string())
        }
    };
    let failures = each(job.devices, at_once, act).await;
    watch.outcome(&failures, count)
}

async fn type_lines(target: &Target, lines: &[String], window: usize) -> Result<(), load::Failure> {
    let dialogue = Dialogue {
        enable: Some(Enable {
            command: "enable".to_string(),
            question: PASSWORD_PROMPT.to_string(),
            password: target.secret.clone(),
        }),
        patience: CONNECT_MAX,
        ..Dialogue::default()
    };
    let client = Client::new(&target.username, &target.password, dialogue);
    let address = SocketAddr::new(target.host.parse().unwrap(), target.port);
    let mut terminal = client.open(address).await?;
    for line in [
        "terminal length 0",
        "terminal width 0",
        "configure terminal",
    ] {
        terminal.line(line).await?;
    }
    terminal.lines(lines, window).await?;
    terminal.line("end").await?;
    terminal.close().await;
    Ok(())
}

async fn session(window: usize, job: Job) -> Outcome {
    let (plans, connector) = (plans(&job), connector());
    let count = plans.len();
    let watch = Watch::start();
    let act = move |plan| {
        let connector = connector.clone();
        async move { configure(plan, &connector, sending(window)).await }
    };
    let failures = each(plans, job.at_once, act).await;
    watch.outcome(&failures, count)
}

async fn configure(
    plan: DevicePlan,
    connector: &Connector,
    sending: Sending,
) -> Result<(), String> {
    let request = Request::Configure {
        enter: None,
        lines: Arc::clone(plan.lines()),
        sending,
        on_refused: OnRefused::Stop,
    };
    match asked(&plan, connector, request).await? {
        Reply::Configured(done) if done.is_whole() => Ok(()),
        other => Err(odd(&other)),
    }
}

/// Connects, opens a session, asks for one thing, and leaves.
pub(super) async fn asked(
    plan: &DevicePlan,
    connector: &Connector,
    request: Request,
) -> Result<Reply, String> {
    let (_keep, interrupt) = watch::channel(false);
    let transport = connector.connect(plan.device(), CONNECT_MAX).await;
    let transport = transport.map_err(|error| error.to_string())?;
    let (mut talk, reply) = Conversation::open(transport, Access::of(plan), interrupt).await;
    if !matches!(reply, Reply::Ready) {
        return Err(odd(&reply));
    }
    let reply = talk.ask(request).await;
    talk.ask(Request::Leave).await;
    talk.close().await;
    Ok(reply)
}

pub(super) fn odd(reply: &impl Debug) -> String {
    format!("{reply:?}")
}

async fn whole_push(window: usize, job: Job) -> Outcome {
    let (plans, (_keep, interrupt)) = (plans(&job), watch::channel(false));
    let settings = Settings {
        // No peer saves.
        save: false,
        sending: sending(window),
        ..Settings::default()
    };
    let tools = Tools::in_memory(connector(), &plans, settings).await;
    let tools = Arc::new(tools.expect("a journal in memory"));
    let pace = Pace {
        concurrency: job.at_once,
        ..Pace::default()
    };
    let tasks = plans.iter().cloned().map(Task::push).collect();
    let watch = Watch::start();
    let results = push(tasks, &tools, &pace, interrupt).await;
    let failures = results.iter().filter_map(|result| result.failure.as_ref());
    let failures: Vec<String> = failures.map(odd_failure).collect();
    watch.outcome(&failures, plans.len())
}

fn odd_failure(failure: &programmer::session::PushFailure) -> String {
    failure.to_string()
}

fn sending(window: usize) -> Sending {
    match window {
        0 | 1 => Sending::Lockstep,
        window => Sending::Pipelined { window },
    }
}

pub(super) fn connector() -> Connector {
    Connector::new(TransportOptions::new(HostKeys::new(HostKeyPolicy::Off, "")))
}

/// The job as plans. Each line must lead to the mode of an interface.
pub(super) fn plans(job: &Job) -> Vec<DevicePlan> {
    let row = |target: &Target| {
        serde_json::json!({
            "name": target.name,
            "host": target.host,
            "port": target.port,
            "pack": PACK,
            "username": target.username,
            "password": target.password,
            "enable": target.secret,
        })
    };
    let rows: Vec<_> = job.devices.iter().map(row).collect();
    let rows = serde_json::json!({ "devices": rows }).to_string();
    let inventory = Inventory::read("peers.json", &rows, &PasswordOverride::default())
        .unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let platform = packs.platform(PACK).unwrap();
    let (feature, mask): (Arc<str>, _) = ("peers".into(), Mask::default());
    let line = |(at, text): (usize, &String)| {
        PlanLine::new(text, at % 2, "config-if", feature.clone(), &mask)
    };
    let lines: Vec<PlanLine> = job.lines.iter().enumerate().map(line).collect();
    let devices = inventory.devices.iter();
    devices
        .map(|device| DevicePlan::again(device, platform, lines.clone(), Vec::new()))
        .collect()
}
