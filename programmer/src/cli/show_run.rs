//! `programmer show`

use programmer::ledger::{DeviceRecord, EventRecord, Holder, Ledger, RunRecord};
use programmer::report::ExitStatus;
use serde_json::{Value, json};
use yaml::Mistake;

use super::args::{Output, ShowArgs};
use super::calendar::{length, time};
use super::journal::{self, mistake};
use super::table::Table;
use super::{runs, show};

/// Shows a run: its devices, what went wrong, and the next step.
pub(super) fn show(args: &ShowArgs) -> Result<ExitStatus, Vec<Mistake>> {
    journal::runtime()?.block_on(async {
        let ledger = journal::open(&args.journal).await?;
        let run = journal::find(&ledger, &args.run).await?;
        let devices = ledger.devices(&run.id).await.map_err(mistake)?;
        let holders = ledger.holders().await.map_err(mistake)?;
        let locked: Vec<Holder> = holders
            .into_iter()
            .filter(|holder| holder.run == run.id)
            .collect();
        let events = if args.events {
            ledger.events(&run.id).await.map_err(mistake)?
        } else {
            Vec::new()
        };
        let counts = ledger.counts(&run.id).await.map_err(mistake)?;
        if args.output == Output::Json {
            let mut all = runs::as_json(&ledger, &run, &counts);
            if let Some(all) = all.as_object_mut() {
                all.insert(
                    "devices".into(),
                    devices.iter().map(|it| as_json(it, &locked)).collect(),
                );
                all.insert("events".into(), events.iter().map(event).collect());
            }
            show::print(&format!("{all:#}\n"));
        } else {
            show::print(&text(&ledger, &run, &devices, &locked, &events));
        }
        Ok(ExitStatus::AllApplied)
    })
}

fn text(
    ledger: &Ledger,
    run: &RunRecord,
    devices: &[DeviceRecord],
    locked: &[Holder],
    events: &[EventRecord],
) -> String {
    let took = run
        .ended_ms
        .map(|ended| format!(", took {}", length(ended - run.began_ms)))
        .unwrap_or_default();
    let mut text = format!(
        "{}: {}, began {} UTC{took}, {}\n\n",
        run.id,
        runs::what(run),
        time(run.began_ms),
        runs::end(ledger, run)
    );
    let mut table = Table::new([
        "DEVICE",
        "ADDRESS",
        "STATE",
        "LINES",
        "LOCK",
        "WHAT WENT WRONG",
    ]);
    for device in devices {
        let lock = if is_locked(device, locked) {
            "locked"
        } else {
            ""
        };
        table.row([
            device.name.clone(),
            device.endpoint.clone(),
            state(device),
            device.lines.to_string(),
            lock.to_string(),
            device.error.lines().next().unwrap_or_default().to_string(),
        ]);
    }
    text.push_str(&table.text());
    for device in devices {
        text.push_str(&detail(device));
    }
    if !events.is_empty() {
        text.push('\n');
        let mut table = Table::new(["TIME (UTC)", "DEVICE", "EVENT", ""]);
        for event in events {
            table.row([
                time(event.at_ms),
                event.device.clone(),
                event.what.clone(),
                event.note.clone(),
            ]);
        }
        text.push_str(&table.text());
    }
    if devices
        .iter()
        .any(|device| device.phase.is_open() || !device.error.is_empty())
    {
        let id = &run.id;
        text.push_str(&format!("\n`programmer resume {id}` sends what is missing, `programmer undo {id}` takes back what is in\n"));
    }
    text
}

/// `APPLIED, not saved`
fn state(device: &DeviceRecord) -> String {
    let is_unsaved = device.phase == programmer::ledger::Phase::Applied && !device.saved;
    let unsaved = if is_unsaved { ", not saved" } else { "" };
    format!("{}{unsaved}", device.phase.name())
}

fn is_locked(device: &DeviceRecord, locked: &[Holder]) -> bool {
    locked
        .iter()
        .any(|holder| holder.endpoint == device.endpoint)
}

/// The lines that are in, and what else is worth a word.
fn detail(device: &DeviceRecord) -> String {
    let detail: Value = serde_json::from_str(&device.detail).unwrap_or_default();
    let list = |name: &str| -> Vec<String> {
        let list = detail
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        list.iter()
            .filter_map(|text| Some(text.as_str()?.to_string()))
            .collect()
    };
    let mut text = String::new();
    for warning in list("warnings") {
        text.push_str(&format!("\nwarning: {}: {warning}\n", device.name));
    }
    let lines = list("lines_in");
    if !lines.is_empty() {
        text.push_str(&format!("\nlines that are in on {}:\n", device.name));
        lines
            .iter()
            .for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    text
}

fn as_json(device: &DeviceRecord, locked: &[Holder]) -> Value {
    let detail: Value = serde_json::from_str(&device.detail).unwrap_or_default();
    json!({
        "device": device.name,
        "endpoint": device.endpoint,
        "pack": device.pack,
        "role": device.role,
        "state": device.phase.name(),
        "saved": device.saved,
        "lines_wanted": device.wanted,
        "lines_to_send": device.lines,
        "fingerprint_before": device.before,
        "fingerprint_after": device.after,
        "hostname": device.hostname,
        "error": device.error,
        "lines_in": detail.get("lines_in"),
        "warnings": detail.get("warnings"),
        "locked": is_locked(device, locked),
        "updated": time(device.updated_ms),
    })
}

fn event(event: &EventRecord) -> Value {
    json!({"at": time(event.at_ms), "at_ms": event.at_ms, "device": event.device, "what": event.what, "note": event.note})
}
