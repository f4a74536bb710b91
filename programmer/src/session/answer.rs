//! What a device's answer means: a refusal, or notes that do no harm.

use super::failure::{Cause, Sent};
use crate::packs::Expect;
use crate::secret::Mask;
use crate::visible::visible;

/// What a device's answer means.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The line that refuses.
    pub(super) refused: Option<String>,
    /// Whether the platform lists that line among its errors.
    pub(super) is_listed: bool,
    /// Whether it says that the user may not.
    pub(super) is_denied: bool,
    /// Whether it is a question: what was in flight behind the line has answered it.
    pub(super) is_question: bool,
    /// Whether it passes by itself.
    pub(super) passes: bool,
    /// Lines that do no harm.
    pub(super) notes: Vec<String>,
}

impl Answer {
    /// Reads the lines between echo and prompt of a command, and keeps of them what may be shown. A line that begins with `%` refuses, unless the
    /// platform knows it to be harmless: a device has more ways to say no than anybody has listed.
    pub(super) fn of(output: &[Vec<u8>], expect: &Expect, mask: &Mask) -> Self {
        Self::read(output, expect, mask, |text| text.starts_with(b"%"))
    }

    /// The same for a line of configuration, which has nothing to say: any text refuses that the platform doesn't
    /// know to be harmless.
    pub(super) fn to_line(output: &[Vec<u8>], expect: &Expect, mask: &Mask) -> Self {
        Self::read(output, expect, mask, |_| true)
    }

    fn read(
        output: &[Vec<u8>],
        expect: &Expect,
        mask: &Mask,
        refuses: impl Fn(&[u8]) -> bool,
    ) -> Self {
        // Masked before it is escaped: a secret may have letters that are escaped.
        let shown = |text: &[u8]| visible(&mask.bytes(text));
        let mut answer = Self::default();
        let mut goes_on = false;
        for line in output {
            let text = line.trim_ascii();
            if matches!(text, b"^" | b"") {
                continue;
            }
            // Warnings have more lines, which are set in.
            goes_on = goes_on && line.starts_with(b" ");
            let is_listed = expect.refuses(text);
            let is_harmless = expect.harmless.is_match(text)
                || expect.texts.is_match(text)
                || expect
                    .noise
                    .find(text)
                    .is_some_and(|found| found.start() == 0)
                || (goes_on && !is_listed && !expect.doubts.is_match(text));
            goes_on = is_harmless;
            if is_harmless || !(is_listed || expect.doubts.is_match(text) || refuses(text)) {
                answer.notes.push(shown(text));
            } else if answer.refused.is_none() {
                answer.refused = Some(shown(text));
                answer.is_listed = is_listed;
                answer.is_denied = expect.denied.is_match(text);
                answer.is_question = expect.questions.is_match(text);
                answer.passes = expect.later.says.is_match(text);
            }
        }
        answer
    }

    /// What a refusal is: of the line, of the user, or no refusal at all.
    pub(super) fn cause(&self, sent: Sent, text: String, may_be_in: bool) -> Cause {
        if self.is_question {
            Cause::Question {
                sent,
                question: text,
            }
        } else if self.is_denied && !may_be_in {
            Cause::Denied { sent, answer: text }
        } else {
            Cause::Refused {
                sent,
                answer: text,
                may_be_in,
            }
        }
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
