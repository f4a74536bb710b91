//! `?` and Tab.

use super::exec::Here;
use super::{Reads, Session};
use crate::grammar::Graph;
use crate::grammar::complete::{Help, help, tab};
use crate::pack::{EXEC, Grammar};
use crate::state::State;
use crate::terminal::help_list::{self, Row};
use crate::terminal::pipes;

/// What `help` prints.
pub(super) const ABOUT: &str = "\
Help may be requested at any point in a command by entering
a question mark '?'.  If nothing matches, the help list will
be empty and you must backup until entering a '?' shows the
available options.
Two styles of help are provided:
1. Full help is available when you are ready to enter a
   command argument (e.g. 'show ?') and describes each possible
   argument.
2. Partial help is provided when an abbreviated argument is entered
   and you want to know what arguments match the input
   (e.g. 'show pr?'.)

";

impl Session {
    /// The text before the cursor, and where in it the part begins that the graph reads (behind `do`).
    fn typed(&self) -> (String, usize) {
        let line = self.editor.line();
        let text =
            String::from_utf8_lossy(line.get(..self.editor.cursor()).unwrap_or(line)).into_owned();
        let blanks = text.len() - text.trim_start().len();
        let exec = self.cursor.is_some() && text.trim_start().starts_with("do ");
        let start = if exec { blanks + 3 } else { 0 };
        (text, start)
    }

    fn graph<'g>(&self, grammar: &'g Grammar, start: usize) -> &'g Graph {
        let mode = match &self.cursor {
            Some(cursor) if start == 0 => cursor.mode(),
            _ => EXEC,
        };
        &grammar.mode(mode).graph
    }

    pub(super) fn help(&mut self, state: &State) {
        let (text, start) = self.typed();
        let read = text.get(start..).unwrap_or_default();
        let list = match bar(read) {
            Some(at) => pipe_list(&read[at + 1..], self.screen.width),
            None => self.command_list(state, read, start),
        };
        self.show(&list, true);
        if matches!(self.reads, Reads::Command) {
            self.redisplay(state);
        }
    }

    fn command_list(&self, state: &State, read: &str, start: usize) -> String {
        let grammar = state.platform.grammar().clone();
        match help(
            self.graph(&grammar, start),
            read,
            &Here(state),
            self.privilege,
        ) {
            Help::Ambiguous => format!("% Ambiguous command:  \"{read}\"\n"),
            Help::Unrecognized => "% Unrecognized command\n".to_string(),
            Help::Next {
                rows,
                carriage_return,
            } => {
                let mut all: Vec<Row<'_>> = rows
                    .iter()
                    .map(|(word, help)| Row::new(word, help))
                    .collect();
                if carriage_return {
                    all.push(Row::CR);
                    if shows(read) {
                        all.push(Row::PIPE);
                    }
                }
                let partial = !read.is_empty() && !read.ends_with([' ', '\t']);
                if partial && rows.iter().all(|(word, _)| !word.starts_with('<')) {
                    return help_list::words(&all, self.screen.width);
                }
                let mode = self
                    .cursor
                    .as_ref()
                    .filter(|_| start == 0)
                    .map_or(EXEC, crate::config::Cursor::mode);
                let header = read
                    .trim()
                    .is_empty()
                    .then(|| grammar.mode(mode).header.as_str());
                help_list::list(
                    header.filter(|header| !header.is_empty()),
                    &all,
                    self.screen.width,
                )
            }
        }
    }

    pub(super) fn tab(&mut self, state: &State) {
        let (text, start) = self.typed();
        let read = text.get(start..).unwrap_or_default();
        let grammar = state.platform.grammar().clone();
        let whole = match bar(read) {
            Some(_) => None,
            None => tab(
                self.graph(&grammar, start),
                read,
                &Here(state),
                self.privilege,
            ),
        };
        if let Some(word) = whole {
            let begun = read.rfind([' ', '\t']).map_or(0, |at| at + 1) + start;
            let mut line = text.get(..begun).unwrap_or_default().to_string();
            line.push_str(&word);
            line.push(' ');
            self.editor.set_line(line.as_bytes());
        }
        self.redisplay(state);
    }
}

/// Where a command's output modifiers begin.
fn bar(text: &str) -> Option<usize> {
    text.find('|').filter(|_| shows(text))
}

/// Whether a line prints something that can be filtered.
fn shows(text: &str) -> bool {
    let first = text
        .trim_start()
        .split([' ', '\t'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let begins = |word: &str, least: usize| first.len() >= least && word.starts_with(&first);
    begins("show", 2) || begins("more", 2) || begins("dir", 2)
}

fn pipe_list(typed: &str, width: u16) -> String {
    let rows = pipes::candidates(typed);
    if rows.is_empty() {
        return "% Unrecognized command\n".to_string();
    }
    let partial = !typed.trim_start().is_empty() && !typed.ends_with(' ');
    if partial {
        help_list::words(&rows, width)
    } else {
        help_list::list(None, &rows, width)
    }
}
