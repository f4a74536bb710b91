//! Where a log message goes: each destination has the severity down to which it takes messages, and counts them.

use serde::Serialize;

use crate::config::Statement;

/// How many messages each destination has taken since the device booted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Logged {
    /// The console.
    pub console: u64,
    /// The sessions that monitor the log.
    pub monitor: u64,
    /// The log buffer.
    pub buffer: u64,
    /// The log servers.
    pub trap: u64,
}

/// The severities by number, as configuration lines name them.
const SEVERITIES: [&str; 8] = [
    "emergencies",
    "alerts",
    "critical",
    "errors",
    "warnings",
    "notifications",
    "informational",
    "debugging",
];

/// The severity in `%FACILITY-5-MNEMONIC: …`; a message without one is the least severe.
#[must_use]
pub fn severity(message: &str) -> usize {
    let tag = message.split(':').next().unwrap_or_default();
    let number = tag.rsplit('-').nth(1);
    number
        .and_then(|n| n.parse().ok())
        .unwrap_or(SEVERITIES.len() - 1)
}

/// Whether a destination takes a message, by its line (`logging trap errors`) if it has one, else by its default.
#[must_use]
pub fn takes(line: Option<&Statement>, otherwise: usize, severity: usize) -> bool {
    let Some(line) = line else {
        return severity <= otherwise;
    };
    let last = line.line.rsplit(' ').next().unwrap_or_default();
    let named = SEVERITIES.iter().position(|name| *name == last);
    let limit = named.or_else(|| line.value("severity")?.parse().ok());
    !line.negated && severity <= limit.unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_its_severity() {
        assert_eq!(severity("%SYS-5-CONFIG_I: Configured from console"), 5);
        assert_eq!(severity("%LINEPROTO-5-UPDOWN: Line protocol: 1-2-3"), 5);
        assert_eq!(severity("nothing of the kind"), 7);
    }
}
