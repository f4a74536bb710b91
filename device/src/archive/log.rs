//! The commands that changed the configuration, as `archive log config` keeps them.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use crate::SimTime;
use crate::state::State;

/// The log.
#[derive(Debug, Clone, Default)]
pub(crate) struct CommandLog {
    pub(crate) entries: Arc<VecDeque<Entry>>,
    last: u32,
    pub(crate) sessions: u32,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    /// Its number.
    pub(crate) index: u32,
    /// The number of the session of configuration that it was given in.
    pub(crate) session: u32,
    /// Who gave it.
    pub(crate) user: String,
    /// `admin@vty0`.
    pub(crate) who: String,
    /// The line, set in as deep as its mode.
    pub(crate) line: String,
}

impl State {
    /// A new session of configuration begins to be logged; its number.
    pub(crate) fn log_session(&mut self) -> u32 {
        let log = &mut Arc::make_mut(&mut self.archive).log;
        log.sessions += 1;
        log.sessions
    }

    /// Logs a command.
    pub(crate) fn log_command(
        &mut self,
        session: u32,
        user: &str,
        vty: usize,
        line: &str,
        now: SimTime,
    ) {
        let (size, notifies) = (self.archiving().log_size(), self.archiving().notifies());
        let log = &mut Arc::make_mut(&mut self.archive).log;
        log.last += 1;
        let entry = Entry {
            index: log.last,
            session,
            user: user.to_string(),
            who: format!("{user}@vty{vty}"),
            line: line.to_string(),
        };
        let entries = Arc::make_mut(&mut log.entries);
        while entries.len() >= size {
            entries.pop_front();
        }
        entries.push_back(entry);
        if notifies {
            let command = line.trim();
            self.log(
                now,
                &format!("%PARSER-5-CFGLOG_LOGGEDCMD: User:{user}  logged command:{command}"),
            );
        }
    }

    /// `clear archive log config`.
    pub(crate) fn clear_command_log(&mut self) {
        Arc::make_mut(&mut self.archive).log.entries = Arc::default();
    }
}
