//! `fleet packs`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use emulator::inventory::columns;

use super::{Failure, output};

/// The arguments of `fleet packs`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct PacksArgs {
    #[command(subcommand)]
    command: Option<PacksCommand>,
    /// A folder whose files take the place of the built-in packs' files of the same path
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum PacksCommand {
    /// Tell every mistake in a folder of packs; what it hasn't is taken from the built-in ones
    Check {
        /// The folder, with one folder a pack
        dir: PathBuf,
    },
}

pub(super) fn run(arguments: &PacksArgs) -> Result<(), Failure> {
    match &arguments.command {
        Some(PacksCommand::Check { dir }) => {
            let packs = emulator::packs::load(Some(dir)).map_err(Failure::Mistakes)?;
            let mistakes = packs.check();
            if !mistakes.is_empty() {
                return Err(Failure::Mistakes(mistakes));
            }
            let count = packs.summaries().len();
            output::write(|out| writeln!(out, "{}: {count} packs, no mistakes", dir.display()))
        }
        None => list(arguments),
    }
}

fn list(arguments: &PacksArgs) -> Result<(), Failure> {
    let packs = emulator::packs::load(arguments.packs.as_deref()).map_err(Failure::Mistakes)?;
    let mut lines = vec![["PACK", "ABOUT", "MODELS"].map(str::to_string)];
    let line = |pack: device::pack::Summary| [pack.name, pack.about, pack.models.join(", ")];
    lines.extend(packs.summaries().into_iter().map(line));
    output::write(|out| columns(&lines, out))
}
