//! Commands that only show: `render` and `writers`.

use std::io::Write as _;
use std::path::PathBuf;

use programmer::packs::{Field, Packs, Writer};
use programmer::plan::{DevicePlan, Plan};
use programmer::report::ExitStatus;
use programmer::rfs::Op;
use serde_json::{Value, json};
use yaml::Mistake;

use super::args::{Output, RenderArgs};

/// `programmer render`
pub(super) fn render(
    args: &RenderArgs,
    packs: Option<PathBuf>,
) -> Result<ExitStatus, Vec<Mistake>> {
    let reach = super::ReachArgs {
        inventory_format: args.inventory_format,
        ..super::ReachArgs::default()
    };
    let plan = super::plan(&args.input, &reach, packs)?;
    match args.input.output {
        Output::Text => {
            print(&plan.to_string());
            warn(&plan);
        }
        Output::Json => print(&format!("{:#}\n", json_plan(&plan))),
        Output::Junit | Output::Palerror => {
            let mistake = Mistake::new(
                "programmer render",
                "nothing was pushed that this form could report",
            );
            return Err(vec![mistake.hint("use `--output text` or `--output json`")]);
        }
    }
    Ok(ExitStatus::AllApplied)
}

/// `programmer writers [WRITER]`
pub(super) fn writers(
    name: Option<&str>,
    packs: Option<PathBuf>,
) -> Result<ExitStatus, Vec<Mistake>> {
    let packs = super::load_packs(packs)?;
    let Some(name) = name else {
        for name in packs.writers() {
            let about = platforms_of(&packs, name)
                .first()
                .map(|(_, writer)| writer.about().trim());
            print(&format!("{name:<24} {}\n", about.unwrap_or_default()));
        }
        return Ok(ExitStatus::AllApplied);
    };
    let taken = platforms_of(&packs, name);
    let Some((_, writer)) = taken.first() else {
        let known: Vec<&str> = packs.writers().collect();
        let mistake = Mistake::new(
            "programmer writers",
            format!("the writer `{name}` is unknown"),
        );
        return Err(vec![
            mistake.hint(format!("the writers are: {}", known.join(", "))),
        ]);
    };
    let platforms: Vec<&str> = taken.iter().map(|(platform, _)| *platform).collect();
    print(&format!(
        "{name}: {}\nfor {}\n\n",
        writer.about().trim(),
        platforms.join(", ")
    ));
    print(&field_line("key", writer.key(), 0));
    print("fields\n");
    for (field, definition) in writer.fields() {
        print_field(field, definition, 1);
    }
    Ok(ExitStatus::AllApplied)
}

/// A field, and those that it holds below it.
fn print_field(name: &str, field: &Field, depth: usize) {
    print(&field_line(name, field, depth));
    for (name, part) in field.parts() {
        print_field(name, part, depth + 1);
    }
}

fn field_line(name: &str, field: &Field, depth: usize) -> String {
    let name = format!("{:1$}{name}", "", 2 * depth);
    let needed: Vec<String> = Op::ALL
        .iter()
        .filter(|op| field.is_required(**op) && field.default().is_none())
        .map(ToString::to_string)
        .collect();
    let needed = match needed.len() {
        0 => String::new(),
        3 => "; required".to_string(),
        _ => format!("; required to {}", needed.join(" and ")),
    };
    format!("{name:<24} {} ({}{needed})\n", field.help(), field.about())
}

/// Tells what a person should know before pushing.
#[allow(clippy::print_stderr, reason = "warnings are for the user")]
pub(super) fn warn(plan: &Plan) {
    plan.warnings()
        .for_each(|warning| eprintln!("warning: {warning}"));
}

/// Writes to standard output. A reader that has gone away is no error.
pub(super) fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn platforms_of<'p>(packs: &'p Packs, writer: &str) -> Vec<(&'p str, &'p Writer)> {
    packs
        .names()
        .filter_map(|name| Some((name, packs.platform(name)?.writer(writer)?.as_ref())))
        .collect()
}

fn json_plan(plan: &Plan) -> Value {
    json!({ "devices": plan.devices().iter().map(json_device).collect::<Vec<_>>() })
}

fn json_device(plan: &DevicePlan) -> Value {
    let device = plan.device();
    let line = |line: &programmer::plan::PlanLine| {
        let questions: Vec<String> = line
            .answers()
            .iter()
            .map(|it| it.question().to_string())
            .collect();
        json!({
            "line": line.shown(),
            "mode": line.mode(),
            "feature": line.feature(),
            "exec": line.is_exec(),
            "answers": questions,
        })
    };
    json!({
        "device": device.name,
        "host": device.host,
        "port": device.port,
        "pack": device.pack,
        "role": device.role,
        "lines": plan.lines().iter().map(line).collect::<Vec<_>>(),
        "warnings": plan.warnings().collect::<Vec<_>>(),
    })
}
