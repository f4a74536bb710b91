//! Which pack and model a recorded device is.

use device::pack::{Packs, Summary};

/// The platform of a recorded device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// The pack.
    pub pack: String,
    /// The model, if the pack has it; else the pack's model that fits the configuration is taken.
    pub model: Option<String>,
}

/// Finds the platform by the model that `show inventory` and `show version` tell. None if no pack is for such a device.
#[must_use]
pub fn identify(packs: &Packs, inventory: &str, version: &str) -> Option<Identified> {
    let told: Vec<&str> = pids(inventory).chain(processor(version)).collect();
    let summaries = packs.summaries();
    for model in &told {
        for pack in &summaries {
            if let Some(known) = pack
                .models
                .iter()
                .find(|known| known.eq_ignore_ascii_case(model))
            {
                return Some(Identified {
                    pack: pack.name.clone(),
                    model: Some(known.clone()),
                });
            }
        }
    }
    // A model that no pack has: the pack whose models begin most like it.
    let likeness = |known: &str| {
        let alike = |model: &&str| {
            let same = model.bytes().zip(known.bytes());
            same.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
        };
        told.iter().map(alike).max().unwrap_or(0)
    };
    let of_pack = |pack: &Summary| {
        pack.models
            .iter()
            .map(|known| likeness(known))
            .max()
            .unwrap_or(0)
    };
    let best = summaries.iter().max_by_key(|pack| of_pack(pack))?;
    (of_pack(best) >= ALIKE_MIN).then(|| Identified {
        pack: best.name.clone(),
        model: None,
    })
}

/// Models that have this many letters in common are of one family: `C930`, `ISR4`.
const ALIKE_MIN: usize = 4;

/// The product identifiers of an inventory, the chassis first.
fn pids(inventory: &str) -> impl Iterator<Item = &str> {
    inventory.lines().filter_map(|line| {
        let pid = line.trim_start().strip_prefix("PID:")?;
        Some(pid.split(',').next()?.trim()).filter(|pid| !pid.is_empty())
    })
}

/// `cisco C9300-48P (X86) processor with …`.
fn processor(version: &str) -> Option<&str> {
    let mut lines = version.lines();
    let line = lines.find(|line| {
        line.to_ascii_lowercase().starts_with("cisco ") && line.contains("bytes of")
    })?;
    line.split_whitespace().nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(inventory: &str, version: &str) -> Option<(String, Option<String>)> {
        let packs = crate::packs::load(None).unwrap();
        identify(&packs, inventory, version).map(|found| (found.pack, found.model))
    }

    #[test]
    fn a_device_is_known_by_its_inventory_or_its_version() {
        let inventory = "NAME: \"c93xx Stack\", DESCR: \"c93xx Stack\"\nPID: C9300-24P         , VID: V02  , SN: F\n";
        let pack =
            |name: &str, model: Option<&str>| Some((name.to_string(), model.map(str::to_string)));
        assert_eq!(
            known(inventory, ""),
            pack("catalyst-9300", Some("C9300-24P"))
        );
        let version = "cisco C8000V (VXE) processor (revision VXE) with 1K/2K bytes of memory.\n";
        assert_eq!(known("", version), pack("c8000v", Some("C8000V")));
    }

    #[test]
    fn a_model_that_no_pack_has_is_of_the_family_that_it_resembles() {
        let (pack, model) = known("PID: C9300-48ZZ , VID: V01, SN: F\n", "").unwrap();
        assert_eq!((pack.as_str(), model), ("catalyst-9300", None));
        assert_eq!(known("PID: MX480 , VID: V01, SN: F\n", ""), None);
    }
}
