//! A terminal on a device, without SSH and without a clock.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use device::network::Alone;
use device::pack::Packs;
use device::{Device, Effect, Login, Opening, Screen, SessionId, SimTime};
use emulator::topology::{Reach, Topology};

/// A device and one privileged session on it.
pub struct Terminal {
    device: Device,
    effects: Vec<Effect>,
    /// What the device has written since it was last typed to.
    written: Vec<u8>,
}

/// The only session.
const SESSION: SessionId = SessionId(1);

impl Terminal {
    /// A Catalyst 9300, fresh from its pack, at its prompt; output isn't paged.
    #[must_use]
    pub fn on_an_edge() -> Self {
        let mut terminal = Self {
            device: edge(),
            effects: Vec::new(),
            written: Vec::new(),
        };
        let opening = Opening {
            user: "netadmin".to_string(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            screen: Some(Screen {
                width: 511,
                length: 0,
            }),
            terminal: Some("vt100".to_string()),
            command: None,
        };
        let login = terminal
            .device
            .login("netadmin", "C1sco12345", opening.peer, now());
        assert_eq!(login, Login::Accepted);
        terminal
            .device
            .open(SESSION, opening, now(), &mut terminal.effects);
        terminal.take_effects();
        terminal.must_end_with(b"edge-1#");
        terminal
    }

    /// Presses keys; gives how many bytes came back.
    pub fn presses(&mut self, keys: &[u8]) -> usize {
        self.written.clear();
        self.device.input(SESSION, keys, now(), &mut self.effects);
        self.take_effects();
        self.written.len()
    }

    /// Types lines, which must all be taken.
    pub fn types(&mut self, lines: &str) -> usize {
        let bytes = self.presses(lines.replace('\n', "\r").as_bytes());
        let refused = self.written.windows(2).any(|pair| pair == b"% ");
        assert!(!refused, "{}", String::from_utf8_lossy(&self.written));
        self.must_end_with(b"#");
        bytes
    }

    /// Types lines as a client sends them that waits for each prompt: each comes by itself. All must be taken.
    pub fn types_one_by_one(&mut self, lines: &str) {
        let mut keys = String::new();
        for line in lines.lines() {
            keys.clear();
            keys.push_str(line);
            keys.push('\r');
            self.presses(keys.as_bytes());
            let refused = self.written.windows(3).any(|three| three == b"\n% ");
            assert!(!refused, "{}", String::from_utf8_lossy(&self.written));
        }
    }

    fn take_effects(&mut self) {
        for effect in self.effects.drain(..) {
            if let Effect::Write(_, bytes) = effect {
                self.written.extend_from_slice(&bytes);
            }
        }
    }

    #[track_caller]
    fn must_end_with(&self, end: &[u8]) {
        let written = String::from_utf8_lossy(&self.written);
        assert!(self.written.ends_with(end), "{written}");
    }
}

/// A Catalyst 9300 that has just booted.
#[must_use]
pub fn edge() -> Device {
    edge_with(None)
}

/// The same, from a startup-config.
#[must_use]
pub fn edge_with(startup: Option<&str>) -> Device {
    static TOPOLOGY: OnceLock<Topology> = OnceLock::new();
    let topology = TOPOLOGY.get_or_init(|| topology("edge-1", "catalyst-9300", 1));
    let row = topology.row(0).unwrap();
    let mut facts = emulator::facts::of_device(topology, &row);
    facts.startup = startup.map(str::to_string);
    Device::new(row.group.platform.clone(), facts, Arc::new(Alone), now())
}

/// The text of a topology with devices that nobody listens for yet.
#[must_use]
pub fn topology(name: &str, pack: &str, count: usize) -> Topology {
    let text = format!(
        "name: bench\nseed: 7\nlisten: {{address: 127.0.0.1, port: 0}}\n\
         credentials: {{username: netadmin, password: C1sco12345, enable: C1sco54321}}\n\
         devices: [{{name: \"{name}\", pack: {pack}, count: {count}}}]\n"
    );
    parsed(&text.replace(", count: 1}", "}"), Path::new(""))
}

/// A topology as it is written; its files lie in a folder.
#[must_use]
pub fn parsed(text: &str, folder: &Path) -> Topology {
    Topology::parse("bench.yaml", text, folder, packs(), Reach::Loopback)
        .unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// Time stands still.
fn now() -> SimTime {
    SimTime::default()
}

/// The built-in packs.
pub(crate) fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| emulator::packs::load(None).unwrap_or_else(|wrong| panic!("{wrong:?}")))
}
