//! The user's own `ssh` in a pseudo-terminal: `ssh_config`, jump hosts, hardware keys and Kerberos work as they do by
//! hand, because it is done by the same program.
//!
//! expectrl starts it and owns the terminal. The log goes to a file of its own (`-E`), so what stands on the terminal is
//! questions of `ssh` until it is in, and bytes of the device from then on: nothing has to be guessed. Its password
//! prompt is answered once; nothing else ever is.
//!
//! Known limits: Unix; a jump host that asks for a password ends it, as it can't be known whose password is meant.

mod command;
mod log;
mod said;

use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;

use expectrl::process::unix::{PtyStream, UnixProcess};
use expectrl::process::{NonBlocking as _, Process as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::pipe;

use super::line::WRITE_MAX;
use super::native::{COLUMNS, KEEPALIVES_MAX, ROWS};
use super::{Transport, TransportError, TransportOptions};
use crate::inventory::Device;
use log::Log;
use said::Login;

/// So much is read at once.
const READ_BYTES: usize = 4_096;
/// Of what stands on the terminal during a login, so much is kept.
const SCREEN_BYTES_MAX: usize = 16 << 10;

/// An `ssh` that is logged in.
pub struct SystemTransport {
    output: pipe::Receiver,
    input: pipe::Sender,
    // Ends with us.
    _process: Running,
    log: Log,
    /// What the device has said already.
    first: Vec<u8>,
    /// What may be the last words of `ssh`, if nothing follows.
    last_words: Vec<u8>,
    keepalive: Duration,
}

impl SystemTransport {
    /// Starts `ssh` and logs in.
    pub(super) async fn open(
        device: &Device,
        options: &TransportOptions,
    ) -> Result<Self, TransportError> {
        let program = || options.ssh_program.display().to_string();
        let bad = |error: io::Error| TransportError::Spawn {
            program: program(),
            error,
        };
        let log = Log::create().map_err(bad)?;
        let command = command::of(device, options, log.path());
        let mut process = UnixProcess::spawn_command(command).map_err(bad)?;
        let sized = process.set_window_size(COLUMNS, ROWS);
        sized.map_err(|error| bad(io::Error::other(error)))?;
        let stream = process.open_stream().map_err(bad)?;
        let (output, input) = halves(stream).map_err(bad)?;
        let mut opened = Self {
            output,
            input,
            _process: Running(Some(process)),
            log,
            first: Vec::new(),
            last_words: Vec::new(),
            keepalive: options.keepalive.unwrap_or_default(),
        };
        opened.log_in(device).await?;
        Ok(opened)
    }

    async fn log_in(&mut self, device: &Device) -> Result<(), TransportError> {
        let (address, user) = (device.endpoint(), &device.credentials.username);
        let password = &device.credentials.password;
        let mut given = false;
        let mut screen: Vec<u8> = Vec::new();
        loop {
            let Some(bytes) = self.receive().await else {
                let text = String::from_utf8_lossy(&screen);
                return Err(said::refusal(&self.log.text(), &text, &address, user));
            };
            screen.extend(&bytes);
            let excess = screen.len().saturating_sub(SCREEN_BYTES_MAX);
            screen.drain(..excess);
            match said::login(&self.log.text(), &String::from_utf8_lossy(&screen)) {
                Login::Wait => {}
                Login::In => {
                    self.first = bytes;
                    return Ok(());
                }
                Login::Password if !given && !password.reveal().is_empty() => {
                    given = true;
                    // The echo is off since the question stands there; what stood before it is done with.
                    screen.clear();
                    self.write(format!("{}\n", password.reveal()).into_bytes())
                        .await?;
                }
                Login::Password => {
                    return Err(TransportError::LoginRefused {
                        address,
                        username: user.clone(),
                        methods: if given {
                            "password"
                        } else {
                            "keys, and there is no password"
                        }
                        .to_string(),
                    });
                }
                Login::HostKey(said) => return Err(TransportError::HostKeyAsked { address, said }),
                Login::Asks(question) => return Err(TransportError::Asked { address, question }),
            }
        }
    }

    /// The next bytes of the terminal, or none if `ssh` is gone.
    async fn receive(&mut self) -> Option<Vec<u8>> {
        let mut bytes = [0; READ_BYTES];
        match self.output.read(&mut bytes).await {
            // Linux says EIO when the last one has left the terminal.
            Err(_) | Ok(0) => None,
            Ok(read) => bytes.get(..read).map(<[u8]>::to_vec),
        }
    }

    fn ending(&self) -> Option<TransportError> {
        let silent = self.keepalive.as_secs() * (KEEPALIVES_MAX as u64 + 1);
        said::ending(&self.log.text(), silent)
    }
}

/// The two halves of the terminal. It isn't a pipe, but it is read and written like one.
fn halves(mut stream: PtyStream) -> io::Result<(pipe::Receiver, pipe::Sender)> {
    stream.set_blocking(false)?;
    let half = || stream.as_fd().try_clone_to_owned();
    Ok((
        pipe::Receiver::from_owned_fd_unchecked(half()?)?,
        pipe::Sender::from_owned_fd_unchecked(half()?)?,
    ))
}

impl Transport for SystemTransport {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        if !self.first.is_empty() {
            return Ok(Some(std::mem::take(&mut self.first)));
        }
        loop {
            let Some(bytes) = self.receive().await else {
                // What ssh itself said last was no word of the device.
                self.last_words.clear();
                return self.ending().map_or(Ok(None), Err);
            };
            let mut bytes = [std::mem::take(&mut self.last_words), bytes].concat();
            self.last_words = bytes.split_off(said::farewell(&bytes));
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        match tokio::time::timeout(WRITE_MAX, self.input.write_all(&bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.ending().unwrap_or_else(|| TransportError::Reset {
                error: format!("the terminal of ssh: {error}"),
            })),
            Err(_) => Err(TransportError::Silent {
                seconds: WRITE_MAX.as_secs(),
            }),
        }
    }

    async fn close(self) {
        // Whoever lets go of it ends it.
    }
}

/// A process that must not outlive us. Ending it takes a moment, which belongs on a thread that may wait.
struct Running(Option<UnixProcess>);

impl Drop for Running {
    fn drop(&mut self) {
        let process = self.0.take();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || drop(process));
        }
    }
}
