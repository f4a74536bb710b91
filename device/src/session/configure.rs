//! Takes configuration lines.

use super::dialogue::Question;
use super::{Reads, Session, short};
use crate::SimTime;
use crate::config::{Cursor, Reply};
use crate::grammar::Matched;
use crate::grammar::line::Line;
use crate::pack::ExecEffect;
use crate::state::State;
use crate::terminal::Columns;

/// A banner or certificate has this many bytes at most.
const TEXT_BYTES_MAX: usize = 64 << 10;

impl Session {
    /// Whether no other session has configuration mode for itself; else says who has.
    pub(super) fn may_configure(&mut self, state: &State) -> bool {
        let Some((vty, user)) = state.locked_by.as_ref().filter(|(vty, _)| *vty != self.vty) else {
            return true;
        };
        let text = format!(
            "Configuration mode locked exclusively by user '{user}' process '13' from terminal '{vty}'. \
             Please try later.\n"
        );
        self.say(&text);
        false
    }

    /// Enters configuration mode, unless another session has it for itself; `lock` takes it so.
    pub(super) fn enter_configuration(&mut self, state: &mut State, lock: bool) {
        if !self.may_configure(state) {
            return;
        }
        let exclusive = state.get("configuration mode exclusive");
        if lock || exclusive.is_some_and(|s| s.line.ends_with("auto")) {
            state.locked_by = Some((self.vty, self.user.clone()));
            self.say(
                "Configuration mode locked exclusively. The lock will be cleared once you exit out of \
                 configuration mode using end/exit\n",
            );
        }
        self.cursor = Some(Cursor::default());
        self.touched = false;
        self.logged_as = None;
        self.say("Enter configuration commands, one per line.  End with CNTL/Z.\n");
    }

    /// Back to EXEC, with the log message that the configuration may have changed.
    pub(super) fn leave_configuration(&mut self, state: &mut State, now: SimTime) {
        self.cursor = None;
        state.unlock(self.vty);
        if std::mem::take(&mut self.touched) {
            state.changed = Some((now, self.user.clone()));
            state.look_at_archive(now);
        }
        let (user, vty, peer) = (&self.user, self.vty, self.peer);
        state.log(
            now,
            &format!("%SYS-5-CONFIG_I: Configured from console by {user} on vty{vty} ({peer})"),
        );
    }

    /// Takes a line in configuration mode; `confirmed` if its question was answered with yes.
    pub(super) fn configure_line(
        &mut self,
        state: &mut State,
        line: &str,
        columns: &Columns,
        now: SimTime,
        confirmed: bool,
    ) {
        let Some(mut cursor) = self.cursor.take() else {
            return;
        };
        let platform = state.platform.clone();
        let logged = self.logged(state, &cursor, line);
        let mut bench = state.bench(&platform);
        bench.privilege = self.privilege;
        let reply = if confirmed {
            cursor.confirmed(&mut bench, line)
        } else {
            cursor.take(&mut bench, line)
        };
        let (said, notes) = (
            std::mem::take(&mut bench.said),
            std::mem::take(&mut bench.notes),
        );
        state.networks.keep(&state.config);
        state.note(notes, now);
        self.cursor = Some(cursor);
        self.say(&said);
        match reply {
            Reply::Done => {
                self.touched |= !line.trim().is_empty() && !line.trim_start().starts_with('!');
                self.log_command(state, logged, now);
            }
            Reply::Refused(refusal) => self.refuse(line, refusal, columns),
            Reply::Command { index, matched } => {
                self.config_command(state, line, columns, now, index, &matched);
            }
            Reply::Confirm(question) => self.ask(
                state,
                Question::Negate {
                    line: line.to_string(),
                    asks: question,
                },
            ),
            Reply::Text { line, delimiter } => {
                let shown = if delimiter == '\u{3}' { '^' } else { delimiter };
                self.say(&format!(
                    "Enter TEXT message.  End with the character '{shown}'.\n"
                ));
                self.reads = Reads::Text { line, delimiter };
                self.editor.start_text(b"", self.screen.width);
            }
            Reply::Lines {
                line,
                prompt,
                until,
            } => {
                if until == "quit" {
                    self.say("Enter the certificate in hexidecimal representation....\n\n");
                }
                if until == "@" {
                    self.say("Enter macro commands one per line. End with the character '@'.\n");
                }
                self.reads = Reads::Lines {
                    line,
                    prompt,
                    until,
                };
                self.prompt_for_line(state);
            }
        }
    }

    /// A line as the archive logs commands, if it does, or if this line may be what makes it.
    fn logged(&self, state: &State, cursor: &Cursor, line: &str) -> Option<String> {
        let logs = state.archive.logging || sets_logging(state, cursor);
        let hides = || state.archiving().hides_keys();
        logs.then(|| cursor.logged(&state.platform, self.privilege, line, hides()))
            .flatten()
    }

    /// Logs a command that was taken.
    fn log_command(&mut self, state: &mut State, logged: Option<String>, now: SimTime) {
        let Some(text) = logged else {
            return;
        };
        if self
            .cursor
            .as_ref()
            .is_some_and(|cursor| sets_logging(state, cursor))
        {
            let before = state.archive.logging;
            state.look_at_archive(now);
            if !before && !state.archive.logging {
                return;
            }
        }
        let session = *self.logged_as.get_or_insert_with(|| state.log_session());
        state.log_command(session, &self.user, self.vty, &text, now);
        if text
            .trim_start()
            .trim_start_matches("no ")
            .starts_with("username ")
        {
            state.log_command(
                session,
                &self.user,
                self.vty,
                "!config: USER TABLE MODIFIED",
                now,
            );
        }
    }

    /// `exit`, `end`, `do`, `help`.
    fn config_command(
        &mut self,
        state: &mut State,
        line: &str,
        columns: &Columns,
        now: SimTime,
        index: u32,
        matched: &Matched,
    ) {
        let grammar = state.platform.grammar().clone();
        for effect in &grammar.command(index).does {
            match effect {
                ExecEffect::Exit if self.cursor.as_mut().is_some_and(Cursor::exit) => {}
                ExecEffect::Exit => self.leave_configuration(state, now),
                ExecEffect::End => self.leave_configuration(state, now),
                ExecEffect::Do => {
                    let words = Line::new(line);
                    let at = matched
                        .steps
                        .last()
                        .map_or(0, |step| words.start(step.word));
                    let command = line.get(at..).unwrap_or_default();
                    self.exec_line(state, command, &columns.from(at), now);
                }
                ExecEffect::Help => self.say(super::help::ABOUT),
                _ => {}
            }
        }
    }

    /// A line of a banner or certificate.
    pub(super) fn more_text(&mut self, state: &mut State, text: &str, now: SimTime) {
        let (whole, done) = match &mut self.reads {
            Reads::Text { line, delimiter } => {
                add(line, text);
                let closed = match delimiter {
                    '\u{3}' => text.contains("^C") || text.contains('\u{3}'),
                    other => text.contains(*other),
                };
                (line.clone(), closed)
            }
            Reads::Lines { line, until, .. } => {
                add(line, text);
                (line.clone(), text.trim() == *until)
            }
            _ => return,
        };
        if done || whole.len() > TEXT_BYTES_MAX {
            self.reads = Reads::Command;
            self.configure_line(state, &whole, &Columns::none(), now, false);
            return self.prompt_unless_asking(state);
        }
        self.prompt_for_line(state);
    }

    /// The prompt of a line that belongs to a statement: a banner's has none.
    fn prompt_for_line(&mut self, state: &State) {
        let prompt = match self.reads {
            Reads::Lines { prompt, .. } if !prompt.is_empty() => {
                format!("{}({prompt})#", short(state.hostname()))
            }
            _ => String::new(),
        };
        self.say(&prompt);
        self.editor.start_text(prompt.as_bytes(), self.screen.width);
    }
}

/// Whether a line here may say whether commands are logged.
fn sets_logging(state: &State, cursor: &Cursor) -> bool {
    state.platform.grammar().mode(cursor.mode()).name == "archive-log-config"
}

fn add(line: &mut String, text: &str) {
    line.push('\n');
    line.push_str(text);
}
