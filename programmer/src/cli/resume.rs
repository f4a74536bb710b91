//! `programmer resume`

use std::path::PathBuf;

use programmer::ledger::{DeviceRecord, Phase};
use programmer::push::{EndState, Purpose, Task};
use programmer::report::ExitStatus;
use programmer::seal::Key;
use yaml::Mistake;

use super::again::Again;
use super::args::ResumeArgs;
use super::journal::{self, mistake};
use super::run::{self, Books};
use super::show;

/// Goes on with a run: reads each device that isn't done, and sends what is missing.
pub(super) fn resume(
    args: &ResumeArgs,
    packs: Option<PathBuf>,
) -> Result<ExitStatus, Vec<Mistake>> {
    journal::runtime()?.block_on(async {
        let (ledger, key) = (journal::open(&args.again.journal).await?, journal::key()?);
        let again = Again::open(&ledger, &args.run, &args.again, packs).await?;
        let id = again.run.id.clone();
        let open = again
            .devices
            .iter()
            .filter(|record| is_open(&again, record));
        let tasks: Vec<Task> = open
            .map(|record| task(&again, &key, record))
            .collect::<Result<_, _>>()?;
        if tasks.is_empty() {
            show::print(&format!("{id}: every device is done\n"));
            return Ok(ExitStatus::AllApplied);
        }
        run::check_credentials(&tasks, &again.started.topology, again.args())?;
        ledger.go_on(&id).await.map_err(mistake)?;
        let output = args.again.output;
        let results = run::run(Books { ledger, key }, &id, tasks, again.args(), output).await?;
        Ok(run::tell(&id, &results, again.args(), output))
    })
}

/// Whether there is something left to do.
fn is_open(again: &Again, record: &DeviceRecord) -> bool {
    let done = match again.run.verb.as_str() {
        "undo" => record.phase == Phase::RolledBack,
        _ => record.phase == Phase::Applied && (record.saved || again.args().no_save),
    };
    !done
}

fn task(again: &Again, key: &Key, record: &DeviceRecord) -> Result<Task, Vec<Mistake>> {
    let purpose = if again.run.verb == "undo" {
        Purpose::TakeBack
    } else {
        Purpose::Resume
    };
    let kept = again
        .kept(key, record)?
        .filter(|_| record.phase.may_be_in());
    Ok(Task {
        plan: again.plan(record, again.wanted(key, record)?)?,
        purpose,
        takes_from: again.run.parent.iter().cloned().collect(),
        base: kept.map(|kept| kept.before),
        found: EndState::of(record.phase, record.saved),
    })
}
