//! `fleet check`.

use super::{Failure, Source, output};

pub(super) fn run(source: &Source) -> Result<(), Failure> {
    let topology = source.read()?;
    output::write(|out| {
        let many = super::serve::devices(topology.len());
        let file = source.topology.display();
        match topology.shard() {
            None => writeln!(out, "{file}: {many}, no mistakes"),
            Some(shard) => {
                let all = topology.total();
                writeln!(out, "{file}: {many} of {all} in shard {shard}, no mistakes")
            }
        }
    })
}
