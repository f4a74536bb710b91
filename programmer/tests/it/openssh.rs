//! OpenSSH's sshd on loopback: a peer that we did not write.
//!
//! Each connection gets an `sshd -i` of its own, so that nobody has to guess a free port. Whoever runs the tests logs in
//! with a key; a session is a greeting and then an echo.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What every session begins with.
pub(crate) const GREETING: &str = "you are in";

/// A server that listens.
pub(crate) struct Sshd {
    pub(crate) port: u16,
    pub(crate) folder: PathBuf,
    /// How many connections it has had.
    connections: Arc<AtomicUsize>,
}

impl Sshd {
    /// Starts a server in a folder of its own; `more` is configuration that stands before ours.
    pub(crate) fn start(name: &str, more: &str) -> Self {
        let folder = crate::directory(name);
        keygen(&folder, "host", &[]);
        std::fs::write(folder.join("authorized"), "").unwrap();
        let here = folder.display();
        let config = format!(
            "{}\nHostKey {here}/host\nAuthorizedKeysFile {here}/authorized\nStrictModes no\nUsePAM no\n\
             PidFile none\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n\
             PermitUserEnvironment no\nForceCommand echo {GREETING}; exec cat\n",
            more.replace("{here}", &here.to_string())
        );
        std::fs::write(folder.join("sshd_config"), config).unwrap();
        // Debian's sshd wants this folder when it is run by root, and a service makes it.
        let _ = std::fs::create_dir("/run/sshd");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, config) = (Arc::clone(&connections), folder.join("sshd_config"));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::Relaxed);
                let stream = OwnedFd::from(stream.unwrap());
                let mut server = Command::new("/usr/sbin/sshd");
                server.arg("-i").arg("-e").arg("-f").arg(&config);
                server.stdin(stream.try_clone().unwrap()).stdout(stream);
                let mut server = server
                    .stderr(
                        std::fs::File::options()
                            .append(true)
                            .create(true)
                            .open(config.with_file_name("log"))
                            .unwrap(),
                    )
                    .spawn()
                    .expect("openssh-server is installed");
                std::thread::spawn(move || server.wait());
            }
        });
        Self {
            port,
            folder,
            connections,
        }
    }

    /// Lets a public key in.
    pub(crate) fn authorize(&self, key: &Path) {
        let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
        let file = self.folder.join("authorized");
        let old = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, old + &public).unwrap();
    }

    /// How many connections it has had.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Its line in a file of known hosts.
    pub(crate) fn known_host(&self) -> String {
        let key = std::fs::read_to_string(self.folder.join("host.pub")).unwrap();
        format!("[127.0.0.1]:{} {key}", self.port)
    }
}

/// Makes a key pair.
pub(crate) fn keygen(folder: &Path, name: &str, more: &[&str]) -> PathBuf {
    let file = folder.join(name);
    run(Command::new("ssh-keygen")
        .args(["-q", "-N", "", "-C", name, "-f"])
        .arg(&file)
        .args(if more.is_empty() {
            &["-t", "ed25519"]
        } else {
            more
        }));
    file
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Whoever runs the tests.
pub(crate) fn own_name() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

/// An agent with keys in it, for as long as it is kept.
pub(crate) struct Agent {
    pub(crate) socket: PathBuf,
    process: Child,
}

impl Agent {
    pub(crate) fn start(folder: &Path, keys: &[&Path]) -> Self {
        // The path of a socket is short, and that of a test's folder may not be.
        let socket =
            std::env::temp_dir().join(format!("agent-{}-{:p}", std::process::id(), keys.as_ptr()));
        let _ = std::fs::remove_file(&socket);
        let mut process = Command::new("ssh-agent")
            .arg("-D")
            .arg("-a")
            .arg(&socket)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Its first line comes when it listens.
        let mut said = std::io::BufReader::new(process.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut said, &mut String::new()).unwrap();
        for key in keys {
            run(Command::new("ssh-add")
                .arg("-q")
                .arg(key)
                .env("SSH_AUTH_SOCK", &socket));
        }
        Self { socket, process }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.socket);
    }
}
