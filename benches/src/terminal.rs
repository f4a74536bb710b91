//! A terminal on a device, without SSH and without a clock.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::OnceLock;

use device::pack::Packs;
use device::{Device, Effect, Opening, Screen, SessionId, SimTime};
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
        let topology = topology("edge-1", "catalyst-9300", 1);
        let row = topology.row(0).unwrap();
        let facts = emulator::facts::of_device(&topology, &row);
        let mut terminal = Self {
            device: Device::new(
                row.group.platform.clone(),
                facts,
                std::sync::Arc::new(device::network::Alone),
                now(),
            ),
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

/// The text of a topology with devices that nobody listens for yet.
#[must_use]
pub fn topology(name: &str, pack: &str, count: usize) -> Topology {
    let text = format!(
        "name: bench\nseed: 7\nlisten: {{address: 127.0.0.1, port: 0}}\n\
         credentials: {{username: netadmin, password: C1sco12345, enable: C1sco54321}}\n\
         devices: [{{name: \"{name}\", pack: {pack}, count: {count}}}]\n"
    );
    let text = text.replace(", count: 1}", "}");
    Topology::parse("bench.yaml", &text, Path::new(""), packs(), Reach::Loopback)
        .unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// Blocks of four lines that are all new to a device, `lines` in all.
#[must_use]
pub fn configuration(lines: usize) -> String {
    let block = |n: usize| {
        format!(
            "interface Loopback{n}\n description line {n}\n ip address 10.{}.{}.1 255.255.255.0\n shutdown\n",
            n / 256,
            n % 256
        )
    };
    (0..lines / 4).map(block).collect()
}

/// Time stands still.
fn now() -> SimTime {
    SimTime::default()
}

/// The built-in packs.
fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| emulator::packs::load(None).unwrap_or_else(|wrong| panic!("{wrong:?}")))
}
