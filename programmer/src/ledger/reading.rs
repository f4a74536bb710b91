//! What the journal is asked for.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::record::{DeviceRecord, EventRecord, Holder, Phase, RunId, RunRecord};
use super::writer::{Statement, Value, ask, rows};
use super::{Ledger, LedgerError, Owner, schema};

/// So many events of a run are shown: a line for each step of thousands of devices.
const EVENTS_MAX: i64 = 100_000;

impl Ledger {
    /// The newest runs, the newest first.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Read`].
    pub async fn runs(&self, runs_max: i64) -> Result<Vec<RunRecord>, LedgerError> {
        let rows = self.read(schema::RUNS, [runs_max.into()]).await?;
        rows.iter().map(|row| run(row).map_err(bad)).collect()
    }

    /// A run.
    ///
    /// # Errors
    ///
    /// [`LedgerError::NoRun`], [`LedgerError::Read`].
    pub async fn run(&self, id: &RunId) -> Result<RunRecord, LedgerError> {
        let rows = self.read(schema::RUN, [id.as_str().into()]).await?;
        match rows.first() {
            Some(row) => run(row).map_err(bad),
            None => Err(LedgerError::NoRun(id.to_string())),
        }
    }

    /// The devices of a run, in order.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Read`].
    pub async fn devices(&self, id: &RunId) -> Result<Vec<DeviceRecord>, LedgerError> {
        let rows = self.read(schema::DEVICES, [id.as_str().into()]).await?;
        rows.iter().map(|row| device(row).map_err(bad)).collect()
    }

    /// How many devices of a run are in which phase.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Read`].
    pub async fn counts(&self, id: &RunId) -> Result<Vec<(Phase, i64)>, LedgerError> {
        let rows = self.read(schema::COUNTS, [id.as_str().into()]).await?;
        let count = |row: &AnyRow| -> sqlx::Result<(Phase, i64)> {
            Ok((Phase::named(&text(row, "phase")?), row.try_get("devices")?))
        };
        rows.iter().map(|row| count(row).map_err(bad)).collect()
    }

    /// What happened in a run, in order.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Read`].
    pub async fn events(&self, id: &RunId) -> Result<Vec<EventRecord>, LedgerError> {
        let rows = self
            .read(schema::EVENTS, [id.as_str().into(), EVENTS_MAX.into()])
            .await?;
        rows.iter().map(|row| event(row).map_err(bad)).collect()
    }

    /// Everything sent to and received from a device in a run, masked: a piece for each time the run was started.
    ///
    /// # Errors
    ///
    /// [`LedgerError::NoDevice`], [`LedgerError::Read`].
    pub async fn transcript(&self, id: &RunId, name: &str) -> Result<String, LedgerError> {
        if !self
            .devices(id)
            .await?
            .iter()
            .any(|device| device.name == name)
        {
            return Err(LedgerError::NoDevice {
                run: id.to_string(),
                device: name.to_string(),
            });
        }
        let rows = self
            .read(schema::TRANSCRIPTS, [id.as_str().into(), name.into()])
            .await?;
        rows.iter()
            .map(|row| text(row, "content").map_err(bad))
            .collect()
    }

    /// Who has a device's lock.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Read`].
    pub async fn holder(&self, endpoint: &str) -> Result<Option<Holder>, LedgerError> {
        let rows = self.read(schema::HOLDER, [endpoint.into()]).await?;
        rows.first().map(holder).transpose().map_err(bad)
    }

    /// All locks.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Read`].
    pub async fn holders(&self) -> Result<Vec<Holder>, LedgerError> {
        let rows = self.read(schema::HOLDERS, []).await?;
        rows.iter().map(|row| holder(row).map_err(bad)).collect()
    }

    /// Whether nobody can be sending lines for this lock any more.
    #[must_use]
    pub fn is_gone(&self, holder: &Holder) -> bool {
        holder.is_gone(&self.owner, self.now())
    }

    pub(super) async fn newest(&self) -> Result<i64, LedgerError> {
        let rows = self.read(schema::NEWEST, []).await?;
        rows.first()
            .map_or(Ok(0), |row| row.try_get("no"))
            .map_err(bad)
    }

    async fn read<const N: usize>(
        &self,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<Vec<AnyRow>, LedgerError> {
        rows(ask(&self.asks, vec![Statement::new(sql, values).reads()]).await?)
    }
}

fn run(row: &AnyRow) -> sqlx::Result<RunRecord> {
    let (ended_ms, exit): (i64, i64) = (row.try_get("ended_ms")?, row.try_get("exit")?);
    let parent = text(row, "parent")?;
    Ok(RunRecord {
        id: RunId::stored(text(row, "run")?),
        verb: text(row, "verb")?,
        parent: (!parent.is_empty()).then(|| RunId::stored(parent)),
        settings: text(row, "settings")?,
        owner: owner(row)?,
        began_ms: row.try_get("began_ms")?,
        ended_ms: (ended_ms >= 0).then_some(ended_ms),
        exit: (exit >= 0).then_some(exit),
    })
}

fn device(row: &AnyRow) -> sqlx::Result<DeviceRecord> {
    Ok(DeviceRecord {
        name: text(row, "device")?,
        endpoint: text(row, "endpoint")?,
        pack: text(row, "pack")?,
        role: text(row, "role")?,
        phase: Phase::named(&text(row, "phase")?),
        saved: row.try_get::<i64, _>("saved")? != 0,
        wanted: row.try_get("wanted")?,
        lines: row.try_get("lines")?,
        sealed_wanted: text(row, "sealed_wanted")?,
        sealed: text(row, "sealed")?,
        before: text(row, "fingerprint")?,
        after: text(row, "after")?,
        hostname: text(row, "hostname")?,
        error: text(row, "error")?,
        detail: text(row, "detail")?,
        updated_ms: row.try_get("updated_ms")?,
    })
}

fn event(row: &AnyRow) -> sqlx::Result<EventRecord> {
    Ok(EventRecord {
        device: text(row, "device")?,
        at_ms: row.try_get("at_ms")?,
        what: text(row, "what")?,
        note: text(row, "note")?,
    })
}

fn holder(row: &AnyRow) -> sqlx::Result<Holder> {
    Ok(Holder {
        endpoint: text(row, "endpoint")?,
        device: text(row, "device")?,
        run: RunId::stored(text(row, "run")?),
        owner: owner(row)?,
        lease_ms: row.try_get("lease_ms")?,
        fence: row.try_get("fence")?,
        kept: row.try_get::<i64, _>("kept")? != 0,
    })
}

fn owner(row: &AnyRow) -> sqlx::Result<Owner> {
    Ok(Owner {
        host: text(row, "host")?,
        pid: row.try_get("pid")?,
        started: row.try_get("started")?,
        boot: text(row, "boot")?,
    })
}

fn text(row: &AnyRow, column: &str) -> sqlx::Result<String> {
    row.try_get(column)
}

fn bad(error: sqlx::Error) -> LedgerError {
    LedgerError::Read(error.to_string())
}
