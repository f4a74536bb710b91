//! A run of the journal, and what is needed to reach its devices again.

use std::path::PathBuf;

use programmer::inventory::Inventory;
use programmer::ledger::{DeviceRecord, Ledger, RunRecord};
use programmer::packs::Packs;
use programmer::plan::DevicePlan;
use programmer::push::{Kept, Wanted};
use programmer::seal::{Key, SealError};
use yaml::Mistake;

use super::journal::{self, Started, mistake};
use super::run_args::{AgainArgs, RunArgs};

/// An earlier run, opened.
pub(super) struct Again {
    pub(super) run: RunRecord,
    pub(super) devices: Vec<DeviceRecord>,
    pub(super) started: Started,
    inventory: Inventory,
    packs: Packs,
}

impl Again {
    /// Opens a run that nobody is busy with.
    pub(super) async fn open(
        ledger: &Ledger,
        text: &str,
        args: &AgainArgs,
        packs: Option<PathBuf>,
    ) -> Result<Self, Vec<Mistake>> {
        let run = journal::find(ledger, text).await?;
        if run.ended_ms.is_none() && !run.owner.is_gone(ledger.owner()) {
            let what = format!("{} is still running: {}", run.id, run.owner);
            return Err(vec![
                Mistake::new("journal", what).hint("wait for it, or end that process"),
            ]);
        }
        let started = Started::of(&run);
        let started = Started {
            topology: args.topology.clone().unwrap_or(started.topology),
            packs: packs.or(started.packs),
            args: args.args.clone().over(started.args),
        };
        let devices = ledger.devices(&run.id).await.map_err(mistake)?;
        let reach = &started.args.reach;
        let mut inventory = reach.inventory(&started.topology)?;
        let is_meant = |name: &str| devices.iter().any(|record| record.name == name);
        reach.ask_command(&mut inventory, |device| is_meant(&device.name))?;
        Ok(Self {
            devices,
            inventory,
            packs: super::load_packs(started.packs.clone())?,
            run,
            started,
        })
    }

    pub(super) fn args(&self) -> &RunArgs {
        &self.started.args
    }

    /// The plan of a device with these lines.
    pub(super) fn plan(
        &self,
        record: &DeviceRecord,
        wanted: Wanted,
    ) -> Result<DevicePlan, Vec<Mistake>> {
        let file = self.started.topology.display().to_string();
        let Some(device) = self.inventory.device(&record.name) else {
            let what = format!(
                "the device `{}` of {} isn't in it",
                record.name, self.run.id
            );
            return Err(vec![
                Mistake::new(file, what).hint("name the inventory that has it with --topology"),
            ]);
        };
        let Some(platform) = self.packs.platform(&device.pack) else {
            let what = format!("the pack `{}` of `{}` is unknown", device.pack, device.name);
            return Err(vec![
                Mistake::new(file, what).hint("name the directory that has it with --packs"),
            ]);
        };
        Ok(DevicePlan::again(
            device,
            platform,
            wanted.lines,
            wanted.secrets,
        ))
    }

    pub(super) fn wanted(&self, key: &Key, record: &DeviceRecord) -> Result<Wanted, Vec<Mistake>> {
        Wanted::open(key, &record.name, &record.sealed_wanted)
            .map_err(|error| sealed(record, &error))
    }

    /// What was about to be done to a device; none, if it didn't come to that.
    pub(super) fn kept(
        &self,
        key: &Key,
        record: &DeviceRecord,
    ) -> Result<Option<Kept>, Vec<Mistake>> {
        if record.sealed.is_empty() {
            return Ok(None);
        }
        let kept = Kept::open(key, &self.run.id, &record.name, &record.sealed);
        kept.map(Some).map_err(|error| sealed(record, &error))
    }

    /// Lets go of devices that the run had taken and sent nothing to.
    pub(super) async fn release(&self, ledger: &Ledger) -> Result<(), Vec<Mistake>> {
        for record in self
            .devices
            .iter()
            .filter(|record| !record.phase.may_be_in())
        {
            let holder = ledger.holder(&record.endpoint).await.map_err(mistake)?;
            if holder.is_some_and(|holder| holder.run == self.run.id && ledger.is_gone(&holder)) {
                ledger
                    .release(&self.run.id, &record.endpoint)
                    .await
                    .map_err(mistake)?;
            }
        }
        Ok(())
    }
}

fn sealed(record: &DeviceRecord, error: &SealError) -> Vec<Mistake> {
    let what = format!(
        "what was kept of `{}` can't be opened: {error}",
        record.name
    );
    vec![Mistake::new("journal", what)]
}
