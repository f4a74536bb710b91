//! The programs, as processes: a fleet that serves until the end, and programmers that are killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::secrecy;

/// Below the ports that systems give to clients.
const PORTS: std::ops::Range<u16> = 26_000..29_900;
pub(crate) const DEVICES: u16 = 50;

/// A fleet of 50 devices, and where everything lies.
pub(crate) struct Scene {
    pub(crate) folder: PathBuf,
    fleet: Child,
}

/// How a programmer ended.
pub(crate) struct Said {
    pub(crate) status: Option<i32>,
    pub(crate) text: String,
}

/// How a programmer was killed.
pub(crate) struct Killed {
    pub(crate) run: String,
    /// Whether it was alive until then.
    pub(crate) alive: bool,
    /// How long it lived after it had named its run.
    pub(crate) lived: Duration,
}

impl Scene {
    /// Serves 50 devices, and waits until they answer.
    pub(crate) fn open() -> Self {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("crash-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let topology = format!(
            "name: crash\nseed: 5\nlisten: {{address: 127.0.0.1, port: {}}}\n\
             credentials: {{username: netadmin, password: C1sco12345, enable: C1sco54321}}\n\
             devices: [{{name: \"edge-{{n}}\", count: {DEVICES}, pack: catalyst-9300, role: edge}}]\n",
            free_ports()
        );
        std::fs::write(folder.join("topology.yaml"), topology).unwrap();
        let keys = Command::new(program("fleet"))
            .args(["inventory", "topology.yaml", "--format", "known-hosts"])
            .current_dir(&folder)
            .output()
            .unwrap();
        std::fs::write(folder.join("known_hosts"), keys.stdout).unwrap();
        let mut fleet = Command::new(program("fleet"))
            .args(["topology.yaml", "-v"])
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.join("fleet.log")).unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(fleet.stdout.take().unwrap()).lines();
        let ready = lines
            .by_ref()
            .any(|line| line.is_ok_and(|line| line.starts_with("ready:")));
        assert!(ready, "the fleet isn't ready");
        // Somebody must read what it says.
        std::thread::spawn(move || lines.for_each(drop));
        Self { folder, fleet }
    }

    fn programmer(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("programmer"));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("XDG_STATE_HOME", self.folder.join("state"))
            .env_remove("PROGRAMMER_JOURNAL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the programmer to its end.
    pub(crate) fn runs(&self, arguments: &[&str]) -> Said {
        let output = self.programmer(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        secrecy::keeps("what the programmer says", &text);
        Said {
            status: output.status.code(),
            text: String::from_utf8_lossy(&text).into_owned(),
        }
    }

    /// Runs the programmer and kills it so long after it has named its run.
    pub(crate) fn kills(&self, arguments: &[&str], after: Duration) -> Killed {
        let mut child = self
            .programmer(arguments)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        let run = first.split(':').next().unwrap_or_default().to_string();
        assert!(run.starts_with("run-"), "no run in `{first}`");
        let reader = std::thread::spawn(move || out.read_to_string(&mut String::new()));
        let (began, until) = (Instant::now(), Instant::now() + after);
        let mut alive = true;
        while alive && Instant::now() < until {
            // The instant is what this test is about: it is waited for, and ended early if there is nothing to kill.
            std::thread::sleep(Duration::from_millis(1));
            alive = child.try_wait().unwrap().is_none();
        }
        // This sends SIGKILL.
        let _ = child.kill();
        child.wait().unwrap();
        let _ = reader.join();
        Killed {
            run,
            alive,
            lived: began.elapsed(),
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.fleet.kill();
        let _ = self.fleet.wait();
        if !std::thread::panicking() {
            assert!(secrecy::folder_keeps(&self.folder.join("state"), &[]) > 1);
            secrecy::folder_keeps(&self.folder.join("fleet.log"), &[]);
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// The first of 50 ports that nobody listens on.
fn free_ports() -> u16 {
    let blocks = (PORTS.end - PORTS.start) / DEVICES;
    let first = u16::try_from(std::process::id() % u32::from(blocks)).unwrap();
    let mut starts = (0..blocks).map(|block| PORTS.start + (first + block) % blocks * DEVICES);
    let is_free = |start: &u16| {
        (*start..start + DEVICES).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok())
    };
    starts.find(is_free).expect("50 free ports in a row")
}

/// Where a program is: beside the folder of this test. Cargo builds what is older than its sources, unless
/// `CRASH_AS_BUILT` is set.
fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let folder = test.ancestors().nth(2).unwrap().to_path_buf();
        if std::env::var_os("CRASH_AS_BUILT").is_some() {
            return folder;
        }
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "build",
            "-q",
            "-p",
            "emulator",
            "-p",
            "programmer",
            "--bins",
        ]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        assert!(
            cargo
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .status()
                .unwrap()
                .success()
        );
        folder
    });
    folder.join(name)
}
