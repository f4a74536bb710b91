//! Who goes before whom: the order of roles, as data.

use std::path::Path;

use serde::Deserialize;
use yaml::Mistake;

use crate::plan::DevicePlan;

/// The order that comes with the program.
const BUILT_IN: &str = include_str!("order.yaml");

/// Whether roles have an order.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    clap::ValueEnum,
    serde::Serialize,
    serde::Deserialize,
)]
pub enum Order {
    /// By role: control plane, border, edge, controller, access point; deletes the other way.
    #[default]
    Roles,
    /// All at once, in the inventory's order.
    None,
}

/// The order of roles.
#[derive(Debug, Clone, Default)]
pub struct Waves {
    waves: Vec<Wave>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Wave {
    Roles(Vec<String>),
    /// `others`
    Others(Others),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Others {
    Others,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderFile {
    waves: Vec<Wave>,
}

impl Waves {
    /// The order that comes with the program, or none.
    ///
    /// # Errors
    ///
    /// If the program was built with a wrong one.
    pub fn built_in(order: Order) -> Result<Self, Mistake> {
        match order {
            Order::None => Ok(Self::default()),
            Order::Roles => Self::read("order.yaml", BUILT_IN),
        }
    }

    /// The order in a file.
    ///
    /// # Errors
    ///
    /// If it can't be read, or is none.
    pub fn read_file(path: &Path) -> Result<Self, Mistake> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Mistake::new(&file, error.to_string()))?;
        Self::read(&file, &text)
    }

    fn read(file: &str, text: &str) -> Result<Self, Mistake> {
        let OrderFile { waves } = yaml::read(file, text)?;
        Ok(Self { waves })
    }

    /// The places of the devices, wave by wave; in each wave in the plan's order.
    #[must_use]
    pub fn of(&self, plans: &[&DevicePlan]) -> Vec<Vec<usize>> {
        let mut waves: Vec<Vec<usize>> = vec![Vec::new(); self.waves.len().max(1)];
        for (place, plan) in plans.iter().enumerate() {
            let wave = self.wave_of(plan.device().role.as_deref());
            if let Some(wave) = waves.get_mut(wave) {
                wave.push(place);
            }
        }
        if !plans.is_empty() && plans.iter().all(|plan| takes_away(plan)) {
            waves.reverse();
        }
        waves.retain(|wave| !wave.is_empty());
        waves
    }

    fn wave_of(&self, role: Option<&str>) -> usize {
        let named = self.waves.iter().position(|wave| {
            matches!((wave, role), (Wave::Roles(roles), Some(role)) if roles.iter().any(|it| it == role))
        });
        let others = || {
            self.waves
                .iter()
                .position(|wave| matches!(wave, Wave::Others(_)))
        };
        named.or_else(others).unwrap_or(0)
    }
}

/// Whether the plan only deletes, or takes something back.
fn takes_away(plan: &DevicePlan) -> bool {
    let goes = |feature: &str| feature.starts_with("delete ") || feature == "inverse";
    plan.lines().iter().all(|line| goes(line.feature()))
}
