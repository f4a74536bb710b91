//! What came of it: a table for people, JSON for programs.

use serde_json::{Value, json};

use super::job::Outcome;
use super::own::Own;
use super::who::{Kind, Who};

/// What came of one that pushed.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Who.
    pub who: Who,
    /// The lines of each push.
    pub lines: usize,
    /// What it says of itself, or why it says nothing.
    pub outcome: Result<Outcome, String>,
    /// How many devices have the lines, as they show themselves; nothing for the floor, which has no devices.
    pub having: Option<usize>,
    /// The processor time of the side that was pushed to, in seconds.
    pub server_cpu: f64,
    /// Of several rounds, the pushes per second of the slowest and the fastest.
    pub spread: Option<(f64, f64)>,
}

#[allow(clippy::cast_precision_loss, reason = "nobody counts to 2^52")]
impl Row {
    /// The pushes that count: what isn't on the device wasn't pushed.
    fn pushes(&self) -> f64 {
        let said = self.outcome.as_ref().map_or(0, |outcome| outcome.pushes);
        self.having.map_or(said, |having| said.min(having)) as f64
    }

    /// Pushes per second.
    pub(super) fn per_second(&self) -> f64 {
        let seconds = self.outcome.as_ref().map_or(0.0, |outcome| outcome.seconds);
        quotient(self.pushes(), seconds).unwrap_or(0.0)
    }

    fn client_ms(&self) -> Option<f64> {
        let used = self.outcome.as_ref().ok()?.cpu_seconds;
        quotient(used * 1e3, self.pushes())
    }

    fn server_ms(&self) -> Option<f64> {
        quotient(self.server_cpu * 1e3, self.pushes())
    }

    /// Whether every device has every line.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|outcome| {
            outcome.failures == 0 && self.having.is_none_or(|having| having == outcome.pushes)
        })
    }

    /// How fast it is beside the floor with the same window.
    fn of_floor(&self, rows: &[Self]) -> Option<f64> {
        let is_floor = |row: &&Self| row.who.kind == Kind::Own(Own::Floor);
        let mut floors = rows.iter().filter(is_floor);
        let floor = floors.find(|row| row.who.window == self.who.window)?;
        quotient(self.per_second(), floor.per_second())
    }

    /// How many times as fast our session is, at its fastest.
    fn ours_is(&self, rows: &[Self]) -> Option<f64> {
        let is_ours = |row: &&Self| row.who.kind == Kind::Own(Own::Session);
        let ours = rows.iter().filter(is_ours).map(Self::per_second);
        quotient(ours.reduce(f64::max)?, self.per_second())
    }
}

fn quotient(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

const TITLES: [&str; 13] = [
    "WHO",
    "VERIFIES",
    "PUSHES",
    "FAILED",
    "HAVE IT",
    "SECONDS",
    "PUSHES/S",
    "FROM-TO",
    "LINES/S",
    "CLIENT CPU ms",
    "SERVER CPU ms",
    "OF FLOOR",
    "OURS IS",
];
/// The columns of words; the rest are numbers and stand at the right.
const WORDS: usize = 2;

/// The rows in aligned columns, and below them what failed.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let mut lines = vec![TITLES.map(str::to_string)];
    lines.extend(rows.iter().map(|row| cells(row, rows)));
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].len())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..TITLES.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match column {
            ..WORDS => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text += "\n";
    }
    rows.iter()
        .filter_map(trouble)
        .for_each(|said| text += &said);
    text
}

fn cells(row: &Row, rows: &[Row]) -> [String; TITLES.len()] {
    let outcome = row.outcome.as_ref().ok();
    let count = |count: Option<usize>| count.map(|count| count.to_string()).unwrap_or_default();
    let some = |value: Option<f64>| value.map(number).unwrap_or_default();
    let (said, per_second) = (|value: f64| outcome.map(|_| value), row.per_second());
    [
        row.who.name.to_string(),
        row.who.verifies.join(", "),
        count(outcome.map(|outcome| outcome.pushes)),
        count(outcome.map(|outcome| outcome.failures)),
        count(row.having),
        some(outcome.map(|outcome| outcome.seconds)),
        some(said(per_second)),
        row.spread
            .filter(|_| outcome.is_some())
            .map(range)
            .unwrap_or_default(),
        some(said(lines_per_second(row))),
        some(row.client_ms()),
        some(row.server_ms()),
        some(row.of_floor(rows).and_then(said)),
        some(row.ours_is(rows).and_then(said)).trim().to_string(),
    ]
}

fn range((slowest, fastest): (f64, f64)) -> String {
    format!("{}-{}", number(slowest), number(fastest))
}

#[allow(clippy::cast_precision_loss, reason = "nobody has 2^52 lines")]
fn lines_per_second(row: &Row) -> f64 {
    row.per_second() * row.lines as f64
}

/// What is to be said of a row that isn't whole.
fn trouble(row: &Row) -> Option<String> {
    let name = row.who.name;
    match &row.outcome {
        Err(why) => Some(format!("{name} didn't run: {why}\n")),
        Ok(_) if row.is_whole() => None,
        Ok(outcome) => {
            let first = outcome
                .first_failure
                .as_deref()
                .unwrap_or("it told of none");
            Some(format!(
                "{name}: not all devices have the lines; the first failure: {first}\n"
            ))
        }
    }
}

/// Three digits that matter, and no more of them behind the point than that.
fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value if value >= 1.0 => format!("{value:.2}"),
        value => format!("{value:.3}"),
    }
}

/// The same, for programs.
#[must_use]
pub fn json(rows: &[Row]) -> Value {
    rows.iter().map(|row| one(row, rows)).collect()
}

fn one(row: &Row, rows: &[Row]) -> Value {
    let outcome = row.outcome.as_ref().ok();
    json!({
        "who": row.who.name,
        "version": outcome.map(|outcome| &outcome.version),
        "verifies": row.who.verifies,
        "window": row.who.window,
        "lines": row.lines,
        "pushes": outcome.map(|outcome| outcome.pushes),
        "failures": outcome.map(|outcome| outcome.failures),
        "devices_having_it": row.having,
        "seconds": outcome.map(|outcome| outcome.seconds),
        "pushes_per_second": outcome.map(|_| row.per_second()),
        "slowest_round": row.spread.map(|(slowest, _)| slowest),
        "fastest_round": row.spread.map(|(_, fastest)| fastest),
        "lines_per_second": outcome.map(|_| lines_per_second(row)),
        "client_cpu_ms_a_push": row.client_ms(),
        "server_cpu_ms_a_push": row.server_ms(),
        "of_floor": row.of_floor(rows),
        "ours_is": row.ours_is(rows),
        "trouble": trouble(row),
    })
}

#[cfg(test)]
mod tests {
    use super::super::who::{OWN, Peer};
    use super::*;

    fn row(who: Who, seconds: f64, having: Option<usize>) -> Row {
        Row {
            who,
            lines: 20,
            outcome: Ok(Outcome {
                pushes: 100,
                failures: 0,
                first_failure: None,
                seconds,
                cpu_seconds: 0.2,
                version: "1".to_string(),
            }),
            having,
            server_cpu: 0.1,
            spread: Some((100.0 / seconds, 101.0 / seconds)),
        }
    }

    /// The floor and our session, each line by line and with a window.
    fn ours() -> Vec<Row> {
        vec![
            row(OWN[0], 0.1, None),
            row(OWN[1], 0.05, None),
            row(OWN[2], 0.125, Some(100)),
            row(OWN[3], 0.0625, Some(100)),
        ]
    }

    #[test]
    fn each_is_compared_with_the_floor_of_its_window_and_with_our_fastest() {
        let mut rows = ours();
        rows.push(row(Peer::Netmiko.who(), 2.0, Some(100)));
        let expected = "\
WHO                    VERIFIES                       PUSHES  FAILED  HAVE IT  SECONDS  PUSHES/S    FROM-TO  LINES/S  CLIENT CPU ms  SERVER CPU ms  OF FLOOR  OURS IS
floor                  echo, prompt                      100       0             0.100      1000  1000-1010    20000           2.00           1.00      1.00     1.60
floor, window          echo, prompt                      100       0             0.050      2000  2000-2020    40000           2.00           1.00      1.00    0.800
programmer             echo, prompt, mode, any reply     100       0      100    0.125       800    800-808    16000           2.00           1.00     0.800     2.00
programmer, pipelined  echo, prompt, mode, any reply     100       0      100    0.062      1600  1600-1616    32000           2.00           1.00     0.800     1.00
netmiko                echo, prompt, refusals            100       0      100     2.00      50.0  50.0-50.5     1000           2.00           1.00     0.050     32.0
";
        assert_eq!(table(&rows), expected);
    }

    #[test]
    fn what_is_not_on_the_device_was_not_pushed() {
        let mut rows = ours();
        rows.push(row(Peer::Ferrissh.who(), 0.5, Some(10)));
        let all = json(&rows);
        let liar = &all[4];
        assert_eq!(liar["pushes_per_second"], json!(20.0));
        assert_eq!(liar["of_floor"], json!(0.02));
        assert_eq!(liar["ours_is"], json!(80.0));
        assert!(!rows[4].is_whole());
        assert!(table(&rows).ends_with(
            "ferrissh: not all devices have the lines; the first failure: it told of none\n"
        ));
    }

    #[test]
    fn one_that_did_not_run_says_why() {
        let mut rows = ours();
        let mut absent = row(Peer::Nornir.who(), 1.0, None);
        absent.outcome = Err("no python3".to_string());
        rows.push(absent);
        let text = table(&rows);
        assert!(
            text.contains("\nnornir                 echo, prompt, refusals\n"),
            "{text}"
        );
        assert!(text.ends_with("nornir didn't run: no python3\n"));
        assert_eq!(json(&rows)[4]["pushes_per_second"], Value::Null);
    }
}
