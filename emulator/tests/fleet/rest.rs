//! A device that was touched and left keeps what was done to it, and no task.

use std::path::Path;
use std::time::Duration;

use emulator::topology::Reach;
use emulator::wire::{Heard, Wire, Wired};
use emulator::{Settings, Topology};
use tokio::runtime::Handle;

const TOPOLOGY: &str = "\
name: t
seed: 1
listen: {network: 127.20.0.0/16, port: 2222}
credentials: {username: netadmin, password: right, enable: right}
devices:
  - {name: \"sw-{n}\", count: 2, pack: catalyst-9300}
  - {name: \"r-{n}\", count: 2, pack: c8000v}
links:
  - [r-1:gi1, r-2:gi1]
";

/// What is typed in one session after another, and how long nobody is there in between.
const SESSIONS: [(&[&str], Duration); 4] = [
    (
        &[
            "conf t",
            "hostname core",
            "vlan 20",
            "name users",
            "int gi1/0/1",
            "description x",
            "shutdown",
            "end",
            "write memory",
            "dir flash:",
            "show users",
        ],
        Duration::from_secs(3600),
    ),
    (
        &[
            "show running-config",
            "show startup-config",
            "show version",
            "show logging",
            "show users",
            "show clock",
            "show vlan",
            "conf t",
            "no vlan 20",
            "archive",
            "path flash:saved",
            "end",
            "copy running-config flash:kept",
            "",
            "archive config",
            "reload in 60",
            "y",
        ],
        Duration::from_secs(600),
    ),
    (
        &[
            "show reload",
            "reload cancel",
            "",
            "clear logging",
            "",
            "show archive",
            "dir flash:",
        ],
        Duration::from_secs(40 * 86_400),
    ),
    (
        &[
            "show running-config",
            "show version",
            "show logging",
            "show archive",
            "more flash:kept",
        ],
        Duration::ZERO,
    ),
];

fn fleet(rest_after: Duration) -> Wired {
    let packs = emulator::packs::load(None).unwrap();
    let topology = Topology::parse("t.yaml", TOPOLOGY, Path::new("."), &packs, Reach::Loopback);
    let settings = Settings {
        clock: emulator::Clock::starting(device::SimTime(1_800_000_000_000)),
        rest_after,
        ..Settings::default()
    };
    Wired::new(topology.unwrap(), settings)
}

/// Reads until the device has said nothing for a second.
async fn heard(wire: &Wire) -> String {
    let mut text = Vec::new();
    while let Ok(Heard::Bytes(bytes)) =
        tokio::time::timeout(Duration::from_secs(1), wire.read()).await
    {
        text.extend_from_slice(&bytes);
    }
    String::from_utf8_lossy(&text).into_owned()
}

async fn session(fleet: &Wired, device: &str, lines: &[&str]) -> String {
    let wire = fleet.connect(device, "netadmin", "right").await.unwrap();
    let mut text = heard(&wire).await;
    for line in ["terminal length 0"].iter().chain(lines) {
        assert!(wire.write(format!("{line}\r")).await);
        text.push_str(&heard(&wire).await);
    }
    text
}

/// All that the sessions show, and how many tasks there were between them.
async fn played(rest_after: Duration) -> (String, Vec<usize>) {
    let fleet = fleet(rest_after);
    let (mut text, mut tasks) = (String::new(), vec![]);
    for (lines, away) in SESSIONS {
        text.push_str(&session(&fleet, "sw-1", lines).await);
        tokio::time::sleep(away).await;
        tasks.push(Handle::current().metrics().num_alive_tasks());
    }
    (text, tasks)
}

#[tokio::test(start_paused = true)]
async fn a_device_that_rested_tells_the_same_as_one_that_never_did() {
    let (awake, tasks) = played(Duration::from_secs(400 * 86_400)).await;
    assert_eq!(tasks, [1, 1, 1, 1]);
    // The first fleet has ended with its last task.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (rested, tasks) = played(Duration::from_millis(1)).await;
    assert_eq!(awake, rested);
    assert!(
        rested.contains("hostname core") && rested.contains("Reload scheduled"),
        "{rested}"
    );
    // With a reload ahead it waits for its time.
    assert_eq!(tasks, [0, 1, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_finds_a_device_that_rests_and_a_device_with_neighbours_stays_awake() {
    let fleet = fleet(Duration::from_millis(1));
    session(&fleet, "sw-1", &[]).await;
    session(&fleet, "sw-2", &["conf t", "hostname changed"]).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
    assert_eq!(fleet.look("sw-2").await.unwrap().connections, 1);

    fleet
        .add_fault("{id: no, kind: refuse}", Some("sw-2"))
        .await
        .unwrap();
    assert!(fleet.connect("sw-2", "netadmin", "right").await.is_err());
    fleet.clear_faults().await;
    assert!(session(&fleet, "sw-2", &[]).await.contains("changed#"));

    session(&fleet, "r-1", &[]).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 1);
}
