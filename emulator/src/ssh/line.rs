//! The TCP connection below SSH, with a switch that ends it from outside.
//!
//! The SSH library runs a connection in a task of its own that can't be stopped; the stream is where it
//! listens. Hanging up lets it send what it has and then see the end of input; cutting fails every read and
//! write at once.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The switch of one line.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    state: AtomicU8,
    written: AtomicU64,
    reader: Mutex<Option<Waker>>,
    writer: Mutex<Option<Waker>>,
}

const OPEN: u8 = 0;
const HUNG_UP: u8 = 1;
const CUT: u8 = 2;

impl Switch {
    /// Ends the input; what is to be written still is.
    pub(crate) fn hang_up(&self) {
        self.turn(HUNG_UP);
    }

    /// Ends everything.
    pub(crate) fn cut(&self) {
        self.turn(CUT);
    }

    /// How many bytes were written so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    fn turn(&self, state: u8) {
        self.state.fetch_max(state, Ordering::Release);
        wake(&self.reader);
        wake(&self.writer);
    }

    fn state(&self) -> u8 {
        self.state.load(Ordering::Acquire)
    }
}

fn wake(slot: &Mutex<Option<Waker>>) {
    let waker = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Notes who waits. The state is looked at after this, so that no turn of the switch is missed.
fn wait(slot: &Mutex<Option<Waker>>, cx: &Context<'_>) {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if !slot
        .as_ref()
        .is_some_and(|waker| waker.will_wake(cx.waker()))
    {
        *slot = Some(cx.waker().clone());
    }
}

/// A stream with a switch.
#[derive(Debug)]
pub(crate) struct Line<S> {
    stream: S,
    switch: std::sync::Arc<Switch>,
}

impl<S> Line<S> {
    pub(crate) fn new(stream: S, switch: std::sync::Arc<Switch>) -> Self {
        Self { stream, switch }
    }

    fn check_write(&self, cx: &Context<'_>) -> io::Result<()> {
        wait(&self.switch.writer, cx);
        if self.switch.state() == CUT {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        wait(&self.switch.reader, cx);
        match self.switch.state() {
            OPEN => Pin::new(&mut self.stream).poll_read(cx, into),
            HUNG_UP => Poll::Ready(Ok(())),
            _ => Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_write(cx)?;
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = polled {
            self.switch
                .written
                .fetch_add(count as u64, Ordering::Relaxed);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_write(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn hanging_up_ends_a_waiting_read_and_lets_writes_pass() {
        let (near, mut far) = tokio::io::duplex(64);
        let switch = Arc::new(Switch::default());
        let mut line = Line::new(near, switch.clone());
        let mut byte = [0; 1];
        let (read, ()) = tokio::join!(line.read(&mut byte), async { switch.hang_up() });
        assert_eq!(read.unwrap(), 0);
        line.write_all(b"bye").await.unwrap();
        assert_eq!(switch.written(), 3);
        drop(line);
        let mut said = String::new();
        far.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "bye");
    }

    #[tokio::test]
    async fn cutting_ends_a_write_that_nobody_reads() {
        let (near, _far) = tokio::io::duplex(1);
        let switch = Arc::new(Switch::default());
        let mut line = Line::new(near, switch.clone());
        let (written, ()) = tokio::join!(line.write_all(b"stuck"), async { switch.cut() });
        assert_eq!(
            written.unwrap_err().kind(),
            io::ErrorKind::ConnectionAborted
        );
    }
}
