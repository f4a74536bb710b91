//! What a device has written and a session's client has not yet taken.
//!
//! The device never waits: it pushes, and learns when a session won't read. A reader that is merely slower
//! than one large output is no such session, so the bound counts only what earlier steps of the device left
//! behind: one step may write a `show tech-support` of any length.
//!
//! There are two ways out. What is written while the client's own keys are handled goes back by [`Outbox::answer`], in the
//! callback that brought them: the quickest way there is. All else (what comes by itself, what is long, what a client is
//! slow to take) goes by [`Outbox::next`], from a task of the connection. Nothing takes the first way while something is
//! still on the second, so the order stays.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;

use super::line::Switch;
use crate::faults::End;

/// A session that has left this much unread, and is written more, has stopped reading. It is about ten
/// running-configs of a large switch.
pub(crate) const UNREAD_BYTES_MAX: usize = 1 << 20;

/// What is sent at once. IOS-XE sends little more than an Ethernet frame holds; larger pieces cost less.
pub(crate) const CHUNK_BYTES_MAX: usize = 4096;

/// The client doesn't read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unread;

/// One session's output.
#[derive(Debug)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    ended: Notify,
    switch: Arc<Switch>,
    /// Each piece on the second way has a share in it.
    lent: Arc<()>,
}

/// A piece on the second way, until it is sent.
struct Lent {
    bytes: Bytes,
    _share: Arc<()>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[derive(Debug, Default)]
struct Queue {
    /// What goes out before `waiting`: files, which aren't copied, and what was written before them.
    pieces: VecDeque<Bytes>,
    waiting: BytesMut,
    /// The step that wrote last, and whether too much was waiting before it.
    step: u64,
    overdue: bool,
    /// A callback is about to ask for an answer.
    attended: bool,
    ended: bool,
    /// How the connection ends once all is sent, if not in good order.
    last: Option<(End, String)>,
    status: Option<u32>,
}

impl Queue {
    /// Whether one more step may write.
    fn begin(&mut self, step: u64) -> Result<(), Unread> {
        if self.step != step {
            self.step = step;
            let before: usize = self.pieces.iter().map(Bytes::len).sum();
            self.overdue = before + self.waiting.len() >= UNREAD_BYTES_MAX;
        }
        if self.overdue { Err(Unread) } else { Ok(()) }
    }

    /// The next piece to send, if there is one.
    fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.pieces.front_mut() {
            let piece = first.split_to(first.len().min(CHUNK_BYTES_MAX));
            if first.is_empty() {
                self.pieces.pop_front();
            }
            return Some(piece);
        }
        if self.waiting.is_empty() {
            return None;
        }
        let length = self.waiting.len().min(CHUNK_BYTES_MAX);
        Some(self.waiting.split_to(length).freeze())
    }
}

impl Outbox {
    pub(crate) fn new(switch: Arc<Switch>) -> Self {
        Self {
            queue: Mutex::default(),
            ended: Notify::new(),
            switch,
            lent: Arc::default(),
        }
    }

    /// Whoever calls this lets the device take a step, and then asks for the [`Self::answer`].
    pub(crate) fn attend(&self) {
        self.queue().attended = true;
    }

    /// What has been written, if it may go out now: by itself, and ahead of nothing. What may not takes the other way.
    pub(crate) fn answer(&self) -> Option<Bytes> {
        let mut queue = self.queue();
        queue.attended = false;
        if queue.pieces.is_empty() && queue.waiting.is_empty() {
            return None;
        }
        let is_short = queue.pieces.is_empty() && queue.waiting.len() <= CHUNK_BYTES_MAX;
        if !is_short || Arc::strong_count(&self.lent) > 1 {
            self.switch.output.notify_one();
            return None;
        }
        // More keys are there already, whose answers may go out with these.
        if self.switch.holds_output() {
            return None;
        }
        Some(std::mem::take(&mut queue.waiting).freeze())
    }

    /// Adds what one step of the device writes. Steps have different numbers.
    pub(crate) fn push(&self, step: u64, bytes: &[u8]) -> Result<(), Unread> {
        let mut queue = self.queue();
        queue.begin(step)?;
        queue.waiting.extend_from_slice(bytes);
        self.rings(&queue);
        Ok(())
    }

    /// Adds bytes that somebody else keeps as well, such as a file's: they aren't copied.
    pub(crate) fn push_shared(&self, step: u64, bytes: Arc<[u8]>) -> Result<(), Unread> {
        let mut queue = self.queue();
        queue.begin(step)?;
        let before = queue.waiting.split().freeze();
        let pieces = [before, Bytes::from_owner(bytes)];
        queue
            .pieces
            .extend(pieces.into_iter().filter(|piece| !piece.is_empty()));
        self.rings(&queue);
        Ok(())
    }

    /// What the session's command came to.
    pub(crate) fn exit(&self, status: u32) {
        self.queue().status = Some(status);
    }

    /// What it came to, if the device has said so.
    pub(crate) fn status(&self) -> Option<u32> {
        self.queue().status
    }

    /// Nothing more will come: the session closes once all is sent.
    pub(crate) fn end(&self) {
        self.queue().ended = true;
        self.switch.output.notify_one();
        self.ended.notify_one();
    }

    /// Adds bytes that go out by themselves, however soon others follow.
    pub(crate) fn push_apart(&self, step: u64, bytes: Vec<u8>) -> Result<(), Unread> {
        let mut queue = self.queue();
        queue.begin(step)?;
        let before = queue.waiting.split().freeze();
        let pieces = [before, Bytes::from(bytes)];
        queue
            .pieces
            .extend(pieces.into_iter().filter(|piece| !piece.is_empty()));
        self.rings(&queue);
        Ok(())
    }

    /// Once all is sent the connection ends in this way.
    pub(crate) fn end_by(&self, end: End, reason: String) {
        self.queue().last = Some((end, reason));
        self.switch.output.notify_one();
    }

    /// How it ends, if not in good order.
    pub(crate) fn last(&self) -> Option<(End, String)> {
        self.queue().last.clone()
    }

    /// Whether the device has said that nothing more will come.
    pub(crate) fn is_ended(&self) -> bool {
        self.queue().ended
    }

    /// The session closes now.
    pub(crate) fn abandon(&self) {
        self.end();
        self.switch.cut();
    }

    /// The next piece to send, or `None` after the end.
    pub(crate) async fn next(&self) -> Option<Bytes> {
        loop {
            {
                let mut queue = self.queue();
                if let Some(bytes) = queue.next() {
                    let _share = self.lent.clone();
                    return Some(Bytes::from_owner(Lent { bytes, _share }));
                }
                // What was sent gives its memory back: an idle session weighs nothing.
                queue.waiting = BytesMut::new();
                if queue.ended || queue.last.is_some() {
                    return None;
                }
            }
            self.switch.output.notified().await;
        }
    }

    /// Waits until the device has said that nothing more will come.
    pub(crate) async fn ended(&self) {
        if !self.queue().ended {
            self.ended.notified().await;
        }
    }

    /// Tells who waits for output, unless somebody asks for it anyway.
    fn rings(&self, queue: &Queue) {
        if !queue.attended {
            self.switch.output.notify_one();
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A device that drops its sessions without a word (a step panicked) ends them.
#[derive(Debug)]
pub(crate) struct Sink(pub(crate) Arc<Outbox>);

impl Drop for Sink {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox() -> Outbox {
        Outbox::new(Arc::default())
    }

    #[tokio::test]
    async fn one_step_may_write_any_length_and_arrives_whole() {
        let outbox = outbox();
        let text = vec![b'x'; 3 * UNREAD_BYTES_MAX];
        assert_eq!(outbox.push(1, &text), Ok(()));
        assert_eq!(outbox.push(1, b"Router#"), Ok(()));
        outbox.end();
        let mut sent = 0;
        while let Some(chunk) = outbox.next().await {
            assert!(chunk.len() <= CHUNK_BYTES_MAX);
            sent += chunk.len();
        }
        assert_eq!(sent, text.len() + 7);
    }

    #[tokio::test]
    async fn a_file_goes_out_between_what_was_written_before_and_after_it() {
        let outbox = outbox();
        let file: Arc<[u8]> = vec![b'f'; CHUNK_BYTES_MAX + 1].into();
        outbox.push(1, b"C").unwrap();
        outbox.push_shared(1, file.clone()).unwrap();
        outbox.push_shared(1, Arc::from([])).unwrap();
        outbox.push(1, b"E").unwrap();
        outbox.end();
        let mut sizes = vec![];
        let mut sent = vec![];
        while let Some(chunk) = outbox.next().await {
            sizes.push(chunk.len());
            sent.extend_from_slice(&chunk);
        }
        assert_eq!(sizes, [1, CHUNK_BYTES_MAX, 1, 1]);
        assert_eq!(sent, [b"C", &*file, b"E"].concat());
    }

    #[test]
    fn a_file_that_nobody_reads_counts_too() {
        let outbox = outbox();
        outbox
            .push_shared(1, vec![b'x'; UNREAD_BYTES_MAX].into())
            .unwrap();
        assert_eq!(outbox.push(2, b"more"), Err(Unread));
    }

    #[test]
    fn a_later_step_learns_that_nobody_reads() {
        let outbox = outbox();
        outbox.push(1, &vec![b'x'; UNREAD_BYTES_MAX]).unwrap();
        assert_eq!(outbox.push(2, b"more"), Err(Unread));
        assert_eq!(outbox.push(2, b"still more"), Err(Unread));
    }

    #[tokio::test]
    async fn an_answer_goes_out_at_once_and_never_ahead_of_what_is_on_its_way() {
        let outbox = outbox();
        outbox.push(1, b"syslog\r\n").unwrap();
        let on_its_way = outbox.next().await.unwrap();
        outbox.attend();
        outbox.push(2, b"Router#").unwrap();
        assert_eq!(outbox.answer(), None);
        drop(on_its_way);
        assert_eq!(&outbox.next().await.unwrap()[..], b"Router#");
        outbox.attend();
        outbox.push(3, b"exit\r\n").unwrap();
        assert_eq!(&outbox.answer().unwrap()[..], b"exit\r\n");
        assert_eq!(outbox.answer(), None);
    }

    #[tokio::test]
    async fn an_answer_that_is_long_or_holds_a_file_takes_the_other_way() {
        let outbox = outbox();
        let long = [b'x'; CHUNK_BYTES_MAX + 1];
        outbox.attend();
        outbox.push(1, &long).unwrap();
        assert_eq!(outbox.answer(), None);
        // Whoever waits is told.
        while outbox.queue().next().is_some() {}
        outbox.attend();
        outbox.push_shared(2, Arc::from(*b"file")).unwrap();
        outbox.switch.output.notified().await;
        assert_eq!(outbox.answer(), None);
        outbox.switch.output.notified().await;
        assert_eq!(&outbox.next().await.unwrap()[..], b"file");
    }

    #[tokio::test]
    async fn a_sink_that_is_dropped_ends_its_session() {
        let outbox = Arc::new(outbox());
        drop(Sink(outbox.clone()));
        assert_eq!(outbox.next().await, None);
    }
}
