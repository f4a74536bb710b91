//! Sessions of the programmer with virtual devices: however lines are sent, what is said of them is so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../secrecy.rs"]
mod secrecy;
mod wire;

use std::sync::Arc;

use programmer::plan::PlanLine;
use programmer::secret::Mask;
use programmer::session::{Cause, LineFate, OnRefused, Sending};

use wire::{Wire, expect};

const SENDINGS: [Sending; 5] = [
    Sending::Lockstep,
    Sending::Pipelined { window: 1 },
    Sending::Pipelined { window: 3 },
    Sending::Pipelined { window: 64 },
    Sending::Buffer,
];

/// Lines of `MODE|TEXT`; blanks before the text are its depth, `\n` in it ends a line of the command.
fn lines(text: &str) -> Vec<PlanLine> {
    let line = |line: &str| {
        let (mode, text) = line.split_once('|').unwrap_or(("config", line));
        let depth = text.len() - text.trim_start().len();
        let text = text.trim_start().replace("\\n", "\n");
        PlanLine::new(text, depth, mode, Arc::from("test"), &Mask::default())
    };
    text.lines()
        .filter(|line| !line.is_empty())
        .map(line)
        .collect()
}

/// The running-config without what differs from time to time.
fn running(wire: &mut Wire) -> Vec<String> {
    let passing = [
        "!",
        "Current configuration",
        "Building",
        " certificate",
        "ntp clock-period",
    ];
    let mut config = wire.show("show running-config");
    config.retain(|line| !passing.iter().any(|start| line.starts_with(start)));
    config
}

const SWITCH: &str = r"
config|hostname core-with-a-long-name-1
config-vlan|vlan 20
config-vlan| name users
config| exit
config-if|interface Vlan20
config-if| description % Invalid input detected at '^' marker is what it said
config-if| ip address 10.20.0.1 255.255.255.0
config| exit
config|banner login ~\nreload? [confirm]\ncore-with-a-long-name-1#\n\nend\n~
config-if|interface GigabitEthernet1/0/5
config-if| switchport mode access
config-if| switchport access vlan 20
config-if| spanning-tree portfast
config| exit
config-std-nacl|ip access-list standard MGMT
config-std-nacl| 10 permit 10.0.0.0 0.255.255.255
config-std-nacl| 20 deny any
config| exit
config|ip host edge-2 10.0.0.2
config|no ip domain lookup
config|logging host 10.0.0.9
";

#[test]
fn every_way_of_sending_leaves_the_same_configuration() {
    let mut first: Option<Vec<String>> = None;
    for sending in SENDINGS {
        for chunk in [1, 7, 4096] {
            let mut wire = Wire::open("catalyst-9300", 0, chunk, expect("catalyst-9300"));
            let configured = wire.configure(lines(SWITCH), sending, OnRefused::Stop);
            assert!(
                configured.is_whole(),
                "{sending:?} {chunk}: {configured:#?}"
            );
            let running = running(&mut wire);
            assert!(
                running
                    .iter()
                    .any(|line| line == "hostname core-with-a-long-name-1")
            );
            assert!(
                running.iter().any(|line| line == "banner login ^C"),
                "{running:#?}"
            );
            assert_eq!(
                first.get_or_insert_with(|| running.clone()),
                &running,
                "{sending:?} {chunk}"
            );
        }
    }
}

#[test]
fn each_byte_that_was_sent_or_came_is_in_the_transcript() {
    for sending in SENDINGS {
        for chunk in [1, 7, 4096] {
            let mut wire = Wire::open("catalyst-9300", 0, chunk, expect("catalyst-9300"));
            let configured = wire.configure(lines(SWITCH), sending, OnRefused::Stop);
            assert!(configured.is_whole(), "{configured:#?}");
            running(&mut wire);
            let [went, kept] = wire.went_and_kept();
            assert!(went[0].contains("switchport access vlan 20\n"), "{went:?}");
            assert!(
                went[1].contains("switchport access vlan 20\r\n"),
                "{went:?}"
            );
            assert_eq!(went, kept, "{sending:?} {chunk}");
        }
    }
}

#[test]
fn a_window_makes_fewer_turns_and_a_buffer_one() {
    let text: String = (1..=100)
        .map(|n| format!("config|ip host h{n} 10.0.0.{n}\n"))
        .collect();
    let turns = SENDINGS.map(|sending| {
        let mut wire = Wire::open("c8000v", 0, 4096, expect("c8000v"));
        let before = wire.writes;
        let configured = wire.configure(lines(&text), sending, OnRefused::Stop);
        assert!(configured.is_whole(), "{configured:#?}");
        wire.writes - before
    });
    let [lockstep, one, three, many, buffer] = turns;
    assert_eq!(lockstep, 102, "configure terminal, 100 lines, end");
    assert_eq!(one, lockstep);
    assert!(three < lockstep && many < three && buffer == 3, "{turns:?}");
}

#[test]
fn long_lines_pass_at_every_width_and_in_every_way() {
    for width in [24, 80, 132, 511, 0] {
        for sending in SENDINGS {
            // What the terminal is asked for says nothing of the width here.
            let mut expect = expect("c8000v");
            expect.setup = vec!["terminal length 0".into()];
            let text: String = (1..=12)
                .map(|n| format!("config|ip host h{n}{} 10.0.0.{n}\n", "-long".repeat(n)))
                .collect();
            let mut wire = Wire::open("c8000v", width, 5, expect);
            let configured = wire.configure(lines(&text), sending, OnRefused::Stop);
            assert!(
                configured.is_whole(),
                "{width} {sending:?}: {configured:#?}"
            );
        }
    }
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % 1_000_003 % sides
    }
}

/// A few lines, some of them wrong: each with what the running-config shows if it is in.
fn some_lines(dice: &mut Dice) -> Vec<(String, Option<String>)> {
    let count = 3 + dice.roll(12);
    let mut all = Vec::new();
    for n in 0..count {
        match dice.roll(8) {
            0 => all.push((format!("config|ip hots h{n} 10.0.0.{n}"), None)),
            1 => {
                let vlan = 100 + n;
                all.push((
                    format!("config-vlan|vlan {vlan}"),
                    Some(format!("vlan {vlan}")),
                ));
                all.push((
                    format!("config-vlan| name users-{vlan}"),
                    Some(format!(" name users-{vlan}")),
                ));
                all.push(("config| exit".into(), None));
            }
            2 => {
                all.push((format!("config-vlan|vlan 5{n}000"), None));
                all.push((
                    format!("config-vlan| name lost-{n}"),
                    Some(format!(" name lost-{n}")),
                ));
                all.push(("config| exit".into(), None));
            }
            _ => {
                let line = format!("ip host h{n} 10.0.0.{n}");
                all.push((format!("config|{line}"), Some(line)));
            }
        }
    }
    all
}

#[test]
fn what_is_said_of_a_line_is_so_wherever_the_wrong_ones_stand() {
    for seed in 1..=60_u64 {
        let mut dice = Dice(seed * 7919);
        let all = some_lines(&mut dice);
        let text: String = all.iter().map(|(line, _)| format!("{line}\n")).collect();
        let on_refused = if dice.roll(2) == 0 {
            OnRefused::Stop
        } else {
            OnRefused::Continue
        };
        for sending in SENDINGS {
            let what = format!("seed {seed} {sending:?} {on_refused:?}");
            let chunk = [1, 9, 4096][usize::try_from(dice.roll(3)).unwrap()];
            let mut wire = Wire::open("catalyst-9300", 0, chunk, expect("catalyst-9300"));
            let configured = wire.configure(lines(&text), sending, on_refused);
            // Lines behind a section that was refused may end the session: `exit` twice.
            if !wire.is_ready() {
                assert!(sending != Sending::Lockstep, "{what}: {}", wire.tail());
                wire.reopen();
            }
            let running = running(&mut wire);
            let mut known = true;
            for ((line, shows), fate) in all.iter().zip(&configured.lines) {
                let is_in = shows.as_ref().is_some_and(|shows| running.contains(shows));
                match fate {
                    LineFate::Accepted => {
                        assert!(shows.is_none() || is_in, "{what}: {line} is not in")
                    }
                    LineFate::Refused | LineFate::NotSent => {
                        assert!(!is_in, "{what}: {line} is in")
                    }
                    LineFate::InFlight => known = false,
                }
            }
            let is_whole = configured.accepted() == all.len();
            let has_reason = configured.cause.is_some() || !configured.refused.is_empty();
            assert_eq!(is_whole, !has_reason, "{what}: {configured:#?}");
            if sending == Sending::Lockstep {
                assert!(known, "{what}: in lockstep nothing is in doubt");
            }
        }
    }
}

#[test]
fn a_session_that_failed_takes_the_next_request() {
    let mut wire = Wire::open("catalyst-9300", 0, 4096, expect("catalyst-9300"));
    let text = "config-vlan|vlan 20\nconfig-vlan| nme users\nconfig| exit\n";
    let configured = wire.configure(lines(text), Sending::Buffer, OnRefused::Stop);
    assert!(matches!(configured.cause, Some(Cause::Refused { .. })));
    assert_eq!(
        configured.lines,
        [LineFate::Accepted, LineFate::Refused, LineFate::Accepted]
    );
    let inverse = wire.configure(
        lines("config|no vlan 20\n"),
        Sending::Lockstep,
        OnRefused::Stop,
    );
    assert!(inverse.is_whole(), "{inverse:#?}");
    assert!(!running(&mut wire).contains(&"vlan 20".to_string()));
}
