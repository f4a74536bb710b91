//! A fleet that serves one test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use device::pack::Packs;
use emulator::topology::Reach;
use emulator::{Fleet, Settings, Topology, inventory};
use tokio::runtime::Runtime;

use crate::folder::{Folder, repository};

/// Whom the topologies here let in; passwords of a laboratory, as in topologies/.
pub(crate) const USER: &str = "netadmin";
pub(crate) const PASSWORD: &str = "C1sco12345";
pub(crate) const ENABLE: &str = "C1sco54321";

/// The start of an edge whose user lands at `>`.
pub(crate) const UNPRIVILEGED: &str = "hostname edge-1\nenable secret C1sco54321\n\
     username netadmin privilege 1 secret C1sco12345\nline vty 0 15\n login local\nend\n";

/// Below the ports that systems give to clients.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// How many ports a topology here may need.
const PORTS_OF_ONE: u16 = 32;

/// A serving fleet, its topology's file, and its devices' host keys.
pub(crate) struct Served {
    /// The topology as it is served, for other programs.
    pub(crate) topology: PathBuf,
    /// The host keys as `fleet inventory --format known-hosts` says them.
    pub(crate) known_hosts: PathBuf,
    folder: Folder,
    // In this order: what runs ends before its runtime does.
    fleet: Option<Fleet>,
    runtime: Runtime,
}

impl Served {
    /// Serves a file of topologies/, on other ports.
    pub(crate) fn shipped(file: &str) -> Self {
        let path = repository("topologies").join(file);
        let text = std::fs::read_to_string(&path).expect("a topology that is shipped can be read");
        let folder = Folder::new("shipped");
        if let Ok(configs) = std::fs::read_dir(path.with_file_name("configs")) {
            std::fs::create_dir(folder.path("configs")).unwrap();
            for config in configs.flatten() {
                let copy = folder.path("configs").join(config.file_name());
                std::fs::copy(config.path(), copy).unwrap();
            }
        }
        Self::start(folder, &text)
    }

    /// Serves topology.yaml of a folder; a device boots from the files of configs/<device>/, one after another.
    pub(crate) fn composed(source: &str) -> Self {
        let source = repository(source);
        let text = std::fs::read_to_string(source.join("topology.yaml")).unwrap();
        let folder = Folder::new("composed");
        for device in std::fs::read_dir(source.join("configs")).unwrap().flatten() {
            let parts = std::fs::read_dir(device.path()).unwrap().flatten();
            let mut parts: Vec<PathBuf> = parts.map(|part| part.path()).collect();
            parts.sort();
            let whole: String = parts
                .iter()
                .map(|part| std::fs::read_to_string(part).unwrap())
                .collect();
            let name = device.file_name().into_string().unwrap();
            folder.write(&format!("{name}.cfg"), &format!("{whole}end\n"));
        }
        Self::start(folder, &text)
    }

    /// Serves one Catalyst 9300 by the name of `edge-1`, with the start of its configuration.
    pub(crate) fn edge(startup: &str) -> Self {
        let folder = Folder::new("edge");
        folder.write("edge-1.cfg", startup);
        let text = format!(
            "name: one\nseed: 3\nlisten: {{address: 127.0.0.1, port: 0}}\n\
             credentials: {{username: {USER}, password: {PASSWORD}, enable: {ENABLE}}}\n\
             devices: [{{name: edge-1, pack: catalyst-9300, startup: edge-1.cfg}}]\n"
        );
        Self::start(folder, &text)
    }

    /// Serves one Catalyst 9300 with nothing but what it is born with.
    pub(crate) fn plain_edge() -> Self {
        Self::start(
            Folder::new("plain"),
            &format!(
                "name: one\nseed: 3\nlisten: {{address: 127.0.0.1, port: 0}}\n\
                 credentials: {{username: {USER}, password: {PASSWORD}, enable: {ENABLE}}}\n\
                 devices: [{{name: edge-1, pack: catalyst-9300}}]\n"
            ),
        )
    }

    /// Serves a topology that something wrote into a folder.
    pub(crate) fn written(folder: Folder) -> Self {
        let text = std::fs::read_to_string(folder.path("topology.yaml")).unwrap();
        Self::start(folder, &text)
    }

    /// Lets the fleet be controlled; the options of `fleet ctl` for it.
    pub(crate) fn controlled(&mut self) -> [String; 4] {
        let file = self.folder.path("control.token");
        let token = emulator::control::token::make(&file).unwrap();
        let fleet = self.fleet.as_mut().expect("the fleet runs until the end");
        let any = "127.0.0.1:0".parse().unwrap();
        let address = self.runtime.block_on(fleet.control(any, &token)).unwrap();
        let file = file.display().to_string();
        [
            "--control".into(),
            address.to_string(),
            "--token-file".into(),
            file,
        ]
    }

    /// Where a device listens.
    pub(crate) fn address(&self, device: &str) -> SocketAddr {
        let fleet = self.fleet.as_ref().expect("the fleet runs until the end");
        let row = fleet.topology().rows().find(|row| row.name == device);
        let number = row.expect("the topology has the device").number;
        fleet.address(number).expect("a device has an address")
    }

    /// Every device, and where it listens.
    pub(crate) fn devices(&self) -> impl Iterator<Item = (String, SocketAddr)> {
        let fleet = self.fleet.as_ref().expect("the fleet runs until the end");
        let rows = fleet.topology().rows();
        rows.filter_map(|row| Some((row.name.to_string(), fleet.address(row.number)?)))
    }

    /// A file of the test's own folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }

    /// Starts on the first free ports; others may take some at the same moment.
    fn start(folder: Folder, text: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        for first_port in std::iter::from_fn(next_ports) {
            let topology = folder.write("topology.yaml", &on_port(text, first_port));
            let read = Topology::read(&topology, packs(), Reach::Loopback)
                .unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)));
            let mut keys = Vec::new();
            inventory::write(&read, inventory::Format::KnownHosts, &mut keys).unwrap();
            if let Ok(fleet) = runtime.block_on(Fleet::start(read, Settings::default())) {
                let keys = String::from_utf8(keys).unwrap();
                return Self {
                    topology,
                    known_hosts: folder.write("known_hosts", &keys),
                    folder,
                    fleet: Some(fleet),
                    runtime,
                };
            }
        }
        panic!("no free ports in {PORTS:?}");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(fleet) = self.fleet.take() {
            self.runtime.block_on(fleet.stop());
        }
    }
}

/// The first of some ports that no fleet of this process had. It starts elsewhere in every process.
fn next_ports() -> Option<u16> {
    static USED: AtomicU16 = AtomicU16::new(0);
    let blocks = (PORTS.end - PORTS.start) / PORTS_OF_ONE;
    let used = USED.fetch_add(1, Ordering::Relaxed);
    let start = u16::try_from(std::process::id() * 37 % u32::from(blocks)).unwrap_or(0);
    (used < blocks).then(|| PORTS.start + (start + used) % blocks * PORTS_OF_ONE)
}

/// The text of a topology with another port in its `listen`.
fn on_port(text: &str, port: u16) -> String {
    let line = |line: &str| match (line.starts_with("listen:"), line.split_once("port: ")) {
        (true, Some((before, _))) => format!("{before}port: {port}}}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// The built-in packs, compiled once for all tests.
fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| {
        emulator::packs::load(None).unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)))
    })
}

fn told(mistakes: &[yaml::Mistake]) -> String {
    let lines: Vec<_> = mistakes.iter().map(yaml::Mistake::report).collect();
    lines.join("\n")
}
