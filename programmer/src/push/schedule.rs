//! Decides whose turn it is: bounded, in the plan's order, until all are done or the user interrupts.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::{Instrument, debug, info_span};

use super::conversation::interrupted;
use super::{Clock, Conversation, Course, DeviceResult, EndState, Event, Outcome, Watch};
use crate::plan::{DevicePlan, Plan};
use crate::session::{Access, Cause, OnRefused, Sending, Transcript};
use crate::transport::Connect;

/// How a plan is pushed.
#[derive(Debug, Clone)]
pub struct PushOptions {
    /// How many sessions are open at once.
    pub concurrency: usize,
    /// Whether configurations are saved.
    pub save: bool,
}

/// Pushes a plan over the transports that `connect` opens. The results stand in the plan's order. `interrupt`
/// turns true when the user wants it to stop.
pub async fn push<C: Connect>(
    plan: &Plan,
    options: &PushOptions,
    connect: &Arc<C>,
    watcher: Arc<dyn Watch>,
    interrupt: watch::Receiver<bool>,
) -> Vec<DeviceResult> {
    let turns = Arc::new(Semaphore::new(options.concurrency.max(1)));
    let mut tasks = JoinSet::new();
    for (index, device) in plan.devices().iter().cloned().enumerate() {
        let (turns, options, connect) = (Arc::clone(&turns), options.clone(), Arc::clone(connect));
        let (watcher, interrupt) = (Arc::clone(&watcher), interrupt.clone());
        let span = info_span!("push", device = %device.device().name);
        tasks.spawn(
            async move {
                let _turn = turns.acquire().await;
                let result = push_device(device, &options, &*connect, &*watcher, interrupt).await;
                watcher.event(Event::Done(&result));
                (index, result)
            }
            .instrument(span),
        );
    }
    let mut results: Vec<Option<DeviceResult>> = plan.devices().iter().map(|_| None).collect();
    while let Some(done) = tasks.join_next().await {
        if let Ok((index, result)) = done
            && let Some(place) = results.get_mut(index)
        {
            *place = Some(result);
        }
    }
    let lost = |plan: &DevicePlan| {
        let outcome = untouched(
            Cause::Internal("its task ended early".into()),
            EndState::Unknown,
        );
        DeviceResult::new(plan.clone(), outcome, Transcript::default(), Duration::ZERO)
    };
    results
        .into_iter()
        .zip(plan.devices())
        .map(|(result, plan)| result.unwrap_or_else(|| lost(plan)))
        .collect()
}

async fn push_device<C: Connect>(
    plan: DevicePlan,
    options: &PushOptions,
    connect: &C,
    watcher: &dyn Watch,
    mut interrupt: watch::Receiver<bool>,
) -> DeviceResult {
    let clock = Clock::start();
    if *interrupt.borrow_and_update() {
        let outcome = untouched(Cause::Interrupted, EndState::NotStarted);
        return DeviceResult::new(plan, outcome, Transcript::default(), clock.now());
    }
    watcher.event(Event::Started(&plan));
    let within = plan.expect().timeouts.connect;
    let opened = tokio::select! {
        opened = connect.connect(plan.device(), within) => opened.map_err(Cause::Transport),
        () = interrupted(&mut interrupt) => Err(Cause::Interrupted),
    };
    let transport = match opened {
        Ok(transport) => transport,
        Err(cause) => {
            debug!(%cause, "no session");
            let outcome = untouched(cause, EndState::NotStarted);
            return DeviceResult::new(plan, outcome, Transcript::default(), clock.now());
        }
    };
    let lines = Arc::clone(plan.lines());
    let mut course = Course::new(lines, Sending::Lockstep, OnRefused::Stop, options.save);
    let (mut talk, mut reply) = Conversation::open(transport, Access::of(&plan), interrupt).await;
    while let Some(request) = course.after(reply, talk.is_ready()) {
        let accepted = |lines| watcher.event(Event::Accepted(&plan, lines));
        reply = talk.ask_watched(request, accepted).await;
    }
    let transcript = talk.close().await;
    DeviceResult::new(plan, course.outcome(), transcript, clock.now())
}

/// The outcome of a device that no line was sent to.
fn untouched(cause: Cause, state: EndState) -> Outcome {
    Outcome {
        state,
        accepted: 0,
        in_doubt: None,
        cause: Some(cause),
        notes: Vec::new(),
    }
}
