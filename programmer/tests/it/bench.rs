//! `programmer bench`: what it does and what it tells, not how fast anything is.

use serde_json::{Value, json};

use crate::cisco::{Behaviour, Cisco};
use crate::program::{Run, SERVICE};

const BENCH: [&str; 12] = [
    "bench",
    "--host-keys",
    "off",
    "--rounds",
    "2",
    "--concurrency",
    "4",
    "--output",
    "json",
    "--sending",
    "lockstep,pipelined",
    "topology.yaml",
];

/// A device that asks for the second password.
async fn device() -> Cisco {
    let behaviour = Behaviour {
        privileged: false,
        ..Behaviour::default()
    };
    Cisco::start(behaviour).await
}

/// What it prints, and its status.
async fn bench(run: Run, arguments: &[&'static str]) -> (Vec<Value>, Option<i32>) {
    let (_run, output) = run.program(&[&BENCH, arguments].concat()).await;
    let told = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}"));
    (
        report["figures"].as_array().unwrap().clone(),
        output.status.code(),
    )
}

fn heard(cisco: &Cisco, line: &str) -> usize {
    cisco.heard().iter().filter(|heard| *heard == line).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_push_sends_all_its_lines_and_the_floors_push_as_often() {
    let cisco = device().await;
    let run = Run::new("bench", cisco.port, SERVICE);
    run.write("lines.txt", "vlan 2{n}\n name push{push}\n");
    let (figures, status) = bench(run, &["--template", "lines.txt", "--lines", "4"]).await;
    assert_eq!(status, Some(0));
    let row = |figure: &Value| {
        (
            figure["who"].clone(),
            figure["done"].clone(),
            figure["failed"].clone(),
        )
    };
    let each = ["floor", "exchange", "programmer"].map(|who| (json!(who), json!(2), json!(0)));
    assert_eq!(
        figures.iter().map(row).collect::<Vec<_>>(),
        [each.clone(), each].concat()
    );
    let own = &figures[5];
    assert_eq!((&own["lines"], &own["window"]), (&json!(4), &json!(32)));
    assert!(
        own["of"]["floor"].is_f64() && own["of"]["exchange"].is_f64(),
        "{own}"
    );
    // Two sendings, each looked at once and measured twice.
    assert_eq!(heard(&cisco, "vlan 21"), 6);
    assert_eq!(heard(&cisco, "name push5"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn services_are_taken_back_each_time() {
    let cisco = device().await;
    let run = Run::new("bench_service", cisco.port, SERVICE);
    let (figures, status) = bench(run, &["--service", "service.yaml", "--no-floor"]).await;
    assert_eq!((figures.len(), status), (2, Some(0)), "{figures:?}");
    assert_eq!(
        (heard(&cisco, "vlan 20"), heard(&cisco, "no vlan 20")),
        (6, 6)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_fails_is_counted_and_told() {
    let cisco = device().await;
    let run = Run::new("bench_refused", cisco.port, SERVICE);
    run.write("lines.txt", "vlan 13\n name push{push}\n");
    let (figures, status) = bench(run, &["--template", "lines.txt", "--lines", "2"]).await;
    assert_eq!(status, Some(1));
    assert_eq!(
        (&figures[0]["done"], &figures[0]["failed"]),
        (&json!(0), &json!(2))
    );
    let said = figures[0]["failures"]["NOT_STARTED"]["first"]
        .as_str()
        .unwrap();
    assert!(said.contains("vlan 13"), "{said}");
}
