//! Output that is shown page by page.

use std::sync::Arc;
use std::time::Duration;

use device::SimTime;

use super::Stream;
use crate::faults::pace::{Piece, What};
use crate::faults::rule::Rule;

/// Output that waits for a key.
#[derive(Debug)]
pub(super) struct Pages {
    rule: Arc<Rule>,
    length: usize,
    shown: usize,
    rest: Vec<Piece>,
    waits: bool,
}

/// As IOS-XE takes its question off the screen.
const MORE: &[u8] = b" --More-- ";
const MORE_GONE: &[u8] =
    b"\x08\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\x08\x08\x08\x08\x08";

impl Stream {
    /// Whether output waits for a key.
    pub(crate) fn pages(&self) -> bool {
        self.pages.as_ref().is_some_and(|pages| pages.waits)
    }

    /// The key that it waited for.
    pub(crate) fn turn_page(&mut self, key: u8, now: SimTime) {
        let Some(pages) = &mut self.pages else { return };
        pages.waits = false;
        pages.shown = match key {
            b'\r' | b'\n' => pages.length.saturating_sub(1),
            _ => 0,
        };
        let mut rest = std::mem::take(&mut pages.rest);
        if key == b'q' || key == b'Q' {
            // The prompt is the last piece.
            rest.drain(..rest.len().saturating_sub(1));
        }
        self.count(Piece::bytes(MORE_GONE.to_vec()), now);
        for piece in self.paged(rest) {
            self.count(piece, now);
        }
    }

    pub(super) fn paged(&mut self, pieces: Vec<Piece>) -> Vec<Piece> {
        let Some(pages) = &mut self.pages else {
            return pieces;
        };
        let mut out = vec![];
        for piece in pieces {
            match piece.what {
                What::Bytes(bytes) if !pages.waits => pages.show(bytes, piece.wait, &mut out),
                what => pages.rest.push(Piece {
                    wait: piece.wait,
                    what,
                }),
            }
        }
        out
    }
}

impl Pages {
    /// Pages as a rule wants them.
    pub(super) fn new(rule: &Arc<Rule>) -> Self {
        Self {
            rule: rule.clone(),
            length: rule.length("lines").max(1),
            shown: 0,
            rest: vec![],
            waits: false,
        }
    }

    /// If the rule goes, what is left comes on one page.
    pub(super) fn forget(&mut self, goes: impl Fn(&Rule) -> bool) {
        if goes(&self.rule) {
            self.length = usize::MAX;
        }
    }

    /// Shows as many lines as the page has left; the rest waits.
    fn show(&mut self, mut bytes: Vec<u8>, wait: Duration, out: &mut Vec<Piece>) {
        let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let room = self.length.saturating_sub(self.shown);
        // The line end of the command is no line of the page.
        let cut = ends.nth(room).map(|(at, _)| at + 1);
        match cut.filter(|cut| *cut < bytes.len()) {
            Some(cut) => {
                let rest = bytes.split_off(cut);
                bytes.extend_from_slice(MORE);
                self.waits = true;
                self.rest.push(Piece::bytes(rest));
            }
            None => self.shown += bytes.iter().filter(|byte| **byte == b'\n').count(),
        }
        out.push(Piece {
            wait,
            what: What::Bytes(bytes),
        });
    }
}
