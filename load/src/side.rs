//! A side of a load in a process of its own, so that its processor time and its memory are known: it says where it
//! listens, then `ready`, and serves until whoever started it is gone.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::floor::{Replies, Server};
use crate::handshake::Handshake;
use crate::meter::Process;

/// What a side says when it serves.
const READY: &str = "ready";

/// A process that serves. It ends when this is dropped, and also if this process ends in any other way.
pub struct Side {
    child: Child,
    addresses: Vec<SocketAddr>,
}

impl Side {
    /// Starts it, and waits until it serves.
    ///
    /// # Errors
    ///
    /// If it can't be started, or ends before it serves; it has said why on standard error.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn()?;
        let said = child.stdout.take().map(addresses);
        let mut side = Self {
            child,
            addresses: Vec::new(),
        };
        side.addresses = said.unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into()))?;
        Ok(side)
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Its process.
    #[must_use]
    pub fn process(&self) -> Process {
        Process::numbered(self.child.id())
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // One that has ended already can't be ended.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn addresses(said: impl Read) -> io::Result<Vec<SocketAddr>> {
    let mut addresses = Vec::new();
    for line in BufReader::new(said).lines() {
        let line = line?;
        if line == READY {
            return Ok(addresses);
        }
        addresses.push(line.parse().map_err(io::Error::other)?);
    }
    Err(io::Error::other("it ended before it was ready"))
}

/// In the side's own process: says where it listens, and returns when whoever started it is gone.
///
/// # Errors
///
/// If that is so already.
pub fn serve_at(addresses: impl IntoIterator<Item = SocketAddr>) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for address in addresses {
        writeln!(out, "{address}")?;
    }
    writeln!(out, "{READY}")?;
    out.flush()?;
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    Ok(())
}

/// What the floor is to answer besides echoes and prompts, so that it holds the same exchange as a device.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Exchange {
    /// What is agreed on.
    #[serde(default)]
    pub handshake: Handshake,
    /// The prompt.
    pub prompt: String,
    /// Lines that are answered with so many bytes.
    pub bytes: Vec<(String, usize)>,
    /// Lines that are answered with a question.
    pub questions: Vec<(String, String)>,
}

impl Exchange {
    /// As the argument of a command line.
    #[must_use]
    pub fn argument(&self) -> String {
        serde_json::json!(self).to_string()
    }

    fn replies(self) -> Replies {
        let replies = Replies::new(&self.prompt);
        let asked = self.questions.iter();
        let replies = asked.fold(replies, |replies, (line, text)| {
            replies.question(line, text)
        });
        let told = self.bytes.iter();
        told.fold(replies, |replies, (line, bytes)| {
            replies.bytes(line, *bytes)
        })
    }
}

/// In the floor's own process: serves an [`Exchange::argument`].
///
/// # Errors
///
/// If it is none, or nothing can be listened at.
pub fn serve_floor(exchange: &str) -> io::Result<()> {
    raise_file_limit();
    let exchange: Exchange = serde_json::from_str(exchange)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let handshake = exchange.handshake.clone();
    let server = runtime.block_on(Server::start_with(&handshake, exchange.replies()))?;
    serve_at([server.address()])?;
    runtime.shutdown_background();
    Ok(())
}

/// Each session takes a file descriptor, and the usual limit is 1,024 of them.
pub fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    // Then it stays as it is, and who needs more fails and is counted.
    _ = setrlimit(Resource::Nofile, limit);
}
