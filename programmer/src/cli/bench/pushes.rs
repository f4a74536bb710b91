//! Our own pushes: whole ones, with a journal on a disk.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use load::Failure;
use load::meter::Process;
use load::script;
use load::tally::Tally;
use programmer::inventory::Inventory;
use programmer::ledger::{LEASE, Ledger, NewRun, default_journal};
use programmer::packs::Packs;
use programmer::plan::{ANY_MODE, DevicePlan, PlanLine};
use programmer::push::{
    DeviceResult, EndState, Journal, Lease, Pace, Settings, Task, Tools, push, wanted,
};
use programmer::report::{self, ExitStatus};
use programmer::seal::Key;
use programmer::secret::Mask;
use programmer::transport::Connector;
use tokio::sync::watch;
use yaml::Mistake;

use super::floors::Seen;
use super::{BenchArgs, Point};
use crate::cli::args::{InputArgs, Output};
use crate::cli::journal::mistake;
use crate::cli::run;

/// What is pushed, and to whom.
pub(super) struct Pushes {
    packs: Packs,
    inventory: Inventory,
    /// The plans of services; none where lines are generated.
    services: Option<Vec<DevicePlan>>,
    template: Vec<String>,
    connector: Connector,
    ledger: Ledger,
    key: Arc<Key>,
    /// The journal's file, if it is ours to remove.
    file: Option<PathBuf>,
    /// The number of the next push: none is like another.
    next: u64,
    status: ExitStatus,
}

impl Pushes {
    pub(super) async fn open(
        args: &BenchArgs,
        packs: Option<PathBuf>,
        template: Vec<String>,
    ) -> Result<Self, Vec<Mistake>> {
        let mut inventory = args.reach.inventory(&args.inventory)?;
        inventory
            .devices
            .truncate(args.devices.unwrap_or(usize::MAX));
        args.reach.ask_command(&mut inventory, |_| true)?;
        let services = match args.service.is_empty() {
            true => None,
            false => Some(services(args, packs.clone())?),
        };
        let (url, file) = match &args.journal {
            Some(url) => (url.clone(), None),
            None => own_journal(),
        };
        let pushes = Self {
            packs: crate::cli::load_packs(packs)?,
            inventory,
            services,
            template,
            connector: args.reach.connector(),
            ledger: Ledger::open(&url).await.map_err(mistake)?,
            key: Arc::new(Key::passing().map_err(|error| wrong(error.to_string()))?),
            file,
            next: 0,
            status: ExitStatus::AllApplied,
        };
        let tasks: Vec<Task> = pushes
            .plans(Some(0), 0)?
            .into_iter()
            .map(Task::push)
            .collect();
        let lacks = tasks
            .iter()
            .find_map(|task| args.reach.lacks(task.plan.device()));
        match lacks {
            None => Ok(pushes),
            Some(what) => Err(wrong(format!("a device has no {what}"))),
        }
    }

    /// How many devices each round pushes to.
    pub(super) fn devices(&self) -> u64 {
        let count = self
            .services
            .as_ref()
            .map_or(self.inventory.devices.len(), Vec::len);
        count as u64
    }

    /// The worst that a push ended in.
    pub(super) fn status(&self) -> ExitStatus {
        self.status
    }

    /// Pushes to all devices without measuring it; gives what was exchanged with the first that took it.
    pub(super) async fn look(
        &mut self,
        settings: &Settings,
        lines: Option<usize>,
    ) -> Result<Option<Seen>, Vec<Mistake>> {
        let results = self.push(settings, lines, 64).await?.0;
        let good = results.iter().find(|result| result.failure.is_none());
        let seen = good.map(Seen::of);
        self.take_back(settings, results).await?;
        Ok(seen)
    }

    /// Pushes once to each device.
    pub(super) async fn round(
        &mut self,
        settings: &Settings,
        point: Point,
        server: Option<Process>,
    ) -> Result<Tally, Vec<Mistake>> {
        let cpu = || (Process::own().cpu(), server.and_then(Process::cpu));
        let (before, begin) = (cpu(), Instant::now());
        let (results, status) = self.push(settings, point.lines, point.at_once).await?;
        let (elapsed, after) = (begin.elapsed(), cpu());
        self.status = self.status.max(status);
        let mut tally = Tally::default();
        for result in &results {
            tally.count(outcome(result), result.took);
        }
        tally.elapsed = elapsed;
        let between = |before: Option<_>, after: Option<_>| Some(after? - before?);
        tally.client_cpu = between(before.0, after.0);
        tally.server_cpu = between(before.1, after.1);
        self.take_back(settings, results).await?;
        Ok(tally)
    }

    async fn push(
        &mut self,
        settings: &Settings,
        lines: Option<usize>,
        at_once: usize,
    ) -> Result<(Vec<DeviceResult>, ExitStatus), Vec<Mistake>> {
        let plans = self.plans(lines, self.next)?;
        self.next += 1;
        self.run(plans, settings, at_once).await
    }

    /// What services have brought goes again: the next push would send nothing. Generated lines differ anyway.
    async fn take_back(
        &mut self,
        settings: &Settings,
        results: Vec<DeviceResult>,
    ) -> Result<(), Vec<Mistake>> {
        if self.services.is_none() {
            return Ok(());
        }
        let has_any = results
            .into_iter()
            .filter(|result| !result.inverse.is_empty());
        let plans = has_any.map(|result| result.plan.with_lines(result.inverse));
        self.run(plans.collect(), settings, 64).await.map(|_| ())
    }

    async fn run(
        &self,
        plans: Vec<DevicePlan>,
        settings: &Settings,
        at_once: usize,
    ) -> Result<(Vec<DeviceResult>, ExitStatus), Vec<Mistake>> {
        let devices = plans
            .iter()
            .map(|plan| run::new_device(plan, &wanted(plan), &self.key));
        let new = NewRun {
            verb: "push".into(),
            devices: devices.collect::<Result<_, _>>()?,
            ..NewRun::default()
        };
        let id = self.ledger.begin(new).await.map_err(mistake)?;
        let tools = Arc::new(Tools {
            connect: Arc::new(self.connector.clone()),
            journal: Journal {
                ledger: self.ledger.clone(),
                run: id.clone(),
                key: self.key.clone(),
            },
            settings: settings.clone(),
            lease: Lease::of(LEASE),
            watcher: Arc::new(()),
        });
        let pace = Pace {
            concurrency: at_once,
            ..Pace::default()
        };
        let (_keep, interrupt) = watch::channel(false);
        let tasks = plans.into_iter().map(Task::push).collect();
        let results = push(tasks, &tools, &pace, interrupt).await;
        let status = report::exit_status(&results);
        self.ledger
            .end(&id, i64::from(status as u8))
            .await
            .map_err(mistake)?;
        Ok((results, status))
    }

    /// What each device gets in a push.
    fn plans(&self, lines: Option<usize>, push: u64) -> Result<Vec<DevicePlan>, Vec<Mistake>> {
        if let Some(plans) = &self.services {
            return Ok(plans.clone());
        }
        let texts = script::numbered(&self.template, lines.unwrap_or(0));
        let feature: Arc<str> = "bench".into();
        let line = |text: &String| {
            let text = text.replace("{push}", &push.to_string());
            let words = text.trim_start();
            let depth = text.len() - words.len();
            PlanLine::new(words, depth, ANY_MODE, feature.clone(), &Mask::default())
        };
        let lines: Vec<PlanLine> = texts.iter().map(line).collect();
        let devices = self.inventory.devices.iter();
        let plans = devices.map(|device| {
            let platform = self.packs.platform(&device.pack);
            let platform =
                platform.ok_or_else(|| wrong(format!("no pack is called `{}`", device.pack)))?;
            Ok(DevicePlan::again(
                device,
                platform,
                lines.clone(),
                Vec::new(),
            ))
        });
        plans.collect()
    }
}

impl Drop for Pushes {
    fn drop(&mut self) {
        let Some(file) = &self.file else {
            return;
        };
        for end in ["", "-wal", "-shm"] {
            let mut name = file.clone().into_os_string();
            name.push(end);
            // What isn't there needn't go.
            _ = std::fs::remove_file(name);
        }
    }
}

/// A journal beside the usual one, so that it is on the same disk.
fn own_journal() -> (String, Option<PathBuf>) {
    let usual = default_journal();
    let usual = PathBuf::from(usual.strip_prefix("sqlite:").unwrap_or(&usual));
    let file = usual.with_file_name(format!("bench-{}.db", std::process::id()));
    (format!("sqlite:{}", file.display()), Some(file))
}

fn services(args: &BenchArgs, packs: Option<PathBuf>) -> Result<Vec<DevicePlan>, Vec<Mistake>> {
    let input = InputArgs {
        topology: Some(args.inventory.clone()),
        files: args.service.clone(),
        output: Output::Text,
    };
    let plan = crate::cli::plan(&input, &args.reach, packs)?;
    let most = args.devices.unwrap_or(usize::MAX);
    Ok(plan.devices().iter().take(most).cloned().collect())
}

/// A push counts if all of it is in.
fn outcome(result: &DeviceResult) -> Result<u64, Failure> {
    match (&result.failure, result.state) {
        (None, EndState::Applied { .. }) => Ok(result.accepted as u64),
        (Some(failure), state) => Err(Failure::Other(state.name(), failure.to_string())),
        (None, state) => Err(Failure::Other(state.name(), String::new())),
    }
}

fn wrong(what: String) -> Vec<Mistake> {
    vec![Mistake::new("bench", what)]
}
