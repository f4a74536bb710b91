//! Many devices: who goes first, who goes together, and when it is enough.

use programmer::plan::{DevicePlan, Plan};
use programmer::push::{Canary, Order, Pace, Settings, Together, Waves};

use super::{plan_of, run, tasks, tools, vlans};
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
