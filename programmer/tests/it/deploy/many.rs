//! Many devices: who goes first, who goes together, and when it is enough.

use std::collections::BTreeSet;

use programmer::plan::{DevicePlan, Plan};
use programmer::push::{Canary, DeviceResult, Order, Pace, Settings, Together, Waves};

use super::{plan_of, planned, run, tasks, tools, vlans};
use crate::lab::Lab;

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
    told(&results)
}

fn told(results: &[DeviceResult]) -> Vec<String> {
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
async fn a_group_is_taken_back_together_and_other_groups_are_not() {
    let lab = third_refuses();
    let plan = planned(
        "defaults: {pack: catalyst-9800, username: netadmin, password: C1sco12345}\ndevices:\n\
         \x20 - {name: d-1, host: 10.0.0.1, port: 1, groups: [north, lab], site: krakow}\n\
         \x20 - {name: d-2, host: 10.0.0.1, port: 2, groups: [south, lab], site: krakow}\n\
         \x20 - {name: d-3, host: 10.0.0.1, port: 3, groups: [north], site: lodz}\n\
         \x20 - {name: d-4, host: 10.0.0.1, port: 4, site: lodz}\n\
         \x20 - {name: d-5, host: 10.0.0.1, port: 5}\n",
    );
    let pace = Pace {
        together: Together::Group,
        concurrency: 5,
        ..Pace::default()
    };
    let tools = tools(&lab, &plan, Settings::default()).await;
    let results = run(&tools, tasks(&plan), &pace).await;
    assert_eq!(
        told(&results),
        [
            "ROLLED_BACK taken_back",
            "APPLIED",
            "ROLLED_BACK refused",
            "APPLIED",
            "APPLIED"
        ]
    );
    let has = [1, 2, 3, 4, 5].map(|port| !vlans(&lab, port).is_empty());
    assert_eq!(has, [false, true, false, true, true]);
}

#[tokio::test(start_paused = true)]
async fn no_site_has_more_sessions_at_once_than_it_may() {
    let plan = plan_of(
        "  - {name: d-1, pack: catalyst-9800, site: krakow}\n\
         \x20 - {name: d-2, pack: catalyst-9800, site: krakow}\n\
         \x20 - {name: d-3, pack: catalyst-9800, site: krakow}\n\
         \x20 - {name: d-4, pack: catalyst-9800, site: lodz}\n\
         \x20 - {name: d-5, pack: catalyst-9800, site: lodz}\n\
         \x20 - {name: d-6, pack: catalyst-9800}\n\
         \x20 - {name: d-7, pack: catalyst-9800}\n",
    );
    let most_of = |per_site: Option<usize>| {
        let plan = plan.clone();
        async move {
            let lab = Lab::default();
            let pace = Pace {
                concurrency: 10,
                per_site,
                ..Pace::default()
            };
            let tools = tools(&lab, &plan, Settings::default()).await;
            let results = run(&tools, tasks(&plan), &pace).await;
            assert_eq!(told(&results), ["APPLIED"; 7]);
            let crowds = lab.crowds();
            let most = |of: [u16; 3]| {
                let of = BTreeSet::from(of);
                crowds
                    .iter()
                    .map(|crowd| crowd.intersection(&of).count())
                    .max()
            };
            [most([1, 2, 3]), most([4, 5, 5]), most([6, 7, 7])].map(Option::unwrap)
        }
    };
    // Who is of no site is bounded by no site.
    assert_eq!(most_of(None).await, [3, 2, 2]);
    assert_eq!(most_of(Some(2)).await, [2, 2, 2]);
    assert_eq!(most_of(Some(1)).await, [1, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn the_journal_says_why_a_device_was_not_begun() {
    let (lab, plan) = (third_refuses(), three());
    let pace = Pace {
        canary: Some(Canary::Named("d-3".into())),
        ..Pace::default()
    };
    let tools = tools(&lab, &plan, Settings::default()).await;
    run(&tools, tasks(&plan), &pace).await;
    let journal = &tools.journal;
    let told: Vec<String> = journal
        .ledger
        .devices(&journal.run)
        .await
        .unwrap()
        .iter()
        .map(|device| format!("{} {}", device.phase.name(), device.error))
        .collect();
    assert_eq!(
        told[..2],
        [
            "NOT_STARTED d-1 was not begun: the canary failed",
            "NOT_STARTED d-2 was not begun: the canary failed"
        ]
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
