//! What comes of a template: lines with their modes, or an error that shows no value.

use super::marks::Marked;
use crate::plan::{ANY_MODE, Answer};
use crate::secret::Secret;

/// The mode in which every writer begins and ends.
const HOME_MODE: &str = "config";
/// What the mode of a command of EXEC is called.
const EXEC_MODE: &str = "exec";

/// One line that a writer wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedLine {
    /// How deep the line stands, for people; the line is sent without its indent.
    pub depth: usize,
    /// The line; a command of several lines has their ends in it.
    pub text: String,
    /// The mode that the line leads to, as the writer names it.
    pub mode: String,
    /// The place of its part in the push.
    pub order: i64,
    /// It is sent at the EXEC prompt.
    pub exec: bool,
    /// What it asks, and what is said then.
    pub answers: Vec<Answer>,
}

/// Gives every line its mode and its place. Each part begins and ends in configuration mode; a command of EXEC leads
/// back to it.
pub(super) fn planned(marked: Vec<Marked>, order: i64) -> Result<Vec<RenderedLine>, String> {
    let mut mode = HOME_MODE.to_string();
    let mut lines: Vec<RenderedLine> = Vec::new();
    for line in marked {
        let order = line.order.unwrap_or(order);
        if lines.last().is_some_and(|last| last.order != order) {
            check_home(&mode)?;
        }
        let answers = line
            .answers
            .into_iter()
            .map(|(question, answer)| Answer::new(&question, Secret::new(answer)))
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        mode = match line.mode {
            Some(leads_to) => leads_to,
            None if line.exec => EXEC_MODE.to_string(),
            None if mode == EXEC_MODE => HOME_MODE.to_string(),
            None => mode,
        };
        lines.push(RenderedLine {
            depth: line.depth,
            text: line.text,
            mode: mode.clone(),
            order,
            exec: line.exec,
            answers,
        });
    }
    check_home(&mode)?;
    Ok(lines)
}

/// Lines that end elsewhere would lead the next feature's astray.
fn check_home(mode: &str) -> Result<(), String> {
    if [HOME_MODE, EXEC_MODE, ANY_MODE].contains(&mode) {
        return Ok(());
    }
    Err(format!(
        "its lines end in the mode `{mode}`, not in `{HOME_MODE}`"
    ))
}

/// An error of the template language, in one line. Its own text would show the values, and secrets are among them.
pub(super) fn told(error: &minijinja::Error) -> String {
    let what = error
        .detail()
        .map_or_else(|| error.kind().to_string(), ToString::to_string);
    match error.line() {
        Some(line) => format!("line {line}: {what}"),
        None => what,
    }
}
