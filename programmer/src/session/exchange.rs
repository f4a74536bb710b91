//! One line sent, and what comes back for it: the echo, the output, and then a prompt.
//!
//! The echo is compared on the line as a terminal shows it, literally. It is wrong for certain when the
//! line ends and differs; a line that differs and doesn't end is wrong when nothing corrects it for a
//! moment (the caller keeps the time).

use crate::packs::Expect;

use super::failure::Sent;
use super::screen::Screen;

/// One line sent, and what came back so far.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) sent: Sent,
    pub(super) echo: Echo,
    /// The line that the terminal shall show: the prompt and what was sent.
    expected: Vec<u8>,
    prompt_bytes: usize,
    /// How many bytes of the last line are as expected.
    agreed: usize,
    output: Vec<Vec<u8>>,
}

/// How far the echo is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Echo {
    /// Another line's answer comes first.
    Behind,
    /// The first line of a session: whatever stands before its echo is a banner.
    Finding,
    /// The echo is on its way.
    Awaited,
    /// The device began a new line before it echoed anything: it showed its prompt once more, or a message
    /// of the system log. The echo comes after that, with or without a prompt.
    Restarted,
    /// A secret was sent, and nothing is echoed but the end of the line.
    Hidden,
    /// The echo is right.
    Right,
    /// Something else came back.
    Wrong(Vec<u8>),
}

impl Exchange {
    /// A line that is sent; it is listened for when [`Self::begin`] or [`Self::find`] says from where.
    pub(super) fn new(sent: Sent, text: &str) -> Self {
        Self {
            sent,
            echo: Echo::Behind,
            expected: text.as_bytes().to_vec(),
            prompt_bytes: 0,
            agreed: 0,
            output: Vec::new(),
        }
    }

    /// Its turn has come: the device shows this prompt, and the echo comes behind it.
    pub(super) fn begin(&mut self, prompt: &[u8]) {
        self.expected = [prompt, self.text()].concat();
        self.prompt_bytes = prompt.len();
        self.agreed = prompt.len();
        self.echo = Echo::Awaited;
    }

    /// The first line of a session: the prompt before it is not known for sure.
    pub(super) fn find(&mut self) {
        self.echo = Echo::Finding;
    }

    /// What was sent.
    pub(super) fn text(&self) -> &[u8] {
        self.expected.get(self.prompt_bytes..).unwrap_or_default()
    }

    /// Takes a line that ended. In the first exchange, the text before the echo is returned: the prompt.
    pub(super) fn line(&mut self, line: Vec<u8>, expect: &Expect) -> Option<Vec<u8>> {
        let shown = line.trim_ascii_end();
        let (prompt, text) = self.expected.split_at(self.prompt_bytes);
        match &self.echo {
            Echo::Finding => {
                let prompt = shown.strip_suffix(text.trim_ascii())?.to_vec();
                return Some(prompt);
            }
            Echo::Awaited | Echo::Restarted if shown == self.expected.trim_ascii_end() => {
                self.echo = Echo::Right;
            }
            Echo::Restarted if shown == text.trim_ascii_end() => self.echo = Echo::Right,
            Echo::Awaited if shown == prompt.trim_ascii_end() => self.echo = Echo::Restarted,
            Echo::Awaited | Echo::Restarted if is_noise_behind(prompt, shown, expect) => {
                self.echo = Echo::Restarted;
            }
            Echo::Restarted if shown.is_empty() || expect.noise.is_match(shown) => {}
            Echo::Restarted if shown == prompt.trim_ascii_end() => {}
            Echo::Awaited | Echo::Restarted => self.echo = Echo::Wrong(line),
            Echo::Hidden => self.echo = Echo::Right,
            Echo::Right => self.output.push(line),
            Echo::Behind | Echo::Wrong(_) => {}
        }
        None
    }

    /// Whether the unfinished last line can no longer become the echo, unless the device redraws it.
    pub(super) fn is_astray(&mut self, screen: &mut Screen) -> bool {
        let touched = screen.take_touched();
        if self.echo != Echo::Awaited {
            return false;
        }
        let line = screen.line();
        self.agreed = self.agreed.min(touched).min(line.len());
        let fresh = line.iter().skip(self.agreed);
        let same = fresh
            .zip(self.expected.iter().skip(self.agreed))
            .take_while(|(a, b)| a == b);
        self.agreed += same.count();
        self.agreed < line.len() && screen.at_end()
    }

    /// What came back in place of the echo, without the prompt before it.
    pub(super) fn echoed<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        let prompt = self.expected.get(..self.prompt_bytes).unwrap_or_default();
        line.strip_prefix(prompt).unwrap_or(line).trim_ascii()
    }

    /// The lines between the echo and the prompt.
    pub(super) fn output(&self) -> &[Vec<u8>] {
        &self.output
    }
}

/// Whether a line is a prompt with a message of the system log behind it: some devices write it there, and show no
/// new prompt.
pub(super) fn is_noise_behind(prompt: &[u8], line: &[u8], expect: &Expect) -> bool {
    !prompt.trim_ascii_end().is_empty()
        && line
            .strip_prefix(prompt.trim_ascii_end())
            .is_some_and(|rest| expect.noise.is_match(rest.trim_ascii()))
}
