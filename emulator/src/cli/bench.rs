//! `fleet bench`.
//!
//! The fleet and the floor each run in a process of their own, so that what each costs is known, and are loaded in turn.
//! What is loaded, how, and how it is told is the crate `load`'s; here is what a user says.

pub(super) mod side;
mod stations;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use load::job::What;
use load::report::{self, Figure};
use load::script::Script;
use load::sessions;
use load::shape::{Pace, Until};
use load::sweep::{FLOOR, Station, Sweep};
use tokio::runtime::Runtime;

use super::{Failure, output};
use stations::Stations;

/// The script that is built in.
const SCRIPT: &str = include_str!("../../../load/scripts/ios-xe.yaml");

/// The arguments of `fleet bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
What is measured:
  logins    connect, key exchange, login, prompt, close
  sessions  as many open sessions as --concurrency says, and what each weighs on
            the side that is loaded
  commands  a command on each of as many open sessions
  lines     --lines lines of configuration on each of as many open sessions
  pushes    login, enable, configure terminal, --lines lines, end, close

Each line's echo and prompt is waited for. Beside it the same is done with the
floor: a bare SSH server, with the same handshake and answers of the same size,
but no device. OF FLOOR is the throughput of the one by that of the other; for
sessions it is memory by memory, and with --rate it is the floor's median
latency by the other's.

For --address, passwords come from FLEET_PASSWORD and FLEET_ENABLE; the login
password is asked for without.

Examples:
  fleet bench topologies/campus.yaml --role edge
  fleet bench my.yaml --what logins --concurrency 1,8,64,512 --plot logins.svg
  fleet bench my.yaml --what pushes --lines 10,100,1000 --window 1,8
  fleet bench my.yaml --what pushes --devices 10,100,1000 --each --plot size.svg
  fleet bench --address 10.0.0.1:22 --username admin --what commands --rate 50")]
pub(super) struct Bench {
    /// The topology to serve and to load
    #[arg(required_unless_present = "address", conflicts_with = "address")]
    topology: Option<PathBuf>,
    /// A folder whose files take the place of the built-in packs' files of the same path
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Load only the devices of this role
    #[arg(long, value_name = "ROLE", conflicts_with = "address")]
    role: Option<String>,
    /// Load at most so many devices; several numbers are fleets of their own, one after the other
    #[arg(
        long,
        value_name = "N",
        value_delimiter = ',',
        default_value = "10000",
        value_parser = at_least_one(),
        conflicts_with = "address"
    )]
    devices: Vec<usize>,
    /// Load these instead: SSH servers that run already
    #[arg(long, value_name = "HOST:PORT", value_delimiter = ',')]
    address: Vec<String>,
    /// Who logs in there
    #[arg(long, value_name = "USER", requires = "address")]
    username: Option<String>,
    /// Log in by keyboard-interactive there
    #[arg(long, requires = "address")]
    keyboard_interactive: bool,
    /// The process that serves there, if it is one of this machine: what it costs is measured
    #[arg(long, value_name = "PID", requires = "address")]
    pid: Option<u32>,
    /// What to measure
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        default_value = "logins,commands,pushes"
    )]
    what: Vec<Measured>,
    /// How many at once
    #[arg(
        long,
        value_name = "N",
        value_delimiter = ',',
        default_value = "1,8,64",
        value_parser = at_least_one()
    )]
    concurrency: Vec<usize>,
    /// An open loop: so many acts a second fall due, and latency counts from then
    #[arg(long, value_name = "PER_SECOND", value_parser = positive)]
    rate: Option<f64>,
    /// How long each is measured, in seconds
    #[arg(
        long = "for",
        value_name = "SECONDS",
        default_value_t = 3.0,
        value_parser = positive,
        conflicts_with = "count"
    )]
    seconds: f64,
    /// How many acts are measured, instead
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Give each device one turn a round, instead: for logins and pushes
    #[arg(long, conflicts_with_all = ["seconds", "count"])]
    each: bool,
    /// In how many rounds, each with all sides in turn
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How many lines of configuration
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "20")]
    lines: Vec<usize>,
    /// How many of them may be on their way at once
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1", value_parser = at_least_one())]
    window: Vec<usize>,
    /// The command that is measured, instead of the script's
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,
    /// What is typed; the built-in one is load/scripts/ios-xe.yaml
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// How long an answer is waited for, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Let the floor have the least handshake (curve25519, Ed25519, ChaCha20), and not that of what it is compared with
    #[arg(long)]
    least_handshake: bool,
    /// Measure no floor
    #[arg(long)]
    no_floor: bool,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Table)]
    output: Form,
    /// Draw throughput and latency into this file
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
}

fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_string())?;
    let is_positive = number.is_finite() && number > 0.0;
    is_positive
        .then_some(number)
        .ok_or_else(|| "it must be more than 0".to_string())
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measured {
    Logins,
    Sessions,
    Commands,
    Lines,
    Pushes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Aligned columns
    Table,
    /// One object
    Json,
}

pub(super) fn run(arguments: &Bench) -> Result<(), Failure> {
    load::side::raise_file_limit();
    let script = Arc::new(arguments.script()?);
    let runtime = Runtime::new();
    let runtime = runtime.map_err(|error| Failure::System("no runtime", error))?;
    arguments.check()?;
    let stations = Stations::prepare(arguments, &script)?;
    let mut figures = Vec::new();
    for &devices in &arguments.devices {
        figures.extend(of_fleet(arguments, &runtime, &stations, devices)?);
    }
    runtime.shutdown_background();
    tell(arguments, &figures)
}

/// What is measured of a fleet of so many devices.
fn of_fleet(
    arguments: &Bench,
    runtime: &Runtime,
    stations: &Stations<'_>,
    devices: usize,
) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    // A topology may have fewer.
    let mut loaded = devices;
    if arguments.what.contains(&Measured::Sessions) {
        for &count in &arguments.concurrency {
            // A fresh process each time: one that has had sessions has room for new ones.
            let sides = stations.start(runtime, devices)?;
            loaded = sides.devices();
            figures.extend(runtime.block_on(hold(&sides.stations, stations.script(), count)));
        }
    }
    if arguments.whats().next().is_some() {
        let sides = stations.start(runtime, devices)?;
        loaded = sides.devices();
        let sweep = arguments.sweep(stations.script(), loaded);
        figures.extend(runtime.block_on(sweep.run(&sides.stations)));
    }
    if arguments.devices.len() > 1 {
        for figure in &mut figures {
            figure.devices = Some(loaded);
        }
    }
    Ok(figures)
}

async fn hold(stations: &[Station], script: &Arc<Script>, count: usize) -> Vec<Figure> {
    let mut figures: Vec<Figure> = Vec::new();
    for station in stations {
        let mut figure = sessions::hold(station, script, count).await;
        if let Some(floor) = figures.first().filter(|first| first.who == FLOOR) {
            figure.compare(FLOOR, floor);
        }
        figures.push(figure);
    }
    figures
}

fn tell(arguments: &Bench, figures: &[Figure]) -> Result<(), Failure> {
    if let Some(file) = &arguments.plot {
        let drawn = std::fs::write(file, report::plot(figures));
        drawn.map_err(|error| Failure::System("the plot can't be written", error))?;
    }
    output::write(|out| match arguments.output {
        Form::Table => write!(out, "{}", report::table(figures)),
        Form::Json => writeln!(out, "{:#}", report::json(figures)),
    })?;
    let nothing = figures.iter().find(|figure| figure.tally.done == 0);
    match nothing {
        Some(figure) => Err(Failure::Load(format!(
            "none of the {} of {} succeeded",
            figure.what, figure.who
        ))),
        None => Ok(()),
    }
}

impl Bench {
    fn script(&self) -> Result<Script, Failure> {
        let mistake = |mistake| Failure::Mistakes(vec![mistake]);
        let mut script: Script = match &self.script {
            None => yaml::read("ios-xe.yaml", SCRIPT).map_err(mistake)?,
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| Failure::System("the script can't be read", error))?;
                yaml::read(&file.display().to_string(), &text).map_err(mistake)?
            }
        };
        if let Some(command) = &self.command {
            script.command.clone_from(command);
        }
        Ok(script)
    }

    /// What no single argument says.
    fn check(&self) -> Result<(), Failure> {
        let takes_turns = |what: &Measured| matches!(what, Measured::Logins | Measured::Pushes);
        if self.each && !self.what.iter().all(takes_turns) {
            return Err(Failure::Load(
                "with --each, devices take turns, and an open session stays with its own\n\n\
                 hint: --what logins, --what pushes, or both"
                    .to_string(),
            ));
        }
        Ok(())
    }

    /// What a sweep measures.
    fn whats(&self) -> impl Iterator<Item = What> {
        self.what.iter().filter_map(|measured| match measured {
            Measured::Sessions => None,
            Measured::Logins => Some(What::Logins),
            Measured::Commands => Some(What::Commands),
            Measured::Lines => Some(What::Lines),
            Measured::Pushes => Some(What::Pushes),
        })
    }

    /// When it is enough, for so many devices.
    fn until(&self, devices: usize) -> Until {
        match self.count {
            _ if self.each => Until::Count(devices as u64 * u64::from(self.rounds)),
            Some(count) => Until::Count(count),
            None => Until::Elapsed(Duration::try_from_secs_f64(self.seconds).unwrap_or_default()),
        }
    }

    fn sweep(&self, script: &Arc<Script>, devices: usize) -> Sweep {
        Sweep {
            script: script.clone(),
            whats: self.whats().collect(),
            at_once: self.concurrency.clone(),
            lines: self.lines.clone(),
            windows: self.window.clone(),
            pace: self.rate.map_or(Pace::Closed, Pace::Open),
            until: self.until(devices),
            rounds: self.rounds,
        }
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

/// A password from the environment, else from the terminal.
fn password() -> Option<String> {
    secret("FLEET_PASSWORD").or_else(|| {
        let asks = std::io::stdin().is_terminal();
        asks.then(|| rpassword::prompt_password("Password: ").ok())
            .flatten()
    })
}

fn secret(variable: &str) -> Option<String> {
    std::env::var(variable)
        .ok()
        .filter(|secret| !secret.is_empty())
}
