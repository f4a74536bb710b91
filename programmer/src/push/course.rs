//! The course of a push: which request follows which reply, and what a device has at the end.

use std::sync::Arc;

use super::Outcome;
use crate::plan::PlanLine;
use crate::session::{Cause, Configured, LineFate, OnRefused, Reply, Request, Sending};

use super::EndState;

/// Configure, save, leave.
#[derive(Debug)]
pub struct Course {
    lines: Arc<[PlanLine]>,
    sending: Sending,
    on_refused: OnRefused,
    save: bool,
    configured: Option<Configured>,
    saved: bool,
    cause: Option<Cause>,
}

impl Course {
    /// The course for these lines.
    #[must_use]
    pub fn new(
        lines: Arc<[PlanLine]>,
        sending: Sending,
        on_refused: OnRefused,
        save: bool,
    ) -> Self {
        Self {
            lines,
            sending,
            on_refused,
            save,
            configured: None,
            saved: false,
            cause: None,
        }
    }

    /// What is asked for after this reply. `is_ready`: whether the session is; else nothing is.
    pub fn after(&mut self, reply: Reply, is_ready: bool) -> Option<Request> {
        let request = self.next(reply)?;
        is_ready.then_some(request)
    }

    fn next(&mut self, reply: Reply) -> Option<Request> {
        match reply {
            Reply::Ready => Some(Request::Configure {
                enter: None,
                lines: Arc::clone(&self.lines),
                sending: self.sending,
                on_refused: self.on_refused,
            }),
            Reply::Configured(configured) => {
                let save = self.save && configured.cause.is_none();
                self.configured = Some(configured);
                Some(if save { Request::Save } else { Request::Leave })
            }
            Reply::Saved => {
                self.saved = true;
                Some(Request::Leave)
            }
            Reply::Failed(cause) => {
                self.cause = Some(cause);
                Some(Request::Leave)
            }
            Reply::Output { .. } => Some(Request::Leave),
            Reply::Left => None,
        }
    }

    /// What the device has.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        let Some(configured) = self.configured else {
            return Outcome {
                state: EndState::NotStarted,
                accepted: 0,
                in_doubt: None,
                cause: self.cause,
                notes: Vec::new(),
            };
        };
        let accepted = configured.accepted();
        Outcome {
            state: state(&configured, self.saved),
            accepted,
            in_doubt: configured.in_doubt(),
            cause: configured.cause.or(self.cause),
            notes: configured.notes,
        }
    }
}

fn state(configured: &Configured, saved: bool) -> EndState {
    let is_sent = |fate: &LineFate| *fate != LineFate::NotSent;
    let accepted = configured.accepted();
    let loses_sight = configured.cause.as_ref().is_some_and(Cause::loses_sight);
    match () {
        () if accepted == configured.lines.len() && accepted > 0 => EndState::Applied { saved },
        () if !configured.lines.iter().any(is_sent) => EndState::NotStarted,
        () if configured.in_doubt().is_none() && accepted == 0 => EndState::Refused,
        () if configured.in_doubt().is_some() && loses_sight => EndState::Unknown,
        () => EndState::Partial,
    }
}
