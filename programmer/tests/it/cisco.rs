//! A tiny device behind a real SSH server on loopback, for tests of the transport.
//!
//! It knows as much IOS as a push of two lines needs, and breaks where a test tells it to. The virtual
//! devices of the fleet are the real counterpart; they are judged in the workspace's own tests.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};
use russh::keys::{PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Response, Session};
use russh::{Channel, ChannelId, MethodKind, MethodSet};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How a device behaves.
#[derive(Clone)]
pub(crate) struct Behaviour {
    pub(crate) methods: &'static [MethodKind],
    pub(crate) privileged: bool,
    pub(crate) password: &'static str,
    pub(crate) enable: &'static str,
    pub(crate) seven_bits: bool,
    /// The line at which it ends the connection.
    pub(crate) hangs_up_at: &'static str,
    pub(crate) key_seed: u8,
    /// Sessions that are open at once are counted here.
    pub(crate) gate: Option<Arc<Gate>>,
}

/// Holds sessions at `write memory` until enough of them are there.
pub(crate) struct Gate {
    pub(crate) open: Mutex<(usize, usize)>,
    pub(crate) pass: Semaphore,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            methods: &[
                MethodKind::PublicKey,
                MethodKind::KeyboardInteractive,
                MethodKind::Password,
            ],
            privileged: true,
            password: "C1sco12345",
            enable: "C1sco54321",
            seven_bits: false,
            hangs_up_at: "never",
            key_seed: 1,
            gate: None,
        }
    }
}

/// The VLANs that a device has, with their names, whoever has configured them.
type Vlans = Arc<Mutex<BTreeMap<String, String>>>;

/// A device that listens.
pub(crate) struct Cisco {
    pub(crate) port: u16,
    pub(crate) key: PublicKey,
    /// The lines it was given, and the logins that were tried.
    pub(crate) heard: Arc<Mutex<Vec<String>>>,
    /// How many logins asked which methods there are.
    asked: Arc<AtomicUsize>,
    /// How many connections there were.
    came: Arc<AtomicUsize>,
}

impl Cisco {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let pair = Ed25519Keypair::from_seed(&[behaviour.key_seed; 32]);
        let key = PrivateKey::new(KeypairData::Ed25519(pair), "").unwrap();
        let public = key.public_key().clone();
        let config = Arc::new(Config {
            keys: vec![key],
            methods: MethodSet::from(behaviour.methods),
            auth_rejection_time: std::time::Duration::ZERO,
            ..Config::default()
        });
        let heard = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&heard);
        let asked = Arc::new(AtomicUsize::new(0));
        let asks = Arc::clone(&asked);
        let came = Arc::new(AtomicUsize::new(0));
        let comes = Arc::clone(&came);
        let vlans = Vlans::default();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                comes.fetch_add(1, Ordering::Relaxed);
                let door = Door {
                    behaviour: behaviour.clone(),
                    heard: Arc::clone(&told),
                    asked: Arc::clone(&asks),
                    vlans: Arc::clone(&vlans),
                    vlan: String::new(),
                    mode: "",
                    privileged: behaviour.privileged,
                    asks_secret: false,
                    line: Vec::new(),
                };
                let config = Arc::clone(&config);
                tokio::spawn(async move {
                    if let Ok(session) = russh::server::run_stream(config, stream, door).await {
                        let _ = session.await;
                    }
                });
            }
        });
        Self {
            port,
            key: public,
            heard,
            asked,
            came,
        }
    }

    pub(crate) fn came(&self) -> usize {
        self.came.load(Ordering::Relaxed)
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

struct Door {
    behaviour: Behaviour,
    heard: Arc<Mutex<Vec<String>>>,
    asked: Arc<AtomicUsize>,
    vlans: Vlans,
    /// The VLAN that is being configured.
    vlan: String,
    mode: &'static str,
    privileged: bool,
    asks_secret: bool,
    line: Vec<u8>,
}

impl Door {
    fn prompt(&self) -> String {
        match (self.mode, self.privileged) {
            ("", true) => "R1#".into(),
            ("", false) => "R1>".into(),
            (mode, _) => format!("R1({mode})#"),
        }
    }

    fn running_config(&self) -> String {
        let vlan = |(vlan, name): (&String, &String)| match name.as_str() {
            "" => format!("{vlan}\r\n!\r\n"),
            name => format!("{vlan}\r\n {name}\r\n!\r\n"),
        };
        let vlans: String = self.vlans.lock().unwrap().iter().map(vlan).collect();
        format!("Building configuration...\r\n\r\n!\r\nhostname R1\r\n!\r\n{vlans}end\r\n\r\n")
    }

    fn hear(&self, what: String) {
        self.heard.lock().unwrap().push(what);
    }

    fn answer(&mut self, line: &str) -> String {
        if std::mem::take(&mut self.asks_secret) {
            self.privileged = line == self.behaviour.enable;
            let refusal = if self.privileged {
                ""
            } else {
                "% Access denied\r\n\r\n"
            };
            return format!("{refusal}{}", self.prompt());
        }
        self.hear(line.to_string());
        let mut text = "";
        if line == "show running-config" {
            return format!("{}{}", self.running_config(), self.prompt());
        }
        match (line, self.mode) {
            ("enable", "") if !self.privileged => {
                self.asks_secret = true;
                return "Password: ".into();
            }
            ("configure terminal", "") => self.mode = "config",
            ("end", _) => self.mode = "",
            ("exit", "config-vlan") => self.mode = "config",
            ("write memory", "") => text = "Building configuration...\r\n[OK]\r\n",
            ("vlan 13", _) => text = "    ^\r\n% Invalid input detected at '^' marker.\r\n\r\n",
            (line, "config" | "config-vlan") if line.starts_with("no vlan ") => {
                self.mode = "config";
                let vlan = line.trim_start_matches("no ");
                self.vlans.lock().unwrap().remove(vlan);
            }
            (line, "config" | "config-vlan") if line.starts_with("vlan ") => {
                self.mode = "config-vlan";
                self.vlan = line.to_string();
                self.vlans
                    .lock()
                    .unwrap()
                    .entry(self.vlan.clone())
                    .or_default();
            }
            (line, "config-vlan") if line.starts_with("name ") => {
                self.vlans
                    .lock()
                    .unwrap()
                    .insert(self.vlan.clone(), line.to_string());
            }
            _ => {}
        }
        format!("{text}{}", self.prompt())
    }

    async fn wait_at_gate(&self) {
        if let Some(gate) = &self.behaviour.gate {
            {
                let mut open = gate.open.lock().unwrap();
                open.0 += 1;
                open.1 = open.1.max(open.0);
            }
            let pass = gate.pass.acquire().await.unwrap();
            pass.forget();
            gate.open.lock().unwrap().0 -= 1;
        }
    }

    fn judge(&self, method: &str, is_right: bool) -> Auth {
        self.hear(format!("({method})"));
        if is_right {
            Auth::Accept
        } else {
            Auth::Reject {
                proceed_with_methods: None,
                partial_success: false,
            }
        }
    }
}

impl Handler for Door {
    type Error = russh::Error;

    async fn auth_none(&mut self, _: &str) -> Result<Auth, russh::Error> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(Auth::reject())
    }

    async fn auth_password(&mut self, _: &str, password: &str) -> Result<Auth, russh::Error> {
        if !self.behaviour.methods.contains(&MethodKind::Password) {
            // A server that doesn't take passwords this way doesn't look at them.
            return Ok(Auth::reject());
        }
        Ok(self.judge("password", password == self.behaviour.password))
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _: &str,
        _: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        let Some(mut response) = response else {
            return Ok(Auth::Partial {
                name: Cow::Borrowed(""),
                instructions: Cow::Borrowed(""),
                prompts: Cow::Owned(vec![(Cow::Borrowed("Password: "), false)]),
            });
        };
        let answer = response.next();
        let is_right =
            answer.is_some_and(|answer| &answer[..] == self.behaviour.password.as_bytes());
        Ok(self.judge("keyboard-interactive", is_right))
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_success(channel)?;
        session.data(channel, format!("\r\n\r\n{}", self.prompt()).into_bytes())?;
        Ok(())
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        for byte in data {
            let byte = if self.behaviour.seven_bits {
                byte & 0x7f
            } else {
                *byte
            };
            if byte != b'\n' {
                self.line.push(byte);
                if !self.asks_secret {
                    session.data(channel, vec![byte])?;
                }
                continue;
            }
            let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
            let leaves = self.mode.is_empty() && line == "exit";
            if line == "write memory" {
                self.wait_at_gate().await;
            }
            if leaves || line == self.behaviour.hangs_up_at {
                self.hear(line);
                session.close(channel)?;
                return Ok(());
            }
            let answer = format!("\r\n{}", self.answer(&line));
            session.data(channel, answer.into_bytes())?;
        }
        Ok(())
    }
}
