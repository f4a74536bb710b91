//! How a session ends: what a failure means for the device, and what is told of it.

use std::time::Duration;

use super::engine::{Phase, Session, TAIL_BYTES};
use super::exchange::Exchange;
use super::failure::{Cause, Sent};
use super::prompt::Prompt;
use super::{EndState, Outcome};
use crate::visible::{visible, visible_tail};

impl Session {
    pub(super) fn fail(&mut self, cause: Cause, now: Duration) {
        let state = self.conclude(cause);
        self.leave(state, now);
    }

    /// As [`Self::fail`], while the device is about to show a prompt: it is left from there.
    pub(super) fn fail_before_prompt(&mut self, cause: Cause, now: Duration) {
        self.conclude(cause);
        self.exchange = None;
        self.await_prompt(now);
    }

    /// What a failure means for the device.
    pub(super) fn conclude(&mut self, cause: Cause) -> EndState {
        let in_flight = match self.phase {
            Phase::Line(index) => Some(index + 1),
            _ => None,
        };
        let all_are_in = matches!(self.phase, Phase::Unconfigure | Phase::Save);
        let state = match in_flight {
            None if all_are_in => EndState::Applied { saved: false },
            None => EndState::NotStarted,
            Some(_) if cause.loses_sight() => EndState::Unknown,
            Some(_) if self.accepted == 0 && cause.leaves_nothing() => EndState::Refused,
            Some(_) => EndState::Partial,
        };
        let is_sure = cause.leaves_nothing() || matches!(cause, Cause::Interrupted);
        self.outcome = Some(Outcome {
            state,
            accepted: self.accepted,
            in_doubt: in_flight.filter(|_| !is_sure),
            cause: Some(cause),
            notes: std::mem::take(&mut self.notes),
        });
        state
    }

    pub(super) fn leave(&mut self, state: EndState, now: Duration) {
        let (accepted, notes) = (self.accepted, std::mem::take(&mut self.notes));
        self.outcome.get_or_insert(Outcome {
            state,
            accepted,
            in_doubt: None,
            cause: None,
            notes,
        });
        self.exchange = None;
        self.settles = None;
        self.begin_cleanup(now);
    }

    pub(super) fn over(&mut self) {
        self.phase = Phase::Over;
        self.deadline = None;
        self.settles = None;
    }

    pub(super) fn is_privileged(&self) -> bool {
        matches!(
            self.at,
            Some((
                Prompt::Exec {
                    privileged: true,
                    ..
                } | Prompt::Config { .. },
                _
            ))
        )
    }

    pub(super) fn sent(&self) -> Sent {
        match &self.exchange {
            Some(exchange) => exchange.sent.clone(),
            None => Sent::Login,
        }
    }

    pub(super) fn received(&self, line: &[u8]) -> String {
        self.exchange
            .as_ref()
            .map(|exchange| self.received_by(exchange, line))
            .unwrap_or_default()
    }

    pub(super) fn received_by(&self, exchange: &Exchange, line: &[u8]) -> String {
        self.job.mask.text(&visible(exchange.echoed(line)))
    }

    pub(super) fn tail_text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        visible_tail(&self.job.mask.bytes(&tail), TAIL_BYTES)
    }
}
