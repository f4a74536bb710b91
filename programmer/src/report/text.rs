//! The report for people.

use std::fmt::Write as _;

use super::field;
use crate::push::DeviceResult;
use crate::push::EndState;
use crate::session::Cause;

/// So many of the last steps of a transcript stand below a failure.
const TRANSCRIPT_ENTRIES_MAX: usize = 12;

/// One line that says how a device ended.
#[must_use]
pub fn device_line(result: &DeviceResult) -> String {
    let (name, lines) = (&result.plan.device().name, result.plan.lines().len());
    let state = result.state.name();
    let what = match result.state {
        EndState::Applied { saved: true } => format!("{}, saved", count(lines)),
        EndState::Applied { saved: false } => format!("{}, not saved", count(lines)),
        EndState::NotStarted => "nothing was sent".to_string(),
        EndState::Refused => format!("line 1 of {lines} was refused, no line is in"),
        EndState::Partial | EndState::Unknown => which_lines(result),
    };
    format!(
        "{name}: {state}, {what} ({:.1}s)",
        result.took.as_secs_f64()
    )
}

/// The failures in full, and the sums.
#[must_use]
pub fn text(results: &[DeviceResult]) -> String {
    let mut text = String::new();
    for result in results {
        // Writing to a string can't fail.
        let _ = write!(text, "{}{}", notes(result), failure(result));
    }
    let applied = results
        .iter()
        .filter(|r| matches!(r.state, EndState::Applied { .. }))
        .count();
    let _ = writeln!(text, "{applied} of {} devices applied", results.len());
    text
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
        if let Some(field_text) = field::text(failure) {
            let _ = writeln!(text, "  {field_text}");
        }
        let _ = writeln!(text, "  {}", device_line(result));
        if !result.transcript.is_empty() {
            let _ = writeln!(text, "  transcript (C> sent, D> came back):");
            for line in result.transcript.tail(TRANSCRIPT_ENTRIES_MAX).lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
        let _ = writeln!(text, "  hint: {}\n", failure.hint());
    }
    text
}

fn which_lines(result: &DeviceResult) -> String {
    let lines = result.plan.lines().len();
    let is_in = match result.accepted {
        0 => "no line is in".to_string(),
        1 => format!("line 1 of {lines} is in"),
        accepted => format!("lines 1-{accepted} of {lines} are in"),
    };
    match result.in_doubt {
        Some(line_no) => format!("{is_in}, line {line_no} is in doubt, nothing is saved"),
        None => format!("{is_in}, nothing is saved"),
    }
}
