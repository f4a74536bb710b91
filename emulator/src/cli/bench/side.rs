//! The sides of a bench, each a process of its own: the fleet, and the floor.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use emulator::topology::{Reach, Row, Topology};
use emulator::{Fleet, Settings};

use crate::cli::Failure;

/// The arguments of a side.
#[derive(Debug, Args)]
pub(in crate::cli) struct BenchSide {
    /// Serve the floor, which holds this exchange
    #[arg(long, value_name = "JSON")]
    floor: Option<String>,
    /// Serve this topology
    #[arg(long, value_name = "FILE", required_unless_present = "floor")]
    topology: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Tell the addresses of so many devices
    #[arg(long, value_name = "N", default_value_t = 0)]
    devices: usize,
}

pub(in crate::cli) fn run(arguments: &BenchSide) -> Result<(), Failure> {
    let failed = |error| Failure::System("this side can't serve", error);
    if let Some(exchange) = &arguments.floor {
        return load::side::serve_floor(exchange).map_err(failed);
    }
    let file = arguments.topology.clone().unwrap_or_default();
    let topology = read(&file, arguments.packs.as_deref())?;
    load::side::raise_file_limit();
    let runtime = tokio::runtime::Runtime::new().map_err(failed)?;
    let fleet = runtime.block_on(Fleet::start(topology, Settings::default()));
    let fleet = fleet.map_err(Failure::Bind)?;
    let loaded = loaded(
        fleet.topology(),
        arguments.role.as_deref(),
        arguments.devices,
    );
    let address = |row: &Row<'_>| fleet.address(row.number).unwrap_or(row.address);
    let addresses: Vec<SocketAddr> = loaded.iter().map(address).collect();
    load::side::serve_at(addresses).map_err(failed)?;
    runtime.shutdown_background();
    Ok(())
}

/// Reads a topology that listens on loopback: a load is put on it.
pub(super) fn read(file: &Path, packs: Option<&Path>) -> Result<Topology, Failure> {
    let packs = emulator::packs::load(packs).map_err(Failure::Mistakes)?;
    let topology = Topology::read(file, &packs, Reach::Loopback);
    let mistakes = packs.mistakes();
    if !mistakes.is_empty() {
        return Err(Failure::Mistakes(mistakes));
    }
    topology.map_err(Failure::Mistakes)
}

/// The devices that are loaded: those of a role, whom the first one's credentials let in.
pub(super) fn loaded<'t>(
    topology: &'t Topology,
    role: Option<&str>,
    devices: usize,
) -> Vec<Row<'t>> {
    let has_role = |row: &Row<'_>| role.is_none() || row.group.role.as_deref() == role;
    let mut rows = topology.rows().filter(has_role).peekable();
    let Some(first) = rows.peek().map(|row| row.group) else {
        return Vec::new();
    };
    let known = |row: &Row<'_>| row.group.credentials == first.credentials;
    rows.filter(known).take(devices).collect()
}
