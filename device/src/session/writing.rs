//! Prints: text, pages, prompts.

use super::{Reads, Session, short};
use crate::state::State;
use crate::terminal::pager::{Pager, Paging};

impl Session {
    /// Prints text whose lines end in LF.
    pub(super) fn say(&mut self, text: &str) {
        let start = self.out.len();
        for line in text.split_inclusive('\n') {
            let unended = line.strip_suffix('\n');
            self.out
                .extend_from_slice(unended.unwrap_or(line).as_bytes());
            if unended.is_some() {
                self.out.pop_if(|last| *last == b'\r');
                self.out.extend_from_slice(b"\r\n");
            }
        }
        if let Some(new) = self.out.get_mut(start..) {
            self.mask.strip(new);
        }
    }

    /// Prints what a command shows, page by page.
    pub(super) fn show(&mut self, text: &str, line_follows: bool) {
        if self.screen.length == 0 {
            self.say(text);
            if line_follows {
                self.reads = Reads::Command;
            }
            return;
        }
        let mut bytes = text.as_bytes().to_vec();
        self.mask.strip(&mut bytes);
        let mut pager = Pager::new(bytes, self.screen);
        if pager.start(&mut self.out) == Paging::More {
            self.reads = Reads::Page {
                pager,
                line_follows,
            };
        }
    }

    /// Prints the prompt and begins a new line.
    pub(super) fn prompt(&mut self, state: &State) {
        self.reads = Reads::Command;
        let prompt = self.prompt_text(state);
        self.out.extend_from_slice(prompt.as_bytes());
        if self.tcl.is_some() {
            self.editor.start_text(prompt.as_bytes(), self.screen.width);
        } else {
            self.editor.start(prompt.as_bytes(), self.screen.width);
        }
    }

    pub(super) fn redisplay(&mut self, state: &State) {
        let prompt = self.prompt_text(state);
        self.editor.redisplay(prompt.as_bytes(), &mut self.out);
    }

    pub(super) fn prompt_text(&self, state: &State) -> String {
        let hostname = state.hostname();
        if let Some(shell) = &self.tcl {
            return if shell.goes_on() {
                "+>".to_string()
            } else {
                format!("{hostname}(tcl)#")
            };
        }
        let Some(cursor) = &self.cursor else {
            return [hostname, if self.privilege > 1 { "#" } else { ">" }].concat();
        };
        if !state.tells_mode() {
            return String::new();
        }
        let mode = cursor.prompt(state.platform.grammar());
        [short(hostname), "(", mode, ")#"].concat()
    }
}
