//! Faults of the device as a whole.

use super::Form::{List, Number, Text, Time, Truth};
use super::Layer::Device;
use super::{Entry, parameter};
use crate::faults::kind::{Connection, Event, Kind};

pub(super) const ENTRIES: &[Entry] = &[
    Entry::of(
        Device,
        "foreign-change",
        "S3",
        "Before the line is run, or at a time, somebody else changes the configuration.",
        &[
            parameter("lines", List, "", "what they type in configuration mode"),
            parameter("user", Text, "mallory", "who they are"),
        ],
        "{id: night-shift, kind: foreign-change, lines: [vlan 999, name NOT-OURS], when: {line: 2, times: 1}}",
        Kind::Event(Event::Change),
    ),
    Entry::of(
        Device,
        "hostname-changed",
        "E12",
        "Before the line is run somebody else gives the device another name.",
        &[parameter("name", Text, "renamed-1", "which")],
        "{id: rename, kind: hostname-changed, name: edge-9, when: {line: 2, times: 1}}",
        Kind::Event(Event::Hostname),
    ),
    Entry::of(
        Device,
        "configuration-locked",
        "C9",
        "Somebody else has configuration mode for themselves when it shall be entered.",
        &[
            parameter("user", Text, "mallory", "who"),
            parameter(
                "for",
                Time,
                "0s",
                "after so long they give it free; 0: never",
            ),
        ],
        "{id: exclusive, kind: configuration-locked, for: 30s, when: {times: 1}}",
        Kind::Event(Event::Locked),
    )
    .on_lines("^conf"),
    Entry::of(
        Device,
        "startup-write-failure",
        "K1",
        "The configuration can't be saved.",
        &[parameter(
            "answer",
            Text,
            "startup-config file open failed (Device or resource busy)\\n",
            "what the device says",
        )],
        "{id: busy-nvram, kind: startup-write-failure, when: {times: 1}}",
        Kind::Event(Event::SavesFail),
    )
    .on_lines("^(wr|copy )"),
    Entry::of(
        Device,
        "nvram-full",
        "K1",
        "The configuration can't be saved: there is no room.",
        &[parameter(
            "answer",
            Text,
            "%Error writing nvram:/startup-config (No space left on device)\\n",
            "what the device says",
        )],
        "{id: full, kind: nvram-full}",
        Kind::Event(Event::SavesFail),
    )
    .on_lines("^(wr|copy )"),
    Entry::of(
        Device,
        "reload",
        "L1",
        "The device boots again: it has what was saved, and nothing else.",
        &[
            parameter(
                "applied",
                Truth,
                "false",
                "the line takes effect first; else it doesn't",
            ),
            parameter(
                "new_key",
                Truth,
                "false",
                "it comes back with another host key, as after a switchover",
            ),
        ],
        "{id: crash, kind: reload, when: {line: 2, times: 1}}",
        Kind::Event(Event::Reload),
    ),
    Entry::of(
        Device,
        "path-cut",
        "C10",
        "The line takes effect and cuts the way to the device: sessions hang and connections are refused until the configuration is as it was.",
        &[],
        "{id: own-goal, kind: path-cut, when: {line_matches: ^shutdown, times: 1}}",
        Kind::Event(Event::PathCut),
    ),
    Entry::of(
        Device,
        "syslog",
        "E13",
        "Something is logged, and shown where the log is monitored.",
        &[parameter(
            "text",
            Text,
            "%LINK-3-UPDOWN: Interface GigabitEthernet1/0/24, changed state to up",
            "what",
        )],
        "{id: flap, kind: syslog, when: {line: 1}}",
        Kind::Event(Event::Syslog),
    ),
    Entry::of(
        Device,
        "flash-full",
        "K3",
        "A file has taken all that was free in flash: nothing can be copied there, and no configuration be archived.",
        &[],
        "{id: no-room, kind: flash-full}",
        Kind::Event(Event::FlashFull),
    ),
    Entry::of(
        Device,
        "clock-skew",
        "L3",
        "The device's clock is wrong: all times that it shows are, in its log, its files and its configuration.",
        &[
            parameter("days", Number, "365", "how far"),
            parameter("ahead", Truth, "false", "it is ahead; else behind"),
        ],
        "{id: last-year, kind: clock-skew, days: 365}",
        Kind::Event(Event::Clock),
    ),
    Entry::of(
        Device,
        "other-device",
        "L4",
        "Another device answers at the address: of the same platform, with the same users, and with nothing configured.",
        &[
            parameter("name", Text, "impostor-1", "its name"),
            parameter(
                "new_key",
                Truth,
                "false",
                "it shows a host key of its own; else nobody could tell by that",
            ),
        ],
        "{id: address-taken-twice, kind: other-device, name: edge-9, when: {session: 2}}",
        Kind::Connection(Connection::Other),
    ),
];
