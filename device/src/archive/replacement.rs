//! The running-config is replaced by a file, with the words of IOS.

use std::collections::BTreeSet;

use crate::SimTime;
use crate::config::difference::{Case, between};
use crate::config::outline::{self, Node};
use crate::config::replace::{self, Command, PASSES_MAX, Replacement};
use crate::state::State;

/// How the running-config is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Manner {
    /// Print the commands of each pass.
    pub(crate) list: bool,
    /// Lines that differ in case only are the same.
    pub(crate) case: Case,
    /// Take no lock.
    pub(crate) nolock: bool,
    /// Go back to this copy of the original when a command fails.
    pub(crate) or_back_to: Option<String>,
    /// Lines that are not taken back, since the operator said no.
    pub(crate) kept: Vec<String>,
}

impl State {
    /// Whether a text is a configuration as IOS wants it: with a version, and with an end. A device that was booted
    /// from lines without a version takes its own ones.
    pub(crate) fn is_configuration(&self, text: &str) -> bool {
        let mut lines = text.lines().map(str::trim);
        let versioned = !self.has("version") || lines.any(|line| line.starts_with("version "));
        versioned && lines.any(|line| line == "end")
    }

    /// The lines that the running-config would have if the device booted from a text.
    pub(crate) fn wanted(&self, text: &str) -> Vec<Node> {
        outline::of_file(&self.platform, &mut self.vault.clone(), text)
    }

    /// The questions that a replacement asks first, each with the line that it is about.
    pub(crate) fn replacement_asks(&self, text: &str, case: Case) -> Vec<(String, String)> {
        let (now, wanted) = (outline::of(&self.platform, &self.config), self.wanted(text));
        replace::questions(&self.platform, &between(&now, &wanted, case))
    }

    /// Replaces the running-config by that of a text; returns what is printed.
    pub(crate) fn replace(
        &mut self,
        text: &str,
        manner: &Manner,
        user: &str,
        now: SimTime,
    ) -> String {
        if !manner.nolock {
            self.log(now, "Rollback:Acquired Configuration lock.");
        }
        let original = outline::of(&self.platform, &self.config);
        let wanted = self.wanted(text);
        let (outcome, said) = self.make(&wanted, manner.case, &manner.kept, now);
        let mut printed = String::new();
        if manner.list {
            printed.push_str(&listed(&outcome.passes));
        }
        printed.push_str(&said);
        match &manner.or_back_to {
            _ if outcome.done => printed.push_str(&done(outcome.passes.len())),
            None => printed.push_str(&aborted(&outcome)),
            Some(copy) => {
                let (back, said) = self.make(&original, Case::Matters, &[], now);
                printed.push_str(&given_up(&outcome, copy));
                printed.push_str(&said);
                printed.push_str(&done(back.passes.len().max(1)));
                printed.push_str("The original configuration has been successfully restored.\n");
            }
        }
        self.changed = Some((now, user.to_string()));
        self.log(now, "%SYS-5-CONFIG_R: Config Replace is Done");
        self.look_at_archive(now);
        printed
    }

    fn make(
        &mut self,
        wanted: &[Node],
        case: Case,
        kept: &[String],
        now: SimTime,
    ) -> (Replacement, String) {
        let platform = self.platform.clone();
        let mut bench = self.bench(&platform);
        let outcome = replace::replace(&mut bench, wanted, case, kept);
        let (said, notes) = (
            std::mem::take(&mut bench.said),
            std::mem::take(&mut bench.notes),
        );
        self.note(notes, now);
        (outcome, said)
    }
}

/// The commands of all passes.
fn listed(passes: &[Vec<Command>]) -> String {
    let pass = |(at, commands): (usize, &Vec<Command>)| {
        let commands = replace::text(commands);
        format!(
            "!Pass {}\n!List of Rollback Commands:\n{commands}end\n\n",
            at + 1
        )
    };
    passes.iter().enumerate().map(pass).collect()
}

fn done(passes: usize) -> String {
    format!("Total number of passes: {passes}\nRollback Done\n\n")
}

/// What is printed when the last pass still left something to do.
fn aborted(outcome: &Replacement) -> String {
    let last = outcome
        .passes
        .last()
        .map(|pass| replace::text(pass))
        .unwrap_or_default();
    let mut text = format!(
        "The rollback configlet from the last pass is listed below:\n********\n\
         !List of Rollback Commands:\n{last}end\n********\n\n\n\
         Rollback aborted after {PASSES_MAX} passes\n"
    );
    let failed: BTreeSet<&str> = outcome.failed.iter().map(String::as_str).collect();
    if !failed.is_empty() {
        text.push_str("The following commands are failed to apply to the IOS image.\n********\n");
        for line in failed {
            text.push_str(&format!("{line}\n"));
        }
        text.push_str("********\n");
    }
    text.push('\n');
    text
}

/// What is printed when the original configuration comes back.
fn given_up(outcome: &Replacement, copy: &str) -> String {
    let first = outcome
        .passes
        .last()
        .and_then(|pass| pass.first())
        .map(|command| command.line.clone());
    let failed = outcome
        .failed
        .first()
        .cloned()
        .or(first)
        .unwrap_or_default();
    format!(
        "Failed to apply command {failed}\nAborting Rollback.\n\n\
         Rollback failed.Reverting back to the original configuration: {copy}\n"
    )
}
