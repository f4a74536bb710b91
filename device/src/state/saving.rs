//! The running-config as text, and how it becomes the startup-config.

use std::sync::Arc;

use super::{Startup, State, startup};
use crate::SimTime;
use crate::config::text;
use crate::views::stamp;

impl State {
    /// The running-config from its first `!` through `end`, lines ended by LF.
    pub(crate) fn running_text(&self) -> String {
        let body = text::body(&self.platform, &self.config, text::Detail::Plain);
        self.headed(&body)
    }

    /// A configuration with its heading and `end`.
    pub(crate) fn headed(&self, body: &str) -> String {
        startup::headed(&self.heading(), body)
    }

    /// When it was changed and saved, as it stands above a configuration.
    fn heading(&self) -> String {
        let zone = self.zone();
        let mut heading = match &self.changed {
            Some((at, user)) => format!(
                "! Last configuration change at {} by {user}\n",
                stamp(*at, &zone).short
            ),
            None => startup::UNCHANGED.to_string(),
        };
        if let Some(at) = self.saved {
            let user = self
                .changed
                .as_ref()
                .map(|(_, user)| format!(" by {user}"))
                .unwrap_or_default();
            heading.push_str(&format!(
                "! NVRAM config last updated at {}{user}\n",
                stamp(at, &zone).short
            ));
        }
        heading
    }

    /// The running-config as a startup-config, below a heading.
    pub(super) fn to_save(&self, heading: String) -> Startup {
        Startup::saved(self.platform.clone(), self.config.clone(), heading)
    }

    /// Saves the running-config; else says why it can't be.
    pub(crate) fn save(&mut self, now: SimTime) -> Result<(), Arc<str>> {
        if let Some(says) = &self.saves_fail {
            return Err(says.clone());
        }
        self.saved = Some(now);
        self.startup = Some(self.to_save(self.heading()));
        self.archive_on_save(now);
        Ok(())
    }

    /// Whether the running-config is not what was saved.
    pub(crate) fn unsaved(&self) -> bool {
        let running = text::body(&self.platform, &self.config, text::Detail::Plain);
        self.startup
            .as_deref()
            .is_none_or(|saved| !saved.ends_with(&format!("!\n{running}end\n")))
    }
}
