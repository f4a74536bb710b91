//! The tables and every statement, in words that SQLite and PostgreSQL both take.
//!
//! Only `TEXT` and `BIGINT`, no `NULL`: what is not there is empty or -1. Parameters are `$1`.

/// The version of the tables. A change of them is a new version and a way from the old one.
pub(super) const VERSION: &str = "1";

pub(super) const TABLES: [&str; 6] = [
    "CREATE TABLE IF NOT EXISTS journal (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, no BIGINT NOT NULL, verb TEXT NOT NULL, parent TEXT NOT NULL, \
     settings TEXT NOT NULL, host TEXT NOT NULL, pid BIGINT NOT NULL, started BIGINT NOT NULL, boot TEXT NOT NULL, \
     began_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, exit BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS devices (run TEXT NOT NULL, device TEXT NOT NULL, place BIGINT NOT NULL, \
     endpoint TEXT NOT NULL, pack TEXT NOT NULL, role TEXT NOT NULL, phase TEXT NOT NULL, saved BIGINT NOT NULL, \
     wanted BIGINT NOT NULL, lines BIGINT NOT NULL, sealed_wanted TEXT NOT NULL, sealed TEXT NOT NULL, \
     fingerprint TEXT NOT NULL, after TEXT NOT NULL, hostname TEXT NOT NULL, error TEXT NOT NULL, detail TEXT NOT NULL, \
     updated_ms BIGINT NOT NULL, PRIMARY KEY (run, device))",
    "CREATE TABLE IF NOT EXISTS events (run TEXT NOT NULL, device TEXT NOT NULL, no BIGINT NOT NULL, at_ms BIGINT NOT NULL, \
     what TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (run, device, no))",
    "CREATE TABLE IF NOT EXISTS transcripts (run TEXT NOT NULL, device TEXT NOT NULL, no BIGINT NOT NULL, at_ms BIGINT NOT NULL, \
     content TEXT NOT NULL, PRIMARY KEY (run, device, no))",
    "CREATE TABLE IF NOT EXISTS locks (endpoint TEXT PRIMARY KEY, device TEXT NOT NULL, run TEXT NOT NULL, host TEXT NOT NULL, \
     pid BIGINT NOT NULL, started BIGINT NOT NULL, boot TEXT NOT NULL, lease_ms BIGINT NOT NULL, fence BIGINT NOT NULL, \
     kept BIGINT NOT NULL)",
];

pub(super) const SET_VERSION: &str =
    "INSERT INTO journal (name, value) VALUES ('version', $1) ON CONFLICT (name) DO NOTHING";
pub(super) const VERSION_OF: &str = "SELECT value FROM journal WHERE name = 'version'";

pub(super) const NEWEST: &str = "SELECT COALESCE(MAX(no), 0) AS no FROM runs";
pub(super) const NEW_RUN: &str = "INSERT INTO runs (run, no, verb, parent, settings, host, pid, started, boot, began_ms, ended_ms, exit) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, -1, -1) ON CONFLICT (run) DO NOTHING";
pub(super) const NEW_DEVICE: &str = "INSERT INTO devices (run, device, place, endpoint, pack, role, phase, saved, wanted, lines, \
     sealed_wanted, sealed, fingerprint, after, hostname, error, detail, updated_ms) \
     VALUES ($1, $2, $3, $4, $5, $6, $9, 0, $7, 0, $8, '', '', '', '', '', '', $10)";
/// Runs up to this number are forgotten, unless a device is still locked by them.
pub(super) const FORGET: [&str; 4] = [
    "DELETE FROM transcripts WHERE run IN (SELECT run FROM runs WHERE no <= $1) AND run NOT IN (SELECT run FROM locks)",
    "DELETE FROM events WHERE run IN (SELECT run FROM runs WHERE no <= $1) AND run NOT IN (SELECT run FROM locks)",
    "DELETE FROM devices WHERE run IN (SELECT run FROM runs WHERE no <= $1) AND run NOT IN (SELECT run FROM locks)",
    "DELETE FROM runs WHERE no <= $1 AND run NOT IN (SELECT run FROM locks)",
];
pub(super) const GO_ON: &str = "UPDATE runs SET host = $2, pid = $3, started = $4, boot = $5, ended_ms = -1, exit = -1 WHERE run = $1";
pub(super) const END_RUN: &str = "UPDATE runs SET ended_ms = $2, exit = $3 WHERE run = $1";

pub(super) const LOCK: &str = "INSERT INTO locks (endpoint, device, run, host, pid, started, boot, lease_ms, fence, kept) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0) ON CONFLICT (endpoint) DO NOTHING";
pub(super) const TAKE_OVER: &str = "UPDATE locks SET device = $2, run = $3, host = $4, pid = $5, started = $6, boot = $7, lease_ms = $8, \
     fence = fence + 1, kept = 0 WHERE endpoint = $1 AND run = $9 AND fence = $10";
pub(super) const RENEW: &str =
    "UPDATE locks SET lease_ms = $1 WHERE host = $2 AND pid = $3 AND started = $4 AND kept = 0";
pub(super) const UNLOCK: &str = "DELETE FROM locks WHERE endpoint = $1 AND run = $2";
pub(super) const KEEP: &str = "UPDATE locks SET kept = 1 WHERE endpoint = $1 AND run = $2";

/// Only who has the lock may write these: a run that was taken over finds out here.
pub(super) const INTENT: &str = "UPDATE devices SET phase = 'CONFIGURING', lines = $3, \
     sealed = $4, fingerprint = $5, hostname = $6, updated_ms = $9 WHERE run = $1 AND device = $2 AND EXISTS \
     (SELECT 1 FROM locks WHERE locks.endpoint = devices.endpoint AND locks.run = $1 AND locks.pid = $7 AND locks.started = $8)";
pub(super) const PHASE: &str = "UPDATE devices SET phase = $3, updated_ms = $6 WHERE run = $1 AND device = $2 AND EXISTS \
     (SELECT 1 FROM locks WHERE locks.endpoint = devices.endpoint AND locks.run = $1 AND locks.pid = $4 AND locks.started = $5)";
pub(super) const FINISH: &str = "UPDATE devices SET phase = $3, saved = $4, error = $5, detail = $6, after = $7, updated_ms = $8 \
     WHERE run = $1 AND device = $2";
/// Whose lock another process has for the same run, its row is that process's.
pub(super) const DECLINE: &str = "UPDATE devices SET phase = CASE WHEN phase = 'PLANNED' THEN 'NOT_STARTED' ELSE phase END, error = $3, \
     updated_ms = $4 WHERE run = $1 AND device = $2 AND NOT EXISTS \
     (SELECT 1 FROM locks WHERE locks.endpoint = devices.endpoint AND locks.run = $1)";
pub(super) const TURN: &str = "UPDATE devices SET phase = $3, saved = 0, error = '', detail = '', updated_ms = $4 WHERE run = $1 AND device = $2";
pub(super) const EVENT: &str = "INSERT INTO events (run, device, no, at_ms, what, note) \
     SELECT $1, $2, COALESCE(MAX(no), 0) + 1, $3, $4, $5 FROM events WHERE run = $1 AND device = $2";
pub(super) const TRANSCRIPT: &str = "INSERT INTO transcripts (run, device, no, at_ms, content) \
     SELECT $1, $2, COALESCE(MAX(no), 0) + 1, $4, $3 FROM transcripts WHERE run = $1 AND device = $2";

pub(super) const RUNS: &str = "SELECT run, verb, parent, settings, host, pid, started, boot, began_ms, ended_ms, exit \
     FROM runs ORDER BY no DESC LIMIT $1";
pub(super) const RUN: &str = "SELECT run, verb, parent, settings, host, pid, started, boot, began_ms, ended_ms, exit \
     FROM runs WHERE run = $1";
pub(super) const DEVICES: &str = "SELECT device, endpoint, pack, role, phase, saved, wanted, lines, sealed_wanted, sealed, \
     fingerprint, after, hostname, error, detail, updated_ms FROM devices WHERE run = $1 ORDER BY place";
pub(super) const COUNTS: &str =
    "SELECT phase, COUNT(*) AS devices FROM devices WHERE run = $1 GROUP BY phase ORDER BY phase";
pub(super) const EVENTS: &str = "SELECT device, at_ms, what, note FROM events WHERE run = $1 ORDER BY at_ms, device, no LIMIT $2";
pub(super) const TRANSCRIPTS: &str =
    "SELECT content FROM transcripts WHERE run = $1 AND device = $2 ORDER BY no";
pub(super) const HOLDER: &str = "SELECT endpoint, device, run, host, pid, started, boot, lease_ms, fence, kept \
     FROM locks WHERE endpoint = $1";
pub(super) const HOLDERS: &str = "SELECT endpoint, device, run, host, pid, started, boot, lease_ms, fence, kept \
     FROM locks ORDER BY device, endpoint";
