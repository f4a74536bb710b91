//! `fleet check`.

use super::{Failure, Source, output};

pub(super) fn run(source: &Source) -> Result<(), Failure> {
    let topology = source.read()?;
    output::write(|out| {
        let many = super::serve::devices(topology.len());
        writeln!(out, "{}: {many}, no mistakes", source.topology.display())
    })
}
