//! What a read-back says of a push: which lines stand, which are in, and whether all is as it was.

use std::collections::BTreeMap;

use crate::config::{Change, Config, Rules, Standing, change, difference, expected, standing};
use crate::plan::PlanLine;
use crate::session::LineFate;

/// What was true before the first line, and what was to be.
#[derive(Debug)]
pub(super) struct Intended<'a> {
    pub(super) wanted: &'a [PlanLine],
    pub(super) before: &'a Config,
    pub(super) change: &'a Change,
    pub(super) rules: &'a Rules,
}

/// What a configuration that was read says of it.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    /// Wanted lines that don't stand.
    pub(super) missing: Vec<String>,
    /// Lines that are in because of this push.
    pub(super) is_in: Vec<String>,
    /// The place of a wanted line that was sent, of which nothing tells whether it is in.
    pub(super) doubtful: Option<usize>,
    /// Everything that the push touches is as it was.
    pub(super) is_back: bool,
    /// Statements that nobody here has changed, as lines.
    pub(super) foreign: Vec<String>,
    /// The same where only some lines are in: changes that these don't explain. They may be ours, if a line got where
    /// it doesn't belong.
    pub(super) unexplained: Vec<String>,
}

impl Intended<'_> {
    /// Judges what was read. `fates` has those lines that were sent, by their place among the wanted.
    pub(super) fn judge(&self, after: &Config, fates: &BTreeMap<usize, LineFate>) -> Judgement {
        let now = standing(self.wanted, after, self.rules);
        let mut judgement = Judgement::default();
        let mut commands_are_in = false;
        for (index, line) in self.wanted.iter().enumerate() {
            let stood = matches!(self.change.stood.get(index), Some(Standing::In));
            match (now.get(index), fates.get(&index)) {
                (Some(Standing::In), _) if !stood => judgement.is_in.push(shown(line)),
                // What can't be read is believed of a line that wasn't sent, or that the device took.
                (Some(Standing::In), _) | (Some(Standing::CantTell), None) => {}
                (Some(Standing::CantTell), Some(LineFate::Accepted)) => {
                    commands_are_in |= self.is_command(line);
                    judgement.is_in.push(shown(line));
                }
                (Some(Standing::CantTell), Some(LineFate::InFlight)) => {
                    commands_are_in |= self.is_command(line);
                    judgement.doubtful.get_or_insert(index);
                    judgement.missing.push(shown(line));
                }
                _ => judgement.missing.push(shown(line)),
            }
        }
        // With a line in and none missing, nothing is as it was.
        let may_be_back = judgement.is_in.is_empty() || !judgement.missing.is_empty();
        judgement.is_back = may_be_back && !commands_are_in && self.is_back(after);
        if judgement.is_back {
            judgement.is_in.clear();
            judgement.doubtful = None;
        } else if judgement.is_in.is_empty() && judgement.doubtful.is_none() {
            judgement.is_in = difference(self.before, after, self.rules)
                .iter()
                .map(shown)
                .collect();
        }
        let is_whole = judgement.missing.is_empty();
        judgement.foreign = self.foreign(after, is_whole, judgement.is_back);
        if !is_whole && !judgement.is_back && judgement.doubtful.is_none() {
            judgement.unexplained = self.unexplained(after, &now, fates);
        }
        judgement
    }

    /// Whether everything that the push touches is as it was, as far as a configuration shows it.
    fn is_back(&self, after: &Config) -> bool {
        let missing = |one: &Standing| matches!(one, Standing::Missing { .. });
        after == self.before
            || !standing(&self.change.inverse, after, self.rules)
                .iter()
                .any(missing)
    }

    /// Whether no configuration shows the line: a command, whose effect can't be read and can't be taken back.
    fn is_command(&self, line: &PlanLine) -> bool {
        let alone = change(std::slice::from_ref(line), self.before, self.rules);
        line.is_exec() || alone.expected == *self.before
    }

    /// What differs from what should be there, where that is known.
    fn foreign(&self, after: &Config, is_whole: bool, is_back: bool) -> Vec<String> {
        let meant;
        let expected = match (is_whole, is_back) {
            (true, _) if self.change.expected == *after => after,
            (true, _) => {
                meant = expected(self.wanted, self.before, self.rules, after);
                &meant
            }
            (false, true) => self.before,
            (false, false) => return Vec::new(),
        };
        self.besides(expected, after)
    }

    /// What differs from what the lines that are in have made.
    fn unexplained(
        &self,
        after: &Config,
        now: &[Standing],
        fates: &BTreeMap<usize, LineFate>,
    ) -> Vec<String> {
        let is_in = |index: &usize| match now.get(*index) {
            Some(Standing::In) => true,
            Some(Standing::CantTell) => {
                matches!(fates.get(index), None | Some(LineFate::Accepted))
            }
            _ => false,
        };
        let them = (0..self.wanted.len()).filter(is_in);
        let them: Vec<PlanLine> = them
            .filter_map(|index| self.wanted.get(index).cloned())
            .collect();
        self.besides(&expected(&them, self.before, self.rules, after), after)
    }

    fn besides(&self, expected: &Config, after: &Config) -> Vec<String> {
        if expected == after {
            return Vec::new();
        }
        difference(expected, after, self.rules)
            .iter()
            .filter(|line| !self.rules.is_leave(line.text()))
            .map(shown)
            .collect()
    }
}

fn shown(line: &PlanLine) -> String {
    format!("{:depth$}{}", "", line.shown(), depth = line.depth())
}
