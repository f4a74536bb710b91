//! What the journal keeps sealed of a device: the wanted lines, what was sent, the way back, the configuration before.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ledger::RunId;
use crate::plan::{Answer, PlanLine};
use crate::seal::{Key, SealError};
use crate::secret::{Mask, Secret};

/// The wanted lines, and the secrets in them.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The lines.
    pub lines: Vec<PlanLine>,
    /// What must not be shown.
    pub secrets: Vec<Secret>,
}

/// What was about to be done to a device.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// The lines that were missing.
    pub lines: Arc<[PlanLine]>,
    /// The lines that take them back.
    pub inverse: Arc<[PlanLine]>,
    /// The configuration before.
    pub before: String,
}

#[derive(Serialize, Deserialize)]
struct WantedText<'t> {
    lines: Vec<LineText<'t>>,
    secrets: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct KeptText<'t> {
    lines: Vec<LineText<'t>>,
    inverse: Vec<LineText<'t>>,
    before: Cow<'t, str>,
}

#[derive(Serialize, Deserialize)]
struct LineText<'t> {
    text: Cow<'t, str>,
    shown: Cow<'t, str>,
    depth: usize,
    mode: Cow<'t, str>,
    feature: Cow<'t, str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    exec: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    answers: Vec<(String, String)>,
}

impl Wanted {
    /// Sealed. It belongs to the device: the run has no name yet.
    ///
    /// # Errors
    ///
    /// If the system gives no random numbers.
    pub fn seal(&self, key: &Key, device: &str) -> Result<String, SealError> {
        key.seal(&format!("wanted of {device}"), &self.to_text())
    }

    /// Opened again.
    ///
    /// # Errors
    ///
    /// If it was sealed with another key, or for another device.
    pub fn open(key: &Key, device: &str, sealed: &str) -> Result<Self, SealError> {
        let text = key.open(&format!("wanted of {device}"), sealed)?;
        Self::from_text(&text).ok_or(SealError::Broken)
    }

    pub(crate) fn to_text(&self) -> String {
        let secrets = self
            .secrets
            .iter()
            .map(|secret| secret.reveal().to_string())
            .collect();
        let text = WantedText {
            lines: self.lines.iter().map(LineText::of).collect(),
            secrets,
        };
        serde_json::to_string(&text).unwrap_or_default()
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let text: WantedText<'_> = serde_json::from_str(text).ok()?;
        Some(Self {
            lines: text
                .lines
                .into_iter()
                .map(LineText::line)
                .collect::<Option<_>>()?,
            secrets: text.secrets.into_iter().map(Secret::new).collect(),
        })
    }
}

impl Kept {
    /// Sealed, for one device of one run.
    ///
    /// # Errors
    ///
    /// If the system gives no random numbers.
    pub fn seal(&self, key: &Key, run: &RunId, device: &str) -> Result<String, SealError> {
        key.seal(&format!("intent of {run} for {device}"), &self.to_text())
    }

    /// Opened again.
    ///
    /// # Errors
    ///
    /// If it was sealed with another key, or for another device or run.
    pub fn open(key: &Key, run: &RunId, device: &str, sealed: &str) -> Result<Self, SealError> {
        let text = key.open(&format!("intent of {run} for {device}"), sealed)?;
        Self::from_text(&text).ok_or(SealError::Broken)
    }

    fn to_text(&self) -> String {
        let of = |lines| <[PlanLine]>::iter(lines).map(LineText::of).collect();
        let text = KeptText {
            lines: of(&self.lines),
            inverse: of(&self.inverse),
            before: self.before.as_str().into(),
        };
        serde_json::to_string(&text).unwrap_or_default()
    }

    fn from_text(text: &str) -> Option<Self> {
        let text: KeptText<'_> = serde_json::from_str(text).ok()?;
        let lines =
            |lines: Vec<LineText<'_>>| lines.into_iter().map(LineText::line).collect::<Option<_>>();
        Some(Self {
            lines: lines(text.lines)?,
            inverse: lines(text.inverse)?,
            before: text.before.into_owned(),
        })
    }
}

impl<'t> LineText<'t> {
    fn of(line: &'t PlanLine) -> Self {
        let answer = |answer: &Answer| {
            (
                answer.question().as_str().to_string(),
                answer.answer().reveal().to_string(),
            )
        };
        Self {
            text: line.text().into(),
            shown: line.shown().into(),
            depth: line.depth(),
            mode: line.mode().into(),
            feature: line.feature().into(),
            exec: line.is_exec(),
            answers: line.answers().iter().map(answer).collect(),
        }
    }

    fn line(self) -> Option<PlanLine> {
        let answers = self
            .answers
            .into_iter()
            .map(|(question, answer)| Answer::new(&question, Secret::new(answer)));
        let answers: Vec<Answer> = answers.collect::<Result<_, _>>().ok()?;
        let feature: Arc<str> = self.feature.into();
        let line = PlanLine::new(self.text, self.depth, self.mode, feature, &Mask::default());
        let line = line.shown_as(self.shown).answering(answers);
        Some(if self.exec { line.at_exec() } else { line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_as_it_was() {
        let mask = Mask::new([Secret::new("C1sco12345")]);
        let line = PlanLine::new(
            "enable secret C1sco12345",
            0,
            "config",
            "create X".into(),
            &mask,
        );
        let answer = Answer::new(r"\[confirm\]", Secret::new("y")).unwrap();
        let asked = PlanLine::new("delete flash:x", 0, "*", "create X".into(), &mask)
            .at_exec()
            .answering([answer]);
        let wanted = Wanted {
            lines: vec![line.clone(), asked.clone()],
            secrets: vec![Secret::new("C1sco12345")],
        };
        let key = Key::of_bytes(&[7; 32]).unwrap();
        let back = Wanted::open(&key, "sw-1", &wanted.seal(&key, "sw-1").unwrap()).unwrap();
        assert_eq!((back.lines, back.secrets), (wanted.lines, wanted.secrets));
        let kept = Kept {
            lines: [line].into(),
            inverse: [asked].into(),
            before: "hostname a\n".into(),
        };
        let run = RunId::written("7");
        let sealed = kept.seal(&key, &run, "sw-1").unwrap();
        assert!(Kept::open(&key, &run, "sw-2", &sealed).is_err());
        let back = Kept::open(&key, &run, "sw-1", &sealed).unwrap();
        assert_eq!(
            (back.lines, back.inverse, back.before),
            (kept.lines, kept.inverse, kept.before)
        );
    }
}
