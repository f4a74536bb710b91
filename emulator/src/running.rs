//! A device that was touched: one lock, under which everything that happens to it is a step.
//!
//! Whoever brings something (a connection's task, the control API) takes the step itself: a device needs microseconds,
//! which is less than handing the event to another task costs. No lock is held over an await. A panic in a step takes the
//! device with it: its sessions end, and it boots again at the next knock.
//!
//! What a device does by itself, because its time has come or a neighbour rings, its keeper lets it do: a task that waits
//! for nothing else, and puts the device to rest when nobody has been at it for a while.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use device::{SessionId, SimTime};
use russh::server::Config;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::board::Bell;
use crate::clock::Clock;
use crate::faults::Admission;
use crate::fleet::Core;
use crate::live::{Cause, Claim, Live, Verdict};

/// A device that was touched.
pub(crate) struct Running {
    pub(crate) name: String,
    clock: Clock,
    state: Mutex<State>,
    /// Known without the lock: who looks for a device among all of them must not wait for its step.
    gone: AtomicBool,
    /// Tells the keeper that there is something else to wait for.
    changed: Notify,
    /// Made at the first connection: a host key costs more than a device.
    pub(crate) ssh: OnceLock<Arc<Config>>,
}

struct State {
    life: Life,
    /// What the keeper waits for.
    awaited: Awaited,
    /// When somebody was last here.
    used: SimTime,
    /// Whether there is a keeper.
    kept: bool,
}

enum Life {
    /// It boots at the first step.
    Unborn,
    Live(Box<Live>),
    /// It was stopped, or has failed, or rests elsewhere.
    Gone,
}

/// What a keeper waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Awaited {
    wake: Option<SimTime>,
    rest: bool,
}

impl Awaited {
    fn of(live: &Live) -> Self {
        Self {
            wake: live.wake(),
            rest: live.may_rest(),
        }
    }

    /// Whether a keeper that waits for this one comes too late for another. What it comes too early for does no harm.
    fn misses(self, other: Self) -> bool {
        let later = match (self.wake, other.wake) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(mine), Some(other)) => mine > other,
        };
        later || (other.rest && !self.rest)
    }
}

/// What stays of a device that rests.
pub(crate) struct Resting {
    live: Box<Live>,
    ssh: OnceLock<Arc<Config>>,
}

/// A life that is taken out for one step. If the step panics it isn't put back, and the keeper hears of it.
struct Taken<'a> {
    live: Option<Box<Live>>,
    device: &'a Running,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.live.take().is_some() {
            self.device.ends();
        }
    }
}

impl Running {
    /// A device that boots at the first step.
    pub(crate) fn new(name: String, clock: Clock) -> Self {
        Self::with(name, clock, Life::Unborn, OnceLock::new())
    }

    /// A device that has rested.
    pub(crate) fn woken(name: String, clock: Clock, rested: Resting) -> Self {
        Self::with(name, clock, Life::Live(rested.live), rested.ssh)
    }

    fn with(name: String, clock: Clock, life: Life, ssh: OnceLock<Arc<Config>>) -> Self {
        let state = State {
            life,
            awaited: Awaited::default(),
            used: clock.now(),
            kept: false,
        };
        Self {
            name,
            clock,
            state: Mutex::new(state),
            gone: AtomicBool::new(false),
            changed: Notify::new(),
            ssh,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A step that panicked has left a state without a life.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Boots the device if it isn't born: another one that comes meanwhile waits. Whether it needs a keeper, which is said
    /// once.
    pub(crate) fn boot(&self, boot: impl FnOnce() -> Option<Live>) -> bool {
        let mut state = self.state();
        if matches!(state.life, Life::Unborn) {
            match boot() {
                Some(live) => state.life = Life::Live(Box::new(live)),
                None => {
                    state.life = Life::Gone;
                    self.ends();
                }
            }
        }
        !std::mem::replace(&mut state.kept, true)
    }

    /// Takes a step. `None` if the device has gone.
    pub(crate) fn step<T>(&self, happens: impl FnOnce(&mut Live, SimTime) -> T) -> Option<T> {
        let mut state = self.state();
        let Life::Live(live) = std::mem::replace(&mut state.life, Life::Gone) else {
            return None;
        };
        let mut taken = Taken {
            live: Some(live),
            device: self,
        };
        let live = taken.live.as_mut()?;
        let done = live.step(happens);
        let due = Awaited::of(live);
        if let Some(live) = taken.live.take() {
            state.life = Life::Live(live);
        }
        state.used = self.clock.now();
        if state.awaited.misses(due) {
            state.awaited = due;
            self.changed.notify_one();
        }
        Some(done)
    }

    /// Its time has come, or a neighbour has rung: each step does first what is due. One that has gone does nothing.
    fn does_what_is_due(&self) {
        _ = self.step(|_, _| ());
    }

    /// Something happens that needs no answer. False if the device has gone.
    pub(crate) fn happens(&self, cause: Cause<'_>) -> bool {
        self.step(|live, now| live.handle(cause, now)).is_some()
    }

    /// Somebody is at the door.
    pub(crate) fn knock(&self, id: SessionId) -> Option<Admission> {
        self.step(|live, now| live.knock(id, now))
    }

    /// Somebody says who they are.
    pub(crate) fn login(&self, claim: &Claim) -> Option<Verdict> {
        self.step(|live, now| live.login(claim, now))
    }

    /// Whether it has come to its end.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// It has come to its end, and its keeper hears of it.
    fn ends(&self) {
        self.gone.store(true, Ordering::Release);
        self.changed.notify_one();
    }

    /// Ends it, and its sessions with it.
    pub(crate) fn stop(&self) {
        self.state().life = Life::Gone;
        self.ends();
    }

    /// Somebody has it in hand, who may come with something.
    pub(crate) fn is_used(&self) {
        self.state().used = self.clock.now();
    }

    /// Takes the life out, to keep it elsewhere, if it may rest and nobody was here for so long.
    pub(crate) fn lay_down(&self, after: Duration) -> Option<Resting> {
        let mut state = self.state();
        let idle = self.clock.now().since(state.used) >= after;
        match std::mem::replace(&mut state.life, Life::Gone) {
            Life::Live(live) if idle && live.may_rest() => {
                self.ends();
                let ssh = self.ssh.clone();
                Some(Resting { live, ssh })
            }
            life => {
                state.life = life;
                None
            }
        }
    }

    /// What its keeper has to wait for: when it has something to do, and when it may rest. `None` if it has gone.
    fn due(&self, rest_after: Duration) -> Option<(Option<Instant>, Option<Instant>)> {
        let mut state = self.state();
        let Life::Live(live) = &state.life else {
            return None;
        };
        let awaited = Awaited::of(live);
        state.awaited = awaited;
        let rest = awaited.rest.then(|| state.used.after(rest_after));
        let instant = |time| self.clock.instant(time);
        Some((awaited.wake.map(instant), rest.map(instant)))
    }

    fn bell(&self) -> Option<Arc<Bell>> {
        match &self.state().life {
            Life::Live(live) => Some(live.bell()),
            _ => None,
        }
    }
}

/// Keeps a device until it has gone, or rests.
pub(crate) async fn keep(
    device: Arc<Running>,
    number: usize,
    core: Weak<Core>,
    rest_after: Duration,
) {
    let Some(bell) = device.bell() else { return };
    while let Some((wake, rest)) = device.due(rest_after) {
        tokio::select! {
            biased;
            () = until(wake) => device.does_what_is_due(),
            () = bell.heard() => device.does_what_is_due(),
            () = device.changed.notified() => {}
            () = until(rest) => match core.upgrade() {
                // The fleet ends when nobody else has it.
                None => return,
                Some(core) => core.lay_down(number, &device),
            },
        }
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_a_device_has_gone_is_told_while_it_boots() {
        let device = Running::new("sw".into(), Clock::starting(SimTime(0)));
        let mut meanwhile = None;
        device.boot(|| {
            meanwhile = Some(device.is_gone());
            None
        });
        assert_eq!(meanwhile, Some(false));
        assert!(device.is_gone(), "it couldn't boot");
    }
}
