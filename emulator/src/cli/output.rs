//! Standard output and standard error, the only places that write to them but for the log.

use std::io::{self, BufWriter, Write};

use super::failure::Failure;

/// Writes to standard output. A reader that has gone (`fleet ... | head`) is no failure.
pub(super) fn write(text: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match text(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| Failure::System("standard output can't be written", error)),
    }
}

/// Writes a line to standard error.
pub(super) fn error(text: &str) {
    // There is nobody left to tell if this fails.
    _ = writeln!(io::stderr(), "{text}");
}
