//! A plan as a person reviews it: what is sent and what goes, feature by feature, and what takes it back.

use std::fmt::Write as _;

use super::review::{Outcome, Review};
use super::{DevicePlan, PlanLine};
use crate::config::Deed;

/// Whether colour is used: only on a terminal, and not if `NO_COLOR` is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Letters only.
    Plain,
    /// Green comes, red goes.
    Colour,
}

/// How a piece of text looks.
#[derive(Clone, Copy)]
enum Look {
    Name,
    Comes,
    Goes,
    Quiet,
    Wrong,
}

impl Style {
    fn paint(self, look: Look, text: &str) -> String {
        let code = match (self, look) {
            (Self::Plain, _) => return text.to_string(),
            (_, Look::Name) => "1",
            (_, Look::Comes) => "32",
            (_, Look::Goes) => "31",
            (_, Look::Quiet) => "2",
            (_, Look::Wrong) => "1;31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// All devices: first those that get lines, then in one line each those that have all, and those that weren't read.
#[must_use]
pub fn text(reviews: &[Review], style: Style) -> String {
    let mut out = String::new();
    let mut told: Vec<(String, &str)> = Vec::new();
    for review in reviews.iter().filter(|review| review.sends()) {
        let Ok(outcome) = &review.outcome else {
            continue;
        };
        let _ = writeln!(out, "{}", heading(review, outcome, style));
        let mut body = body(review, outcome, style);
        // Devices of one role often get the same; a person need read it once.
        match told.iter().find(|(same, _)| *same == body) {
            Some((_, device)) => body = format!("  the same as {device}\n"),
            None => told.push((body.clone(), &review.plan.device().name)),
        }
        out.push_str(&body);
        out.push('\n');
    }
    rest(reviews, style, &mut out);
    let _ = writeln!(out, "{}", sum(reviews));
    out
}

/// `EN1   edge   catalyst-9300 17.12   127.0.0.1:2203   28 lines, after BN1`
fn heading(review: &Review, outcome: &Outcome, style: Style) -> String {
    let device = review.plan.device();
    let release = outcome
        .before
        .release()
        .map(|release| format!(" {release}"));
    let mut columns = vec![style.paint(Look::Name, &device.name)];
    columns.extend(device.role.clone());
    columns.push(format!("{}{}", device.pack, release.unwrap_or_default()));
    columns.push(device.endpoint());
    columns.push(count(outcome.change.lines.len(), "line"));
    if !review.after.is_empty() {
        columns.push(format!("after {}", review.after.join(", ")));
    }
    columns.join("  ")
}

fn body(review: &Review, outcome: &Outcome, style: Style) -> String {
    let mut out = String::new();
    let out = &mut out;
    let change = &outcome.change;
    let mut feature = "";
    for (line, deed) in change.lines.iter().zip(&change.deeds) {
        if line.feature() != feature {
            feature = line.feature();
            let _ = writeln!(out, "  {}", style.paint(Look::Name, feature));
        }
        one(line, deed, style, out);
    }
    let (stands, _) = review.features();
    note(out, style, "stands already", &stands.join(", "));
    let untold = change
        .untold
        .iter()
        .filter_map(|index| review.plan.lines().get(*index));
    let untold: Vec<&str> = untold.map(PlanLine::shown).collect();
    note(
        out,
        style,
        "can't be told from what is shown, and isn't sent",
        &untold.join("; "),
    );
    if !change.inverse.is_empty() {
        let _ = writeln!(out, "  {}", style.paint(Look::Quiet, "taken back by"));
        for line in change
            .inverse
            .iter()
            .filter(|line| !leaves(&review.plan, line))
        {
            let text = format!("    | {}", indented(line.shown(), line.depth(), 6));
            let _ = writeln!(out, "{}", style.paint(Look::Quiet, &text));
        }
    }
    for warning in review.plan.warnings() {
        let _ = writeln!(out, "  {} {warning}", style.paint(Look::Wrong, "warning:"));
    }
    std::mem::take(out)
}

/// What goes stands above what takes its place. Lines that only leave a section say nothing to a reader.
fn one(line: &PlanLine, deed: &Deed, style: Style, out: &mut String) {
    let text = indented(line.shown(), line.depth(), 6);
    match deed {
        Deed::Leaves => {}
        Deed::Leads => {
            let _ = writeln!(out, "      {text}");
        }
        Deed::Changes { goes } => {
            for old in goes {
                let _ = writeln!(
                    out,
                    "{}",
                    style.paint(Look::Goes, &format!("    - {}", indented(old, 0, 6)))
                );
            }
            let _ = writeln!(
                out,
                "{}",
                style.paint(Look::Comes, &format!("    + {text}"))
            );
        }
    }
}

/// A text at its depth; the lines of one that has several stand below each other.
fn indented(text: &str, depth: usize, margin: usize) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let rest = lines.map(|line| format!("\n{:margin$}{:depth$}{line}", "", ""));
    format!("{:depth$}{first}{}", "", rest.collect::<String>())
}

fn note(out: &mut String, style: Style, title: &str, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(
            out,
            "  {}",
            style.paint(Look::Quiet, &format!("{title}: {text}"))
        );
    }
}

fn leaves(plan: &DevicePlan, line: &PlanLine) -> bool {
    plan.rules().is_leave(line.text())
}

/// The devices that get nothing, in columns.
fn rest(reviews: &[Review], style: Style, out: &mut String) {
    let quiet: Vec<&Review> = reviews.iter().filter(|review| !review.sends()).collect();
    let name = |review: &&Review| review.plan.device().name.chars().count();
    let width = quiet.iter().map(name).max().unwrap_or_default();
    for review in &quiet {
        let name = &review.plan.device().name;
        let said = match &review.outcome {
            Ok(_) => format!(
                "has all of it: {}",
                count(review.plan.lines().len(), "line")
            ),
            Err(failure) => style.paint(Look::Wrong, &format!("wasn't read: {}", failure.cause)),
        };
        let _ = writeln!(
            out,
            "{}  {said}",
            style.paint(Look::Name, &format!("{name:<width$}"))
        );
    }
    if !quiet.is_empty() {
        out.push('\n');
    }
}

fn sum(reviews: &[Review]) -> String {
    let sends = reviews.iter().filter(|review| review.sends()).count();
    let unread = reviews
        .iter()
        .filter(|review| review.outcome.is_err())
        .count();
    let lines = reviews
        .iter()
        .filter_map(|review| review.outcome.as_ref().ok());
    let lines: usize = lines.map(|outcome| outcome.change.lines.len()).sum();
    let mut parts = Vec::new();
    if sends > 0 {
        parts.push(format!(
            "{} for {}",
            count(lines, "line"),
            count(sends, "device")
        ));
    }
    let have = reviews.len() - sends - unread;
    if have > 0 {
        parts.push(format!(
            "{} {} all of it",
            count(have, "device"),
            if have == 1 { "has" } else { "have" }
        ));
    }
    if unread > 0 {
        parts.push(format!("{} couldn't be read", count(unread, "device")));
    }
    parts.join("; ")
}

fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
