//! The one task that talks to the database, and the transactions that those who wait share.
//!
//! While one transaction is on its way to the disk, others queue; what has queued is the next transaction. So 50
//! devices that write at once cost two or three `fsync`s, not 50. If a transaction fails, nobody of it is told that
//! it is done.
//!
//! A transaction runs on a thread for blocking work: a paused clock of tokio (a test's) stands still meanwhile.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, Connection as _};
use tokio::sync::{mpsc, oneshot};

use super::{LedgerError, place, schema};

/// So many may wait; who comes later waits for a place.
const QUEUE_MAX: usize = 1_024;
/// So many share one transaction: enough for a large push, and its log stays small.
const BATCH_MAX: usize = 256;
/// Statements with so many values go to SQLite at once: all that is said of a device that has ended.
const TOGETHER_MAX: usize = 24;
/// Another program may be writing to the same file.
const BUSY_MS: u32 = 30_000;
/// A server that doesn't answer.
const CONNECT_MAX: Duration = Duration::from_secs(30);

/// A value of a statement.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Number(i64),
}

/// One statement and its values.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) sql: Cow<'static, str>,
    pub(super) values: Vec<Value>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Writes,
    /// If it changes no row, the statements behind it are left out, and who asked is told.
    Decides,
    Reads,
}

/// Statements that belong together, and who waits for them.
pub(super) struct Ask {
    statements: Vec<Statement>,
    reply: Reply,
}

type Reply = oneshot::Sender<Result<Answer, LedgerError>>;

/// What came of them.
pub(super) struct Answer {
    decided: bool,
    rows: Vec<AnyRow>,
}

impl Statement {
    pub(super) fn new<const N: usize>(sql: &'static str, values: [Value; N]) -> Self {
        Self {
            sql: sql.into(),
            values: values.into(),
            kind: Kind::Writes,
        }
    }

    /// Whether another one can go along with this one.
    fn takes(&self, next: &Self) -> bool {
        let write = (self.kind, next.kind) == (Kind::Writes, Kind::Writes);
        write && self.values.len() + next.values.len() <= TOGETHER_MAX
    }

    /// Another one goes along with this one: its parameters are counted on.
    fn with(&mut self, next: Self) {
        let sql = self.sql.to_mut();
        sql.push_str("; ");
        let mut parts = next.sql.split('$');
        sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let number = number.parse().unwrap_or(0) + self.values.len();
            sql.push_str(&format!("${number}{rest}"));
        }
        self.values.extend(next.values);
    }

    pub(super) fn decides(mut self) -> Self {
        self.kind = Kind::Decides;
        self
    }

    pub(super) fn reads(mut self) -> Self {
        self.kind = Kind::Reads;
        self
    }
}

/// Opens the database and starts its task.
pub(super) async fn start(url: &str) -> Result<mpsc::Sender<Ask>, LedgerError> {
    sqlx::any::install_default_drivers();
    let connection = open(url).await?;
    let (asks, queue) = mpsc::channel(QUEUE_MAX);
    tokio::spawn(serve(url.to_string(), connection, queue));
    Ok(asks)
}

/// Asks the task, and waits until it is done and durable.
pub(super) async fn ask(
    asks: &mpsc::Sender<Ask>,
    statements: Vec<Statement>,
) -> Result<Answer, LedgerError> {
    let gone = || LedgerError::Write("the journal's task has ended".into());
    let (reply, answer) = oneshot::channel();
    asks.send(Ask { statements, reply })
        .await
        .map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

pub(super) fn told(answer: Answer) -> Result<bool, LedgerError> {
    Ok(answer.decided)
}

pub(super) fn rows(answer: Answer) -> Result<Vec<AnyRow>, LedgerError> {
    Ok(answer.rows)
}

async fn serve(url: String, connection: AnyConnection, mut queue: mpsc::Receiver<Ask>) {
    let mut connection = Some(connection);
    while let Some(first) = queue.recv().await {
        let mut batch = vec![first];
        // Who is about to ask gets a place in this transaction.
        tokio::task::yield_now().await;
        while batch.len() < BATCH_MAX
            && let Ok(next) = queue.try_recv()
        {
            batch.push(next);
        }
        // A server may have been away; a file of ours doesn't go away.
        if connection.is_none() {
            connection = open(&url).await.ok();
        }
        let Some(mut open) = connection.take() else {
            let replies = batch.into_iter().map(|ask| ask.reply);
            let error = LedgerError::Write("the database doesn't answer".into());
            fail(replies, &error);
            continue;
        };
        let (asked, replies): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .map(|ask| (ask.statements, ask.reply))
            .unzip();
        let runtime = tokio::runtime::Handle::current();
        let done = tokio::task::spawn_blocking(move || {
            let outcome = runtime.block_on(transaction(&mut open, asked));
            (open, outcome)
        });
        let Ok((open, outcome)) = done.await else {
            return;
        };
        let lost = outcome.is_err() && url.starts_with("postgres");
        connection = (!lost).then_some(open);
        match outcome {
            Ok(answers) => {
                for (reply, answer) in replies.into_iter().zip(answers) {
                    // Who asked may have been given up; what was asked for is done all the same.
                    let _ = reply.send(Ok(answer));
                }
            }
            Err(error) => fail(replies, &LedgerError::Write(error.to_string())),
        }
    }
    if let Some(connection) = connection {
        let _ = connection.close().await;
    }
}

fn fail(replies: impl IntoIterator<Item = Reply>, error: &LedgerError) {
    for reply in replies {
        let _ = reply.send(Err(error.clone()));
    }
}

/// All asks in one transaction: each is done, or none is.
async fn transaction(
    connection: &mut AnyConnection,
    batch: Vec<Vec<Statement>>,
) -> sqlx::Result<Vec<Answer>> {
    let only_reads = batch
        .iter()
        .flatten()
        .all(|statement| statement.kind == Kind::Reads);
    // SQLite takes the write lock at the beginning, or two programs could wait for each other.
    let is_sqlite = connection.backend_name() == "SQLite";
    let begin = if is_sqlite && !only_reads {
        "BEGIN IMMEDIATE"
    } else {
        "BEGIN"
    };
    sqlx::query(begin).execute(&mut *connection).await?;
    let mut answers = Vec::with_capacity(batch.len());
    for mut statements in batch {
        if is_sqlite {
            statements = together(statements);
        }
        match apply(connection, statements).await {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
                return Err(error);
            }
        }
    }
    if let Err(error) = sqlx::query("COMMIT").execute(&mut *connection).await {
        let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
        return Err(error);
    }
    Ok(answers)
}

/// Statements that only write go together: for SQLite each is a way to its thread and back, which costs more than
/// what is done there. PostgreSQL takes one statement at a time.
fn together(statements: Vec<Statement>) -> Vec<Statement> {
    let mut all: Vec<Statement> = Vec::new();
    for statement in statements {
        match all.last_mut() {
            Some(last) if last.takes(&statement) => last.with(statement),
            _ => all.push(statement),
        }
    }
    all
}

async fn apply(connection: &mut AnyConnection, statements: Vec<Statement>) -> sqlx::Result<Answer> {
    let mut answer = Answer {
        decided: true,
        rows: Vec::new(),
    };
    for statement in statements {
        let kind = statement.kind;
        if kind == Kind::Reads {
            answer.rows = query(statement).fetch_all(&mut *connection).await?;
            continue;
        }
        let changed = query(statement)
            .execute(&mut *connection)
            .await?
            .rows_affected();
        if kind == Kind::Decides && changed == 0 {
            answer.decided = false;
            break;
        }
    }
    Ok(answer)
}

fn query(statement: Statement) -> Query<'static, Any, AnyArguments> {
    let values = statement.values.into_iter();
    // It is ours to the last letter; what others say is in the values.
    let sql = sqlx::AssertSqlSafe(statement.sql);
    values.fold(sqlx::query(sql), |query, value| match value {
        Value::Text(text) => query.bind(text),
        Value::Number(number) => query.bind(number),
    })
}

async fn open(url: &str) -> Result<AnyConnection, LedgerError> {
    let bad = |error: String| LedgerError::Open {
        journal: place::shown(url),
        error,
    };
    let mut address = url.to_string();
    if let Some(file) = place::file(url) {
        place::prepare(&file).map_err(|error| bad(error.to_string()))?;
    } else if !url.starts_with("sqlite:")
        && !url.starts_with("postgres://")
        && !url.starts_with("postgresql://")
    {
        return Err(bad("it is neither sqlite:PATH nor postgres://...".into()));
    }
    if url.starts_with("sqlite:/") && !url.starts_with("sqlite://") {
        // sqlx wants the empty host of an absolute path.
        address = url.replacen("sqlite:", "sqlite://", 1);
    }
    let connecting = tokio::time::timeout(CONNECT_MAX, AnyConnection::connect(&address));
    let connected = if url.starts_with("sqlite:") {
        // No time may pass here on a paused clock.
        AnyConnection::connect(&address).await
    } else {
        connecting
            .await
            .map_err(|_| bad("it doesn't answer".into()))?
    };
    let mut connection = connected.map_err(|error| bad(error.to_string()))?;
    if url.starts_with("sqlite:") {
        durable(&mut connection)
            .await
            .map_err(|error| bad(error.to_string()))?;
    }
    tables(&mut connection, url).await?;
    Ok(connection)
}

/// What is committed is on the disk, and readers don't wait for writers.
async fn durable(connection: &mut AnyConnection) -> sqlx::Result<()> {
    let busy = format!("PRAGMA busy_timeout = {BUSY_MS}");
    sqlx::query(sqlx::AssertSqlSafe(busy))
        .execute(&mut *connection)
        .await?;
    for pragma in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"] {
        sqlx::query(pragma).fetch_all(&mut *connection).await?;
    }
    Ok(())
}

async fn tables(connection: &mut AnyConnection, url: &str) -> Result<(), LedgerError> {
    let journal = place::shown(url);
    let bad = |error: sqlx::Error| LedgerError::Open {
        journal: place::shown(url),
        error: error.to_string(),
    };
    let version = Statement::new(schema::SET_VERSION, [Value::Text(schema::VERSION.into())]);
    let begin = if url.starts_with("sqlite:") {
        "BEGIN IMMEDIATE"
    } else {
        "BEGIN"
    };
    sqlx::query(begin)
        .execute(&mut *connection)
        .await
        .map_err(bad)?;
    if url.starts_with("postgres") {
        // Two programs that make the tables at once would trip over each other.
        sqlx::query("SELECT pg_advisory_xact_lock(7261)")
            .execute(&mut *connection)
            .await
            .map_err(bad)?;
    }
    for table in schema::TABLES {
        sqlx::query(table)
            .execute(&mut *connection)
            .await
            .map_err(bad)?;
    }
    query(version)
        .execute(&mut *connection)
        .await
        .map_err(bad)?;
    let found: Vec<AnyRow> = sqlx::query(schema::VERSION_OF)
        .fetch_all(&mut *connection)
        .await
        .map_err(bad)?;
    sqlx::query("COMMIT")
        .execute(&mut *connection)
        .await
        .map_err(bad)?;
    let found: String = found
        .first()
        .map_or(Ok(String::new()), |row| sqlx::Row::try_get(row, "value"))
        .map_err(bad)?;
    if found == schema::VERSION {
        return Ok(());
    }
    Err(LedgerError::Version {
        journal,
        found,
        known: schema::VERSION.into(),
    })
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_writes_goes_together_and_each_keeps_its_values() {
        let one = || Statement::new("UPDATE a SET b = $2 WHERE c = $1", ["x".into(), 1.into()]);
        let other = || Statement::new("DELETE FROM a WHERE c = $1 OR d = $1", ["y".into()]);
        let all = together(vec![one().decides(), one(), other(), other()]);
        let sql: Vec<&str> = all.iter().map(|statement| &*statement.sql).collect();
        let together = "UPDATE a SET b = $2 WHERE c = $1; DELETE FROM a WHERE c = $3 OR d = $3; \
                        DELETE FROM a WHERE c = $4 OR d = $4";
        assert_eq!(sql, ["UPDATE a SET b = $2 WHERE c = $1", together]);
        assert_eq!(all[1].values.len(), 4);
    }

    #[test]
    fn what_goes_together_is_bounded() {
        let statement = || Statement::new("DELETE FROM a WHERE b = $1", ["x".into()]);
        let all = together((0..2 * TOGETHER_MAX).map(|_| statement()).collect());
        let counts: Vec<usize> = all.iter().map(|statement| statement.values.len()).collect();
        assert_eq!(counts, [TOGETHER_MAX, TOGETHER_MAX]);
    }
}
