//! One line sent, and what comes back for it: the echo, the output, and then a prompt.
//!
//! The echo is wrong for certain when its row ends and differs; a row that differs and doesn't end is wrong when
//! nothing corrects it for a moment (the caller keeps the time). A command of several lines is one exchange: each
//! of its lines has an echo, and only the last one has a prompt.

use std::sync::Arc;
use std::time::Duration;

use super::echo::{Echoing, Row};
use super::failure::Sent;
use super::screen::{Ended, Screen};
use crate::packs::Expect;
use crate::plan::{self, PlanLine};
use crate::secret::Secret;

/// One line sent, and what came back so far.
#[derive(Debug)]
pub(super) struct Exchange {
    what: What,
    pub(super) echo: Echo,
    /// Nothing is expected until its turn comes.
    echoing: Echoing,
    output: Vec<Vec<u8>>,
    /// Where in the text the lines of the same command begin that are still to be sent.
    rest: Option<usize>,
    /// The line's questions, and whether each was answered.
    questions: Vec<(plan::Answer, bool)>,
    /// What was typed at a question, until its echo came.
    replied: Option<Vec<u8>>,
    /// Whether the next line stands where the pager has erased its question.
    pages: bool,
    /// The prompt that the line may change the hostname of, to this name; none: to any.
    pub(super) renames: Option<Option<Vec<u8>>>,
    /// After how long an empty line was sent, because no prompt came.
    pub(super) probed: Option<Duration>,
    /// Whether the device reads the command's other lines as text.
    pub(super) reads_text: bool,
    /// Whether it was stopped from waiting for a name server.
    pub(super) stalled: bool,
    /// Whether the echo of a later line was seen before this one's prompt.
    pub(super) overtaken: bool,
}

/// What is sent.
#[derive(Debug)]
enum What {
    Command(String),
    Line {
        /// Its number in the plan, from 1.
        no: usize,
        lines: Arc<[PlanLine]>,
        /// Whether the platform knows nothing special of it ([`Expect::is_plain`]).
        plain: bool,
    },
}

impl What {
    fn text(&self) -> &str {
        match self {
            Self::Command(text) => text,
            Self::Line { no, lines, .. } => {
                let line = no.checked_sub(1).and_then(|index| lines.get(index));
                let text = line.map_or("", PlanLine::text);
                text.strip_suffix('\n').unwrap_or(text)
            }
        }
    }
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
    /// A secret was sent, and nothing is echoed but the end of the line.
    Hidden,
    /// The echo is right.
    Right,
    /// Something else came back.
    Wrong(Vec<u8>),
}

impl Exchange {
    /// A command that is sent; it is listened for when [`Self::begin`] or [`Self::find`] says from where.
    pub(super) fn command(text: &str) -> Self {
        Self::new(What::Command(text.to_string()))
    }

    /// A line of configuration, by its number; `plain` says whether the platform knows nothing special of it.
    pub(super) fn of_line(
        no: usize,
        lines: &Arc<[PlanLine]>,
        plain: bool,
        expect: &Expect,
    ) -> Option<Self> {
        let line = lines.get(no.checked_sub(1)?)?;
        let lines = Arc::clone(lines);
        let mut exchange = Self::new(What::Line { no, lines, plain });
        if line.has_parts() {
            exchange.rest = exchange.what.text().find('\n').map(|at| at + 1);
        }
        let questions = line.answers().iter();
        exchange.questions = questions
            .map(|question| (question.clone(), false))
            .collect();
        // Most lines rename nothing, and captures have to be made room for.
        if !plain {
            let renames = expect.hostname.captures(exchange.first_text());
            let named =
                renames.map(|found| found.name("host").map(|host| host.as_bytes().to_vec()));
            exchange.renames = named;
        }
        Some(exchange)
    }

    fn new(what: What) -> Self {
        Self {
            what,
            echo: Echo::Behind,
            echoing: Echoing::new(b"", b""),
            output: Vec::new(),
            rest: None,
            questions: Vec::new(),
            replied: None,
            pages: false,
            renames: None,
            probed: None,
            reads_text: false,
            stalled: false,
            overtaken: false,
        }
    }

    /// What a failure of it is about.
    pub(super) fn sent(&self) -> Sent {
        match &self.what {
            What::Command(text) => Sent::Command(text.clone()),
            What::Line { no, lines, .. } => {
                let line = no.checked_sub(1).and_then(|index| lines.get(index));
                let text = line.map_or("", PlanLine::shown).replace('\n', "\\n");
                Sent::Line { no: *no, text }
            }
        }
    }

    /// The line's number in the plan, from 1.
    pub(super) fn line_no(&self) -> Option<usize> {
        match self.what {
            What::Line { no, .. } => Some(no),
            What::Command(_) => None,
        }
    }

    /// How long it may take.
    pub(super) fn within(&self, expect: &Expect) -> Duration {
        match self.what {
            What::Line { plain: true, .. } => expect.timeouts.line,
            _ => expect.within(self.text()),
        }
    }

    /// Whether it runs a command in configuration mode, whose output isn't judged.
    pub(super) fn runs(&self, expect: &Expect) -> bool {
        let plain = matches!(self.what, What::Line { plain: true, .. });
        !plain && expect.runs.is_match(self.first_text())
    }

    /// Its turn has come: the device shows this prompt, and the echo comes behind it.
    pub(super) fn begin(&mut self, prompt: &[u8]) {
        self.echoing = Echoing::new(prompt, self.text());
        self.echo = Echo::Awaited;
    }

    /// The device echoes nothing: all that comes is the answer.
    pub(super) fn begin_unechoed(&mut self) {
        self.begin(b"");
        self.echo = Echo::Right;
    }

    /// The device has left its prompt before the line was sent.
    pub(super) fn restart(&mut self) {
        self.echoing.restart();
    }

    /// The first line of a session: the prompt before it is not known for sure.
    pub(super) fn find(&mut self) {
        self.begin(b"");
        self.echo = Echo::Finding;
    }

    /// What was sent last of it.
    pub(super) fn text(&self) -> &[u8] {
        match self.echo {
            Echo::Behind => self.first_text(),
            _ => self.echoing.text(),
        }
    }

    /// The command, or its first line.
    pub(super) fn first_text(&self) -> &[u8] {
        let text = self.what.text();
        match self.what {
            What::Line { plain: false, .. } => text.lines().next().unwrap_or_default().as_bytes(),
            _ => text.as_bytes(),
        }
    }

    /// The prompt that it was sent at.
    pub(super) fn prompt(&self) -> &[u8] {
        self.echoing.prompt()
    }

    /// Whether lines of the command are still to be sent.
    pub(super) fn has_parts(&self) -> bool {
        self.rest.is_some()
    }

    /// The next line of the command, whose echo comes behind this prompt, or alone.
    pub(super) fn next_part(&mut self, prompt: Option<&[u8]>) -> Option<String> {
        let rest = self.what.text().get(self.rest?..)?;
        let end = rest.find('\n');
        let part = rest.get(..end.unwrap_or(rest.len()))?.to_string();
        self.rest = self.rest.zip(end).map(|(begin, end)| begin + end + 1);
        self.echoing = Echoing::new(prompt.unwrap_or_default(), part.as_bytes());
        if prompt.is_none() {
            self.echoing.restart();
        }
        self.echo = Echo::Awaited;
        Some(part)
    }

    /// The answer to what the last line asks, where the line brought one that isn't given yet.
    pub(super) fn answer_to(&mut self, question: &[u8]) -> Option<Secret> {
        let open = |(known, used): &&mut (plan::Answer, bool)| {
            !*used && known.question().is_match(question)
        };
        let (known, used) = self.questions.iter_mut().find(open)?;
        *used = true;
        Some(known.answer().clone())
    }

    /// It was asked something, and is answered: what was said before belongs to the question.
    pub(super) fn answered(&mut self, typed: &str) {
        self.output.clear();
        self.replied = Some(typed.trim().as_bytes().to_vec());
    }

    /// A page of output follows; blanks where the question stood are no part of it.
    pub(super) fn page(&mut self) {
        self.pages = true;
    }

    /// The last line was no output: it was the prompt.
    pub(super) fn forget_last_line(&mut self) {
        self.output.pop();
    }

    /// Takes a line that ended. In the first exchange, the text before the echo is returned: the prompt.
    pub(super) fn line(&mut self, line: &Ended, expect: &Expect) -> Option<Vec<u8>> {
        match &self.echo {
            Echo::Finding => {
                let shown = line.bytes.trim_ascii_end();
                return Some(shown.strip_suffix(self.text().trim_ascii())?.to_vec());
            }
            Echo::Awaited => match self.echoing.row(line, &expect.noise) {
                Row::Right => self.echo = Echo::Right,
                Row::Wrong => self.echo = Echo::Wrong(self.echoing.wrong(&line.bytes)),
                Row::Part => {}
            },
            Echo::Hidden => self.echo = Echo::Right,
            Echo::Right => self.keep(&line.bytes),
            Echo::Behind | Echo::Wrong(_) => {}
        }
        None
    }

    /// A line of output. What was typed at a question is echoed too, and some devices echo a line twice.
    fn keep(&mut self, line: &[u8]) {
        let line = match std::mem::take(&mut self.pages) {
            true => line.trim_ascii_end(),
            false => line,
        };
        let shown = line.trim_ascii();
        if let Some(replied) = self.replied.take()
            && (shown.is_empty() || shown == replied)
        {
            return;
        }
        let is_echo =
            self.output.is_empty() && !shown.is_empty() && shown == self.text().trim_ascii();
        if !is_echo {
            self.output.push(line.to_vec());
        }
    }

    /// The cursor turns back on the unfinished row.
    pub(super) fn turned_back(&mut self, row: &[u8], to_the_start: bool) {
        if self.echo == Echo::Awaited {
            self.echoing.turned_back(row, to_the_start);
        }
    }

    /// Whether the unfinished last line can no longer become the echo, unless the device redraws it.
    pub(super) fn is_astray(&mut self, screen: &mut Screen) -> bool {
        let touched = screen.take_touched();
        let at_end = screen.at_end();
        self.echo == Echo::Awaited && self.echoing.is_astray(screen.written(), touched, at_end)
    }

    /// Whether a row of the echo ended early, as if it were wrapped.
    pub(super) fn was_cut(&self) -> bool {
        self.echoing.was_cut()
    }

    /// No echo comes any more.
    pub(super) fn miss_echo(&mut self) {
        self.echo = Echo::Wrong(self.echoing.wrong(b""));
    }

    /// Whether this row is another one than that which the line was sent at.
    pub(super) fn was_left(&self, row: &[u8]) -> bool {
        self.echoing.was_left(row)
    }

    /// What came back in place of the echo, without the prompt before it.
    pub(super) fn echoed<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        line.strip_prefix(self.prompt())
            .unwrap_or(line)
            .trim_ascii()
    }

    /// The last line of the output that isn't blank.
    pub(super) fn last_words(&self) -> Option<&[u8]> {
        let lines = self.output.iter().rev().map(|line| line.trim_ascii_end());
        lines.into_iter().find(|line| !line.is_empty())
    }

    /// The lines between the echo and the prompt.
    pub(super) fn output(&self) -> &[Vec<u8>] {
        &self.output
    }
}
