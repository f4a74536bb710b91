//! The byte stream below SSH or telnet, watched: it notes how it ended, and gives up a write that nobody takes.
//!
//! What stands above it hides why a connection is gone: an SSH session just ends. So the stream itself notes the first
//! thing that ended it, and [`Ending`] tells it later.
//!
//! An SSH packet is read in two pieces, its length and its rest. The stream reads ahead, so that the kernel isn't asked for
//! each.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::TransportError;

/// A peer that takes no byte for so long is taken for dead: a full send buffer hides keepalives too.
pub(super) const WRITE_MAX: Duration = Duration::from_secs(60);

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// The peer closed it.
    Closed,
    /// The peer closed it, and said why.
    Said(String),
    /// It broke.
    Reset(String),
    /// Nobody was there any more, for so many seconds.
    Silent(u64),
}

impl fmt::Display for Ended {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => out.write_str("closed"),
            Self::Said(reason) => out.write_str(reason),
            Self::Reset(error) => write!(out, "reset: {error}"),
            Self::Silent(seconds) => write!(out, "no sign of life for {seconds}s"),
        }
    }
}

/// How a connection ended, once it has. The first that is noted counts: the rest follows from it.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending(Arc<Mutex<Option<Ended>>>);

impl Ending {
    pub(super) fn note(&self, ended: Ended) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get_or_insert(ended);
    }

    pub(super) fn get(&self) -> Option<Ended> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What went wrong; a connection that the peer just closed did not.
    pub(super) fn error(&self) -> Option<TransportError> {
        match self.get()? {
            Ended::Closed => None,
            Ended::Said(reason) => Some(TransportError::Disconnected { reason }),
            Ended::Reset(error) => Some(TransportError::Reset { error }),
            Ended::Silent(seconds) => Some(TransportError::Silent { seconds }),
        }
    }

    fn failed(&self, error: &io::Error) {
        self.note(match error.kind() {
            // The kernel's own keepalive or retransmission has given up.
            io::ErrorKind::TimedOut => Ended::Silent(WRITE_MAX.as_secs()),
            _ => Ended::Reset(error.to_string()),
        });
    }
}

/// A stream that is watched.
pub(super) struct Line<S> {
    stream: BufReader<S>,
    ending: Ending,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncRead> Line<S> {
    pub(super) fn new(stream: S, ending: Ending) -> Self {
        Self {
            stream: BufReader::new(stream),
            ending,
            stalled: None,
        }
    }

    /// Keeps the time while a write gets nowhere.
    fn patient<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match polled {
            Poll::Ready(done) => {
                self.stalled = None;
                Poll::Ready(done.inspect_err(|error| self.ending.failed(error)))
            }
            Poll::Pending => {
                let stalled = self
                    .stalled
                    .get_or_insert_with(|| Box::pin(sleep(WRITE_MAX)));
                ready!(stalled.as_mut().poll(context));
                self.ending.note(Ended::Silent(WRITE_MAX.as_secs()));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, into));
        match &read {
            Err(error) => self.ending.failed(error),
            Ok(()) if into.filled().len() == before && into.remaining() > 0 => {
                self.ending.note(Ended::Closed);
            }
            Ok(()) => {}
        }
        Poll::Ready(read)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.patient(context, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.patient(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_more_is_dead_after_a_minute() {
        let (ours, _theirs) = tokio::io::duplex(16);
        let ending = Ending::default();
        let mut line = Line::new(ours, ending.clone());
        let error = line.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(ending.get(), Some(Ended::Silent(60)));
    }

    #[tokio::test]
    async fn what_ended_it_first_counts() {
        let (ours, theirs) = tokio::io::duplex(16);
        let ending = Ending::default();
        let mut line = Line::new(ours, ending.clone());
        drop(theirs);
        assert_eq!(line.read(&mut [0; 8]).await.unwrap(), 0);
        line.write_all(b"x").await.unwrap_err();
        assert_eq!(ending.get(), Some(Ended::Closed));
        assert!(ending.error().is_none());
    }
}
