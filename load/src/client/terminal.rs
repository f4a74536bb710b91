//! A shell on the peer: lines go in, echoes and prompts come back.

use std::sync::Arc;

use bytes::Bytes;
use russh::client::{Handle, Msg};
use russh::{Channel, ChannelMsg, Disconnect};

use super::door::{Agreed, Trusting};
use super::screen::{Awaited, Screen};
use super::{Dialogue, Enable};
use crate::failure::Failure;
use crate::handshake::Handshake;

/// The terminal that is asked for: so wide that no line wraps, and so long that no pager stops.
const COLUMNS: u32 = 511;
const ROWS: u32 = 1_000;
/// Bytes that are in flight at most, whatever the window in lines: less than any peer's window in bytes, so that a
/// peer that doesn't read until it has written can't be waited for without end.
const FLIGHT_BYTES_MAX: usize = 64 * 1024;

/// A shell at its prompt.
pub struct Terminal {
    handle: Handle<Trusting>,
    channel: Channel<Msg>,
    screen: Screen,
    dialogue: Arc<Dialogue>,
    asked: bool,
    handshake: Agreed,
}

/// What lines were answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answered {
    /// How many lines there were; each was echoed, and followed by a prompt.
    pub lines: usize,
    /// The bytes that came back.
    pub bytes: usize,
}

impl Terminal {
    /// Terminal and shell are asked for in one go: each answer waited for would cost a round trip.
    pub(super) async fn open(
        handle: Handle<Trusting>,
        handshake: Agreed,
        dialogue: Arc<Dialogue>,
    ) -> Result<Self, Failure> {
        let opened = handle.channel_open_session().await;
        let channel = opened.map_err(|_| Failure::Shell)?;
        channel
            .request_pty(true, "vt100", COLUMNS, ROWS, 0, 0, &[])
            .await?;
        channel.request_shell(true).await?;
        let mut terminal = Self {
            handle,
            channel,
            screen: Screen::new(&dialogue),
            dialogue: dialogue.clone(),
            asked: false,
            handshake,
        };
        terminal.until_prompt().await?;
        if let Some(enable) = &dialogue.enable {
            terminal.enable(enable).await?;
        }
        Ok(terminal)
    }

    /// Sends a line, and waits for its echo and the prompt.
    ///
    /// # Errors
    ///
    /// A [`Failure`], if the line is refused too.
    pub async fn line(&mut self, line: &str) -> Result<Answered, Failure> {
        self.lines(&[line], 1).await
    }

    /// Sends lines, at most a window of them before the first one's prompt is there. A window of 1 is line by line.
    ///
    /// # Errors
    ///
    /// A [`Failure`], if a line is refused too; then all were sent.
    pub async fn lines<L: AsRef<str>>(
        &mut self,
        lines: &[L],
        window: usize,
    ) -> Result<Answered, Failure> {
        let patience = self.dialogue.patience;
        let sent = tokio::time::timeout(patience, self.lines_unbounded(lines, window)).await;
        sent.unwrap_or(Err(Failure::Slow("lines")))
    }

    async fn lines_unbounded<L: AsRef<str>>(
        &mut self,
        lines: &[L],
        window: usize,
    ) -> Result<Answered, Failure> {
        let mut awaited = Awaited::new(lines);
        let mut flight = Flight::new(lines, window);
        let mut bytes = 0;
        while awaited.done < lines.len() {
            let keys = flight.next(awaited.done);
            if !keys.is_empty() {
                self.channel.data_bytes(keys).await?;
            }
            let data = self.read().await?;
            bytes += data.len();
            self.screen.take(&data, &self.dialogue, &mut awaited);
        }
        match awaited.refused.and_then(|at| lines.get(at)) {
            Some(line) => Err(Failure::Refused(line.as_ref().to_string())),
            None => Ok(Answered {
                lines: lines.len(),
                bytes,
            }),
        }
    }

    /// Whether the peer has asked for the second password.
    #[must_use]
    pub fn was_asked(&self) -> bool {
        self.asked
    }

    /// What the key exchange agreed on.
    #[must_use]
    pub fn handshake(&self) -> Option<&Handshake> {
        self.handshake.get()
    }

    /// Ends the session and the connection.
    pub async fn close(self) {
        // One that is over is closed.
        _ = self
            .handle
            .disconnect(Disconnect::ByApplication, "", "")
            .await;
    }

    async fn until_prompt(&mut self) -> Result<(), Failure> {
        loop {
            let data = self.read().await?;
            if self.screen.finds_prompt(&data, &self.dialogue) {
                return Ok(());
            }
        }
    }

    /// A peer whose session is privileged already answers with its prompt, and asks nothing.
    async fn enable(&mut self, enable: &Enable) -> Result<(), Failure> {
        self.channel
            .data_bytes(format!("{}\n", enable.command))
            .await?;
        if self.until_question(&enable.question).await? {
            self.asked = true;
            self.channel
                .data_bytes(format!("{}\n", enable.password))
                .await?;
            if self.until_question(&enable.question).await? {
                return Err(Failure::Enable);
            }
        }
        Ok(())
    }

    /// Waits for a question; false if a prompt came.
    async fn until_question(&mut self, question: &str) -> Result<bool, Failure> {
        loop {
            let data = self.read().await?;
            if self.screen.finds_question(&data, question) {
                return Ok(true);
            }
            if self.screen.finds_prompt(&[], &self.dialogue) {
                return Ok(false);
            }
        }
    }

    /// What the peer writes next.
    async fn read(&mut self) -> Result<Bytes, Failure> {
        loop {
            match self.channel.wait().await {
                Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                    return Ok(data);
                }
                Some(ChannelMsg::Failure) => return Err(Failure::Shell),
                None | Some(ChannelMsg::Eof | ChannelMsg::Close) => return Err(Failure::Closed),
                Some(_) => {}
            }
        }
    }
}

/// Which lines may be sent now.
struct Flight<'a, L> {
    lines: &'a [L],
    window: usize,
    /// The lines that were sent, and those of them that were answered.
    sent: usize,
    done: usize,
    /// The bytes of those that were sent and not answered.
    bytes: usize,
}

impl<'a, L: AsRef<str>> Flight<'a, L> {
    fn new(lines: &'a [L], window: usize) -> Self {
        Self {
            lines,
            window: window.max(1),
            sent: 0,
            done: 0,
            bytes: 0,
        }
    }

    /// The keys of all that may be sent when so many are done: they go in one packet.
    fn next(&mut self, done: usize) -> Vec<u8> {
        let length = |line: &L| line.as_ref().len() + 1;
        self.bytes -= self.lines[self.done..done]
            .iter()
            .map(length)
            .sum::<usize>();
        self.done = done;
        let mut keys = Vec::new();
        let last = self.lines.len().min(done.saturating_add(self.window));
        while self.sent < last && self.bytes < FLIGHT_BYTES_MAX {
            let line = &self.lines[self.sent];
            keys.extend_from_slice(line.as_ref().as_bytes());
            keys.push(b'\n');
            self.bytes += length(line);
            self.sent += 1;
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_filled_as_prompts_come() {
        let lines = ["a", "b", "c", "d"];
        let mut flight = Flight::new(&lines, 2);
        assert_eq!(flight.next(0), b"a\nb\n");
        assert_eq!(flight.next(0), b"");
        assert_eq!(flight.next(1), b"c\n");
        assert_eq!(flight.next(3), b"d\n");
        assert_eq!(flight.next(4), b"");
    }

    #[test]
    fn what_is_in_flight_is_bounded_in_bytes() {
        let lines = vec!["x".repeat(1023); 200];
        let mut flight = Flight::new(&lines, usize::MAX);
        assert_eq!(flight.next(0).len(), FLIGHT_BYTES_MAX);
        assert_eq!(flight.next(1).len(), 1024);
    }
}
