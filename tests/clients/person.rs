//! A person at a terminal: OpenSSH's `ssh` in a pseudo-terminal.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use expectrl::session::OsSession;
use expectrl::{Captures, Eof, Expect, Regex, Session};

use crate::served::{Served, USER};

/// The longest that anything here may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// `ssh` as a user has it, but for his own files: it trusts the fleet's known hosts, and nothing else.
pub(crate) fn ssh(served: &Served, device: &str, options: &[&str]) -> Command {
    let address = served.address(device);
    let known_hosts = format!("UserKnownHostsFile={}", served.known_hosts.display());
    let mut ssh = Command::new("ssh");
    ssh.args([
        "-F",
        "none",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        &known_hosts,
    ])
    .args(["-o", "IdentityAgent=none", "-o", "ConnectTimeout=10"])
    .args(options)
    .args(["-p", &address.port().to_string()])
    .arg(format!("{USER}@{}", address.ip()));
    ssh
}

/// Options that keep `ssh` from looking for keys at home.
pub(crate) const NO_KEYS: &[&str] = &["-o", "PubkeyAuthentication=no"];

/// Options to log in by a key and nothing else.
pub(crate) fn by_key(key: &Path) -> Vec<String> {
    let options = [
        "-i",
        &key.display().to_string(),
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        "PreferredAuthentications=publickey",
    ];
    options.map(str::to_string).to_vec()
}

/// Someone who types and looks.
pub(crate) struct Person {
    session: OsSession,
}

impl Person {
    /// Starts a command in a terminal of 24 lines of 80 letters.
    pub(crate) fn starts(command: Command) -> Self {
        let mut session = Session::spawn(command).expect("the program starts: is OpenSSH here?");
        session.set_expect_timeout(Some(PATIENCE));
        let process = session.get_process_mut();
        process
            .set_window_size(80, 24)
            .expect("a terminal has a size");
        Self { session }
    }

    /// Starts `ssh` and gives the password when asked.
    pub(crate) fn logs_in(served: &Served, device: &str, password: &str) -> Self {
        let mut person = Self::starts(ssh(served, device, NO_KEYS));
        person.sees("assword: ");
        person.types(password);
        person
    }

    /// Types a line and Enter.
    pub(crate) fn types(&mut self, line: &str) {
        self.presses(&format!("{line}\r"));
    }

    /// Presses keys.
    pub(crate) fn presses(&mut self, keys: &str) {
        self.session.send(keys).expect("the program reads");
    }

    /// Waits for a text; gives what came before it.
    #[track_caller]
    pub(crate) fn sees(&mut self, text: &str) -> String {
        before(&self.look_for(text, text))
    }

    /// Waits until the program has ended; gives the last that it said.
    #[track_caller]
    pub(crate) fn sees_the_end(&mut self) -> String {
        let found = self.look_for(Eof, "the end");
        String::from_utf8_lossy(found.as_bytes()).into_owned()
    }

    #[track_caller]
    fn look_for(&mut self, needle: impl expectrl::Needle, shown: &str) -> Captures {
        match self.session.expect(needle) {
            Ok(found) => found,
            Err(error) => {
                let seen = self
                    .session
                    .check(expectrl::Any::boxed(vec![Box::new(Regex("(?s).*"))]));
                let seen = seen.map(|all| String::from_utf8_lossy(all.as_bytes()).into_owned());
                panic!(
                    "`{}` didn't appear ({error}); there is {seen:?}",
                    shown.escape_debug()
                )
            }
        }
    }
}

fn before(found: &Captures) -> String {
    String::from_utf8_lossy(found.before()).into_owned()
}
