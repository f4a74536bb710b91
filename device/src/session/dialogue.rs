//! Questions that a command asks before it acts, and what their answers do.

use super::archive::Replacing;
use super::copying::Copying;
use super::echo::Form;
use super::exec::Ready;
use super::files::FileQuestion;
use super::{Reads, Session};
use crate::SimTime;
use crate::state::{Order, State};
use crate::terminal::Columns;

/// A question that waits for its answer.
#[derive(Debug, Clone)]
pub(super) enum Question {
    /// What a copy wants to know.
    Copy(Copying),
    /// What a command on files wants to know.
    Files(FileQuestion),
    /// What a replacement of the configuration wants to know.
    Replace(Replacing),
    /// Whether to forget the commands that were logged.
    ClearCommandLog,
    /// What a `ping` without a target wants to know.
    Echo(Box<Form>),
    /// Whether to erase the startup-config.
    Erase,
    /// Where configuration lines come from.
    ConfigureFrom,
    /// Whether to save before a reload.
    SaveFirst,
    /// Whether to reload.
    Reload,
    /// Whether to reload at a time.
    ReloadAt { at: SimTime },
    /// Whether an access point forgets what it was told.
    EraseAccessPoint,
    /// Whether to end the session on a vty line.
    ClearLine { vty: usize },
    /// Whether a command is meant.
    Run { ready: Box<Ready>, asks: String },
    /// What somebody else wants to know before a line is run.
    Interposed { line: String, asks: String },
    /// Whether a `no` line is meant.
    Negate { line: String, asks: String },
}

impl Question {
    /// Whether one key answers it; else a line does.
    pub(super) fn is_key(&self) -> bool {
        match self {
            Self::Copy(copying) => copying.is_key(),
            Self::Files(question) => question.is_key(),
            Self::Replace(replacing) => replacing.is_key(),
            Self::Interposed { asks, .. } => asks.trim_end().ends_with("[confirm]"),
            other => !matches!(other, Self::SaveFirst | Self::ConfigureFrom | Self::Echo(_)),
        }
    }

    fn text(&self, state: &State, user: &str) -> String {
        match self {
            Self::Copy(copying) => copying.text(state, user),
            Self::Files(question) => question.text(state),
            Self::Replace(replacing) => replacing.text(),
            Self::ClearCommandLog => "Clear logged commands? [confirm]".to_string(),
            Self::Echo(form) => form.text().to_string(),
            Self::Erase => {
                "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]".to_string()
            }
            Self::SaveFirst => "System configuration has been modified. Save? [yes/no]: ".to_string(),
            Self::ConfigureFrom => {
                "Configuring from terminal, memory, or network [terminal]? ".to_string()
            }
            Self::Reload | Self::ReloadAt { .. } => "Proceed with reload? [confirm]".to_string(),
            Self::EraseAccessPoint => "Are you sure you want continue? [confirm]".to_string(),
            Self::ClearLine { .. } => "[confirm]".to_string(),
            Self::Run { asks, .. } | Self::Negate { asks, .. } | Self::Interposed { asks, .. } => {
                asks.clone()
            }
        }
    }
}

impl Session {
    pub(super) fn ask(&mut self, state: &State, question: Question) {
        let text = question.text(state, &self.user);
        self.say(&text);
        let last = text.rsplit('\n').next().unwrap_or_default();
        self.editor.start_text(last.as_bytes(), self.screen.width);
        self.reads = Reads::Answer(question);
    }

    fn question(&mut self) -> Option<Question> {
        match std::mem::replace(&mut self.reads, Reads::Command) {
            Reads::Answer(question) => Some(question),
            other => {
                self.reads = other;
                None
            }
        }
    }

    /// A `[confirm]` was answered.
    pub(super) fn answered_key(&mut self, state: &mut State, yes: bool, now: SimTime) {
        let Some(question) = self.question() else {
            return;
        };
        if let Question::Files(FileQuestion::Remove(removals)) = question {
            self.removal_answered(state, removals, yes);
        } else if let Question::Replace(replacing) = question {
            self.removal_confirmed(state, replacing, yes, now);
        } else if yes {
            match question {
                Question::Copy(copying) => self.copy_answered(state, copying, "", now),
                Question::ClearCommandLog => state.clear_command_log(),
                Question::Erase => {
                    state.startup = None;
                    self.say("[OK]\nErase of nvram: complete\n");
                    state.log(
                        now,
                        "%SYS-7-NV_BLOCK_INIT: Initialized the geometry of nvram",
                    );
                }
                // No prompt comes after it: the device goes away.
                Question::Reload | Question::EraseAccessPoint => {
                    return state.orders.push(Order::Reload);
                }
                Question::ReloadAt { at } => state.reload_at = Some(at),
                Question::ClearLine { vty } => {
                    self.say(" [OK]\n");
                    state.orders.push(Order::ClearLine(vty));
                }
                Question::Interposed { line, .. } => self.line(state, &line, &Columns::none(), now),
                Question::Run { ready, .. } => self.carry_out(state, &ready, now),
                Question::Negate { line, .. } => {
                    self.configure_line(state, &line, &Columns::none(), now, true)
                }
                _ => {}
            }
        }
        self.prompt_unless_asking(state);
    }

    /// A question was answered with a line.
    pub(super) fn answered(&mut self, state: &mut State, line: &str, now: SimTime) {
        let Some(question) = self.question() else {
            return;
        };
        let answer = line.trim();
        match question {
            Question::Copy(copying) => self.copy_answered(state, copying, answer, now),
            Question::Files(question) => self.file_answered(state, question, answer, now),
            Question::Replace(replacing) => self.replace_answered(state, replacing, answer, now),
            Question::Echo(form) => self.echo_answered(state, *form, answer, now),
            Question::ConfigureFrom if "terminal".starts_with(&answer.to_ascii_lowercase()) => {
                self.enter_configuration(state, false);
            }
            Question::ConfigureFrom => self.say("?Must be \"terminal\"\n"),
            Question::Interposed { line, .. } if answer.starts_with(['y', 'Y']) => {
                self.line(state, &line, &Columns::none(), now);
            }
            Question::SaveFirst => {
                let lower = answer.to_ascii_lowercase();
                if !lower.is_empty() && "yes".starts_with(&lower) {
                    let saved = state.save(now);
                    let says =
                        saved.map_or_else(|says| says.to_string(), |()| "[OK]\n".to_string());
                    self.say(&format!("Building configuration...\n{says}"));
                } else if lower.is_empty() || !"no".starts_with(&lower) {
                    self.say("% Please answer 'yes' or 'no'.\n");
                    return self.ask(state, Question::SaveFirst);
                }
                self.ask(state, Question::Reload);
            }
            _ => {}
        }
        self.prompt_unless_asking(state);
    }
}
