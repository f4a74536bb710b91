//! A plan: what every device will be sent, decided before any session is opened.
//!
//! A plan is made by [`crate::resolve`] and never changes. It prints as configuration that a person can
//! review; nothing that is not in a plan is ever sent as configuration. Once the devices were read, a [`Review`] says
//! what of it is missing and what takes that back, and [`mod@file`] keeps it; a device that has changed since is refused.

pub mod file;
mod line;
mod print;
mod review;

use std::fmt;
use std::sync::Arc;

pub use line::{ANY_MODE, Answer, PlanLine};
pub use print::{Style, text};
pub use review::{Review, review};

use crate::config::{Config, Fingerprint, Letters, Rules, difference};
use crate::inventory::Device;
use crate::packs::{Expect, Platform};
use crate::secret::{Mask, Secret};

/// What every device gets.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    devices: Vec<DevicePlan>,
}

/// What one device gets.
#[derive(Debug, Clone)]
pub struct DevicePlan {
    device: Device,
    expect: Arc<Expect>,
    rules: Arc<Rules>,
    lines: Arc<[PlanLine]>,
    mask: Arc<Mask>,
    made_from: Option<Arc<Basis>>,
}

/// The configuration that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The configuration itself, so that it can be told what has changed since.
    pub before: String,
}

/// A device isn't as it was when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The fingerprint of the configuration then.
    pub planned: Fingerprint,
    /// And of what was found.
    pub found: Fingerprint,
    /// The lines that have changed what was then into what is now, as they may be shown.
    pub changes: Vec<String>,
}

impl Plan {
    pub(crate) fn new(devices: Vec<DevicePlan>) -> Self {
        Self { devices }
    }

    /// The devices that get anything, in the inventory's order.
    #[must_use]
    pub fn devices(&self) -> &[DevicePlan] {
        &self.devices
    }

    /// Warnings about all devices, each with the device's name.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.devices.iter().flat_map(|plan| {
            plan.warnings()
                .map(move |warning| format!("{}: {warning}", plan.device.name))
        })
    }
}

impl DevicePlan {
    pub(crate) fn new(
        device: Device,
        expect: Arc<Expect>,
        rules: Arc<Rules>,
        lines: Vec<PlanLine>,
        mask: Mask,
    ) -> Self {
        Self {
            device,
            expect,
            rules,
            lines: lines.into(),
            mask: Arc::new(mask),
            made_from: None,
        }
    }

    /// A plan of lines that were kept, for a device as the inventory has it now.
    #[must_use]
    pub fn again(
        device: &Device,
        platform: &Platform,
        lines: Vec<PlanLine>,
        secrets: Vec<Secret>,
    ) -> Self {
        let credentials = &device.credentials;
        let logins = [
            credentials.password.clone(),
            credentials.enable_password().clone(),
        ];
        let mask = Mask::new(logins.into_iter().chain(secrets)).at(&platform.expect().secrets);
        let expect = platform.expect().set(&device.expect);
        let rules = Arc::clone(platform.rules());
        let mut device = device.clone();
        device.reach.offer = Some(platform.expect().ssh.offer(device.reach.legacy));
        Self::new(device, expect, rules, lines, mask)
    }

    /// The same device with other lines: those that take something back, or a part of them.
    #[must_use]
    pub fn with_lines(&self, lines: Arc<[PlanLine]>) -> Self {
        Self {
            lines,
            made_from: None,
            ..self.clone()
        }
    }

    /// The device.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How its platform is talked to.
    #[must_use]
    pub fn expect(&self) -> &Arc<Expect> {
        &self.expect
    }

    /// How its configuration is read and compared.
    #[must_use]
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The fingerprint of the configuration that the plan was made from; a plan that was made from none fits any.
    #[must_use]
    pub fn made_from(&self) -> Option<&Fingerprint> {
        self.made_from.as_ref().map(|basis| &basis.fingerprint)
    }

    /// The same plan, which fits only a device with this configuration.
    #[must_use]
    pub fn made_from_basis(self, basis: Basis) -> Self {
        let made_from = Some(Arc::new(basis));
        Self { made_from, ..self }
    }

    /// How the device has changed since the plan was made, if it has.
    #[must_use]
    pub fn staleness(&self, found: &Config) -> Option<Stale> {
        let basis = self.made_from.as_ref()?;
        let before = Config::fragment(&basis.before, &self.rules);
        let (planned, now) = (before.fingerprint(), found.fingerprint());
        let changes = || {
            let lines = difference(&before, found, &self.rules);
            let said = lines
                .iter()
                .filter(|line| !self.rules.is_leave(line.text()));
            said.map(|line| line.shown().to_string()).collect()
        };
        (planned != now).then(|| Stale {
            planned,
            found: now,
            changes: changes(),
        })
    }

    /// The lines, in the order in which they are sent.
    #[must_use]
    pub fn lines(&self) -> &Arc<[PlanLine]> {
        &self.lines
    }

    /// The secrets that must not be shown.
    #[must_use]
    pub fn mask(&self) -> &Arc<Mask> {
        &self.mask
    }

    /// What a person should know before pushing.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let any = self.rules.letters() == Letters::Any;
        let odd = move |(_, line): &(usize, &PlanLine)| !any && !line.text().is_ascii();
        self.lines.iter().enumerate().filter(odd).map(|(index, line)| {
            format!(
                "line {} `{}` has letters outside ASCII; a terminal line that reads 7 bits changes them, \
                 and the push then ends with an echo mismatch",
                index + 1,
                line.shown()
            )
        })
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, device) in self.devices.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            write!(out, "{device}")?;
        }
        Ok(())
    }
}

impl fmt::Display for DevicePlan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Device {
            name, pack, role, ..
        } = &self.device;
        let role = role
            .as_ref()
            .map(|role| format!(", {role}"))
            .unwrap_or_default();
        let count = self.lines.len();
        let lines = if count == 1 { "line" } else { "lines" };
        writeln!(
            out,
            "! {name} ({pack}{role}) at {}: {count} {lines}",
            self.device.endpoint()
        )?;
        let mut feature = "";
        for line in self.lines.iter() {
            if line.feature() != feature {
                feature = line.feature();
                writeln!(out, "! {feature}")?;
            }
            if let Some(note) = note(line) {
                writeln!(out, "! {note}:")?;
            }
            writeln!(out, "{:depth$}{}", "", line.shown(), depth = line.depth())?;
        }
        Ok(())
    }
}

/// What a person should know of a line that isn't just configuration.
fn note(line: &PlanLine) -> Option<String> {
    let mut notes = Vec::new();
    if line.is_exec() {
        notes.push("at the EXEC prompt".to_string());
    }
    let questions = line.answers().iter().map(Answer::question);
    notes.extend(questions.map(|question| format!("`{question}` is answered")));
    (!notes.is_empty()).then(|| notes.join(", "))
}
