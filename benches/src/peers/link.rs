//! A link with a round trip: a proxy on loopback that hands bytes on half of it later, each way.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until};

/// Bytes that are read at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// Chunks on their way in one direction: a megabyte and more of keystrokes, each a chunk of its own.
const CHUNKS_MAX: usize = 1024;

/// A proxy to one address, until it is dropped.
pub struct Link {
    address: SocketAddr,
    accepting: AbortHandle,
}

impl Link {
    /// Listens on loopback, at a port of the system's choice.
    ///
    /// # Errors
    ///
    /// If no port can be listened at.
    pub async fn to(target: SocketAddr, round_trip: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(join(near, target, round_trip));
            }
        });
        Ok(Self {
            address,
            accepting: accepting.abort_handle(),
        })
    }

    /// Its near end.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// How a connection ends is the affair of its ends. That it is there at all takes a round trip too.
async fn join(near: TcpStream, target: SocketAddr, round_trip: Duration) -> io::Result<()> {
    sleep(round_trip).await;
    let far = TcpStream::connect(target).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
    let one_way = round_trip / 2;
    tokio::join!(
        carry(near_read, far_write, one_way),
        carry(far_read, near_write, one_way)
    );
    Ok(())
}

/// One direction, until its writer is done and all that was written is there.
async fn carry(from: OwnedReadHalf, to: OwnedWriteHalf, one_way: Duration) {
    let (queue, queued) = mpsc::channel(CHUNKS_MAX);
    tokio::join!(read(from, queue, one_way), write(queued, to));
}

async fn read(mut from: OwnedReadHalf, queue: mpsc::Sender<(Instant, Vec<u8>)>, one_way: Duration) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(bytes @ 1..) = from.read(&mut chunk).await {
        let sent = queue.send((Instant::now() + one_way, chunk[..bytes].to_vec()));
        if sent.await.is_err() {
            return;
        }
    }
}

async fn write(mut queued: mpsc::Receiver<(Instant, Vec<u8>)>, mut to: OwnedWriteHalf) {
    while let Some((due, chunk)) = queued.recv().await {
        sleep_until(due).await;
        if to.write_all(&chunk).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_goes_in_comes_out_and_not_before_its_time() {
        let round_trip = Duration::from_millis(20);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let link = Link::to(listener.local_addr().unwrap(), round_trip)
            .await
            .unwrap();
        let began = Instant::now();
        let mut near = TcpStream::connect(link.address()).await.unwrap();
        near.write_all(b"ping").await.unwrap();
        let (mut far, _) = listener.accept().await.unwrap();
        let mut heard = [0; 4];
        far.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"ping");
        // A connection, and one way.
        assert!(began.elapsed() >= round_trip + round_trip / 2);
        far.write_all(b"pong").await.unwrap();
        drop(far);
        let mut rest = Vec::new();
        near.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"pong");
        assert!(began.elapsed() >= round_trip * 2);
    }
}
