//! The report for people.

use std::fmt::Write as _;

use super::field;
use crate::push::DeviceResult;
use crate::push::EndState;
use crate::session::{Cause, Sent};

/// So many of the last steps of a transcript stand below a failure.
const TRANSCRIPT_ENTRIES_MAX: usize = 12;
/// A longer step has its middle left out.
const HEAD_LETTERS: usize = 300;
const TAIL_LETTERS: usize = 100;
/// So many of the lines that are in stand below a failure; JSON and `programmer show` have all.
const LINES_MAX: usize = 20;

/// One line that says how a device ended.
#[must_use]
pub fn device_line(result: &DeviceResult) -> String {
    let name = &result.plan.device().name;
    let (state, what) = (result.state.name(), what(result));
    format!(
        "{name}: {state}, {what} ({:.1}s)",
        result.took.as_secs_f64()
    )
}

fn what(result: &DeviceResult) -> String {
    let lines = result.sent.len();
    match result.state {
        EndState::Applied { .. } if lines == 0 => "nothing to send".to_string(),
        EndState::Applied { saved: true } => format!("{}, saved", count(lines)),
        EndState::Applied { saved: false } => format!("{}, not saved", count(lines)),
        EndState::NotStarted => not_started(result),
        EndState::RolledBack => "everything is as it was".to_string(),
        EndState::Partial => partial(result),
        EndState::Unknown => format!(
            "it took {} of {}, can't be read, and stays locked",
            result.accepted,
            count(lines)
        ),
    }
}

fn not_started(result: &DeviceResult) -> String {
    match result.failure.as_ref().map(|failure| &failure.cause) {
        Some(Cause::Refused {
            sent: Sent::Line { no, .. },
            ..
        }) => {
            format!(
                "line {no} of {} was refused, no line is in",
                result.sent.len()
            )
        }
        _ => "nothing was sent".to_string(),
    }
}

fn partial(result: &DeviceResult) -> String {
    let (is_in, lines) = (result.is_in.len(), count(result.sent.len()));
    let is_in = match is_in {
        0 => format!("none of {lines} is in for certain"),
        1 => format!("1 of {lines} is in"),
        _ => format!("{is_in} of {lines} are in"),
    };
    match result.in_doubt {
        Some(line_no) => format!("{is_in}, line {line_no} is in doubt, nothing is saved"),
        None => format!("{is_in}, nothing is saved"),
    }
}

/// The failures in full, and the sums.
#[must_use]
pub fn text(results: &[DeviceResult]) -> String {
    let mut text = String::new();
    for result in results {
        // Writing to a string can't fail.
        let _ = write!(
            text,
            "{}{}{}",
            notes(result),
            warnings(result),
            failure(result)
        );
    }
    let _ = writeln!(text, "{}", sum(results));
    text
}

/// What can be done about a run in which not all went well; nothing, if all did.
#[must_use]
pub fn next_steps(run: &str, results: &[DeviceResult]) -> String {
    let is_left = |result: &&DeviceResult| match result.state {
        EndState::Applied { saved } => !saved && result.failure.is_some(),
        EndState::RolledBack => !result.purpose.goes_back(),
        EndState::NotStarted | EndState::Partial | EndState::Unknown => true,
    };
    if !results.iter().any(|result| is_left(&result)) {
        return String::new();
    }
    let goes_back = results.iter().any(|result| result.purpose.goes_back());
    let has_any = |result: &DeviceResult| {
        let changed = matches!(
            result.state,
            EndState::Applied { .. } | EndState::Partial | EndState::Unknown
        );
        changed && !result.sent.is_empty()
    };
    let mut text = format!("to finish it:     programmer resume {run}\n");
    if !goes_back && results.iter().any(has_any) {
        // Writing to a string can't fail.
        let _ = writeln!(text, "to take it back:  programmer undo {run}");
    }
    text
}

/// How many of how many.
fn sum(results: &[DeviceResult]) -> String {
    let all = results.len();
    if !results.is_empty() && results.iter().all(|result| result.purpose.goes_back()) {
        let back = results
            .iter()
            .filter(|result| result.state == EndState::RolledBack)
            .count();
        return format!("{back} of {all} devices as they were");
    }
    let applied = results
        .iter()
        .filter(|result| matches!(result.state, EndState::Applied { .. }))
        .count();
    format!("{applied} of {all} devices applied")
}

fn count(lines: usize) -> String {
    format!("{lines} line{}", if lines == 1 { "" } else { "s" })
}

/// What the device said about lines that it accepted, where it is more than the platform always says.
fn notes(result: &DeviceResult) -> String {
    let device = &result.plan.device().name;
    let note =
        |(line_no, text): &(usize, String)| format!("note: {device} on line {line_no}: {text}\n");
    result.notes.iter().map(note).collect()
}

fn warnings(result: &DeviceResult) -> String {
    let device = &result.plan.device().name;
    let warning = |text: &String| format!("warning: {device}: {text}\n");
    result.warnings.iter().map(warning).collect()
}

/// The lines that are in, where not all are.
fn lines_in(result: &DeviceResult) -> String {
    if result.state != EndState::Partial || result.is_in.is_empty() {
        return String::new();
    }
    let shown = result
        .is_in
        .iter()
        .take(LINES_MAX)
        .map(|line| format!("    {line}\n"));
    let more = match result.is_in.len().saturating_sub(LINES_MAX) {
        0 => String::new(),
        more => format!("    and {more} more\n"),
    };
    format!("  in are:\n{}{more}", shown.collect::<String>())
}

fn failure(result: &DeviceResult) -> String {
    let mut text = String::new();
    // A device whose turn never came is told in one line already.
    let untouched =
        |cause: &Cause| matches!(cause, Cause::Interrupted) && result.transcript.is_empty();
    if let Some(failure) = result
        .failure
        .as_ref()
        .filter(|failure| !untouched(&failure.cause))
    {
        let _ = writeln!(text, "error: {failure}");
        if let Some(field_text) = field::text(failure, Some(result.plan.device()))
            .filter(|text| *text != failure.to_string())
        {
            let _ = writeln!(text, "  {field_text}");
        }
        let _ = writeln!(text, "  {}", device_line(result));
        text.push_str(&lines_in(result));
        if !result.transcript.is_empty() {
            let _ = writeln!(text, "  transcript (C> sent, D> came back):");
            for line in result.transcript.tail(TRANSCRIPT_ENTRIES_MAX).lines() {
                let _ = writeln!(text, "    {}", shortened(line));
            }
        }
        let _ = writeln!(text, "  hint: {}\n", failure.hint());
    }
    text
}

/// A step that is long, as a whole configuration is, has its middle left out: `programmer transcript` has all of it.
fn shortened(line: &str) -> String {
    let letters = line.chars().count();
    if letters <= HEAD_LETTERS + TAIL_LETTERS {
        return line.to_string();
    }
    let head: String = line.chars().take(HEAD_LETTERS).collect();
    let tail: String = line.chars().skip(letters - TAIL_LETTERS).collect();
    let left_out = letters - HEAD_LETTERS - TAIL_LETTERS;
    format!("{head} ... {left_out} letters left out ... {tail}")
}
