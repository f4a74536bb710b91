//! `tclsh`: a Tcl shell on the terminal (ios-xe-behaviour §2.17).
//!
//! Known limit: if an IOS command in a script asks something, or shows more than a page, the rest of the script runs at
//! once behind it.

use super::Session;
use super::exec::{Values, value};
use crate::SimTime;
use crate::files::{Content, FilePath};
use crate::state::State;
use crate::tcl::{Action, Library, Shell, Written};
use crate::terminal::Columns;

/// A device's files, as a script sees them.
struct Shelf<'s> {
    state: &'s State,
    directory: &'s FilePath,
}

impl Library for Shelf<'_> {
    fn read(&self, file: &str) -> Option<String> {
        let path = self.state.path_from(file, self.directory).ok()?;
        let content = self.state.read_file(&path).ok()?;
        Some(String::from_utf8_lossy(content.bytes()).into_owned())
    }

    fn can_write(&self, file: &str) -> bool {
        let path = self.state.path_from(file, self.directory);
        path.is_ok_and(|path| self.state.room(&path, 0).is_ok())
    }
}

impl Session {
    pub(super) fn enter_tcl(&mut self, state: &mut State, values: &Values, now: SimTime) {
        let Some(file) = value(values, "file") else {
            self.tcl = Some(Box::default());
            return;
        };
        let mut shell = Shell::default();
        let shelf = Shelf {
            state,
            directory: &self.directory,
        };
        let Some(text) = shelf.read(file) else {
            return self.say(&format!(
                "%Error opening {file} (No such file or directory)\n"
            ));
        };
        let actions = shell.script(&text, &shelf);
        self.act(state, actions, &Columns::none(), now);
        self.act(state, shell.end(), &Columns::none(), now);
    }

    /// Takes a line in the shell.
    pub(super) fn tcl_line(
        &mut self,
        state: &mut State,
        line: &str,
        columns: &Columns,
        now: SimTime,
    ) {
        let Some(mut shell) = self.tcl.take() else {
            return;
        };
        let actions = shell.line(
            line,
            &Shelf {
                state,
                directory: &self.directory,
            },
        );
        let quits = actions.contains(&Action::Quit);
        let closing = if quits { shell.end() } else { Vec::new() };
        if !quits {
            self.tcl = Some(shell);
        }
        self.act(state, actions, columns, now);
        self.act(state, closing, columns, now);
    }

    /// Does what a script says, up to the end of the shell.
    fn act(&mut self, state: &mut State, actions: Vec<Action>, columns: &Columns, now: SimTime) {
        for action in actions {
            match action {
                Action::Print(text) => self.say(&text),
                Action::Command(line) => self.exec_line(state, &line, columns, now),
                Action::Write(written) => self.write_from_tcl(state, written, now),
                Action::Quit => return,
            }
        }
    }

    fn write_from_tcl(&mut self, state: &mut State, written: Written, now: SimTime) {
        let Written { file, text, append } = written;
        let done = state.path_from(&file, &self.directory).and_then(|path| {
            let old = state.read_file(&path).ok().filter(|_| append);
            let mut bytes = old.map_or_else(Vec::new, |old| old.bytes().to_vec());
            bytes.extend_from_slice(text.as_bytes());
            state.write_file(path, Content::Kept(bytes.into()), now)
        });
        if let Err(error) = done {
            self.say(&format!("error writing \"{file}\": {error}\n"));
        }
    }
}
