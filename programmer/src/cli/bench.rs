//! `programmer bench`
//!
//! Each round pushes once to each device, and beside it a bare SSH client pushes as often to a bare SSH server. What it
//! pushes was never there before, so that each push sends all its lines.

mod floors;
mod pushes;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use load::meter::Process;
use load::report::{self, Figure};
use load::tally::Tally;
use programmer::push::{SendingKind, Settings};
use programmer::report::ExitStatus;
use yaml::Mistake;

use super::journal;
use super::reach::ReachArgs;
use super::run::WINDOW;
use super::show;
use floors::{EXCHANGE, Floors};
use pushes::Pushes;

/// The lines that are built in.
const LINES: &str = include_str!("../../../load/scripts/lines.txt");
/// The name of our own figures.
const PROGRAMMER: &str = "programmer";

/// What `bench` may be told.
#[derive(Debug, Args)]
#[command(after_help = "\
Each push is a whole one: log in, read the configuration, journal, send the
lines with each echo and prompt verified, read back. Beside it, in turn and as
often, a bare SSH client pushes to a bare SSH server:
  floor     logs in, enters configuration, sends the lines, leaves, closes
  exchange  sends all that a push sends, and gets as much back: reads, settings,
            a save
OF FLOOR and OF EXCHANGE are the throughput of the push by theirs.

Examples:
  programmer bench --known-hosts known_hosts my.yaml
  programmer bench --host-keys off --lines 200 --sending lockstep,buffer my.yaml
  programmer bench --known-hosts known_hosts --service users.yaml my.yaml")]
pub(crate) struct BenchArgs {
    /// The topology or other inventory: the devices that are pushed to
    #[arg(value_name = "INVENTORY")]
    inventory: PathBuf,
    /// Push to at most so many of them
    #[arg(long, value_name = "N")]
    devices: Option<usize>,
    /// How many lines
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "20")]
    lines: Vec<usize>,
    // In a help text clap takes `{n}` for a line break.
    /// The lines, repeated as often as need be: `n` in braces counts repetitions, `push` in braces pushes; built in is
    /// load/scripts/lines.txt
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Push this RFS document instead, and take it back each time, which isn't measured; may be given several times
    #[arg(long, value_name = "FILE", conflicts_with_all = ["lines", "template"])]
    service: Vec<PathBuf>,
    /// How lines are sent
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "HOW",
        default_value = "lockstep"
    )]
    sending: Vec<SendingKind>,
    /// So many lines are on their way at once when they are pipelined
    #[arg(long, value_name = "N", default_value_t = WINDOW, value_parser = clap::value_parser!(u16).range(1..=1024))]
    window: u16,
    /// How many devices at once
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "64", value_parser = clap::value_parser!(u16).range(1..=4096))]
    concurrency: Vec<u16>,
    /// How often each device is pushed to
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Save the configurations too
    #[arg(long)]
    save: bool,
    /// The process of the devices, if it is one of this machine: what it costs is measured
    #[arg(long, value_name = "PID")]
    pid: Option<u32>,
    /// Push with no bare client beside it
    #[arg(long)]
    no_floor: bool,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Form::Table, value_name = "FORM")]
    output: Form,
    /// Draw throughput and latency into this file
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Journal URL of the bench [default: a file of its own beside the usual one, removed at the end]
    #[arg(long, value_name = "URL", env = "PROGRAMMER_BENCH_JOURNAL")]
    journal: Option<String>,
    #[command(flatten)]
    reach: ReachArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Aligned columns
    Table,
    /// One object
    Json,
}

/// One point of the sweep.
#[derive(Debug, Clone, Copy)]
struct Point {
    /// None: as many as the services have.
    lines: Option<usize>,
    sending: SendingKind,
    window: usize,
    at_once: usize,
}

/// Measures, reports.
pub(super) fn bench(args: &BenchArgs, packs: Option<PathBuf>) -> Result<ExitStatus, Vec<Mistake>> {
    load::side::raise_file_limit();
    let template = args.template()?;
    journal::runtime()?.block_on(async {
        let mut pushes = Pushes::open(args, packs, template).await?;
        let mut figures = Vec::new();
        for point in args.points() {
            figures.extend(measure(args, point, &mut pushes).await?);
        }
        tell(args, &figures)?;
        Ok(pushes.status())
    })
}

/// The floor's own process.
pub(super) fn side(exchange: &str) -> Result<ExitStatus, Vec<Mistake>> {
    let served = load::side::serve_floor(exchange);
    served.map_err(|error| vec![Mistake::new("bench", error.to_string())])?;
    Ok(ExitStatus::AllApplied)
}

/// One point: the floors and our own in turn.
async fn measure(
    args: &BenchArgs,
    point: Point,
    pushes: &mut Pushes,
) -> Result<Vec<Figure>, Vec<Mistake>> {
    // Not measured: devices boot, packs are compiled. It shows what a push exchanges.
    let seen = pushes
        .look(&settings(args, SendingKind::Lockstep, 1), point.lines)
        .await?;
    let floors = match (args.no_floor, &seen) {
        (false, Some(seen)) => Some(Floors::start(seen).await?),
        _ => None,
    };
    let count = pushes.devices();
    let mut tallies = vec![Tally::default(); 3];
    for _ in 0..args.rounds.max(1) {
        if let Some(floors) = &floors {
            tallies[0].after(&floors.lines(point, count).await);
            tallies[1].after(&floors.exchange(point, count).await);
        }
        let settings = settings(args, point.sending, point.window);
        tallies[2].after(&pushes.round(&settings, point, args.server()).await?);
    }
    let names = [load::sweep::FLOOR, EXCHANGE, PROGRAMMER];
    let lines = point.lines.or(seen.map(|seen| seen.lines.len()));
    let mut figures: Vec<Figure> = names
        .iter()
        .zip(tallies)
        .filter(|(name, _)| floors.is_some() || **name == PROGRAMMER)
        .map(|(name, tally)| figure(name, point, lines, tally))
        .collect();
    if let Some((own, floors)) = figures.split_last_mut() {
        for (floor, name) in floors.iter().zip(names) {
            own.compare(name, floor);
        }
    }
    Ok(figures)
}

fn figure(who: &str, point: Point, lines: Option<usize>, tally: Tally) -> Figure {
    Figure {
        what: "pushes",
        who: who.to_string(),
        devices: None,
        at_once: point.at_once,
        rate: None,
        lines,
        window: Some(point.window),
        tally,
        session_bytes: None,
        ratios: Vec::new(),
    }
}

fn settings(args: &BenchArgs, sending: SendingKind, window: usize) -> Settings {
    Settings {
        sending: sending.with_window(window),
        save: args.save,
        ..Settings::default()
    }
}

fn tell(args: &BenchArgs, figures: &[Figure]) -> Result<(), Vec<Mistake>> {
    if let Some(file) = &args.plot {
        let drawn = std::fs::write(file, report::plot(figures));
        drawn.map_err(|error| mistake(file, &error))?;
    }
    match args.output {
        Form::Table => show::print(&report::table(figures)),
        Form::Json => show::print(&format!("{:#}\n", report::json(figures))),
    }
    Ok(())
}

fn mistake(file: &Path, error: &std::io::Error) -> Vec<Mistake> {
    vec![Mistake::new(file.display().to_string(), error.to_string())]
}

impl BenchArgs {
    fn points(&self) -> Vec<Point> {
        let sizes: Vec<Option<usize>> = match self.service.is_empty() {
            true => self.lines.iter().copied().map(Some).collect(),
            false => vec![None],
        };
        let mut points = Vec::new();
        for lines in sizes {
            for &sending in &self.sending {
                let window = match sending {
                    SendingKind::Lockstep => 1,
                    SendingKind::Pipelined => usize::from(self.window),
                    SendingKind::Buffer => usize::MAX,
                };
                points.extend(self.concurrency.iter().map(|at_once| Point {
                    lines,
                    sending,
                    window,
                    at_once: usize::from(*at_once),
                }));
            }
        }
        points
    }

    fn template(&self) -> Result<Vec<String>, Vec<Mistake>> {
        let text = match &self.template {
            None => LINES.to_string(),
            Some(file) => std::fs::read_to_string(file).map_err(|error| mistake(file, &error))?,
        };
        Ok(text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(String::from)
            .collect())
    }

    fn server(&self) -> Option<Process> {
        self.pid.map(Process::numbered)
    }
}

/// How long a bare client waits.
const PATIENCE: Duration = Duration::from_secs(300);
