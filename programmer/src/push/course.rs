//! The shortest course of a push, without a read-back: configure, save, leave. Replayed sessions take it.

use std::sync::Arc;

use crate::plan::PlanLine;
use crate::session::{Cause, Configured, LineFate, OnRefused, Reply, Request, Sending};

use super::EndState;

/// How a session ended, as far as the session itself can tell.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What the device has.
    pub(crate) state: EndState,
    /// How many lines the device has accepted.
    pub(crate) accepted: usize,
    /// The number of the line of which it isn't known whether it is in.
    pub(crate) in_doubt: Option<usize>,
    /// What went wrong.
    pub(crate) cause: Option<Cause>,
    /// What the device said about lines that it accepted: the line's number, and the text.
    pub(crate) notes: Vec<(usize, String)>,
}

/// Configure, save, leave.
#[derive(Debug)]
pub(crate) struct Course {
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
    pub(crate) fn new(
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
    pub(crate) fn after(&mut self, reply: Reply, is_ready: bool) -> Option<Request> {
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
    pub(crate) fn outcome(self) -> Outcome {
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
        () if configured.in_doubt().is_none() && accepted == 0 => EndState::NotStarted,
        () if configured.in_doubt().is_some() && loses_sight => EndState::Unknown,
        () => EndState::Partial,
    }
}
