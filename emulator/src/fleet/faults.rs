//! The faults of a fleet that runs: rules are added and removed, and the devices that were touched hear of it.

use std::sync::{Arc, MutexGuard, PoisonError};

use super::Core;
use crate::faults::Rule;
use crate::live::Change;
use crate::topology::{Placed, Row, Scope};

/// A rule can't be added or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Another rule has its id.
    #[error("a fault is called `{0}` already")]
    Taken(String),
    /// No rule has the id.
    #[error("no fault is called `{0}`")]
    Unknown(String),
    /// No device has the name.
    #[error("no device is called `{0}`")]
    NoDevice(String),
    /// There are too many.
    #[error("there are {0} faults already, which is the most")]
    TooMany(usize),
}

impl Core {
    fn rules(&self) -> MutexGuard<'_, Vec<Placed>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rules that concern a device.
    pub(super) fn faults_of(&self, row: &Row<'_>) -> Vec<Arc<Rule>> {
        let rules = self.rules();
        let role = row.group.role.as_deref();
        let own = rules
            .iter()
            .filter(|placed| placed.scope.covers(row.number, role));
        own.map(|placed| placed.rule.clone()).collect()
    }

    /// Every rule, and whom it concerns.
    pub(crate) fn faults(&self) -> Vec<Placed> {
        self.rules().clone()
    }

    /// The number of a device.
    pub(crate) fn number(&self, device: &str) -> Result<usize, FaultError> {
        let found = self.topology.number(device);
        let found = found.filter(|number| self.topology.row(*number).is_some());
        found.ok_or_else(|| FaultError::NoDevice(device.to_string()))
    }

    /// Adds a rule for one device, or for those that its role names, or for all.
    pub(crate) fn add_fault(
        self: &Arc<Self>,
        rule: Rule,
        device: Option<&str>,
    ) -> Result<(), FaultError> {
        let scope = match (device, &rule.role) {
            (Some(name), _) => Scope::Devices(self.number(name)?, 1),
            (None, Some(role)) => Scope::Role(role.clone()),
            (None, None) => Scope::Fleet,
        };
        let placed = Placed {
            rule: Arc::new(rule),
            scope,
        };
        {
            let mut rules = self.rules();
            let id = &placed.rule.id;
            if rules.iter().any(|known| known.rule.id == *id) {
                return Err(FaultError::Taken(id.clone()));
            }
            if rules.len() >= crate::topology::faults::RULES_MAX {
                return Err(FaultError::TooMany(rules.len()));
            }
            rules.push(placed.clone());
        }
        self.change(&placed.scope, || Change::Add(placed.rule.clone()));
        Ok(())
    }

    /// Removes a rule.
    pub(crate) fn remove_fault(self: &Arc<Self>, id: &str) -> Result<(), FaultError> {
        let placed = {
            let mut rules = self.rules();
            let at = rules.iter().position(|placed| placed.rule.id == id);
            let at = at.ok_or_else(|| FaultError::Unknown(id.to_string()))?;
            rules.remove(at)
        };
        self.change(&placed.scope, || Change::Remove(id.to_string()));
        Ok(())
    }

    /// Removes every rule; how many there were.
    pub(crate) fn clear_faults(self: &Arc<Self>) -> usize {
        let count = std::mem::take(&mut *self.rules()).len();
        self.change(&Scope::Fleet, || Change::Clear);
        count
    }

    /// Tells the devices that were touched. The others look when they boot.
    fn change(self: &Arc<Self>, scope: &Scope, change: impl Fn() -> Change) {
        for number in self.touched() {
            let row = self.topology.row(number);
            let role = row.as_ref().and_then(|row| row.group.role.as_deref());
            if scope.covers(number, role)
                && let Some(device) = self.running(number)
            {
                // One that has gone looks again when it boots.
                device.step(|live, now| live.change(change(), now));
            }
        }
    }
}
