//! The command line of `fleet`.
//!
//! Exit status: 0 done, 1 it failed while running, 2 the input is wrong.

mod bench;
mod check;
mod ctl;
mod failure;
mod faults;
mod inventory;
mod logging;
mod output;
mod packs;
mod record;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use device::pack::Packs;
use emulator::Topology;
use emulator::topology::{Reach, Shard};

use failure::Failure;
use logging::LogFormat;

/// Serves a topology of virtual Cisco IOS-XE devices over SSH
///
/// Each device keeps real configuration state; OpenSSH, netmiko, scrapli, Ansible and people log in to it as to
/// a physical one.
#[derive(Debug, Parser)]
#[command(
    name = "fleet",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  fleet topologies/campus.yaml     serve a campus on loopback
  fleet check my.yaml              tell every mistake, serve nothing
  fleet inventory my.yaml --format ssh-config > ssh.conf
                                   then: ssh -F ssh.conf edge-1

Exit status: 0 done, 1 failed while running, 2 the input is wrong."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Option<serve::Serve>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a topology until Ctrl-C (what a TOPOLOGY alone does)
    Serve(serve::Serve),
    /// Tell every mistake in a topology, and serve nothing
    Check(Source),
    /// Write how to reach the devices of a topology
    Inventory(inventory::Inventory),
    /// List the device packs, or check a folder of them
    Packs(packs::PacksArgs),
    /// Log in to a device and write a topology entry that reproduces it
    Record(record::Record),
    /// List what can go wrong on purpose, or tell all about one fault
    Faults(faults::Faults),
    /// Add faults to a fleet that runs, remove them, and look at its devices
    Ctl(ctl::Ctl),
    /// Load a fleet, or anything that speaks SSH, and tell what it did, beside a bare SSH server
    Bench(bench::Bench),
    /// A side of `bench` in a process of its own
    #[command(hide = true)]
    BenchSide(bench::side::BenchSide),
    /// Write shell completions to standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// A topology and the packs that it is read with.
#[derive(Debug, Args)]
struct Source {
    /// The topology, a YAML file
    // That it is given is what tells clap that a `Serve` without its subcommand is meant.
    #[arg(group = "Serve")]
    topology: PathBuf,
    /// A folder whose files take the place of the built-in packs' files of the same path
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Allow addresses that other machines can reach
    #[arg(long)]
    allow_remote: bool,
    /// Take only the devices of shard I of N, counted from 0: 0/10 is the first of ten
    ///
    /// Which devices those are follows from the topology alone. Devices that links or controllers connect stay together,
    /// and every device keeps its address. In a StatefulSet: --shard "$ORDINAL/10".
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
}

impl Source {
    fn read(&self) -> Result<Topology, Failure> {
        let packs = self.load_packs()?;
        let reach = if self.allow_remote {
            Reach::Anywhere
        } else {
            Reach::Loopback
        };
        let topology = Topology::read(&self.topology, &packs, reach);
        // A pack that can't be compiled has no ports and no models: its own mistakes come first.
        let mistakes = packs.mistakes();
        if !mistakes.is_empty() {
            return Err(Failure::Mistakes(mistakes));
        }
        let topology = topology.map_err(Failure::Mistakes)?;
        Ok(match self.shard {
            Some(shard) => topology.sharded(shard),
            None => topology,
        })
    }

    fn load_packs(&self) -> Result<Packs, Failure> {
        emulator::packs::load(self.packs.as_deref()).map_err(Failure::Mistakes)
    }
}

/// What is logged, and how.
#[derive(Debug, Args)]
struct Logging {
    /// Log more (-v: logins and connections, -vv: the SSH protocol)
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// How log lines are written to standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match (cli.command, cli.serve) {
        (Some(Command::Serve(serve)), _) | (None, Some(serve)) => serve::run(&serve),
        (Some(Command::Check(source)), _) => check::run(&source),
        (Some(Command::Inventory(arguments)), _) => inventory::run(&arguments),
        (Some(Command::Packs(arguments)), _) => packs::run(&arguments),
        (Some(Command::Record(arguments)), _) => record::run(&arguments),
        (Some(Command::Faults(arguments)), _) => faults::run(&arguments),
        (Some(Command::Ctl(arguments)), _) => ctl::run(&arguments),
        (Some(Command::Bench(arguments)), _) => bench::run(&arguments),
        (Some(Command::BenchSide(arguments)), _) => bench::side::run(&arguments),
        (Some(Command::Completions { shell }), _) => completions(shell),
        (None, None) => output::write(|out| write!(out, "{}", Cli::command().render_help())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    output::write(|out| {
        clap_complete::generate(shell, &mut Cli::command(), "fleet", out);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
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
