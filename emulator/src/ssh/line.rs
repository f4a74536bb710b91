//! The TCP connection below SSH, with a switch that ends it from outside.
//!
//! The SSH library runs a connection in a task of its own that can't be stopped; the stream is where it
//! listens. Hanging up lets it send what it has and then see the end of input; cutting fails every read and
//! write at once.
//!
//! A line that the library drops gives its stream back, so that [`close`] can end it in good order.
//!
//! The library reads each packet in two pieces, its length and its rest. A line reads ahead, so that the kernel isn't asked
//! for each. While there is more input that was read ahead, output may wait for what that brings: the switch says so, and
//! rings for the output when the library has to wait for input.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadBuf};
use tokio::sync::{Notify, oneshot};

/// How long a peer may take to close its side after ours has closed: a program that sees the end of its
/// input needs a moment, more on a busy machine; a stopping fleet must not wait long.
const FAREWELL: Duration = Duration::from_secs(1);

/// How much of what it still sends is dropped. A client on the way out says little; one that sends more than
/// a long pasted configuration isn't listening.
const FAREWELL_BYTES_MAX: u64 = 1 << 20;

/// How much a line reads ahead: some twenty packets of what a user types, and little beside what a session weighs.
const AHEAD_BYTES_MAX: usize = 2048;

/// The switch of one line.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    state: AtomicU8,
    written: AtomicU64,
    reader: Mutex<Option<Waker>>,
    writer: Mutex<Option<Waker>>,
    /// Rung when there is output to fetch.
    pub(crate) output: Notify,
    /// What was read ahead hasn't all been taken.
    ahead: AtomicBool,
    /// Output waits for that to be taken.
    held: AtomicBool,
}

const OPEN: u8 = 0;
/// Nothing passes, and nobody is told: what is written is lost, and what comes is dropped.
const FROZEN: u8 = 1;
const HUNG_UP: u8 = 2;
const CUT: u8 = 3;
/// Cut, and the peer is told so by a reset.
const RESET: u8 = 4;

impl Switch {
    /// Ends the input; what is to be written still is.
    pub(crate) fn hang_up(&self) {
        self.turn(HUNG_UP);
    }

    /// Ends everything.
    pub(crate) fn cut(&self) {
        self.turn(CUT);
    }

    /// Lets nothing pass any more, without a word.
    pub(crate) fn freeze(&self) {
        self.turn(FROZEN);
    }

    /// Ends everything, and tells the peer so.
    pub(crate) fn reset(&self) {
        self.turn(RESET);
    }

    /// Whether the peer is told by a reset.
    pub(crate) fn is_reset(&self) -> bool {
        self.state() == RESET
    }

    /// How many bytes were written so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Whether output waits, because more input is there already. If that comes to nothing (it ends within a packet), the
    /// output is rung for.
    pub(crate) fn holds_output(&self) -> bool {
        let ahead = self.ahead.load(Ordering::Relaxed);
        self.held.store(ahead, Ordering::Relaxed);
        ahead
    }

    /// Notes what came of a read. Reads and [`Self::holds_output`] are one task's.
    fn has_read(&self, waits: bool, ahead: bool) {
        self.ahead.store(ahead, Ordering::Relaxed);
        if waits && self.held.swap(false, Ordering::Relaxed) {
            self.output.notify_one();
        }
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
pub(crate) struct Line<S: AsyncRead> {
    /// There until the line is dropped.
    stream: Option<BufReader<S>>,
    switch: std::sync::Arc<Switch>,
    heir: Option<oneshot::Sender<S>>,
}

impl<S: AsyncRead> Line<S> {
    /// The line, and who gets its stream when it is dropped.
    pub(crate) fn new(stream: S, switch: std::sync::Arc<Switch>) -> (Self, oneshot::Receiver<S>) {
        let (heir, left) = oneshot::channel();
        let line = Self {
            stream: Some(BufReader::with_capacity(AHEAD_BYTES_MAX, stream)),
            switch,
            heir: Some(heir),
        };
        (line, left)
    }

    /// Reads and forgets, until the peer has closed its side.
    fn drop_input(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>
    where
        S: AsyncRead + Unpin,
    {
        let mut room = [0; 1024];
        loop {
            let mut into = ReadBuf::new(&mut room);
            match self.stream()?.poll_read(cx, &mut into) {
                Poll::Ready(Ok(())) if !into.filled().is_empty() => {}
                other => return other,
            }
        }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut BufReader<S>>>
    where
        S: Unpin,
    {
        let stream = self.stream.as_mut().map(Pin::new);
        stream.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn check_write(&self, cx: &Context<'_>) -> io::Result<()> {
        wait(&self.switch.writer, cx);
        if self.switch.state() >= CUT {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

impl<S: AsyncRead> Drop for Line<S> {
    fn drop(&mut self) {
        if let (Some(stream), Some(heir)) = (self.stream.take(), self.heir.take()) {
            // Where nobody waits for it, the stream just closes.
            _ = heir.send(stream.into_inner());
        }
    }
}

/// Closes the stream of a line in good order, once the line is dropped.
///
/// The kernel answers input that nobody has read with a reset, which can overtake the last words and shows as
/// a failure at the peer. So the peer first hears that nothing more comes, and what it still says is dropped
/// until it has closed its side, or the farewell has taken long enough.
pub(crate) async fn close<S: AsyncRead + AsyncWrite + Unpin>(left: oneshot::Receiver<S>) {
    let farewell = async {
        let mut stream = left.await.ok()?;
        stream.shutdown().await.ok()?;
        let mut rest = stream.take(FAREWELL_BYTES_MAX);
        tokio::io::copy(&mut rest, &mut tokio::io::sink())
            .await
            .ok()
    };
    if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
        tracing::debug!("the client didn't close its side");
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
            OPEN => {
                let mut stream = self.stream()?;
                let read = stream.as_mut().poll_read(cx, into);
                let ahead = !stream.buffer().is_empty();
                self.switch.has_read(read.is_pending(), ahead);
                read
            }
            FROZEN => self.drop_input(cx),
            HUNG_UP => Poll::Ready(Ok(())),
            _ => Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_write(cx)?;
        if self.switch.state() == FROZEN {
            return Poll::Ready(Ok(bytes.len()));
        }
        let polled = self.stream()?.poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = polled {
            self.switch
                .written
                .fetch_add(count as u64, Ordering::Relaxed);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_write(cx)?;
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[tokio::test]
    async fn output_waits_for_input_that_is_there_and_not_for_input_that_is_to_come() {
        let (near, mut far) = tokio::io::duplex(64);
        let switch = Arc::new(Switch::default());
        let (mut line, _left) = Line::new(near, switch.clone());
        let mut byte = [0; 1];
        far.write_all(b"ab").await.unwrap();
        line.read_exact(&mut byte).await.unwrap();
        assert!(switch.holds_output());
        line.read_exact(&mut byte).await.unwrap();
        assert!(!switch.holds_output());
        far.write_all(b"cd").await.unwrap();
        line.read_exact(&mut byte).await.unwrap();
        assert!(switch.holds_output());
        // What is read ahead is less than a packet: whoever waits for output is told.
        let mut packet = [0; 2];
        tokio::select! {
            biased;
            read = line.read_exact(&mut packet) => panic!("{read:?}"),
            () = switch.output.notified() => {}
        }
    }

    #[tokio::test]
    async fn hanging_up_ends_a_waiting_read_and_lets_writes_pass() {
        let (near, mut far) = tokio::io::duplex(64);
        let switch = Arc::new(Switch::default());
        let (mut line, left) = Line::new(near, switch.clone());
        let mut byte = [0; 1];
        let (read, ()) = tokio::join!(line.read(&mut byte), async { switch.hang_up() });
        assert_eq!(read.unwrap(), 0);
        line.write_all(b"bye").await.unwrap();
        assert_eq!(switch.written(), 3);
        drop((line, left));
        let mut said = String::new();
        far.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "bye");
    }

    #[tokio::test]
    async fn cutting_ends_a_write_that_nobody_reads() {
        let (near, _far) = tokio::io::duplex(1);
        let switch = Arc::new(Switch::default());
        let (mut line, _left) = Line::new(near, switch.clone());
        let (written, ()) = tokio::join!(line.write_all(b"stuck"), async { switch.cut() });
        assert_eq!(
            written.unwrap_err().kind(),
            io::ErrorKind::ConnectionAborted
        );
    }

    /// A TCP connection: its near end on a line, and its far end.
    async fn connected() -> (Line<TcpStream>, oneshot::Receiver<TcpStream>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let far = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (near, _) = listener.accept().await.unwrap();
        let (line, left) = Line::new(near, Arc::default());
        (line, left, far)
    }

    #[tokio::test]
    async fn input_that_nobody_read_resets_no_line_that_is_closed() {
        let (mut line, left, mut far) = connected().await;
        far.write_all(b"one more try").await.unwrap();
        // One byte read is the rest arrived.
        line.read_u8().await.unwrap();
        line.write_all(b"bye").await.unwrap();
        drop(line);
        let peer = async {
            let mut said = String::new();
            far.read_to_string(&mut said).await.unwrap();
            // What it says after our end is dropped as well.
            far.write_all(b"and another").await.unwrap();
            far.shutdown().await.unwrap();
            said
        };
        let (said, ()) = tokio::join!(peer, close(left));
        assert_eq!(said, "bye");
        assert_eq!(far.take_error().unwrap().map(|error| error.kind()), None);
    }

    /// Time is the test's: it passes as soon as nobody has anything to do.
    #[tokio::test(start_paused = true)]
    async fn a_peer_that_never_closes_its_side_is_not_waited_for() {
        let (near, _far) = tokio::io::duplex(64);
        let (line, left) = Line::new(near, Arc::default());
        drop(line);
        let before = tokio::time::Instant::now();
        close(left).await;
        assert!(before.elapsed() < 2 * FAREWELL);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_never_stops_talking_is_not_heard_out() {
        let (near, mut far) = tokio::io::duplex(1 << 16);
        let (line, left) = Line::new(near, Arc::default());
        drop(line);
        let talk = async {
            let mut said = 0;
            while let Ok(count) = far.write(&[b'x'; 1 << 12]).await {
                said += count as u64;
            }
            said
        };
        let before = tokio::time::Instant::now();
        let (said, ()) = tokio::join!(talk, close(left));
        assert!(said < 2 * FAREWELL_BYTES_MAX, "{said}");
        assert_eq!(
            before.elapsed(),
            Duration::ZERO,
            "no time passes while it talks"
        );
    }
}
