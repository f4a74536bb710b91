//! The course of a push: what follows what, and what it ends in.

use std::sync::Arc;

use super::judgement::{Intended, Judgement};
use super::{Deployment, NAMED_MAX, Purpose, Verdict};
use crate::config::{Change, Config, change};
use crate::ledger::Phase;
use crate::push::settings::OnError;
use crate::push::trouble::Trouble;
use crate::push::{EndState, Event};
use crate::session::{Cause, Configured, LineFate, OnRefused, Reply, Request};
use crate::transport::Connect;

/// So often a push that lost its session goes on with the rest, where the user wants it to continue.
const ROUNDS_MAX: usize = 3;
/// A save is tried so often: a file system may be busy for a moment.
const SAVES_MAX: usize = 2;

/// What was found out before the first line.
pub(super) struct Prepared {
    pub(super) before: Config,
    pub(super) change: Arc<Change>,
    /// The name of the copy that `configure replace` goes back to.
    pub(super) checkpoint: Option<String>,
    /// What enters configuration mode, if not the usual.
    pub(super) enter: Option<String>,
}

enum Ready {
    NothingToDo,
    Change(Prepared),
}

impl<C: Connect> Deployment<'_, C> {
    pub(super) async fn course(&mut self) -> Verdict {
        match self.prepare().await {
            Err(cause) => Verdict::new(self.task.found, cause),
            Ok(Ready::NothingToDo) => self.nothing_to_do().await,
            Ok(Ready::Change(prepared)) => {
                let lines = Arc::clone(&prepared.change.lines);
                let cause = self
                    .configure(lines, &prepared, prepared.enter.clone())
                    .await;
                self.judge(&prepared, cause).await
            }
        }
    }

    /// Everything before the first line. Whatever fails here, the device has what it had.
    async fn prepare(&mut self) -> Result<Ready, Cause> {
        if *self.interrupt.borrow_and_update() {
            return Err(Cause::Interrupted);
        }
        self.lock().await?;
        self.tools.watcher.event(Event::Started(&self.task.plan));
        self.open().await?;
        self.check_hostname()?;
        let before = self.read_before().await?;
        self.check_stale(&before)?;
        self.after = Some(before.clone());
        let change = Arc::new(change(
            self.task.plan.lines(),
            &before,
            self.task.plan.rules(),
        ));
        let (before, change) = self.since_the_base(before, change);
        self.change = Some(Arc::clone(&change));
        if change.lines.is_empty() {
            return Ok(Ready::NothingToDo);
        }
        if self.is_interrupted() {
            return Err(Cause::Interrupted);
        }
        let enter = self.armed_enter(&before)?;
        self.intend(&change, &before).await?;
        let checkpoint = match enter {
            Some(_) => None,
            None => self.checkpoint(&before).await?,
        };
        Ok(Ready::Change(Prepared {
            before,
            change,
            checkpoint,
            enter,
        }))
    }

    /// A run that goes on goes back, if it must, to where it began, and not to where it was found.
    fn since_the_base(&self, found: Config, change: Arc<Change>) -> (Config, Arc<Change>) {
        let Some(base) = &self.task.base else {
            return (found, change);
        };
        let rules = self.task.plan.rules();
        let base = Config::fragment(base, rules);
        let whole = crate::config::change(self.task.plan.lines(), &base, rules);
        let lines = (*change).clone();
        (
            base,
            Arc::new(Change {
                inverse: whole.inverse,
                stood: whole.stood,
                ..lines
            }),
        )
    }

    fn is_interrupted(&self) -> bool {
        *self.interrupt.borrow()
    }

    fn check_hostname(&mut self) -> Result<(), Cause> {
        let device = self.task.plan.device();
        let expected = device.hostname.as_ref().unwrap_or(&device.name).clone();
        if self.hostname.is_empty() || self.hostname == expected {
            return Ok(());
        }
        let other = Trouble::OtherHostname {
            expected,
            found: self.hostname.clone(),
        };
        let said = device.hostname.is_some();
        if self.tools.settings.other_hostname.refuses(said) {
            return Err(other.into());
        }
        // The inventory's name may be nobody's hostname; only what it says for certain is worth a word.
        if said {
            self.warnings.push(other.to_string());
        }
        Ok(())
    }

    fn check_stale(&self, before: &Config) -> Result<(), Cause> {
        let Some(stale) = self.task.plan.staleness(before) else {
            return Ok(());
        };
        Err(Trouble::Stale {
            planned: stale.planned.short().to_string(),
            found: stale.found.short().to_string(),
            changes: stale.changes,
        }
        .into())
    }

    /// Every wanted line stands. What a run before left unsaved is saved now.
    async fn nothing_to_do(&mut self) -> Verdict {
        if self.task.purpose.goes_back() {
            let (_, cause) = self.saved().await;
            return Verdict::new(EndState::RolledBack, cause);
        }
        if self.task.purpose == Purpose::Resume {
            return self.save().await;
        }
        Verdict::new(EndState::Applied { saved: true }, None)
    }

    /// Sends lines of the change, and notes what became of each.
    pub(super) async fn configure(
        &mut self,
        lines: Arc<[crate::plan::PlanLine]>,
        prepared: &Prepared,
        enter: Option<String>,
    ) -> Option<Cause> {
        let on_refused = match self.tools.settings.on_error {
            OnError::Continue => OnRefused::Continue,
            OnError::Stop | OnError::Rollback => OnRefused::Stop,
        };
        if enter.is_some() {
            self.arm();
        }
        let sending = self.tools.settings.sending;
        let request = Request::Configure {
            enter,
            lines: Arc::clone(&lines),
            sending,
            on_refused,
        };
        let configured = match self.ask_watched(request).await {
            Reply::Configured(configured) => configured,
            Reply::Failed(cause) => Configured {
                cause: Some(cause),
                ..Configured::default()
            },
            _ => Configured::default(),
        };
        self.note(&lines, prepared, configured)
    }

    /// Takes down the fates of lines, by their place among the wanted ones.
    fn note(
        &mut self,
        lines: &[crate::plan::PlanLine],
        prepared: &Prepared,
        configured: Configured,
    ) -> Option<Cause> {
        let places: Vec<usize> = match lines.len() == prepared.change.lines.len() {
            true => prepared.change.origin.clone(),
            false => {
                let wanted = self.task.plan.lines();
                lines
                    .iter()
                    .filter_map(|line| wanted.iter().position(|it| it == line))
                    .collect()
            }
        };
        self.accepted += configured.accepted();
        self.in_doubt = configured.in_doubt();
        self.notes.extend(configured.notes);
        for (place, fate) in places.into_iter().zip(configured.lines) {
            self.fates.insert(place, fate);
        }
        configured.cause.or_else(|| {
            configured
                .refused
                .into_iter()
                .next()
                .map(|(_, cause)| cause)
        })
    }

    /// Reads back, and decides by what was read.
    async fn judge(&mut self, prepared: &Prepared, mut cause: Option<Cause>) -> Verdict {
        for round in 0.. {
            let judged = match self.read_and_judge(prepared).await {
                // Nobody has complained: what is missing may take effect a moment later.
                Ok(judgement) if cause.is_none() && !judgement.missing.is_empty() => {
                    self.rest().await;
                    self.read_and_judge(prepared).await
                }
                judged => judged,
            };
            let judgement = match judged {
                Ok(judgement) => judgement,
                Err(lost) => {
                    if let (Some(_), Cause::Trouble(Trouble::OtherDevice { .. })) = (&cause, &lost)
                    {
                        self.warnings.push(format!("it {lost}"));
                    }
                    return self.unknown(cause.unwrap_or(lost));
                }
            };
            if judgement.missing.is_empty() {
                return self.whole(prepared, judgement, cause).await;
            }
            let was_lost = cause.as_ref().is_some_and(Cause::loses_sight);
            let goes_on = self.tools.settings.on_error == OnError::Continue
                && was_lost
                && !self.is_interrupted();
            if !goes_on || round + 1 >= ROUNDS_MAX {
                let cause =
                    cause.unwrap_or_else(|| Trouble::NotApplied(judgement.missing.clone()).into());
                return self.failed(prepared, judgement, cause).await;
            }
            let rest = self
                .after
                .as_ref()
                .map(|after| change(self.task.plan.lines(), after, self.task.plan.rules()));
            let rest = rest.map(|rest| rest.lines).unwrap_or_default();
            cause = self.configure(rest, prepared, None).await;
        }
        Verdict::new(EndState::Unknown, cause)
    }

    /// What the device has now, compared with what was meant.
    pub(super) async fn read_and_judge(&mut self, prepared: &Prepared) -> Result<Judgement, Cause> {
        let after = self.read_again().await?;
        let intended = Intended {
            wanted: self.task.plan.lines(),
            before: &prepared.before,
            change: &prepared.change,
            rules: self.task.plan.rules(),
        };
        let judgement = intended.judge(&after, &self.fates);
        self.after = Some(after);
        // It was read: nothing else is in doubt any more.
        let place = |index| {
            prepared
                .change
                .origin
                .iter()
                .position(|origin| *origin == index)
        };
        self.in_doubt = judgement.doubtful.and_then(place).map(|place| place + 1);
        Ok(judgement)
    }

    /// Every wanted line stands, whatever was said on the way.
    async fn whole(
        &mut self,
        prepared: &Prepared,
        judgement: Judgement,
        cause: Option<Cause>,
    ) -> Verdict {
        if let Some(cause) = cause {
            self.warnings.push(format!(
                "it {cause}; read back, it has every line all the same"
            ));
        }
        self.tell_foreign(&judgement.foreign);
        if self.reverts_at.is_some()
            && let Err(verdict) = self.confirm(prepared).await
        {
            return verdict;
        }
        if self.task.purpose.goes_back() {
            let (_, cause) = self.saved().await;
            return Verdict::new(EndState::RolledBack, cause);
        }
        self.save().await
    }

    pub(super) fn tell_foreign(&mut self, foreign: &[String]) {
        if foreign.is_empty() {
            return;
        }
        let named: Vec<String> = foreign
            .iter()
            .take(NAMED_MAX)
            .map(|line| format!("`{}`", line.trim()))
            .collect();
        let more = if foreign.len() > NAMED_MAX {
            ", ..."
        } else {
            ""
        };
        self.warnings.push(format!(
            "what nobody sent has changed, by the device itself or by somebody else: {}{more}",
            named.join(", ")
        ));
    }

    async fn save(&mut self) -> Verdict {
        let (saved, cause) = self.saved().await;
        Verdict::new(EndState::Applied { saved }, cause)
    }

    async fn saved(&mut self) -> (bool, Option<Cause>) {
        if !self.tools.settings.save {
            return (false, None);
        }
        if let Err(cause) = self.phase(Phase::Saving, "").await {
            return (false, Some(cause));
        }
        let mut last = None;
        for _ in 0..SAVES_MAX {
            if !self.is_ready()
                && let Err(cause) = self.reopen().await
            {
                return (false, Some(last.unwrap_or(cause)));
            }
            match self.ask(Request::Save).await {
                Reply::Saved => return (true, None),
                Reply::Failed(cause) => last = Some(cause),
                _ => {}
            }
            self.rest().await;
        }
        (false, last)
    }

    fn unknown(&mut self, cause: Cause) -> Verdict {
        Verdict::new(EndState::Unknown, cause)
    }

    /// Lines are missing.
    async fn failed(&mut self, prepared: &Prepared, judgement: Judgement, cause: Cause) -> Verdict {
        self.tell_foreign(&judgement.foreign);
        // What goes back already isn't put forward again.
        let rolls_back =
            self.tools.settings.on_error == OnError::Rollback && !self.task.purpose.goes_back();
        if rolls_back && (!judgement.is_back || self.reverts_at.is_some()) {
            return self.roll_back(prepared, judgement, cause).await;
        }
        if self.reverts_at.is_some()
            && let Err(verdict) = self.confirm(prepared).await
        {
            return verdict;
        }
        self.left(judgement, cause)
    }

    /// The end of a device that doesn't have all, and is left so.
    pub(super) fn left(&mut self, judgement: Judgement, cause: Cause) -> Verdict {
        let was_in = |fate: &LineFate| matches!(fate, LineFate::Accepted | LineFate::InFlight);
        let state = match judgement.is_back {
            false => EndState::Partial,
            true if self.fates.values().any(was_in) => EndState::RolledBack,
            true => EndState::NotStarted,
        };
        if state == EndState::Partial {
            self.tell_foreign(&judgement.unexplained);
        }
        self.is_in = judgement.is_in;
        Verdict::new(state, cause)
    }
}
