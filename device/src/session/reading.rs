//! Hands bytes to whatever reads: the command line, a password, a question, the pager.

use super::{Reads, Session};
use crate::SimTime;
use crate::state::State;
use crate::terminal::Columns;
use crate::terminal::Key;
use crate::terminal::pager::Paging;

impl Session {
    /// Hands waiting bytes to whatever reads, as long as something does.
    pub(super) fn pump(&mut self, state: &mut State, now: SimTime) {
        while !matches!(self.reads, Reads::Busy { .. } | Reads::Closed) {
            self.plain_text();
            let Some(byte) = self.waiting.pop_front() else {
                return;
            };
            let byte = self.mask.apply(byte);
            self.byte(state, byte, now);
        }
        if let Reads::Busy { .. } = self.reads {
            self.break_off(state);
        }
    }

    /// Hands plain text to the line that is being typed; no mask changes it.
    fn plain_text(&mut self) {
        let key = matches!(&self.reads, Reads::Answer(question) if question.is_key());
        if key || matches!(self.reads, Reads::Page { .. } | Reads::Transfer(_)) {
            return;
        }
        let taken = self.editor.text(self.waiting.as_slices().0, &mut self.out);
        self.waiting.drain(..taken);
    }

    /// Ctrl-Shift-6 and Ctrl-C end a wait.
    pub(super) fn break_off(&mut self, state: &State) {
        let Some(at) = self
            .waiting
            .iter()
            .position(|byte| matches!(byte, 0x1e | 0x03))
        else {
            return;
        };
        self.waiting.drain(..=at);
        self.say("\n% Name lookup aborted\n");
        self.prompt(state);
    }

    pub(super) fn byte(&mut self, state: &mut State, byte: u8, now: SimTime) {
        match &mut self.reads {
            Reads::Page {
                pager,
                line_follows,
            } => {
                if self.editor.swallows(byte) {
                    return;
                }
                let follows = *line_follows;
                if pager.key(byte, &mut self.out) == Paging::Done {
                    self.paged(state, follows);
                }
            }
            Reads::Answer(question) if question.is_key() => {
                if let Some(yes) = self.editor.confirm(byte, &mut self.out) {
                    self.answered_key(state, yes, now);
                }
            }
            _ => {
                let history = if self.cursor.is_some() {
                    &mut self.config_history
                } else {
                    &mut self.exec_history
                };
                if let Some(key) = self.editor.key(byte, history, &mut self.out) {
                    self.key(state, key, now);
                }
            }
        }
    }

    pub(super) fn key(&mut self, state: &mut State, key: Key, now: SimTime) {
        if !matches!(self.reads, Reads::Command) {
            return self.line_key(state, key, now);
        }
        match key {
            Key::Enter => {
                let columns = self.editor.columns();
                let line = self.take_line();
                self.command(state, &line, &columns, now);
            }
            Key::Help => self.help(state),
            Key::Tab => self.tab(state),
            Key::Redisplay => self.redisplay(state),
            Key::EndOfConfig => {
                let columns = self.editor.columns();
                let line = self.take_line();
                if self.cursor.is_some() {
                    self.configure_line(state, &line, &columns, now, false);
                    self.leave_configuration(state, now);
                }
                self.prompt_unless_asking(state);
            }
            Key::Interrupt => {
                self.editor.take();
                self.tcl.iter_mut().for_each(|shell| shell.forget());
                if self.cursor.is_some() {
                    self.leave_configuration(state, now);
                }
                self.prompt(state);
            }
            Key::Break => {}
        }
    }

    /// A key that ends a line which is not a command.
    pub(super) fn line_key(&mut self, state: &mut State, key: Key, now: SimTime) {
        let line = self.take_line();
        match (key, &mut self.reads) {
            (Key::Interrupt | Key::EndOfConfig | Key::Break, _) => {
                self.reads = Reads::Command;
                self.prompt(state);
            }
            (Key::Enter, Reads::Password { level, tries }) => {
                let (level, tries) = (*level, *tries);
                self.password(state, &line, level, tries, now);
            }
            (Key::Enter, Reads::Answer(_)) => self.answered(state, &line, now),
            (Key::Enter, Reads::Text { .. } | Reads::Lines { .. }) => {
                self.more_text(state, &line, now)
            }
            _ => {}
        }
    }

    pub(super) fn take_line(&mut self) -> String {
        let line = String::from_utf8(self.editor.take());
        line.unwrap_or_else(|line| String::from_utf8_lossy(line.as_bytes()).into_owned())
    }

    /// A command line, in whatever mode.
    pub(super) fn command(
        &mut self,
        state: &mut State,
        line: &str,
        columns: &Columns,
        now: SimTime,
    ) {
        if let Some(instead) = self.instead.take() {
            return self.interfered(state, *instead, line, columns, now);
        }
        self.line(state, line, columns, now);
        self.prompt_unless_asking(state);
    }

    /// What a command line does.
    pub(super) fn line(&mut self, state: &mut State, line: &str, columns: &Columns, now: SimTime) {
        if self.tcl.is_some() {
            self.tcl_line(state, line, columns, now);
        } else if self.cursor.is_some() {
            self.configure_line(state, line, columns, now, false);
        } else {
            self.exec_line(state, line, columns, now);
        }
    }

    pub(super) fn prompt_unless_asking(&mut self, state: &State) {
        if matches!(self.reads, Reads::Command) {
            self.prompt(state);
        }
    }

    pub(super) fn paged(&mut self, state: &State, line_follows: bool) {
        self.reads = Reads::Command;
        if line_follows {
            self.redisplay(state)
        } else {
            self.prompt(state)
        }
    }
}
