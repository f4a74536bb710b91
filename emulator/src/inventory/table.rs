//! Columns for people.

use std::io::{self, Write};
use std::net::SocketAddr;

use crate::topology::{Row, Topology};

/// Writes the first `rows_max` devices in columns, and how many more there are.
///
/// # Errors
///
/// If the output can't be written.
pub fn table(
    topology: &Topology,
    rows_max: usize,
    address: impl Fn(&Row<'_>) -> SocketAddr,
    out: &mut dyn Write,
) -> io::Result<()> {
    let header = ["NAME", "ADDRESS", "PACK", "MODEL", "ROLE"].map(str::to_string);
    let mut lines = vec![header];
    for row in topology.rows().take(rows_max) {
        lines.push([
            row.name.clone(),
            address(&row).to_string(),
            row.group.platform.pack().to_string(),
            row.group.platform.model().to_string(),
            row.group.role.clone().unwrap_or_else(|| "-".to_string()),
        ]);
    }
    columns(&lines, out)?;
    match topology.len().saturating_sub(rows_max) {
        0 => Ok(()),
        more => writeln!(out, "... and {more} more: `fleet inventory` lists them all"),
    }
}

/// Writes lines whose cells are as wide as the widest of their column.
///
/// # Errors
///
/// If the output can't be written.
pub fn columns<const N: usize>(lines: &[[String; N]], out: &mut dyn Write) -> io::Result<()> {
    let mut widths = [0; N];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    for line in lines {
        let cells: Vec<_> = line
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}
