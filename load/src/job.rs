//! The jobs: logins, commands, lines, pushes.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::client::{Client, Terminal};
use crate::failure::Failure;
use crate::script::Script;
use crate::shape::Work;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Connect, log in, to the prompt, close.
    Logins,
    /// A command on an open session.
    Commands,
    /// Lines of configuration on an open session.
    Lines,
    /// Log in, enter configuration, send lines, leave it, close.
    Pushes,
}

impl What {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Logins => "logins",
            Self::Commands => "commands",
            Self::Lines => "lines",
            Self::Pushes => "pushes",
        }
    }
}

/// A job on some devices.
pub struct Job {
    /// What is done.
    pub what: What,
    /// Who does it.
    pub client: Client,
    /// The devices; each takes its turn.
    pub addresses: Arc<[SocketAddr]>,
    /// What is typed.
    pub script: Arc<Script>,
    /// The lines of configuration.
    pub lines: Arc<[String]>,
    /// How many of them may be on their way at once.
    pub window: usize,
}

impl Job {
    /// Opens a session with the device whose turn it is.
    pub(crate) async fn open(&self, number: u64) -> Result<Terminal, Failure> {
        let count = self.addresses.len().max(1) as u64;
        let turn = usize::try_from(number % count).unwrap_or(0);
        let address = self.addresses.get(turn).copied();
        let address = address.ok_or(Failure::Connect(std::io::ErrorKind::AddrNotAvailable))?;
        self.client.open(address).await
    }

    async fn push(&self, number: u64) -> Result<u64, Failure> {
        let mut terminal = self.open(number).await?;
        for line in &self.script.enter {
            terminal.line(line).await?;
        }
        let answered = terminal.lines(&self.lines, self.window).await?;
        for line in &self.script.leave {
            terminal.line(line).await?;
        }
        terminal.close().await;
        Ok(answered.lines as u64)
    }

    /// What is done on an open session.
    async fn on(&self, terminal: &mut Terminal) -> Result<u64, Failure> {
        let answered = match self.what {
            What::Commands => terminal.line(&self.script.command).await?,
            _ => terminal.lines(&self.lines, self.window).await?,
        };
        Ok(answered.lines as u64)
    }
}

impl Work for Job {
    type Hand = Option<Terminal>;

    async fn ready(&self, hand: &mut Self::Hand, worker: u64) -> Result<(), Failure> {
        let before = match self.what {
            What::Logins | What::Pushes => return Ok(()),
            What::Commands => &self.script.setup,
            What::Lines => &self.script.enter,
        };
        if hand.is_none() {
            let mut terminal = self.open(worker).await?;
            for line in before {
                terminal.line(line).await?;
            }
            *hand = Some(terminal);
        }
        Ok(())
    }

    async fn act(&self, hand: &mut Self::Hand, number: u64) -> Result<u64, Failure> {
        match (self.what, &mut *hand) {
            (What::Logins, _) => {
                self.open(number).await?.close().await;
                Ok(1)
            }
            (What::Pushes, _) => self.push(number).await,
            (_, Some(terminal)) => {
                let done = self.on(terminal).await;
                // What state a session is in after a failure isn't known.
                if done.is_err() {
                    *hand = None;
                }
                done
            }
            (_, None) => Err(Failure::Closed),
        }
    }

    async fn leave(&self, hand: Self::Hand) {
        if let Some(terminal) = hand {
            terminal.close().await;
        }
    }
}
