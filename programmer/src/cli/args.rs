//! What the command line may say.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use programmer::inventory::Format;

pub(crate) use super::bench::BenchArgs;
pub(crate) use super::run_args::{
    JournalArgs, LookArgs, ResumeArgs, RunArgs, RunsArgs, ShowArgs, TranscriptArgs, UndoArgs,
};

/// Turns resource-facing services (RFS) into CLI and pushes it to devices over SSH, every line verified.
///
/// A document says what devices shall have; the device packs say how that is written; the topology says
/// where the devices are. `render` shows the lines, `push` sends them: login, enable, configure terminal,
/// line by line with its echo and its prompt checked, end, write memory.
#[derive(Debug, Parser)]
#[command(name = "programmer", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) log: LogArgs,
    /// Read device packs from this directory first; files it lacks come from the program itself
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) packs: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  programmer render -t topologies/campus.yaml examples/campus-users.yaml
  fleet inventory topologies/campus.yaml --format known-hosts > known_hosts
  programmer push -t topologies/campus.yaml --known-hosts known_hosts \\
    examples/campus-users.yaml
  programmer plan -t topologies/campus.yaml --known-hosts known_hosts \\
    -o plan.json examples/campus-users.yaml
  programmer push --known-hosts known_hosts plan.json
  programmer runs
  programmer show last
  programmer undo last

Exit status:
  0  every device has all of it
  1  a device failed; nothing of it is in, or all of it is in and not saved
  2  a document, the topology or the command line is wrong; nothing was sent
  3  a device has part of it, or it isn't known what it has
  4  a device can't be reached; it has nothing of it, and the others have all
  130  interrupted, and stopped cleanly: every device has all of it or nothing";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the CLI that each device would get, and touch nothing
    Render(RenderArgs),
    /// Read each device, and print what would be sent, what goes, and what takes it back; change nothing
    Plan(PlanArgs),
    /// Push the CLI to the devices, or a plan that `plan --out` has written
    Push(PushArgs),
    /// List the runs that the journal has
    Runs(RunsArgs),
    /// Show how the devices of a run ended
    Show(ShowArgs),
    /// Print what was sent to a device and what came back, with times and without secrets
    Transcript(TranscriptArgs),
    /// Go on with a run that did not come to its end: read each device, and send what is missing
    Resume(ResumeArgs),
    /// Take back what a run did: read each device, and send the inverse of what is in
    Undo(UndoArgs),
    /// Push generated lines, or services, again and again, and tell how fast that was, beside a bare SSH client
    Bench(Box<BenchArgs>),
    /// The floor of `bench` in a process of its own
    #[command(hide = true)]
    BenchSide {
        /// The exchange that it holds
        #[arg(long, value_name = "JSON")]
        floor: String,
    },
    /// List the writers, or show the fields of one
    Writers {
        /// The writer to show
        writer: Option<String>,
    },
    /// Print the JSON Schema of RFS documents, or of the features of one writer
    Schema {
        /// The writer
        writer: Option<String>,
    },
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// The topology or other inventory: which devices there are, where, and how to log in; a plan file has its own
    ///
    /// A topology of the fleet; a list of devices in YAML, JSON or CSV; an Ansible inventory; Nornir's hosts.yaml.
    #[arg(long, short, visible_alias = "inventory", value_name = "FILE")]
    pub(crate) topology: Option<PathBuf>,
    /// RFS documents, YAML or (by the ending .json) JSON; for `push`, also one plan file
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Output::Text, value_name = "FORM")]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The form of the inventory [default: told by its content]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) inventory_format: Option<Format>,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Keep the plan in this file, to be pushed as it was reviewed; secrets are sealed
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) look: LookArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Text,
    /// For programs
    Json,
    /// For build servers: JUnit XML, one test case a device
    Junit,
    /// As Catalyst Center logs failures: palError XML
    Palerror,
}

#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// Say more on standard error; twice for what is sent and received
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    /// The form of the log
    #[arg(long, value_enum, default_value_t = LogFormat::Text, global = true, value_name = "FORM")]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// One line of text
    Text,
    /// One JSON object a line
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Of a terminal. Longer lines are wrapped, and what is copied then is two commands.
    const WIDTH: usize = 80;

    #[test]
    fn no_line_below_the_options_is_wrapped() {
        let mut commands = vec![Cli::command()];
        while let Some(command) = commands.pop() {
            let text = command.get_after_help().map(ToString::to_string);
            for line in text.unwrap_or_default().lines() {
                assert!(
                    line.chars().count() <= WIDTH,
                    "{}: {line}",
                    command.get_name()
                );
            }
            commands.extend(command.get_subcommands().cloned());
        }
    }
}
