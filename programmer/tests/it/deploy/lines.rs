//! Lines that are refused, taken and not kept, cut off, not saved.

use programmer::ledger::Phase;
use programmer::push::OnError;
use programmer::report::{ExitStatus, exit_status};

use super::{BOTH, check, journal, pushed, vlans};
use crate::lab::{Faults, Lab};

#[tokio::test(start_paused = true)]
async fn what_is_pushed_is_read_back_and_saved_and_pushed_once() {
    let lab = Lab::default();
    let (result, tools) = pushed(&lab, OnError::Stop).await;
    check(&result, "APPLIED", &[], "");
    assert_eq!((vlans(&lab, 1), result.sent.len()), (BOTH.into(), 6));
    let saved = lab.device(1).lock().unwrap().saved.clone();
    assert_eq!(saved.len(), 2);
    assert_eq!(journal(&tools).await, (Phase::Applied, false));
    let events = tools
        .journal
        .ledger
        .events(&tools.journal.run)
        .await
        .unwrap();
    let events: Vec<&str> = events.iter().map(|event| event.what.as_str()).collect();
    assert_eq!(events, ["intent", "SAVING", "APPLIED"]);

    lab.device(1).lock().unwrap().heard.clear();
    let (result, _) = pushed(&lab, OnError::Stop).await;
    check(&result, "APPLIED", &[], "");
    assert_eq!(result.sent.len(), 0);
    let heard = lab.device(1).lock().unwrap().heard.clone();
    assert_eq!(
        heard,
        [
            "enable",
            "terminal length 0",
            "terminal width 0",
            "show running-config",
            "exit"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_line_ends_as_the_user_wants() {
    let refuses = || {
        Lab::with(Faults {
            refuses: "vlan 30",
            ..Faults::default()
        })
    };
    let lab = refuses();
    let (result, tools) = pushed(&lab, OnError::Stop).await;
    check(&result, "PARTIAL", &["vlan 20", " name a"], "refused");
    assert_eq!(vlans(&lab, 1), "vlan 20 name a");
    assert_eq!(journal(&tools).await, (Phase::Partial, false));
    assert_eq!(exit_status(&[result]), ExitStatus::SomeUnclear);

    let lab = refuses();
    let (result, _) = pushed(&lab, OnError::Rollback).await;
    check(&result, "ROLLED_BACK", &[], "refused");
    assert_eq!(vlans(&lab, 1), "");
    assert_eq!(exit_status(&[result]), ExitStatus::SomeFailed);

    let lab = Lab::with(Faults {
        refuses: "name a",
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Continue).await;
    check(
        &result,
        "PARTIAL",
        &["vlan 20", "vlan 30", " name b"],
        "refused",
    );
    assert_eq!(vlans(&lab, 1), "vlan 20 , vlan 30 name b");

    let lab = Lab::with(Faults {
        refuses: "vlan 20",
        ..Faults::default()
    });
    for on_error in [OnError::Stop, OnError::Rollback] {
        let (result, _) = pushed(&lab, on_error).await;
        check(&result, "NOT_STARTED", &[], "refused");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_was_taken_and_isnt_there_is_no_success() {
    let forgets = || {
        Lab::with(Faults {
            forgets: "name b",
            ..Faults::default()
        })
    };
    let (result, _) = pushed(&forgets(), OnError::Stop).await;
    check(
        &result,
        "PARTIAL",
        &["vlan 20", " name a", "vlan 30"],
        "not_applied",
    );
    let lab = forgets();
    let (result, _) = pushed(&lab, OnError::Rollback).await;
    check(&result, "ROLLED_BACK", &[], "not_applied");
    assert_eq!(vlans(&lab, 1), "");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_is_opened_anew_to_see_what_is_in() {
    let resets = || {
        Lab::with(Faults {
            resets_at: "name b",
            ..Faults::default()
        })
    };
    let lab = resets();
    let (result, _) = pushed(&lab, OnError::Stop).await;
    check(
        &result,
        "PARTIAL",
        &["vlan 20", " name a", "vlan 30"],
        "closed",
    );
    let lab = resets();
    let (result, _) = pushed(&lab, OnError::Continue).await;
    check(&result, "APPLIED", &[], "");
    assert_eq!((vlans(&lab, 1), result.warnings.len()), (BOTH.into(), 0));
    let lab = resets();
    let (result, _) = pushed(&lab, OnError::Rollback).await;
    check(&result, "ROLLED_BACK", &[], "closed");
    assert_eq!(vlans(&lab, 1), "");
    // The last line's prompt is lost, and all lines are in.
    let lab = Lab::with(Faults {
        resets_at: "end",
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Stop).await;
    check(&result, "APPLIED", &[], "");
    assert_eq!(result.warnings.len(), 1, "{:?}", result.warnings);
}

#[tokio::test(start_paused = true)]
async fn authorisation_that_ends_in_the_middle_leaves_the_device_unknown() {
    let lab = Lab::with(Faults {
        denies_from: "vlan 30",
        ..Faults::default()
    });
    let (result, tools) = pushed(&lab, OnError::Rollback).await;
    check(&result, "UNKNOWN", &[], "denied");
    assert_eq!(journal(&tools).await, (Phase::Unknown, true));
    let heard = lab.device(1).lock().unwrap().heard.clone();
    let reads = heard.iter().filter(|line| line.starts_with("show run"));
    let sessions = heard.iter().filter(|line| *line == "terminal length 0");
    assert_eq!(
        (reads.count(), sessions.count()),
        (4, 3),
        "it is asked in new sessions, too: {heard:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn authorisation_that_comes_back_with_a_new_session_lets_the_device_be_read_and_taken_back() {
    let faults = || Faults {
        denies_from: "vlan 30",
        denies_until_login: true,
        ..Faults::default()
    };
    let lab = Lab::with(faults());
    let (result, tools) = pushed(&lab, OnError::Stop).await;
    check(&result, "PARTIAL", &["vlan 20", " name a"], "denied");
    assert_eq!(journal(&tools).await, (Phase::Partial, false));
    let lab = Lab::with(faults());
    let (result, tools) = pushed(&lab, OnError::Rollback).await;
    check(&result, "ROLLED_BACK", &[], "denied");
    assert_eq!(
        (vlans(&lab, 1), journal(&tools).await),
        (String::new(), (Phase::RolledBack, false))
    );
}

#[tokio::test(start_paused = true)]
async fn a_save_that_fails_leaves_it_applied_and_not_saved() {
    let lab = Lab::with(Faults {
        cannot_save: true,
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Rollback).await;
    check(&result, "APPLIED", &[], "not_saved");
    assert_eq!(exit_status(&[result]), ExitStatus::SomeFailed);
    assert_eq!(
        lab.device(1)
            .lock()
            .unwrap()
            .heard
            .iter()
            .filter(|line| *line == "write memory")
            .count(),
        2
    );
}
