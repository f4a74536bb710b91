//! The user's `ssh` in a pseudo-terminal, driven by `expectrl`: login, enable, commands.

use std::process::Command;
use std::time::Duration;

use expectrl::session::OsSession;
use expectrl::{Any, Eof, Expect, Needle, Regex, Session};

use super::Target;

/// A prompt of EXEC at the end of what was read: `R1>`, `wlc-1#`.
const PROMPT: &str = r"(?:^|[\r\n])([A-Za-z0-9_.@/:-]{1,63})([>#]) ?$";

/// What `ssh` and devices ask for passwords with.
const PASSWORD: &str = r"(?i)(?:password|passphrase[^\r\n]*): ?$";

/// What `ssh` asks when it doesn't know a host key.
const UNKNOWN_KEY: &str = r"\(yes/no(?:/\[fingerprint\])?\)\? ?$";

/// A password is given this often at most: some servers ask again when it was wrong, and an account may be locked.
const LOGIN_STEPS_MAX: usize = 4;

/// Asked for passwords when the device asks.
pub trait Secrets {
    /// The login password, or none to give up.
    fn password(&mut self) -> Option<String>;
    /// The enable secret, or none to give up.
    fn enable(&mut self) -> Option<String>;
}

/// Why a device can't be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// `ssh` can't be started.
    #[error("`ssh` can't be started: {0}")]
    Ssh(expectrl::Error),
    /// The host key is unknown.
    #[error("ssh doesn't know the host key of {host}")]
    HostKey {
        /// Whom it was to record.
        host: String,
    },
    /// Nobody let us in.
    #[error("{host} didn't let us in: {said}")]
    Login {
        /// Whom it was to record.
        host: String,
        /// The last that was said.
        said: String,
    },
    /// The enable secret is wrong or missing.
    #[error("the device didn't give privilege level 15: {said}")]
    Enable {
        /// What it said.
        said: String,
    },
    /// A prompt that should have come didn't.
    #[error("no prompt came after `{command}`; the last that was said is: {said}")]
    NoPrompt {
        /// What was typed.
        command: String,
        /// The last that was said.
        said: String,
    },
    /// The device shows no running-config.
    #[error("`show running-config` showed no configuration")]
    NoConfig,
}

impl RecordError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Ssh(_) => "install OpenSSH's client",
            Self::HostKey { .. } => {
                "log in once with `ssh` and compare the key, or add `--ssh -oStrictHostKeyChecking=accept-new`"
            }
            Self::Login { .. } => {
                "try `ssh` by hand; give user and password with --user and FLEET_PASSWORD, options with --ssh"
            }
            Self::Enable { .. } => "set FLEET_ENABLE to the enable secret",
            Self::NoPrompt { .. } => "is it an IOS-XE device? A slow one needs a longer --timeout",
            Self::NoConfig => {
                "a user with privilege level 15 sees it; set FLEET_ENABLE, or use another user"
            }
        }
    }
}

/// A session on a device, in privileged EXEC, without paging.
pub struct Terminal {
    session: OsSession,
    hostname: String,
}

impl Terminal {
    /// Logs in.
    ///
    /// # Errors
    ///
    /// See [`RecordError`].
    pub fn open(target: &Target, secrets: &mut dyn Secrets) -> Result<Self, RecordError> {
        let session = Session::spawn(ssh(target)).map_err(RecordError::Ssh)?;
        let mut terminal = Self {
            session,
            hostname: String::new(),
        };
        terminal.session.set_expect_timeout(Some(target.patience));
        let privileged = terminal.log_in(target, secrets)?;
        if !privileged {
            terminal.enable(secrets)?;
        }
        // An access point, or another system, may not know these; it shows what it shows.
        terminal.run("terminal length 0")?;
        terminal.run("terminal width 0")?;
        Ok(terminal)
    }

    /// The device's hostname, as its prompt shows it.
    #[must_use]
    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// Runs a command and gives what it showed, lines ended by LF.
    ///
    /// # Errors
    ///
    /// If the prompt doesn't come back.
    pub fn run(&mut self, command: &str) -> Result<String, RecordError> {
        let no_prompt = |said: String| RecordError::NoPrompt {
            command: command.to_string(),
            said,
        };
        let prompt = format!(r"[\r\n]{}[>#] ?$", escaped(&self.hostname));
        self.send(command)
            .map_err(|error| no_prompt(error.to_string()))?;
        let shown = self.wait(Regex(&prompt)).map_err(no_prompt)?;
        Ok(without_echo(&shown))
    }

    /// Logs out.
    pub fn leave(mut self) {
        // Whether the device hears it or not, we go.
        _ = self.send("exit");
        _ = self.session.expect(Eof);
    }

    /// Answers what `ssh` asks until a prompt comes. True if it is that of privileged EXEC.
    fn log_in(&mut self, target: &Target, secrets: &mut dyn Secrets) -> Result<bool, RecordError> {
        let host = || target.host.clone();
        let refused = |said: String| RecordError::Login { host: host(), said };
        for _ in 0..LOGIN_STEPS_MAX {
            let shown = self
                .wait(Any::boxed(vec![
                    Box::new(Regex(PROMPT)),
                    Box::new(Regex(PASSWORD)),
                    Box::new(Regex(UNKNOWN_KEY)),
                    Box::new(Eof),
                ]))
                .map_err(refused)?;
            if let Some((name, mark)) = prompt(&shown) {
                self.hostname = name;
                return Ok(mark == '#');
            }
            if shown.contains("(yes/no") {
                return Err(RecordError::HostKey { host: host() });
            }
            let asks = shown.trim_end().ends_with(':');
            if !asks {
                return Err(refused(last(&shown)));
            }
            let password = secrets
                .password()
                .ok_or_else(|| refused("it asks for a password, and none was given".to_string()))?;
            self.send(&password)
                .map_err(|error| refused(error.to_string()))?;
        }
        Err(refused(
            "it asked for a password again and again".to_string(),
        ))
    }

    fn enable(&mut self, secrets: &mut dyn Secrets) -> Result<(), RecordError> {
        let refused = |said: String| RecordError::Enable { said };
        let either = || Any::boxed(vec![Box::new(Regex(PROMPT)), Box::new(Regex(PASSWORD))]);
        self.send("enable")
            .map_err(|error| refused(error.to_string()))?;
        let mut shown = self.wait(either()).map_err(refused)?;
        if prompt(&shown).is_none() {
            let secret = secrets
                .enable()
                .ok_or_else(|| refused("it asks for an enable secret".to_string()))?;
            self.send(&secret)
                .map_err(|error| refused(error.to_string()))?;
            shown = self.wait(either()).map_err(refused)?;
        }
        match prompt(&shown) {
            Some((_, '#')) => Ok(()),
            _ => Err(refused(last(&shown))),
        }
    }

    fn send(&mut self, line: &str) -> Result<(), expectrl::Error> {
        self.session.send(format!("{line}\r"))
    }

    /// Waits for a needle; gives all up to its end, or the last that was said if it doesn't come.
    fn wait(&mut self, needle: impl Needle) -> Result<String, String> {
        match self.session.expect(needle) {
            Ok(found) => {
                let text = [found.before(), found.get(0).unwrap_or_default()].concat();
                Ok(String::from_utf8_lossy(&text).into_owned())
            }
            Err(error) => {
                let seen = self.session.check(Regex("(?s).+"));
                let seen = seen
                    .ok()
                    .map(|all| String::from_utf8_lossy(all.as_bytes()).into_owned());
                Err(seen.map_or_else(|| error.to_string(), |seen| last(&seen)))
            }
        }
    }
}

fn ssh(target: &Target) -> Command {
    let mut ssh = Command::new("ssh");
    ssh.args([
        "-tt",
        "-o",
        "EscapeChar=none",
        "-o",
        "NumberOfPasswordPrompts=1",
    ]);
    ssh.arg("-o").arg(format!(
        "ConnectTimeout={}",
        target.patience.max(Duration::from_secs(1)).as_secs()
    ));
    ssh.args(&target.ssh);
    if let Some(port) = target.port {
        ssh.args(["-p", &port.to_string()]);
    }
    if let Some(user) = &target.user {
        ssh.args(["-l", user]);
    }
    ssh.arg("--").arg(&target.host);
    ssh
}

/// The hostname and the mark of the prompt that a text ends with.
fn prompt(text: &str) -> Option<(String, char)> {
    let line = text.rsplit(['\r', '\n']).next()?.trim_end();
    let mark = line
        .chars()
        .next_back()
        .filter(|c| matches!(c, '>' | '#'))?;
    let name = &line[..line.len() - 1];
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.@/:-".contains(c);
    (!name.is_empty() && name.len() <= 63 && name.chars().all(fits))
        .then(|| (name.to_string(), mark))
}

/// A text for a regular expression.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        if !c.is_ascii_alphanumeric() {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

/// What was shown, without the line that echoes the command and the prompt at the end; lines ended by LF.
fn without_echo(shown: &str) -> String {
    let text = shown.replace("\r\n", "\n").replace('\r', "");
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    let end = body.rfind('\n').map_or(0, |at| at + 1);
    body[..end].to_string()
}

/// The last line that says something.
fn last(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.next_back().unwrap_or("nothing was said").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_the_last_line_and_nothing_else() {
        assert_eq!(prompt("banner\r\n\r\nR1#"), Some(("R1".to_string(), '#')));
        assert_eq!(prompt("edge-1.lab>"), Some(("edge-1.lab".to_string(), '>')));
        assert_eq!(prompt("### authorised use only ###"), None);
        assert_eq!(prompt("$ "), None);
    }

    #[test]
    fn an_output_is_what_stands_between_echo_and_prompt() {
        assert_eq!(
            without_echo("show clock\r\n*10:00:00\r\nR1#"),
            "*10:00:00\n"
        );
        assert_eq!(without_echo("terminal length 0\r\nR1#"), "");
    }
}
