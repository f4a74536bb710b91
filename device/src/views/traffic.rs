//! What an interface has carried: a steady flow since it came up or its counters were cleared.
//!
//! Each interface has rates of its own, which follow from the device's seed and the interface's name. An interface
//! that is down shows nothing, and one that came up again begins anew.

use serde::Serialize;

use super::Snapshot;
use super::interfaces::{InterfaceView, mixed};
use crate::config::AT;

/// One direction of an interface.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Traffic {
    /// Packets since the counters were cleared.
    pub(super) packets: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// How many of them were broadcasts.
    pub(super) broadcasts: u64,
    /// How many of them were multicasts.
    pub(super) multicasts: u64,
    /// Bits per second.
    pub(super) rate: u64,
    /// Packets per second.
    pub(super) packet_rate: u64,
}

/// The most packets per second that an idle campus port carries; a gigabit port has 12,000 of these bytes to spare.
const PACKETS_A_SECOND_MAX: u64 = 200;
/// Of this many packets one is a broadcast, and three are multicasts.
const BROADCAST_OF: u64 = 64;

/// Gives every interface that is up its traffic, and all of them the time since their counters were cleared.
pub(super) fn fill(views: &mut [InterfaceView], snapshot: &Snapshot) {
    let since_boot_s = snapshot.now.since(snapshot.booted).as_secs();
    for view in views {
        let cleared = cleared_at(snapshot, &view.name);
        view.cleared_s = cleared.map(|at_s| since_boot_s.saturating_sub(at_s));
        if view.protocol != "up" || view.kind == "Loopback" || view.kind == "Null" {
            continue;
        }
        let own = view.name.bytes().fold(snapshot.facts.seed, |seed, byte| {
            mixed(seed ^ u64::from(byte))
        });
        // Whoever comes up says so at once: with its first second a link has carried something.
        let up_s = view.since_s.min(since_boot_s) + 1;
        let seconds = view.cleared_s.map_or(up_s, |cleared_s| up_s.min(cleared_s));
        view.input = flow(mixed(own ^ 1), seconds);
        view.output = flow(mixed(own ^ 2), seconds);
    }
}

/// What a direction with this seed has carried after so many seconds.
fn flow(seed: u64, seconds: u64) -> Traffic {
    let packet_rate = 1 + seed % PACKETS_A_SECOND_MAX;
    let size = 64 + (seed >> 8) % 900;
    let packets = packet_rate * seconds;
    Traffic {
        packets,
        bytes: packets * size,
        broadcasts: packets / BROADCAST_OF,
        multicasts: packets * 3 / BROADCAST_OF,
        rate: packet_rate * size * 8 / 1000 * 1000,
        packet_rate,
    }
}

/// When the interface's counters were cleared last, in seconds since the device booted.
fn cleared_at(snapshot: &Snapshot, interface: &str) -> Option<u64> {
    let grammar = snapshot.platform.grammar();
    let clears = snapshot.ops.iter();
    clears
        .filter(|s| s.kind(grammar) == "clear counters")
        .filter(|s| s.value("interface").is_none_or(|name| name == interface))
        .filter_map(|s| s.value(AT)?.parse().ok())
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_grows_with_time_and_only_with_time() {
        let (early, late) = (flow(7, 60), flow(7, 120));
        assert_eq!(late.packets, 2 * early.packets);
        assert_eq!(late.rate, early.rate);
        assert_eq!(flow(7, 0).bytes, 0);
    }
}
