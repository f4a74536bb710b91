//! Where the lines of a plan stand: by their depth, by `exit`, and where a template has neither, by the rules.

use super::apply::Bench;
use super::mode_rules::ModeId;
use super::place::{Done, Place};
use super::rules::Rules;
use super::tree::Config;
use crate::plan::{ANY_MODE, PlanLine};

/// Tries lines on a configuration, one after the other.
pub(super) struct Cursor<'r> {
    bench: Bench<'r>,
    open: Vec<Open>,
}

/// A statement that later lines may stand below.
struct Open {
    line: usize,
    depth: usize,
    places: Vec<Place>,
    mode: Option<ModeId>,
    /// It has opened a section, so far as is known.
    section: bool,
}

/// What became of a line.
#[derive(Debug, Clone, Default)]
pub(super) struct Step {
    pub(super) done: Done,
    /// The lines that it stands below.
    pub(super) above: Vec<usize>,
    /// It only leaves what these lines opened.
    pub(super) leaves: bool,
}

impl<'r> Cursor<'r> {
    pub(super) fn new(rules: &'r Rules, config: Config) -> Self {
        Self::towards(rules, config, None)
    }

    /// The same, where another configuration of the device is known.
    pub(super) fn towards(rules: &'r Rules, config: Config, evidence: Option<&'r Config>) -> Self {
        let bench = Bench {
            rules,
            config,
            evidence,
        };
        Self {
            bench,
            open: Vec::new(),
        }
    }

    /// Does all lines; `flat` lines have no depth to tell where they stand.
    pub(super) fn all<'l>(&mut self, lines: impl IntoIterator<Item = &'l PlanLine>) -> Vec<Step> {
        let lines: Vec<&PlanLine> = lines.into_iter().collect();
        let deep: std::collections::BTreeSet<&str> = lines
            .iter()
            .filter(|line| line.depth() > 0)
            .map(|line| line.feature())
            .collect();
        let steps = lines.iter().enumerate();
        steps
            .map(|(index, line)| self.line(index, line, !deep.contains(line.feature())))
            .collect()
    }

    /// The configuration after the lines.
    pub(super) fn finish(mut self) -> Config {
        let top = self.bench.rules.top();
        self.bench.config.root.settle(self.bench.rules, Some(top));
        self.bench.config
    }

    fn line(&mut self, index: usize, line: &PlanLine, flat: bool) -> Step {
        if line.is_exec() {
            self.open.clear();
            return Step {
                done: Done {
                    unshown: true,
                    ..Done::default()
                },
                ..Step::default()
            };
        }
        let text = line.text().trim();
        if self.bench.rules.end.as_deref() == Some(text) {
            let above = self.open.drain(..).map(|open| open.line).collect();
            return Step {
                leaves: true,
                above,
                ..Step::default()
            };
        }
        if self.bench.rules.is_leave(text) {
            return self.leave(line);
        }
        self.settle(line, flat);
        let places = self.places();
        let above: Vec<usize> = self.open.iter().map(|open| open.line).collect();
        let mut done = Done::default();
        for (index, place) in places.iter().enumerate() {
            let one = self.bench.apply(place, line.text());
            done = if index == 0 { one } else { done.and(one) };
        }
        if !done.path.is_empty() && !text.starts_with("no ") && !text.starts_with("default ") {
            self.open.push(Open {
                line: index,
                depth: line.depth(),
                places: done.places.clone(),
                mode: done.opens,
                section: done.opens.is_some(),
            });
        }
        Step {
            done,
            above,
            leaves: false,
        }
    }

    /// A line that leaves a section: the one that it names, the one that stands as deep, or else the innermost.
    fn leave(&mut self, line: &PlanLine) -> Step {
        let section = self.bench.rules.section_left(line.text().trim());
        let named = section.and_then(|name| {
            let words = name.replace('-', " ");
            self.open.iter().rposition(|open| {
                let header = open.places.first().and_then(|place| place.path.last());
                header.is_some_and(|header| header.replace('-', " ").contains(&words))
            })
        });
        if let Some(at) = named {
            self.open.truncate(at + 1);
            return self.left(at);
        }
        while self
            .open
            .last()
            .is_some_and(|open| !open.section && open.depth >= line.depth())
        {
            self.open.pop();
        }
        let same = self
            .open
            .iter()
            .rposition(|open| open.depth == line.depth());
        self.left(same.unwrap_or(self.open.len().saturating_sub(1)))
    }

    fn left(&mut self, at: usize) -> Step {
        let above: Vec<usize> = self
            .open
            .iter()
            .take(at + 1)
            .map(|open| open.line)
            .collect();
        self.open.truncate(at);
        Step {
            above,
            leaves: true,
            ..Step::default()
        }
    }

    /// Closes what a line no longer stands below.
    fn settle(&mut self, line: &PlanLine, flat: bool) {
        if flat {
            return self.settle_flat(line);
        }
        while self
            .open
            .last()
            .is_some_and(|open| open.depth >= line.depth())
        {
            self.open.pop();
        }
        if let Some(open) = self.open.last_mut() {
            open.section = true;
        }
    }

    /// Without indentation, a line stands in the innermost section that knows it, as the device itself
    /// would take it.
    fn settle_flat(&mut self, line: &PlanLine) {
        while self.open.last().is_some_and(|open| !open.section) {
            self.open.pop();
        }
        let rules = self.bench.rules;
        let bare = line.text().trim();
        let bare = bare.strip_prefix("no ").unwrap_or(bare);
        let modes: Vec<Option<ModeId>> = self.open.iter().map(|open| open.mode).collect();
        let opener = |mode: &Option<ModeId>| rules.mode(*mode).opened_by(bare).is_some();
        let named = |mode: &Option<ModeId>| rules.mode(*mode).name == line.mode();
        let knows = |mode: &Option<ModeId>| rules.mode(*mode).knows(bare);
        let depth = if let Some(at) = modes.iter().rposition(opener) {
            at + 1
        } else if opener(&Some(rules.top())) {
            0
        } else if line.mode() != ANY_MODE {
            modes.iter().rposition(named).map_or(
                if modes.len() == 1 && line.mode() == super::rules::TOP {
                    0
                } else {
                    modes.len()
                },
                |at| at + 1,
            )
        } else if let Some(at) = modes.iter().rposition(knows) {
            at + 1
        } else if knows(&Some(rules.top())) {
            0
        } else {
            modes.len()
        };
        self.open.truncate(depth);
    }

    fn places(&self) -> Vec<Place> {
        let top = || Place {
            path: Vec::new(),
            mode: Some(self.bench.rules.top()),
        };
        let open = self.open.last();
        open.map_or_else(|| vec![top()], |open| open.places.clone())
    }
}
