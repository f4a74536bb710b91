//! `fleet packs`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use device::config::{reader, text};
use device::pack::{Packs, Platform};
use emulator::inventory::columns;
use yaml::{Mistake, Position};

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
    /// Read a configuration as a device would, and tell every line that it refuses
    Try {
        /// The pack, or PACK:MODEL
        pack: String,
        /// Files as `show running-config` prints them
        #[arg(required = true, value_name = "CONFIG")]
        configs: Vec<PathBuf>,
        /// Print the running-config that comes of them
        #[arg(long)]
        show: bool,
        /// A folder whose files take the place of the built-in packs' files of the same path
        #[arg(long, value_name = "DIR")]
        packs: Option<PathBuf>,
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
        Some(PacksCommand::Try {
            pack,
            configs,
            show,
            packs,
        }) => {
            let packs = emulator::packs::load(packs.as_deref()).map_err(Failure::Mistakes)?;
            let texts = read(configs)?;
            let platform = platform(&packs, pack, &texts)?;
            try_configs(&platform, &texts, *show)
        }
        None => list(arguments),
    }
}

/// The configurations, by their files' names.
fn read(files: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let read = |file: &PathBuf| {
        std::fs::read_to_string(file)
            .map(|text| (file.display().to_string(), text))
            .map_err(|error| Failure::System("a configuration can't be read", error))
    };
    files.iter().map(read).collect()
}

/// The platform, with the hardware that the configurations speak of, as a device with `startup:` has it.
fn platform(
    packs: &Packs,
    name: &str,
    configs: &[(String, String)],
) -> Result<Arc<Platform>, Failure> {
    let all: String = configs.iter().map(|(_, text)| text.as_str()).collect();
    let (pack, model) = name
        .split_once(':')
        .map_or((name, None), |(pack, model)| (pack, Some(model)));
    let found = match model {
        Some(_) => packs.platform(pack, model),
        None => packs.fitting(pack, &all),
    };
    let more = found
        .as_ref()
        .and_then(|platform| platform.equipped_for(&all))
        .map(Arc::new);
    more.or(found).ok_or_else(|| {
        let mut mistakes = packs.mistakes();
        if mistakes.is_empty() {
            let mistake = Mistake::new(name, "there is no such pack or model");
            mistakes.push(mistake.hint("`fleet packs` lists them; write PACK or PACK:MODEL"));
        }
        Failure::Mistakes(mistakes)
    })
}

/// Reads configurations one after the other; refused lines are mistakes.
fn try_configs(
    platform: &Platform,
    configs: &[(String, String)],
    show: bool,
) -> Result<(), Failure> {
    let mut block = platform.bare().clone();
    let mut mistakes = Vec::new();
    for (file, text) in configs {
        for refused in reader::read(platform, &mut block, text) {
            let at = Position {
                line: refused.number,
                column: refused.column + 1,
            };
            let message = format!("`{}`: {}", refused.line.trim(), refused.answer);
            mistakes.push(Mistake::new(file, message).at(at));
        }
    }
    if show {
        let body = text::body(platform, &block, text::Detail::Plain);
        output::write(|out| writeln!(out, "{body}end"))?;
    }
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(Failure::Mistakes(mistakes))
    }
}

fn list(arguments: &PacksArgs) -> Result<(), Failure> {
    let packs = emulator::packs::load(arguments.packs.as_deref()).map_err(Failure::Mistakes)?;
    let mut lines = vec![["PACK", "ABOUT", "MODELS"].map(str::to_string)];
    for pack in packs.summaries() {
        let mut first = [pack.name, pack.about];
        for models in wrapped(&pack.models) {
            let [name, about] = std::mem::take(&mut first);
            lines.push([name, about, models]);
        }
    }
    output::write(|out| columns(&lines, out))
}

/// The column of the models is this wide, so that the list fits a wide terminal.
const MODELS_WIDTH: usize = 60;

/// Words with commas between them, in lines.
fn wrapped(words: &[String]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (at, word) in words.iter().enumerate() {
        let comma = if at + 1 < words.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line = format!("{word}{comma}"),
            Some(line) if line.len() + word.len() + 2 <= MODELS_WIDTH => {
                line.push_str(&format!(" {word}{comma}"));
            }
            _ => lines.push(format!("{word}{comma}")),
        }
    }
    lines
}
