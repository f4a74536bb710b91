//! How the field names a failure: its texts, its code, and what a palError says of it.
//!
//! One table, `field.yaml`, serves every report. A failure that the field has no word for has no row.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::inventory::Device;
use crate::session::{PushFailure, Sent};
use crate::transport::TransportKind;

/// What palError calls the transports; see `CLI_TRANSPORT`.
const SSH: &str = "ssh2";
const TELNET: &str = "telnet";

/// One row of the table.
#[derive(Debug, Clone, Deserialize)]
pub struct FieldRow {
    kinds: Vec<String>,
    /// What the user reads.
    pub says: FieldText,
    /// palError: `errorName`.
    pub error_name: String,
    /// palError: `handlerCode`.
    pub handler_code: String,
    /// palError: how far the session was.
    pub progress: String,
    /// palError: how its message begins.
    pub message: String,
}

/// What the user of Catalyst Center reads.
#[derive(Debug, Clone, Deserialize)]
pub struct FieldText {
    /// The code beside the text, e.g. `NCNP20100`.
    pub code: String,
    text: String,
    detail: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Table {
    rows: Vec<FieldRow>,
    /// Kinds that have no row.
    unknown: Vec<String>,
}

/// A test reads it, so that an empty table is never shipped.
static TABLE: LazyLock<Table> = LazyLock::new(|| read().unwrap_or_default());

fn read() -> Result<Table, yaml::Mistake> {
    yaml::read("report/field.yaml", include_str!("field.yaml"))
}

/// The row of a kind of failure ([`crate::session::Cause::kind`]).
pub(super) fn row_of_kind(kind: &str) -> Option<&'static FieldRow> {
    let has = |row: &&FieldRow| row.kinds.iter().any(|known| known == kind);
    TABLE.rows.iter().find(has)
}

/// The row of a failure. One in the middle of a session that isn't about a command is one of the connection.
#[must_use]
pub fn row(failure: &PushFailure) -> Option<&'static FieldRow> {
    let row = row_of_kind(failure.cause.kind())?;
    if row.says.text.contains("{cli}") && cli(failure).is_empty() {
        return row_of_kind("connect");
    }
    Some(row)
}

/// Whether the table says of a kind that the field has no word for it.
#[must_use]
pub fn is_unknown(kind: &str) -> bool {
    TABLE.unknown.iter().any(|known| known == kind)
}

/// The failure as the field's users read it, where the field has a text for it.
#[must_use]
pub fn text(failure: &PushFailure, device: Option<&Device>) -> Option<String> {
    let row = row(failure)?;
    Some(filled(&row.says.text, failure, device))
}

/// The same as releases 2.3 and later say it, with its code before it.
#[must_use]
pub fn coded_text(failure: &PushFailure, device: Option<&Device>) -> Option<String> {
    let row = row(failure)?;
    let text = row.says.detail.as_ref().unwrap_or(&row.says.text);
    let text = filled(text, failure, device);
    Some(format!("{}: {text}", row.says.code))
}

/// What palError calls the way to a device.
pub(super) fn protocol(device: Option<&Device>) -> &'static str {
    match device.and_then(|device| device.reach.transport) {
        Some(TransportKind::Telnet) => TELNET,
        Some(TransportKind::Native | TransportKind::System) | None => SSH,
    }
}

fn filled(template: &str, failure: &PushFailure, device: Option<&Device>) -> String {
    fill(template, |name| match name {
        "cli" => Some(cli(failure).to_string()),
        "ip" => Some(failure.host.clone()),
        "protocol" => Some(protocol(device).to_string()),
        _ => None,
    })
}

/// The command or line that a failure is about, without secrets.
pub(super) fn cli(failure: &PushFailure) -> &str {
    use crate::session::Cause;
    match &failure.cause {
        Cause::CannotConfigure { command, .. } | Cause::NotSaved { command, .. } => command,
        cause => cause.sent().map_or("", Sent::text),
    }
}

/// Puts values in the place of names in braces, once: a value's own braces mean nothing. Braces around what is no
/// name stay as they are.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let named = after
            .split_once('}')
            .and_then(|(name, after)| Some((value(name)?, after)));
        if let Some((value, after)) = named {
            text.push_str(&value);
            rest = after;
        } else {
            text.push('{');
            rest = after;
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_no_kind_has_two_rows() {
        let table = read().unwrap();
        let known = table.rows.iter().flat_map(|row| &row.kinds);
        let kinds: Vec<&String> = known.chain(&table.unknown).collect();
        let different: std::collections::BTreeSet<_> = kinds.iter().collect();
        assert!(table.rows.len() > 5);
        assert_eq!(kinds.len(), different.len());
    }

    #[test]
    fn a_value_is_not_filled_in_again() {
        let value = |name: &str| (name == "cli").then(|| "a {cli} {ip}".to_string());
        assert_eq!(fill("<{cli}> {x} {", value), "<a {cli} {ip}> {x} {");
    }
}
