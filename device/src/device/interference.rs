//! The device's side of [`crate::interference`].

use std::time::Duration;

use super::Device;
use crate::interference::{Instead, Reading};
use crate::state::Order;
use crate::{Effect, SessionId, SimTime};

impl Device {
    /// What a session does with its next byte.
    #[must_use]
    pub fn reading(&self, id: SessionId) -> Reading {
        self.sessions
            .get(&id)
            .map_or(Reading::Other, |session| session.reading())
    }

    /// What was typed of the line that a session reads.
    #[must_use]
    pub fn typed(&self, id: SessionId) -> String {
        let session = self.sessions.get(&id);
        let typed = session.map(|session| String::from_utf8_lossy(session.line_so_far()));
        typed.unwrap_or_default().into_owned()
    }

    /// What a session does with the next line that it reads.
    pub fn instead(&mut self, id: SessionId, instead: Instead) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.instead = Some(Box::new(instead));
        }
    }

    /// Gives a session another privilege level.
    pub fn set_privilege(&mut self, id: SessionId, level: u8) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.set_privilege(level);
        }
    }

    /// The running-config, from its first `!` through `end`.
    #[must_use]
    pub fn configuration(&self, now: SimTime) -> String {
        self.state.running_text(now)
    }

    /// The startup-config, if there is one.
    #[must_use]
    pub fn saved(&self) -> Option<&str> {
        self.state.startup.as_deref()
    }

    /// Whether the device is booting.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.back_at.is_some()
    }

    /// Somebody else, on the console, gives configuration lines. How many of them were refused.
    pub fn configure(
        &mut self,
        user: &str,
        lines: &str,
        now: SimTime,
        out: &mut Vec<Effect>,
    ) -> usize {
        let refused = self.state.read(lines).len();
        self.state.changed = Some((now, user.to_string()));
        self.state.look_at_archive(now);
        let text = format!("%SYS-5-CONFIG_I: Configured from console by {user} on console");
        self.state.log(now, &text);
        self.settle(now, out);
        refused
    }

    /// Somebody else has configuration mode for themselves, or gives it free again.
    pub fn lock(&mut self, user: Option<&str>) {
        let own = self.state.platform.vty();
        self.state.locked_by = user.map(|user| (own, user.to_string()));
    }

    /// What the device answers to whoever saves the configuration; nothing is saved then.
    pub fn fail_saves(&mut self, says: Option<&str>) {
        self.state.saves_fail = says.map(Into::into);
    }

    /// The device goes away and boots.
    pub fn restart(&mut self, now: SimTime, out: &mut Vec<Effect>) {
        self.state.orders.push(Order::Reload);
        self.settle(now, out);
    }

    /// Something is logged, and shown where the log is monitored.
    pub fn message(&mut self, text: &str, now: SimTime, out: &mut Vec<Effect>) {
        self.state.log(now, text);
        self.settle(now, out);
    }

    /// How long a boot takes.
    #[must_use]
    pub fn boot_time(&self) -> Duration {
        Duration::from_millis(self.state.platform.timing().boot_ms)
    }
}
