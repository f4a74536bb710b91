//! A line between us and a server that a test can break.

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// How a line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// Neither side hears anything more.
    Silence,
    /// The connection is reset.
    Reset,
    /// The connection is closed, without a word.
    Close,
}

/// A line that forwards bytes until it is told to break.
pub(crate) struct Relay {
    pub(crate) port: u16,
    tell: mpsc::Sender<Break>,
}

impl Relay {
    pub(crate) async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, mut told) = mpsc::channel(1);
        tokio::spawn(async move {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
            let broken = tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut near, &mut far) => None,
                broken = told.recv() => broken,
            };
            match broken {
                Some(Break::Silence) => std::future::pending::<()>().await,
                Some(Break::Reset) => near.set_zero_linger().unwrap(),
                Some(Break::Close) => near.shutdown().await.unwrap(),
                None => {}
            }
        });
        Self { port, tell }
    }

    pub(crate) async fn breaks(&self, how: Break) {
        self.tell.send(how).await.unwrap();
    }
}
