//! The floor of a push: the same handshake and as many lines, with russh alone (`load::floor`).

use load::client::{Client, Dialogue};
use load::floor::{Replies, Server};

/// A server that knows nothing but a prompt, and a client that knows nothing but lines.
pub struct Floor {
    server: Server,
    client: Client,
    lines: Vec<String>,
}

/// The lines that a push of 20 sends, those around it included.
const LINES: usize = 20 + ["enable", "length", "width", "configure", "end"].len();

impl Floor {
    /// Starts the server; it serves as long as its runtime.
    pub async fn start() -> Self {
        Self {
            server: Server::start(Replies::new("edge-1(config)#"))
                .await
                .unwrap(),
            client: Client::new("netadmin", "any", Dialogue::default()),
            lines: vec!["vlan 21".to_string(); LINES],
        }
    }

    /// Connects, logs in, sends the lines one by one, and leaves.
    pub async fn run(&self) {
        let mut terminal = self.client.open(self.server.address()).await.unwrap();
        terminal.lines(&self.lines, 1).await.unwrap();
        terminal.close().await;
    }
}
