//! One session: a terminal on one side, the device's state on the other.
//!
//! Bytes come in, are masked to seven bits (unless the line has eight), and go to whatever reads at the moment: the
//! command line, a password, a question, the pager. What can't be read yet waits, as type-ahead does on a device.

mod archive;
mod commands;
mod configure;
mod copying;
mod dialogue;
mod echo;
mod exec;
mod files;
mod help;
mod interference;
mod listings;
mod outputs;
mod reading;
mod shell;
mod transfer;
mod writing;

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Cursor;
use crate::files::FilePath;
use crate::state::State;
use crate::tcl::Shell;
use crate::terminal::pager::Pager;
use crate::terminal::{History, LineEditor, Mask};
use crate::views::{LineView, SessionView};
use crate::{Opening, Screen, SimTime};

use crate::interference::Instead;
use dialogue::Question;
pub(crate) use interference::Delayed;

/// Bytes that wait while the device is busy; a 30,000-line configuration pasted at once fits.
const TYPE_AHEAD_MAX: usize = 2 << 20;

/// An echo is followed by so much, more or less: a line end and a prompt.
const ECHO_MORE: usize = 64;

/// `hostname(mode)#` shows this much of the hostname (ios-xe-behaviour §2.2).
const HOSTNAME_IN_MODE: usize = 20;

/// A CR and its LF come within this time; an LF that comes later is a key of its own. netmiko leaves `tclsh` with a CR
/// and a second later asks for the prompt with an LF.
const LINE_END: Duration = Duration::from_millis(100);

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    user: String,
    peer: IpAddr,
    /// Its number among the vty lines.
    pub(crate) vty: usize,
    privilege: u8,
    screen: Screen,
    terminal: String,
    mask: Mask,
    editor: LineEditor,
    exec_history: History,
    config_history: History,
    /// Where it stands in the configuration, if it configures.
    cursor: Option<Cursor>,
    /// Whether the configuration was touched since configuration mode was entered.
    touched: bool,
    /// Its number in the log of commands, if it configures and has logged one.
    logged_as: Option<u32>,
    /// Where names of files without a file system stand.
    directory: FilePath,
    /// The Tcl shell, if it is in one.
    tcl: Option<Box<Shell>>,
    reads: Reads,
    waiting: VecDeque<u8>,
    last_input: SimTime,
    pub(crate) monitors: bool,
    out: Vec<u8>,
    /// What is to be sent before `out`.
    sent: Vec<Output>,
    /// What the session's one command came to.
    status: Option<u32>,
    /// What somebody else makes of the next line.
    pub(crate) instead: Option<Box<Instead>>,
    /// The last byte that was sent, which says whether the screen's line is empty.
    sent_last: Option<u8>,
}

/// What is sent to the client.
#[derive(Debug)]
pub(crate) enum Output {
    Bytes(Vec<u8>),
    /// A file's bytes, which aren't copied.
    Shared(Arc<[u8]>),
}

/// What the next byte goes to.
#[derive(Debug)]
enum Reads {
    /// The command line.
    Command,
    /// The enable password.
    Password { level: u8, tries: u8 },
    /// A line that answers a question, or one key.
    Answer(Question),
    /// Lines of a banner.
    Text { line: String, delimiter: char },
    /// Lines of a certificate.
    Lines {
        line: String,
        prompt: &'static str,
        until: &'static str,
    },
    /// The pager; the line that was being typed comes back after help.
    Page { pager: Pager, line_follows: bool },
    /// The client's `scp`.
    Transfer(Box<transfer::Transfer>),
    /// Nothing, until a time; then this is printed.
    Busy { until: SimTime, says: String },
    /// Nothing any more.
    Closed,
}

/// A terminal line that a session uses.
#[derive(Debug)]
pub(crate) struct LineInUse {
    /// Its number among the vty lines.
    pub(crate) index: usize,
    pub(crate) user: String,
    peer: IpAddr,
    last_input: SimTime,
}

impl LineInUse {
    /// The line as `show users` has it; `first` is the number of the first vty line among all.
    pub(crate) fn view(&self, first: usize, now: SimTime) -> LineView {
        let idle = now.since(self.last_input).as_secs();
        LineView {
            number: first + self.index,
            kind: "vty",
            index: self.index,
            user: self.user.clone(),
            host: "idle",
            idle: format!("{:02}:{:02}:{:02}", idle / 3600, idle / 60 % 60, idle % 60),
            location: self.peer.to_string(),
            current: false,
        }
    }
}

impl Session {
    /// A session on a free vty line. Nothing is printed yet.
    pub(crate) fn new(state: &State, vty: usize, opening: &Opening, now: SimTime) -> Self {
        let line = |kind: &str| state.vty_line(vty, kind);
        let number =
            |kind: &str| line(kind).and_then(|s| s.line.rsplit(' ').next()?.parse::<u16>().ok());
        let eight = line("exec-character-bits").or(state.get("default-value exec-character-bits"));
        let eight = eight.is_some_and(|s| !s.negated && s.line.ends_with('8'));
        let asked = opening.screen.unwrap_or(Screen {
            width: 80,
            length: 24,
        });
        let screen = Screen {
            width: number("width").unwrap_or(asked.width),
            length: number("length").unwrap_or(asked.length),
        };
        let mut session = Self {
            user: opening.user.clone(),
            peer: opening.peer,
            vty,
            privilege: login_privilege(state, vty, &opening.user),
            screen,
            terminal: opening
                .terminal
                .clone()
                .unwrap_or_default()
                .to_ascii_uppercase(),
            mask: if eight { Mask::Eight } else { Mask::Seven },
            editor: LineEditor::new(),
            exec_history: History::default(),
            config_history: History::default(),
            cursor: None,
            touched: false,
            logged_as: None,
            directory: state.root(),
            tcl: None,
            reads: Reads::Command,
            waiting: VecDeque::new(),
            last_input: now,
            monitors: false,
            out: Vec::new(),
            sent: Vec::new(),
            status: None,
            instead: None,
            sent_last: None,
        };
        if opening.command.is_some() {
            session.screen = Screen {
                width: 0,
                length: 0,
            };
        }
        session
    }

    /// Greets, and prints the first prompt.
    pub(crate) fn begin(&mut self, state: &State) {
        self.out.extend_from_slice(b"\r\n");
        let motd = self.banner(state, "motd");
        let exec = self.banner(state, "exec");
        for banner in [motd, exec].into_iter().flatten() {
            self.say(&banner);
            self.out.extend_from_slice(b"\r\n");
        }
        // Without banners a device sends three line ends before its prompt (ios-xe-behaviour §1.4).
        while self.out.len() < 6 {
            self.out.extend_from_slice(b"\r\n");
        }
        self.prompt(state);
    }

    /// Runs one command and closes, as the SSH exec channel does.
    pub(crate) fn run_once(&mut self, state: &mut State, command: &[u8], now: SimTime) {
        let mut command = command.to_vec();
        self.mask.strip(&mut command);
        let command = String::from_utf8_lossy(&command).into_owned();
        if self.start_transfer(state, command.trim(), now) {
            return;
        }
        self.status = Some(0);
        self.out.extend_from_slice(b"\r\n");
        for kind in ["motd", "exec"] {
            if let Some(banner) = self.banner(state, kind) {
                self.say(&banner);
                self.out.extend_from_slice(b"\r\n");
            }
        }
        self.exec_once(state, command.trim(), now);
        if matches!(self.reads, Reads::Command) {
            self.reads = Reads::Closed;
        }
    }

    /// Bytes that the client sent.
    pub(crate) fn input(&mut self, state: &mut State, bytes: &[u8], now: SimTime) {
        if matches!(self.reads, Reads::Transfer(_)) {
            return self.transfer(state, bytes, now);
        }
        let room = TYPE_AHEAD_MAX.saturating_sub(self.waiting.len());
        self.waiting.extend(bytes.iter().take(room));
        // Echo, and a prompt.
        self.out.reserve(bytes.len().min(room) + ECHO_MORE);
        self.pump(state, now);
    }

    /// Somebody types, so that the session isn't idle.
    pub(crate) fn touch(&mut self, now: SimTime) {
        if self.waiting.is_empty() && now.since(self.last_input) > LINE_END {
            self.editor.forget_line_end();
        }
        self.last_input = now;
    }

    /// A time has come.
    pub(crate) fn tick(&mut self, state: &mut State, now: SimTime) {
        if let Reads::Busy { until, says } = &mut self.reads
            && *until <= now
        {
            let says = std::mem::take(says);
            self.say(&says);
            self.prompt(state);
            self.pump(state, now);
        }
        if self.idle_until(state).is_some_and(|until| until <= now) {
            self.reads = Reads::Closed;
        }
    }

    /// When the session wants to be woken.
    pub(crate) fn wake_at(&self, state: &State) -> Option<SimTime> {
        let busy = match self.reads {
            Reads::Busy { until, .. } => Some(until),
            _ => None,
        };
        [busy, self.idle_until(state)].into_iter().flatten().min()
    }

    /// When the line's exec-timeout ends the session.
    fn idle_until(&self, state: &State) -> Option<SimTime> {
        let set = state.vty_line(self.vty, "exec-timeout");
        let words = set.map_or("", |s| &*s.line).split(' ').skip(1);
        let mut numbers = words.filter_map(|word| word.parse::<u64>().ok());
        let (minutes, seconds) = (numbers.next(), numbers.next());
        let seconds = minutes.unwrap_or(10) * 60 + seconds.unwrap_or(0);
        (seconds > 0).then(|| self.last_input.after(Duration::from_secs(seconds)))
    }

    /// What is to be sent to the client.
    pub(crate) fn take_output(&mut self) -> impl Iterator<Item = Output> {
        self.sent_last = self.out.last().copied().or(self.sent_last);
        let last = Some(std::mem::take(&mut self.out)).filter(|bytes| !bytes.is_empty());
        let before = std::mem::take(&mut self.sent);
        before.into_iter().chain(last.map(Output::Bytes))
    }

    /// What the session's one command came to, if it ran one.
    pub(crate) fn status(&self) -> Option<u32> {
        self.status
    }

    /// Whether the session is over.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.reads, Reads::Closed)
    }

    /// Shows what every session is told.
    pub(crate) fn tell(&mut self, text: &str) {
        if !matches!(self.reads, Reads::Transfer(_)) {
            self.say(text);
        }
    }

    /// Ends the session from outside.
    pub(crate) fn end(&mut self, farewell: &str) {
        self.tell(farewell);
        self.reads = Reads::Closed;
    }

    /// The client's terminal has another size.
    pub(crate) fn resize(&mut self, screen: Screen) {
        self.screen = screen;
    }

    /// A log message, on a session that monitors the log.
    pub(crate) fn interrupt(&mut self, state: &State, message: &str) {
        let synchronous = state.vty_line(self.vty, "logging synchronous").is_some();
        self.print_between(state, &format!("{message}\n"), synchronous);
    }

    /// A text that concerns the operator; what it was typing is shown again.
    fn break_in(&mut self, state: &State, text: &str) {
        self.print_between(state, text, true);
    }

    fn print_between(&mut self, state: &State, text: &str, again: bool) {
        if matches!(self.reads, Reads::Closed | Reads::Transfer(_)) {
            return;
        }
        // A message begins on a line of its own.
        if self.out.last().copied().or(self.sent_last) != Some(b'\n') {
            self.say("\n");
        }
        self.say(text);
        if again && matches!(self.reads, Reads::Command) {
            self.redisplay(state);
        }
    }

    /// The line that the session uses.
    pub(crate) fn line_in_use(&self) -> LineInUse {
        LineInUse {
            index: self.vty,
            user: self.user.clone(),
            peer: self.peer,
            last_input: self.last_input,
        }
    }

    fn view(&self) -> SessionView {
        let history = if self.cursor.is_some() {
            &self.config_history
        } else {
            &self.exec_history
        };
        SessionView {
            line: self.vty,
            user: self.user.clone(),
            privilege: self.privilege,
            width: self.screen.width,
            length: self.screen.length,
            history: history
                .lines()
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect(),
            history_size: history.size(),
            terminal: self.terminal.clone(),
        }
    }

    fn banner(&self, state: &State, kind: &str) -> Option<String> {
        let off = format!("{kind}-banner");
        let grammar = state.platform.grammar();
        let suppressed = state
            .vty(self.vty)
            .is_some_and(|block| block.iter().any(|s| s.negated && s.kind(grammar) == off));
        if suppressed {
            return None;
        }
        banner(state, kind)
    }
}

/// The text of a banner, with its tokens filled in.
pub(crate) fn banner(state: &State, kind: &str) -> Option<String> {
    let grammar = state.platform.grammar();
    let mut banners = state.config.named(grammar, "banner");
    let text = banners
        .find(|s| s.value("kind") == Some(kind))?
        .value("text")?;
    let domain = state
        .get("ip domain name")
        .and_then(|s| s.line.rsplit(' ').next())
        .unwrap_or_default();
    Some(
        text.replace("$(hostname)", state.hostname())
            .replace("$(domain)", domain),
    )
}

/// The hostname as prompts show it in configuration.
fn short(name: &str) -> &str {
    if name.len() <= HOSTNAME_IN_MODE {
        return name;
    }
    let end = name.char_indices().nth(HOSTNAME_IN_MODE);
    end.and_then(|(at, _)| name.get(..at)).unwrap_or(name)
}

/// The privilege level that a user logs in with: its own, where the line looks users up.
fn login_privilege(state: &State, vty: usize, user: &str) -> u8 {
    let own = || -> Option<u8> {
        let words: Vec<&str> = state
            .visitor(user)
            .or(state.user(user))?
            .split(' ')
            .collect();
        let at = words.iter().position(|word| *word == "privilege")?;
        words.get(at + 1)?.parse().ok()
    };
    let of_line = || {
        state
            .vty_line(vty, "privilege level")
            .and_then(|s| s.line.rsplit(' ').next()?.parse().ok())
    };
    // Whoever is known beside the configuration may do everything: its enable secret may be known to nobody.
    let authorized = !state.has("aaa new-model")
        || state.has("aaa authorization exec")
        || state.visitor(user).is_some();
    authorized.then(own).flatten().or_else(of_line).unwrap_or(1)
}
