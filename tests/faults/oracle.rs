//! What a device really has, and what the programmer may say of it.

use emulator::Report;

/// A configuration as a set of paths: each line with those that it stands under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Truth(Vec<String>);

impl Truth {
    /// Of a configuration; what a fault itself has put there doesn't count.
    pub(crate) fn of(config: &str) -> Self {
        let mut above: Vec<(usize, &str)> = vec![];
        let mut paths = vec![];
        for line in config.lines() {
            let text = line.trim_start();
            if text.is_empty() || text.starts_with('!') {
                continue;
            }
            let depth = line.len() - text.len();
            above.retain(|(other, _)| *other < depth);
            above.push((depth, text));
            let words: Vec<&str> = above.iter().map(|(_, text)| *text).collect();
            paths.push(words.join(" / "));
        }
        paths.retain(|path| !FOREIGN.iter().any(|foreign| path.contains(foreign)));
        Self(paths)
    }

    pub(crate) fn running(report: &Report) -> Self {
        Self::of(&report.running)
    }

    pub(crate) fn saved(report: &Report) -> Self {
        Self::of(report.startup.as_deref().unwrap_or_default())
    }

    /// Whether a line is there.
    pub(crate) fn has(&self, line: &str) -> bool {
        let end = format!(" / {line}");
        self.0
            .iter()
            .any(|path| path == line || path.ends_with(&end))
    }

    /// The lines that one has and the other hasn't.
    pub(crate) fn differences(&self, other: &Self) -> String {
        let only = |from: &Self, of: &Self, sign: &str| -> String {
            let lines = from.0.iter().filter(|path| !of.0.contains(path));
            lines.map(|path| format!("{sign} {path}\n")).collect()
        };
        only(self, other, "-") + &only(other, self, "+")
    }
}

/// What the faults here put into configurations: nobody's business but theirs.
const FOREIGN: [&str; 4] = ["vlan 999", "NOT-OURS", "hostname ", "archive"];
