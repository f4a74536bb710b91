//! Durations as routing protocols print them.

use std::time::Duration;

use crate::SimTime;

/// How long something has been so.
pub(super) fn between(since: SimTime, now: SimTime) -> Duration {
    now.since(since)
}

/// `00:01:02` below a day, `1d02h` below a week, `2w3d` below a year, then `1y3w`.
pub(super) fn age(duration: Duration) -> String {
    let s = duration.as_secs();
    let (hours, days) = (s / 3600, s / 86_400);
    match days {
        0 => format!("{:02}:{:02}:{:02}", hours, s / 60 % 60, s % 60),
        1..=6 => format!("{days}d{:02}h", hours % 24),
        7..=364 => format!("{}w{}d", days / 7, days % 7),
        _ => format!("{}y{}w", days / 365, days % 365 / 7),
    }
}

/// `00:00:34`: what is left until something that is refreshed every `interval_s` is given up after `hold_s`.
pub(super) fn left(since: SimTime, now: SimTime, interval_s: u64, hold_s: u64) -> u64 {
    let passed = now.since(since).as_secs() % interval_s.max(1);
    hold_s.saturating_sub(passed)
}

/// `00:00:34`.
pub(super) fn clock(s: u64) -> String {
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_gets_coarser() {
        let text = |s| age(Duration::from_secs(s));
        assert_eq!(text(62), "00:01:02");
        assert_eq!(text(26 * 3600), "1d02h");
        assert_eq!(text(17 * 86_400), "2w3d");
        assert_eq!(text(400 * 86_400), "1y5w");
    }
}
