//! `fleet bench`: what it does and what it tells, not how fast anything is.

use std::process::Command;

use load::floor::{Replies, Server};
use serde_json::{Value, json};

use crate::cli::Written;

const TOPOLOGY: &str = "\
name: t
listen: {address: 127.0.0.1, port: 0}
credentials: {username: netadmin, password: S3cret, enable: S3cret2}
devices:
  - {name: \"edge-{n}\", pack: catalyst-9300, role: edge, count: 2}
  - {name: border, pack: c8000v, role: border}
";

/// The figures that it prints, and whether it succeeded.
fn figures(mut fleet: Command) -> (Vec<Value>, bool) {
    let output = fleet.args(["--output", "json"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}"));
    let figures = report["figures"].as_array().unwrap().clone();
    (figures, output.status.success())
}

#[test]
fn everything_is_done_as_often_as_was_said_by_the_fleet_and_by_the_floor() {
    let topology = Written::new("bench", TOPOLOGY);
    let all = "logins,sessions,commands,lines,pushes";
    let plot = std::env::temp_dir().join(format!("bench-{}.svg", std::process::id()));
    let mut fleet = topology.fleet(&["bench", "t.yaml", "--role", "edge", "--what", all]);
    fleet.args([
        "--count",
        "20",
        "--concurrency",
        "4",
        "--window",
        "8",
        "--plot",
    ]);
    let (figures, succeeded) = figures({
        fleet.arg(&plot);
        fleet
    });
    assert!(succeeded);
    let svg = std::fs::read_to_string(&plot).unwrap();
    std::fs::remove_file(&plot).unwrap();
    assert!(svg.contains("pushes, fleet"), "{svg}");
    let row = |figure: &Value| {
        let text = |key: &str| figure[key].as_str().unwrap().to_string();
        (
            text("what"),
            text("who"),
            figure["done"].as_u64(),
            figure["failed"].as_u64(),
        )
    };
    let mut expected = Vec::new();
    for (what, count) in [
        ("sessions", 4),
        ("logins", 20),
        ("commands", 20),
        ("lines", 20),
        ("pushes", 20),
    ] {
        for who in ["floor", "fleet"] {
            expected.push((what.to_string(), who.to_string(), Some(count), Some(0)));
        }
    }
    assert_eq!(figures.iter().map(row).collect::<Vec<_>>(), expected);
    let pushes = &figures[9];
    assert_eq!(
        (&pushes["lines"], &pushes["window"]),
        (&json!(20), &json!(8))
    );
    assert!(pushes["of"]["floor"].is_f64(), "{pushes}");
}

#[test]
fn fleets_of_several_sizes_give_each_device_its_turns() {
    let topology = Written::new("bench-sizes", TOPOLOGY);
    let mut fleet = topology.fleet(&["bench", "t.yaml", "--what", "logins", "--each"]);
    fleet.args(["--devices", "1,3,9", "--rounds", "2", "--concurrency", "2"]);
    let (figures, succeeded) = figures(fleet);
    assert!(succeeded);
    let row = |figure: &Value| {
        let who = figure["who"].as_str().unwrap().to_string();
        (who, figure["devices"].as_u64(), figure["done"].as_u64())
    };
    let mut expected = Vec::new();
    // There are three devices, and no nine.
    for devices in [1, 3, 3] {
        for who in ["floor", "fleet"] {
            expected.push((who.to_string(), Some(devices), Some(devices * 2)));
        }
    }
    assert_eq!(figures.iter().map(row).collect::<Vec<_>>(), expected);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let topology = Written::new("bench-refused", TOPOLOGY);
    for (arguments, why) in [
        (
            ["--what", "lines", "--each"].as_slice(),
            "hint: --what logins",
        ),
        (&["--concurrency", "8,0"], "0 is not in 1.."),
        (&["--devices", "0"], "0 is not in 1.."),
        (&["--for", "-1"], "unexpected argument"),
        (&["--for=-1"], "it must be more than 0"),
        (&["--rate", "inf"], "it must be more than 0"),
        (&["--rate", "many"], "not a number"),
    ] {
        let mut fleet = topology.fleet(&["bench", "t.yaml"]);
        let output = fleet.args(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(why), "{arguments:?}: {told}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_loaded_by_address_and_a_device_that_fails_is_counted() {
    let written = Written::new("bench-address", "");
    let server = Server::start(Replies::new("other#")).await.unwrap();
    // A port that nobody listens at.
    let gone = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let load = |addresses: String| {
        let mut fleet = written.fleet(&["bench", "--address", &addresses, "--username", "u"]);
        fleet.args([
            "--what",
            "pushes",
            "--count",
            "20",
            "--concurrency",
            "2",
            "--no-floor",
        ]);
        fleet.env("FLEET_PASSWORD", "S3cret");
        tokio::task::spawn_blocking(|| figures(fleet))
    };
    let (good, succeeded) = load(server.address().to_string()).await.unwrap();
    assert!(succeeded);
    assert_eq!(
        (&good[0]["done"], &good[0]["failed"]),
        (&json!(20), &json!(0))
    );
    let (half, _) = load(format!("{},{gone}", server.address())).await.unwrap();
    assert_eq!(
        (&half[0]["done"], &half[0]["failures"]["connect"]["count"]),
        (&json!(10), &json!(10))
    );
    let (none, succeeded) = load(gone.to_string()).await.unwrap();
    assert!(!succeeded);
    assert_eq!(
        (&none[0]["done"], &none[0]["failed"]),
        (&json!(0), &json!(20))
    );
}
