//! A session as a palError tells it: from the command that enters configuration mode to the line that failed.
//!
//! What is sent stands with its line end, and what came back without its echo: an echo that was matched is no output.
//! Hence the empty line below `config t` that the field's own transcripts have.

use std::time::Duration;

use crate::push::DeviceResult;
use crate::session::{Sent, Step};

/// The parts of a session that a palError shows.
#[derive(Debug, Default)]
pub(super) struct PalTranscript {
    /// All that was matched, and what was sent last.
    pub(super) matched: String,
    /// What came back for it.
    pub(super) unmatched: String,
    /// The number of the last command, from 1.
    pub(super) index: usize,
    /// How long after it the device first wrote.
    pub(super) answered_after: Option<Duration>,
}

impl PalTranscript {
    pub(super) fn of(result: &DeviceResult) -> Self {
        let steps: Vec<Step> = result.transcript.steps().collect();
        let enter = result.plan.expect().configure.as_str();
        let begin = steps
            .iter()
            .position(|step| step.sent && step.text.trim_end() == enter);
        let Some(begin) = begin else {
            return Self::before_configuration(&steps);
        };
        let steps = steps.get(begin..).unwrap_or_default();
        let last = last_sent(result, steps);
        let rest = steps.get(last..).unwrap_or_default();
        let (Some(sent), reply) = (rest.first(), reply(rest)) else {
            return Self::default();
        };
        Self {
            matched: told(steps.get(..last).unwrap_or_default()) + &line(&sent.text),
            unmatched: reply
                .iter()
                .map(|step| step.text.replace('\r', ""))
                .collect(),
            index: 1 + steps.iter().take(last).filter(|step| step.sent).count(),
            answered_after: reply.first().map(|step| step.at.saturating_sub(sent.at)),
        }
    }

    /// No configuration was begun: all that can be shown is what the device wrote last.
    fn before_configuration(steps: &[Step]) -> Self {
        let last = steps.iter().rev().find(|step| !step.sent);
        Self {
            unmatched: last.map_or(String::new(), |step| step.text.replace('\r', "")),
            ..Self::default()
        }
    }
}

/// The place of the command that the failure is about. Lines of a plan may be the same, so they are counted.
fn last_sent(result: &DeviceResult, steps: &[Step]) -> usize {
    let sent = result
        .failure
        .as_ref()
        .and_then(|failure| failure.cause.sent());
    let mut lines = result.sent.iter().map(|line| line.shown()).peekable();
    let mut seen = 0;
    let mut found = 0;
    for (place, step) in steps.iter().enumerate().filter(|(_, step)| step.sent) {
        let text = step.text.trim_end();
        if lines.next_if(|line| *line == text).is_some() {
            seen += 1;
        }
        match sent {
            Some(Sent::Line { no, .. }) if *no == seen => return place,
            Some(Sent::Line { .. } | Sent::Login) | None => {}
            Some(command) if command.text() == text => found = place,
            Some(_) => {}
        }
    }
    found
}

/// What the device wrote before anything else was sent.
fn reply(steps: &[Step]) -> &[Step] {
    let steps = steps.get(1..).unwrap_or_default();
    let end = steps
        .iter()
        .position(|step| step.sent)
        .unwrap_or(steps.len());
    steps.get(..end).unwrap_or_default()
}

fn told(steps: &[Step]) -> String {
    let mut text = String::new();
    let mut echo = "";
    for step in steps {
        if step.sent {
            text.push_str(&line(&step.text));
            echo = step.text.trim_end();
        } else {
            let reply = step.text.replace('\r', "");
            text.push_str(reply.strip_prefix(echo).unwrap_or(&reply));
            echo = "";
        }
    }
    text
}

fn line(text: &str) -> String {
    format!("{}\n", text.trim_end_matches(['\r', '\n']))
}
