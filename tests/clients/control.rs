//! Faults that are added to a fleet that runs, with `fleet ctl`, and seen by OpenSSH.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::person::{NO_KEYS, Person, ssh};
use crate::programs::{Said, fleet};
use crate::served::{PASSWORD, Served};

fn ctl(options: &[String; 4], arguments: &[&str]) -> Said {
    let options = options.iter().map(String::as_str);
    let all: Vec<&str> = ["ctl"]
        .into_iter()
        .chain(options)
        .chain(arguments.iter().copied())
        .collect();
    fleet(&all)
}

#[test]
fn a_fault_strikes_a_session_that_is_open_and_is_gone_when_it_is_removed() {
    let mut served = Served::plain_edge();
    let control = served.controlled();
    let mut person = Person::logs_in(&served, "edge-1", PASSWORD);
    person.sees("edge-1#");
    ctl(
        &control,
        &[
            "fault",
            "add",
            "authorization-denied",
            "--id",
            "no",
            "--when",
            "line_matches: ^show clock",
        ],
    )
    .ends(0)
    .says("added: no");
    person.types("show clock");
    person.sees("Command authorization failed.");
    person.sees("edge-1#");
    let listed = ctl(&control, &["--json", "fault", "list"]).ends(0).json();
    assert_eq!(listed["faults"][0]["struck"], 1, "{listed:#}");
    let shown = ctl(&control, &["--json", "device", "show", "edge-1"])
        .ends(0)
        .json();
    assert_eq!(
        shown["sessions"].as_array().map(Vec::len),
        Some(1),
        "{shown:#}"
    );
    ctl(&control, &["fault", "remove", "no"]).ends(0);
    person.types("show clock");
    person.sees("UTC");
    ctl(
        &control,
        &[
            "fault",
            "add",
            "reset",
            "--device",
            "edge-1",
            "--when",
            "command: 1",
        ],
    )
    .ends(0);
    person.types("show clock");
    let end = person.sees_the_end();
    // Which of the two ssh says depends on whether it was writing just then.
    let reset = end.contains("reset by") || end.contains("Broken pipe");
    assert!(reset, "{end}");
    ctl(&control, &["fault", "clear"])
        .ends(0)
        .says("removed: 1");
    let mut again = Person::logs_in(&served, "edge-1", PASSWORD);
    again.sees("edge-1#");
}

#[test]
fn a_list_with_nothing_in_it_says_so() {
    let mut served = Served::plain_edge();
    let control = served.controlled();
    let says = |arguments: &[&str]| ctl(&control, arguments).ends(0).out;
    assert_eq!(says(&["fault", "list"]), "no faults\n");
    assert_eq!(says(&["device", "list"]), "no device has been touched\n");
    let mut person = Person::logs_in(&served, "edge-1", PASSWORD);
    person.sees("edge-1#");
    let shown = says(&["device", "show", "edge-1"]);
    assert!(shown.lines().any(|line| line == "faults: none"), "{shown}");
}

#[test]
fn a_host_key_that_changes_stops_openssh() {
    let mut served = Served::plain_edge();
    let control = served.controlled();
    ctl(&control, &["fault", "add", "host-key-changed"]).ends(0);
    let mut person = Person::starts(ssh(&served, "edge-1", NO_KEYS));
    assert!(
        person
            .sees_the_end()
            .contains("HOST IDENTIFICATION HAS CHANGED")
    );
    ctl(&control, &["fault", "clear"]).ends(0);
    ctl(
        &control,
        &["fault", "add", "algorithms", "--set", "cipher=[aes128-cbc]"],
    )
    .ends(0);
    let mut person = Person::starts(ssh(&served, "edge-1", NO_KEYS));
    assert!(person.sees_the_end().contains("no matching cipher"));
}

#[test]
fn what_only_ssh_shows_does_no_harm_to_openssh() {
    let mut served = Served::plain_edge();
    let control = served.controlled();
    for fault in [
        "{id: a, kind: pre-banner, text: [Welcome]}",
        "{id: b, kind: rekey, bytes: 2000}",
        "{id: c, kind: keyboard-interactive-only}",
        "{id: d, kind: late-ident, delay: 100ms}",
        "{id: e, kind: split-writes, bytes: 7}",
    ] {
        ctl(&control, &["fault", "add", fault]).ends(0);
    }
    let mut person = Person::logs_in(&served, "edge-1", PASSWORD);
    person.sees("edge-1#");
    person.types("terminal length 0");
    person.sees("edge-1#");
    person.types("show running-config");
    person.sees("line vty");
    person.sees("edge-1#");
    ctl(
        &control,
        &["fault", "add", "disconnect", "--set", "reason=enough"],
    )
    .ends(0);
    let mut other = Person::logs_in(&served, "edge-1", PASSWORD);
    assert!(other.sees_the_end().contains("enough"));
}

#[test]
fn a_mistake_in_a_fault_is_told_with_its_place_and_nothing_is_added() {
    let mut served = Served::plain_edge();
    let control = served.controlled();
    ctl(&control, &["fault", "add", "{id: x, kind: refsue}"])
        .ends(2)
        .says("rule:1:15: unknown kind of fault `refsue`")
        .says("did you mean `refuse`?");
    ctl(&control, &["fault", "add", "refuse", "--device", "edge-9"])
        .ends(2)
        .says("no device is called `edge-9`");
    ctl(&control, &["fault", "remove", "x"])
        .ends(2)
        .says("no fault is called `x`");
    let listed = ctl(&control, &["--json", "fault", "list"]).ends(0).json();
    assert_eq!(listed["faults"], serde_json::json!([]));
}

#[test]
fn whoever_doesnt_know_the_token_or_asks_for_another_host_gets_nothing() {
    let mut served = Served::plain_edge();
    let control = served.controlled();
    let token = std::fs::read_to_string(&control[3]).unwrap();
    let asks = |head: &str| {
        let mut stream = TcpStream::connect(&control[1]).unwrap();
        let request = format!("GET /v1/faults HTTP/1.1\r\nConnection: close\r\n{head}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let (host, token) = (format!("Host: {}\r\n", control[1]), token.trim());
    let right = format!("Authorization: Bearer {token}\r\n");
    assert!(asks(&format!("{host}{right}")).starts_with("HTTP/1.1 200"));
    assert!(asks(&host).starts_with("HTTP/1.1 401"));
    assert!(
        asks(&format!("{host}Authorization: Bearer {}\r\n", &token[1..]))
            .starts_with("HTTP/1.1 401")
    );
    assert!(asks(&format!("Host: evil.example\r\n{right}")).starts_with("HTTP/1.1 403"));
}
