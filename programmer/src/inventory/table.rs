//! CSV with a header: a column a key, in any order. Columns that mean nothing to us are left alone, because such a table
//! is often an export of something larger.

use yaml::{Mistake, Position};

use super::row::{KEYS, Row, key};
use super::source::Source;
use super::{DEVICES_MAX, Rows};
use crate::node::Node;

pub(super) fn read(source: &Source) -> Rows {
    let bad = |line: usize, what: String| {
        Mistake::new(&source.file, what).at(Position { line, column: 1 })
    };
    let text = source.text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader
        .headers()
        .map_err(|error| vec![bad(1, error.to_string())])?;
    let columns: Vec<Option<&'static str>> = header.iter().map(key).collect();
    let words: Vec<String> = header
        .iter()
        .map(|word| word.trim().to_ascii_lowercase())
        .collect();
    if !columns.contains(&Some("name")) {
        let mistake = bad(1, "no column is called `name`".to_string());
        return Err(vec![mistake.hint(format!(
            "the first line names the columns: {}",
            KEYS.join(",")
        ))]);
    }
    let (mut rows, mut mistakes) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                mistakes.push(bad(usize::try_from(line).unwrap_or(1), error.to_string()));
                break;
            }
        };
        if rows.len() == DEVICES_MAX {
            mistakes.push(bad(
                1,
                format!("more than {DEVICES_MAX} devices are too many"),
            ));
            break;
        }
        let line = record.position().map_or(1, csv::Position::line);
        let at = Position {
            line: usize::try_from(line).unwrap_or(1),
            column: 1,
        };
        let mut row = Row::new(&source.file, Some(at), "");
        let mut cells: Vec<_> = columns.iter().zip(&words).zip(&record).collect();
        // A column of our name goes before one that another program calls so: `host` before `address`.
        cells.sort_by_key(|((_, word), _)| !KEYS.contains(&word.as_str()));
        for ((key, _), cell) in cells {
            let (Some(key), false) = (key, cell.is_empty()) else {
                continue;
            };
            row.set(key, Some(&Node::Text(cell.to_string())));
        }
        row.name = row
            .values
            .get("name")
            .and_then(Node::as_text)
            .unwrap_or_default();
        rows.push(row);
    }
    if mistakes.is_empty() {
        Ok((None, rows))
    } else {
        Err(mistakes)
    }
}
