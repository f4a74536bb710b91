//! `scp` on an exec channel: files from and to the client (ios-xe-behaviour §1.5).

use std::sync::Arc;

use super::copying::merged;
use super::{Output, Reads, Session};
use crate::SimTime;
use crate::files::rcp::{self, Arrived, Command, FINE, Sender, Sent, Sink};
use crate::files::{Content, FILE_BYTES_MAX, FileError, FilePath};
use crate::state::State;

/// What is copied over the session's channel.
#[derive(Debug)]
pub(super) enum Transfer {
    Taking(Taking),
    Sending {
        sender: Sender<Arc<[u8]>>,
        failed: bool,
    },
}

/// Files that come.
#[derive(Debug)]
pub(super) struct Taking {
    sink: Sink,
    to: Place,
    /// Where the file goes that comes just now.
    target: Option<Place>,
    failed: bool,
}

/// Where files go.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Running,
    /// A directory, where files keep the names that they come with.
    Directory(FilePath),
    File(FilePath),
}

/// What IOS answers where the server is off.
const DISABLED: &str = "Administratively disabled.";
/// What it answers to a user without privilege 15.
const DENIED: &str = "Privilege denied.";

impl Session {
    /// Begins the copy that a command asks for, if it is a client's `scp`.
    pub(super) fn start_transfer(&mut self, state: &State, line: &str, now: SimTime) -> bool {
        let Some(command) = Command::parse(line) else {
            return false;
        };
        let refusal = if !state.has("ip scp server enable") {
            Some(DISABLED.to_string())
        } else if self.privilege < 15 {
            Some(DENIED.to_string())
        } else if command.recursive {
            Some(format!(
                "%Error opening {} ({})",
                command.paths.join(" "),
                FileError::IsDirectory
            ))
        } else {
            None
        };
        if let Some(text) = refusal {
            self.out.extend(rcp::error(&text));
            self.end_transfer(true);
            return true;
        }
        if command.sends {
            let failed = command
                .paths
                .iter()
                .any(|path| self.content(state, path, now).is_err());
            let sender = Sender::new(
                command
                    .paths
                    .iter()
                    .flat_map(|path| self.things(state, path, command.times, now)),
            );
            self.reads = Reads::Transfer(Box::new(Transfer::Sending { sender, failed }));
        } else {
            self.start_taking(
                state,
                command
                    .paths
                    .first()
                    .map(String::as_str)
                    .unwrap_or_default(),
            );
        }
        true
    }

    fn start_taking(&mut self, state: &State, typed: &str) {
        let place = match typed {
            "running-config" => Ok(Place::Running),
            "startup-config" => state.path("nvram:startup-config").map(Place::File),
            _ => state
                .path_from(typed, &self.directory)
                .map(|path| match &*state.shown(&path) {
                    "system:/running-config" => Place::Running,
                    _ if state.files.is_directory(&path) => Place::Directory(path),
                    _ => Place::File(path),
                }),
        };
        match place {
            Ok(to) => {
                self.out.extend(FINE);
                let taking = Taking {
                    sink: Sink::new(),
                    to,
                    target: None,
                    failed: false,
                };
                self.reads = Reads::Transfer(Box::new(Transfer::Taking(taking)));
            }
            Err(error) => {
                self.out
                    .extend(rcp::error(&format!("%Error opening {typed} ({error})")));
                self.end_transfer(true);
            }
        }
    }

    /// What is sent of a file: its time, its line, itself; or why not.
    fn things(
        &self,
        state: &State,
        typed: &str,
        times: bool,
        now: SimTime,
    ) -> Vec<Sent<Arc<[u8]>>> {
        match self.content(state, typed, now) {
            Ok((name, modified, bytes)) => {
                let time = times.then(|| rcp::time(modified.0 / 1000));
                let line = rcp::announced(&name, bytes.len() as u64);
                time.into_iter().chain([line, Sent::File(bytes)]).collect()
            }
            Err(text) => vec![Sent::Error(text)],
        }
    }

    /// A file by the name that the client gave: its own name, its time, its bytes.
    fn content(
        &self,
        state: &State,
        typed: &str,
        now: SimTime,
    ) -> Result<(String, SimTime, Arc<[u8]>), String> {
        let typed = match typed {
            "running-config" => "system:running-config",
            "startup-config" => "nvram:startup-config",
            other => other,
        };
        let error = |error: FileError| format!("%Error opening {typed} ({error})");
        let path = state.path_from(typed, &self.directory).map_err(error)?;
        let modified = state
            .files
            .get(&path)
            .map_or(now, |entry| entry.modified.max(state.born));
        let bytes = match state.read_file(&path).map_err(error)? {
            // The running-config begins with an empty line here.
            Content::Kept(bytes) if typed.eq_ignore_ascii_case("system:running-config") => {
                [b"\n", &*bytes].concat().into()
            }
            Content::Kept(bytes) => bytes,
            Content::Image(_) => return Err(error(FileError::Denied)),
        };
        Ok((path.name().to_string(), modified, bytes))
    }

    /// Bytes that the client's `scp` sent.
    pub(super) fn transfer(&mut self, state: &mut State, mut bytes: &[u8], now: SimTime) {
        let Reads::Transfer(mut transfer) = std::mem::replace(&mut self.reads, Reads::Closed)
        else {
            return;
        };
        let goes_on = match &mut *transfer {
            Transfer::Taking(taking) => self.take_files(state, taking, &mut bytes, now),
            Transfer::Sending { sender, failed } => self.send_files(sender, failed, bytes),
        };
        if goes_on {
            self.reads = Reads::Transfer(transfer);
        }
    }

    /// Takes what the client sends; false if that was the end.
    fn take_files(
        &mut self,
        state: &mut State,
        taking: &mut Taking,
        bytes: &mut &[u8],
        now: SimTime,
    ) -> bool {
        while let Some(arrived) = taking.sink.take(bytes) {
            let done = match arrived {
                Arrived::Courtesy => Ok(()),
                Arrived::Offer { name, bytes } => {
                    let place = named(&taking.to, &name);
                    let judged = room(state, &place, bytes);
                    match &judged {
                        Ok(()) => taking.sink.accept(),
                        Err(_) => taking.sink.refuse(),
                    }
                    let judged = judged.map_err(|error| shown(state, &place, error));
                    taking.target = Some(place);
                    judged
                }
                Arrived::File(file) => {
                    let place = taking.target.take().unwrap_or_else(|| taking.to.clone());
                    self.arrived(state, &place, file, now)
                        .map_err(|error| shown(state, &place, error))
                }
                Arrived::Directory => {
                    Err(format!("%Error opening directory ({})", FileError::Denied))
                }
                Arrived::Broken => {
                    self.end_transfer(true);
                    return false;
                }
            };
            match done {
                Ok(()) => self.out.extend(FINE),
                Err(text) => {
                    taking.failed = true;
                    self.out.extend(rcp::error(&text));
                }
            }
        }
        true
    }

    /// A whole file has come.
    fn arrived(
        &mut self,
        state: &mut State,
        to: &Place,
        file: Vec<u8>,
        now: SimTime,
    ) -> Result<(), FileError> {
        match to {
            Place::Running => {
                let text = String::from_utf8_lossy(&file).into_owned();
                // Nobody reads what is told of its lines.
                _ = merged(state, &text, now);
                state.changed = Some((now, self.user.clone()));
                Ok(())
            }
            Place::Directory(path) | Place::File(path) => {
                state.write_file(path.clone(), Content::Kept(file.into()), now)
            }
        }
    }

    /// Sends what the client's answers ask for; false if that was the end.
    fn send_files(
        &mut self,
        sender: &mut Sender<Arc<[u8]>>,
        failed: &mut bool,
        bytes: &[u8],
    ) -> bool {
        for byte in bytes {
            let was_done = sender.is_done();
            let mut sent = sender.answered(*byte);
            while let Some(thing) = sent.take() {
                match thing {
                    Sent::Line(line) => self.out.extend(line.into_bytes()),
                    Sent::File(file) => {
                        self.send_shared(file);
                        self.out.extend(FINE);
                    }
                    Sent::Error(text) => {
                        self.out.extend(rcp::error(&text));
                        sent = sender.unasked();
                        if sent.is_none() {
                            self.end_transfer(true);
                            return false;
                        }
                    }
                }
            }
            if was_done || sender.is_broken() {
                self.end_transfer(*failed || sender.is_broken());
                return false;
            }
        }
        true
    }

    /// The client has nothing more to send.
    pub(crate) fn end_of_input(&mut self) {
        if let Reads::Transfer(transfer) = &self.reads {
            let failed = match &**transfer {
                Transfer::Taking(taking) => taking.failed,
                Transfer::Sending { sender, failed } => *failed || !sender.is_done(),
            };
            self.end_transfer(failed);
        }
    }

    fn end_transfer(&mut self, failed: bool) {
        self.status = Some(u32::from(failed));
        self.reads = Reads::Closed;
    }

    /// Sends a file's bytes without a copy of them.
    fn send_shared(&mut self, file: Arc<[u8]>) {
        if !self.out.is_empty() {
            self.sent.push(Output::Bytes(std::mem::take(&mut self.out)));
        }
        self.sent.push(Output::Shared(file));
    }
}

/// Where a file goes that comes with this name.
fn named(to: &Place, name: &str) -> Place {
    match to {
        Place::Directory(path) => Place::File(path.join(name)),
        other => other.clone(),
    }
}

/// Whether there is room for it.
fn room(state: &State, place: &Place, bytes: u64) -> Result<(), FileError> {
    match place {
        Place::Running if bytes > FILE_BYTES_MAX => Err(FileError::NoSpace),
        Place::Running => Ok(()),
        Place::Directory(path) | Place::File(path) => state.room(path, bytes),
    }
}

/// What is said where something can't be written.
fn shown(state: &State, place: &Place, error: FileError) -> String {
    match place {
        Place::Running => format!("%Error opening system:/running-config ({error})"),
        Place::Directory(path) | Place::File(path) => {
            format!("%Error opening {} ({error})", state.shown(path))
        }
    }
}
