//! A port that leads to another, until the way is broken: with a reset, or by swallowing everything.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Open,
    /// The connections are reset; new ones pass.
    Reset,
    /// What the connections carry is lost, and nobody says so; new ones pass.
    BlackHole,
}

/// A port that leads elsewhere.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    way: Arc<watch::Sender<Way>>,
}

impl Proxy {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let way = Arc::new(watch::Sender::new(Way::Open));
        let ways = Arc::clone(&way);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                // What broke the connections before is no matter of this one.
                let mut way = ways.subscribe();
                way.mark_unchanged();
                tokio::spawn(carry(near, port, way));
            }
        });
        Self { port: own, way }
    }

    /// What breaks the connections that are open now.
    pub(crate) fn breaker(&self) -> Arc<watch::Sender<Way>> {
        Arc::clone(&self.way)
    }
}

async fn carry(mut near: TcpStream, port: u16, mut way: watch::Receiver<Way>) {
    let mut far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    loop {
        tokio::select! {
            read = near.read(&mut up) => match read {
                Ok(count @ 1..) => if far.write_all(up.get(..count).unwrap_or_default()).await.is_err() { return },
                _ => return,
            },
            read = far.read(&mut down) => match read {
                Ok(count @ 1..) => if near.write_all(down.get(..count).unwrap_or_default()).await.is_err() { return },
                _ => return,
            },
            changed = way.changed() => {
                let broken = *way.borrow_and_update();
                match broken {
                    _ if changed.is_err() => return,
                    Way::Open => {}
                    Way::Reset => {
                        // A close that lingers for no time at all is a reset.
                        near.set_zero_linger().unwrap();
                        return;
                    }
                    Way::BlackHole => {
                        // Both ends stay open and hear nothing, until the near one gives up.
                        while matches!(near.read(&mut up).await, Ok(1..)) {}
                        return;
                    }
                }
            }
        }
    }
}
