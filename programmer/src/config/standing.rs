//! Whether the wanted lines stand.

use super::change::Missing;
use super::rules::Rules;
use super::tree::Config;
use crate::plan::PlanLine;

/// Whether a line stands in a configuration, given the lines around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does: sending it would change nothing.
    In,
    /// It doesn't.
    Missing {
        /// What stands there instead, with secrets blotted out.
        instead: Option<String>,
    },
    /// A configuration doesn't show it, or shows a secret that can't be compared.
    CantTell,
}

/// For each wanted line, whether it stands.
#[must_use]
pub fn standing(wanted: &[PlanLine], running: &Config, rules: &Rules) -> Vec<Standing> {
    Missing::of(wanted, running, rules).standings(running, rules)
}

impl Missing {
    /// For each wanted line, whether it stands in the configuration that this is of.
    pub(super) fn standings(&self, running: &Config, rules: &Rules) -> Vec<Standing> {
        let steps = self.steps.iter().enumerate();
        let told = steps.map(|(index, step)| {
            if step.done.untold || step.done.unshown || step.done.unsure {
                return Standing::CantTell;
            }
            if !self.effective.contains(&index) {
                return Standing::In;
            }
            let instead = running.root.find(&step.done.path);
            let instead = instead.map(|statement| rules.masked(&statement.line()));
            Standing::Missing { instead }
        });
        told.collect()
    }
}
