//! A machine that does what a test types, and fleets of it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use device::pack::Packs;
use device::{Door, Effect, Login, Opening, Screen, SessionId, SimTime};
use emulator::topology::Reach;
use emulator::{Clock, Fleet, Machine, Settings, Topology};

/// What `spill` writes.
pub(crate) const SPILL_BYTES: usize = 3 << 20;

/// What a test sets and reads.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) door: Door,
    /// Whether the door is open, whatever `door` says.
    pub(crate) shut: Arc<AtomicBool>,
    pub(crate) boots: Arc<AtomicUsize>,
    pub(crate) closed: Arc<AtomicUsize>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            door: Door {
                open: true,
                banner: None,
                grace: Duration::from_secs(120),
                tries: 3,
            },
            shut: Arc::default(),
            boots: Arc::default(),
            closed: Arc::default(),
        }
    }
}

impl Machine for Script {
    fn door(&self) -> Door {
        let open = self.door.open && !self.shut.load(Ordering::SeqCst);
        Door {
            open,
            ..self.door.clone()
        }
    }

    fn login(&mut self, user: &str, password: &str, _: IpAddr, _: SimTime) -> Login {
        if (user, password) == ("netadmin", "right") {
            Login::Accepted
        } else {
            Login::Rejected
        }
    }

    fn end_of_input(&mut self, _: SessionId, _: SimTime, _: &mut Vec<Effect>) {}

    fn login_by_key(&mut self, user: &str, _: &[u8], _: SimTime) -> Login {
        if user == "keyholder" {
            Login::Accepted
        } else {
            Login::Rejected
        }
    }

    fn open(&mut self, id: SessionId, opening: Opening, _: SimTime, out: &mut Vec<Effect>) {
        if let Some(command) = opening.command {
            let text = format!("ran {}\r\n", String::from_utf8_lossy(&command));
            out.push(Effect::Write(id, text.into_bytes()));
            out.push(Effect::Close(id));
            return;
        }
        let screen = opening
            .screen
            .map_or("none".into(), |s| format!("{}x{}", s.width, s.length));
        let terminal = opening.terminal.unwrap_or_default();
        let hello = format!("{} on {terminal} {screen}\r\n", opening.user);
        out.push(Effect::Write(id, hello.into_bytes()));
    }

    fn input(&mut self, id: SessionId, bytes: &[u8], now: SimTime, out: &mut Vec<Effect>) {
        match bytes {
            b"spill" => out.push(Effect::Write(id, vec![b'x'; SPILL_BYTES])),
            b"panic" => panic!("a scripted panic"),
            b"exit" => out.extend([Effect::Write(id, b"bye".to_vec()), Effect::Close(id)]),
            b"down" => out.push(Effect::Down),
            b"reload" => out.extend([
                Effect::Down,
                Effect::WakeAt(now.after(Duration::from_secs(90))),
            ]),
            _ => out.push(Effect::Write(id, bytes.to_vec())),
        }
    }

    fn resize(&mut self, _: SessionId, _: Screen) {}

    fn closed(&mut self, _: SessionId, _: SimTime, _: &mut Vec<Effect>) {
        self.closed.fetch_add(1, Ordering::SeqCst);
    }

    fn tick(&mut self, _: SimTime, out: &mut Vec<Effect>) {
        out.push(Effect::Up);
    }
}

/// Two devices, `r-1` and `r-2`, each on a port of its own.
pub(crate) async fn fleet(script: &Script) -> Fleet {
    fleet_with(script, "{address: 127.0.0.1, port: 0}", 4096).await
}

pub(crate) async fn fleet_with(script: &Script, listen: &str, startups_max: usize) -> Fleet {
    let boot = script.clone();
    let settings = Settings {
        clock: Clock::starting(SimTime(0)),
        startups_max,
        boot: Box::new(move |_, _, _, _| {
            boot.boots.fetch_add(1, Ordering::SeqCst);
            Box::new(boot.clone())
        }),
        ..Settings::default()
    };
    Fleet::start(topology(listen), settings).await.unwrap()
}

/// Three platforms that have ports and nothing else.
pub(crate) fn packs() -> Packs {
    let modes = "- {mode: exec, header: 'Exec commands:'}\n- {mode: config, parent: exec, prompt: config, header: 'Configure commands:'}\n";
    let interfaces = "interfaces:\n  - {type: GigabitEthernet, short: Gi, cdp: Gig, numbers: [], layer: 3, help: GigabitEthernet IEEE 802.3z}\nports:\n  - {type: GigabitEthernet, numbers: [\"1-4\"], layer: 3, speed: 1000, media: T}\n";
    let pack = |name: &str, models: &str| {
        format!("name: {name}\nabout: A platform\nhostname: Router\n{models}{interfaces}")
    };
    let mut files = BTreeMap::new();
    for (name, models) in [
        ("c8000v", "model: C8000V\n"),
        ("ap-cos", "model: C9120AXI\n"),
        (
            "catalyst-9300",
            "model: C9300-48P\nmodels: {C9300-24P: {}, C9300-48P: {}}\n",
        ),
    ] {
        files.insert(format!("{name}/pack.yaml"), pack(name, models));
        files.insert(format!("{name}/modes/all.yaml"), modes.to_string());
    }
    Packs::load(&files).unwrap_or_else(|mistakes| {
        let lines: Vec<_> = mistakes.iter().map(yaml::Mistake::report).collect();
        panic!("{}", lines.join("\n"))
    })
}

pub(crate) fn topology(listen: &str) -> Topology {
    let text = format!(
        "name: t\nlisten: {listen}\ncredentials: {{username: u, password: p, enable: e}}\nssh: {{host_key: [ssh-ed25519], kex: [curve25519-sha256]}}\ndevices:\n  - {{name: \"r-{{n}}\", count: 2, pack: c8000v}}\n"
    );
    Topology::parse("t.yaml", &text, Path::new("."), &packs(), Reach::Loopback).unwrap()
}
