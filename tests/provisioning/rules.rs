//! The programmer's rules of configurations, held against a device: what it says stands must stand, what it says takes
//! something back must take it back.

use std::fmt::Write as _;
use std::sync::Arc;

use programmer::config::{Config, Rules, Standing, change, difference, expected, standing};
use programmer::packs::Expect;
use programmer::plan::PlanLine;

use crate::bench::Bench;

/// Pushes what of `wanted` is missing, takes it back, and pushes all of it.
pub(crate) fn push(
    bench: &mut Bench,
    wanted: &[PlanLine],
    expect: &Expect,
    rules: &Rules,
) -> Result<(), String> {
    let (before, shown_before) = read(bench, wanted, rules)?;
    let change = change(wanted, &before, rules);
    let sent = |what: String| {
        format!(
            "{what}\n--- sent\n{}--- inverse\n{}",
            text(&change.lines),
            text(&change.inverse)
        )
    };
    bench
        .push(&change.lines, expect)
        .map_err(|what| sent(format!("of what was missing, {what}")))?;
    let (after, shown_after) = read(bench, wanted, rules)?;
    stands(wanted, &after, rules).map_err(sent)?;
    // What a command of EXEC did can't be taken back by lines, nor done again.
    if wanted
        .iter()
        .any(|line| line.is_exec() || line.text().starts_with("do "))
    {
        return Ok(());
    }
    let meant = expected(wanted, &before, rules, &after);
    let wrong = difference(&meant, &after, rules);
    if !wrong.is_empty() {
        return Err(sent(format!(
            "what was expected differs from what the device has by\n{}",
            text(&wrong)
        )));
    }
    bench
        .push(&change.inverse, expect)
        .map_err(|what| sent(format!("of the inverse, {what}")))?;
    let (back, shown_back) = read(bench, wanted, rules)?;
    if back != before || lines_of(&shown_back) != lines_of(&shown_before) {
        let left = text(&difference(&back, &before, rules));
        let shown = lines_that_differ(&shown_before, &shown_back);
        return Err(sent(format!("the inverse leaves\n{left}shown\n{shown}")));
    }
    bench.push(wanted, expect)?;
    let (_, shown) = read(bench, wanted, rules)?;
    if lines_of(&shown) != lines_of(&shown_after) {
        let shown = lines_that_differ(&shown_after, &shown);
        return Err(sent(format!(
            "all lines lead elsewhere than the missing ones:\n{shown}"
        )));
    }
    Ok(())
}

/// Every wanted line must stand, and nothing be missing.
fn stands(wanted: &[PlanLine], after: &Config, rules: &Rules) -> Result<(), String> {
    let mut wrong = String::new();
    for (line, standing) in wanted.iter().zip(standing(wanted, after, rules)) {
        if let Standing::Missing { instead } = standing {
            let _ = writeln!(
                wrong,
                "`{}` seems to be missing; there is {instead:?}",
                line.text()
            );
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// What the device has, read as the programmer reads it, and as it shows it.
fn read(bench: &mut Bench, wanted: &[PlanLine], rules: &Rules) -> Result<(Config, String), String> {
    let mut replies = vec![];
    for read in rules.reads_for(wanted) {
        replies.push((read, bench.command(read.command())?));
    }
    let config = Config::read(&replies, rules).map_err(|error| error.to_string())?;
    Ok((config, bench.running_config()?))
}

fn text(lines: &[PlanLine]) -> String {
    lines
        .iter()
        .map(|line| format!("{:1$}{2}\n", "", line.depth(), line.text()))
        .collect()
}

/// The lines, whatever their order: what was made anew stands where the device puts it.
fn lines_of(shown: &str) -> Vec<&str> {
    let said = shown
        .lines()
        .filter(|line| !line.trim_start().starts_with('!'));
    // Interfaces that the device makes by itself come when they are needed.
    let said = said.filter(|line| !line.starts_with("interface LISP") && !line.is_empty());
    let mut lines: Vec<&str> = said.collect();
    lines.sort_unstable();
    lines
}

fn lines_that_differ(before: &str, after: &str) -> String {
    let missing = |from: &str, of: &str, sign: char| -> String {
        let mut other = lines_of(of);
        let mut told = String::new();
        for line in lines_of(from) {
            match other.iter().position(|it| *it == line) {
                Some(at) => drop(other.remove(at)),
                None => told += &format!("{sign} {line}\n"),
            }
        }
        told
    };
    let told = missing(before, after, '-') + &missing(after, before, '+');
    if told.is_empty() && before != after {
        "the same lines in another order\n".to_string()
    } else {
        told
    }
}

/// The lines of a text as a plan has them; the modes are not known.
pub(crate) fn lines(text: &str, feature: &str) -> Vec<PlanLine> {
    let feature: Arc<str> = feature.into();
    let line = |line: &str| {
        let depth = line.len() - line.trim_start().len();
        PlanLine::new(
            line.trim(),
            depth,
            programmer::plan::ANY_MODE,
            Arc::clone(&feature),
            &Default::default(),
        )
    };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(line)
        .collect()
}
