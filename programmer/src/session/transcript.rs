//! Everything that was sent and received in a session, with times and without secrets.
//!
//! What answers a password prompt is never kept. All else is masked when it is shown, by value and by place, over
//! the whole stream of each side: a secret may have come in pieces. The form is `[seconds] C> what was sent` and `D> what came back`, escaped.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::secret::{Mask, STARS};
use crate::visible::visible;

/// A transcript keeps so many bytes; a device that writes more has its middle left out.
const BYTES_MAX: usize = 8 << 20;

/// What stands around an echo is seldom longer: a prompt, and the ends of lines.
const PROMPT_BYTES_USUAL: usize = 32;

/// The two directions of one session.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    /// Everything, in order.
    bytes: Vec<u8>,
    /// What of it was sent, and what received.
    entries: Vec<Entry>,
    /// How many bytes of it were received.
    received: usize,
    dropped: usize,
    mask: Arc<Mask>,
}

/// Something that was sent or received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Duration,
    /// Whether we sent it.
    pub sent: bool,
    /// The text, without secrets.
    pub text: String,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    at: Duration,
    side: Side,
    /// Where it ends, and the next begins.
    end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Device,
}

impl Transcript {
    pub(super) fn new(mask: Arc<Mask>) -> Self {
        Self {
            mask,
            ..Self::default()
        }
    }

    /// So many lines of so many bytes together are about to be sent, and will be echoed behind prompts: to grow as they
    /// come would move what is there again and again.
    pub(super) fn expect(&mut self, lines: usize, bytes: usize) {
        let comes = 2 * bytes + lines * PROMPT_BYTES_USUAL;
        self.bytes.reserve(comes.min(BYTES_MAX));
        self.entries.reserve(2 * lines);
    }

    pub(super) fn sent(&mut self, bytes: &[u8], at: Duration) {
        self.bytes.extend_from_slice(bytes);
        self.ends(Side::Client, at);
    }

    fn ends(&mut self, side: Side, at: Duration) {
        let end = self.bytes.len();
        self.entries.push(Entry { at, side, end });
    }

    /// Something was sent that must not be shown.
    pub(super) fn sent_secret(&mut self, at: Duration) {
        self.sent(format!("{STARS}\n").as_bytes(), at);
    }

    pub(super) fn received(&mut self, bytes: &[u8], at: Duration) {
        if self.received + bytes.len() > BYTES_MAX {
            self.dropped += bytes.len();
            return;
        }
        self.received += bytes.len();
        self.bytes.extend_from_slice(bytes);
        match self.entries.last_mut() {
            Some(entry) if entry.side == Side::Device => entry.end = self.bytes.len(),
            _ => self.ends(Side::Device, at),
        }
    }

    /// Adds the transcript of a session that followed, and began so long after this one.
    pub fn append(&mut self, next: Self, after: Duration) {
        let begin = self.bytes.len();
        let moved = next.entries.into_iter().map(|entry| Entry {
            at: entry.at + after,
            end: begin + entry.end,
            ..entry
        });
        self.entries.extend(moved);
        self.bytes.extend(next.bytes);
        self.received += next.received;
        self.dropped += next.dropped;
        self.mask = next.mask;
    }

    /// Whether nothing was sent or received.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The steps, without secrets, for reports that have a form of their own. Bytes that are no UTF-8 are escaped.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        self.masked().into_iter().map(|(entry, bytes)| Step {
            at: entry.at,
            sent: entry.side == Side::Client,
            text: lines(&bytes),
        })
    }

    /// The whole transcript, one entry a line.
    #[must_use]
    pub fn text(&self) -> String {
        self.render(0)
    }

    /// The last entries, for a report.
    #[must_use]
    pub fn tail(&self, entries_max: usize) -> String {
        self.render(self.entries.len().saturating_sub(entries_max))
    }

    /// The entries with what may be shown of them.
    fn masked(&self) -> Vec<(Entry, Vec<u8>)> {
        let of = |side: Side| {
            let entries = self.pieces().filter(move |(entry, _)| entry.side == side);
            let pieces: Vec<&[u8]> = entries.map(|(_, bytes)| bytes).collect();
            self.mask.pieces(&pieces).into_iter()
        };
        let (mut client, mut device) = (of(Side::Client), of(Side::Device));
        let shown = |entry: &Entry| match entry.side {
            Side::Client => (*entry, client.next().unwrap_or_default()),
            Side::Device => (*entry, device.next().unwrap_or_default()),
        };
        self.entries.iter().map(shown).collect()
    }

    /// The entries with their bytes.
    fn pieces(&self) -> impl Iterator<Item = (&Entry, &[u8])> {
        let mut begin = 0;
        self.entries.iter().map(move |entry| {
            let bytes = self.bytes.get(begin..entry.end).unwrap_or_default();
            begin = entry.end;
            (entry, bytes)
        })
    }

    fn render(&self, skipped: usize) -> String {
        let mut text = String::new();
        for (entry, bytes) in self.masked().iter().skip(skipped) {
            let side = if entry.side == Side::Client { 'C' } else { 'D' };
            let shown = visible(bytes);
            // Writing to a string can't fail.
            let _ = writeln!(text, "[{:>8.3}] {side}> {shown}", entry.at.as_secs_f64());
        }
        if self.dropped > 0 {
            let _ = writeln!(text, "({} bytes of the device are left out)", self.dropped);
        }
        text
    }
}

fn lines(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&visible(chunk.invalid()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_secret_is_masked_even_when_it_came_back_in_pieces() {
        let mut transcript = Transcript::new(Arc::new(Mask::new([Secret::new("C1sco12345")])));
        transcript.sent(b"enable\n", Duration::from_millis(12));
        transcript.received(b"you typed C1sco", Duration::from_millis(20));
        transcript.received(b"12345\r\n", Duration::from_millis(30));
        transcript.sent_secret(Duration::from_millis(40));
        assert_eq!(
            transcript.text(),
            "[   0.012] C> enable\\n\n[   0.020] D> you typed ****\\r\\n\n[   0.040] C> ****\\n\n"
        );
    }
}
