//! `copy`: from one file or configuration to another (ios-xe-behaviour §2.14).
//!
//! A fleet has no file servers: what is copied from or to another host times out, with the words of a real device. It
//! doesn't take the time of one.

use super::Session;
use super::dialogue::Question;
use crate::SimTime;
use crate::config::reader::{self, Refused, Told};
use crate::files::{Content, FileError, FilePath};
use crate::state::State;

/// A copy, and how far its dialogue has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copying {
    pub(super) from: End,
    pub(super) to: End,
    /// What is asked for next.
    step: Step,
    /// Nothing is asked that has a default.
    quiet: bool,
}

/// One end of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Running,
    Startup,
    File(FilePath),
    Remote(Remote),
}

/// A file on another host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remote {
    /// `tftp:`.
    scheme: String,
    /// With a user before it, if one was typed.
    host: String,
    /// Whether a user's name belongs to it that was not typed.
    asks_user: bool,
    path: String,
}

/// What a copy asks for, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Host,
    User,
    Source,
    Destination,
    Overwrite,
    Copy,
}

impl Copying {
    /// Whether one key answers what is asked.
    pub(super) fn is_key(&self) -> bool {
        self.step == Step::Overwrite
    }

    /// What is asked.
    pub(super) fn text(&self, state: &State, user: &str) -> String {
        match self.step {
            Step::Host => "Address or name of remote host []? ".to_string(),
            Step::User if matches!(self.from, End::Remote(_)) => {
                format!("Source username [{user}]? ")
            }
            Step::User => format!("Destination username [{user}]? "),
            Step::Source => "Source filename []? ".to_string(),
            Step::Destination => format!("Destination filename [{}]? ", self.destination(state)),
            Step::Overwrite | Step::Copy => {
                "%Warning:There is a file already existing with this name \n\
                                             Do you want to over write? [confirm]"
                    .to_string()
            }
        }
    }

    /// The name that is offered for the copy.
    fn destination(&self, state: &State) -> String {
        match (&self.to, &self.from) {
            (End::Running, _) => "running-config".to_string(),
            (End::Startup, _) => "startup-config".to_string(),
            (End::File(path), _) if !state.files.is_directory(path) => path.path.clone(),
            (End::Remote(remote), _) if !remote.path.is_empty() => remote.path.clone(),
            (End::Remote(_), End::Running | End::Startup) => {
                format!("{}-confg", state.hostname().to_ascii_lowercase())
            }
            (_, End::Running) => "running-config".to_string(),
            (_, End::Startup) => "startup-config".to_string(),
            (_, End::File(from)) => from.name().to_string(),
            (_, End::Remote(remote)) => remote
                .path
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_string(),
        }
    }

    fn remote(&self) -> Option<&Remote> {
        match (&self.from, &self.to) {
            (End::Remote(remote), _) | (_, End::Remote(remote)) => Some(remote),
            _ => None,
        }
    }

    fn remote_mut(&mut self) -> Option<&mut Remote> {
        match (&mut self.from, &mut self.to) {
            (End::Remote(remote), _) | (_, End::Remote(remote)) => Some(remote),
            _ => None,
        }
    }

    /// Whether its step has anything to ask.
    fn asks(&self, state: &State) -> bool {
        match self.step {
            Step::Host => self.remote().is_some_and(|remote| remote.host.is_empty()),
            Step::User => !self.quiet && self.remote().is_some_and(|remote| remote.asks_user),
            Step::Source => match &self.from {
                End::File(path) => state.files.is_directory(path) && state.read_file(path).is_err(),
                End::Remote(remote) => remote.path.is_empty(),
                _ => false,
            },
            Step::Destination => !self.quiet,
            Step::Overwrite => match &self.to {
                End::File(path) => !self.quiet && state.files.get(path).is_some(),
                _ => false,
            },
            Step::Copy => false,
        }
    }

    /// Takes what was answered; what IOS says to an answer that leads nowhere.
    fn answer(&mut self, state: &State, text: &str, from: &FilePath) -> Result<(), String> {
        match self.step {
            Step::Host if text.is_empty() => {
                return Err(
                    "?Host name or address not specified\n%Error parsing filename (Bad address)\n"
                        .into(),
                );
            }
            Step::Host => {
                if let Some(remote) = self.remote_mut() {
                    remote.host = text.to_string();
                }
            }
            Step::Source if text.is_empty() => {
                return Err("?File name not specified\n%Error parsing filename (No such file or directory)\n".into());
            }
            Step::Source => match &mut self.from {
                End::File(path) => *path = path.join(text.trim_start_matches('/')),
                End::Remote(remote) => remote.path = text.to_string(),
                _ => {}
            },
            Step::Destination if !text.is_empty() => self.name_destination(state, text, from)?,
            _ => {}
        }
        Ok(())
    }

    /// The name that the copy gets: what was typed, or what was offered.
    fn name_destination(
        &mut self,
        state: &State,
        text: &str,
        from: &FilePath,
    ) -> Result<(), String> {
        match &mut self.to {
            End::File(path) => {
                let base = if text.contains(':') {
                    from.clone()
                } else {
                    FilePath {
                        system: path.system,
                        path: String::new(),
                    }
                };
                *path = state
                    .path_from(text, &base)
                    .map_err(|error| format!("%Error parsing filename ({error})\n"))?;
            }
            End::Remote(remote) => remote.path = text.to_string(),
            End::Running | End::Startup => {}
        }
        Ok(())
    }
}

impl Session {
    /// Begins a copy; what stands where was typed.
    pub(super) fn start_copy(
        &mut self,
        state: &mut State,
        from: &str,
        to: &str,
        quiet: bool,
        now: SimTime,
    ) {
        let ends = (
            end(state, from, &self.directory),
            end(state, to, &self.directory),
        );
        let (Ok(from), Ok(to)) = ends else {
            return self.say("%Error parsing filename (No such device)\n");
        };
        let copying = Copying {
            from,
            to,
            step: Step::Host,
            quiet,
        };
        self.copy_on(state, copying, now);
    }

    /// A question of a copy was answered.
    pub(super) fn copy_answered(
        &mut self,
        state: &mut State,
        mut copying: Copying,
        text: &str,
        now: SimTime,
    ) {
        if let Err(says) = copying.answer(state, text, &self.directory) {
            return self.say(&says);
        }
        copying.next();
        self.copy_on(state, copying, now);
    }

    /// Asks what is to be asked, and copies once all is known.
    fn copy_on(&mut self, state: &mut State, mut copying: Copying, now: SimTime) {
        while copying.step != Step::Copy {
            if copying.step == Step::Overwrite {
                copying.settle(state);
            }
            if copying.asks(state) {
                return self.ask(state, Question::Copy(copying));
            }
            copying.next();
        }
        self.copy(state, &copying, now);
    }

    fn copy(&mut self, state: &mut State, copying: &Copying, now: SimTime) {
        if let Some(says) = unanswered(&copying.from, &copying.to) {
            return self.say(&says);
        }
        let content = match &copying.from {
            End::Running => Ok(Content::from(state.running_text())),
            End::Startup => state
                .startup
                .as_deref()
                .map(|text| Content::from(text.to_string()))
                .ok_or(FileError::Missing),
            End::File(path) => state.read_file(path),
            End::Remote(_) => return,
        };
        let content = match content {
            Ok(content) => content,
            Err(error) => return self.cant_open(state, &copying.from, error),
        };
        match &copying.to {
            End::Startup if copying.from == End::Running => {
                let saved = state.save(now);
                let says = saved.map_or_else(|says| says.to_string(), |()| "[OK]\n".to_string());
                self.say(&format!("Building configuration...\n{says}"));
            }
            End::Startup => {
                state.startup = Some(String::from_utf8_lossy(content.bytes()).into_owned().into());
                self.say("[OK]\n");
                self.copied(content.len(), CONFIGURATION_RATE);
            }
            End::Running => self.merge(state, &copying.from, &content, now),
            End::File(path) => self.copy_to_file(state, &copying.from, path, content, now),
            End::Remote(_) => {}
        }
    }

    fn copy_to_file(
        &mut self,
        state: &mut State,
        from: &End,
        path: &FilePath,
        content: Content,
        now: SimTime,
    ) {
        let bytes = content.len();
        let rate = match from {
            End::File(_) => FLASH_RATE,
            _ => CONFIGURATION_RATE,
        };
        match state.write_file(path.clone(), content, now) {
            Ok(()) => {
                if rate == FLASH_RATE && bytes > 0 {
                    self.say("Copy in progress...C\n");
                }
                self.copied(bytes, rate);
            }
            Err(error) => self.say(&format!("%Error opening {} ({error})\n", state.shown(path))),
        }
    }

    /// Adds the lines of a file to the running-config; those that are refused are told as if they had been typed.
    fn merge(&mut self, state: &mut State, from: &End, content: &Content, now: SimTime) {
        let text = String::from_utf8_lossy(content.bytes());
        let told = merged(state, &text, now);
        self.say(&told);
        state.changed = Some((now, self.user.clone()));
        state.look_at_archive(now);
        let name = match from {
            End::File(path) => state.shown(path),
            _ => "startup-config".to_string(),
        };
        let (user, vty, peer) = (&self.user, self.vty, self.peer);
        state.log(
            now,
            &format!("%SYS-5-CONFIG_I: Configured from {name} by {user} on vty{vty} ({peer})"),
        );
        self.copied(content.len(), CONFIGURATION_RATE);
    }

    fn cant_open(&mut self, state: &State, from: &End, error: FileError) {
        match from {
            End::File(path) => {
                self.say(&format!("%Error opening {} ({error})\n", state.shown(path)))
            }
            _ => self.say("%% Non-volatile configuration memory is not present\n"),
        }
    }

    fn copied(&mut self, bytes: u64, rate: u64) {
        let ms = bytes / rate + 20;
        let a_second = bytes * 1000 / ms;
        self.say(&format!(
            "{bytes} bytes copied in {}.{:03} secs ({a_second} bytes/sec)\n",
            ms / 1000,
            ms % 1000
        ));
    }
}

impl Copying {
    fn next(&mut self) {
        self.step = match self.step {
            Step::Host => Step::User,
            Step::User => Step::Source,
            Step::Source => Step::Destination,
            Step::Destination => Step::Overwrite,
            Step::Overwrite | Step::Copy => Step::Copy,
        };
    }

    /// A copy into a directory gets the name that was offered.
    fn settle(&mut self, state: &State) {
        let name = self.destination(state);
        match &mut self.to {
            End::File(path) if state.files.is_directory(path) && !name.is_empty() => {
                *path = path.join(&name)
            }
            End::Remote(remote) if remote.path.is_empty() => remote.path = name,
            _ => {}
        }
    }
}

/// Adds the lines of a text to the running-config; what IOS prints of them.
pub(super) fn merged(state: &mut State, text: &str, now: SimTime) -> String {
    let platform = state.platform.clone();
    let mut bench = state.bench(&platform);
    let mut printed = String::new();
    reader::hear(&mut bench, text, |heard| match heard {
        Told::Said(said) => printed.push_str(&said),
        Told::Refused(refused) => printed.push_str(&told(&refused)),
    });
    let notes = std::mem::take(&mut bench.notes);
    state.note(notes, now);
    printed
}

/// What IOS prints of a line of a file that it refuses.
fn told(refused: &Refused) -> String {
    let Refused {
        line,
        column,
        answer,
        ..
    } = refused;
    if answer.starts_with("% Invalid") {
        return format!(
            "{line}\n{:>width$}\n% Invalid input detected at '^' marker.\n\n",
            '^',
            width = column + 1
        );
    }
    if answer.starts_with("% Ambiguous") {
        return format!("{line}\n% Ambiguous command:  \"{}\"\n", line.trim());
    }
    format!("{line}\n{answer}\n\n")
}

/// What was typed, as an end of a copy.
fn end(state: &State, typed: &str, directory: &FilePath) -> Result<End, FileError> {
    match typed {
        "running-config" => return Ok(End::Running),
        "startup-config" => return Ok(End::Startup),
        _ => {}
    }
    let storage = state.platform.storage();
    let (prefix, rest) = typed.split_once(':').unwrap_or(("", typed));
    let system = storage
        .named(&format!("{prefix}:"))
        .and_then(|number| storage.get(number));
    if system.is_some_and(|system| system.kind == crate::files::system::Kind::Network) {
        let scheme = format!("{}:", prefix.to_ascii_lowercase());
        let rest = rest.trim_start_matches('/');
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let asks_user = matches!(&*scheme, "scp:" | "sftp:") && !host.contains('@');
        return Ok(End::Remote(Remote {
            scheme,
            host: host.to_string(),
            asks_user,
            path: path.to_string(),
        }));
    }
    let path = state.path_from(typed, directory)?;
    Ok(match (&*state.shown(&path), &*path.path) {
        ("system:/running-config", _) => End::Running,
        ("nvram:/startup-config", _) => End::Startup,
        _ => End::File(path),
    })
}

/// What a copy from or to another host says: nobody answers.
fn unanswered(from: &End, to: &End) -> Option<String> {
    let url = |remote: &Remote| {
        // A password in a URL is not shown.
        let host = match remote.host.rsplit_once('@') {
            Some((_, host)) => format!("*****:*****@{host}"),
            None => remote.host.clone(),
        };
        let (scheme, path) = (&remote.scheme, &remote.path);
        format!("{scheme}//{host}/{}", path.trim_start_matches('/'))
    };
    match (from, to) {
        (End::Remote(remote), _) => {
            let url = url(remote);
            Some(format!(
                "Accessing {url}...\n%Error opening {url} (Timed out)\n"
            ))
        }
        (_, End::Remote(remote)) => Some(format!(
            ".....\n%Error opening {} (Timed out)\n",
            url(remote)
        )),
        _ => None,
    }
}

/// A device makes and reads about so many bytes of configuration in a millisecond.
const CONFIGURATION_RATE: u64 = 40;

/// From flash to flash it copies faster.
const FLASH_RATE: u64 = 20_000;
