//! `cargo run --release -p benches --bin peers`: the floor, our programmer and the peers push to one fleet.
//!
//! See README.md beside this.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench that can't go on stops, and a table is for printing"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use benches::peers::field::{Field, Side};
use benches::peers::job::{Outcome, lines};
use benches::peers::rounds::median;
use benches::peers::table::{Row, json, table};
use benches::peers::who::{Kind, OWN, Peer, Who};
use benches::peers::{own, program, setup};
use clap::{Parser, ValueEnum};

/// Pushes the same lines to the same fleet, one program after the other.
#[derive(Parser)]
struct Args {
    /// Devices; each gets one push
    #[arg(long, default_value_t = 100)]
    devices: usize,
    /// Lines of a push
    #[arg(long, default_value_t = 20)]
    lines: usize,
    /// Pushes at once
    #[arg(long, default_value_t = 64)]
    at_once: usize,
    /// Lines on their way at once, of what sends ahead: the floor and the programmer
    #[arg(long, default_value_t = own::WINDOW, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(2..))]
    window: usize,
    /// Only this peer; may be repeated
    #[arg(long)]
    peer: Vec<Peer>,
    /// No peer: the floor and ours alone
    #[arg(long, conflicts_with = "peer")]
    no_peers: bool,
    /// Rounds, of which each has everybody once; the table tells the median
    #[arg(long, default_value_t = 3, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    rounds: usize,
    /// A link with this round trip between, in milliseconds
    #[arg(long, default_value_t = 0)]
    round_trip: u64,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    /// In a process that this program starts: which of OWN does the job of this file
    #[arg(long, hide = true, requires = "job")]
    own: Option<usize>,
    #[arg(hide = true)]
    job: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    load::side::raise_file_limit();
    if let (Some(at), Some(job)) = (args.own, &args.job) {
        println!(
            "{}",
            serde_json::to_string(&push(windowed(OWN[at], &args), job).await).unwrap()
        );
        return ExitCode::SUCCESS;
    }
    let rows = measure(&args).await;
    match args.output {
        Output::Table => print!("{}", table(&rows)),
        Output::Json => println!("{:#}", json(&rows)),
    }
    if rows.iter().all(Row::is_whole) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Does a job in this process.
async fn push(who: Who, job: &Path) -> Outcome {
    let Kind::Own(own) = who.kind else {
        unreachable!("OWN are ours");
    };
    let job = serde_json::from_str(&std::fs::read_to_string(job).unwrap()).unwrap();
    own::run(own, who.window, job).await
}

async fn measure(args: &Args) -> Vec<Row> {
    let everybody = everybody(args);
    let folder = setup::target_folder().join("peers-run");
    std::fs::create_dir_all(&folder).unwrap();
    let round_trip = Duration::from_millis(args.round_trip);
    let field = Field::start(args.devices, &folder, round_trip).await;
    field.warm(lines(args.lines, "warm")).await;
    let mut rounds = Vec::new();
    for round in 1..=args.rounds {
        let mut rows = Vec::new();
        // What has to be built is built before anything is measured.
        let commands: Vec<_> = everybody.iter().map(|who| command(who, args)).collect();
        for (who, command) in everybody.iter().zip(commands) {
            eprintln!("round {round} of {}: {}", args.rounds, who.name);
            rows.push(one(&field, *who, command, args, &folder).await);
        }
        rounds.push(rows);
    }
    median(rounds)
}

fn everybody(args: &Args) -> Vec<Who> {
    let peers = match args.peer.as_slice() {
        _ if args.no_peers => &[],
        [] => Peer::value_variants(),
        some => some,
    };
    OWN.into_iter()
        .map(|who| windowed(who, args))
        .chain(peers.iter().map(|peer| peer.who()))
        .collect()
}

/// What sends ahead has the window that was asked for.
fn windowed(who: Who, args: &Args) -> Who {
    match who.window {
        1 => who,
        _ => Who {
            window: args.window,
            ..who
        },
    }
}

fn command(who: &Who, args: &Args) -> Result<Command, String> {
    match who.kind {
        Kind::Peer(peer) => setup::command(peer),
        Kind::Own(_) => {
            let at = OWN.iter().position(|own| own.name == who.name).unwrap();
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--own", &at.to_string()]);
            command.args(["--window", &args.window.to_string()]);
            Ok(command)
        }
    }
}

async fn one(
    field: &Field,
    who: Who,
    command: Result<Command, String>,
    args: &Args,
    folder: &Path,
) -> Row {
    let typed = lines(args.lines, &who.name.replace([',', ' '], "-"));
    let job = field.job(who.side, typed.clone(), args.at_once);
    let ran = match command {
        Ok(command) => program::run(command, &job, folder).await,
        Err(why) => Err(why),
    };
    let having = match who.side {
        Side::Fleet if ran.is_ok() => Some(field.having(&typed).await),
        _ => None,
    };
    let server_cpu = ran.as_ref().map_or(0.0, |(_, used)| *used);
    Row {
        who,
        lines: args.lines,
        outcome: ran.map(|(outcome, _)| outcome),
        having,
        server_cpu,
        spread: None,
    }
}
