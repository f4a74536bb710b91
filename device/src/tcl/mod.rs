//! The small part of Tcl that `tclsh` is used for: writing files from the terminal, variables, loops over a list, and
//! IOS commands, which run as they are (ios-xe-behaviour §2.17).
//!
//! A script is worked out into [`Action`]s before any of them is done, so nothing here knows a device. Known limits:
//! what an IOS command prints can't be a value (`exec`), and there are no procedures, expressions or conditions; they
//! are answered as a command that there is not.

mod parse;

use std::collections::BTreeMap;

use parse::{NoScript, Piece, Script, Word, parse};

/// A script is no longer than this; a configuration of ten thousand lines fits.
const SCRIPT_BYTES_MAX: usize = 1 << 20;

/// What a script prints, keeps in variables and writes is no more than this.
const VALUE_BYTES_MAX: usize = 4 << 20;

/// One line that is typed leads to no more commands than this.
const COMMANDS_MAX: usize = 10_000;

/// Loops in loops go this deep.
const DEPTH_MAX: usize = 16;

/// As many channels may be open.
const CHANNELS_MAX: usize = 64;

/// What a script does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Prints a text.
    Print(String),
    /// Runs an IOS command.
    Command(String),
    /// Writes a file whose channel is closed.
    Write(Written),
    /// Leaves the shell.
    Quit,
}

/// A file that is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Its name as it was given.
    pub(crate) file: String,
    /// What is put into it.
    pub(crate) text: String,
    /// Behind what is there, not over it.
    pub(crate) append: bool,
}

/// What the shell wants to know of the device's files.
pub(crate) trait Library {
    /// A file's text.
    fn read(&self, file: &str) -> Option<String>;
    /// Whether a file of this name could be written.
    fn can_write(&self, file: &str) -> bool;
}

/// A shell: its variables, its open channels, and the script that isn't whole yet.
#[derive(Debug, Default)]
pub(crate) struct Shell {
    typed: String,
    missing: Option<char>,
    variables: BTreeMap<String, String>,
    channels: BTreeMap<String, Channel>,
    opened: usize,
}

#[derive(Debug)]
enum Channel {
    Writes(Written),
    Reads(String),
}

/// A command's value, or what went wrong.
type Outcome = Result<String, String>;

impl Shell {
    /// Whether what was typed goes on in the next line.
    pub(crate) fn goes_on(&self) -> bool {
        !self.typed.is_empty()
    }

    /// Forgets what was typed of a script that isn't whole.
    pub(crate) fn forget(&mut self) {
        self.typed.clear();
        self.missing = None;
    }

    /// Takes a line; what is to be done once the script is whole.
    pub(crate) fn line(&mut self, line: &str, library: &dyn Library) -> Vec<Action> {
        self.typed.push_str(line);
        self.typed.push('\n');
        if self.typed.len() > SCRIPT_BYTES_MAX {
            self.forget();
            return vec![Action::Print("script is too long\n".to_string())];
        }
        // Only a line that has what is missing can end the script: a long one isn't read again for each of its lines.
        if self.missing.is_some_and(|missing| !line.contains(missing)) {
            return Vec::new();
        }
        match parse(&self.typed) {
            Err(NoScript::Missing(missing)) => {
                self.missing = Some(missing);
                Vec::new()
            }
            Err(NoScript::Wrong(text)) => {
                self.forget();
                vec![Action::Print(format!("{text}\n"))]
            }
            Ok(script) => {
                self.forget();
                self.run(&script, true, library)
            }
        }
    }

    /// Runs a whole script from a file.
    pub(crate) fn script(&mut self, text: &str, library: &dyn Library) -> Vec<Action> {
        match parse(text) {
            Ok(script) if text.len() <= SCRIPT_BYTES_MAX => self.run(&script, false, library),
            Ok(_) => vec![Action::Print("script is too long\n".to_string())],
            Err(NoScript::Wrong(text)) => vec![Action::Print(format!("{text}\n"))],
            Err(NoScript::Missing(missing)) => vec![Action::Print(format!("missing {missing}\n"))],
        }
    }

    /// The shell ends: what was put into open channels is written.
    pub(crate) fn end(&mut self) -> Vec<Action> {
        let channels = std::mem::take(&mut self.channels).into_values();
        let written = channels.filter_map(|channel| match channel {
            Channel::Writes(written) => Some(Action::Write(written)),
            Channel::Reads(_) => None,
        });
        written.collect()
    }

    fn run(&mut self, script: &Script, typed: bool, library: &dyn Library) -> Vec<Action> {
        let mut run = Run {
            shell: self,
            library,
            actions: Vec::new(),
            steps: 0,
            bytes: 0,
        };
        match run.script(script, Place::default()) {
            // The value of what was typed is shown.
            Ok(value) if typed && !value.is_empty() => {
                run.actions.push(Action::Print(format!("{value}\n")))
            }
            Ok(_) => {}
            Err(text) => run.actions.push(Action::Print(format!("{text}\n"))),
        }
        run.actions
    }
}

/// A script that runs.
struct Run<'r> {
    shell: &'r mut Shell,
    library: &'r dyn Library,
    actions: Vec<Action>,
    steps: usize,
    bytes: usize,
}

/// Where a command stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    depth: usize,
    /// Its value is wanted.
    bracketed: bool,
}

impl Place {
    fn below(self, bracketed: bool) -> Self {
        Self {
            depth: self.depth + 1,
            bracketed: self.bracketed || bracketed,
        }
    }
}

impl Run<'_> {
    fn script(&mut self, script: &Script, at: Place) -> Outcome {
        if at.depth > DEPTH_MAX {
            return Err("too many nested evaluations (infinite loop?)".to_string());
        }
        let mut value = String::new();
        for command in script {
            value = self.command(command, at)?;
        }
        Ok(value)
    }

    fn word(&mut self, word: &Word, at: Place) -> Outcome {
        let mut text = String::new();
        for piece in word {
            match piece {
                Piece::Text(own) => text.push_str(own),
                Piece::Variable(name) => match self.shell.variables.get(name) {
                    Some(value) => text.push_str(value),
                    None => return Err(format!("can't read \"{name}\": no such variable")),
                },
                Piece::Script(script) => text.push_str(&self.script(script, at.below(true))?),
            }
        }
        self.costs(text.len())?;
        Ok(text)
    }

    fn costs(&mut self, bytes: usize) -> Result<(), String> {
        self.bytes += bytes;
        if self.bytes > VALUE_BYTES_MAX {
            return Err("script needs too much memory".to_string());
        }
        Ok(())
    }

    fn command(&mut self, words: &[Word], at: Place) -> Outcome {
        self.steps += 1;
        if self.steps > COMMANDS_MAX {
            return Err("script takes too long".to_string());
        }
        let mut values = Vec::new();
        for word in words {
            values.push(self.word(word, at)?);
        }
        let arguments: Vec<&str> = values.iter().map(String::as_str).collect();
        match *arguments.as_slice() {
            ["puts", ref rest @ ..] => self.puts(rest),
            ["set", name] => self.variable(name),
            ["set", name, value] => self.assign(name, value.to_string()),
            ["set", ..] => Err(wrong("set varName ?newValue?")),
            ["unset", name] => match self.shell.variables.remove(name) {
                Some(_) => Ok(String::new()),
                None => Err(format!("can't unset \"{name}\": no such variable")),
            },
            ["append", name, ref values @ ..] => {
                let old = self.shell.variables.get(name).cloned().unwrap_or_default();
                self.assign(name, old + &values.concat())
            }
            ["open", file] => self.open(file, "r"),
            ["open", file, access] => self.open(file, access),
            ["open", ..] => Err(wrong("open fileName ?access? ?permissions?")),
            ["read", channel] => self.read(channel),
            ["close", channel] => self.close(channel),
            ["foreach", name, list, body] => self.foreach(name, list, body, at),
            ["foreach", ..] => Err(wrong("foreach varList list ?varList list ...? command")),
            ["tclquit" | "exit"] => {
                self.actions.push(Action::Quit);
                Ok(String::new())
            }
            [name, ..] if at.bracketed => Err(format!("invalid command name \"{name}\"")),
            _ => {
                self.actions.push(Action::Command(arguments.join(" ")));
                Ok(String::new())
            }
        }
    }

    fn puts(&mut self, arguments: &[&str]) -> Outcome {
        let usage = || wrong("puts ?-nonewline? ?channelId? string");
        let (line_end, rest) = match arguments {
            ["-nonewline", rest @ ..] => ("", rest),
            rest => ("\n", rest),
        };
        let (channel, text) = match rest {
            [text] => ("stdout", *text),
            [channel, text] => (*channel, *text),
            _ => return Err(usage()),
        };
        self.costs(text.len() + 1)?;
        if channel == "stdout" {
            self.actions
                .push(Action::Print(format!("{text}{line_end}")));
            return Ok(String::new());
        }
        match self.shell.channels.get_mut(channel) {
            Some(Channel::Writes(written)) if written.text.len() + text.len() < VALUE_BYTES_MAX => {
                written.text.push_str(text);
                written.text.push_str(line_end);
                Ok(String::new())
            }
            Some(Channel::Writes(_)) => Err(format!(
                "error writing \"{channel}\": no space left on device"
            )),
            Some(Channel::Reads(_)) => {
                Err(format!("channel \"{channel}\" wasn't opened for writing"))
            }
            None => Err(no_channel(channel)),
        }
    }

    fn variable(&mut self, name: &str) -> Outcome {
        let value = self.shell.variables.get(name).cloned();
        value.ok_or_else(|| format!("can't read \"{name}\": no such variable"))
    }

    fn assign(&mut self, name: &str, value: String) -> Outcome {
        let others = self.shell.variables.iter().filter(|(own, _)| *own != name);
        let kept: usize = others.map(|(name, value)| name.len() + value.len()).sum();
        if kept + name.len() + value.len() > VALUE_BYTES_MAX {
            return Err("script needs too much memory".to_string());
        }
        self.costs(value.len())?;
        self.shell.variables.insert(name.to_string(), value.clone());
        Ok(value)
    }

    fn open(&mut self, file: &str, access: &str) -> Outcome {
        let missing = || format!("couldn't open \"{file}\": no such file or directory");
        if self.shell.channels.len() >= CHANNELS_MAX {
            return Err(format!("couldn't open \"{file}\": too many open files"));
        }
        let channel = match access {
            "r" => Channel::Reads(self.library.read(file).ok_or_else(missing)?),
            "w" | "w+" | "a" | "a+" if self.library.can_write(file) => {
                // The file is there, and empty, from now on.
                self.actions.push(Action::Write(Written {
                    file: file.to_string(),
                    text: String::new(),
                    append: access.starts_with('a'),
                }));
                Channel::Writes(Written {
                    file: file.to_string(),
                    text: String::new(),
                    append: true,
                })
            }
            "w" | "w+" | "a" | "a+" => return Err(missing()),
            _ => return Err(format!("illegal access mode \"{access}\"")),
        };
        let name = format!("file{}", self.shell.opened);
        self.shell.opened += 1;
        self.shell.channels.insert(name.clone(), channel);
        Ok(name)
    }

    fn read(&mut self, channel: &str) -> Outcome {
        match self.shell.channels.get_mut(channel) {
            Some(Channel::Reads(text)) => {
                let text = std::mem::take(text);
                self.costs(text.len())?;
                Ok(text)
            }
            Some(Channel::Writes(_)) => {
                Err(format!("channel \"{channel}\" wasn't opened for reading"))
            }
            None => Err(no_channel(channel)),
        }
    }

    fn close(&mut self, channel: &str) -> Outcome {
        match self.shell.channels.remove(channel) {
            Some(Channel::Writes(written)) => {
                self.actions.push(Action::Write(written));
                Ok(String::new())
            }
            Some(Channel::Reads(_)) => Ok(String::new()),
            None => Err(no_channel(channel)),
        }
    }

    fn foreach(&mut self, name: &str, list: &str, body: &str, at: Place) -> Outcome {
        let body = parse(body).map_err(told)?;
        // A list is written as the words of a command are; its line ends are blanks.
        let list = parse(&list.replace(['\n', ';'], " ")).map_err(told)?;
        for element in list.iter().flatten() {
            let value = self.word(element, at)?;
            self.assign(name, value)?;
            self.script(&body, at.below(false))?;
        }
        Ok(String::new())
    }
}

fn told(error: NoScript) -> String {
    match error {
        NoScript::Missing(missing) => format!("missing {missing}"),
        NoScript::Wrong(text) => text.to_string(),
    }
}

fn wrong(usage: &str) -> String {
    format!("wrong # args: should be \"{usage}\"")
}

fn no_channel(name: &str) -> String {
    format!("can not find channel named \"{name}\"")
}

#[cfg(test)]
mod tests;
