//! What rules make of a prompt.

use std::time::Duration;

use super::Stream;
use crate::faults::kind::{Kind, Opening, Prompt, Reply};
use crate::faults::pace::{Piece, What};

impl Stream {
    pub(super) fn prompt(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut shown = bytes.to_vec();
        let mut wait = Duration::ZERO;
        for rule in self.always.iter().chain(&self.active) {
            match rule.entry.kind {
                Kind::Prompt(Prompt::Slow) => wait += rule.time("delay"),
                Kind::Prompt(Prompt::Missing) => shown.clear(),
                Kind::Prompt(Prompt::Doubled) => {
                    shown = [&shown[..], b"\r\n", &shown[..]].concat();
                }
                Kind::Prompt(Prompt::Changed) => {
                    let own = String::from_utf8_lossy(&shown).into_owned();
                    shown = rule.text("text").replace("{prompt}", &own).into_bytes();
                }
                Kind::Prompt(Prompt::Syslog) => {
                    shown.extend_from_slice(format!("\r\n{}\r\n", rule.text("text")).as_bytes());
                }
                Kind::Reply(Reply::Ansi) => {
                    shown = [b"\x1b[1m", &shown[..], b"\x1b[0m\x07"].concat();
                }
                Kind::Opening(Opening::Privilege) if shown.last() == Some(&b'#') => {
                    shown.pop();
                    shown.push(if rule.number("level") > 1 { b'#' } else { b'>' });
                }
                _ => {}
            }
        }
        vec![Piece {
            wait,
            what: What::Bytes(shown),
        }]
    }

    /// Whether the line end before the prompt is missing.
    pub(crate) fn glues(&self) -> bool {
        let mut rules = self.active.iter();
        rules.any(|rule| rule.entry.kind == Kind::Prompt(Prompt::Glued))
    }
}
