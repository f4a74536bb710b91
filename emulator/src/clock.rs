//! The time of a fleet.

use std::time::{SystemTime, UNIX_EPOCH};

use device::SimTime;
use tokio::time::Instant;

/// Turns the runtime's instants into the time of the simulation, and back.
///
/// It starts at a given time and runs with tokio's clock, so a test that pauses that one has the fleet's
/// too. It never runs backwards, and doesn't see it when the machine's own clock is set.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: SimTime,
    started: Instant,
}

impl Clock {
    /// A clock that begins at the machine's present time.
    #[must_use]
    pub fn wall() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self::starting(SimTime::default().after(since))
    }

    /// A clock that begins at `start`.
    #[must_use]
    pub fn starting(start: SimTime) -> Self {
        Self {
            start,
            started: Instant::now(),
        }
    }

    /// The time that it began at.
    #[must_use]
    pub fn began(&self) -> SimTime {
        self.start
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.start.after(self.started.elapsed())
    }

    /// When it will be `time`.
    #[must_use]
    pub fn instant(&self, time: SimTime) -> Instant {
        self.started + time.since(self.start)
    }
}
