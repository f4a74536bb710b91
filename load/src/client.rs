//! A client of SSH that does the least: connect, log in, open a shell, send lines, count prompts.
//!
//! It is the client of the floor and the load generator: it verifies that each line was echoed and that a prompt came
//! after it, and knows nothing else. Whatever an odd server does ends as a [`Failure`], never as a panic and never as
//! a wait without end.

mod door;
mod screen;
mod terminal;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use russh::{Preferred, client, kex};

pub use terminal::{Answered, Terminal};

use crate::failure::Failure;
use crate::handshake::Handshake;

/// Who comes in, and what the peer's dialogue looks like.
///
/// Cheap to clone; one serves any number of sessions.
#[derive(Clone)]
pub struct Client {
    config: Arc<client::Config>,
    username: String,
    password: String,
    method: Method,
    dialogue: Arc<Dialogue>,
}

/// How the password is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// By the method `password`.
    #[default]
    Password,
    /// As the answer to each question of `keyboard-interactive`.
    KeyboardInteractive,
}

/// What a session of the peer looks like.
#[derive(Clone)]
pub struct Dialogue {
    /// What a prompt ends with; any of them.
    pub prompt_ends: Vec<String>,
    /// How the privileged mode is entered after the login.
    pub enable: Option<Enable>,
    /// Whether the peer echoes what is typed. The echo is then waited for.
    pub echo: bool,
    /// A line of an answer that begins with one of these says that the line was refused.
    pub refusals: Vec<String>,
    /// The longest wait: for a login, for the answer to a line, for those of many lines.
    pub patience: Duration,
}

/// How the privileged mode is entered.
#[derive(Clone)]
pub struct Enable {
    /// What is typed.
    pub command: String,
    /// How the question for the password ends.
    pub question: String,
    /// The password.
    pub password: String,
}

impl Default for Dialogue {
    fn default() -> Self {
        Self {
            prompt_ends: vec!["#".to_string(), ">".to_string()],
            enable: None,
            echo: true,
            refusals: Vec::new(),
            patience: Duration::from_secs(30),
        }
    }
}

impl Client {
    /// A client that logs in with a password.
    #[must_use]
    pub fn new(username: &str, password: &str, dialogue: Dialogue) -> Self {
        Self {
            config: Arc::new(config()),
            username: username.to_string(),
            password: password.to_string(),
            method: Method::default(),
            dialogue: Arc::new(dialogue),
        }
    }

    /// Gives the password another way.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Connects, logs in, opens a shell, waits for the prompt, and enters the privileged mode if it was told how.
    ///
    /// # Errors
    ///
    /// A [`Failure`] that says which of these failed.
    pub async fn open(&self, address: SocketAddr) -> Result<Terminal, Failure> {
        let patience = self.dialogue.patience;
        let opened = tokio::time::timeout(patience, self.open_unbounded(address)).await;
        opened.unwrap_or(Err(Failure::Slow("login")))
    }

    /// Connects, and gives what the key exchange agrees on.
    ///
    /// # Errors
    ///
    /// A [`Failure`], if there is no connection or no agreement.
    pub async fn handshake(&self, address: SocketAddr) -> Result<Handshake, Failure> {
        let met = door::meet(address, self.config.clone());
        let met = tokio::time::timeout(self.dialogue.patience, met).await;
        let (_, agreed) = met.unwrap_or(Err(Failure::Slow("handshake")))?;
        agreed.get().cloned().ok_or(Failure::Closed)
    }

    async fn open_unbounded(&self, address: SocketAddr) -> Result<Terminal, Failure> {
        let (mut handle, handshake) = door::meet(address, self.config.clone()).await?;
        door::log_in(&mut handle, &self.username, &self.password, self.method).await?;
        Terminal::open(handle, handshake, self.dialogue.clone()).await
    }
}

fn config() -> client::Config {
    let offered = [
        kex::CURVE25519,
        kex::CURVE25519_PRE_RFC_8731,
        kex::ECDH_SHA2_NISTP256,
        kex::ECDH_SHA2_NISTP384,
        kex::ECDH_SHA2_NISTP521,
        kex::DH_G16_SHA512,
        kex::DH_G14_SHA256,
    ];
    client::Config {
        nodelay: true,
        // The library's own first choice is post-quantum, which costs more and which no device has.
        preferred: Preferred {
            kex: offered.to_vec().into(),
            ..Preferred::default()
        },
        // Unread packets of a peer that answers letter by letter; the window bounds their bytes.
        channel_buffer_size: 1 << 16,
        ..client::Config::default()
    }
}
