//! `fleet inventory`.

use clap::Args;
use emulator::inventory::{self, Format, InventoryError};

use super::{Failure, Source, output};

/// The arguments of `fleet inventory`.
#[derive(Debug, Args)]
pub(super) struct Inventory {
    #[command(flatten)]
    source: Source,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Where others reach the fleet, in place of the address that it listens at
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
}

pub(super) fn run(arguments: &Inventory) -> Result<(), Failure> {
    let topology = arguments.source.read()?;
    let host = arguments.host.as_deref();
    let mut failed = None;
    output::write(
        |out| match inventory::write_at(&topology, host, arguments.format, out) {
            Err(InventoryError::Output(error)) => Err(error),
            done => {
                failed = done.err();
                Ok(())
            }
        },
    )?;
    failed.map_or(Ok(()), |error| Err(Failure::Inventory(error)))
}
