//! Sessions with the device: the first, those that follow a lost one, and what is asked over them.

use tokio::sync::watch;
use tokio::time::Instant;

use super::Deployment;
use crate::config::Config;
use crate::push::conversation::interrupted;
use crate::push::fence::FencedConnect;
use crate::push::settings::OtherHostname;
use crate::push::trouble::Trouble;
use crate::push::{Conversation, Event};
use crate::session::{Cause, Reply, Request};
use crate::transport::Connect;

/// A device that answers but shows no whole configuration is asked so often.
const READS_MAX: usize = 3;

impl<C: Connect> Deployment<'_, C> {
    /// Opens the first session. No line was sent yet, so what may pass is tried again: never a password.
    pub(super) async fn open(&mut self) -> Result<(), Cause> {
        let mut tries = 1;
        loop {
            let interrupt = self.interrupt.clone();
            let cause = match self.open_once(interrupt).await {
                Ok(()) => return Ok(()),
                Err(cause) => cause,
            };
            // Who lets us wait for a prompt once, does so twice.
            let passes = cause.may_pass() && !matches!(cause, Cause::NoPrompt { .. });
            if !passes || tries >= self.tools.settings.connect_tries.max(1) {
                return Err(cause);
            }
            tries += 1;
            let wait = self.backoff.next();
            let mut interrupt = self.interrupt.clone();
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = interrupted(&mut interrupt) => return Err(Cause::Interrupted),
            }
        }
    }

    /// Opens a session with a device that has lines of ours: as long as it may take to boot.
    pub(super) async fn reopen(&mut self) -> Result<(), Cause> {
        let boot = self.task.plan.expect().timeouts.boot;
        let within = self.tools.settings.reconnect_within.unwrap_or(boot);
        self.reopen_until(Instant::now() + within).await
    }

    pub(super) async fn reopen_until(&mut self, until: Instant) -> Result<(), Cause> {
        loop {
            // The user's wish to stop must not keep us from finding out what the device has.
            let (_, deaf) = watch::channel(false);
            let cause = match self.open_once(deaf).await {
                Ok(()) => return Ok(()),
                Err(cause) => cause,
            };
            let wait = self.backoff.next();
            if !cause.may_pass() || Instant::now() + wait >= until {
                return Err(cause);
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn open_once(&mut self, mut interrupt: watch::Receiver<bool>) -> Result<(), Cause> {
        self.hang_up().await;
        let fenced = FencedConnect {
            connect: &*self.tools.connect,
            lease: &self.tools.lease,
        };
        let device = self.task.plan.device();
        let within = self.task.plan.expect().timeouts.connect;
        let transport = tokio::select! {
            opened = fenced.connect(device, within) => opened.map_err(Cause::Transport)?,
            () = interrupted(&mut interrupt) => return Err(Cause::Interrupted),
        };
        self.talk_began = self.began.elapsed();
        let (talk, reply) = Conversation::open(transport, self.access(), interrupt).await;
        if let Some(hostname) = talk.hostname() {
            self.hostname = hostname;
        }
        self.talk = Some(talk);
        match reply {
            Reply::Ready => match self.is_another() {
                None => Ok(()),
                Some(another) => {
                    self.hang_up_on_another().await;
                    Err(another.into())
                }
            },
            Reply::Failed(cause) => {
                self.hang_up().await;
                Err(cause)
            }
            _ => Err(Cause::Internal("a session opened without saying so".into())),
        }
    }

    /// Whether another device than before answers: its configuration would be taken for this one's.
    fn is_another(&self) -> Option<Trouble> {
        let found = &self.hostname;
        let before = self.shown.last()?;
        let known = found.is_empty() || self.shown.contains(found);
        if known || self.tools.settings.other_hostname == OtherHostname::Warn {
            return None;
        }
        Some(Trouble::OtherDevice {
            before: before.clone(),
            found: found.clone(),
        })
    }

    async fn hang_up_on_another(&mut self) {
        if self.is_ready() {
            let _ = self.ask(Request::Leave).await;
        }
        let shown = self.shown.clone();
        self.hang_up().await;
        self.hostname = shown.last().cloned().unwrap_or_default();
        self.shown = shown;
    }

    pub(super) fn is_ready(&self) -> bool {
        self.talk.as_ref().is_some_and(Conversation::is_ready)
    }

    pub(super) async fn ask(&mut self, request: Request) -> Reply {
        match &mut self.talk {
            Some(talk) => talk.ask(request).await,
            None => Reply::Failed(Cause::Internal("asked without a session".into())),
        }
    }

    pub(super) async fn ask_watched(&mut self, request: Request) -> Reply {
        let (watcher, plan) = (&self.tools.watcher, &self.task.plan);
        let lines = self.change.as_ref().map_or(0, |change| change.lines.len());
        match &mut self.talk {
            Some(talk) => {
                talk.ask_watched(request, |accepted| {
                    watcher.event(Event::Accepted(plan, accepted, lines))
                })
                .await
            }
            None => Reply::Failed(Cause::Internal("asked without a session".into())),
        }
    }

    /// Runs a command and gives its output.
    pub(super) async fn command(&mut self, command: &str) -> Result<Vec<String>, Cause> {
        self.output(command, None).await
    }

    /// The output of a command, which ends with this line, if that is known.
    async fn output(&mut self, command: &str, ends: Option<String>) -> Result<Vec<String>, Cause> {
        let within = self.task.plan.expect().timeouts.line;
        match self
            .ask(Request::Exec {
                command: command.to_string(),
                within,
                ends,
            })
            .await
        {
            Reply::Output { lines } => Ok(lines),
            Reply::Failed(cause) => Err(cause),
            _ => Err(Cause::Internal(format!(
                "`{command}` was answered with something else"
            ))),
        }
    }

    /// Reads the configuration before anything is sent.
    pub(super) async fn read_before(&mut self) -> Result<Config, Cause> {
        let cause = match self.read().await {
            Ok(config) => return Ok(config),
            Err(cause) => cause,
        };
        if !self.is_ready() {
            return Err(cause);
        }
        self.rest().await;
        self.read().await
    }

    /// Reads the configuration of a device that has, or may have, lines of ours. A lost device is waited for.
    pub(super) async fn read_again(&mut self) -> Result<Config, Cause> {
        let mut reads = 0;
        loop {
            if !self.is_ready() {
                self.reopen().await?;
            }
            let cause = match self.read().await {
                Ok(config) => return Ok(config),
                Err(cause) => cause,
            };
            reads += 1;
            if reads >= READS_MAX {
                return Err(cause);
            }
            // What a user may do is settled anew for each session: with an AAA server that has died, by the device.
            if matches!(cause, Cause::Denied { .. }) {
                self.leave().await;
            }
            self.rest().await;
        }
    }

    async fn read(&mut self) -> Result<Config, Cause> {
        let rules = std::sync::Arc::clone(self.task.plan.rules());
        let reads = rules.reads_for(self.task.plan.lines());
        let mut replies = Vec::with_capacity(reads.len());
        for read in reads {
            let ends = rules.end_of(read).map(str::to_string);
            let reply = self.output(read.command(), ends).await?;
            replies.push((read, reply.join("\n")));
        }
        Config::read(&replies, &rules).map_err(|error| Trouble::Unreadable(error).into())
    }

    /// Waits a moment before something is tried again.
    pub(super) async fn rest(&mut self) {
        tokio::time::sleep(self.backoff.next()).await;
    }

    /// Logs out.
    pub(super) async fn leave(&mut self) {
        if self.is_ready() {
            let _ = self.ask(Request::Leave).await;
        }
        self.hang_up().await;
    }

    async fn hang_up(&mut self) {
        if let Some(talk) = self.talk.take() {
            // A line of ours, or somebody else, may have changed it.
            let hostname = talk.hostname().filter(|name| !self.shown.contains(name));
            self.shown.extend(hostname);
            let said = talk.close().await;
            self.transcript.append(said, self.talk_began);
        }
    }
}
