//! The two failures from the field, from the topology to the report.

use std::time::{Duration, Instant};

use crate::person::Person;
use crate::programs::programmer;
use crate::served::{PASSWORD, Served};

/// A failure that is certain must not wait for a timeout, which is 300 s in the field. The rest of the bound is for
/// a busy machine: a debug build takes seconds to judge a password.
const AT_ONCE: Duration = Duration::from_secs(60);

#[test]
fn the_letter_of_krakow_is_an_echo_mismatch_at_once_with_what_was_sent_and_what_came_back() {
    let served = Served::shipped("failures/seven-bit-echo.yaml");
    let started = Instant::now();
    let service = "examples/failures/seven-bit-echo.yaml";
    let said = programmer(&served, "push", &["--output", "json", service]);
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());

    let sent = "ap name KRK-LAP1 location \"Global/Cisco Poland/Kraków/Budynek C/Pietro-2\"";
    let back = "ap name KRK-LAP1 location \"Global/Cisco Poland/KrakC3w/Budynek C/Pietro-2\"";
    assert!(matches!(said.status, Some(1 | 3)), "{}", said.all);
    let report = said.json();
    let error = &report["devices"][0]["error"];
    assert_eq!(error["kind"], "echo_mismatch", "{report:#}");
    assert!(
        error["sent"]
            .as_str()
            .is_some_and(|line| line.ends_with(sent)),
        "{error:#}"
    );
    assert!(
        error["received"]
            .as_str()
            .is_some_and(|line| line.ends_with(back)),
        "{error:#}"
    );
    let transcript = report["devices"][0]["transcript"]
        .as_str()
        .expect("a transcript");
    assert!(transcript.contains("KrakC3w"), "{transcript}");
    assert!(
        error["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("7 bits")),
        "{error:#}"
    );
}

#[test]
fn a_person_sees_the_same_letter_go_wrong() {
    let served = Served::shipped("failures/seven-bit-echo.yaml");
    let mut person = Person::logs_in(&served, "wlc-1", PASSWORD);
    person.sees("wlc-1#");
    person.presses("ap name KRK-LAP1 location Kraków");
    person.sees("location KrakC3w");
}

#[test]
fn eight_bits_and_a_new_login_let_the_letter_through() {
    let served = Served::shipped("failures/seven-bit-echo.yaml");
    let mut person = Person::logs_in(&served, "wlc-1", PASSWORD);
    person.sees("wlc-1#");
    person.types("configure terminal");
    person.sees("(config)#");
    person.types("default-value exec-character-bits 8");
    person.sees("(config)#");
    programmer(&served, "push", &["examples/failures/seven-bit-echo.yaml"]).ends(0);
}

#[test]
fn a_wrong_enable_password_is_told_in_the_words_of_the_field_and_the_other_edge_is_done() {
    let served = Served::shipped("failures/wrong-enable-password.yaml");
    let started = Instant::now();
    let service = "examples/failures/wrong-enable-password.yaml";
    programmer(&served, "push", &[service])
        .ends(1)
        .says("Enable password is incorrect for device 127.0.0.1\n")
        .says("edge-1: APPLIED, ")
        .says("edge-2: NOT_STARTED, nothing was sent")
        .says("1 of 2 devices applied");
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}
