//! Opens the journal, and finds runs in it.

use std::path::PathBuf;

use programmer::ledger::{Ledger, LedgerError, RunId, RunRecord, default_journal};
use programmer::seal::Key;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;
use yaml::Mistake;

use super::args::JournalArgs;
use super::run_args::RunArgs;

/// How a run was started: what is needed to reach its devices again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Started {
    pub(super) topology: PathBuf,
    pub(super) packs: Option<PathBuf>,
    pub(super) args: RunArgs,
}

impl Started {
    pub(super) fn of(run: &RunRecord) -> Self {
        serde_json::from_str(&run.settings).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What runs tasks.
pub(super) fn runtime() -> Result<Runtime, Vec<Mistake>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.map_err(|error| vec![Mistake::new("programmer", error.to_string())])
}

pub(super) async fn open(args: &JournalArgs) -> Result<Ledger, Vec<Mistake>> {
    let url = args.journal.clone().unwrap_or_else(default_journal);
    Ledger::open(&url).await.map_err(mistake)
}

/// The run that a person means.
pub(super) async fn find(ledger: &Ledger, text: &str) -> Result<RunRecord, Vec<Mistake>> {
    let found = match text {
        "last" => ledger.runs(1).await.map_err(mistake)?.pop(),
        _ => Some(ledger.run(&RunId::written(text)).await.map_err(mistake)?),
    };
    found.ok_or_else(|| {
        vec![Mistake::new("journal", "it has no run yet").hint("`programmer push` begins one")]
    })
}

/// The key that seals what is kept.
pub(super) fn key() -> Result<Key, Vec<Mistake>> {
    Key::of_user().map_err(|error| vec![Mistake::new("key", error.to_string())])
}

pub(super) fn mistake(error: LedgerError) -> Vec<Mistake> {
    vec![Mistake::new("journal", error.to_string()).hint(error.hint())]
}
