//! Columns for people.

use std::io::{self, Write};

use crate::topology::{Group, Row, Topology};

/// Writes the first `rows_max` devices in columns, and how many more there are.
///
/// # Errors
///
/// If the output can't be written.
pub fn table(
    topology: &Topology,
    rows_max: usize,
    address: impl Fn(&Row<'_>) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let header = ["NAME", "ADDRESS", "PACK", "MODEL", "ROLE"].map(str::to_string);
    let rows = topology.rows().take(rows_max);
    let cells = rows.map(|row| {
        let [pack, model, role] = kind(row.group);
        let address = address(&row);
        [row.name, address, pack, model, role]
    });
    in_columns(std::iter::once(header).chain(cells), out)?;
    more(topology.len().saturating_sub(rows_max), out)
}

/// Writes the first `rows_max` groups of devices in columns, and how many more there are.
///
/// # Errors
///
/// If the output can't be written.
pub fn group_table(topology: &Topology, rows_max: usize, out: &mut dyn Write) -> io::Result<()> {
    let header = ["NAMES", "DEVICES", "PACK", "MODEL", "ROLE"].map(str::to_string);
    let groups = topology.groups();
    let cells = groups.iter().take(rows_max).map(|group| {
        let [pack, model, role] = kind(group);
        let count = group.name.count();
        let names = [0, count - 1].map(|index| group.name.nth(index).unwrap_or_default());
        let names = match names {
            [first, last] if first != last => format!("{first} to {last}"),
            [only, _] => only,
        };
        [names, count.to_string(), pack, model, role]
    });
    in_columns(std::iter::once(header).chain(cells), out)?;
    more(groups.len().saturating_sub(rows_max), out)
}

fn kind(group: &Group) -> [String; 3] {
    let role = group.role.clone();
    [
        group.platform.pack().to_string(),
        group.platform.model().to_string(),
        role.unwrap_or_else(|| "-".to_string()),
    ]
}

fn more(more: usize, out: &mut dyn Write) -> io::Result<()> {
    match more {
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
    in_columns(lines.iter().cloned(), out)
}

/// As [`columns`]; the lines are made twice, so that a million of them need no memory.
fn in_columns<const N: usize>(
    lines: impl Iterator<Item = [String; N]> + Clone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut widths = [0; N];
    for line in lines.clone() {
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
