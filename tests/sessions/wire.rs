//! A programmer's session and a virtual device, joined without a network: what one writes the other reads, in pieces
//! of a given size, and time passes only when both wait.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use device::network::Alone;
use device::{Credentials, Device, Effect, Facts, Opening, Screen, SessionId, SimTime};
use programmer::packs::Expect;
use programmer::plan::PlanLine;
use programmer::secret::{Mask, Secret};
use programmer::session::{
    Access, Action, Configured, Input, OnRefused, Reply, Request, Sending, Session,
};

use crate::secrecy;

/// 09:00:00 UTC on Monday the 5th of January 2026.
const BEGIN: SimTime = SimTime(1_767_603_600_000);
const PASSWORD: &str = "C1sco12345";
const ENABLE: &str = "C1sco54321";
/// So many times a request may wake before it is taken to hang.
const STEPS_MAX: usize = 100_000;

/// The packs as they stand in the repository, each half by its own program.
fn packs() -> &'static (device::pack::Packs, programmer::packs::Packs) {
    type Both = (device::pack::Packs, programmer::packs::Packs);
    static PACKS: OnceLock<Both> = OnceLock::new();
    PACKS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../device-packs");
        let source = programmer::packs::PackSource::overridden_by(&folder);
        let upper = emulator::packs::load(Some(&folder)).unwrap_or_else(|what| panic!("{what:?}"));
        let lower =
            programmer::packs::Packs::load(&source).unwrap_or_else(|what| panic!("{what:?}"));
        (upper, lower)
    })
}

/// How a pack's devices are talked to.
pub(crate) fn expect(pack: &str) -> Expect {
    let platform = packs()
        .1
        .platform(pack)
        .unwrap_or_else(|| panic!("no {pack}"));
    Expect::clone(platform.expect())
}

/// A session with a device at its other end.
pub(crate) struct Wire {
    device: Device,
    access: Access,
    /// The session's number on the device.
    id: SessionId,
    session: Session,
    /// Whether the device has ended it.
    closed: bool,
    /// What the device has written and the session hasn't read.
    coming: VecDeque<u8>,
    /// When either wants to be woken.
    wakes: [Option<Duration>; 2],
    now: Duration,
    width: u16,
    chunk: usize,
    /// How many writes the session made.
    pub(crate) writes: usize,
    /// What went over the wire since the session was opened: what the session wrote, and what it read.
    went: [Vec<u8>; 2],
}

impl Wire {
    /// A device of this pack with a terminal of this width, and a session that is ready.
    pub(crate) fn open(pack: &str, width: u16, chunk: usize, expect: Expect) -> Self {
        let platform = packs()
            .0
            .platform(pack, None)
            .unwrap_or_else(|| panic!("no {pack}"));
        let facts = Facts {
            name: "edge-1".into(),
            address: [10, 10, 0, 1].into(),
            seed: 7,
            credentials: Credentials {
                username: "netadmin".into(),
                password: PASSWORD.into(),
                enable: ENABLE.into(),
            },
            startup: None,
            cables: vec![],
            access_points: vec![],
            controller: None,
        };
        let credentials = programmer::inventory::Credentials {
            username: "netadmin".into(),
            password: Secret::new(PASSWORD),
            enable: Some(Secret::new(ENABLE)),
        };
        let access = Access {
            expect: Arc::new(expect),
            credentials,
            mask: Arc::new(Mask::new([Secret::new(PASSWORD), Secret::new(ENABLE)])),
        };
        let mut wire = Self {
            device: Device::new(platform, facts, Arc::new(Alone), BEGIN),
            session: Session::new(access.clone(), Duration::ZERO),
            access,
            id: SessionId(0),
            closed: false,
            width,
            coming: VecDeque::new(),
            wakes: [None, None],
            now: Duration::ZERO,
            chunk,
            writes: 0,
            went: [vec![], vec![]],
        };
        wire.reopen();
        wire
    }

    /// A new session with the same device.
    pub(crate) fn reopen(&mut self) {
        let opening = Opening {
            user: "netadmin".into(),
            peer: [10, 99, 0, 1].into(),
            screen: Some(Screen {
                width: self.width,
                length: 0,
            }),
            terminal: Some("vt100".into()),
            command: None,
        };
        self.id = SessionId(self.id.0 + 1);
        self.session = Session::new(self.access.clone(), self.now);
        self.closed = false;
        self.coming.clear();
        self.went = [vec![], vec![]];
        let mut out = vec![];
        self.device.open(self.id, opening, self.time(), &mut out);
        self.happened(out);
        let reply = self.run(vec![]);
        assert!(matches!(reply, Reply::Ready), "{reply:?}");
    }

    /// Configures lines.
    pub(crate) fn configure(
        &mut self,
        lines: Vec<PlanLine>,
        sending: Sending,
        on_refused: OnRefused,
    ) -> Configured {
        let request = Request::Configure {
            enter: None,
            lines: lines.into(),
            sending,
            on_refused,
        };
        match self.ask(request) {
            Reply::Configured(configured) => configured,
            other => panic!("{other:?}"),
        }
    }

    /// What a command prints.
    pub(crate) fn show(&mut self, command: &str) -> Vec<String> {
        let request = Request::Exec {
            command: command.into(),
            within: Duration::from_secs(60),
            ends: None,
        };
        match self.ask(request) {
            Reply::Output { lines } => lines,
            other => panic!("{other:?}"),
        }
    }

    /// Whether there may be another request.
    pub(crate) fn is_ready(&self) -> bool {
        self.session.is_ready()
    }

    /// The last of what was sent and came.
    pub(crate) fn tail(&self) -> String {
        self.session.transcript().tail(12)
    }

    /// What went over the wire, and what the transcript has of it; of each what was sent, and what came.
    pub(crate) fn went_and_kept(&self) -> [[String; 2]; 2] {
        let shown = |bytes: &Vec<u8>| {
            let masked = self.access.mask.bytes(bytes);
            String::from_utf8(masked).unwrap()
        };
        let kept = |sent| {
            let steps = self.session.transcript().steps();
            let side = steps.filter(|step| step.sent == sent);
            side.map(|step| step.text).collect()
        };
        let [sent, came] = &self.went;
        [[shown(sent), shown(came)], [kept(true), kept(false)]]
    }

    pub(crate) fn ask(&mut self, request: Request) -> Reply {
        let actions = self.session.request(request, self.now);
        self.run(actions)
    }

    fn run(&mut self, mut actions: Vec<Action>) -> Reply {
        for _ in 0..STEPS_MAX {
            self.perform(actions);
            if let Some(reply) = self.session.take_reply() {
                return reply;
            }
            actions = if self.coming.is_empty() && self.closed {
                self.session
                    .handle(Input::Closed("the device ended it"), self.now)
            } else if self.coming.is_empty() {
                self.pass();
                self.session.handle(Input::Tick, self.now)
            } else {
                let piece: Vec<u8> = self
                    .coming
                    .drain(..self.chunk.min(self.coming.len()))
                    .collect();
                self.went[1].extend_from_slice(&piece);
                self.session.handle(Input::Bytes(&piece), self.now)
            };
        }
        panic!("it hangs: {}", self.session.transcript().tail(5));
    }

    fn perform(&mut self, actions: Vec<Action>) {
        self.wakes[0] = None;
        for action in actions {
            match action {
                Action::Send { bytes, .. } => {
                    self.writes += 1;
                    self.went[0].extend_from_slice(&bytes);
                    let mut out = vec![];
                    self.device.input(self.id, &bytes, self.time(), &mut out);
                    self.happened(out);
                }
                Action::WakeAt(at) => self.wakes[0] = Some(at),
                Action::Close => {}
            }
        }
    }

    fn happened(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Write(_, bytes) => self.coming.extend(bytes),
                Effect::WriteShared(_, bytes) => self.coming.extend(bytes.iter()),
                Effect::Close(_) => self.closed = true,
                Effect::WakeAt(at) => self.wakes[1] = Some(at.since(BEGIN)),
                _ => {}
            }
        }
    }

    /// Both wait: time passes until one of them wakes.
    fn pass(&mut self) {
        let wake = self.wakes.into_iter().flatten().min();
        self.now = wake
            .unwrap_or(self.now)
            .max(self.now + Duration::from_millis(1));
        if self.wakes[1].is_some_and(|at| at <= self.now) {
            self.wakes[1] = None;
            let mut out = vec![];
            self.device.tick(self.time(), &mut out);
            self.happened(out);
        }
    }

    fn time(&self) -> SimTime {
        BEGIN.after(self.now)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            secrecy::keeps("the transcript", self.session.transcript().text());
        }
    }
}
