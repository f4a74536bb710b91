//! `programmer runs`

use programmer::ledger::{Ledger, Phase, RunRecord};
use programmer::report::ExitStatus;
use serde_json::{Value, json};
use yaml::Mistake;

use super::args::{Output, RunsArgs};
use super::calendar::{length, time};
use super::journal::{self, mistake};
use super::show;
use super::table::Table;

/// Lists the newest runs.
pub(super) fn runs(args: &RunsArgs) -> Result<ExitStatus, Vec<Mistake>> {
    journal::runtime()?.block_on(async {
        let ledger = journal::open(&args.journal).await?;
        let runs = ledger.runs(i64::from(args.newest)).await.map_err(mistake)?;
        let mut rows = Vec::new();
        for run in runs {
            let counts = ledger.counts(&run.id).await.map_err(mistake)?;
            rows.push((run, counts));
        }
        match args.output {
            Output::Json => {
                let runs: Vec<Value> = rows
                    .iter()
                    .map(|(run, counts)| as_json(&ledger, run, counts))
                    .collect();
                show::print(&format!("{:#}\n", json!({ "runs": runs })));
            }
            _ if rows.is_empty() => show::print("no run yet; `programmer push` begins one\n"),
            _ => show::print(&table(&ledger, &rows)),
        }
        Ok(ExitStatus::AllApplied)
    })
}

fn table(ledger: &Ledger, rows: &[(RunRecord, Vec<(Phase, i64)>)]) -> String {
    let mut table = Table::new(["RUN", "WHAT", "BEGAN (UTC)", "TOOK", "END", "DEVICES"]);
    for (run, counts) in rows {
        let took = run
            .ended_ms
            .map_or_else(|| "-".to_string(), |ended| length(ended - run.began_ms));
        table.row([
            run.id.to_string(),
            what(run),
            time(run.began_ms),
            took,
            end(ledger, run),
            devices(counts),
        ]);
    }
    table.text()
}

/// `push`, `undo run-0041`
pub(super) fn what(run: &RunRecord) -> String {
    match &run.parent {
        Some(parent) => format!("{} {parent}", run.verb),
        None => run.verb.clone(),
    }
}

/// How a run ended, if it did.
pub(super) fn end(ledger: &Ledger, run: &RunRecord) -> String {
    match run.exit {
        Some(exit) => format!("exit {exit}"),
        None if run.owner.is_gone(ledger.owner()) => "killed".to_string(),
        None => "running".to_string(),
    }
}

/// `5 APPLIED, 1 PARTIAL`
pub(super) fn devices(counts: &[(Phase, i64)]) -> String {
    let each: Vec<String> = counts
        .iter()
        .map(|(phase, count)| format!("{count} {}", phase.name()))
        .collect();
    each.join(", ")
}

pub(super) fn as_json(ledger: &Ledger, run: &RunRecord, counts: &[(Phase, i64)]) -> Value {
    let states: serde_json::Map<String, Value> = counts
        .iter()
        .map(|(phase, count)| (phase.name().to_string(), (*count).into()))
        .collect();
    json!({
        "run": run.id.as_str(),
        "verb": run.verb,
        "parent": run.parent.as_ref().map(ToString::to_string),
        "began": time(run.began_ms),
        "ended": run.ended_ms.map(time),
        "end": end(ledger, run),
        "exit": run.exit,
        "process": {"host": run.owner.host, "pid": run.owner.pid},
        "devices": states,
    })
}
