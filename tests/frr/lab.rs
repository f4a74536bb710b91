//! The routers: as many as the tests of one run take, each given to one test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

/// The password of the routers' one user.
pub(crate) const PASSWORD: &str = "Fr-Rout1ng";

/// The routers' one user.
pub(crate) const USER: &str = "vtyadm";

/// So many routers are there; a test that takes one more than all fails and says so.
const ROUTERS: usize = 20;

/// A router of the lab, which one test has for itself.
pub(crate) struct Router {
    number: usize,
    /// Where its SSH server listens.
    pub(crate) port: u16,
    lab: &'static Lab,
}

/// The lab.
pub(crate) struct Lab {
    directory: PathBuf,
    ports: Vec<u16>,
    given: AtomicUsize,
    talk: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    /// It ends with its standard input, so at the latest with this process.
    _process: Child,
}

static LAB: LazyLock<Result<Lab, String>> = LazyLock::new(Lab::start);

/// A router of one's own; none where there can be no lab, which is then said.
pub(crate) fn router() -> Option<Router> {
    match &*LAB {
        Ok(lab) => Some(lab.router()),
        Err(why) if std::env::var_os("FRR_TESTS").is_some_and(|it| it == "required") => {
            panic!("FRR_TESTS=required, and {why}")
        }
        Err(why) => {
            // Not by `eprintln!`, which the test harness would keep to itself.
            _ = writeln!(std::io::stderr(), "SKIPPED, no FRRouting lab: {why}");
            None
        }
    }
}

impl Lab {
    fn start() -> Result<Self, String> {
        lacks()?;
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("frr-lab");
        _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
        let ports = free_ports();
        let mut process = Command::new("unshare")
            .args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("frr/lab.sh"))
            .arg(&directory)
            .args(ports.iter().map(u16::to_string))
            .env("FRR_PASSWORD", PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (stdin, stdout) = pipes.expect("both are pipes");
        let mut stdout = BufReader::new(stdout);
        let told = answer(&mut stdout, "ready");
        // Namespaces may be forbidden: the script has said why on standard error.
        told.ok_or("unshare or tests/frr/lab.sh failed; see above")?;
        Ok(Self {
            directory,
            ports,
            given: AtomicUsize::new(0),
            talk: Mutex::new((stdin, stdout)),
            _process: process,
        })
    }

    fn router(&'static self) -> Router {
        let given = self.given.fetch_add(1, Ordering::Relaxed);
        let port = self.ports.get(given).expect("ROUTERS is large enough");
        Router {
            number: given + 1,
            port: *port,
            lab: self,
        }
    }

    fn ask(&self, command: &str) -> String {
        let mut talk = self.talk.lock().unwrap();
        let (stdin, stdout) = &mut *talk;
        writeln!(stdin, "{command}").expect("the lab listens");
        answer(stdout, "ok").unwrap_or_else(|| panic!("`{command}` failed"))
    }
}

impl Router {
    /// Its name.
    pub(crate) fn name(&self) -> String {
        format!("R{}", self.number)
    }

    /// The keys of all routers.
    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.lab.directory.join("known_hosts")
    }

    /// The same for a port that leads to this router.
    pub(crate) fn known_hosts_at(&self, port: u16) -> PathBuf {
        let known = std::fs::read_to_string(self.known_hosts()).unwrap();
        let own = format!("[127.0.0.1]:{} ", self.port);
        let key = known
            .lines()
            .find_map(|line| line.strip_prefix(&own))
            .unwrap();
        let file = self.lab.directory.join(format!("known_hosts-{port}"));
        std::fs::write(&file, format!("[127.0.0.1]:{port} {key}\n")).unwrap();
        file
    }

    /// Sends a signal to the processes that serve its open sessions.
    pub(crate) fn sessions(&self, signal: &str) {
        self.lab.ask(&format!("sessions {} {signal}", self.number));
    }

    /// Sends a signal to a daemon.
    pub(crate) fn signal(&self, daemon: &str, signal: &str) {
        self.lab
            .ask(&format!("signal {} {daemon} {signal}", self.number));
    }

    /// Starts a daemon again, with what the router has saved, as watchfrr would.
    pub(crate) fn start(&self, daemon: &str) {
        self.lab.ask(&format!("start {} {daemon}", self.number));
    }

    /// Its running-config, as the router itself has it.
    pub(crate) fn running(&self) -> String {
        self.lab.ask(&format!("running {}", self.number))
    }

    /// The configuration that it has saved.
    pub(crate) fn saved(&self) -> String {
        self.lab.ask(&format!("saved {}", self.number))
    }
}

/// What stands before this line; none if `failed`, or the end, comes before it.
fn answer(stdout: &mut BufReader<ChildStdout>, end: &str) -> Option<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 || line == "failed\n" {
            return None;
        }
        if line.trim_end() == end {
            return Some(text);
        }
        text.push_str(&line);
    }
}

/// What keeps the lab from being built.
fn lacks() -> Result<(), String> {
    for (file, package) in [
        ("/usr/lib/frr/bgpd", "frr"),
        ("/usr/bin/vtysh", "frr"),
        ("/usr/sbin/sshd", "openssh-server"),
    ] {
        if !Path::new(file).exists() {
            return Err(format!("there is no {file} (package {package})"));
        }
    }
    let id = Command::new("id").arg("-u").output();
    let is_root = id.is_ok_and(|id| id.stdout == b"0\n");
    is_root
        .then_some(())
        .ok_or_else(|| "only root may make namespaces and users for it".to_string())
}

/// Ports one after the other, as a topology counts them.
fn free_ports() -> Vec<u16> {
    let wanted = u16::try_from(ROUTERS).unwrap();
    let bound = |port| TcpListener::bind(("127.0.0.1", port)).ok();
    (23_001..60_000)
        .step_by(ROUTERS)
        .map(|first| first..first + wanted)
        .find(|ports| {
            ports
                .clone()
                .map(bound)
                .collect::<Option<Vec<_>>>()
                .is_some()
        })
        .expect("there are free ports")
        .collect()
}
