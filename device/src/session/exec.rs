//! Runs EXEC commands.

use std::sync::Arc;
use std::time::Duration;

use compact_str::CompactString;

use super::dialogue::Question;
use super::{Reads, Session};
use crate::SimTime;
use crate::config::{AT, KIND, Statement, is_stored};
use crate::files::{Content, FileError};
use crate::grammar::Matched;
use crate::grammar::line::Line;
use crate::grammar::matcher::{Parsed, parse};
use crate::grammar::slot::{SlotKind, Transport, World};
use crate::grammar::{Graph, Interfaces, Refusal, Target};
use crate::pack::{CommandDef, EXEC, Fill, Key};
use crate::state::State;
use crate::terminal::Columns;
use crate::terminal::pipes::{Pipe, PipeError, RedirectMode};

/// What the matcher must know of a device that runs.
pub(super) struct Here<'s>(pub(super) &'s State);

impl World for Here<'_> {
    fn port_name(&self, transport: Transport, port: u16) -> Option<&str> {
        self.0.platform.port_name(transport, port)
    }

    fn interfaces(&self) -> &Interfaces {
        self.0.platform.interfaces()
    }

    fn file_systems(&self) -> &[String] {
        self.0.platform.file_systems()
    }

    fn knows_ap(&self, name: &str) -> bool {
        self.0
            .facts
            .access_points
            .iter()
            .any(|ap| self.0.ap_name(&ap.name).eq_ignore_ascii_case(name))
    }
}

/// The values of a command by name.
pub(super) type Values = Vec<(Arc<str>, CompactString)>;

/// A value by name.
pub(super) fn value<'v>(values: &'v Values, name: &str) -> Option<&'v str> {
    values
        .iter()
        .find(|(known, _)| **known == *name)
        .map(|(_, value)| &**value)
}

/// A command that can be run.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    index: u32,
    pub(super) values: Values,
    /// Its keywords, in full.
    words: Vec<Box<str>>,
    /// What its output goes through.
    pipe: Option<Pipe>,
}

impl Ready {
    /// Whether a keyword was given.
    pub(super) fn says(&self, word: &str) -> bool {
        self.words.iter().any(|own| &**own == word)
    }
}

impl Session {
    pub(super) fn exec_line(
        &mut self,
        state: &mut State,
        line: &str,
        columns: &Columns,
        now: SimTime,
    ) {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('!') {
            return;
        }
        match self.ready(state, line) {
            Ok(ready) => self.run(state, &ready, now),
            Err(Refused::Name(word)) => self.look_up(state, &word, now),
            Err(Refused::Line(refusal)) => self.refuse(line, refusal, columns),
            Err(Refused::Pattern) => self.say("% Invalid regular expression\n"),
        }
    }

    /// Runs the command of an exec channel.
    pub(super) fn exec_once(&mut self, state: &mut State, line: &str, now: SimTime) {
        match self.ready(state, line) {
            Ok(ready) => self.run(state, &ready, now),
            Err(_) => self.say(&format!("Line has invalid autocommand \"{line}\"")),
        }
    }

    /// Prints why a line can't be taken (ios-xe-behaviour §2.6).
    pub(super) fn refuse(&mut self, line: &str, refusal: Refusal, columns: &Columns) {
        match refusal {
            Refusal::Ambiguous => self.say(&format!("% Ambiguous command:  \"{line}\"\n")),
            Refusal::Incomplete => self.say("% Incomplete command.\n\n"),
            Refusal::Invalid(at) => {
                let column = columns.at(at);
                self.say(&format!(
                    "{:>width$}\n% Invalid input detected at '^' marker.\n\n",
                    '^',
                    width = column + 1
                ));
            }
        }
    }

    /// Reads a line: the command, and what stands behind `|`.
    fn ready(&self, state: &State, line: &str) -> Result<Ready, Refused> {
        let whole = match self.reads_as(state, line) {
            Ok(ready) => return Ok(ready),
            Err(refused) => refused,
        };
        let Some(bar) = line.find('|') else {
            return Err(whole);
        };
        let (left, right) = line.split_at(bar);
        let ready = self.reads_as(state, left)?;
        if !prints(state.platform.grammar().command(ready.index)) {
            return Err(whole);
        }
        match Pipe::parse(&right[1..]) {
            Ok(pipe) => Ok(Ready {
                pipe: Some(pipe),
                ..ready
            }),
            Err(PipeError::Invalid { offset }) => {
                Err(Refused::Line(Refusal::Invalid(bar + 1 + offset)))
            }
            Err(PipeError::Incomplete) => Err(Refused::Line(Refusal::Incomplete)),
            Err(PipeError::Pattern(_)) => Err(Refused::Pattern),
        }
    }

    fn reads_as(&self, state: &State, text: &str) -> Result<Ready, Refused> {
        let graph = &state.platform.grammar().mode(EXEC).graph;
        let line = Line::new(text);
        let here = Here(state);
        match parse(graph, &line, &here, self.privilege) {
            Parsed::Command(matched) => {
                let Some(Target::Command(index)) = matched.accepts.first().map(|a| a.target) else {
                    return Err(Refused::Line(Refusal::Incomplete));
                };
                if let Some(at) = missing_interface(state, graph, &line, &matched) {
                    return Err(Refused::Line(Refusal::Invalid(at)));
                }
                Ok(Ready {
                    index,
                    values: matched.bindings(graph, &line, &here),
                    words: matched.keywords(graph),
                    pipe: None,
                })
            }
            Parsed::Refused(Refusal::Invalid(at))
                if line.len() == 1 && at < line.start(0) + line.word(0).len() =>
            {
                Err(Refused::Name(line.word(0).to_string()))
            }
            Parsed::Refused(refusal) => Err(Refused::Line(refusal)),
        }
    }

    /// A first word that is no command is taken for a host to connect to (ios-xe-behaviour §2.7).
    fn look_up(&mut self, state: &State, word: &str, now: SimTime) {
        const UNKNOWN: &str =
            "% Unknown command or computer name, or unable to find computer address\n\n";
        let preferred_none = state
            .vty_line(self.vty, "transport preferred")
            .is_some_and(|s| s.line.ends_with("none"));
        if preferred_none || !state.platform.has("ios-xe-exec") {
            let column = self.prompt_text(state).len();
            return self.say(&format!(
                "{:>width$}\n% Invalid input detected at '^' marker.\n\n",
                '^',
                width = column + 1
            ));
        }
        if word.parse::<std::net::Ipv4Addr>().is_ok() {
            return self.say(&format!(
                "Trying {word} ...\n% Connection timed out; remote host not responding\n\n"
            ));
        }
        let off = state.get("ip domain lookup").is_some_and(|s| s.negated);
        if off {
            return self.say(&format!("% Bad IP address or host name{UNKNOWN}"));
        }
        let grammar = state.platform.grammar();
        let set = state.config.named(grammar, "ip name-server");
        let mut servers: Vec<&str> = set.flat_map(|s| s.line.split(' ').skip(2)).collect();
        if servers.is_empty() {
            servers.push("255.255.255.255");
        }
        self.say(&format!(
            "Translating \"{word}\"...domain server ({})",
            servers.join(") (")
        ));
        let wait = state.platform.timing().lookup_ms * servers.len() as u64;
        let until = now.after(Duration::from_millis(wait));
        self.reads = Reads::Busy {
            until,
            says: format!("\n{UNKNOWN}"),
        };
    }

    fn run(&mut self, state: &mut State, ready: &Ready, now: SimTime) {
        let grammar = state.platform.grammar().clone();
        let command = grammar.command(ready.index);
        if let Some(requires) = &command.requires {
            let filled = |fill: &Fill| {
                fill.with(
                    |name| value(&ready.values, name),
                    |_, secret| secret.to_string(),
                )
            };
            let platform = state.platform.clone();
            let mut bench = state.bench(&platform);
            if !requires
                .lines
                .iter()
                .any(|line| is_stored(&mut bench, &filled(line)))
            {
                return self.say(&format!("{}\n", filled(&requires.says)));
            }
        }
        if let Some(confirm) = &command.confirm {
            let asks = self.filled(confirm, &ready.values);
            let ready = Box::new(ready.clone());
            return self.ask(state, Question::Run { ready, asks });
        }
        self.carry_out(state, ready, now);
    }

    /// The text of a pack with the values of a command, and with `user`, `vty` and `address` of who gave it.
    fn filled(&self, text: &Fill, values: &Values) -> String {
        let (vty, address) = (self.vty.to_string(), self.peer.to_string());
        text.with(
            |name| {
                value(values, name).or(match name {
                    "by_user" => Some(&self.user),
                    "by_vty" => Some(&vty),
                    "by_address" => Some(&address),
                    _ => None,
                })
            },
            |_, secret| secret.to_string(),
        )
    }

    /// What a command does, once nothing is left to be asked.
    pub(super) fn carry_out(&mut self, state: &mut State, ready: &Ready, now: SimTime) {
        let grammar = state.platform.grammar().clone();
        let command = grammar.command(ready.index);
        if let Some((name, key)) = &command.remember {
            let ready = under_first_name(state, ready);
            self.remember(state, &ready, name, key, now);
        }
        if let Some(says) = &command.says {
            let text = self.filled(says, &ready.values);
            if !text.is_empty() {
                self.say(&text);
                if !text.ends_with('\n') {
                    self.say("\n");
                }
            }
        }
        if let Some(logs) = &command.logs {
            let message = self.filled(logs, &ready.values);
            state.log(now, &message);
        }
        for effect in &command.does {
            let output = self.effect(state, *effect, ready, now);
            self.print(state, output, ready.pipe.as_ref(), now);
        }
        if let Some(template) = &command.show {
            let output = self.rendered(state, template, &ready.values, now);
            self.print(state, Some(output), ready.pipe.as_ref(), now);
        }
    }

    fn rendered(&self, state: &State, template: &str, values: &Values, now: SimTime) -> String {
        let mut snapshot = state.snapshot(now, self.view());
        for line in &mut snapshot.lines {
            line.current = line.index == self.vty;
        }
        snapshot.args = values
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        match Arc::new(snapshot).render(template) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(device = state.facts.name, template, "{error:#}");
                format!("% Internal error: show/{template}.j2\n")
            }
        }
    }

    /// Output, through its pipe.
    fn print(
        &mut self,
        state: &mut State,
        output: Option<String>,
        pipe: Option<&Pipe>,
        now: SimTime,
    ) {
        let Some(text) = output else { return };
        match pipe {
            None | Some(Pipe::Format { .. }) => self.show(&text, false),
            Some(Pipe::Filter(filter)) => self.show(&filter.apply(&text), false),
            Some(Pipe::Redirect(redirect)) => {
                let appends = matches!(
                    redirect.mode,
                    RedirectMode::Append | RedirectMode::TeeAppend
                );
                if let Err(error) = self.redirected(state, &redirect.url, &text, appends, now) {
                    self.say(&format!("%Error opening {} ({error})\n", redirect.url));
                }
                if matches!(redirect.mode, RedirectMode::Tee | RedirectMode::TeeAppend) {
                    self.show(&text, false);
                }
            }
        }
    }

    /// Writes output into a file, behind what is in it or over it.
    fn redirected(
        &self,
        state: &mut State,
        url: &str,
        text: &str,
        appends: bool,
        now: SimTime,
    ) -> Result<(), FileError> {
        let path = state.path_from(url, &self.directory)?;
        let old = state.read_file(&path).ok().filter(|_| appends);
        let mut bytes = old.map_or_else(Vec::new, |old| old.bytes().to_vec());
        bytes.extend_from_slice(text.as_bytes());
        state.write_file(path, Content::Kept(bytes.into()), now)
    }

    /// Keeps a command as operational state: the last of its kind and key counts.
    fn remember(&self, state: &mut State, ready: &Ready, name: &str, key: &Key, now: SimTime) {
        let line = ready
            .values
            .iter()
            .map(|(_, value)| &**value)
            .collect::<Vec<_>>()
            .join(" ");
        let key = match key {
            Key::Line => line.clone(),
            Key::Of(names) => names
                .iter()
                .map(|n| value(&ready.values, n).unwrap_or_default())
                .collect::<Vec<_>>()
                .join(" "),
        };
        let mut values = ready.values.clone();
        values.push((KIND.into(), name.into()));
        let at_s = now.since(state.booted).as_secs();
        values.push((AT.into(), at_s.to_string().into()));
        let line = format!("{name} {line}");
        state.ops.put(Statement::remembered(
            ready.index,
            &format!("{name} {key}"),
            &line,
            values,
        ));
    }
}

/// The values of a command about an access point, with the name that it came with.
fn under_first_name(state: &State, ready: &Ready) -> Ready {
    let mut ready = ready.clone();
    for (name, value) in &mut ready.values {
        if &**name == "ap"
            && let Some(first) = state.ap_first_name(value)
        {
            *value = first.into();
        }
    }
    ready
}

/// Why a line is not run.
enum Refused {
    /// The parser refuses it.
    Line(Refusal),
    /// It is one word that is no command.
    Name(String),
    /// Its regular expression is none.
    Pattern,
}

/// Where a line names a virtual interface that isn't there: the caret stands under its number.
fn missing_interface(
    state: &State,
    graph: &Graph,
    line: &Line<'_>,
    matched: &Matched,
) -> Option<usize> {
    let grammar = state.platform.grammar();
    let exists = |name: &str| {
        let mut interfaces = state.config.named(grammar, "interface");
        state.platform.interfaces().is_physical(name)
            || interfaces.any(|s| s.value("interface") == Some(name))
    };
    matched.slots(graph).find_map(|(step, kind)| {
        if !matches!(kind, SlotKind::Interface) {
            return None;
        }
        let name: String = kind.normal(line, step.word, step.count, &Here(state));
        let typed = line.span(step.word, step.count);
        let number = typed.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        (!exists(&name)).then(|| line.start(step.word) + number)
    })
}

/// Whether a command's output may go through a pipe.
fn prints(command: &CommandDef) -> bool {
    use crate::pack::ExecEffect::{
        ConfigDifferences, Dir, More, RunningConfig, StartupConfig, Write,
    };
    command.show.is_some()
        || command.does.iter().any(|d| {
            matches!(
                d,
                ConfigDifferences | Dir | More | RunningConfig | StartupConfig | Write
            )
        })
}
