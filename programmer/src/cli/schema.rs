//! `programmer schema [WRITER]`

use std::path::PathBuf;

use programmer::packs::schema::{documents, of_writer};
use programmer::report::ExitStatus;
use yaml::Mistake;

use super::show;

/// Prints the JSON Schema of RFS documents, or of one writer's features.
pub(super) fn schema(
    writer: Option<&str>,
    packs: Option<PathBuf>,
) -> Result<ExitStatus, Vec<Mistake>> {
    let packs = super::load_packs(packs)?;
    let schema = match writer {
        None => documents(&packs),
        Some(name) => of_writer(&packs, name).ok_or_else(|| {
            let known: Vec<&str> = packs.writers().collect();
            let mistake = Mistake::new(
                "programmer schema",
                format!("the writer `{name}` is unknown"),
            );
            vec![mistake.hint(format!("the writers are: {}", known.join(", ")))]
        })?,
    };
    show::print(&format!("{schema:#}\n"));
    Ok(ExitStatus::AllApplied)
}
