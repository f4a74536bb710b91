//! Pushes over SSH, against a device on loopback.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};

use programmer::inventory::{Inventory, PasswordOverride};
use programmer::packs::{PackSource, Packs};
use programmer::plan::Plan;
use programmer::push::{DeviceResult, Pace, Settings, Task, Tools, push};
use programmer::report;
use programmer::resolve::resolve;
use programmer::rfs;
use programmer::transport::{Connector, HostKeyPolicy, HostKeys, TransportOptions};
use russh::MethodKind;
use tokio::sync::{Semaphore, watch};

use crate::cisco::{Behaviour, Cisco, Gate};

static PACKS: LazyLock<Packs> = LazyLock::new(|| Packs::load(&PackSource::embedded()).unwrap());

const VLAN: &str = "{writer: Networkvlan, op: create, key: 20, fields: {name: users}}";
const LOCATION: &str =
    "{writer: ApSettings, op: modify, key: KRK-LAP1, fields: {location: Global/Kraków}}";

/// A plan for devices on these ports.
fn plan(ports: &[u16], feature: &str) -> Plan {
    let mut plans: Vec<String> = Vec::new();
    let first = ports.iter().min().unwrap();
    // The topology counts ports up, so that a device between two of ours is one that nobody pushes to.
    let last = ports.iter().max().unwrap();
    for port in *first..=*last {
        plans.push(format!(
            "  - {{name: \"d-{port}\", pack: catalyst-9800, role: wlc}}\n"
        ));
    }
    let topology = format!(
        "listen: {{address: 127.0.0.1, port: {first}}}\n\
         credentials: {{username: netadmin, password: C1sco12345, enable: C1sco54321}}\ndevices:\n{}",
        plans.concat()
    );
    let inventory = Inventory::read("t.yaml", &topology, &PasswordOverride::default()).unwrap();
    let names: Vec<String> = ports.iter().map(|port| format!("d-{port}")).collect();
    let text = format!(
        "kind: rfs\ndevices: [{}]\nfeatures: [{feature}]\n",
        names.join(", ")
    );
    resolve(&rfs::read("s.yaml", &text).unwrap(), &inventory, &PACKS).unwrap()
}

/// Pushes a plan, so many devices at once, as a run that nobody needs to know of later.
async fn pushed(
    plan: &Plan,
    policy: HostKeyPolicy,
    known_hosts: impl Into<PathBuf>,
    concurrency: usize,
    is_interrupted: bool,
) -> Vec<DeviceResult> {
    let connector = Connector::new(TransportOptions::new(HostKeys::new(policy, known_hosts)));
    let settings = Settings {
        connect_tries: 1,
        ..Settings::default()
    };
    let tools = Tools::in_memory(connector, plan.devices(), settings)
        .await
        .unwrap();
    let (_keep, interrupt) = watch::channel(is_interrupted);
    let pace = Pace {
        concurrency,
        ..Pace::default()
    };
    let tasks = plan.devices().iter().cloned().map(Task::push).collect();
    push(tasks, &Arc::new(tools), &pace, interrupt).await
}

async fn push_to(cisco: &Cisco, feature: &str) -> DeviceResult {
    pushed(
        &plan(&[cisco.port], feature),
        HostKeyPolicy::Off,
        "",
        1,
        false,
    )
    .await
    .remove(0)
}

#[track_caller]
fn check(result: &DeviceResult, state: &str, error: Option<&str>) {
    assert_eq!(result.state.name(), state, "{}", result.transcript.text());
    assert_eq!(
        result.failure.as_ref().map(ToString::to_string).as_deref(),
        error
    );
}

#[tokio::test]
async fn a_push_lands_and_is_saved() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let result = push_to(&cisco, VLAN).await;
    check(&result, "APPLIED", None);
    assert_eq!(
        cisco.heard(),
        [
            "(password)",
            "enable",
            "terminal length 0",
            "terminal width 0",
            "show running-config",
            "configure terminal",
            "vlan 20",
            "name users",
            "exit",
            "end",
            "show running-config",
            "write memory",
            "exit"
        ]
    );
    assert_eq!(
        report::exit_status(&[result]),
        report::ExitStatus::AllApplied
    );
}

#[tokio::test]
async fn a_password_that_is_all_there_is_to_show_is_shown_without_a_question() {
    let cisco = Cisco::start(Behaviour::default()).await;
    check(&push_to(&cisco, VLAN).await, "APPLIED", None);
    assert_eq!((cisco.asked(), cisco.came()), (0, 1));
}

#[tokio::test]
async fn where_one_refusal_was_unclear_the_other_logins_ask_first() {
    let methods = &[MethodKind::KeyboardInteractive];
    let behaviour = Behaviour {
        methods,
        ..Behaviour::default()
    };
    let mut both = [
        Cisco::start(behaviour.clone()).await,
        Cisco::start(behaviour).await,
    ];
    // A plan has them by port, and the kernel's are in no order.
    both.sort_by_key(|cisco| cisco.port);
    let [first, second] = both;
    let plans = plan(&[first.port, second.port], VLAN);
    let results = pushed(&plans, HostKeyPolicy::Off, "", 1, false).await;
    for result in &results {
        check(result, "APPLIED", None);
    }
    assert_eq!((first.asked(), second.asked()), (1, 1));
    assert_eq!((first.came(), second.came()), (2, 1));
    for cisco in [first, second] {
        assert_eq!(cisco.heard()[0], "(keyboard-interactive)");
    }
}

#[tokio::test]
async fn a_device_that_takes_no_passwords_is_logged_in_to_by_keyboard() {
    let methods = &[MethodKind::KeyboardInteractive];
    let cisco = Cisco::start(Behaviour {
        methods,
        ..Behaviour::default()
    })
    .await;
    check(&push_to(&cisco, VLAN).await, "APPLIED", None);
    assert_eq!(cisco.heard()[0], "(keyboard-interactive)");
    assert_eq!(cisco.asked(), 1);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let cisco = Cisco::start(Behaviour {
        password: "another",
        ..Behaviour::default()
    })
    .await;
    let result = push_to(&cisco, VLAN).await;
    let error = format!(
        "d-{0}: 127.0.0.1:{0} refused the login of `netadmin` by password",
        cisco.port
    );
    check(&result, "NOT_STARTED", Some(&error));
    assert_eq!(cisco.heard(), ["(password)"]);
    // Its refusal names no `password` any more, so that it had to be asked whether it takes any.
    assert_eq!(cisco.asked(), 1);
}

#[tokio::test]
async fn a_wrong_enable_password_is_named_and_nothing_is_sent() {
    let behaviour = Behaviour {
        privileged: false,
        enable: "another",
        ..Behaviour::default()
    };
    let cisco = Cisco::start(behaviour).await;
    let result = push_to(&cisco, VLAN).await;
    check(
        &result,
        "NOT_STARTED",
        Some("Enable password is incorrect for device 127.0.0.1"),
    );
    assert_eq!(cisco.heard(), ["(password)", "enable", "exit"]);
    let told = format!(
        "{}{}",
        report::text(std::slice::from_ref(&result)),
        report::json(&[result])
    );
    assert!(!told.contains("C1sco"), "{told}");
}

#[tokio::test]
async fn a_seven_bit_echo_is_told_with_what_was_sent_and_what_came_back() {
    let cisco = Cisco::start(Behaviour {
        seven_bits: true,
        ..Behaviour::default()
    })
    .await;
    let result = push_to(&cisco, LOCATION).await;
    let name = format!("d-{}", cisco.port);
    let error = format!(
        "{name} echoed line 1 wrong: sent `do ap name KRK-LAP1 location \"Global/Kraków\"`, \
         came back `do ap name KRK-LAP1 location \"Global/KrakC3w\"`"
    );
    check(&result, "PARTIAL", Some(&error));
    assert_eq!(
        cisco.heard().last().map(String::as_str),
        Some("exit"),
        "the device is left clean"
    );
    let text = report::text(std::slice::from_ref(&result));
    assert!(text.contains("Unable to push CLI 'do ap name KRK-LAP1 location \"Global/Kraków\"' to device 127.0.0.1 using protocol ssh2"), "{text}");
    assert!(
        text.contains("D> do ap name KRK-LAP1 location \"Global/KrakC3w\"\\r\\nR1(config)#"),
        "{text}"
    );
    assert_eq!(
        report::exit_status(&[result]),
        report::ExitStatus::SomeUnclear
    );
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_is_read_anew_and_what_is_in_is_known() {
    let cisco = Cisco::start(Behaviour {
        hangs_up_at: "name users",
        ..Behaviour::default()
    })
    .await;
    let result = push_to(&cisco, VLAN).await;
    assert_eq!(
        (result.state.name(), result.accepted, result.in_doubt),
        ("PARTIAL", 1, None)
    );
    assert_eq!(result.is_in, ["vlan 20"]);
}

#[tokio::test]
async fn nobody_listening_is_an_error_that_names_the_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let result = pushed(&plan(&[port], VLAN), HostKeyPolicy::Off, "", 1, false)
        .await
        .remove(0);
    assert_eq!(result.state.name(), "NOT_STARTED");
    assert!(
        result
            .failure
            .unwrap()
            .to_string()
            .contains(&format!("can't connect to 127.0.0.1:{port}"))
    );
}

#[tokio::test]
async fn host_keys_are_strict_learnt_or_left_alone() {
    let known_hosts = crate::directory("host_keys").join("known_hosts");
    let cisco = Cisco::start(Behaviour::default()).await;
    let run = async |cisco: &Cisco, policy| {
        pushed(&plan(&[cisco.port], VLAN), policy, &known_hosts, 1, false)
            .await
            .remove(0)
    };
    let unknown = run(&cisco, HostKeyPolicy::Strict).await;
    assert_eq!(unknown.state.name(), "NOT_STARTED");
    let failure = unknown.failure.unwrap();
    let shown = cisco
        .key
        .fingerprint(russh::keys::HashAlg::Sha256)
        .to_string();
    assert!(
        failure.to_string().contains("is unknown") && failure.to_string().contains(&shown),
        "{failure}"
    );
    assert!(failure.hint().contains("--format known-hosts"));

    check(
        &run(&cisco, HostKeyPolicy::AcceptNew).await,
        "APPLIED",
        None,
    );
    check(&run(&cisco, HostKeyPolicy::Strict).await, "APPLIED", None);

    // The same address, another key.
    let text = std::fs::read_to_string(&known_hosts).unwrap();
    let other = Cisco::start(Behaviour {
        key_seed: 2,
        ..Behaviour::default()
    })
    .await;
    let moved = text.replace(&format!(":{}", cisco.port), &format!(":{}", other.port));
    std::fs::write(&known_hosts, moved).unwrap();
    for policy in [HostKeyPolicy::Strict, HostKeyPolicy::AcceptNew] {
        let failure = run(&other, policy).await.failure.unwrap().to_string();
        assert!(
            failure.contains("has changed") && failure.contains(&shown),
            "{failure}"
        );
        let new = other
            .key
            .fingerprint(russh::keys::HashAlg::Sha256)
            .to_string();
        assert!(failure.contains(&new), "{failure}");
    }
    check(&run(&other, HostKeyPolicy::Off).await, "APPLIED", None);
}

#[tokio::test]
async fn no_more_sessions_are_open_than_allowed() {
    let gate = Arc::new(Gate {
        open: Mutex::new((0, 0)),
        pass: Semaphore::new(0),
    });
    let behaviour = Behaviour {
        gate: Some(Arc::clone(&gate)),
        ..Behaviour::default()
    };
    let mut ports = Vec::new();
    for _ in 0..5 {
        ports.push(Cisco::start(behaviour.clone()).await.port);
    }
    let plan = plan(&ports, VLAN);
    let pushing = pushed(&plan, HostKeyPolicy::Off, "", 2, false);
    // A session passes the gate only when two wait at it, or when no second one is left.
    let opening = async {
        for left in (1..=ports.len()).rev() {
            while gate.open.lock().unwrap().0 < left.min(2) {
                tokio::task::yield_now().await;
            }
            gate.pass.add_permits(1);
            while gate.pass.available_permits() > 0 {
                tokio::task::yield_now().await;
            }
        }
    };
    let (results, ()) = tokio::join!(pushing, opening);
    assert!(
        results
            .iter()
            .all(|result| result.state.name() == "APPLIED")
    );
    assert_eq!(gate.open.lock().unwrap().1, 2);
}

#[tokio::test]
async fn an_interrupt_before_the_first_turn_touches_no_device() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let results = pushed(&plan(&[cisco.port], VLAN), HostKeyPolicy::Off, "", 1, true).await;
    assert_eq!(results[0].state.name(), "NOT_STARTED");
    assert!(cisco.heard().is_empty());
}
