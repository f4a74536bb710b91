//! The shape of a load: so many workers, as fast as each can (closed) or at a rate (open), for a time or a count.
//!
//! In an open loop each act is due at its time, whether or not the one before has come back, and its latency counts
//! from then: a server that stops for a second is seen by all who would have come, not by one.
//!
//! Known limits: timers of the runtime have milliseconds, so an open loop adds up to one to each latency. If all
//! workers are busy, an act that is due waits; that counts too.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::meter::Process;
use crate::tally::Tally;

/// A worker that has failed so often, and has had no success, gives up: nobody is there.
const FAILURES_MAX: u64 = 100;

/// What is done again and again.
pub trait Work: Send + Sync + 'static {
    /// What a worker keeps from act to act: an open session.
    type Hand: Default + Send;

    /// Gets a worker ready; in a closed loop this is no part of the act. Called before each act.
    fn ready(
        &self,
        _hand: &mut Self::Hand,
        _worker: u64,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        async { Ok(()) }
    }

    /// Does it once; gives how many lines or commands that was.
    fn act(
        &self,
        hand: &mut Self::Hand,
        number: u64,
    ) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// A worker is done.
    fn leave(&self, _hand: Self::Hand) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// How acts follow each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// Each worker as fast as it can.
    Closed,
    /// So many a second in all.
    Open(f64),
}

/// When it is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// So many acts in all.
    Count(u64),
    /// No act begins after this time.
    Elapsed(Duration),
}

/// The shape of a load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// How many acts may be on their way at once.
    pub workers: usize,
    /// How they follow each other.
    pub pace: Pace,
    /// When it is enough.
    pub until: Until,
    /// The number of the first act: a round goes on where the one before has ended.
    pub first: u64,
}

/// Whose time is measured while a load runs.
#[derive(Debug, Clone, Copy)]
pub struct Metered {
    /// The side that loads.
    pub client: Process,
    /// The side that is loaded, if it is a process of this machine.
    pub server: Option<Process>,
}

/// Does some work in a shape.
pub async fn run<W: Work>(work: &Arc<W>, shape: Shape, metered: Metered) -> Tally {
    let workers = shape.workers.max(1);
    let crew = Arc::new(Crew {
        shape,
        next: AtomicU64::new(0),
        begin: Barrier::new(workers + 1),
        end: Barrier::new(workers + 1),
    });
    let mut running = JoinSet::new();
    for worker in 0..workers as u64 {
        let (crew, work) = (crew.clone(), work.clone());
        running.spawn(async move { crew.work(&*work, worker).await });
    }
    crew.begin.wait().await;
    let before = metered.cpu();
    crew.end.wait().await;
    let after = metered.cpu();
    let mut tally = Tally::default();
    while let Some(done) = running.join_next().await {
        // A worker that panicked has no tally; that of the others stands.
        if let Ok(done) = done {
            tally.beside(&done);
        }
    }
    tally.client_cpu = between(before.0, after.0);
    tally.server_cpu = between(before.1, after.1);
    tally
}

impl Metered {
    fn cpu(self) -> (Option<Duration>, Option<Duration>) {
        (self.client.cpu(), self.server.and_then(Process::cpu))
    }
}

fn between(before: Option<Duration>, after: Option<Duration>) -> Option<Duration> {
    Some(after?.saturating_sub(before?))
}

/// What the workers of a load share.
struct Crew {
    shape: Shape,
    /// The number of the next act.
    next: AtomicU64,
    begin: Barrier,
    end: Barrier,
}

impl Crew {
    /// The life of a worker: all begin when the last one is ready, and leave when the last one is done.
    async fn work<W: Work>(&self, work: &W, worker: u64) -> Tally {
        let mut hand = W::Hand::default();
        // Who isn't ready now says so at its first act.
        _ = work.ready(&mut hand, worker).await;
        self.begin.wait().await;
        let tally = self.acts(work, &mut hand, worker).await;
        self.end.wait().await;
        work.leave(hand).await;
        tally
    }

    async fn acts<W: Work>(&self, work: &W, hand: &mut W::Hand, worker: u64) -> Tally {
        let begin = Instant::now();
        let mut tally = Tally::default();
        while let Some((number, due)) = self.next(begin) {
            if let Some(due) = due {
                tokio::time::sleep_until(due).await;
            }
            let ready = work.ready(hand, worker).await;
            let from = due.unwrap_or_else(Instant::now);
            let outcome = match ready {
                Ok(()) => work.act(hand, self.shape.first + number).await,
                Err(failure) => Err(failure),
            };
            tally.count(outcome, from.elapsed());
            if tally.done == 0 && tally.failed() >= FAILURES_MAX {
                break;
            }
        }
        tally.elapsed = begin.elapsed();
        tally
    }

    /// The next act's number, and when it is due. Nothing if it is enough.
    fn next(&self, begin: Instant) -> Option<(u64, Option<Instant>)> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let due = match self.shape.pace {
            Pace::Closed => None,
            #[allow(clippy::cast_precision_loss, reason = "nobody counts to 2^52")]
            Pace::Open(per_second) => {
                let after = Duration::try_from_secs_f64(number as f64 / per_second).ok()?;
                Some(begin + after)
            }
        };
        let goes_on = match self.shape.until {
            Until::Count(count) => number < count,
            Until::Elapsed(time) => due.unwrap_or_else(Instant::now) < begin + time,
        };
        goes_on.then_some((number, due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that takes its time, in a time that is only counted.
    struct Slow {
        /// Each act takes this long, but one.
        takes: Duration,
        /// That one takes a second.
        stalls_at: Option<u64>,
    }

    impl Work for Slow {
        type Hand = ();

        async fn act(&self, (): &mut (), number: u64) -> Result<u64, Failure> {
            if self.stalls_at == Some(number) {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            tokio::time::sleep(self.takes).await;
            Ok(20)
        }
    }

    struct Broken;

    impl Work for Broken {
        type Hand = ();

        async fn act(&self, (): &mut (), _: u64) -> Result<u64, Failure> {
            Err(Failure::Login)
        }
    }

    async fn run_alone<W: Work>(work: W, workers: usize, pace: Pace, until: Until) -> Tally {
        let shape = Shape {
            workers,
            pace,
            until,
            first: 0,
        };
        let metered = Metered {
            client: Process::own(),
            server: None,
        };
        run(&Arc::new(work), shape, metered).await
    }

    fn slow(stalls_at: Option<u64>) -> Slow {
        let takes = Duration::from_millis(10);
        Slow { takes, stalls_at }
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_loop_does_as_many_as_the_workers_can() {
        let tally = run_alone(slow(None), 4, Pace::Closed, Until::Count(100)).await;
        assert_eq!((tally.done, tally.units), (100, 2000));
        assert_eq!(tally.elapsed, Duration::from_millis(250));
        let until = Until::Elapsed(Duration::from_secs(1));
        let tally = run_alone(slow(None), 4, Pace::Closed, until).await;
        assert_eq!(tally.done, 400);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stall_is_seen_by_all_who_were_due_in_an_open_loop() {
        let p90 = |tally: &Tally| tally.latencies.percentile_ms(90.0).unwrap();
        let closed = run_alone(slow(Some(5)), 1, Pace::Closed, Until::Count(100)).await;
        assert!(p90(&closed) < 20.0);
        let open = run_alone(slow(Some(5)), 1, Pace::Open(50.0), Until::Count(100)).await;
        assert!(p90(&open) > 500.0, "{}", p90(&open));
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_loop_keeps_its_rate() {
        let until = Until::Elapsed(Duration::from_secs(2));
        let tally = run_alone(slow(None), 8, Pace::Open(50.0), until).await;
        assert_eq!(tally.done, 100);
    }

    #[tokio::test(start_paused = true)]
    async fn workers_give_up_where_nothing_ever_works() {
        let until = Until::Elapsed(Duration::from_secs(60));
        let tally = run_alone(Broken, 2, Pace::Closed, until).await;
        assert_eq!((tally.done, tally.failed()), (0, 2 * FAILURES_MAX));
    }
}
