//! `fleet serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use emulator::control::token;
use emulator::topology::{Listen, Row, Topology};
use emulator::{Fleet, STARTUPS_MAX, Settings, inventory};
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, Logging, Source, logging, output};

/// So many devices are listed at the start; of more, the entries of the file are.
const TABLE_ROWS_MAX: usize = 100;

/// The arguments of `fleet serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    source: Source,
    /// How many connections may be at their login at once; more are refused
    #[arg(long, value_name = "N", default_value_t = STARTUPS_MAX)]
    max_startups: usize,
    /// Let `fleet ctl` and others control the fleet over HTTP at this address
    #[arg(long, value_name = "ADDRESS")]
    control: Option<SocketAddr>,
    /// Where the token that they need is written; only you can read it
    #[arg(long, value_name = "FILE", requires = "control")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    logging: Logging,
}

pub(super) fn run(arguments: &Serve) -> Result<(), Failure> {
    logging::start(&arguments.logging);
    let topology = arguments.source.read()?;
    let control = arguments
        .control
        .map(|address| Controlled::new(address, arguments));
    let control = control.transpose()?;
    raise_file_limit(&topology);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::System("no runtime", error))?;
    let served = runtime.block_on(serve(topology, arguments.max_startups, control.as_ref()));
    // A device that is still booting must not hold the end up.
    runtime.shutdown_background();
    served
}

/// Where a fleet is controlled. The file of the token goes when the fleet does.
struct Controlled {
    address: SocketAddr,
    file: PathBuf,
    token: String,
}

impl Controlled {
    fn new(address: SocketAddr, arguments: &Serve) -> Result<Self, Failure> {
        if !address.ip().is_loopback() && !arguments.source.allow_remote {
            return Err(Failure::Reachable(address));
        }
        let file = arguments.token_file.clone();
        let file = file.unwrap_or_else(|| token::default_file(address.port()));
        let token = token::make(&file).map_err(|error| Failure::Token(file.clone(), error))?;
        Ok(Self {
            address,
            file,
            token,
        })
    }
}

impl Drop for Controlled {
    fn drop(&mut self) {
        // Somebody may have removed it already.
        _ = std::fs::remove_file(&self.file);
    }
}

async fn serve(
    topology: Topology,
    startups_max: usize,
    control: Option<&Controlled>,
) -> Result<(), Failure> {
    // Before the first client, so that no Ctrl-C is missed.
    let mut interrupt = signal(SignalKind::interrupt()).map_err(signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(signals)?;
    let settings = Settings {
        startups_max: startups_max.min(tokio::sync::Semaphore::MAX_PERMITS),
        ..Settings::default()
    };
    let mut fleet = Fleet::start(topology, settings)
        .await
        .map_err(Failure::Bind)?;
    let controlled = match control {
        Some(control) => Some(fleet.control(control.address, &control.token).await),
        None => None,
    };
    let controlled = controlled
        .transpose()
        .map_err(|error| Failure::System("the control address can't be listened at", error))?;
    output::write(|out| {
        let at = |row: &Row<'_>| fleet.address(row.number).unwrap_or(row.address);
        let address = |row: &Row<'_>| at(row).to_string();
        match fleet.topology() {
            few if few.len() <= TABLE_ROWS_MAX => {
                inventory::table(few, TABLE_ROWS_MAX, address, out)?
            }
            many => inventory::group_table(many, TABLE_ROWS_MAX, out)?,
        }
        if let Some(address) = controlled {
            writeln!(out, "\ncontrol: http://{address}")?;
        }
        writeln!(out, "\n{}", ready(&fleet))
    })?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    tokio::select! {
        () = fleet.stop() => {}
        _ = interrupt.recv() => tracing::warn!("stopped at once"),
    }
    Ok(())
}

fn signals(error: std::io::Error) -> Failure {
    Failure::System("signals can't be handled", error)
}

/// The line that says that every listener accepts.
fn ready(fleet: &Fleet) -> String {
    let topology = fleet.topology();
    let at = |number| fleet.address(number);
    let mut numbers = topology.rows().map(|row| row.number);
    let first = numbers.next();
    let last = numbers.last().or(first);
    let place = match (topology.listen(), first.and_then(at), last.and_then(at)) {
        (Listen::Ports { port: 0, address }, ..) => format!("{address}, ports as above"),
        (_, Some(first), Some(last)) => range(first, last),
        _ => "no address".to_string(),
    };
    let shard = topology.shard();
    format!(
        "ready: {} of {}{} on {place}",
        devices(topology.len()),
        topology.name(),
        shard.map_or_else(String::new, |shard| format!(", shard {shard},"))
    )
}

/// `127.0.0.1:2201-2214`, or `127.20.0.1-127.20.0.14:2222`.
fn range(first: SocketAddr, last: SocketAddr) -> String {
    if first == last {
        first.to_string()
    } else if first.ip() == last.ip() {
        format!("{first}-{}", last.port())
    } else {
        format!("{}-{last}", first.ip())
    }
}

pub(super) fn devices(count: usize) -> String {
    match count {
        1 => "1 device".to_string(),
        more => format!("{more} devices"),
    }
}

/// Each listener and each session takes a file descriptor, and the usual limit is 1,024 of them.
fn raise_file_limit(topology: &Topology) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let listeners = match topology.listen() {
        Listen::Ports { .. } => topology.len() as u64,
        Listen::Network { .. } => 1,
    };
    let wanted = SESSIONS_EXPECTED.min(topology.len() as u64);
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let sessions = most.saturating_sub(listeners + FILES_OF_ITS_OWN);
    if sessions < wanted {
        tracing::warn!(
            "`ulimit -n` is {most}: no more than {sessions} sessions at once; raise it for more"
        );
    }
}

/// So many sessions at once, or one a device, are worth a warning if there is no room for them.
const SESSIONS_EXPECTED: u64 = 10_000;

/// Files that a fleet has open beside its listeners and sessions: standard streams, the runtime's, the control API's.
const FILES_OF_ITS_OWN: u64 = 32;
