//! What a device's answer means: a refusal, or notes that do no harm.

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
            let refuses = is_listed || expect.doubts.is_match(text) || text.starts_with(b"%");
            if refuses && !expect.harmless.is_match(text) {
                if answer.refused.is_none() {
                    answer.refused = Some(visible(text));
                    answer.is_listed = is_listed;
                }
            } else if !matches!(text, b"^" | b"") {
                answer.notes.push(visible(text));
            }
        }
        answer
    }

    /// The same without secrets.
    pub(super) fn masked(self, mask: &Mask) -> Self {
        Self {
            refused: self.refused.map(|text| mask.text(&text)),
            is_listed: self.is_listed,
            notes: self.notes.iter().map(|text| mask.text(text)).collect(),
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
