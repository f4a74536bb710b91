//! What rules make of an echo.

use super::Stream;
use crate::faults::kind::{Echo, Kind};

impl Stream {
    pub(super) fn echo(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for byte in bytes {
            self.echo_byte(*byte, &mut out);
            self.echoed += 1;
        }
        out
    }

    fn echo_byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        let at = self.echoed;
        let mut shown = vec![byte];
        for rule in &self.active {
            let Kind::Echo(echo) = rule.entry.kind else {
                continue;
            };
            match echo {
                Echo::SevenBit => shown.iter_mut().for_each(|byte| *byte &= 0x7f),
                Echo::Missing => shown.clear(),
                Echo::Truncated if at >= rule.length("bytes") => shown.clear(),
                Echo::Corrupted if at + 1 == rule.length("byte") => {
                    shown = rule.text("as").as_bytes().to_vec();
                }
                Echo::Wrapped
                    if at > 0 && (self.column + at).is_multiple_of(rule.length("width").max(1)) =>
                {
                    out.extend_from_slice(b"\r\n");
                }
                Echo::Syslog if at == rule.length("byte") => {
                    out.extend_from_slice(format!("\r\n{}\r\n", rule.text("text")).as_bytes());
                }
                Echo::Doubled => self.copy.push(byte),
                _ => {}
            }
        }
        out.append(&mut shown);
    }
}
