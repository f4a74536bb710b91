//! `programmer push`

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use programmer::plan::{DevicePlan, Plan};
use programmer::push::{DeviceResult, PushOptions, Watch, push as push_plan};
use programmer::report::{self, ExitStatus};
use programmer::topology::Device;
use programmer::transport::{Connector, HostKeys, TransportOptions};
use tokio::sync::watch;
use yaml::Mistake;

use super::args::{Output, PushArgs};
use super::progress::{Bars, Lines};
use super::show;

/// Plans, pushes, reports.
pub(super) fn push(args: &PushArgs, packs: Option<PathBuf>) -> Result<ExitStatus, Vec<Mistake>> {
    let plan = super::plan(&args.input, packs)?;
    check_credentials(&plan, args)?;
    show::warn(&plan);
    if let Some(directory) = &args.transcript {
        create(directory)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| vec![Mistake::new("programmer", error.to_string())])?;
    let known_hosts = args
        .known_hosts
        .clone()
        .unwrap_or_else(HostKeys::default_file);
    let options = PushOptions {
        concurrency: usize::from(args.concurrency),
        save: !args.no_save,
    };
    let connector = Arc::new(Connector::new(TransportOptions {
        identities: args.identity.clone(),
        agent_socket: std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from),
        ..TransportOptions::new(HostKeys::new(args.host_keys, known_hosts))
    }));
    let watcher = watcher(args.input.output, plan.devices().len());
    let results = runtime.block_on(async {
        let interrupt = on_interrupt();
        push_plan(&plan, &options, &connector, watcher, interrupt).await
    });
    if let Some(directory) = &args.transcript {
        write_transcripts(directory, &results);
    }
    match args.input.output {
        Output::Text => show::print(&report::text(&results)),
        Output::Json => show::print(&format!("{:#}\n", report::json(&results))),
        Output::Junit => show::print(&report::junit(&results)),
        Output::Palerror => show::print(&report::palerror(&results, this_run())),
    }
    Ok(report::exit_status(&results))
}

/// A device without a user or a password can't be logged in to; better said before the first session.
fn check_credentials(plan: &Plan, args: &PushArgs) -> Result<(), Vec<Mistake>> {
    let file = args.input.topology.display().to_string();
    let lacks = |device: &Device| {
        let (user, password) = (
            &device.credentials.username,
            device.credentials.password.reveal(),
        );
        match (user.is_empty(), password.is_empty()) {
            (true, true) => Some("credentials"),
            (true, false) => Some("username"),
            (false, true) if args.identity.is_empty() => Some("password"),
            _ => None,
        }
    };
    let mistakes: Vec<Mistake> = plan
        .devices()
        .iter()
        .map(DevicePlan::device)
        .filter_map(|device| Some((&device.name, lacks(device)?)))
        .map(|(name, what)| {
            Mistake::new(&file, format!("`{name}` has no {what}"))
                .hint("add `credentials: {username: NAME, password: PASSWORD}` to the topology")
        })
        .collect();
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes)
    }
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
fn on_interrupt() -> watch::Receiver<bool> {
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
