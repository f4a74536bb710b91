//! `programmer push`

use std::path::PathBuf;

use programmer::ledger::NewRun;
use programmer::plan::Plan;
use programmer::push::{Task, wanted};
use programmer::report::ExitStatus;
use programmer::seal::Key;
use yaml::Mistake;

use super::args::PushArgs;
use super::journal::{self, Started, mistake};
use super::plan::{self, Opened};
use super::run::{self, Books};
use super::show;

/// Plans, pushes, reports.
pub(super) fn push(args: PushArgs, packs: Option<PathBuf>) -> Result<ExitStatus, Vec<Mistake>> {
    let Opened {
        plan,
        topology,
        packs,
    } = match plan::open(&args.input, &args.run.reach, packs.as_deref())? {
        Some(opened) => opened,
        None => Opened {
            plan: super::plan(&args.input, &args.run.reach, packs.clone())?,
            topology: super::topology(&args.input)?.to_path_buf(),
            packs,
        },
    };
    let tasks: Vec<Task> = plan.devices().iter().cloned().map(Task::push).collect();
    run::check_credentials(&tasks, &topology, &args.run)?;
    show::warn(&plan);
    let whole = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    let transcript = args.run.transcript.clone();
    let started = Started {
        topology: whole(topology),
        packs: packs.map(whole),
        args: args.run.absolute(),
    };
    journal::runtime()?.block_on(async {
        let (ledger, key) = (journal::open(&args.journal).await?, journal::key()?);
        let run = new_run(&plan, &key, started.text())?;
        let id = ledger.begin(run).await.map_err(mistake)?;
        let mut run_args = started.args;
        run_args.transcript = transcript;
        let results = run::run(
            Books { ledger, key },
            &id,
            tasks,
            &run_args,
            args.input.output,
        )
        .await?;
        Ok(run::tell(&id, &results, &run_args, args.input.output))
    })
}

fn new_run(plan: &Plan, key: &Key, settings: String) -> Result<NewRun, Vec<Mistake>> {
    let devices = plan
        .devices()
        .iter()
        .map(|plan| run::new_device(plan, &wanted(plan), key));
    let devices = devices.collect::<Result<_, _>>()?;
    Ok(NewRun {
        verb: "push".into(),
        parent: None,
        settings,
        devices,
    })
}
