//! Decides whose turn it is: canary first, role after role, bounded over all and per site, until all are done, too
//! many have failed, or the user interrupts. Then takes back what must not stand alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{Instrument, info_span, warn};

use super::deploy::{Purpose, Task, Tools, deploy};
use super::{DeviceResult, EndState, Event, Trouble, Waves};
use crate::ledger::LEASE;
use crate::plan::DevicePlan;
use crate::session::{Cause, PushFailure};
use crate::transport::Connect;

/// Who goes together with whom.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    clap::ValueEnum,
    serde::Serialize,
    serde::Deserialize,
)]
pub enum Together {
    /// Nobody: each device stands for itself.
    #[default]
    None,
    /// All devices: if one fails, what the others have is taken back.
    AllOrNothing,
    /// The devices of a group, or else of a site: if one fails, what the others of it have is taken back.
    Group,
}

/// Which devices go first, alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Canary {
    /// So many, in the order of the push.
    First(usize),
    /// The one of this name.
    Named(String),
}

impl std::str::FromStr for Canary {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text
            .parse()
            .map_or_else(|_| Self::Named(text.to_string()), Self::First))
    }
}

/// How many devices go at once, in which order, and when it is enough.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// At most so many sessions at once; at least one.
    pub concurrency: usize,
    /// At most so many at one site.
    pub per_site: Option<usize>,
    /// After so many failures no other device is begun.
    pub stop_after: Option<usize>,
    /// Who goes first. If it fails, nobody follows.
    pub canary: Option<Canary>,
    /// Who goes together with whom.
    pub together: Together,
    /// The order of roles.
    pub waves: Waves,
}

/// Pushes to many devices. The results stand in the tasks' order. `interrupt` turns true when the user wants it to
/// stop.
pub async fn push<C: Connect>(
    tasks: Vec<Task>,
    tools: &Arc<Tools<C>>,
    pace: &Pace,
    interrupt: watch::Receiver<bool>,
) -> Vec<DeviceResult> {
    let heart = tokio::spawn(beat(Arc::clone(tools)));
    let run = Arc::new(Run::new(&tasks, tools, pace, interrupt));
    for (stage, is_canary) in stages(&tasks, pace) {
        run.stage(&tasks, &stage).await;
        let failures = run.failures.load(Ordering::SeqCst);
        if is_canary && failures > 0 {
            run.halt("the canary failed");
        }
    }
    run.take_back(&tasks, pace.together).await;
    heart.abort();
    let mut results = run.results.lock().unwrap_or_else(PoisonError::into_inner);
    let lost = || Cause::Internal("its task ended early".into());
    let all = tasks.into_iter().enumerate().map(|(place, task)| {
        results.remove(&place).unwrap_or_else(|| DeviceResult {
            state: EndState::Unknown,
            ..DeviceResult::untouched(task.plan, lost())
        })
    });
    all.collect()
}

/// Renews the run's hold on its devices, three times in each lease.
async fn beat<C: Connect>(tools: Arc<Tools<C>>) {
    loop {
        tokio::time::sleep(LEASE / 3).await;
        let asked = Instant::now();
        match tools.journal.ledger.renew().await {
            Ok(()) => tools.lease.extend(asked, LEASE),
            Err(error) => warn!(%error, "the hold on the devices isn't renewed"),
        }
    }
}

/// The canary, then role after role.
fn stages(tasks: &[Task], pace: &Pace) -> Vec<(Vec<usize>, bool)> {
    let plans: Vec<&DevicePlan> = tasks.iter().map(|task| &task.plan).collect();
    let waves = pace.waves.of(&plans);
    let canary: Vec<usize> = match &pace.canary {
        None => Vec::new(),
        Some(Canary::First(count)) => waves.iter().flatten().copied().take(*count).collect(),
        Some(Canary::Named(name)) => {
            let is_it = |place: &usize| {
                plans
                    .get(*place)
                    .is_some_and(|plan| plan.device().name == *name)
            };
            waves.iter().flatten().copied().filter(is_it).collect()
        }
    };
    let first: BTreeSet<usize> = canary.iter().copied().collect();
    let rest = waves.into_iter().map(|wave| {
        wave.into_iter()
            .filter(|place| !first.contains(place))
            .collect()
    });
    let all = std::iter::once((canary, true)).chain(rest.map(|wave: Vec<usize>| (wave, false)));
    all.filter(|(stage, _)| !stage.is_empty()).collect()
}

/// What the tasks of one push share.
struct Run<C> {
    tools: Arc<Tools<C>>,
    interrupt: watch::Receiver<bool>,
    turns: Semaphore,
    sites: BTreeMap<String, Semaphore>,
    failures: AtomicUsize,
    stop_after: usize,
    halted: AtomicBool,
    /// Why nobody else is begun.
    why: Mutex<String>,
    results: Mutex<BTreeMap<usize, DeviceResult>>,
    together: Together,
}

impl<C: Connect> Run<C> {
    fn new(
        tasks: &[Task],
        tools: &Arc<Tools<C>>,
        pace: &Pace,
        interrupt: watch::Receiver<bool>,
    ) -> Self {
        let names = tasks
            .iter()
            .filter_map(|task| task.plan.device().site.clone());
        let sites = pace.per_site.map(|most| {
            names
                .map(|site| (site, Semaphore::new(most.max(1))))
                .collect()
        });
        Self {
            tools: Arc::clone(tools),
            interrupt,
            turns: Semaphore::new(pace.concurrency.max(1)),
            sites: sites.unwrap_or_default(),
            failures: AtomicUsize::new(0),
            stop_after: pace.stop_after.unwrap_or(usize::MAX).max(1),
            halted: AtomicBool::new(false),
            why: Mutex::default(),
            results: Mutex::default(),
            together: pace.together,
        }
    }

    async fn stage(self: &Arc<Self>, tasks: &[Task], places: &[usize]) {
        let mut running = JoinSet::new();
        for (place, task) in places
            .iter()
            .filter_map(|place| Some((*place, tasks.get(*place)?.clone())))
        {
            let run = Arc::clone(self);
            let span = info_span!("push", device = %task.plan.device().name);
            running.spawn(async move { run.one(place, task).await }.instrument(span));
        }
        while running.join_next().await.is_some() {}
    }

    async fn one(&self, place: usize, task: Task) {
        // A site's turn is waited for first, so that nobody who waits for it holds a turn of all.
        let site = task
            .plan
            .device()
            .site
            .as_ref()
            .and_then(|site| self.sites.get(site));
        let _of_site = match site {
            Some(turns) => turns.acquire().await.ok(),
            None => None,
        };
        let _turn = self.turns.acquire().await;
        let result = match self.reason_to_wait() {
            Some(why) => self.not_begun(task, why).await,
            None => deploy(task, &self.tools, self.interrupt.clone()).await,
        };
        if result.failure.is_some() {
            self.failed(&result);
        }
        self.results
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(place, result);
    }

    fn reason_to_wait(&self) -> Option<Cause> {
        if *self.interrupt.borrow() {
            return Some(Cause::Interrupted);
        }
        if !self.halted.load(Ordering::SeqCst) {
            return None;
        }
        let why = self
            .why
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Some(Trouble::NotBegun(why).into())
    }

    async fn not_begun(&self, task: Task, why: Cause) -> DeviceResult {
        let result = DeviceResult {
            state: task.found,
            ..DeviceResult::untouched(task.plan, why)
        };
        let (name, journal) = (&result.plan.device().name, &self.tools.journal);
        let failure = result.failure.as_ref();
        let why = failure.map(ToString::to_string).unwrap_or_default();
        if let Err(error) = journal.ledger.decline(&journal.run, name, &why).await {
            warn!(%error, device = name, "the journal doesn't take it");
        }
        self.tools.watcher.event(Event::Done(&result));
        result
    }

    fn failed(&self, result: &DeviceResult) {
        let is_ours = !matches!(
            result.failure.as_ref().map(|failure| &failure.cause),
            Some(Cause::Interrupted | Cause::Trouble(Trouble::NotBegun(_)))
        );
        if !is_ours {
            return;
        }
        let failures = self.failures.fetch_add(1, Ordering::SeqCst) + 1;
        if self.together == Together::AllOrNothing {
            self.halt(&format!(
                "{} failed, and all go together",
                result.plan.device().name
            ));
        } else if failures >= self.stop_after {
            let times = if failures == 1 {
                "device has"
            } else {
                "devices have"
            };
            self.halt(&format!("{failures} {times} failed"));
        }
    }

    fn halt(&self, why: &str) {
        if !self.halted.swap(true, Ordering::SeqCst) {
            *self.why.lock().unwrap_or_else(PoisonError::into_inner) = why.to_string();
        }
    }

    /// Takes back what devices have that go together with one that failed, the last first.
    async fn take_back(self: &Arc<Self>, tasks: &[Task], together: Together) {
        let mut back = JoinSet::new();
        for (place, because) in self.to_take_back(tasks, together).into_iter().rev() {
            let Some(done) = self
                .results
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&place)
            else {
                continue;
            };
            let run = Arc::clone(self);
            let takes_from = tasks
                .get(place)
                .map(|task| task.takes_from.clone())
                .unwrap_or_default();
            back.spawn(async move {
                let _turn = run.turns.acquire().await;
                let result = run.retract(done, takes_from, because).await;
                run.results
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(place, result);
            });
        }
        while back.join_next().await.is_some() {}
    }

    /// The devices whose lines must go, and because of whom.
    fn to_take_back(&self, tasks: &[Task], together: Together) -> Vec<(usize, String)> {
        let results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        let mut failed: BTreeMap<String, String> = BTreeMap::new();
        for (place, task) in tasks.iter().enumerate() {
            if results
                .get(&place)
                .is_none_or(|result| result.failure.is_some())
                && let Some(group) = group_of(&task.plan, together)
            {
                failed
                    .entry(group)
                    .or_insert_with(|| task.plan.device().name.clone());
            }
        }
        let goes = |place: &usize| {
            let result = results.get(place)?;
            let has_lines = matches!(result.state, EndState::Applied { .. } | EndState::Partial);
            let because = failed.get(&group_of(&tasks.get(*place)?.plan, together)?)?;
            (has_lines && !result.inverse.is_empty()).then(|| because.clone())
        };
        (0..tasks.len())
            .filter_map(|place| Some((place, goes(&place)?)))
            .collect()
    }

    async fn retract(
        &self,
        done: DeviceResult,
        takes_from: Vec<crate::ledger::RunId>,
        because: String,
    ) -> DeviceResult {
        let plan = done.plan.with_lines(Arc::clone(&done.inverse));
        let task = Task {
            plan,
            purpose: Purpose::Retract,
            takes_from,
            base: None,
            found: done.state,
        };
        let (_, calm) = watch::channel(false);
        let mut back = deploy(task, &self.tools, calm).await;
        let mut transcript = done.transcript;
        transcript.append(back.transcript, done.took);
        back.failure = back.failure.or_else(|| {
            let why = Trouble::TakenBack(because);
            Some(
                done.failure
                    .unwrap_or_else(|| PushFailure::of(done.plan.device(), why.into())),
            )
        });
        DeviceResult {
            plan: done.plan,
            purpose: done.purpose,
            sent: done.sent,
            inverse: done.inverse,
            took: done.took + back.took,
            transcript,
            ..back
        }
    }
}

/// Whose fate a device shares.
fn group_of(plan: &DevicePlan, together: Together) -> Option<String> {
    let device = plan.device();
    match together {
        Together::None => None,
        Together::AllOrNothing => Some(String::new()),
        // Who belongs to no group stands for itself.
        Together::Group => device.groups.first().or(device.site.as_ref()).cloned(),
    }
}
