//! `programmer transcript`

use programmer::report::ExitStatus;
use yaml::Mistake;

use super::args::TranscriptArgs;
use super::journal::{self, mistake};
use super::show;

/// Prints everything that was sent to a device in a run and came back, masked.
pub(super) fn transcript(args: &TranscriptArgs) -> Result<ExitStatus, Vec<Mistake>> {
    journal::runtime()?.block_on(async {
        let ledger = journal::open(&args.journal).await?;
        let run = journal::find(&ledger, &args.run).await?;
        let text = ledger
            .transcript(&run.id, &args.device)
            .await
            .map_err(mistake)?;
        if text.is_empty() {
            show::print(&format!(
                "{} has no transcript of {}: no session came about, or it was killed\n",
                run.id, args.device
            ));
        }
        show::print(&text);
        Ok(ExitStatus::AllApplied)
    })
}
