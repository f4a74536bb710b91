//! The push of one device: read, compare, write down, send, read back, save.
//!
//! What a device has is only ever said after reading it: no prompt and no silence counts as success. Whatever goes
//! wrong after the first line, the device is read again if it can be, over a new session if need be. What can't be
//! read is `UNKNOWN`, and stays locked.
//!
//! Time is tokio's and comes from nowhere else, chance follows from the run's seed. So a test pushes over an
//! in-memory transport with a paused clock, and the same seed gives the same transcript.

mod back;
mod checkpoint;
mod course;
mod judgement;
mod talk;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::backoff::Backoff;
use super::fence::{Fenced, Lease};
use super::kept::{Kept, Wanted};
use super::settings::Settings;
use super::trouble::Trouble;
use super::{Conversation, DeviceResult, EndState, Event, Watch};
use crate::config::{Change, Config};
use crate::ledger::{
    Claim, Ended, Holder, Intent, Ledger, LedgerError, NewDevice, NewRun, Phase, RunId,
};
use crate::plan::{DevicePlan, PlanLine};
use crate::seal::{Key, SealError};
use crate::session::{Access, Cause, LineFate, PushFailure, Transcript};
use crate::transport::Connect;

/// So many differing lines are named in a warning.
const NAMED_MAX: usize = 3;

/// The journal of one run.
#[derive(Debug, Clone)]
pub struct Journal {
    /// Where it is written.
    pub ledger: Ledger,
    /// The run.
    pub run: RunId,
    /// What seals secrets.
    pub key: Arc<Key>,
}

/// What all devices of a run share.
pub struct Tools<C> {
    /// Opens sessions.
    pub connect: Arc<C>,
    /// Is written before each effect.
    pub journal: Journal,
    /// How devices are pushed to.
    pub settings: Settings,
    /// Until when lines may be sent.
    pub lease: Lease,
    /// Is told what happens.
    pub watcher: Arc<dyn Watch>,
}

impl<C: Connect> Tools<C> {
    /// The tools of a run that nobody needs to know of later: its journal lies in memory, its key is thrown away.
    ///
    /// # Errors
    ///
    /// If there is no memory for it.
    pub async fn in_memory(
        connect: C,
        plans: &[DevicePlan],
        settings: Settings,
    ) -> Result<Self, LedgerError> {
        let ledger = Ledger::open("sqlite::memory:").await?;
        let devices = plans.iter().map(|plan| NewDevice {
            name: plan.device().name.clone(),
            endpoint: plan.device().endpoint(),
            ..NewDevice::default()
        });
        let devices = devices.collect();
        let run = ledger
            .begin(NewRun {
                verb: "push".into(),
                devices,
                ..NewRun::default()
            })
            .await?;
        let key = Key::passing().map_err(|error| LedgerError::Write(error.to_string()))?;
        Ok(Self {
            connect: Arc::new(connect),
            journal: Journal {
                ledger,
                run,
                key: Arc::new(key),
            },
            settings,
            lease: Lease::endless(),
            watcher: Arc::new(()),
        })
    }
}

/// What is to be done to one device.
#[derive(Debug, Clone)]
pub struct Task {
    /// The lines that shall stand, and how the device is reached.
    pub plan: DevicePlan,
    /// Why.
    pub purpose: Purpose,
    /// Runs whose lock may be taken over when their process is gone.
    pub takes_from: Vec<RunId>,
    /// The configuration before the run first sent a line, where it goes on.
    pub base: Option<String>,
    /// What the device has of it before: it still has that where nothing can be sent.
    pub found: EndState,
}

impl Task {
    /// The push of a plan.
    #[must_use]
    pub fn push(plan: DevicePlan) -> Self {
        Self {
            plan,
            purpose: Purpose::Push,
            takes_from: Vec::new(),
            base: None,
            found: EndState::NotStarted,
        }
    }
}

/// Why a device is pushed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// A document says so.
    #[default]
    Push,
    /// A run didn't come to its end: it is saved also where nothing is missing.
    Resume,
    /// A run is taken back, as a run of its own.
    TakeBack,
    /// The run itself takes back what it has done, because of another device.
    Retract,
}

impl Purpose {
    /// Whether it ends, when all goes well, with everything as it was.
    #[must_use]
    pub fn goes_back(self) -> bool {
        matches!(self, Self::TakeBack | Self::Retract)
    }
}

/// Pushes to one device, and writes down how it ended. `interrupt` turns true when the user wants it to stop.
pub async fn deploy<C: Connect>(
    task: Task,
    tools: &Tools<C>,
    interrupt: watch::Receiver<bool>,
) -> DeviceResult {
    let mut deployment = Deployment::new(task, tools, interrupt);
    let verdict = deployment.course().await;
    deployment.finish(verdict).await
}

/// One push of one device.
struct Deployment<'a, C: Connect> {
    task: Task,
    tools: &'a Tools<C>,
    interrupt: watch::Receiver<bool>,
    began: Instant,
    backoff: Backoff,
    talk: Option<Conversation<Fenced<C::Transport>>>,
    /// When the open session began.
    talk_began: Duration,
    transcript: Transcript,
    /// Whether the device's lock is ours.
    locked: bool,
    /// The hostname that the device showed.
    hostname: String,
    /// All that it has shown: who shows another one in a later session is another device.
    shown: Vec<String>,
    /// What is sent, and of it the way back.
    change: Option<Arc<Change>>,
    fates: BTreeMap<usize, LineFate>,
    accepted: usize,
    in_doubt: Option<usize>,
    notes: Vec<(usize, String)>,
    warnings: Vec<String>,
    /// Lines that are in, where not all are.
    is_in: Vec<String>,
    /// When the device takes the change back by itself.
    reverts_at: Option<Instant>,
    /// What the device has, as it was read last.
    after: Option<Config>,
}

/// How it ended.
struct Verdict {
    state: EndState,
    cause: Option<Cause>,
}

impl Verdict {
    fn new(state: EndState, cause: impl Into<Option<Cause>>) -> Self {
        Self {
            state,
            cause: cause.into(),
        }
    }
}

impl<'a, C: Connect> Deployment<'a, C> {
    fn new(task: Task, tools: &'a Tools<C>, interrupt: watch::Receiver<bool>) -> Self {
        let backoff = Backoff::new(tools.settings.seed, &task.plan.device().name);
        Self {
            task,
            tools,
            interrupt,
            began: Instant::now(),
            backoff,
            talk: None,
            talk_began: Duration::ZERO,
            transcript: Transcript::default(),
            locked: false,
            hostname: String::new(),
            shown: Vec::new(),
            change: None,
            fates: BTreeMap::new(),
            accepted: 0,
            in_doubt: None,
            notes: Vec::new(),
            warnings: Vec::new(),
            is_in: Vec::new(),
            reverts_at: None,
            after: None,
        }
    }

    fn name(&self) -> &str {
        &self.task.plan.device().name
    }

    fn lines(&self) -> Arc<[PlanLine]> {
        self.change
            .as_ref()
            .map(|change| Arc::clone(&change.lines))
            .unwrap_or_default()
    }

    /// Takes the device's lock; also that of a run that is gone, where this run goes on with it or nothing was sent.
    async fn lock(&mut self) -> Result<(), Cause> {
        let Journal { ledger, run, .. } = &self.tools.journal;
        let device = self.task.plan.device().clone();
        let claim = ledger
            .claim(run, &device.name, &device.endpoint())
            .await
            .map_err(journal)?;
        self.locked = match claim {
            Claim::Ours => true,
            Claim::Held(holder) => {
                let may_take = self.may_take(&holder).await.map_err(journal)?;
                if !may_take
                    || !ledger
                        .take_over(run, &device.name, &holder)
                        .await
                        .map_err(journal)?
                {
                    return Err(Trouble::Locked(holder).into());
                }
                true
            }
        };
        Ok(())
    }

    async fn may_take(&mut self, holder: &Holder) -> Result<bool, LedgerError> {
        let Journal { ledger, run, .. } = &self.tools.journal;
        if !ledger.is_gone(holder) {
            return Ok(false);
        }
        if holder.run == *run || self.task.takes_from.contains(&holder.run) {
            return Ok(true);
        }
        let devices = ledger.devices(&holder.run).await?;
        let theirs = devices.iter().find(|device| device.name == holder.device);
        Ok(theirs.is_none_or(|device| device.phase == Phase::Planned))
    }

    /// Writes down what is about to be done, durably.
    async fn intend(&mut self, change: &Change, before: &Config) -> Result<(), Cause> {
        let Journal { ledger, run, key } = &self.tools.journal;
        // The way back of the run itself stays as it was.
        if self.task.purpose == Purpose::Retract {
            return self.phase(Phase::RollingBack, "").await;
        }
        let kept = Kept {
            lines: Arc::clone(&change.lines),
            inverse: Arc::clone(&change.inverse),
            before: before.text(),
        };
        let intent = Intent {
            lines: i64::try_from(change.lines.len()).unwrap_or(i64::MAX),
            sealed: kept.seal(key, run, self.name()).map_err(sealing)?,
            before: before.fingerprint().to_string(),
            hostname: self.hostname.clone(),
        };
        ledger
            .intent(run, self.name(), intent)
            .await
            .map_err(journal)
    }

    async fn phase(&mut self, phase: Phase, note: &str) -> Result<(), Cause> {
        let Journal { ledger, run, .. } = &self.tools.journal;
        ledger
            .phase(run, self.name(), phase, note)
            .await
            .map_err(journal)
    }

    /// Leaves the device, and writes down how it ended.
    async fn finish(mut self, verdict: Verdict) -> DeviceResult {
        self.leave().await;
        let device = self.task.plan.device();
        let failure = verdict.cause.map(|cause| PushFailure::of(device, cause));
        let ended = self.ended(verdict.state, failure.as_ref());
        let Journal { ledger, run, .. } = &self.tools.journal;
        let endpoint = self.task.plan.device().endpoint();
        let written = match self.locked {
            true => ledger.finish(run, self.name(), &endpoint, ended).await,
            false => ledger.decline(run, self.name(), &ended.error).await,
        };
        if let Err(error) = written {
            self.warnings
                .push(format!("the journal doesn't know how it ended: {error}"));
        }
        let lines = self.lines();
        let result = DeviceResult {
            sent: lines,
            inverse: self
                .change
                .as_ref()
                .map(|change| Arc::clone(&change.inverse))
                .unwrap_or_default(),
            state: verdict.state,
            accepted: self.accepted,
            in_doubt: self.in_doubt,
            failure,
            notes: self.notes,
            warnings: self.warnings,
            is_in: self.is_in,
            purpose: self.task.purpose,
            transcript: self.transcript,
            took: self.began.elapsed(),
            plan: self.task.plan,
        };
        self.tools.watcher.event(Event::Done(&result));
        result
    }

    fn ended(&self, state: EndState, failure: Option<&PushFailure>) -> Ended {
        let detail = serde_json::json!({ "lines_in": self.is_in, "warnings": self.warnings });
        Ended {
            phase: state.phase(),
            saved: matches!(state, EndState::Applied { saved: true }),
            error: failure.map(ToString::to_string).unwrap_or_default(),
            detail: detail.to_string(),
            after: self
                .after
                .as_ref()
                .map(|after| after.fingerprint().to_string())
                .unwrap_or_default(),
            note: format!("{} of {} lines accepted", self.accepted, self.lines().len()),
            transcript: self.transcript.text(),
            keep_lock: state == EndState::Unknown,
        }
    }

    fn access(&self) -> Access {
        Access::of(&self.task.plan)
    }
}

/// The wanted lines of a device as the journal keeps them.
#[must_use]
pub fn wanted(plan: &DevicePlan) -> Wanted {
    Wanted {
        lines: plan.lines().to_vec(),
        secrets: plan.mask().secrets().to_vec(),
    }
}

fn sealing(error: SealError) -> Cause {
    journal(LedgerError::Write(error.to_string()))
}

fn journal(error: LedgerError) -> Cause {
    Trouble::Journal(error).into()
}
