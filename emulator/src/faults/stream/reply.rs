//! What rules make of what a command prints.

use std::sync::Arc;

use super::Stream;
use crate::faults::kind::{Kind, Reply};
use crate::faults::pace::{Piece, What};
use crate::faults::rule::Rule;

impl Stream {
    /// A reply begins with the line end of its command, which is two bytes.
    pub(super) fn body(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = vec![Piece::bytes(vec![])];
        if self.replied == 0 {
            let delay = self.rules(Reply::Slow).map(|rule| rule.time("delay")).sum();
            pieces[0].wait = delay;
        }
        for byte in bytes {
            self.pauses(&mut pieces);
            if !self.is_cut() {
                self.body_byte(*byte, &mut pieces);
            }
            self.replied += 1;
            if self.replied == AFTER_LINE_END {
                self.intrude(&mut pieces);
            }
        }
        pieces
    }

    /// A stall begins before this byte.
    fn pauses(&self, pieces: &mut Vec<Piece>) {
        let begins = |rule: &&Arc<Rule>| {
            rule.when.after_bytes.unwrap_or(AFTER_LINE_END as u64) == self.replied as u64
        };
        for rule in self.rules(Reply::Stall).filter(begins) {
            pieces.push(Piece::pause(rule.time("pause")));
        }
    }

    fn is_cut(&self) -> bool {
        let mut rules = self.rules(Reply::Truncated);
        rules.any(|rule| {
            self.replied as u64 >= rule.when.after_bytes.unwrap_or(AFTER_LINE_END as u64)
        })
    }

    fn body_byte(&self, byte: u8, pieces: &mut [Piece]) {
        let Some(Piece {
            what: What::Bytes(out),
            ..
        }) = pieces.last_mut()
        else {
            return;
        };
        if byte == b'\n' && self.has(Reply::LineEnds) && out.last() == Some(&b'\r') {
            out.push(b'\r');
        }
        out.push(byte);
        if byte == b'\n' && self.has(Reply::Nul) {
            out.push(0);
        }
        if byte == b'\n' && self.has(Reply::Ansi) {
            out.extend_from_slice(b"\x1b[K\x1b[6n");
        }
    }

    /// What comes between the command and its reply.
    fn intrude(&self, pieces: &mut Vec<Piece>) {
        for rule in &self.active {
            let Kind::Reply(reply) = rule.entry.kind else {
                continue;
            };
            match reply {
                Reply::Syslog => add(pieces, format!("{}\r\n", rule.text("text")).as_bytes()),
                Reply::PromptInside => {
                    add(pieces, rule.text("text").as_bytes());
                    pieces.push(Piece::pause(rule.time("pause")));
                    add(pieces, b"\r\n");
                }
                Reply::Flood => add(pieces, &vec![b'x'; rule.length("bytes")]),
                Reply::NotUtf8 => add(pieces, b"\xff\xfe\x80 \xc3(\r\n"),
                _ => {}
            }
        }
    }
}

/// A command's line end.
const AFTER_LINE_END: usize = 2;

fn add(pieces: &mut [Piece], bytes: &[u8]) {
    if let Some(Piece {
        what: What::Bytes(out),
        ..
    }) = pieces.last_mut()
    {
        out.extend_from_slice(bytes);
    }
}
