//! One line sent, and what comes back for it: the echo, the output, and then a prompt.
//!
//! The echo is compared on the line as a terminal shows it, literally. It is wrong for certain when the
//! line ends and differs; a line that differs and doesn't end is wrong when nothing corrects it for a
//! moment (the caller keeps the time).

use crate::packs::Expect;
use crate::visible::visible;

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
    /// A line sent at a prompt.
    pub(super) fn new(sent: Sent, prompt: &[u8], text: &str, echo: Echo) -> Self {
        let expected = [prompt, text.as_bytes()].concat();
        let agreed = prompt.len();
        Self {
            sent,
            echo,
            expected,
            prompt_bytes: agreed,
            agreed,
            output: Vec::new(),
        }
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
            Echo::Restarted if shown.is_empty() || expect.noise.is_match(shown) => {}
            Echo::Restarted if shown == prompt.trim_ascii_end() => {}
            Echo::Awaited | Echo::Restarted => self.echo = Echo::Wrong(line),
            Echo::Hidden => self.echo = Echo::Right,
            Echo::Right | Echo::Wrong(_) => self.keep(line),
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

    fn keep(&mut self, line: Vec<u8>) {
        if !line.trim_ascii().is_empty() {
            self.output.push(line);
        }
    }
}

/// What a device's answer means.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The line that refuses.
    pub(super) refused: Option<String>,
    /// Whether the platform lists that line among its errors.
    pub(super) is_listed: bool,
    /// Lines that do no harm.
    pub(super) notes: Vec<String>,
}

impl Answer {
    /// Reads the lines between echo and prompt. A line that begins with `%` refuses, unless the platform
    /// knows it to be harmless: a device has more ways to say no than anybody has listed.
    pub(super) fn of(output: &[Vec<u8>], expect: &Expect) -> Self {
        let mut answer = Self::default();
        for line in output {
            let text = line.trim_ascii();
            let is_listed = expect.errors.is_match(text);
            let refuses = is_listed || text.starts_with(b"%");
            if refuses && !expect.harmless.is_match(text) {
                if answer.refused.is_none() {
                    answer.refused = Some(visible(text));
                    answer.is_listed = is_listed;
                }
            } else if text != b"^" {
                answer.notes.push(visible(text));
            }
        }
        answer
    }

    /// All that the device said, in one line.
    pub(super) fn text(&self) -> String {
        match &self.refused {
            Some(refused) => refused.clone(),
            None if self.notes.is_empty() => "(nothing)".to_string(),
            None => self.notes.join(" / "),
        }
    }
}
