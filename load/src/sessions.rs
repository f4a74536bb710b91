//! What an open session weighs on the side that is loaded.
//!
//! Known limits: the memory of the kernel isn't counted. A process that has freed memory has room for sessions, so it is
//! asked of a fresh process, and of the second half of the sessions; with less than some hundred it still tells little.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::client::Terminal;
use crate::failure::Failure;
use crate::job::{Job, What};
use crate::meter::Process;
use crate::report::Figure;
use crate::script::Script;
use crate::shape::{self, Metered, Pace, Shape, Until, Work};
use crate::sweep::Station;

/// Sessions that are opened at once.
const OPENING: usize = 32;

/// Opens so many sessions, holds them, and looks at the memory of the station's process.
pub async fn hold(station: &Station, script: &Arc<Script>, count: usize) -> Figure {
    let job = |what| Job {
        what,
        client: station.client.clone(),
        addresses: station.addresses.clone(),
        script: script.clone(),
        lines: Arc::from([]),
        window: 1,
    };
    let metered = Metered {
        client: Process::own(),
        server: station.server,
    };
    let shape = |workers, count: usize, first: usize| Shape {
        workers,
        pace: Pace::Closed,
        until: Until::Count(count as u64),
        first: first as u64,
    };
    // What a device needs when it is touched first isn't a session's.
    let touched = count.min(station.addresses.len());
    shape::run(&Arc::new(job(What::Logins)), shape(1, touched, 0), metered).await;
    let resident = || station.server.and_then(Process::resident);
    let held = Arc::new(Held {
        job: job(What::Logins),
        sessions: Mutex::default(),
    });
    // The first half takes what room the process has; the second needs more.
    let first = count / 2;
    let mut tally = shape::run(&held, shape(OPENING, first, 0), metered).await;
    let before = (resident(), held.sessions.lock().await.len());
    tally.after(&shape::run(&held, shape(OPENING, count - first, first), metered).await);
    let after = (resident(), held.sessions.lock().await.len());
    let sessions = std::mem::take(&mut *held.sessions.lock().await);
    let resident = before.0.zip(after.0);
    let grown = resident.map(|(before, after)| after.saturating_sub(before));
    let session_bytes = grown.and_then(|bytes| bytes.checked_div((after.1 - before.1) as u64));
    for session in sessions {
        session.close().await;
    }
    Figure {
        what: "sessions",
        who: station.who.clone(),
        devices: None,
        at_once: count,
        rate: None,
        lines: None,
        window: None,
        tally,
        session_bytes,
        ratios: Vec::new(),
    }
}

/// Sessions that stay open.
struct Held {
    job: Job,
    sessions: Mutex<Vec<Terminal>>,
}

impl Work for Held {
    type Hand = ();

    async fn act(&self, (): &mut (), number: u64) -> Result<u64, Failure> {
        let session = self.job.open(number).await?;
        self.sessions.lock().await.push(session);
        Ok(1)
    }
}
