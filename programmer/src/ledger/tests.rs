//! What a journal promises, on SQLite always, and on PostgreSQL if `PROGRAMMER_TEST_POSTGRES` names one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::*;

/// An empty folder of one test's own.
fn folder(name: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("programmer-ledger-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn at(path: &std::path::Path) -> String {
    format!("sqlite:{}", path.display())
}

fn a_run(devices: &[&str]) -> NewRun {
    let device = |name: &&str| NewDevice {
        name: (*name).to_string(),
        endpoint: format!("{name}:22"),
        pack: "catalyst-9300".into(),
        lines: 3,
        sealed: "sealed".into(),
        ..NewDevice::default()
    };
    NewRun {
        verb: "push".into(),
        devices: devices.iter().map(device).collect(),
        ..NewRun::default()
    }
}

fn ended(phase: Phase, keep_lock: bool) -> Ended {
    Ended {
        phase,
        saved: phase == Phase::Applied,
        error: String::new(),
        detail: "{}".into(),
        after: "f2".into(),
        note: "3 lines".into(),
        transcript: "C> conf t\0\n".into(),
        keep_lock,
    }
}

fn someone(pid: i64) -> Owner {
    Owner {
        pid,
        started: 7,
        ..Owner::this_process()
    }
}

async fn opened_by(url: &str, owner: Owner) -> Ledger {
    Ledger::open_as(url, owner, || 1_000_000).await.unwrap()
}

async fn takes_a_run_from_its_begin_to_its_end(url: &str) {
    let ledger = Ledger::open(url).await.unwrap();
    let run = ledger.begin(a_run(&["a", "b"])).await.unwrap();
    assert_eq!(ledger.claim(&run, "a", "a:22").await, Ok(Claim::Ours));
    assert_eq!(
        ledger.claim(&run, "a", "a:22").await,
        Ok(Claim::Ours),
        "asking again is harmless"
    );
    let intent = Intent {
        lines: 2,
        sealed: "x".into(),
        before: "f1".into(),
        hostname: "a".into(),
    };
    ledger.intent(&run, "a", intent).await.unwrap();
    ledger.phase(&run, "a", Phase::Saving, "").await.unwrap();
    assert_eq!(
        ledger.counts(&run).await.unwrap(),
        [(Phase::Planned, 1), (Phase::Saving, 1)]
    );
    ledger
        .finish(&run, "a", "a:22", ended(Phase::Applied, false))
        .await
        .unwrap();
    ledger.end(&run, 1).await.unwrap();

    let devices = ledger.devices(&run).await.unwrap();
    let [a, b] = devices.as_slice() else {
        panic!("{devices:?}")
    };
    assert_eq!(
        (
            a.phase,
            a.saved,
            a.lines,
            a.before.as_str(),
            a.after.as_str()
        ),
        (Phase::Applied, true, 2, "f1", "f2")
    );
    assert_eq!(
        (b.phase, b.sealed_wanted.as_str(), b.wanted),
        (Phase::Planned, "sealed", 3)
    );
    assert_eq!(ledger.run(&run).await.unwrap().exit, Some(1));
    assert_eq!(ledger.runs(1).await.unwrap()[0].id, run);
    let events: Vec<String> = ledger
        .events(&run)
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.what)
        .collect();
    assert_eq!(events, ["intent", "SAVING", "APPLIED"]);
    assert_eq!(
        ledger.transcript(&run, "a").await.unwrap(),
        "C> conf t\u{2400}\n"
    );
    assert_eq!(ledger.holder("a:22").await.unwrap(), None);
    let unknown = LedgerError::NoDevice {
        run: run.to_string(),
        device: "z".into(),
    };
    assert_eq!(ledger.transcript(&run, "z").await, Err(unknown));
    assert_eq!(
        ledger.run(&RunId::written("9999")).await,
        Err(LedgerError::NoRun("run-9999".into()))
    );
}

async fn gives_a_device_to_one_run_at_a_time(url: &str) {
    let (ours, theirs) = (
        opened_by(url, someone(1)).await,
        opened_by(url, someone(2)).await,
    );
    let first = ours.begin(a_run(&["c"])).await.unwrap();
    let second = theirs.begin(a_run(&["c"])).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(ours.claim(&first, "c", "c:22").await, Ok(Claim::Ours));
    let Ok(Claim::Held(holder)) = theirs.claim(&second, "c", "c:22").await else {
        panic!("it is held")
    };
    assert_eq!(
        (&holder.run, holder.owner.pid, holder.kept),
        (&first, 1, false)
    );
    // Who has no lock writes no intent.
    let fenced = LedgerError::Fenced { device: "c".into() };
    assert_eq!(
        theirs.intent(&second, "c", Intent::default()).await,
        Err(fenced.clone())
    );
    // Its own row says why it was left alone; the row of a run that has the device is that run's.
    for (run, phase, why) in [
        (&second, Phase::NotStarted, "held"),
        (&first, Phase::Planned, ""),
    ] {
        theirs.decline(run, "c", "held").await.unwrap();
        let row = theirs.devices(run).await.unwrap().remove(0);
        assert_eq!((row.phase, row.error.as_str()), (phase, why));
    }
    // Both processes are gone: no process 1 or 2 began at tick 7.
    assert!(theirs.is_gone(&holder));
    assert_eq!(theirs.take_over(&second, "c", &holder).await, Ok(true));
    assert_eq!(
        theirs.take_over(&second, "c", &holder).await,
        Ok(false),
        "only once"
    );
    assert_eq!(
        ours.phase(&first, "c", Phase::Saving, "").await,
        Err(fenced),
        "the first finds out"
    );
    theirs
        .finish(&second, "c", "c:22", ended(Phase::Unknown, true))
        .await
        .unwrap();
    let kept = theirs.holder("c:22").await.unwrap().unwrap();
    assert!(kept.kept && ours.is_gone(&kept));
    theirs.release(&second, "c:22").await.unwrap();
}

async fn does_all_or_nothing_of_what_belongs_together(url: &str) {
    let ledger = Ledger::open(url).await.unwrap();
    let before = ledger.runs(1_000).await.unwrap().len();
    // A device twice in a run can't be written; the run isn't there either.
    assert!(matches!(
        ledger.begin(a_run(&["d", "d"])).await,
        Err(LedgerError::Write(_))
    ));
    assert_eq!(ledger.runs(1_000).await.unwrap().len(), before);
    ledger.begin(a_run(&["d"])).await.unwrap();
}

async fn many_write_at_once(url: &str) {
    let ledger = Ledger::open(url).await.unwrap();
    let names: Vec<String> = (0..50).map(|number| format!("e{number}")).collect();
    let run = ledger
        .begin(a_run(&names.iter().map(String::as_str).collect::<Vec<_>>()))
        .await
        .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for name in names {
        let (ledger, run) = (ledger.clone(), run.clone());
        tasks.spawn(async move {
            let endpoint = format!("{name}:22");
            assert_eq!(ledger.claim(&run, &name, &endpoint).await, Ok(Claim::Ours));
            ledger.intent(&run, &name, Intent::default()).await.unwrap();
            ledger
                .finish(&run, &name, &endpoint, ended(Phase::Applied, false))
                .await
                .unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(ledger.counts(&run).await.unwrap(), [(Phase::Applied, 50)]);
    assert_eq!(ledger.holders().await.unwrap(), []);
}

async fn conforms(url: &str) {
    takes_a_run_from_its_begin_to_its_end(url).await;
    gives_a_device_to_one_run_at_a_time(url).await;
    does_all_or_nothing_of_what_belongs_together(url).await;
    many_write_at_once(url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_sqlite_conforms() {
    conforms(&at(&folder("conforms").join("journal.db"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_conforms() {
    if let Ok(url) = std::env::var("PROGRAMMER_TEST_POSTGRES") {
        conforms(&url).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_stands_still_while_the_journal_writes() {
    let before = tokio::time::Instant::now();
    let waits = tokio::spawn(tokio::time::sleep(Duration::from_millis(1)));
    takes_a_run_from_its_begin_to_its_end("sqlite::memory:").await;
    assert!(
        before.elapsed() <= Duration::from_millis(1),
        "{:?}",
        before.elapsed()
    );
    waits.await.unwrap();
}

#[tokio::test]
async fn nobody_else_reads_the_journal() {
    let file = folder("modes").join("deep").join("journal.db");
    let ledger = Ledger::open(&at(&file)).await.unwrap();
    ledger.begin(a_run(&["a"])).await.unwrap();
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        assert_eq!(mode(&file.with_file_name(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_journal_of_a_newer_program_is_left_alone() {
    let url = at(&folder("version").join("journal.db"));
    drop(Ledger::open(&url).await.unwrap());
    let address = url.replacen("sqlite:", "sqlite://", 1);
    let mut connection = <sqlx::AnyConnection as sqlx::Connection>::connect(&address)
        .await
        .unwrap();
    sqlx::query("UPDATE journal SET value = '99'")
        .execute(&mut connection)
        .await
        .unwrap();
    let error = Ledger::open(&url).await.unwrap_err();
    assert!(
        matches!(&error, LedgerError::Version { found, .. } if found == "99"),
        "{error}"
    );
}

#[tokio::test]
async fn a_journal_that_takes_nothing_says_so() {
    let error = Ledger::open("sqlite:/dev/full").await.unwrap_err();
    assert!(matches!(&error, LedgerError::Open { .. }), "{error}");
    let error = Ledger::open("mysql://here").await.unwrap_err();
    assert!(matches!(&error, LedgerError::Open { .. }), "{error}");
}

#[test]
fn a_run_is_written_long_or_short() {
    for text in ["run-0042", "0042", "42", "run-42"] {
        assert_eq!(RunId::written(text).as_str(), "run-0042");
    }
    assert_eq!(RunId::written("last").as_str(), "last");
}
