//! Devices that aren't as they were thought, and the ways back: somebody else's changes, an interrupt, a checkpoint.

use programmer::push::{OnError, OtherHostname, Pace, Settings};
use programmer::report::{ExitStatus, exit_status};

use super::{BOTH, check, plan, planned, pushed, run, tasks, tools, vlans};
use crate::lab::{Faults, Lab};

#[tokio::test(start_paused = true)]
async fn what_somebody_else_has_changed_is_told_of_a_device_that_has_a_part() {
    let lab = Lab::with(Faults {
        is_changed_at: "name a",
        refuses: "name b",
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Stop).await;
    let is_in = ["vlan 20", " name a", "vlan 30"];
    check(&result, "PARTIAL", &is_in, "refused");
    assert_eq!(
        result.warnings,
        [
            "what nobody sent has changed, by the device itself or by somebody else: `vlan 999`, `name foreign`"
        ]
    );
    let lab = Lab::with(Faults {
        refuses: "name b",
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Stop).await;
    assert_eq!(result.warnings, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_configuration_that_is_cut_off_is_read_again() {
    let lab = Lab::with(Faults {
        cuts_off: 1,
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Stop).await;
    check(&result, "APPLIED", &[], "");
    let lab = Lab::with(Faults {
        cuts_off: 9,
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Stop).await;
    check(&result, "NOT_STARTED", &[], "unreadable");
    assert_eq!(vlans(&lab, 1), "");
}

#[tokio::test(start_paused = true)]
async fn another_device_than_the_one_that_was_meant_is_left_alone() {
    let lab = Lab::default();
    lab.device(1).lock().unwrap().hostname = "core-9".into();
    let plan = plan();
    let settings = Settings {
        other_hostname: OtherHostname::Refuse,
        ..Settings::default()
    };
    let tools = tools(&lab, &plan, settings).await;
    let result = run(&tools, tasks(&plan), &Pace::default()).await.remove(0);
    check(&result, "NOT_STARTED", &[], "other_hostname");
    assert_eq!(vlans(&lab, 1), "");
}

#[tokio::test(start_paused = true)]
async fn a_hostname_that_the_inventory_says_must_be_the_devices_unless_somebody_knows_better() {
    let inventory = "credentials: {username: netadmin, password: C1sco12345, enable: C1sco54321}\n\
        devices:\n  - {name: d-1, host: 127.0.0.1, port: 1, pack: catalyst-9800, role: wlc, prompt: core-1}\n";
    for (other_hostname, state, cause) in [
        (OtherHostname::default(), "NOT_STARTED", "other_hostname"),
        (OtherHostname::Warn, "APPLIED", ""),
    ] {
        let (lab, plan) = (Lab::default(), planned(inventory));
        let settings = Settings {
            other_hostname,
            ..Settings::default()
        };
        let tools = tools(&lab, &plan, settings).await;
        let result = run(&tools, tasks(&plan), &Pace::default()).await.remove(0);
        check(&result, state, &[], cause);
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_somebody_else_is_told_and_survives_the_way_back() {
    let lab = Lab::with(Faults {
        is_changed_at: "vlan 30",
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Stop).await;
    check(&result, "APPLIED", &[], "");
    assert!(
        result.warnings[0].contains("`vlan 999`"),
        "{:?}",
        result.warnings
    );
    let lab = Lab::with(Faults {
        is_changed_at: "vlan 30",
        refuses: "name b",
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Rollback).await;
    check(&result, "ROLLED_BACK", &[], "refused");
    assert_eq!(vlans(&lab, 1), "vlan 999 name foreign");
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_finishes_the_line_and_says_what_is_where() {
    let interrupted = || {
        Lab::with(Faults {
            interrupts_at: "vlan 30",
            ..Faults::default()
        })
    };
    let lab = interrupted();
    let (result, _) = pushed(&lab, OnError::Stop).await;
    assert_eq!(result.state.name(), "PARTIAL");
    assert_eq!(vlans(&lab, 1), "vlan 20 name a, vlan 30 ");
    let lab = interrupted();
    let (result, _) = pushed(&lab, OnError::Rollback).await;
    check(&result, "ROLLED_BACK", &[], "interrupted");
    assert_eq!(
        (vlans(&lab, 1), exit_status(&[result])),
        (String::new(), ExitStatus::Interrupted)
    );
}

#[tokio::test(start_paused = true)]
async fn a_device_with_an_archive_goes_back_to_its_checkpoint() {
    let lab = Lab::with(Faults {
        refuses: "name b",
        ..Faults::default()
    });
    lab.device(1).lock().unwrap().has_archive = true;
    let (result, _) = pushed(&lab, OnError::Rollback).await;
    check(&result, "ROLLED_BACK", &[], "refused");
    let heard = lab.device(1).lock().unwrap().heard.clone();
    assert!(
        heard
            .iter()
            .any(|line| line == "configure replace flash:copy-1 force"),
        "{heard:?}"
    );
    assert_eq!(vlans(&lab, 1), "");
}

#[tokio::test(start_paused = true)]
async fn a_change_is_confirmed_over_a_new_session_or_goes_back_by_itself() {
    let confirmed = async |lab: &Lab| {
        let plan = plan();
        let tools = tools(
            lab,
            &plan,
            Settings {
                confirm: Some(5),
                ..Settings::default()
            },
        )
        .await;
        run(&tools, tasks(&plan), &Pace::default()).await.remove(0)
    };
    let lab = Lab::default();
    check(&confirmed(&lab).await, "NOT_STARTED", &[], "no_archive");
    lab.device(1).lock().unwrap().has_archive = true;
    check(&confirmed(&lab).await, "APPLIED", &[], "");
    assert_eq!(vlans(&lab, 1), BOTH);

    // The device can't be reached from the end on, until it has gone back.
    let lab = Lab::with(Faults {
        is_lost_at: "exit",
        ..Faults::default()
    });
    lab.device(1).lock().unwrap().has_archive = true;
    let result = confirmed(&lab).await;
    assert_eq!(
        (result.state.name(), vlans(&lab, 1)),
        ("ROLLED_BACK", String::new()),
        "{:?}",
        result.failure
    );
}
