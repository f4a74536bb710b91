//! Runs tasks: what `push`, `resume` and `undo` have in common.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use programmer::ledger::{LEASE, Ledger, NewDevice, RunId};
use programmer::plan::DevicePlan;
use programmer::push::{
    DeviceResult, Journal, Lease, Pace, Settings, Task, Tools, Wanted, Watch, Waves, push,
};
use programmer::report::{self, ExitStatus};
use programmer::seal::Key;
use tokio::sync::watch;
use yaml::Mistake;

use super::args::Output;
use super::journal::mistake;
use super::progress::{Bars, Lines};
use super::run_args::RunArgs;
use super::show;

/// Lines on their way at once, where nobody says how many. With a round trip of 50 ms 200 lines take a tenth of the time that
/// they take one by one, and they are about one kilobyte, which a device has room for.
pub(super) const WINDOW: u16 = 32;
const CONCURRENCY: u16 = 50;
const CONNECT_TRIES: u16 = 3;

/// The journal of this program, and what seals in it.
pub(super) struct Books {
    pub(super) ledger: Ledger,
    pub(super) key: Key,
}

/// Runs the tasks under the name of a run, and reports.
pub(super) async fn run(
    books: Books,
    id: &RunId,
    tasks: Vec<Task>,
    args: &RunArgs,
    output: Output,
) -> Result<Vec<DeviceResult>, Vec<Mistake>> {
    if let Some(directory) = &args.transcript {
        create(directory)?;
    }
    let pace = pace(args)?;
    let watcher = watcher(output, tasks.len());
    if output == Output::Text {
        let devices = if tasks.len() == 1 {
            "device"
        } else {
            "devices"
        };
        show::print(&format!("{id}: {} {devices}\n", tasks.len()));
    }
    let journal = Journal {
        ledger: books.ledger.clone(),
        run: id.clone(),
        key: Arc::new(books.key),
    };
    let tools = Arc::new(Tools {
        connect: Arc::new(args.reach.connector()),
        journal,
        settings: settings(args),
        lease: Lease::of(LEASE),
        watcher,
    });
    let results = push(tasks, &tools, &pace, on_interrupt()).await;
    let status = report::exit_status(&results);
    books
        .ledger
        .end(id, i64::from(status as u8))
        .await
        .map_err(mistake)?;
    Ok(results)
}

/// Prints how it went.
pub(super) fn tell(
    id: &RunId,
    results: &[DeviceResult],
    args: &RunArgs,
    output: Output,
) -> ExitStatus {
    if let Some(directory) = &args.transcript {
        write_transcripts(directory, results);
    }
    match output {
        Output::Text => {
            show::print(&report::text(results));
            show::print(&report::next_steps(id.as_str(), results));
        }
        Output::Json => {
            let mut report = report::json(results);
            if let Some(report) = report.as_object_mut() {
                report.insert("run".into(), id.as_str().into());
            }
            show::print(&format!("{report:#}\n"));
        }
        Output::Junit => show::print(&report::junit(results)),
        Output::Palerror => show::print(&report::palerror(results, this_run())),
    }
    report::exit_status(results)
}

/// A device without a user or a password can't be logged in to; better said before the first session.
pub(super) fn check_credentials(
    tasks: &[Task],
    topology: &Path,
    args: &RunArgs,
) -> Result<(), Vec<Mistake>> {
    let file = topology.display().to_string();
    let devices = tasks.iter().map(|task| task.plan.device());
    let mistakes: Vec<Mistake> = devices
        .filter_map(|device| Some((&device.name, args.reach.lacks(device)?)))
        .map(|(name, what)| {
            Mistake::new(&file, format!("`{name}` has no {what}"))
                .hint("write username and password into the inventory, or set PROGRAMMER_USERNAME and PROGRAMMER_PASSWORD, or see --ask-password, --password-file, --password-command, --identity")
        })
        .collect();
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes)
    }
}

pub(super) fn settings(args: &RunArgs) -> Settings {
    let window = usize::from(args.window.unwrap_or(WINDOW));
    Settings {
        on_error: args.on_error.unwrap_or_default(),
        sending: args.sending.unwrap_or_default().with_window(window),
        save: !args.no_save,
        confirm: args.confirm,
        other_hostname: args.other_hostname.unwrap_or_default(),
        connect_tries: u32::from(args.connect_tries.unwrap_or(CONNECT_TRIES)),
        reconnect_within: args
            .reconnect_within
            .map(|seconds| Duration::from_secs(u64::from(seconds))),
        // Two programs that lost the same devices must not come back in step.
        seed: u64::from(std::process::id()),
    }
}

pub(super) fn pace(args: &RunArgs) -> Result<Pace, Vec<Mistake>> {
    let waves = match &args.order_file {
        Some(file) => Waves::read_file(file),
        None => Waves::built_in(args.order.unwrap_or_default()),
    };
    Ok(Pace {
        concurrency: usize::from(args.concurrency.unwrap_or(CONCURRENCY)),
        per_site: args.per_site.map(usize::from),
        stop_after: args
            .stop_after
            .and_then(|count| usize::try_from(count).ok()),
        canary: args.canary.as_ref().and_then(|text| text.parse().ok()),
        together: args.together.unwrap_or_default(),
        waves: waves.map_err(|mistake| vec![mistake])?,
    })
}

/// Bars on a terminal, lines elsewhere; with JSON, nothing stands beside the report.
fn watcher(output: Output, devices: usize) -> Arc<dyn Watch> {
    match output {
        Output::Json | Output::Junit | Output::Palerror => Arc::new(()),
        Output::Text if std::io::stderr().is_terminal() => Arc::new(Bars::new(devices)),
        Output::Text => Arc::new(Lines),
    }
}

/// What a palError says of this run: its number is the process's.
fn this_run() -> report::PalRun {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    report::PalRun {
        id: u64::from(std::process::id()),
        created_ms: since_1970.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(0)),
    }
}

/// Turns true at the first Ctrl-C. A second one ends the program where it stands.
pub(super) fn on_interrupt() -> watch::Receiver<bool> {
    let (tell, hear) = watch::channel(false);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            tracing::warn!("interrupted: finishing the lines in flight; once more ends at once");
            let _ = tell.send(true);
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(ExitStatus::SomeUnclear as i32);
        }
    });
    hear
}

fn create(directory: &Path) -> Result<(), Vec<Mistake>> {
    std::fs::create_dir_all(directory).map_err(|error| {
        let mistake = Mistake::new(directory.display().to_string(), error.to_string());
        vec![mistake.hint("--transcript names a directory that can be written")]
    })
}

fn write_transcripts(directory: &Path, results: &[DeviceResult]) {
    for result in results {
        let file = directory.join(format!("{}.txt", file_name(&result.plan.device().name)));
        if let Err(error) = std::fs::write(&file, result.transcript.text()) {
            tracing::error!(file = %file.display(), %error, "can't write the transcript");
        }
    }
}

/// A device's name as the name of a file; it must not lead out of the directory.
fn file_name(device: &str) -> String {
    let safe = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let name: String = device
        .chars()
        .map(|letter| if safe(letter) { letter } else { '_' })
        .collect();
    name.trim_start_matches('.').to_string()
}

/// A device's row in the journal.
pub(super) fn new_device(
    plan: &DevicePlan,
    wanted: &Wanted,
    key: &Key,
) -> Result<NewDevice, Vec<Mistake>> {
    let device = plan.device();
    let sealed = wanted.seal(key, &device.name);
    Ok(NewDevice {
        name: device.name.clone(),
        endpoint: device.endpoint(),
        pack: device.pack.clone(),
        role: device.role.clone().unwrap_or_default(),
        lines: i64::try_from(wanted.lines.len()).unwrap_or(i64::MAX),
        sealed: sealed.map_err(|error| vec![Mistake::new("key", error.to_string())])?,
    })
}
