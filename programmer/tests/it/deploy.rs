//! What a push ends in, whatever goes wrong: on virtual time, against devices in memory.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use programmer::ledger::{Claim, Ledger, NewDevice, NewRun, Owner, Phase};
use programmer::packs::{PackSource, Packs};
use programmer::plan::{DevicePlan, Plan};
use programmer::push::{
    Canary, DeviceResult, EndState, Kept, OnError, Order, OtherHostname, Pace, Purpose, Settings,
    Task, Together, Tools, Waves, push,
};
use programmer::report::{ExitStatus, exit_status};
use programmer::resolve::resolve;
use programmer::rfs;
use programmer::topology::{Inventory, PasswordOverride};
use tokio::sync::watch;

use crate::lab::{Faults, Lab};

static PACKS: LazyLock<Packs> = LazyLock::new(|| Packs::load(&PackSource::embedded()).unwrap());

/// Two VLANs: `vlan 20`, `name a`, `exit`, `vlan 30`, `name b`, `exit`.
const SERVICE: &str = "kind: rfs\nrole: wlc\nfeatures:\n\
    - {writer: Networkvlan, op: create, key: 20, fields: {name: a}}\n\
    - {writer: Networkvlan, op: create, key: 30, fields: {name: b}}\n";

fn plan_of(devices: &str) -> Plan {
    let topology = format!(
        "listen: {{address: 127.0.0.1, port: 1}}\n\
         credentials: {{username: netadmin, password: C1sco12345, enable: C1sco54321}}\ndevices:\n{devices}"
    );
    let inventory = Inventory::read("t.yaml", &topology, &PasswordOverride::default()).unwrap();
    let service = SERVICE.replace("role: wlc", "devices: [NAMES]");
    let names: Vec<&str> = inventory
        .devices
        .iter()
        .map(|device| device.name.as_str())
        .collect();
    let service = service.replace("NAMES", &names.join(", "));
    resolve(&rfs::read("s.yaml", &service).unwrap(), &inventory, &PACKS).unwrap()
}

fn plan() -> Plan {
    plan_of("  - {name: d-1, pack: catalyst-9800, role: wlc}\n")
}

async fn tools(lab: &Lab, plan: &Plan, settings: Settings) -> Arc<Tools<Lab>> {
    Arc::new(
        Tools::in_memory(lab.clone(), plan.devices(), settings)
            .await
            .unwrap(),
    )
}

async fn run(tools: &Arc<Tools<Lab>>, tasks: Vec<Task>, pace: &Pace) -> Vec<DeviceResult> {
    let (interrupts, interrupt) = watch::channel(false);
    *tools.connect.interrupt.lock().unwrap() = Some(interrupts);
    push(tasks, tools, pace, interrupt).await
}

fn tasks(plan: &Plan) -> Vec<Task> {
    plan.devices().iter().cloned().map(Task::push).collect()
}

/// A push to the one device of a lab.
async fn pushed(lab: &Lab, on_error: OnError) -> (DeviceResult, Arc<Tools<Lab>>) {
    let (plan, settings) = (
        plan(),
        Settings {
            on_error,
            ..Settings::default()
        },
    );
    let tools = tools(lab, &plan, settings).await;
    let result = run(&tools, tasks(&plan), &Pace::default()).await.remove(0);
    (result, tools)
}

/// VLANs as a device has them.
fn vlans(lab: &Lab, port: u16) -> String {
    let device = lab.device(port);
    let vlans = device.lock().unwrap().vlans.clone();
    vlans
        .iter()
        .map(|(vlan, name)| format!("{vlan} {name}"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[track_caller]
fn check(result: &DeviceResult, state: &str, is_in: &[&str], cause: &str) {
    let found = result
        .failure
        .as_ref()
        .map(|failure| failure.cause.kind())
        .unwrap_or_default();
    let text = result.transcript.text();
    assert_eq!(
        (result.state.name(), found),
        (state, cause),
        "{:?}\n{text}",
        result.failure
    );
    assert_eq!(result.is_in, is_in, "{text}");
}

/// The device's state in the journal, and whether it is locked.
async fn journal(tools: &Tools<Lab>) -> (Phase, bool) {
    let journal = &tools.journal;
    let devices = journal.ledger.devices(&journal.run).await.unwrap();
    (
        devices[0].phase,
        !journal.ledger.holders().await.unwrap().is_empty(),
    )
}

const BOTH: &str = "vlan 20 name a, vlan 30 name b";

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
    let back = plan.devices()[0].with_lines(kept.inverse.into());
    let task = Task {
        purpose: Purpose::TakeBack,
        ..Task::push(back)
    };
    let result = run(&tools, vec![task], &Pace::default()).await.remove(0);
    check(&result, "ROLLED_BACK", &[], "");
    assert_eq!(vlans(&lab, 1), "");
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
    theirs
        .phase(&dead, "d-1", Phase::Planned, "")
        .await
        .unwrap();
    let result = run(&tools, tasks(&plan), &Pace::default()).await.remove(0);
    check(&result, "APPLIED", &[], "");
}

// === many devices

fn three() -> Plan {
    plan_of(
        "  - {name: d-1, pack: catalyst-9800, role: edge}\n\
         \x20 - {name: d-2, pack: catalyst-9800, role: border}\n\
         \x20 - {name: d-3, pack: catalyst-9800, role: edge}\n",
    )
}

async fn three_pushed(lab: &Lab, pace: &Pace) -> Vec<String> {
    let plan = three();
    let tools = tools(lab, &plan, Settings::default()).await;
    let results = run(&tools, tasks(&plan), pace).await;
    let told = results.iter().map(|result| {
        let cause = result
            .failure
            .as_ref()
            .map(|failure| failure.cause.kind())
            .unwrap_or_default();
        format!("{} {cause}", result.state.name())
            .trim()
            .to_string()
    });
    told.collect()
}

fn third_refuses() -> Lab {
    let lab = Lab::default();
    lab.device(3).lock().unwrap().faults.refuses = "name b";
    lab
}

#[tokio::test(start_paused = true)]
async fn devices_that_go_together_are_taken_back_together() {
    let lab = third_refuses();
    let pace = Pace {
        together: Together::AllOrNothing,
        concurrency: 1,
        ..Pace::default()
    };
    let told = three_pushed(&lab, &pace).await;
    assert_eq!(
        told,
        [
            "ROLLED_BACK taken_back",
            "ROLLED_BACK taken_back",
            "ROLLED_BACK refused"
        ]
    );
    assert_eq!([1, 2, 3].map(|port| vlans(&lab, port)), ["", "", ""]);
    assert_eq!(
        lab.device(1).lock().unwrap().saved.len(),
        0,
        "what is taken back is saved, too"
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_follows_a_canary_that_fails() {
    let lab = third_refuses();
    let pace = Pace {
        canary: Some(Canary::Named("d-3".into())),
        ..Pace::default()
    };
    let told = three_pushed(&lab, &pace).await;
    assert_eq!(
        told,
        [
            "NOT_STARTED not_begun",
            "NOT_STARTED not_begun",
            "PARTIAL refused"
        ]
    );
    let pace = Pace {
        canary: Some(Canary::First(1)),
        ..Pace::default()
    };
    assert_eq!(
        three_pushed(&third_refuses(), &pace).await,
        ["APPLIED", "APPLIED", "PARTIAL refused"]
    );
}

#[tokio::test(start_paused = true)]
async fn after_so_many_failures_nobody_else_is_begun() {
    let lab = Lab::default();
    lab.device(1).lock().unwrap().faults.refuses = "vlan 20";
    let pace = Pace {
        stop_after: Some(1),
        concurrency: 1,
        ..Pace::default()
    };
    let told = three_pushed(&lab, &pace).await;
    assert_eq!(
        told,
        [
            "NOT_STARTED refused",
            "NOT_STARTED not_begun",
            "NOT_STARTED not_begun"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn roles_go_in_order() {
    let lab = Lab::default();
    lab.device(2).lock().unwrap().faults.refuses = "vlan 20";
    let waves = Waves::built_in(Order::Roles).unwrap();
    let pace = Pace {
        waves,
        stop_after: Some(1),
        concurrency: 3,
        ..Pace::default()
    };
    let told = three_pushed(&lab, &pace).await;
    assert_eq!(
        told,
        [
            "NOT_STARTED not_begun",
            "NOT_STARTED refused",
            "NOT_STARTED not_begun"
        ]
    );
}

#[test]
fn deletes_go_the_other_way() {
    let waves = Waves::built_in(Order::Roles).unwrap();
    let plan = three();
    let devices: Vec<&DevicePlan> = plan.devices().iter().collect();
    assert_eq!(waves.of(&devices), [vec![1], vec![0, 2]]);
}
