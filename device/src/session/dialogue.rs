//! Questions that a command asks before it acts, and what their answers do.

use super::exec::file_name;
use super::{Columns, Reads, Session};
use crate::SimTime;
use crate::state::{Order, State};

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// Under which name to copy.
    Destination { from: Source, to: Target },
    /// Whether to write over a file.
    Overwrite { from: Source, name: String },
    /// Which file to delete.
    DeleteName { file: String },
    /// Whether to delete it.
    Delete { file: String },
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
    /// Whether a `no` line is meant.
    Negate { line: String, asks: String },
}

/// What is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Running,
    Startup,
    File(String),
}

/// Where it is copied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Running,
    Startup,
    File(String),
}

impl Source {
    /// The name that its copy gets if none is given.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Running => "running-config".to_string(),
            Self::Startup => "startup-config".to_string(),
            Self::File(url) => file_name(url),
        }
    }
}

impl Question {
    /// Whether one key answers it; else a line does.
    pub(super) fn is_key(&self) -> bool {
        !matches!(
            self,
            Self::Destination { .. }
                | Self::DeleteName { .. }
                | Self::SaveFirst
                | Self::ConfigureFrom
        )
    }

    fn text(&self, flash: &str) -> String {
        match self {
            Self::Destination { to, .. } => {
                let name = match to {
                    Target::Running => "running-config",
                    Target::Startup => "startup-config",
                    Target::File(url) => &file_name(url),
                };
                format!("Destination filename [{name}]? ")
            }
            Self::Overwrite { .. } => "%Warning:There is a file already existing with this name \n\
                                       Do you want to over write? [confirm]"
                .to_string(),
            Self::DeleteName { file } => format!("Delete filename [{}]? ", file_name(file)),
            Self::Delete { file } => format!("Delete {flash}/{}? [confirm]", file_name(file)),
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
            Self::Negate { asks, .. } => asks.clone(),
        }
    }
}

impl Session {
    pub(super) fn ask(&mut self, state: &State, question: Question) {
        let text = question.text(&flash(state));
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
        if yes {
            match question {
                Question::Overwrite { from, name } => self.write_file(state, &from, &name, now),
                Question::Delete { file } => {
                    _ = state.remove_file(&file);
                }
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
            Question::Destination { from, to } => self.destination(state, from, to, answer, now),
            Question::DeleteName { file } => {
                let file = if answer.is_empty() {
                    file
                } else {
                    answer.to_string()
                };
                self.ask_delete(state, file);
            }
            Question::ConfigureFrom if "terminal".starts_with(&answer.to_ascii_lowercase()) => {
                self.enter_configuration(state, false);
            }
            Question::ConfigureFrom => self.say("?Must be \"terminal\"\n"),
            Question::SaveFirst => {
                let lower = answer.to_ascii_lowercase();
                if !lower.is_empty() && "yes".starts_with(&lower) {
                    self.say("Building configuration...\n[OK]\n");
                    state.save(now);
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

    pub(super) fn ask_delete(&mut self, state: &State, file: String) {
        if exists(state, &file) {
            self.ask(state, Question::Delete { file });
        } else {
            let text = format!(
                "%Error deleting {}/{} (No such file or directory)\n",
                flash(state),
                file_name(&file)
            );
            self.say(&text);
        }
    }

    fn destination(
        &mut self,
        state: &mut State,
        from: Source,
        to: Target,
        answer: &str,
        now: SimTime,
    ) {
        let to = match to {
            Target::File(_) if !answer.is_empty() => Target::File(answer.to_string()),
            other => other,
        };
        self.copy(state, &from, &to, now);
    }

    pub(super) fn copy(&mut self, state: &mut State, from: &Source, to: &Target, now: SimTime) {
        if let Some(says) = unanswered(from, to) {
            return self.say(&says);
        }
        match to {
            Target::Startup => {
                self.say("Building configuration...\n[OK]\n");
                match text_of(state, from, now) {
                    Some(_) if *from == Source::Running => state.save(now),
                    Some(text) => state.startup = Some(text),
                    None => {}
                }
            }
            Target::Running => {
                let Some(text) = text_of(state, from, now) else {
                    return self.no_such(state, from);
                };
                for refused in state.read(&text) {
                    self.say(&format!(
                        "{}\n{:>width$}\n% Invalid input detected at '^' marker.\n\n",
                        refused.line,
                        '^',
                        width = refused.column + 1
                    ));
                }
                state.changed = Some((now, self.user.clone()));
                self.copied(text.len());
            }
            Target::File(url) => {
                let name = file_name(url);
                if exists(state, &name) && !state.has("file prompt") {
                    return self.ask(
                        state,
                        Question::Overwrite {
                            from: from.clone(),
                            name,
                        },
                    );
                }
                self.write_file(state, from, &name, now);
            }
        }
    }

    fn write_file(&mut self, state: &mut State, from: &Source, name: &str, now: SimTime) {
        let Some(text) = text_of(state, from, now) else {
            return self.no_such(state, from);
        };
        let bytes = text.len();
        match state.put_file(name, text, now) {
            Ok(()) => self.copied(bytes),
            Err(error) => self.say(&format!(
                "%Error opening {}/{name} ({error})\n",
                flash(state)
            )),
        }
    }

    fn no_such(&mut self, state: &State, from: &Source) {
        if let Source::File(url) = from {
            self.say(&format!(
                "%Error opening {}/{} (No such file or directory)\n",
                flash(state),
                file_name(url)
            ));
        } else {
            self.say("%% Non-volatile configuration memory is not present\n");
        }
    }

    fn copied(&mut self, bytes: usize) {
        // A device copies about 40 KB a second.
        let ms = bytes / 40 + 20;
        let rate = bytes * 1000 / ms;
        self.say(&format!(
            "{bytes} bytes copied in {}.{:03} secs ({rate} bytes/sec)\n",
            ms / 1000,
            ms % 1000
        ));
    }
}

/// What a copy from or to another host says: nobody answers, as a fleet has no file servers.
fn unanswered(from: &Source, to: &Target) -> Option<String> {
    let remote = |url: &str| url.contains("//");
    match (from, to) {
        (Source::File(url), _) if remote(url) => Some(format!(
            "Accessing {url}...\n%Error opening {url} (Timed out)\n"
        )),
        (_, Target::File(url)) if remote(url) => {
            Some(format!(".....\n%Error opening {url} (Timed out)\n"))
        }
        _ => None,
    }
}

fn text_of(state: &State, source: &Source, now: SimTime) -> Option<String> {
    match source {
        Source::Running => Some(state.running_text(now)),
        Source::Startup => state.startup.clone(),
        Source::File(url) => state.file_text(url, now).ok(),
    }
}

fn exists(state: &State, name: &str) -> bool {
    state
        .path(name)
        .is_ok_and(|path| state.files.get(&path).is_some())
}

/// The platform's default file system.
pub(super) fn flash(state: &State) -> String {
    state
        .platform
        .identity("flash")
        .unwrap_or_else(|| "flash:".to_string())
}
