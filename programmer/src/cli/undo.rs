//! `programmer undo`

use std::collections::BTreeSet;
use std::path::PathBuf;

use programmer::ledger::{DeviceRecord, Ledger, NewRun, Phase, RunId};
use programmer::push::{DeviceResult, EndState, Purpose, Task, Wanted};
use programmer::report::ExitStatus;
use programmer::seal::Key;
use yaml::Mistake;

use super::again::Again;
use super::args::UndoArgs;
use super::journal::{self, mistake};
use super::run::{self, Books};
use super::show;

/// So many runs are looked through for those that tried to take this one back before.
const RUNS_MAX: i64 = 1_000;

/// Takes a run back, as a run of its own: reads each device, and sends the inverse of what is in.
pub(super) fn undo(args: &UndoArgs, packs: Option<PathBuf>) -> Result<ExitStatus, Vec<Mistake>> {
    journal::runtime()?.block_on(async {
        let (ledger, key) = (journal::open(&args.again.journal).await?, journal::key()?);
        let again = Again::open(&ledger, &args.run, &args.again, packs).await?;
        let chosen = chosen(&again, &args.devices)?;
        let takes_from = takes_from(&ledger, &again.run.id).await?;
        let mut tasks = Vec::new();
        let mut devices = Vec::new();
        for record in chosen.into_iter().filter(|record| record.phase.may_be_in()) {
            if let Some((task, wanted)) = task(&again, &key, record, &takes_from)? {
                devices.push(run::new_device(&task.plan, &wanted, &key)?);
                tasks.push(task);
            }
        }
        again.release(&ledger).await?;
        if tasks.is_empty() {
            close(&ledger, &again, &[], &args.devices).await?;
            show::print(&format!("{}: no device has anything of it\n", again.run.id));
            return Ok(ExitStatus::AllApplied);
        }
        run::check_credentials(&tasks, &again.started.topology, again.args())?;
        let parent = Some(again.run.id.clone());
        let settings = again.started.text();
        let id = ledger
            .begin(NewRun {
                verb: "undo".into(),
                parent,
                settings,
                devices,
            })
            .await
            .map_err(mistake)?;
        let output = args.again.output;
        let books = Books {
            ledger: ledger.clone(),
            key,
        };
        let results = run::run(books, &id, tasks, again.args(), output).await?;
        close(&ledger, &again, &results, &args.devices).await?;
        Ok(run::tell(&id, &results, again.args(), output))
    })
}

/// The devices that are meant: those that are named, or all.
fn chosen<'a>(again: &'a Again, names: &[String]) -> Result<Vec<&'a DeviceRecord>, Vec<Mistake>> {
    let known: BTreeSet<&str> = again
        .devices
        .iter()
        .map(|record| record.name.as_str())
        .collect();
    let unknown = names.iter().filter(|name| !known.contains(name.as_str()));
    let mistakes: Vec<Mistake> = unknown
        .map(|name| {
            let what = format!("{} has no device `{name}`", again.run.id);
            Mistake::new("journal", what)
                .hint(format!("`programmer show {}` lists them", again.run.id))
        })
        .collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let is_meant = |record: &&DeviceRecord| names.is_empty() || names.contains(&record.name);
    Ok(again.devices.iter().filter(is_meant).collect())
}

/// This run, and those that tried to take it back before: their locks may be taken over.
async fn takes_from(ledger: &Ledger, run: &RunId) -> Result<Vec<RunId>, Vec<Mistake>> {
    let runs = ledger.runs(RUNS_MAX).await.map_err(mistake)?;
    let tried = runs
        .into_iter()
        .filter(|other| other.parent.as_ref() == Some(run));
    Ok(std::iter::once(run.clone())
        .chain(tried.map(|other| other.id))
        .collect())
}

fn task(
    again: &Again,
    key: &Key,
    record: &DeviceRecord,
    takes_from: &[RunId],
) -> Result<Option<(Task, Wanted)>, Vec<Mistake>> {
    let Some(kept) = again.kept(key, record)? else {
        return Ok(None);
    };
    let secrets = again.wanted(key, record)?.secrets;
    let wanted = Wanted {
        lines: kept.inverse.to_vec(),
        secrets,
    };
    let plan = again.plan(record, wanted.clone())?;
    let task = Task {
        plan,
        purpose: Purpose::TakeBack,
        takes_from: takes_from.to_vec(),
        base: None,
        // Where it isn't known what the device has, taking nothing back leaves it so.
        found: match EndState::of(record.phase, record.saved) {
            EndState::Unknown => EndState::Unknown,
            _ => EndState::NotStarted,
        },
    };
    Ok(Some((task, wanted)))
}

/// The run that was taken back says so, too.
async fn close(
    ledger: &Ledger,
    again: &Again,
    results: &[DeviceResult],
    names: &[String],
) -> Result<(), Vec<Mistake>> {
    let id = &again.run.id;
    for result in results
        .iter()
        .filter(|result| result.state == EndState::RolledBack)
    {
        ledger
            .turn(id, &result.plan.device().name, Phase::RolledBack, "undone")
            .await
            .map_err(mistake)?;
    }
    if !names.is_empty() {
        return Ok(());
    }
    for record in again
        .devices
        .iter()
        .filter(|record| record.phase == Phase::Planned)
    {
        ledger
            .turn(
                id,
                &record.name,
                Phase::NotStarted,
                "undone before its turn",
            )
            .await
            .map_err(mistake)?;
    }
    if again.run.ended_ms.is_none() {
        ledger
            .end(id, ExitStatus::SomeFailed as i64)
            .await
            .map_err(mistake)?;
    }
    Ok(())
}
