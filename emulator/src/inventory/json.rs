//! JSON: an array, one object a line, so that a million devices need no memory.

use std::io::{self, Write};

use super::Entry;

pub(super) fn write(entries: impl Iterator<Item = Entry>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")?;
    for (index, entry) in entries.enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}\n  {}", serde_json::to_string(&entry)?)?;
    }
    writeln!(out, "\n]")
}
