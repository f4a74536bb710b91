//! What a session does when somebody interferes with it ([`crate::interference`]).

use super::dialogue::Question;
use super::{Reads, Session};
use crate::SimTime;
use crate::config::Cursor;
use crate::interference::{Instead, Reading};
use crate::state::State;
use crate::terminal::Columns;

/// A line that takes effect later than it was given.
#[derive(Debug, Clone)]
pub(crate) struct Delayed {
    pub(crate) at: SimTime,
    cursor: Cursor,
    line: String,
}

/// So many lines may wait; a push has fewer.
const DELAYED_MAX: usize = 4096;

impl Session {
    /// What it does with the next byte.
    pub(crate) fn reading(&self) -> Reading {
        match &self.reads {
            Reads::Command => Reading::Command {
                configures: self.cursor.is_some(),
            },
            Reads::Password { .. } => Reading::Password,
            Reads::Answer(_) => Reading::Answer,
            Reads::Text { .. } | Reads::Lines { .. } => Reading::Text,
            Reads::Page { .. } => Reading::Page,
            Reads::Busy { .. } => Reading::Busy,
            Reads::Transfer(_) | Reads::Closed => Reading::Other,
        }
    }

    /// What was typed of the line that it reads.
    pub(crate) fn line_so_far(&self) -> &[u8] {
        self.editor.line()
    }

    pub(crate) fn set_privilege(&mut self, level: u8) {
        self.privilege = level;
    }

    /// A command line that something else is done with than it says.
    pub(super) fn interfered(
        &mut self,
        state: &mut State,
        instead: Instead,
        line: &str,
        columns: &Columns,
        now: SimTime,
    ) {
        match instead {
            Instead::Answer(text) => {
                let below = format!("{:>width$}", '^', width = columns.at(0) + 1);
                let text = match text.strip_prefix('^') {
                    Some(rest) => below + rest,
                    None => text,
                };
                self.say(&text);
            }
            Instead::Add(text) => {
                self.line(state, line, columns, now);
                self.say(&text);
            }
            Instead::Lose => self.without_effect(state, line, columns, now),
            Instead::Late(wait) => {
                let cursor = self.cursor.clone();
                self.without_effect(state, line, columns, now);
                state.delay(cursor, now.after(wait), line.to_string());
            }
            Instead::Fade(wait) => {
                let cursor = self.cursor.clone();
                self.line(state, line, columns, now);
                state.delay(cursor, now.after(wait), opposite(line));
            }
            Instead::Ask(asks) => {
                let line = line.to_string();
                self.ask(state, Question::Interposed { line, asks });
            }
            Instead::Stall { says, wait, then } => {
                self.say(&says);
                self.reads = Reads::Busy {
                    until: now.after(wait),
                    says: then,
                };
            }
            Instead::Deny => self.line(state, line, columns, now),
        }
        self.prompt_unless_asking(state);
    }

    /// A line in configuration mode that leaves the configuration as it is; any other line does nothing at all.
    fn without_effect(&mut self, state: &mut State, line: &str, columns: &Columns, now: SimTime) {
        if self.cursor.is_some() {
            let before = state.config.clone();
            self.line(state, line, columns, now);
            state.config = before;
        }
    }
}

impl State {
    fn delay(&mut self, cursor: Option<Cursor>, at: SimTime, line: String) {
        if let Some(cursor) = cursor.filter(|_| self.delayed.len() < DELAYED_MAX) {
            self.delayed.push(Delayed { at, cursor, line });
        }
    }

    /// Lines whose time has come take effect.
    pub(crate) fn catch_up(&mut self, now: SimTime) {
        if self.delayed.iter().all(|delayed| delayed.at > now) {
            return;
        }
        let (due, later) = std::mem::take(&mut self.delayed)
            .into_iter()
            .partition(|delayed| delayed.at <= now);
        self.delayed = later;
        let due: Vec<Delayed> = due;
        for Delayed {
            mut cursor, line, ..
        } in due
        {
            let platform = self.platform.clone();
            let mut bench = self.bench(&platform);
            cursor.confirmed(&mut bench, &line);
            let notes = std::mem::take(&mut bench.notes);
            self.note(notes, now);
        }
    }
}

/// The line that takes a line back.
fn opposite(line: &str) -> String {
    let line = line.trim();
    line.strip_prefix("no ")
        .map_or_else(|| format!("no {line}"), str::to_string)
}
