//! The device's side of [`crate::interference`].

use std::sync::Arc;
use std::time::Duration;

use super::Device;
use crate::interference::{Instead, Reading};
use crate::network::Alone;
use crate::state::Order;
use crate::{Effect, Facts, SessionId, SimTime};

/// The file that fills a file system: what a crash leaves.
const HOG: &str = "system-report.tar.gz";

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
    pub fn configuration(&self) -> String {
        self.state.running_text()
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

    /// The device's clock is so far ahead of the time that it is; a negative number: behind.
    pub fn set_clock(&mut self, ahead_ms: i64) {
        self.state.ahead_ms = ahead_ms;
    }

    /// A file takes all that is free in the file system that files are kept in, or goes again.
    pub fn fill_flash(&mut self, full: bool, now: SimTime) {
        // Whatever fails: there is no such file, or no room for it.
        _ = match full {
            true => self.state.fill_flash(HOG, now),
            false => self.state.remove_file(HOG),
        };
    }

    /// Another device of the same platform, as it leaves the factory, which nothing connects with this one.
    #[must_use]
    pub fn other(&self, name: &str, now: SimTime) -> Self {
        let own = &*self.state.facts;
        let facts = Facts {
            name: name.to_string(),
            seed: own.seed ^ 1,
            startup: None,
            cables: vec![],
            access_points: vec![],
            controller: None,
            ..own.clone()
        };
        Self::new(self.state.platform.clone(), facts, Arc::new(Alone), now)
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
