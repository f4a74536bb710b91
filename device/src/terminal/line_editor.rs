//! Turns keys into lines: echo, erase, words, history, scrolling (ios-xe-behaviour §2.1, §2.8, §2.9).
//!
//! A byte comes in, the echo goes out, and at most one [`Key`] tells the session that something is its own to do.
//! The byte is already masked ([`super::Mask`]). The editor knows nothing of modes or commands, and sees the prompt
//! only to know where the line begins on the screen.
//!
//! Known limits, each with a test: the cursor counts bytes, so a multi-byte character in 8-bit mode is several
//! columns; a tab in a text counts as one column. With `terminal no editing` only the erasing keys, Ctrl-V and the
//! keys that are the session's work, and the line doesn't scroll.

mod edits;
#[cfg(test)]
mod screen_tests;
#[cfg(test)]
pub(super) mod tests;

use std::fmt;

use super::columns::Columns;
use super::cuts::Cuts;
use super::history::History;
use super::keys::{Decoder, Key, Stroke};
use super::line::Line;
use super::scroll::Window;
use super::{BEL, CR_LF};

/// Edits one line at a time.
pub struct LineEditor {
    line: Line,
    window: Window,
    decoder: Decoder,
    cuts: Cuts,
    reading: Reading,
    editing: bool,
    limit: usize,
    /// How many entries back in the history the line is; zero is the line that is being typed.
    back: usize,
    yanked: Option<Yanked>,
}

/// What is being read; it is set anew for each line, so that no line inherits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Command,
    Text,
    Hidden,
}

/// The last key put a piece from `start` to the cursor, and it was the one cut `back` cuts ago.
#[derive(Clone, Copy)]
struct Yanked {
    start: usize,
    back: usize,
}

/// The most bytes a line may have unless [`LineEditor::set_limit`] says otherwise (§2.9: 254 on classic IOS, 510
/// and more seen on IOS-XE).
pub const LINE_BYTES_MAX: usize = 510;

impl Default for LineEditor {
    fn default() -> Self {
        Self::new()
    }
}

// === impl LineEditor: lines ===

impl LineEditor {
    /// An editor that reads a command behind an empty prompt.
    #[must_use]
    pub fn new() -> Self {
        Self {
            line: Line::default(),
            window: Window::new(0, 0),
            decoder: Decoder::default(),
            cuts: Cuts::default(),
            reading: Reading::Command,
            editing: true,
            limit: LINE_BYTES_MAX,
            back: 0,
            yanked: None,
        }
    }

    /// Begins a command line; `prompt` has just been printed, on a terminal of `width` columns (0: no limit).
    pub fn start(&mut self, prompt: &[u8], width: u16) {
        self.begin(Reading::Command, prompt, width);
    }

    /// Begins a line that is no command: an answer to a question, or a line of a banner. `?` and Tab are text, and
    /// the history neither offers nor keeps anything.
    pub fn start_text(&mut self, prompt: &[u8], width: u16) {
        self.begin(Reading::Text, prompt, width);
    }

    /// Begins a password: nothing is echoed but the end of the line, and nothing is kept.
    pub fn start_hidden(&mut self) {
        self.begin(Reading::Hidden, b"", 0);
    }

    /// `terminal editing` and `terminal no editing`; holds from the next line on.
    pub fn set_editing(&mut self, on: bool) {
        self.editing = on;
    }

    /// The most bytes a line may have; further ones are answered with a bell.
    pub fn set_limit(&mut self, bytes_max: usize) {
        self.limit = bytes_max;
    }

    /// The line so far.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        self.line.bytes()
    }

    /// How many bytes of the line are left of the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.line.cursor()
    }

    /// True while a password is read.
    #[must_use]
    pub fn hidden(&self) -> bool {
        self.reading == Reading::Hidden
    }

    /// The columns of the screen, the prompt's first being 0, at which the bytes of the line stand: where the caret of
    /// an error goes. Of a line that is scrolled the visible part counts (§2.6). Ask before [`Self::take`].
    pub(crate) fn columns(&self) -> Columns {
        self.window.columns(&self.line)
    }

    /// The line, which is empty afterwards.
    pub fn take(&mut self) -> Vec<u8> {
        let line = self.line.take();
        self.window.assume(&self.line);
        line
    }

    /// Sets the line (what Tab completed) with the cursor at its end. Nothing is echoed: redisplay it.
    pub fn set_line(&mut self, text: &[u8]) {
        self.line.set(text.get(..self.limit).unwrap_or(text));
        self.window.assume(&self.line);
    }

    /// Prints the prompt and the line as they were, on a fresh line of the screen: after help, Tab, Ctrl-R or a
    /// message. No CR LF goes before them, since all of these end with one.
    pub fn redisplay(&self, prompt: &[u8], echo: &mut Vec<u8>) {
        echo.extend_from_slice(prompt);
        if !self.hidden() {
            self.window.paint_afresh(&self.line, echo);
        }
    }

    /// True if the byte is no key: a NUL, or the LF of a CR LF whose CR was a key. For bytes that somebody else than
    /// the editor reads (the pager): who types `show run` CR LF must not answer `--More--` with the LF.
    pub fn swallows(&mut self, byte: u8) -> bool {
        self.decoder.swallows(byte)
    }

    /// The line end that came last is over: an LF that comes now is none of it.
    pub fn forget_line_end(&mut self) {
        self.decoder.forget_line_end();
    }

    /// Reads the key that answers `[confirm]`: Enter or `y` agrees, all else does not. The answer ends the line.
    pub fn confirm(&mut self, byte: u8, echo: &mut Vec<u8>) -> Option<bool> {
        if self.swallows(byte) {
            return None;
        }
        if byte.is_ascii_graphic() {
            echo.push(byte);
        }
        echo.extend_from_slice(CR_LF);
        Some(matches!(byte, b'\r' | b'\n' | b'y' | b'Y'))
    }

    fn begin(&mut self, reading: Reading, prompt: &[u8], width: u16) {
        self.line.clear();
        let width = if self.editing { width } else { 0 };
        let last_line = prompt.rsplit(|&byte| byte == b'\n').next();
        self.window = Window::new(last_line.map_or(0, <[u8]>::len), width);
        self.reading = reading;
        self.back = 0;
        self.yanked = None;
    }
}

// === impl LineEditor: keys ===

impl LineEditor {
    /// Takes one masked byte, and adds its echo to `echo`. A complete command line goes into `history`.
    pub fn key(&mut self, byte: u8, history: &mut History, echo: &mut Vec<u8>) -> Option<Key> {
        let stroke = self.decoder.decode(byte, self.reading == Reading::Command);
        if stroke == Stroke::Ignored || !self.allows(stroke) {
            return None;
        }
        let yanked = self.yanked.take();
        match stroke {
            Stroke::Insert(byte) => self.insert(byte, echo),
            Stroke::Event(key) => return Some(self.event(key, history, echo)),
            Stroke::Older | Stroke::Newer => self.browse(stroke, history, echo),
            Stroke::Yank => self.yank(0, echo),
            Stroke::YankNext => self.yank_next(yanked, echo),
            Stroke::Upper | Stroke::Lower | Stroke::Capitalize => self.change_case(stroke, echo),
            Stroke::Transpose => self.transpose(echo),
            _ => self.move_or_erase(stroke, echo),
        }
        None
    }

    /// Takes the plain text that bytes begin with, all at once, where each is only echoed: at the end of a line that
    /// doesn't scroll. Returns how many bytes it took.
    pub fn text(&mut self, bytes: &[u8], echo: &mut Vec<u8>) -> usize {
        if self.hidden() || !self.line.at_end() {
            return 0;
        }
        let free = self.limit.saturating_sub(self.line.bytes().len());
        let room = free.min(self.window.room(&self.line)).min(bytes.len());
        let helps = self.reading == Reading::Command;
        let text = self
            .decoder
            .text(bytes.get(..room).unwrap_or_default(), helps);
        if !text.is_empty() {
            self.yanked = None;
            self.line.insert(text);
            self.window.assume(&self.line);
            echo.extend_from_slice(text);
        }
        text.len()
    }

    /// Without terminal editing, and in a password, fewer keys work.
    fn allows(&self, stroke: Stroke) -> bool {
        let simple = matches!(
            stroke,
            Stroke::Insert(_)
                | Stroke::Event(_)
                | Stroke::EraseLeft
                | Stroke::CutToStart
                | Stroke::CutWordLeft
        );
        let browses = matches!(stroke, Stroke::Older | Stroke::Newer);
        match self.reading {
            Reading::Hidden => simple,
            Reading::Text => (simple || self.editing) && !browses,
            Reading::Command => simple || self.editing,
        }
    }

    fn event(&mut self, key: Key, history: &mut History, echo: &mut Vec<u8>) -> Key {
        let complete = matches!(key, Key::Enter | Key::EndOfConfig);
        if complete && self.reading == Reading::Command {
            history.add(self.line.bytes());
        }
        let shown: &[u8] = match key {
            Key::Break => return key,
            _ if self.hidden() => b"",
            Key::Help => b"?",
            Key::EndOfConfig => b"^Z",
            Key::Interrupt => b"^C",
            Key::Enter | Key::Tab | Key::Redisplay => b"",
        };
        echo.extend_from_slice(shown);
        echo.extend_from_slice(CR_LF);
        key
    }

    fn show(&mut self, changed: Option<usize>, echo: &mut Vec<u8>) {
        if !self.hidden() {
            self.window.show(&self.line, changed, echo);
        }
    }

    fn ring(&self, echo: &mut Vec<u8>) {
        if !self.hidden() {
            echo.push(BEL);
        }
    }
}

/// Says how long the line is, and not what it says: it may hold a secret.
impl fmt::Debug for LineEditor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.line.bytes().len();
        write!(out, "LineEditor({:?}, {bytes} bytes)", self.reading)
    }
}
