//! `programmer plan`, and the plan files that `programmer push` takes.

use std::io::{IsTerminal as _, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use programmer::plan::file::{self, PlanFile};
use programmer::plan::{self, Plan, Review, Style, review};
use programmer::push::{Task, look};
use programmer::report::ExitStatus;
use yaml::Mistake;

use super::args::{InputArgs, Output, PlanArgs};
use super::reach::ReachArgs;
use super::{journal, run, show};

/// Reads the devices, prints what a push would change, and keeps it if that is wanted.
pub(super) fn plan(args: &PlanArgs, packs: Option<PathBuf>) -> Result<ExitStatus, Vec<Mistake>> {
    let plan = super::plan(&args.input, &args.look.reach, packs.clone())?;
    let topology = super::topology(&args.input)?;
    let run_args = args.look.run_args();
    let tasks: Vec<Task> = plan.devices().iter().cloned().map(Task::push).collect();
    run::check_credentials(&tasks, topology, &run_args)?;
    let reviews = looked_at(&plan, &run_args)?;
    if let Some(out) = &args.out {
        keep(out, &reviews, topology, packs.as_deref())?;
    }
    match args.input.output {
        Output::Text => show::print(&text(&reviews, args.out.as_deref())),
        _ => show::print(&format!("{:#}\n", file::shown(&reviews))),
    }
    let unread = reviews.iter().any(|review| review.outcome.is_err());
    Ok(if unread {
        ExitStatus::Unreachable
    } else {
        ExitStatus::AllApplied
    })
}

fn looked_at(plan: &Plan, args: &super::run_args::RunArgs) -> Result<Vec<Review>, Vec<Mistake>> {
    let (pace, settings) = (run::pace(args)?, run::settings(args));
    let connect = Arc::new(args.reach.connector());
    let seen = journal::runtime()?.block_on(async {
        let interrupt = run::on_interrupt();
        look(
            plan.devices(),
            &connect,
            &settings,
            pace.concurrency,
            &interrupt,
        )
        .await
    });
    Ok(review(plan.devices(), seen, &pace.waves))
}

fn text(reviews: &[Review], out: Option<&Path>) -> String {
    let quiet = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colour = std::io::stdout().is_terminal() && !quiet;
    let style = if colour { Style::Colour } else { Style::Plain };
    let mut text = plan::text(reviews, style);
    if let Some(out) = out {
        text.push_str(&format!(
            "kept in {0}; programmer push {0}\n",
            out.display()
        ));
    }
    text
}

/// Writes a plan file that only its owner reads.
fn keep(
    out: &Path,
    reviews: &[Review],
    topology: &Path,
    packs: Option<&Path>,
) -> Result<(), Vec<Mistake>> {
    let wrong = |what: String| vec![Mistake::new(out.display().to_string(), what)];
    let whole = |path: &Path| {
        std::path::absolute(path)
            .unwrap_or(path.to_path_buf())
            .display()
            .to_string()
    };
    let text = file::write(
        reviews,
        &whole(topology),
        packs.map(whole).as_deref(),
        &journal::key()?,
    );
    let text = text.map_err(|error| wrong(error.to_string()))?;
    let mut options = std::fs::OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(out);
    let written = file.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|error| wrong(error.to_string()))
}

/// A plan that was kept, with what it was made with.
pub(super) struct Opened {
    pub(super) plan: Plan,
    pub(super) topology: PathBuf,
    pub(super) packs: Option<PathBuf>,
}

/// Opens the plan file that is to be pushed, if it is one and not a document.
pub(super) fn open(
    input: &InputArgs,
    reach: &ReachArgs,
    packs: Option<&Path>,
) -> Result<Option<Opened>, Vec<Mistake>> {
    let [path] = input.files.as_slice() else {
        return Ok(None);
    };
    let mut text = String::new();
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(file::FILE_BYTES_MAX).read_to_string(&mut text));
    // What can't be read is told by who reads documents.
    if read.is_err() || !file::is_plan(&text) {
        return Ok(None);
    }
    let wrong = |error: file::PlanFileError| {
        vec![Mistake::new(path.display().to_string(), error.to_string())]
    };
    let file = PlanFile::read(&text).map_err(wrong)?;
    let topology = input
        .topology
        .clone()
        .unwrap_or_else(|| PathBuf::from(file.topology()));
    let packs = packs
        .map(Path::to_path_buf)
        .or(file.packs().map(PathBuf::from));
    let mut inventory = reach.inventory(&topology)?;
    reach.ask_command(&mut inventory, |device| file.has(&device.name))?;
    let platforms = super::load_packs(packs.clone())?;
    let plan = file
        .open(&inventory, &platforms, &journal::key()?)
        .map_err(wrong)?;
    Ok(Some(Opened {
        plan,
        topology,
        packs,
    }))
}
