//! Looks at devices: logs in, reads the configuration, leaves. Nothing is configured.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::conversation::interrupted;
use super::trouble::Trouble;
use super::{Conversation, Settings};
use crate::config::{Config, Read};
use crate::plan::DevicePlan;
use crate::push::settings::OtherHostname;
use crate::session::{Access, Cause, PushFailure, Reply, Request};
use crate::transport::Connect;

/// A reply that is cut off is asked for once more.
const READS_MAX: usize = 2;

/// What was seen of one device.
pub type Seen = Result<Config, Box<PushFailure>>;

/// Reads the configuration of each plan's device, so many at once. The answers stand in the plans' order.
pub async fn look<C: Connect + 'static>(
    plans: &[DevicePlan],
    connect: &Arc<C>,
    settings: &Settings,
    concurrency: usize,
    interrupt: &watch::Receiver<bool>,
) -> Vec<Seen> {
    let turns = Arc::new(Semaphore::new(concurrency.max(1)));
    let mut tasks = JoinSet::new();
    for (index, plan) in plans.iter().cloned().enumerate() {
        let (turns, connect) = (Arc::clone(&turns), Arc::clone(connect));
        let (interrupt, other) = (interrupt.clone(), settings.other_hostname);
        tasks.spawn(async move {
            let _turn = turns.acquire().await;
            (index, look_at(&plan, &*connect, other, interrupt).await)
        });
    }
    let mut seen: Vec<Option<Result<Config, Cause>>> = plans.iter().map(|_| None).collect();
    while let Some(done) = tasks.join_next().await {
        if let Ok((index, config)) = done
            && let Some(place) = seen.get_mut(index)
        {
            *place = Some(config);
        }
    }
    let lost = || Err(Cause::Internal("its task ended early".into()));
    let seen = seen.into_iter().map(|config| config.unwrap_or_else(lost));
    let told = seen.zip(plans).map(|(config, plan)| {
        config.map_err(|cause| {
            Box::new(PushFailure {
                device: plan.device().name.clone(),
                host: plan.device().host.clone(),
                cause,
            })
        })
    });
    told.collect()
}

async fn look_at<C: Connect>(
    plan: &DevicePlan,
    connect: &C,
    other: OtherHostname,
    mut interrupt: watch::Receiver<bool>,
) -> Result<Config, Cause> {
    if *interrupt.borrow_and_update() {
        return Err(Cause::Interrupted);
    }
    let within = plan.expect().timeouts.connect;
    let transport = tokio::select! {
        opened = connect.connect(plan.device(), within) => opened.map_err(Cause::Transport)?,
        () = interrupted(&mut interrupt) => return Err(Cause::Interrupted),
    };
    let (mut talk, reply) = Conversation::open(transport, Access::of(plan), interrupt).await;
    let read = match reply {
        Reply::Ready => match is_it(plan, talk.hostname(), other) {
            Ok(()) => read(plan, &mut talk).await,
            Err(cause) => Err(cause),
        },
        Reply::Failed(cause) => Err(cause),
        _ => Err(Cause::Internal("a session opened without saying so".into())),
    };
    if talk.is_ready() {
        let _ = talk.ask(Request::Leave).await;
    }
    talk.close().await;
    read
}

/// Whether the prompt names the device that the inventory means.
fn is_it(plan: &DevicePlan, found: Option<String>, other: OtherHostname) -> Result<(), Cause> {
    let device = plan.device();
    let expected = device.hostname.as_ref().unwrap_or(&device.name).clone();
    match found {
        Some(found)
            if !found.is_empty()
                && found != expected
                && other.refuses(device.hostname.is_some()) =>
        {
            Err(Trouble::OtherHostname { expected, found }.into())
        }
        _ => Ok(()),
    }
}

async fn read<T: crate::transport::Transport>(
    plan: &DevicePlan,
    talk: &mut Conversation<T>,
) -> Result<Config, Cause> {
    let mut reads = 0;
    loop {
        let mut replies = Vec::new();
        for read in plan.rules().reads_for(plan.lines()) {
            replies.push((read, command(plan, talk, read).await?));
        }
        reads += 1;
        match Config::read(&replies, plan.rules()) {
            Ok(config) => return Ok(config),
            Err(error) if reads >= READS_MAX => return Err(Trouble::Unreadable(error).into()),
            Err(_) => {}
        }
    }
}

async fn command<T: crate::transport::Transport>(
    plan: &DevicePlan,
    talk: &mut Conversation<T>,
    read: &Read,
) -> Result<String, Cause> {
    let command = read.command();
    let request = Request::Exec {
        command: command.to_string(),
        within: plan.expect().timeouts.line,
        ends: plan.rules().end_of(read).map(str::to_string),
    };
    match talk.ask(request).await {
        Reply::Output { lines } => Ok(lines.join("\n")),
        Reply::Failed(cause) => Err(cause),
        _ => Err(Cause::Internal(format!(
            "`{command}` was answered with something else"
        ))),
    }
}
