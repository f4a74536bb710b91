//! Nothing is sent that the journal doesn't have, and nobody's device is taken from them.

use std::sync::Arc;

use programmer::ledger::{Ledger, NewDevice, NewRun, Owner, Phase};
use programmer::push::{Pace, Settings, Tools};

use super::{check, plan, run, tasks, vlans};
use crate::lab::Lab;

#[tokio::test(start_paused = true)]
async fn a_journal_that_takes_nothing_lets_no_line_out() {
    let lab = Lab::default();
    let file = crate::directory("full_journal").join("journal.db");
    let url = format!("sqlite:{}", file.display());
    let plan = plan();
    let memory = Tools::in_memory(lab.clone(), plan.devices(), Settings::default())
        .await
        .unwrap();
    let ledger = Ledger::open(&url).await.unwrap();
    let device = NewDevice {
        name: "d-1".into(),
        endpoint: "127.0.0.1:1".into(),
        ..NewDevice::default()
    };
    let run_id = ledger
        .begin(NewRun {
            devices: vec![device],
            ..NewRun::default()
        })
        .await
        .unwrap();
    // Whoever takes the table away stands for a disk that is full.
    let mut vandal = rusqlite(&url).await;
    sqlx::query("ALTER TABLE events RENAME TO gone")
        .execute(&mut vandal)
        .await
        .unwrap();
    let journal = programmer::push::Journal {
        ledger,
        run: run_id,
        key: Arc::clone(&memory.journal.key),
    };
    let tools = Arc::new(Tools { journal, ..memory });
    let result = run(&tools, tasks(&plan), &Pace::default()).await.remove(0);
    check(&result, "NOT_STARTED", &[], "journal");
    assert_eq!(vlans(&lab, 1), "");
}

async fn rusqlite(url: &str) -> sqlx::AnyConnection {
    let address = url.replacen("sqlite:", "sqlite://", 1);
    <sqlx::AnyConnection as sqlx::Connection>::connect(&address)
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_device_of_a_run_that_is_gone_is_left_to_resume_unless_nothing_was_sent() {
    let lab = Lab::default();
    let url = format!(
        "sqlite:{}",
        crate::directory("gone").join("journal.db").display()
    );
    let gone = Owner {
        pid: 1,
        started: 7,
        ..Owner::this_process()
    };
    let theirs = Ledger::open_as(&url, gone, || 0).await.unwrap();
    let device = || NewDevice {
        name: "d-1".into(),
        endpoint: "127.0.0.1:1".into(),
        ..NewDevice::default()
    };
    let dead = theirs
        .begin(NewRun {
            devices: vec![device()],
            ..NewRun::default()
        })
        .await
        .unwrap();
    theirs.claim(&dead, "d-1", "127.0.0.1:1").await.unwrap();

    let plan = plan();
    let memory = Tools::in_memory(lab.clone(), plan.devices(), Settings::default())
        .await
        .unwrap();
    let ledger = Ledger::open(&url).await.unwrap();
    let ours = ledger
        .begin(NewRun {
            devices: vec![device()],
            ..NewRun::default()
        })
        .await
        .unwrap();
    let journal = programmer::push::Journal {
        ledger,
        run: ours,
        key: Arc::clone(&memory.journal.key),
    };
    let tools = Arc::new(Tools { journal, ..memory });
    theirs
        .intent(&dead, "d-1", programmer::ledger::Intent::default())
        .await
        .unwrap();
    let result = run(&tools, tasks(&plan), &Pace::default()).await.remove(0);
    check(&result, "NOT_STARTED", &[], "locked");
    assert!(
        result
            .failure
            .unwrap()
            .hint()
            .contains("programmer resume run-0001")
    );
    // The journal says it, too: who has the device.
    let journal = &tools.journal;
    let record = journal
        .ledger
        .devices(&journal.run)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(record.phase, Phase::NotStarted);
    assert!(
        record.error.contains("is locked by run-0001, process 1 on"),
        "{}",
        record.error
    );
    theirs
        .phase(&dead, "d-1", Phase::Planned, "")
        .await
        .unwrap();
    let result = run(&tools, tasks(&plan), &Pace::default()).await.remove(0);
    check(&result, "APPLIED", &[], "");
}
