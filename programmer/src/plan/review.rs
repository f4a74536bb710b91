//! A plan held against what the devices have: what is missing, what goes, what takes it back, what must come first.

use std::collections::BTreeSet;

use super::{Basis, DevicePlan};
use crate::config::{Change, Config, change};
use crate::push::{Seen, Waves};
use crate::session::PushFailure;

/// What a plan means for one device.
#[derive(Debug)]
pub struct Review {
    /// What the device shall have.
    pub plan: DevicePlan,
    /// What that changes, or why it can't be said.
    pub outcome: Result<Outcome, Box<PushFailure>>,
    /// The devices that are configured before this one, because it refers to what they are.
    pub after: Vec<String>,
}

/// What a plan changes on a device.
#[derive(Debug)]
pub struct Outcome {
    /// The configuration that it was made from.
    pub before: Config,
    /// The lines, and what takes them back.
    pub change: Change,
}

/// Holds plans against what was seen of their devices, in the same order.
#[must_use]
pub fn review(plans: &[DevicePlan], seen: Vec<Seen>, waves: &Waves) -> Vec<Review> {
    let outcomes = plans.iter().zip(seen).map(|(plan, seen)| {
        seen.map(|before| {
            let change = change(plan.lines(), &before, plan.rules());
            Outcome { before, change }
        })
    });
    let outcomes: Vec<_> = outcomes.collect();
    let after = comes_after(plans, &outcomes, waves);
    let all = plans.iter().cloned().zip(outcomes).zip(after);
    all.map(|((plan, outcome), after)| Review {
        plan,
        outcome,
        after,
    })
    .collect()
}

/// For each device, the devices of the nearest wave before its own that get any lines.
fn comes_after(
    plans: &[DevicePlan],
    outcomes: &[Result<Outcome, Box<PushFailure>>],
    waves: &Waves,
) -> Vec<Vec<String>> {
    let changes = |place: &&usize| match outcomes.get(**place) {
        Some(Ok(outcome)) => !outcome.change.lines.is_empty(),
        _ => true,
    };
    let name = |place: &usize| plans.get(*place).map(|plan| plan.device().name.clone());
    let mut after = vec![Vec::new(); plans.len()];
    let mut before: Vec<String> = Vec::new();
    for wave in waves.of(&plans.iter().collect::<Vec<_>>()) {
        for place in &wave {
            if let Some(after) = after.get_mut(*place) {
                after.clone_from(&before);
            }
        }
        let own: Vec<String> = wave.iter().filter(changes).filter_map(name).collect();
        if !own.is_empty() {
            before = own;
        }
    }
    after
}

impl Review {
    /// Whether any line would be sent.
    #[must_use]
    pub fn sends(&self) -> bool {
        matches!(&self.outcome, Ok(outcome) if !outcome.change.lines.is_empty())
    }

    /// The features of which every line stands, and those that send lines, each in the plan's order.
    #[must_use]
    pub fn features(&self) -> (Vec<&str>, Vec<&str>) {
        let sent: BTreeSet<&str> = match &self.outcome {
            Ok(outcome) => outcome
                .change
                .lines
                .iter()
                .map(|line| line.feature())
                .collect(),
            Err(_) => BTreeSet::new(),
        };
        let mut all: Vec<&str> = Vec::new();
        for line in self.plan.lines().iter() {
            if !all.contains(&line.feature()) {
                all.push(line.feature());
            }
        }
        all.into_iter().partition(|feature| !sent.contains(feature))
    }

    /// The plan, to be pushed to the device as it was seen and to no other.
    #[must_use]
    pub fn fixed(&self) -> Option<DevicePlan> {
        let outcome = self.outcome.as_ref().ok()?;
        let basis = Basis {
            fingerprint: outcome.before.fingerprint(),
            before: outcome.before.text(),
        };
        Some(self.plan.clone().made_from_basis(basis))
    }
}
