//! What must be sent so that the wanted lines stand, and what takes it back.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cursor::{Cursor, Step};
use super::difference::difference_as;
use super::rules::Rules;
use super::standing::Standing;
use super::tree::Config;
use crate::plan::PlanLine;

/// What a push of one device changes.
#[derive(Debug, Clone)]
pub struct Change {
    /// The lines that are missing, with the lines that lead to them and out again.
    pub lines: Arc<[PlanLine]>,
    /// Which of the wanted lines each of them is.
    pub origin: Vec<usize>,
    /// What each of them does.
    pub deeds: Vec<Deed>,
    /// The lines that take it back, in order.
    pub inverse: Arc<[PlanLine]>,
    /// What the device shows afterwards, as far as the rules tell.
    pub expected: Config,
    /// Wanted lines of which it can't be told whether they stand; they are believed and not sent.
    pub untold: Vec<usize>,
    /// For each wanted line, whether it stood before.
    pub stood: Vec<Standing>,
}

/// What a line that is sent does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It changes something. What it takes the place of goes: each line as deep as it stood, secrets blotted out.
    Changes {
        /// The statements that go.
        goes: Vec<String>,
    },
    /// It stands already, and leads to lines that don't.
    Leads,
    /// It only leaves a section.
    Leaves,
}

/// Which wanted lines are missing.
pub(super) struct Missing {
    pub(super) steps: Vec<Step>,
    /// The lines that change something.
    pub(super) effective: BTreeSet<usize>,
    pub(super) expected: Config,
}

/// What is missing of the wanted lines.
#[must_use]
pub fn change(wanted: &[PlanLine], running: &Config, rules: &Rules) -> Change {
    let missing = Missing::of(wanted, running, rules);
    let sent = missing.sent();
    let inverse = difference_as(&missing.expected, running, rules, INVERSE);
    let untold = missing
        .steps
        .iter()
        .enumerate()
        .filter(|(index, step)| step.done.untold && !sent.contains(index));
    Change {
        lines: sent
            .iter()
            .filter_map(|index| wanted.get(*index).cloned())
            .collect(),
        untold: untold.map(|(index, _)| index).collect(),
        stood: missing.standings(running, rules),
        origin: sent.iter().copied().collect(),
        deeds: sent
            .iter()
            .map(|index| missing.deed(*index, running, rules))
            .collect(),
        inverse: inverse.into(),
        expected: missing.expected,
    }
}

/// What the lines that take something back belong to.
const INVERSE: &str = "inverse";

/// What a device shows that has taken all wanted lines, as far as the rules tell; what it shows as `no ...`
/// now is known by that.
#[must_use]
pub fn expected(wanted: &[PlanLine], before: &Config, rules: &Rules, shows: &Config) -> Config {
    let mut cursor = Cursor::towards(rules, before.clone(), Some(shows));
    cursor.all(wanted);
    cursor.finish()
}

/// What takes back these lines, which a device with this configuration has taken.
#[must_use]
pub fn inverse(taken: &[PlanLine], before: &Config, rules: &Rules) -> Vec<PlanLine> {
    let mut cursor = Cursor::new(rules, before.clone());
    cursor.all(taken);
    difference_as(&cursor.finish(), before, rules, INVERSE)
}

impl Missing {
    pub(super) fn of(wanted: &[PlanLine], running: &Config, rules: &Rules) -> Self {
        let mut cursor = Cursor::new(rules, running.clone());
        let steps = cursor.all(wanted);
        let expected = cursor.finish();
        let effective = effective(&steps, running, &expected);
        let mut missing = Self {
            steps,
            effective,
            expected,
        };
        if missing.leads_there(wanted, running, rules) {
            missing.resend(wanted);
            return missing;
        }
        // Lines of which one takes away what another brings: all of them, then.
        let changes = |(_, step): &(usize, &Step)| !step.done.touched.is_empty();
        missing.effective = missing
            .steps
            .iter()
            .enumerate()
            .filter(changes)
            .map(|(index, _)| index)
            .collect();
        missing.resend(wanted);
        missing
    }

    /// Whether the effective lines alone lead where all lines lead.
    fn leads_there(&self, wanted: &[PlanLine], running: &Config, rules: &Rules) -> bool {
        let sent = self.sent();
        if sent.len() == wanted.len() {
            return true;
        }
        let mut cursor = Cursor::new(rules, running.clone());
        cursor.all(sent.iter().filter_map(|index| wanted.get(*index)));
        cursor.finish() == self.expected
    }

    /// Lines that are sent though they seem to stand: commands, which no configuration shows, and secrets that
    /// can't be compared, where the document says that they change.
    fn resend(&mut self, wanted: &[PlanLine]) {
        for (index, (step, line)) in self.steps.iter().zip(wanted).enumerate() {
            let modified = step.done.untold && line.feature().starts_with("modify ");
            if step.done.unshown || step.done.unsure || modified {
                self.effective.insert(index);
            }
        }
    }

    /// What a line that is sent does.
    fn deed(&self, index: usize, running: &Config, rules: &Rules) -> Deed {
        let Some(step) = self
            .steps
            .get(index)
            .filter(|_| self.effective.contains(&index))
        else {
            let leaves = self.steps.get(index).is_some_and(|step| step.leaves);
            return if leaves { Deed::Leaves } else { Deed::Leads };
        };
        let mut gone: Vec<&Vec<Arc<str>>> = step.done.touched.iter().collect();
        gone.sort();
        gone.dedup();
        let goes = gone.into_iter().filter_map(|path| {
            let old = running.root.find(path)?;
            let stays = self
                .expected
                .root
                .find(path)
                .is_some_and(|new| new.says_as(old));
            let depth = path.len().saturating_sub(1);
            (!stays).then(|| format!("{:depth$}{}", "", rules.masked(&old.line())))
        });
        Deed::Changes {
            goes: goes.collect(),
        }
    }

    /// The effective lines, with those that lead to them and out again.
    pub(super) fn sent(&self) -> BTreeSet<usize> {
        let mut sent = BTreeSet::new();
        for index in &self.effective {
            sent.insert(*index);
            sent.extend(self.steps.get(*index).iter().flat_map(|step| &step.above));
        }
        let sections: BTreeSet<usize> = sent.clone();
        for (index, step) in self.steps.iter().enumerate() {
            let left = step.above.last().filter(|_| step.leaves);
            if left.is_some_and(|left| sections.contains(left)) {
                sent.insert(index);
            }
        }
        sent
    }
}

/// The lines whose effect is still seen when all lines are done, and those that must follow them.
fn effective(steps: &[Step], before: &Config, after: &Config) -> BTreeSet<usize> {
    let differs = |path: &Vec<Arc<str>>| match (before.root.find(path), after.root.find(path)) {
        (Some(before), Some(after)) => !before.says_as(after),
        (None, None) => false,
        _ => true,
    };
    let mut effective: BTreeSet<usize> = BTreeSet::new();
    let mut paths: BTreeSet<&Vec<Arc<str>>> = BTreeSet::new();
    for (index, step) in steps.iter().enumerate() {
        if step.done.touched.iter().any(differs) {
            effective.insert(index);
            paths.extend(&step.done.touched);
        }
    }
    loop {
        let before = effective.len();
        for (index, step) in steps.iter().enumerate() {
            if !effective.contains(&index)
                && step.done.touched.iter().any(|path| paths.contains(path))
            {
                effective.insert(index);
                paths.extend(&step.done.touched);
            }
        }
        if effective.len() == before {
            break;
        }
    }
    // What must be shut down to be changed is, although it stands as before in the end.
    let section = |step: &Step| step.done.path.split_last().map(|(_, above)| above.to_vec());
    let changed: BTreeSet<_> = effective
        .iter()
        .filter_map(|index| section(steps.get(*index)?))
        .collect();
    for (index, step) in steps.iter().enumerate() {
        let around = section(step).is_some_and(|section| changed.contains(&section));
        if step.done.bracket && around && !step.done.touched.is_empty() {
            effective.insert(index);
        }
    }
    effective
}
