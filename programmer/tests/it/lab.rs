//! Devices in memory, without a network and on virtual time: each knows VLANs, an archive and a revert timer, and goes
//! wrong as a test tells it to. What they hear is answered at once; only what a test makes wait waits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use programmer::inventory::Device;
use programmer::transport::{Connect, Transport, TransportError};
use tokio::sync::Notify;
use tokio::time::Instant;

/// What goes wrong with a device. Lines are counted by their text: the first time a line of this text comes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    /// It refuses this line.
    pub(crate) refuses: &'static str,
    /// It takes this line and doesn't keep it.
    pub(crate) forgets: &'static str,
    /// It resets the connection when this line comes, before it takes it.
    pub(crate) resets_at: &'static str,
    /// It boots when this line comes: the configuration is what was saved, and nobody is let in for so long.
    pub(crate) boots_at: &'static str,
    /// It can't be reached any more from this line on.
    pub(crate) is_lost_at: &'static str,
    /// It asks for authorisation from this line on, and denies everything.
    pub(crate) denies_from: &'static str,
    /// Who logs in anew is denied nothing, though.
    pub(crate) denies_until_login: bool,
    /// Another user adds a VLAN when this line comes.
    pub(crate) is_changed_at: &'static str,
    /// The user's interrupt comes when this line does.
    pub(crate) interrupts_at: &'static str,
    /// So many connections are refused before one is taken.
    pub(crate) connections_refused: u32,
    /// It can't save.
    pub(crate) cannot_save: bool,
    /// So many configurations are shown cut off.
    pub(crate) cuts_off: u32,
}

/// One device, and what it was told.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) faults: Faults,
    /// VLANs, with their names.
    pub(crate) vlans: BTreeMap<String, String>,
    pub(crate) saved: BTreeMap<String, String>,
    pub(crate) has_archive: bool,
    pub(crate) hostname: String,
    copies: Vec<BTreeMap<String, String>>,
    pub(crate) heard: Vec<String>,
    /// Nobody is let in until then.
    closed_until: Option<Instant>,
    reverts: Option<(Instant, BTreeMap<String, String>)>,
    denies: bool,
}

/// All devices, by port.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lab {
    devices: Arc<Mutex<BTreeMap<u16, Arc<Mutex<State>>>>>,
    pub(crate) interrupt: Arc<Mutex<Option<tokio::sync::watch::Sender<bool>>>>,
    crowd: Arc<Mutex<Crowd>>,
}

/// The devices, by port, that have a session, and all sets of them that had one at the same time.
#[derive(Debug, Default)]
struct Crowd {
    now: BTreeSet<u16>,
    seen: BTreeSet<BTreeSet<u16>>,
}

impl Lab {
    /// All sets of devices, by port, that had a session at the same time.
    pub(crate) fn crowds(&self) -> BTreeSet<BTreeSet<u16>> {
        self.crowd.lock().unwrap().seen.clone()
    }

    pub(crate) fn device(&self, port: u16) -> Arc<Mutex<State>> {
        let mut devices = self.devices.lock().unwrap();
        let born = || State {
            hostname: format!("d-{port}"),
            ..State::default()
        };
        Arc::clone(
            devices
                .entry(port)
                .or_insert_with(|| Arc::new(Mutex::new(born()))),
        )
    }

    /// A lab with one device that goes wrong.
    pub(crate) fn with(faults: Faults) -> Self {
        let lab = Self::default();
        lab.device(1).lock().unwrap().faults = faults;
        lab
    }
}

impl Connect for Lab {
    type Transport = Line;

    async fn connect(&self, device: &Device, _: Duration) -> Result<Line, TransportError> {
        let state = self.device(device.port);
        let refused = || TransportError::Connect {
            address: device.endpoint(),
            error: std::io::ErrorKind::ConnectionRefused.into(),
        };
        {
            let mut state = state.lock().unwrap();
            state.turn_back();
            state.denies &= !state.faults.denies_until_login;
            if state.faults.connections_refused > 0 {
                state.faults.connections_refused -= 1;
                return Err(refused());
            }
            if state
                .closed_until
                .is_some_and(|until| Instant::now() < until)
            {
                return Err(refused());
            }
        }
        {
            let mut crowd = self.crowd.lock().unwrap();
            crowd.now.insert(device.port);
            let now = crowd.now.clone();
            crowd.seen.insert(now);
        }
        let mut line = Line {
            port: device.port,
            crowd: Arc::clone(&self.crowd),
            state,
            interrupt: Arc::clone(&self.interrupt),
            mode: "",
            vlan: String::new(),
            typed: Vec::new(),
            out: VecDeque::new(),
            broken: false,
            more: Arc::new(Notify::new()),
        };
        line.prompt();
        Ok(line)
    }
}

impl State {
    /// The revert timer, if it has run out.
    fn turn_back(&mut self) {
        if self
            .reverts
            .as_ref()
            .is_some_and(|(at, _)| Instant::now() >= *at)
            && let Some((_, vlans)) = self.reverts.take()
        {
            self.vlans = vlans;
            self.closed_until = None;
        }
    }

    fn running_config(&mut self) -> String {
        let archive = if self.has_archive {
            "archive\r\n path flash:copy\r\n!\r\n"
        } else {
            ""
        };
        let vlan = |(vlan, name): (&String, &String)| match name.as_str() {
            "" => format!("{vlan}\r\n!\r\n"),
            name => format!("{vlan}\r\n {name}\r\n!\r\n"),
        };
        let vlans: String = self.vlans.iter().map(vlan).collect();
        let end = match self.faults.cuts_off {
            0 => "end\r\n",
            _ => "",
        };
        self.faults.cuts_off = self.faults.cuts_off.saturating_sub(1);
        let hostname = &self.hostname;
        format!(
            "Building configuration...\r\n\r\n!\r\nhostname {hostname}\r\n!\r\n{archive}{vlans}{end}\r\n"
        )
    }
}

/// A session with a device.
pub(crate) struct Line {
    port: u16,
    crowd: Arc<Mutex<Crowd>>,
    state: Arc<Mutex<State>>,
    interrupt: Arc<Mutex<Option<tokio::sync::watch::Sender<bool>>>>,
    mode: &'static str,
    vlan: String,
    typed: Vec<u8>,
    out: VecDeque<Vec<u8>>,
    broken: bool,
    more: Arc<Notify>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.crowd.lock().unwrap().now.remove(&self.port);
    }
}

impl Line {
    fn prompt(&mut self) {
        let host = self.state.lock().unwrap().hostname.clone();
        let prompt = match self.mode {
            "" => format!("\r\n{host}#"),
            mode => format!("\r\n{host}({mode})#"),
        };
        self.out.push_back(prompt.into_bytes());
        self.more.notify_one();
    }

    fn say(&mut self, text: impl Into<String>) {
        self.out.push_back(text.into().into_bytes());
    }

    fn key(&mut self, byte: u8) {
        if byte == 3 {
            self.typed.clear();
            self.mode = "";
            return self.prompt();
        }
        if byte != b'\n' {
            self.typed.push(byte);
            return self.out.push_back(vec![byte]);
        }
        let line = String::from_utf8(std::mem::take(&mut self.typed)).unwrap();
        self.enter(&line);
        if !self.broken {
            self.prompt();
        }
    }

    fn enter(&mut self, line: &str) {
        let state = Arc::clone(&self.state);
        let mut state = state.lock().unwrap();
        state.heard.push(line.to_string());
        let faults = state.faults.clone();
        if once(&mut state.faults.interrupts_at, line)
            && let Some(interrupt) = &*self.interrupt.lock().unwrap()
        {
            interrupt.send_replace(true);
        }
        if once(&mut state.faults.is_changed_at, line) {
            state.vlans.insert("vlan 999".into(), "name foreign".into());
        }
        state.denies |= once(&mut state.faults.denies_from, line);
        if state.denies && line != "exit" && line != "end" {
            return self.say("\r\nCommand authorization failed.\r\n");
        }
        if once(&mut state.faults.resets_at, line) {
            self.broken = true;
            return;
        }
        if once(&mut state.faults.is_lost_at, line) {
            self.broken = true;
            state.closed_until = Some(Instant::now() + Duration::from_secs(86_400));
            return;
        }
        if once(&mut state.faults.boots_at, line) {
            self.broken = true;
            state.vlans = state.saved.clone();
            state.closed_until = Some(Instant::now() + Duration::from_secs(300));
            return;
        }
        if faults.refuses == line {
            return self.say("\r\n            ^\r\n% Invalid input detected at '^' marker.\r\n");
        }
        if faults.forgets == line {
            return;
        }
        self.obey(line, &mut state);
    }

    fn obey(&mut self, line: &str, state: &mut State) {
        match (line, self.mode) {
            ("show running-config", "") => self.say(format!("\r\n{}", state.running_config())),
            ("configure terminal", "") => self.mode = "config",
            ("end", _) => self.mode = "",
            ("exit", "config-vlan") => self.mode = "config",
            ("exit", "") => self.broken = true,
            ("write memory", "") if state.faults.cannot_save => {
                self.say("\r\nstartup-config file open failed (Device or resource busy)\r\n");
            }
            ("write memory", "") => {
                state.saved = state.vlans.clone();
                self.say("\r\nBuilding configuration...\r\n[OK]");
            }
            ("archive config", "") => state.copies.push(state.vlans.clone()),
            ("show archive", "") => {
                self.say(format!(
                    "\r\n   {}       flash:copy-1 <- Most Recent",
                    state.copies.len()
                ));
            }
            ("configure replace flash:copy-1 force", "") => {
                state.vlans = state.copies.last().cloned().unwrap_or_default();
                self.say("\r\nTotal number of passes: 1\r\nRollback Done\r\n");
            }
            ("configure terminal revert timer 5", "") => {
                state.reverts = Some((
                    Instant::now() + Duration::from_secs(300),
                    state.vlans.clone(),
                ));
                self.mode = "config";
            }
            ("configure confirm", "") => state.reverts = None,
            ("configure revert now", "") => {
                if let Some((_, vlans)) = state.reverts.take() {
                    state.vlans = vlans;
                }
            }
            (line, "config" | "config-vlan") if line.starts_with("vlan ") => {
                self.mode = "config-vlan";
                self.vlan = line.to_string();
                state.vlans.entry(line.to_string()).or_default();
            }
            (line, "config" | "config-vlan") if line.starts_with("no vlan ") => {
                self.mode = "config";
                state.vlans.remove(line.trim_start_matches("no "));
            }
            (line, "config-vlan") if line.starts_with("name ") => {
                state.vlans.insert(self.vlan.clone(), line.to_string());
            }
            (line, "config-vlan") if line.starts_with("no name") => {
                state.vlans.insert(self.vlan.clone(), String::new());
            }
            _ => {}
        }
    }
}

/// Whether this is the line, the first time that it comes.
fn once(at: &mut &'static str, line: &str) -> bool {
    let is_it = !at.is_empty() && *at == line;
    if is_it {
        *at = "";
    }
    is_it
}

impl Transport for Line {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        loop {
            if let Some(bytes) = self.out.pop_front() {
                return Ok(Some(bytes));
            }
            if self.broken {
                return Ok(None);
            }
            self.more.notified().await;
        }
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        for byte in bytes {
            if !self.broken {
                self.key(byte);
            }
        }
        self.more.notify_one();
        Ok(())
    }

    async fn close(self) {}
}
