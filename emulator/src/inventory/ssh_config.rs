//! A configuration file for `ssh -F`.

use std::io::{self, Write};

use super::Entry;

pub(super) fn write(
    topology: &str,
    entries: impl Iterator<Item = Entry>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "# The devices of {topology}. Their host keys: `fleet inventory ... --format known-hosts`,"
    )?;
    writeln!(out, "# in a file that UserKnownHostsFile names.")?;
    for entry in entries {
        writeln!(out, "\nHost {}", entry.name)?;
        writeln!(out, "  HostName {}", entry.host)?;
        writeln!(out, "  Port {}", entry.port)?;
        writeln!(out, "  User {}", word(&entry.username))?;
    }
    Ok(())
}

/// A value with a blank in it needs quotes.
fn word(text: &str) -> String {
    if text.contains(char::is_whitespace) {
        format!("\"{text}\"")
    } else {
        text.to_string()
    }
}
