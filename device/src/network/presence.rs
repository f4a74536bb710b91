//! When a device shows itself to others, and when it looks around.
//!
//! A device without cables, access points or controller does neither. Another one shows itself when its configuration
//! changed, at most once in [`SETTLE`]; the driver then tells the devices of the same network, and each looks around
//! [`SETTLE`] later, however often it was told. So what a push of many lines costs is bounded by its duration.

use std::sync::Arc;
use std::time::Duration;

use super::{AtFirst, Network, Node};
use crate::state::State;
use crate::views::aps;
use crate::{Effect, Facts, SimTime};

/// How long a device waits for more changes. A real link needs longer to notice, and a person can't tell.
pub(crate) const SETTLE: Duration = Duration::from_millis(100);

/// A device that sees more others than these waits longer before it looks around: for each by [`FOR_EACH`], so that
/// many devices of a large network that all change cost a bounded share of a core.
const NEAR: usize = 16;
const FOR_EACH: Duration = Duration::from_millis(10);

/// What a device has shown, and when it looks around next.
#[derive(Debug)]
pub(crate) struct Presence {
    /// Whether anybody could see it.
    linked: bool,
    /// Whether it has looked around since the device was made.
    looked: bool,
    node: Option<Arc<Node>>,
    /// The state of what was compared last with the node.
    mark: Option<Mark>,
    shown_at: SimTime,
    show_at: Option<SimTime>,
    look_at: Option<SimTime>,
    /// How long it waits before it looks around.
    patience: Duration,
}

/// Changes whenever the device may show something else.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    config: u64,
    ops: u64,
    booted: SimTime,
    up: bool,
    given: Option<String>,
}

impl Presence {
    pub(crate) fn new(facts: &Facts, now: SimTime) -> Self {
        let linked = !facts.cables.is_empty()
            || !facts.access_points.is_empty()
            || facts.controller.is_some();
        Self {
            linked,
            looked: false,
            node: None,
            mark: None,
            shown_at: now,
            show_at: None,
            look_at: linked.then_some(now),
            patience: SETTLE,
        }
    }

    /// What was shown last; a device shows itself when the driver first looks at its effects.
    pub(crate) fn node(&self) -> Option<&Arc<Node>> {
        self.node.as_ref()
    }

    /// The next time that something is to be done.
    pub(crate) fn wake_at(&self) -> Option<SimTime> {
        self.show_at.into_iter().chain(self.look_at).min()
    }

    /// Others have changed.
    pub(crate) fn told(&mut self, now: SimTime) {
        if self.linked {
            self.look_at.get_or_insert(now.after(self.patience));
        }
    }

    /// Something may have changed here: shows it, now or a little later.
    pub(crate) fn show(&mut self, state: &State, up: bool, now: SimTime, out: &mut Vec<Effect>) {
        if !self.linked {
            return;
        }
        let mark = Mark {
            config: state.config.revision(),
            ops: state.ops.revision(),
            booted: state.booted,
            up,
            given: state.given.clone(),
        };
        if self.mark.as_ref() == Some(&mark) {
            return;
        }
        // Going away and coming back is never put off.
        let at_once = self
            .mark
            .as_ref()
            .is_none_or(|old| (old.up, old.booted) != (up, state.booted));
        let due = self.shown_at.after(SETTLE);
        if !at_once && now < due {
            self.show_at.get_or_insert(due);
            return;
        }
        (self.mark, self.show_at, self.shown_at) = (Some(mark), None, now);
        let node = state.node(up);
        if self.node.as_ref().is_some_and(|old| old.same(&node)) {
            return;
        }
        if self.node.replace(Arc::new(node)).is_some() {
            self.told(now);
        }
        out.push(Effect::Changed);
    }

    /// Looks around, if it is time to: what follows now from all configurations, and what is to be logged of it.
    pub(crate) fn look(&mut self, state: &mut State, up: bool, now: SimTime) {
        if self.look_at.is_none_or(|at| at > now) {
            return;
        }
        self.look_at = None;
        if !up {
            return;
        }
        let node = Arc::new(state.node(true));
        if state.memory.is_empty() {
            let since = state.booted;
            // What happened before a device booted for the first time is told by its log.
            let around = if self.looked {
                state.surroundings.clone()
            } else {
                Arc::new(AtFirst(state.surroundings.clone()))
            };
            let first = Network::new(node.clone(), around);
            Arc::make_mut(&mut state.memory).assume(&first, since);
        }
        self.looked = true;
        let network = Network::new(node, state.surroundings.clone());
        state.given = aps::given_name(&network, network.own());
        for line in Arc::make_mut(&mut state.memory).compare(&network, now) {
            state.log(now, &line);
        }
        let others = u32::try_from(network.asked().saturating_sub(NEAR)).unwrap_or(u32::MAX);
        self.patience = SETTLE + FOR_EACH.saturating_mul(others);
    }

    /// The device has booted again.
    pub(crate) fn booted(&mut self, now: SimTime) {
        self.look_at = self.linked.then_some(now);
    }
}
