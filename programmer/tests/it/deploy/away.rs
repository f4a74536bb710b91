//! Devices that boot, stay away, or let nobody in.

use std::time::Duration;

use programmer::ledger::{Claim, NewDevice, NewRun, Phase};
use programmer::push::{EndState, Kept, OnError, Pace, Purpose, Task};
use programmer::report::{ExitStatus, exit_status};

use super::{BOTH, check, journal, plan, pushed, run, tasks, vlans};
use crate::lab::{Faults, Lab};

#[tokio::test(start_paused = true)]
async fn a_device_that_boots_is_waited_for_and_has_lost_what_was_not_saved() {
    let lab = Lab::with(Faults {
        boots_at: "vlan 30",
        ..Faults::default()
    });
    let before = tokio::time::Instant::now();
    let (result, tools) = pushed(&lab, OnError::Stop).await;
    check(&result, "ROLLED_BACK", &[], "closed");
    assert!(
        before.elapsed() > Duration::from_secs(300),
        "{:?}",
        before.elapsed()
    );
    assert_eq!(
        (vlans(&lab, 1), journal(&tools).await),
        (String::new(), (Phase::RolledBack, false))
    );
}

#[tokio::test(start_paused = true)]
async fn a_device_that_stays_away_is_unknown_and_locked_until_it_is_read() {
    let lab = Lab::with(Faults {
        is_lost_at: "name b",
        ..Faults::default()
    });
    let (result, tools) = pushed(&lab, OnError::Rollback).await;
    check(&result, "UNKNOWN", &[], "closed");
    assert_eq!(journal(&tools).await, (Phase::Unknown, true));
    assert_eq!(exit_status(&[result]), ExitStatus::SomeUnclear);

    // Another run is told who has it.
    let journal_of = &tools.journal;
    let device = NewDevice {
        name: "d-1".into(),
        endpoint: "127.0.0.1:1".into(),
        ..NewDevice::default()
    };
    let other = NewRun {
        devices: vec![device],
        ..NewRun::default()
    };
    let other = journal_of.ledger.begin(other).await.unwrap();
    let claim = journal_of
        .ledger
        .claim(&other, "d-1", "127.0.0.1:1")
        .await
        .unwrap();
    assert!(matches!(claim, Claim::Held(holder) if holder.kept && holder.run == journal_of.run));

    // Gone on with while it is away, it is no less unknown, and stays locked.
    let plan = plan();
    let in_vain = Task {
        purpose: Purpose::Resume,
        base: Some(String::new()),
        found: EndState::Unknown,
        ..tasks(&plan).remove(0)
    };
    let result = run(&tools, vec![in_vain], &Pace::default()).await.remove(0);
    check(&result, "UNKNOWN", &[], "connect");
    assert_eq!(journal(&tools).await, (Phase::Unknown, true));

    // It comes back; the run goes on.
    tokio::time::advance(Duration::from_secs(90_000)).await;
    let record = journal_of
        .ledger
        .devices(&journal_of.run)
        .await
        .unwrap()
        .remove(0);
    let kept = Kept::open(&journal_of.key, &journal_of.run, "d-1", &record.sealed).unwrap();
    let base = Some(kept.before);
    let task = Task {
        purpose: Purpose::Resume,
        base,
        ..tasks(&plan).remove(0)
    };
    let result = run(&tools, vec![task], &Pace::default()).await.remove(0);
    check(&result, "APPLIED", &[], "");
    assert_eq!(
        (vlans(&lab, 1), journal(&tools).await),
        (BOTH.into(), (Phase::Applied, false))
    );

    // And what the whole run did is taken back.
    let record = tools
        .journal
        .ledger
        .devices(&tools.journal.run)
        .await
        .unwrap()
        .remove(0);
    let kept = Kept::open(
        &tools.journal.key,
        &tools.journal.run,
        "d-1",
        &record.sealed,
    )
    .unwrap();
    let back = plan.devices()[0].with_lines(kept.inverse);
    let task = Task {
        purpose: Purpose::TakeBack,
        ..Task::push(back)
    };
    let result = run(&tools, vec![task], &Pace::default()).await.remove(0);
    check(&result, "ROLLED_BACK", &[], "");
    assert_eq!(vlans(&lab, 1), "");
}

#[tokio::test(start_paused = true)]
async fn connecting_is_tried_again_before_a_line_was_sent() {
    let lab = Lab::with(Faults {
        connections_refused: 2,
        ..Faults::default()
    });
    let (result, _) = pushed(&lab, OnError::Stop).await;
    check(&result, "APPLIED", &[], "");
    let lab = Lab::with(Faults {
        connections_refused: 3,
        ..Faults::default()
    });
    let (result, tools) = pushed(&lab, OnError::Stop).await;
    check(&result, "NOT_STARTED", &[], "connect");
    assert_eq!(journal(&tools).await, (Phase::NotStarted, false));
    assert_eq!(exit_status(&[result]), ExitStatus::Unreachable);
}
