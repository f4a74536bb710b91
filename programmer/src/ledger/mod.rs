//! The journal of all pushes: what was meant to be done, written durably before it is done.
//!
//! A run has devices, each with a state; events say what happened when; a transcript keeps what was sent and
//! received, masked; a lock says who pushes to a device just now. After a crash the journal tells which devices
//! may have been touched (those of an intent without an end), and the devices tell what they have: the journal
//! never guesses it.
//!
//! One task owns the connection (`writer`). Whoever writes waits until what it wrote is on the disk; those who
//! wait at the same time share one transaction, and so one `fsync`. SQLite and PostgreSQL run the same statements
//! (`schema`). Secrets reach the journal only sealed or masked: what is sealed is an opaque text here.

mod error;
mod owner;
mod place;
mod reading;
mod record;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

pub use error::LedgerError;
pub use owner::Owner;
pub use place::default_journal;
pub use record::{
    DeviceRecord, Ended, EventRecord, Holder, Intent, NewDevice, NewRun, Phase, RunId, RunRecord,
};

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;

use writer::{Ask, Statement, Value, ask, told};

/// A lock is a promise of its owner for so long; who lives renews it, three times in that time.
pub const LEASE: Duration = Duration::from_secs(60);
/// So many runs are kept; older ones are forgotten when a run begins, so that the journal has an end.
const RUNS_MAX: i64 = 1_000;
/// Two programs may begin runs at once and want the same number; after so many tries something else is wrong.
const NUMBER_TRIES_MAX: usize = 32;
/// A transcript's piece: below what any of the databases takes in one value.
const TRANSCRIPT_BYTES_MAX: usize = 16 << 20;

/// The journal. Clones share one connection.
#[derive(Debug, Clone)]
pub struct Ledger {
    asks: mpsc::Sender<Ask>,
    owner: Owner,
    clock: fn() -> i64,
}

/// What became of the wish for a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The device is ours.
    Ours,
    /// Somebody else has it.
    Held(Box<Holder>),
}

impl Ledger {
    /// Opens the journal that the URL names, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Open`] if it can't be opened or written, [`LedgerError::Version`] if a newer program made it.
    pub async fn open(url: &str) -> Result<Self, LedgerError> {
        Self::open_as(url, Owner::this_process(), wall_clock).await
    }

    /// As [`Self::open`], as somebody else and at another time: for tests.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub async fn open_as(url: &str, owner: Owner, clock: fn() -> i64) -> Result<Self, LedgerError> {
        let asks = writer::start(url).await?;
        Ok(Self { asks, owner, clock })
    }

    /// Who writes here.
    #[must_use]
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Begins a run: from now on it has a name, and its devices stand in the journal as not started.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`] if the journal doesn't take it.
    pub async fn begin(&self, run: NewRun) -> Result<RunId, LedgerError> {
        for _ in 0..NUMBER_TRIES_MAX {
            let number = self.newest().await? + 1;
            let id = RunId::of(number);
            let mut statements = vec![self.new_run(&id, number, &run).decides()];
            let devices = (0i64..).zip(&run.devices);
            statements.extend(devices.map(|(place, device)| self.new_device(&id, place, device)));
            statements.extend(
                schema::FORGET.map(|sql| Statement::new(sql, [Value::from(number - RUNS_MAX)])),
            );
            if self.write(statements).await? {
                return Ok(id);
            }
        }
        Err(LedgerError::Write("no number is left for a run".into()))
    }

    /// A run goes on, in this process.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn go_on(&self, run: &RunId) -> Result<(), LedgerError> {
        let values = [
            run.as_str().into(),
            self.owner.host.as_str().into(),
            self.owner.pid.into(),
            self.owner.started.into(),
            self.owner.boot.as_str().into(),
        ];
        let statements = vec![
            Statement::new(schema::GO_ON, values),
            self.event_of(run, "", "resumed", ""),
        ];
        self.write(statements).await.map(drop)
    }

    /// A run is over, with this exit status.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn end(&self, run: &RunId, exit: i64) -> Result<(), LedgerError> {
        let values = [run.as_str().into(), self.now().into(), exit.into()];
        self.write(vec![Statement::new(schema::END_RUN, values)])
            .await
            .map(drop)
    }

    /// Takes a device's lock for a run, or tells who has it.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn claim(
        &self,
        run: &RunId,
        name: &str,
        endpoint: &str,
    ) -> Result<Claim, LedgerError> {
        if self
            .write(vec![self.lock(schema::LOCK, run, name, endpoint).decides()])
            .await?
        {
            return Ok(Claim::Ours);
        }
        match self.holder(endpoint).await? {
            // It was let go between the two questions.
            None => Box::pin(self.claim(run, name, endpoint)).await,
            Some(holder) if holder.run == *run && holder.owner == self.owner => Ok(Claim::Ours),
            Some(holder) => Ok(Claim::Held(Box::new(holder))),
        }
    }

    /// Takes over the lock of somebody who is gone, if nobody else was quicker.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn take_over(
        &self,
        run: &RunId,
        name: &str,
        gone: &Holder,
    ) -> Result<bool, LedgerError> {
        let mut take = self
            .lock(schema::TAKE_OVER, run, name, &gone.endpoint)
            .decides();
        take.values
            .extend([gone.run.as_str().into(), gone.fence.into()]);
        let note = format!("from {} of {}", gone.run, gone.owner);
        self.write(vec![
            take,
            self.event_of(run, name, "lock taken over", &note),
        ])
        .await
    }

    /// Lets all locks of this process live for another [`LEASE`].
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn renew(&self) -> Result<(), LedgerError> {
        let values = [
            self.lease_ends().into(),
            self.owner.host.as_str().into(),
            self.owner.pid.into(),
            self.owner.started.into(),
        ];
        self.write(vec![Statement::new(schema::RENEW, values)])
            .await
            .map(drop)
    }

    /// Lets a device go.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn release(&self, run: &RunId, endpoint: &str) -> Result<(), LedgerError> {
        self.write(vec![unlock(run, endpoint)]).await.map(drop)
    }

    /// What is about to be done to a device, durable before the first line.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Fenced`] if the device's lock is no longer ours.
    pub async fn intent(
        &self,
        run: &RunId,
        device: &str,
        intent: Intent,
    ) -> Result<(), LedgerError> {
        let values = [
            run.as_str().into(),
            device.into(),
            intent.lines.into(),
            intent.sealed.into(),
            intent.before.into(),
            intent.hostname.into(),
            self.owner.pid.into(),
            self.owner.started.into(),
            self.now().into(),
        ];
        let note = format!("{} lines", intent.lines);
        self.fenced(
            run,
            device,
            Statement::new(schema::INTENT, values),
            "intent",
            &note,
        )
        .await
    }

    /// A device goes into another phase, durable before it does.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Fenced`] if the device's lock is no longer ours.
    pub async fn phase(
        &self,
        run: &RunId,
        device: &str,
        phase: Phase,
        note: &str,
    ) -> Result<(), LedgerError> {
        let values = [
            run.as_str().into(),
            device.into(),
            phase.name().into(),
            self.owner.pid.into(),
            self.owner.started.into(),
            self.now().into(),
        ];
        self.fenced(
            run,
            device,
            Statement::new(schema::PHASE, values),
            phase.name(),
            note,
        )
        .await
    }

    /// How a device ended. The lock goes, unless it isn't known what the device has.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn finish(
        &self,
        run: &RunId,
        device: &str,
        endpoint: &str,
        ended: Ended,
    ) -> Result<(), LedgerError> {
        let values = [
            run.as_str().into(),
            device.into(),
            ended.phase.name().into(),
            i64::from(ended.saved).into(),
            ended.error.into(),
            ended.detail.into(),
            ended.after.into(),
            self.now().into(),
        ];
        let mut statements = vec![
            Statement::new(schema::FINISH, values),
            self.event_of(run, device, ended.phase.name(), &ended.note),
            if ended.keep_lock {
                keep(run, endpoint)
            } else {
                unlock(run, endpoint)
            },
        ];
        if !ended.transcript.is_empty() {
            statements.push(transcript(run, device, ended.transcript, self.now()));
        }
        self.write(statements).await.map(drop)
    }

    /// A device is left as it is, and why: its turn never came, or somebody else has it.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn decline(&self, run: &RunId, device: &str, why: &str) -> Result<(), LedgerError> {
        let values = [
            run.as_str().into(),
            device.into(),
            why.into(),
            self.now().into(),
        ];
        let decline = Statement::new(schema::DECLINE, values);
        let event = self.event_of(run, device, "not begun", why);
        self.write(vec![decline, event]).await.map(drop)
    }

    /// A device of a run that is over turns out to be in another state, by the work of another run.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn turn(
        &self,
        run: &RunId,
        device: &str,
        phase: Phase,
        note: &str,
    ) -> Result<(), LedgerError> {
        let values = [
            run.as_str().into(),
            device.into(),
            phase.name().into(),
            self.now().into(),
        ];
        let turn = Statement::new(schema::TURN, values);
        let event = self.event_of(run, device, phase.name(), note);
        self.write(vec![turn, event]).await.map(drop)
    }

    /// Something happened that is worth keeping.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Write`].
    pub async fn event(
        &self,
        run: &RunId,
        device: &str,
        what: &str,
        note: &str,
    ) -> Result<(), LedgerError> {
        self.write(vec![self.event_of(run, device, what, note)])
            .await
            .map(drop)
    }

    async fn fenced(
        &self,
        run: &RunId,
        device: &str,
        statement: Statement,
        what: &str,
        note: &str,
    ) -> Result<(), LedgerError> {
        let statements = vec![statement.decides(), self.event_of(run, device, what, note)];
        if self.write(statements).await? {
            return Ok(());
        }
        Err(LedgerError::Fenced {
            device: device.to_string(),
        })
    }

    async fn write(&self, statements: Vec<Statement>) -> Result<bool, LedgerError> {
        told(ask(&self.asks, statements).await?)
    }

    fn new_run(&self, id: &RunId, number: i64, run: &NewRun) -> Statement {
        Statement::new(
            schema::NEW_RUN,
            [
                id.as_str().into(),
                number.into(),
                run.verb.as_str().into(),
                run.parent.as_ref().map_or("", RunId::as_str).into(),
                run.settings.as_str().into(),
                self.owner.host.as_str().into(),
                self.owner.pid.into(),
                self.owner.started.into(),
                self.owner.boot.as_str().into(),
                self.now().into(),
            ],
        )
    }

    fn new_device(&self, id: &RunId, place: i64, device: &NewDevice) -> Statement {
        Statement::new(
            schema::NEW_DEVICE,
            [
                id.as_str().into(),
                device.name.as_str().into(),
                place.into(),
                device.endpoint.as_str().into(),
                device.pack.as_str().into(),
                device.role.as_str().into(),
                device.lines.into(),
                device.sealed.as_str().into(),
                Phase::Planned.name().into(),
                self.now().into(),
            ],
        )
    }

    fn lock(&self, sql: &'static str, run: &RunId, name: &str, endpoint: &str) -> Statement {
        Statement::new(
            sql,
            [
                endpoint.into(),
                name.into(),
                run.as_str().into(),
                self.owner.host.as_str().into(),
                self.owner.pid.into(),
                self.owner.started.into(),
                self.owner.boot.as_str().into(),
                self.lease_ends().into(),
            ],
        )
    }

    fn event_of(&self, run: &RunId, device: &str, what: &str, note: &str) -> Statement {
        let values = [
            run.as_str().into(),
            device.into(),
            self.now().into(),
            what.into(),
            note.into(),
        ];
        Statement::new(schema::EVENT, values)
    }

    fn now(&self) -> i64 {
        (self.clock)()
    }

    fn lease_ends(&self) -> i64 {
        self.now()
            .saturating_add(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX))
    }
}

fn unlock(run: &RunId, endpoint: &str) -> Statement {
    Statement::new(schema::UNLOCK, [endpoint.into(), run.as_str().into()])
}

fn keep(run: &RunId, endpoint: &str) -> Statement {
    Statement::new(schema::KEEP, [endpoint.into(), run.as_str().into()])
}

fn transcript(run: &RunId, device: &str, mut text: String, now: i64) -> Statement {
    if text.len() > TRANSCRIPT_BYTES_MAX {
        let cut = (0..=TRANSCRIPT_BYTES_MAX)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        text.truncate(cut);
        text.push_str("\n(the rest is left out)\n");
    }
    // No database of ours takes a NUL in a text.
    let text = text.replace('\0', "\u{2400}");
    Statement::new(
        schema::TRANSCRIPT,
        [run.as_str().into(), device.into(), text.into(), now.into()],
    )
}

/// Milliseconds since 1970.
fn wall_clock() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
