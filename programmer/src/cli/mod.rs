//! The commands of the program `programmer`.

mod again;
mod args;
mod bench;
mod calendar;
mod journal;
mod plan;
mod progress;
mod push;
mod reach;
mod resume;
mod run;
mod run_args;
mod runs;
mod schema;
mod show;
mod show_run;
mod table;
mod transcript;
mod undo;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};
use programmer::packs::{PackSource, Packs};
use programmer::plan::Plan;
use programmer::report::ExitStatus;
use programmer::resolve::{resolve, targets};
use programmer::rfs;
use tracing_subscriber::EnvFilter;
use yaml::Mistake;

use args::{Cli, Command, InputArgs, LogArgs, LogFormat};
use reach::ReachArgs;

/// Runs the command line.
pub(crate) fn run() -> ExitStatus {
    let cli = Cli::parse();
    start_log(&cli.log);
    let done = match cli.command {
        Command::Render(args) => show::render(&args, cli.packs),
        Command::Plan(args) => plan::plan(&args, cli.packs),
        Command::Push(args) => push::push(args, cli.packs),
        Command::Runs(args) => runs::runs(&args),
        Command::Show(args) => show_run::show(&args),
        Command::Transcript(args) => transcript::transcript(&args),
        Command::Resume(args) => resume::resume(&args, cli.packs),
        Command::Undo(args) => undo::undo(&args, cli.packs),
        Command::Bench(args) => bench::bench(&args, cli.packs),
        Command::BenchSide { floor } => bench::side(&floor),
        Command::Writers { writer } => show::writers(writer.as_deref(), cli.packs),
        Command::Schema { writer } => schema::schema(writer.as_deref(), cli.packs),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::command(),
                "programmer",
                &mut std::io::stdout(),
            );
            Ok(ExitStatus::AllApplied)
        }
    };
    match done {
        Ok(status) => status,
        Err(mistakes) => {
            tell(&mistakes);
            ExitStatus::BadInput
        }
    }
}

/// Reads all that a plan needs, and makes it; or tells every mistake there is.
fn plan(
    input: &InputArgs,
    reach: &ReachArgs,
    packs: Option<PathBuf>,
) -> Result<Plan, Vec<Mistake>> {
    let packs = load_packs(packs)?;
    let mut mistakes = Vec::new();
    let mut documents = Vec::new();
    for file in &input.files {
        documents.extend(rfs::read_file(file, &mut mistakes));
    }
    let mut inventory = match reach.inventory(topology(input)?) {
        Ok(inventory) => inventory,
        Err(found) => return Err([found, mistakes].concat()),
    };
    if mistakes.is_empty() {
        let meant = targets(&documents, &inventory);
        reach.ask_command(&mut inventory, |device| meant.contains(&device.name))?;
    }
    // What is of sound form is checked for its meaning also where other things are not.
    match resolve(&documents, &inventory, &packs) {
        Ok(plan) if mistakes.is_empty() => Ok(plan),
        Ok(_) => Err(mistakes),
        Err(found) => Err([mistakes, found].concat()),
    }
}

/// The topology that documents need.
fn topology(input: &InputArgs) -> Result<&Path, Vec<Mistake>> {
    input.topology.as_deref().ok_or_else(|| {
        let mistake = Mistake::new("programmer", "no topology is named");
        vec![mistake.hint("say which devices there are: --topology FILE")]
    })
}

fn load_packs(over: Option<PathBuf>) -> Result<Packs, Vec<Mistake>> {
    let Some(over) = over else {
        return Packs::load(&PackSource::embedded());
    };
    if !over.is_dir() {
        let mistake = Mistake::new(over.display().to_string(), "there is no such directory");
        return Err(vec![
            mistake.hint("--packs names a directory with one folder a platform"),
        ]);
    }
    Packs::load(&PackSource::overridden_by(over))
}

#[allow(clippy::print_stderr, reason = "the program's errors are for its user")]
fn tell(mistakes: &[Mistake]) {
    for mistake in mistakes {
        eprintln!("error: {}", mistake.report());
    }
    let count = mistakes.len();
    eprintln!(
        "{count} mistake{}; nothing was sent",
        if count == 1 { "" } else { "s" }
    );
}

/// The log goes to standard error, so that standard output is the command's answer and nothing else.
fn start_log(log: &LogArgs) {
    let level = match log.verbose {
        0 => "warn,russh=error",
        1 => "info,russh=warn",
        _ => "debug,russh=info",
    };
    let filter =
        EnvFilter::try_from_env("PROGRAMMER_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log_to = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match log.log_format {
        LogFormat::Text => log_to.init(),
        LogFormat::Json => log_to.json().init(),
    }
}
