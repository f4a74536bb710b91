//! A plan as a file: JSON that a program can read, with what is secret sealed.
//!
//! What is sent is worked out again when the file is pushed: from the wanted lines and the configuration that were
//! sealed here, if the device still has that configuration. So nobody can add a line to a plan with an editor.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use super::review::{Outcome, Review};
use super::{Basis, DevicePlan, Plan, PlanLine};
use crate::config::{Deed, Fingerprint};
use crate::inventory::Inventory;
use crate::packs::Packs;
use crate::push::{Wanted, wanted};
use crate::seal::{Key, SealError};

/// The form that this program writes, and the only one that it reads.
pub const FORM: u32 = 1;

/// A plan file is at most so long: a thousand devices of a thousand lines.
pub const FILE_BYTES_MAX: u64 = 256 << 20;

/// Why a file is no plan that can be pushed.
#[derive(Debug, Error)]
pub enum PlanFileError {
    /// It has another shape.
    #[error("it is no plan: {0}")]
    Form(String),
    /// It was written by another version.
    #[error("its form is {0}, this program reads {FORM}; make the plan anew")]
    OtherForm(u32),
    /// A device of the plan isn't in the inventory any more.
    #[error("the inventory has no device `{0}`; make the plan anew")]
    NoDevice(String),
    /// The device is another platform now.
    #[error("`{device}` is {now} in the inventory, and was {then} in the plan; make the plan anew")]
    OtherPack {
        /// The device.
        device: String,
        /// Its pack then.
        then: String,
        /// Its pack now.
        now: String,
    },
    /// It can't be opened.
    #[error("what is sealed for `{device}` can't be opened: {error}")]
    Sealed {
        /// The device.
        device: String,
        /// Why.
        error: SealError,
    },
}

/// What of a file is needed to push it. The rest is for people and programs that read it.
#[derive(Debug, Deserialize)]
struct PlanText {
    plan: u32,
    #[serde(default)]
    topology: String,
    #[serde(default)]
    packs: Option<String>,
    devices: Vec<DeviceText>,
}

#[derive(Debug, Deserialize)]
struct DeviceText {
    device: String,
    pack: String,
    fingerprint: Fingerprint,
    sealed: String,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    wanted: String,
    before: String,
}

/// A plan file that was read, before its devices are looked up.
#[derive(Debug)]
pub struct PlanFile {
    text: PlanText,
}

/// Whether a text is a plan file rather than a document.
#[must_use]
pub fn is_plan(text: &str) -> bool {
    let begin: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .take(8)
        .collect();
    begin == "{\"plan\":"
}

/// The plan of all devices that get any lines and could be read.
///
/// # Errors
///
/// If it can't be sealed.
pub fn write(
    reviews: &[Review],
    topology: &str,
    packs: Option<&str>,
    key: &Key,
) -> Result<String, SealError> {
    let devices = reviews.iter().map(|review| device(review, Some(key)));
    let devices: Vec<Value> = devices.collect::<Result<_, _>>()?;
    let plan = json!({"plan": FORM, "topology": topology, "packs": packs, "devices": devices});
    Ok(format!("{plan:#}\n"))
}

/// The same for programs that only want to know: nothing is sealed, so it can't be pushed.
#[must_use]
pub fn shown(reviews: &[Review]) -> Value {
    let devices: Vec<Value> = reviews
        .iter()
        .filter_map(|review| device(review, None).ok())
        .collect();
    json!({"plan": FORM, "devices": devices})
}

fn device(review: &Review, key: Option<&Key>) -> Result<Value, SealError> {
    let device = review.plan.device();
    let (stands, sends) = review.features();
    let mut value = json!({
        "device": device.name,
        "host": device.host,
        "port": device.port,
        "pack": device.pack,
        "role": device.role,
        "after": review.after,
        "features": sends,
        "stands": stands,
        "warnings": review.plan.warnings().collect::<Vec<_>>(),
    });
    let Some(map) = value.as_object_mut() else {
        return Ok(value);
    };
    match &review.outcome {
        Ok(outcome) => {
            map.extend(outcome_json(outcome));
            if let Some(key) = key {
                map.insert("sealed".into(), sealed(review, outcome, key)?.into());
            }
        }
        Err(failure) => {
            map.insert("unread".into(), failure.cause.to_string().into());
        }
    }
    Ok(value)
}

fn outcome_json(outcome: &Outcome) -> serde_json::Map<String, Value> {
    let line = |(line, deed): (&PlanLine, &Deed)| {
        let goes: &[String] = match deed {
            Deed::Changes { goes } => goes,
            Deed::Leads | Deed::Leaves => &[],
        };
        json!({"line": line.shown(), "depth": line.depth(), "mode": line.mode(), "feature": line.feature(),
            "changes": matches!(deed, Deed::Changes { .. }), "goes": goes})
    };
    let change = &outcome.change;
    let lines: Vec<Value> = change.lines.iter().zip(&change.deeds).map(line).collect();
    let back =
        |line: &PlanLine| json!({"line": line.shown(), "depth": line.depth(), "mode": line.mode()});
    let mut map = serde_json::Map::new();
    map.insert("release".into(), outcome.before.release().into());
    map.insert(
        "fingerprint".into(),
        outcome.before.fingerprint().as_str().into(),
    );
    map.insert("lines".into(), lines.into());
    map.insert("inverse".into(), change.inverse.iter().map(back).collect());
    map
}

fn sealed(review: &Review, outcome: &Outcome, key: &Key) -> Result<String, SealError> {
    let sealed = Sealed {
        wanted: wanted(&review.plan).to_text(),
        before: outcome.before.text(),
    };
    let text = serde_json::to_string(&sealed).unwrap_or_default();
    key.seal(&about(&review.plan.device().name), &text)
}

fn about(device: &str) -> String {
    format!("plan {FORM} of {device}")
}

impl PlanFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it is no plan of this form.
    pub fn read(text: &str) -> Result<Self, PlanFileError> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| PlanFileError::Form(error.to_string()))?;
        let form = value
            .get("plan")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        if form != u64::from(FORM) {
            return Err(PlanFileError::OtherForm(
                u32::try_from(form).unwrap_or_default(),
            ));
        }
        if let Some(unread) = value
            .get("devices")
            .and_then(Value::as_array)
            .and_then(|devices| devices.iter().find(|device| device.get("unread").is_some()))
        {
            let name = unread
                .get("device")
                .and_then(Value::as_str)
                .unwrap_or_default();
            return Err(PlanFileError::Form(format!(
                "`{name}` couldn't be read when it was made"
            )));
        }
        let text: PlanText = serde_json::from_value(value)
            .map_err(|error| PlanFileError::Form(error.to_string()))?;
        debug_assert_eq!(text.plan, FORM);
        Ok(Self { text })
    }

    /// The topology that it was made with.
    #[must_use]
    pub fn topology(&self) -> &str {
        &self.text.topology
    }

    /// The packs that it was made with, if they weren't the program's own.
    #[must_use]
    pub fn packs(&self) -> Option<&str> {
        self.text.packs.as_deref()
    }

    /// Whether the plan speaks of a device.
    #[must_use]
    pub fn has(&self, device: &str) -> bool {
        self.text.devices.iter().any(|it| it.device == device)
    }

    /// The plan, for devices as the inventory has them now; it fits only their configurations as they were.
    ///
    /// # Errors
    ///
    /// If a device is gone or another platform, or what is sealed can't be opened.
    pub fn open(
        &self,
        inventory: &Inventory,
        packs: &Packs,
        key: &Key,
    ) -> Result<Plan, PlanFileError> {
        let plans = self
            .text
            .devices
            .iter()
            .map(|it| it.open(inventory, packs, key));
        Ok(Plan::new(plans.collect::<Result<_, _>>()?))
    }
}

impl DeviceText {
    fn open(
        &self,
        inventory: &Inventory,
        packs: &Packs,
        key: &Key,
    ) -> Result<DevicePlan, PlanFileError> {
        let device = inventory
            .device(&self.device)
            .ok_or_else(|| PlanFileError::NoDevice(self.device.clone()))?;
        let platform = packs
            .platform(&device.pack)
            .filter(|_| device.pack == self.pack);
        let platform = platform.ok_or_else(|| PlanFileError::OtherPack {
            device: self.device.clone(),
            then: self.pack.clone(),
            now: device.pack.clone(),
        })?;
        let wrong = |error| PlanFileError::Sealed {
            device: self.device.clone(),
            error,
        };
        let text = key
            .open(&about(&self.device), &self.sealed)
            .map_err(wrong)?;
        let sealed: Option<Sealed> = serde_json::from_str(&text).ok();
        let sealed = sealed.ok_or_else(|| wrong(SealError::Broken))?;
        let wanted = Wanted::from_text(&sealed.wanted).ok_or_else(|| wrong(SealError::Broken))?;
        let plan = DevicePlan::again(device, platform, wanted.lines, wanted.secrets);
        let (fingerprint, before) = (self.fingerprint.clone(), sealed.before);
        Ok(plan.made_from_basis(Basis {
            fingerprint,
            before,
        }))
    }
}
