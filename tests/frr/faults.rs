//! Real faults, at the first, a middle and the last line, under each policy: what a push claims is what the router has.

use std::io::Write as _;
use std::sync::Arc;

use programmer::config::{Config, change};
use programmer::plan::{DevicePlan, PlanLine};
use programmer::push::{DeviceResult, EndState, OnError, Purpose, Settings, Task, Tools, deploy};
use programmer::secret::Mask;
use programmer::session::Sending;
use tokio::sync::watch;

use crate::documents::{CREATE, DELETE};
use crate::lab::{Router, router};
use crate::peer::{plan, plan_with_password, quick_plan};
use crate::proxy::{Proxy, Way};
use crate::wire::Wire;

const POLICIES: [OnError; 3] = [OnError::Stop, OnError::Continue, OnError::Rollback];

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// bgpd is gone, and stays so until the push is over.
    Killed,
    /// bgpd is gone and started again, as watchfrr does: with what was saved. The session hears of it in passing.
    Restarted,
    /// A line that the router refuses.
    Refused,
    /// The session's processes are killed.
    Hangup,
    /// The connection is reset.
    Reset,
    /// The connection swallows everything.
    BlackHole,
}

/// What a push ended in, and what the router then had.
struct Cell {
    told: String,
    result: DeviceResult,
    truth: Config,
}

impl Cell {
    /// What is false of the claim.
    fn falsehood(&self, before: &Config) -> Option<String> {
        let plan = &self.result.plan;
        let missing = change(plan.lines(), &self.truth, plan.rules()).lines.len();
        let is_back = self.truth == *before;
        let is_true = match self.result.state {
            EndState::Applied { .. } => missing == 0,
            EndState::NotStarted | EndState::RolledBack => is_back,
            EndState::Partial => missing > 0 && !is_back,
            EndState::Unknown => true,
        };
        (!is_true).then(|| {
            format!(
                "{} claims {}, {missing} lines are missing, as before: {is_back}\n{:?}\n{}",
                self.told,
                self.result.state.name(),
                self.result.failure,
                self.result.transcript.text()
            )
        })
    }
}

async fn pushed(
    plan: &DevicePlan,
    wire: Wire,
    on_error: OnError,
    purpose: Purpose,
) -> DeviceResult {
    let settings = Settings {
        on_error,
        save: false,
        ..Settings::default()
    };
    let plans = [plan.clone()];
    let tools = Tools::in_memory(wire, &plans, settings).await.unwrap();
    let (_tell, interrupt) = watch::channel(false);
    let task = Task {
        purpose,
        ..Task::push(plan.clone())
    };
    deploy(task, &tools, interrupt).await
}

/// What the router has, as it says itself outside any session.
fn truth(router: &Router, plan: &DevicePlan) -> Config {
    let replies = [router.running(), "zebra bgpd".to_string()];
    Config::parse(&replies, plan.rules()).unwrap()
}

fn wire(router: &Router) -> Wire {
    Wire::new(router.known_hosts())
}

/// The plan with a line that the router refuses in this place.
fn with_a_refused_line(plan: &DevicePlan, place: usize) -> DevicePlan {
    let mut lines = plan.lines().to_vec();
    let mode = match place {
        0 => "config".to_string(),
        _ => lines[place - 1].mode().to_string(),
    };
    let depth = lines[place].depth();
    let bad = PlanLine::new(
        "nonsense 1",
        depth,
        mode,
        Arc::from("create Test X"),
        &Mask::default(),
    );
    lines.insert(place, bad);
    plan.with_lines(lines.into())
}

/// Pushes with the fault before this line.
async fn afflicted(
    router: &'static Router,
    plan: &DevicePlan,
    fault: Fault,
    place: usize,
    on_error: OnError,
) -> DeviceResult {
    let line = plan.lines()[place].text().trim().to_string();
    let wire = wire(router);
    match fault {
        Fault::Killed => {
            let wire = wire.before(&line, || router.signal("bgpd", "KILL"));
            pushed(plan, wire, on_error, Purpose::Push).await
        }
        Fault::Restarted => {
            let wire = wire.before(&line, || {
                router.signal("bgpd", "KILL");
                router.start("bgpd");
            });
            pushed(plan, wire, on_error, Purpose::Push).await
        }
        Fault::Refused => {
            pushed(
                &with_a_refused_line(plan, place),
                wire,
                on_error,
                Purpose::Push,
            )
            .await
        }
        Fault::Hangup => {
            let wire = wire.before(&line, || router.sessions("KILL"));
            pushed(plan, wire, on_error, Purpose::Push).await
        }
        Fault::Reset | Fault::BlackHole => {
            let proxy = Proxy::to(router.port).await;
            let way = if fault == Fault::Reset {
                Way::Reset
            } else {
                Way::BlackHole
            };
            let breaker = proxy.breaker();
            let wire = Wire::new(router.known_hosts_at(proxy.port))
                .through(proxy.port)
                .before(&line, move || {
                    breaker.send(way).unwrap();
                });
            pushed(plan, wire, on_error, Purpose::Push).await
        }
    }
}

/// Every policy and three places, each recovered: by pushing again, or by taking back.
async fn survives(fault: Fault) {
    let Some(router) = router() else { return };
    let router: &'static Router = Box::leak(Box::new(router));
    let plan = quick_plan(router, CREATE);
    let before = truth(router, &plan);
    let last = plan.lines().len() - 1;
    let (mut cells, mut false_successes, mut falsehoods) = (0, 0, Vec::new());
    for on_error in POLICIES {
        for place in [0, last / 2, last] {
            let told = format!("{fault:?} before line {} with {on_error:?}", place + 1);
            let result = afflicted(router, &plan, fault, place, on_error).await;
            if fault == Fault::Killed {
                // Until now nothing could be read, so nothing may be claimed but that.
                let is_read = matches!(result.state, EndState::Unknown | EndState::NotStarted);
                assert!(
                    is_read,
                    "{told}: {:?}\n{}",
                    result.state,
                    result.transcript.text()
                );
                router.start("bgpd");
            }
            let cell = Cell {
                told,
                truth: truth(router, &plan),
                result,
            };
            let falsehood = cell.falsehood(&before);
            let claims_success = matches!(cell.result.state, EndState::Applied { .. });
            false_successes += usize::from(claims_success && falsehood.is_some());
            falsehoods.extend(falsehood);
            cells += 1;
            recovered(router, &plan, &before, cells % 2 == 0).await;
        }
    }
    // Also when all is well: how many cells there were is part of the claim.
    _ = writeln!(
        std::io::stderr(),
        "{fault:?}: {cells} cells, {false_successes} false successes, {} false claims of any kind",
        falsehoods.len()
    );
    assert!(falsehoods.is_empty(), "{}", falsehoods.join("\n\n"));
}

/// From wherever it is: to all of it and then back, or straight back. Nothing of it may be left.
async fn recovered(router: &Router, plan: &DevicePlan, before: &Config, forward: bool) {
    if forward {
        let result = pushed(plan, wire(router), OnError::Stop, Purpose::Resume).await;
        let is_whole = matches!(result.state, EndState::Applied { .. }) && result.failure.is_none();
        assert!(
            is_whole,
            "{:?}\n{}",
            result.failure,
            result.transcript.text()
        );
        let missing = change(plan.lines(), &truth(router, plan), plan.rules()).lines;
        assert!(missing.is_empty(), "{missing:?}");
        let again = pushed(plan, wire(router), OnError::Stop, Purpose::Push).await;
        assert!(again.sent.is_empty(), "{:?}", again.sent);
    }
    // The inverse of the whole, as the journal keeps it.
    let inverse = change(plan.lines(), before, plan.rules()).inverse;
    let back = pushed(
        &plan.with_lines(inverse),
        wire(router),
        OnError::Stop,
        Purpose::TakeBack,
    )
    .await;
    assert_eq!(
        back.state,
        EndState::RolledBack,
        "{:?}\n{}",
        back.failure,
        back.transcript.text()
    );
    assert_eq!(truth(router, plan), *before);
}

#[tokio::test]
async fn bgpd_killed_is_never_a_success_and_is_recovered_when_it_is_back() {
    survives(Fault::Killed).await;
}

#[tokio::test]
async fn bgpd_restarted_takes_lines_with_it_and_that_is_seen() {
    survives(Fault::Restarted).await;
}

#[tokio::test]
async fn a_refused_line_is_told_and_what_is_in_is_known() {
    survives(Fault::Refused).await;
}

#[tokio::test]
async fn a_session_that_is_killed_is_opened_again_to_find_out() {
    survives(Fault::Hangup).await;
}

#[tokio::test]
async fn a_reset_connection_is_opened_again_to_find_out() {
    survives(Fault::Reset).await;
}

#[tokio::test]
async fn a_connection_that_swallows_everything_is_given_up_and_opened_again() {
    survives(Fault::BlackHole).await;
}

/// A daemon that is held longer than five seconds complains of it behind the next prompt.
#[tokio::test]
async fn a_bgpd_that_is_held_delays_the_push_and_its_complaint_is_no_failure() {
    let Some(router) = router() else { return };
    let router: &'static Router = Box::leak(Box::new(router));
    let plan = plan(router, CREATE);
    let wire = wire(router).before("bgp router-id 10.0.0.1", || {
        router.signal("bgpd", "STOP");
        std::thread::spawn(|| {
            // The daemon complains if it was held for more than five seconds by its own clock: no condition to wait for.
            std::thread::sleep(std::time::Duration::from_millis(5_500));
            router.signal("bgpd", "CONT");
        });
    });
    let result = pushed(&plan, wire, OnError::Stop, Purpose::Push).await;
    let told = result.transcript.text();
    assert!(result.failure.is_none(), "{:?}\n{told}", result.failure);
    assert!(told.contains("STARVATION"), "{told}");
    assert!(
        change(plan.lines(), &truth(router, &plan), plan.rules())
            .lines
            .is_empty()
    );
}

#[tokio::test]
async fn a_hostname_that_changes_and_lines_that_are_long_pass() {
    let Some(router) = router() else { return };
    let router: &'static Router = Box::leak(Box::new(router));
    let plan = quick_plan(router, CREATE);
    let line = |text: &str, mode: &str| {
        PlanLine::new(text, 0, mode, Arc::from("create Test X"), &Mask::default())
    };
    let long = format!(
        "neighbor 10.0.0.2 description {}",
        "long ".repeat(100).trim_end()
    );
    let more = [
        line("hostname Krak\u{f3}w", "config"),
        line("router bgp 65001", "bgp"),
        line(&long, "bgp"),
        line("exit", "config"),
        line(&format!("hostname {}", router.name()), "config"),
    ];
    let plan = plan.with_lines(plan.lines().iter().cloned().chain(more).collect());
    let result = pushed(&plan, wire(router), OnError::Stop, Purpose::Push).await;
    assert!(
        result.failure.is_none(),
        "{:?}\n{}",
        result.failure,
        result.transcript.text()
    );
    assert!(router.running().contains(&long), "{}", router.running());
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_nothing_is_sent() {
    let Some(router) = router() else { return };
    let before = router.running();
    let plan = plan_with_password(&router, CREATE, "another");
    let result = pushed(&plan, wire(&router), OnError::Stop, Purpose::Push).await;
    assert_eq!(result.state, EndState::NotStarted);
    let kind = result.failure.as_ref().map(|failure| failure.cause.kind());
    assert_eq!(kind, Some("login_refused"), "{:?}", result.failure);
    assert_eq!(router.running(), before);
}

/// The ways of sending that don't wait, with a terminal that echoes what comes too early twice.
#[tokio::test]
async fn lines_that_may_go_ahead_of_answers_are_held_back_where_the_platform_says_so() {
    let Some(router) = router() else { return };
    let plan = quick_plan(&router, CREATE);
    let settings = Settings {
        sending: Sending::Buffer,
        ..Settings::default()
    };
    let tools = Tools::in_memory(wire(&router), std::slice::from_ref(&plan), settings);
    let (_tell, interrupt) = watch::channel(false);
    let result = deploy(Task::push(plan.clone()), &tools.await.unwrap(), interrupt).await;
    assert!(result.failure.is_none(), "{:?}", result.failure);
    let missing = change(plan.lines(), &truth(&router, &plan), plan.rules()).lines;
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_a_second_time_nothing_is_sent() {
    let Some(router) = router() else { return };
    let empty = router.running();
    for features in [CREATE, DELETE] {
        let plan = quick_plan(&router, features);
        let first = pushed(&plan, wire(&router), OnError::Stop, Purpose::Push).await;
        assert!(
            first.failure.is_none() && !first.sent.is_empty(),
            "{:?}",
            first.failure
        );
        let second = pushed(&plan, wire(&router), OnError::Stop, Purpose::Push).await;
        assert!(
            second.failure.is_none() && second.sent.is_empty(),
            "{:?}",
            second.sent
        );
    }
    assert_eq!(router.running(), empty);
}
