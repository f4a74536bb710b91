//! Times as IOS prints them.

use std::time::Duration;

use chrono::{DateTime, Datelike, TimeDelta, Timelike};
use serde::Serialize;

use crate::SimTime;
use crate::config::Block;
use crate::pack::Platform;

/// The time zone that the configuration sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    minutes: i64,
    /// How far the device's clock is ahead of the time that it is.
    ahead_ms: i64,
}

impl Default for Zone {
    fn default() -> Self {
        Self {
            name: "UTC".to_string(),
            minutes: 0,
            ahead_ms: 0,
        }
    }
}

impl Zone {
    /// The zone of `clock timezone`, else UTC. Summer time is not followed.
    #[must_use]
    pub fn of(platform: &Platform, config: &Block) -> Self {
        let grammar = platform.grammar();
        let set = config.named(grammar, "clock timezone").next();
        let Some(set) = set.filter(|s| !s.negated) else {
            return Self::default();
        };
        // The stored line is `clock timezone <name> <hours> <minutes>`.
        let mut words = set.line.split(' ').skip(2);
        let name = words.next().unwrap_or("UTC").to_string();
        let mut number = || {
            words
                .next()
                .and_then(|word| word.parse::<i64>().ok())
                .unwrap_or(0)
        };
        let (hours, minutes) = (number(), number());
        Self {
            name,
            minutes: hours * 60 + hours.signum() * minutes,
            ahead_ms: 0,
        }
    }

    /// The zone of a device whose clock is so far ahead.
    #[must_use]
    pub(crate) fn ahead(self, ahead_ms: i64) -> Self {
        Self { ahead_ms, ..self }
    }

    /// Whether no other zone is set.
    pub(crate) fn is_utc(&self) -> bool {
        self.minutes == 0 && self.name == "UTC"
    }
}

impl Zone {
    /// How far it is from UTC: `+01:00`.
    fn offset(&self) -> String {
        let (hours, minutes) = (self.minutes.abs() / 60, self.minutes.abs() % 60);
        let sign = if self.minutes < 0 { '-' } else { '+' };
        format!("{sign}{hours:02}:{minutes:02}")
    }
}

/// A time, taken apart.
#[derive(Debug, Clone, Serialize)]
pub struct Stamp {
    /// `09:37:40.123`.
    pub time: String,
    /// `UTC`.
    pub zone: String,
    /// `Tue`.
    pub weekday: String,
    /// `Aug`.
    pub month: String,
    /// Day of the month.
    pub day: u32,
    /// Year.
    pub year: i32,
    /// `09:37:40.123 UTC Tue Aug 20 2024`.
    pub text: String,
    /// `09:37:40 UTC Tue Aug 20 2024`.
    pub short: String,
    /// As the log has it: `Aug 20 09:37:40.123`.
    pub log: String,
    /// Who did it, where that matters.
    pub user: String,
}

/// A time in a zone.
#[must_use]
pub fn stamp(time: SimTime, zone: &Zone) -> Stamp {
    let ms = i64::try_from(time.0).unwrap_or(i64::MAX);
    let utc = DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH);
    let local = utc
        .checked_add_signed(TimeDelta::minutes(zone.minutes))
        .and_then(|time| time.checked_add_signed(TimeDelta::milliseconds(zone.ahead_ms)))
        .unwrap_or(utc);
    let seconds = format!(
        "{:02}:{:02}:{:02}",
        local.hour(),
        local.minute(),
        local.second()
    );
    let clock = format!("{seconds}.{:03}", local.timestamp_subsec_millis());
    let weekday = local.weekday().to_string();
    let month = MONTHS[local.month0() as usize % 12].to_string();
    let (day, year) = (local.day(), local.year());
    let date = format!("{} {weekday} {month} {day} {year}", zone.name);
    Stamp {
        text: format!("{clock} {date}"),
        short: format!("{seconds} {date}"),
        log: format!("{month} {day:>2} {clock}"),
        time: clock,
        zone: zone.name.clone(),
        weekday,
        month,
        day,
        year,
        user: String::new(),
    }
}

/// A file's time, as `dir` has it: `Dec 18 2015 10:50:22 +00:00`.
#[must_use]
pub fn file_date(time: SimTime, zone: &Zone) -> String {
    let stamp = stamp(time, zone);
    let clock = stamp.time.get(..8).unwrap_or_default();
    let (month, day, year) = (&stamp.month, stamp.day, stamp.year);
    format!("{month} {day} {year} {clock} {}", zone.offset())
}

/// A file's time, as `show flash:` has it: `Dec 18 2015 10:50:22.0000000000 +00:00`.
pub(super) fn long_file_date(time: SimTime, zone: &Zone) -> String {
    let stamp = stamp(time, zone);
    let (month, day, year) = (&stamp.month, stamp.day, stamp.year);
    format!(
        "{month} {day:02} {year} {}0000000 {}",
        stamp.time,
        zone.offset()
    )
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `44 weeks, 4 days, 1 hour, 16 minutes`: what is zero is left out, but for the minutes.
#[must_use]
pub fn uptime(since: Duration) -> String {
    let minutes = since.as_secs() / 60;
    let parts = [
        (minutes / (60 * 24 * 7 * 52), "year"),
        (minutes / (60 * 24 * 7) % 52, "week"),
        (minutes / (60 * 24) % 7, "day"),
        (minutes / 60 % 24, "hour"),
    ];
    let mut words: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, unit)| counted(*n, unit))
        .collect();
    words.push(counted(minutes % 60, "minute"));
    words.join(", ")
}

fn counted(number: u64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_forms_that_outputs_need() {
        let time = SimTime(1_724_139_460_123);
        let zone = Zone {
            name: "CEST".to_string(),
            minutes: 120,
            ahead_ms: 0,
        };
        let stamp = stamp(time, &zone);
        assert_eq!(stamp.text, "09:37:40.123 CEST Tue Aug 20 2024");
        assert_eq!(stamp.short, "09:37:40 CEST Tue Aug 20 2024");
    }

    #[test]
    fn an_uptime_leaves_out_what_is_zero() {
        assert_eq!(uptime(Duration::from_secs(59)), "0 minutes");
        assert_eq!(uptime(Duration::from_secs(3600 + 60)), "1 hour, 1 minute");
        let week = 7 * 24 * 3600;
        assert_eq!(
            uptime(Duration::from_secs(44 * week + 4 * 24 * 3600)),
            "44 weeks, 4 days, 0 minutes"
        );
    }
}
