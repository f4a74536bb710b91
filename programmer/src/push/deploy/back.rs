//! The ways back: a checkpoint, the inverse lines, the device's own revert timer.

use std::time::Duration;

use tokio::time::Instant;

use super::course::Prepared;
use super::judgement::Judgement;
use super::{Deployment, Verdict};
use crate::config::{Config, change, difference};
use crate::ledger::Phase;
use crate::push::EndState;
use crate::push::trouble::Trouble;
use crate::session::{Cause, OnRefused, Reply, Request, Sending};
use crate::transport::Connect;

/// The inverse lines are tried so often: a session may be lost on the way back, too.
const TRIES_MAX: usize = 2;
/// A device that takes a change back by itself is read so long after it should have.
const REVERT_MARGIN: Duration = Duration::from_secs(60);

impl<C: Connect> Deployment<'_, C> {
    /// Takes back what is in.
    pub(super) async fn roll_back(
        &mut self,
        prepared: &Prepared,
        judgement: Judgement,
        cause: Cause,
    ) -> Verdict {
        if let Err(error) = self.phase(Phase::RollingBack, &cause.to_string()).await {
            self.warnings
                .push(format!("nothing is taken back: {error}"));
            return self.left(judgement, cause);
        }
        let foreign = !judgement.foreign.is_empty();
        let mut last = judgement;
        for attempt in 0..TRIES_MAX {
            let trouble = self.take_back(prepared, foreign, attempt).await;
            if let Some(trouble) = trouble {
                self.warnings.push(format!("on the way back it {trouble}"));
            }
            last = match self.read_and_judge(prepared).await {
                Ok(judgement) => judgement,
                Err(_) => return Verdict::new(EndState::Unknown, cause),
            };
            if last.is_back {
                self.tell_foreign(&last.foreign);
                return Verdict::new(EndState::RolledBack, cause);
            }
        }
        self.is_in = last.is_in;
        Verdict::new(EndState::Partial, cause)
    }

    /// One try. Foreign changes must survive it, so only what is ours is taken back then.
    async fn take_back(
        &mut self,
        prepared: &Prepared,
        foreign: bool,
        attempt: usize,
    ) -> Option<Cause> {
        if !self.is_ready()
            && let Err(cause) = self.reopen().await
        {
            return Some(cause);
        }
        let archive = self.task.plan.expect().checkpoint.clone();
        if self.reverts_at.take().is_some()
            && let Some(archive) = &archive
        {
            return self.command(&archive.revert).await.err();
        }
        if let (Some(archive), Some(file), false, 0) =
            (&archive, &prepared.checkpoint, foreign, attempt)
        {
            return self.command(&archive.replace_with(file)).await.err();
        }
        let after = self.after.as_ref()?;
        let rules = self.task.plan.rules();
        let mut lines = change(&prepared.change.inverse, after, rules).lines;
        if !foreign && (lines.is_empty() || attempt > 0) {
            // What the inverse left is nobody else's.
            lines = difference(after, &prepared.before, rules).into();
        }
        // Whatever can be taken back is, so a refusal doesn't end it.
        let request = Request::Configure {
            enter: None,
            lines,
            sending: Sending::Lockstep,
            on_refused: OnRefused::Continue,
        };
        match self.ask(request).await {
            Reply::Configured(configured) => configured.cause.or_else(|| {
                configured
                    .refused
                    .into_iter()
                    .next()
                    .map(|(_, cause)| cause)
            }),
            Reply::Failed(cause) => Some(cause),
            _ => None,
        }
    }

    /// The way to enter configuration mode that the device takes back by itself, if that is wanted.
    pub(super) fn armed_enter(&self, before: &Config) -> Result<Option<String>, Cause> {
        let Some(minutes) = self.tools.settings.confirm else {
            return Ok(None);
        };
        let archive = self.task.plan.expect().checkpoint.as_ref();
        match archive.filter(|archive| archive.is_in(&before.text())) {
            Some(archive) => Ok(Some(archive.enter_for(minutes))),
            None => Err(Trouble::NoArchive.into()),
        }
    }

    pub(super) fn arm(&mut self) {
        let minutes = self.tools.settings.confirm.unwrap_or_default();
        self.reverts_at = Some(Instant::now() + Duration::from_secs(60 * u64::from(minutes)));
    }

    /// Confirms the change over a new session: so the device can still be reached. If it can't, it is waited for
    /// until it has taken the change back.
    pub(super) async fn confirm(&mut self, prepared: &Prepared) -> Result<(), Verdict> {
        let Some(reverts_at) = self.reverts_at else {
            return Ok(());
        };
        self.leave().await;
        let command = self
            .task
            .plan
            .expect()
            .checkpoint
            .as_ref()
            .map(|archive| archive.confirm.clone());
        let confirmed = match self.reopen_until(reverts_at).await {
            Ok(()) => self.command(&command.unwrap_or_default()).await,
            Err(cause) => Err(cause),
        };
        let Err(lost) = confirmed else {
            self.reverts_at = None;
            return Ok(());
        };
        self.warnings.push(format!("it {lost}"));
        tokio::time::sleep_until(reverts_at + REVERT_MARGIN).await;
        self.reverts_at = None;
        let minutes = self.tools.settings.confirm.unwrap_or_default();
        let cause: Cause = Trouble::NotConfirmed { minutes }.into();
        Err(match self.read_and_judge(prepared).await {
            Ok(judgement) if judgement.missing.is_empty() => {
                Verdict::new(EndState::Applied { saved: false }, cause)
            }
            Ok(judgement) => self.left(judgement, cause),
            Err(_) => Verdict::new(EndState::Unknown, cause),
        })
    }
}
