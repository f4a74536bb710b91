//! Wanted lines, and the configurations of devices that lack them, as the programmer has them.

use std::sync::{Arc, OnceLock};

use programmer::config::{Config, Rules};
use programmer::packs::{PackSource, Packs};
use programmer::plan::{ANY_MODE, PlanLine};
use programmer::secret::Mask;

use crate::configuration::mixed;
use crate::terminal::edge_with;

/// What a Catalyst 9300 with so many lines more than its pack's shows as its running-config.
#[must_use]
pub fn shown(lines: usize) -> String {
    edge_with(Some(&mixed(lines))).configuration()
}

/// The same, read.
#[must_use]
pub fn running(shown: &str) -> Config {
    Config::fragment(shown, rules())
}

/// The lines of a text, as a plan has them.
#[must_use]
pub fn lines(text: &str) -> Vec<PlanLine> {
    let feature: Arc<str> = Arc::from("create Bench X");
    let line = |line: &str| {
        let depth = line.len() - line.trim_start().len();
        let feature = Arc::clone(&feature);
        PlanLine::new(line.trim(), depth, ANY_MODE, feature, &Mask::default())
    };
    text.lines().map(line).collect()
}

/// The rules of a Catalyst 9300.
#[must_use]
pub fn rules() -> &'static Rules {
    packs().platform("catalyst-9300").unwrap().rules()
}

/// The programmer's packs.
#[must_use]
pub fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| Packs::load(&PackSource::embedded()).unwrap())
}
