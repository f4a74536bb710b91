//! Figures in aligned columns. A column that has nothing to say in any row is left out.

use std::fmt::Write;

use super::Figure;

/// What stands in a column, and what of a figure.
struct Column {
    title: String,
    /// Words stand at the left, numbers at the right.
    left: bool,
    cells: Vec<String>,
}

/// The figures for people, and below them what failed.
#[must_use]
pub fn table(figures: &[Figure]) -> String {
    let mut columns = columns(figures);
    columns.retain(|column| column.cells.iter().any(|cell| !cell.is_empty()));
    let mut text = String::new();
    for row in 0..=figures.len() {
        let line: Vec<String> = columns.iter().map(|column| column.cell(row)).collect();
        text += line.join("  ").trim_end();
        text += "\n";
    }
    for figure in figures {
        for (kind, failed) in &figure.tally.failures {
            // Writing to a string doesn't fail.
            _ = writeln!(
                text,
                "{} of {}, {} at once: {} failed ({kind}), the first: {}",
                figure.what, figure.who, figure.at_once, failed.count, failed.first
            );
        }
    }
    text
}

impl Column {
    /// The title, or the cell of a row, as wide as the widest.
    fn cell(&self, row: usize) -> String {
        let cells = self.cells.iter().chain([&self.title]);
        let width = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        let text = match row.checked_sub(1) {
            None => &self.title,
            Some(at) => self.cells.get(at).unwrap_or(&self.title),
        };
        if self.left {
            format!("{text:<width$}")
        } else {
            format!("{text:>width$}")
        }
    }
}

fn columns(figures: &[Figure]) -> Vec<Column> {
    let column = |title: &str, left, cell: &dyn Fn(&Figure) -> Option<String>| Column {
        title: title.to_string(),
        left,
        cells: figures
            .iter()
            .map(|figure| cell(figure).unwrap_or_default())
            .collect(),
    };
    let ms = |title: &str, at: f64| {
        column(title, false, &|figure| {
            Some(number(figure.tally.latencies.percentile_ms(at)?))
        })
    };
    let some = |count: Option<usize>| count.map(|count| count.to_string());
    let mut all = vec![
        column("WHAT", true, &|figure| Some(figure.what.to_string())),
        column("DEVICES", false, &|figure| some(figure.devices)),
        column("LINES", false, &|figure| some(figure.lines)),
        column("WINDOW", false, &|figure| {
            figure.window.map(|window| match window {
                usize::MAX => "all".to_string(),
                window => window.to_string(),
            })
        }),
        column("AT ONCE", false, &|figure| some(Some(figure.at_once))),
        column("DUE/S", false, &|figure| figure.rate.map(number)),
        column("WHO", true, &|figure| Some(figure.who.clone())),
        column("DONE", false, &|figure| Some(figure.tally.done.to_string())),
        column("FAILED", false, &|figure| {
            Some(figure.tally.failed().to_string())
        }),
        column("PER S", false, &|figure| {
            Some(number(figure.tally.per_second()))
        }),
        column("LINES/S", false, &|figure| {
            figure
                .lines
                .map(|_| number(figure.tally.units_per_second()))
        }),
        ms("P50 ms", 50.0),
        ms("P95 ms", 95.0),
        ms("P99 ms", 99.0),
        column("MAX ms", false, &|figure| {
            figure.tally.latencies.max_ms().map(number)
        }),
        column("CLIENT CPU us", false, &|figure| {
            figure.client_us().map(number)
        }),
        column("SERVER CPU us", false, &|figure| {
            figure.server_us().map(number)
        }),
        column("KB A SESSION", false, &|figure| {
            #[allow(clippy::cast_precision_loss, reason = "memory of one session")]
            figure
                .session_bytes
                .map(|bytes| number(bytes as f64 / 1024.0))
        }),
    ];
    for name in ratios(figures) {
        all.push(column(
            &format!("OF {}", name.to_uppercase()),
            false,
            &|figure| {
                let ratio = figure.ratios.iter().find(|(floor, _)| *floor == name)?;
                Some(format!("{:.2}", ratio.1))
            },
        ));
    }
    all
}

/// What figures are compared with, in the order that it comes up.
fn ratios(figures: &[Figure]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (name, _) in figures.iter().flat_map(|figure| &figure.ratios) {
        if !names.contains(name) {
            names.push(*name);
        }
    }
    names
}

/// Three digits that matter, and no more of them behind the point than that.
pub(super) fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value if value >= 1.0 => format!("{value:.2}"),
        value => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::figure;
    use super::*;
    use crate::failure::Failure;

    #[test]
    fn columns_are_aligned_and_empty_ones_left_out() {
        let floor = figure("floor", 64, 100);
        let mut own = figure("fleet", 64, 80);
        own.compare("floor", &floor);
        own.tally
            .count(Err(Failure::Login), std::time::Duration::ZERO);
        let text = table(&[floor, own]);
        let expected = "\
WHAT    LINES  WINDOW  AT ONCE  WHO    DONE  FAILED  PER S  LINES/S  P50 ms  P95 ms  P99 ms  MAX ms  CLIENT CPU us  OF FLOOR
pushes     20       1       64  floor   100       0   50.0     1000    50.0    95.0    99.0     100          10000
pushes     20       1       64  fleet    80       1   40.0      800    40.0    76.0    80.1    80.1          12346      0.80
pushes of fleet, 64 at once: 1 failed (login), the first: the login was refused
";
        assert_eq!(text, expected);
    }
}
