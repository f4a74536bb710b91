//! CSV as RFC 4180 has it, with a header and plain newlines.

use std::io::{self, Write};

use super::Entry;

pub(super) fn write(entries: impl Iterator<Item = Entry>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "name,host,port,username,password,enable,pack,platform,role,site"
    )?;
    for entry in entries {
        let port = entry.port.to_string();
        let (role, site) = (
            entry.role.unwrap_or_default(),
            entry.site.unwrap_or_default(),
        );
        let fields = [
            &entry.name,
            &entry.host,
            &port,
            &entry.username,
            &entry.password,
            &entry.enable,
            &entry.pack,
            &entry.platform,
            &role,
            &site,
        ];
        let cells: Vec<_> = fields.into_iter().map(|field| cell(field)).collect();
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(())
}

/// A cell; one with a comma, a quote or a newline stands in quotes.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}
