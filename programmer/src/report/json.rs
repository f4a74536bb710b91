//! The report for programs: one JSON object, an array of devices in the plan's order.

use serde_json::{Value, json as object};

use super::field;
use crate::push::DeviceResult;
use crate::push::EndState;
use crate::session::{Cause, Sent};

/// The report. Keys are only ever added.
#[must_use]
pub fn json(results: &[DeviceResult]) -> Value {
    object!({ "devices": results.iter().map(device).collect::<Vec<_>>() })
}

fn device(result: &DeviceResult) -> Value {
    let device = result.plan.device();
    let lines = &result.sent;
    let accepted: Vec<&str> = lines
        .iter()
        .take(result.accepted)
        .map(|line| line.shown())
        .collect();
    object!({
        "device": device.name,
        "host": device.host,
        "port": device.port,
        "pack": device.pack,
        "role": device.role,
        "state": result.state.name(),
        "saved": matches!(result.state, EndState::Applied { saved: true }),
        "lines_total": lines.len(),
        "lines_accepted": result.accepted,
        "accepted": accepted,
        "line_in_doubt": result.in_doubt,
        "lines_in": result.is_in,
        "lines_wanted": result.plan.lines().len(),
        "warnings": result.warnings,
        "notes": result.notes.iter().map(|(line_no, text)| object!({"line_no": line_no, "text": text})).collect::<Vec<_>>(),
        "error": error(result),
        "transcript": result.transcript.text(),
        "took_ms": u64::try_from(result.took.as_millis()).unwrap_or(u64::MAX),
    })
}

fn error(result: &DeviceResult) -> Value {
    let Some(failure) = &result.failure else {
        return Value::Null;
    };
    let sent = failure.cause.sent();
    let row = field::row(failure);
    let device = Some(result.plan.device());
    object!({
        "kind": failure.cause.kind(),
        "message": failure.to_string(),
        "field_text": field::text(failure, device),
        "field_code": row.map(|row| &row.says.code),
        "field_coded_text": field::coded_text(failure, device),
        "error_name": row.map(|row| &row.error_name),
        "handler_code": row.map(|row| &row.handler_code),
        "hint": failure.hint(),
        "line_no": sent.and_then(Sent::line_no),
        "sent": sent.map(Sent::text),
        "received": match &failure.cause {
            Cause::EchoMismatch { received, .. } => Some(received),
            _ => None,
        },
    })
}
