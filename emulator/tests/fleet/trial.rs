//! A change on trial, in a fleet of real devices whose clock is moved.

use std::path::Path;
use std::time::Duration;

use emulator::topology::Reach;
use emulator::{Fleet, Settings, Topology};

use crate::client::{Client, connect, password, read_to, shell, type_in};

const TOPOLOGY: &str = "name: one\nseed: 1\nlisten: {address: 127.0.0.1, port: 0}\n\
                        credentials: {username: netadmin, password: right, enable: right}\n\
                        devices: [{name: r1, pack: c8000v}]\n";

/// Types lines; the prompt comes back after each.
async fn session(client: &Client, lines: &[&str]) -> String {
    let mut channel = shell(client).await;
    let mut seen = read_to(&mut channel, "#").await;
    for line in lines {
        type_in(&channel, &format!("{line}\r")).await;
        seen.push_str(&read_to(&mut channel, "#").await);
    }
    seen
}

async fn fleet() -> Fleet {
    let packs = emulator::packs::load(None).unwrap();
    let topology = Topology::parse(
        "one.yaml",
        TOPOLOGY,
        Path::new("."),
        &packs,
        Reach::Loopback,
    );
    Fleet::start(topology.unwrap(), Settings::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_change_goes_back_when_its_time_is_over_though_nobody_is_there() {
    let fleet = fleet().await;
    let address = fleet.address(0).unwrap();
    let mut client = connect(address).await;
    assert!(password(&mut client, "right").await.success());
    let lines = [
        "configure terminal",
        "archive",
        "path flash:archive",
        "end",
        "configure terminal revert timer 2",
        "hostname on-trial",
        "end",
    ];
    assert!(session(&client, &lines).await.ends_with("on-trial#"));
    drop(client);

    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(121)).await;
    tokio::time::resume();

    let mut client = connect(address).await;
    assert!(password(&mut client, "right").await.success());
    assert!(session(&client, &[]).await.ends_with("r1#"));
    fleet.stop().await;
}
