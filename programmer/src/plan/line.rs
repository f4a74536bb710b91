//! One line of configuration, or one command that a push sends between such lines.

use std::fmt;
use std::sync::Arc;

use regex::bytes::Regex;

use crate::secret::{Mask, Secret};

/// The mode of a line that may lead anywhere: any configuration prompt is right.
pub const ANY_MODE: &str = "*";

/// One line of configuration.
///
/// Its text may hold line ends: a banner, a certificate, or what a template marks as one command. Then a
/// prompt is due only after its last line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    text: String,
    /// Whether its text holds line ends.
    has_parts: bool,
    shown: String,
    depth: usize,
    mode: String,
    feature: Arc<str>,
    exec: bool,
    answers: Arc<[Answer]>,
}

/// What a line may be asked, and what is said then.
#[derive(Clone)]
pub struct Answer {
    question: Regex,
    answer: Secret,
}

impl PlanLine {
    /// A line of configuration. The mask's secrets are not shown.
    pub fn new(
        text: impl Into<String>,
        depth: usize,
        mode: impl Into<String>,
        feature: Arc<str>,
        mask: &Mask,
    ) -> Self {
        let text = text.into();
        Self {
            shown: mask.text(&text),
            has_parts: text.contains('\n'),
            text,
            depth,
            mode: mode.into(),
            feature,
            exec: false,
            answers: Arc::default(),
        }
    }

    /// The same line, as a command of the EXEC prompt: configuration mode is left for it.
    #[must_use]
    pub fn at_exec(self) -> Self {
        Self { exec: true, ..self }
    }

    /// The same line, with answers to what it may be asked.
    #[must_use]
    pub fn answering(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: answers.into_iter().collect(),
            ..self
        }
    }

    /// The same line, shown otherwise: its secrets were found by their place.
    #[must_use]
    pub fn shown_as(self, shown: impl Into<String>) -> Self {
        Self {
            shown: shown.into(),
            ..self
        }
    }

    /// The line as it is sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds line ends, and is sent as more than one line.
    #[must_use]
    pub fn has_parts(&self) -> bool {
        self.has_parts
    }

    /// The line as it may be shown.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// How many blanks it stands behind where it is printed.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The mode that the line leads to, as its writer names it; [`ANY_MODE`]: any.
    #[must_use]
    pub fn mode(&self) -> &str {
        &self.mode
    }

    /// The feature that the line belongs to: `create Vrf VN_USERS`.
    #[must_use]
    pub fn feature(&self) -> &str {
        &self.feature
    }

    /// Whether it is sent at the EXEC prompt, and not in configuration mode.
    #[must_use]
    pub fn is_exec(&self) -> bool {
        self.exec
    }

    /// What it may be asked, in order, and the answers.
    #[must_use]
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }
}

impl Answer {
    /// An answer to what matches `question` at the end of the terminal's last line.
    ///
    /// # Errors
    ///
    /// If the question is no pattern.
    pub fn new(question: &str, answer: Secret) -> Result<Self, regex::Error> {
        let question = Regex::new(question)?;
        Ok(Self { question, answer })
    }

    /// The question's pattern.
    #[must_use]
    pub fn question(&self) -> &Regex {
        &self.question
    }

    /// What is typed then; it may be a password.
    #[must_use]
    pub fn answer(&self) -> &Secret {
        &self.answer
    }
}

impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        self.question.as_str() == other.question.as_str() && self.answer == other.answer
    }
}

impl Eq for Answer {}

impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {:?}", self.question.as_str(), self.answer)
    }
}
