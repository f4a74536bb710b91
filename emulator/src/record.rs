//! `fleet record`: what a reachable device is, written down so that a virtual one can be it.
//!
//! The user's own `ssh` logs in, in a pseudo-terminal, so that `ssh_config`, jump hosts, agents and old algorithms work
//! as they do by hand. What the device shows is kept as files; its running-config is the `startup:` of a new topology
//! entry.

pub mod entry;
mod platform;
mod terminal;

use std::time::Duration;

pub use platform::{Identified, identify};
pub use terminal::{RecordError, Secrets, Terminal};

/// The shows that are recorded unless others are asked for, one a line.
const COMMANDS: &str = include_str!("record/commands.txt");

/// Whom to record, and how.
#[derive(Debug, Clone)]
pub struct Target {
    /// Host name or address, or a name from the user's `ssh_config`.
    pub host: String,
    /// Port; `ssh` knows one otherwise.
    pub port: Option<u16>,
    /// User; `ssh` knows one otherwise.
    pub user: Option<String>,
    /// More arguments for `ssh` (`-J jump`, `-o KexAlgorithms=+…`).
    pub ssh: Vec<String>,
    /// How long a login or one command may be silent.
    pub patience: Duration,
}

/// What a device showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its hostname, as its prompt shows it.
    pub hostname: String,
    /// Its running-config, from the first `!` through `end`, lines ended by LF.
    pub running: String,
    /// Each command with what it showed, lines ended by LF.
    pub shows: Vec<(String, String)>,
}

/// The commands that are recorded by default.
pub fn commands() -> impl Iterator<Item = String> {
    let lines = COMMANDS.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_string)
}

impl Recording {
    /// Logs in and records. Commands that the device doesn't know are left out.
    ///
    /// # Errors
    ///
    /// If nobody lets us in, no prompt of IOS-XE appears, or there is no running-config.
    pub fn take(
        target: &Target,
        secrets: &mut dyn Secrets,
        commands: &[String],
        mut progress: impl FnMut(&str),
    ) -> Result<Self, RecordError> {
        let mut terminal = Terminal::open(target, secrets)?;
        progress("show running-config");
        let running =
            running(&terminal.run("show running-config")?).ok_or(RecordError::NoConfig)?;
        let mut shows = Vec::new();
        for command in commands {
            progress(command);
            let text = terminal.run(command)?;
            if !refused(&text) {
                shows.push((command.clone(), text));
            }
        }
        let hostname = terminal.hostname().to_string();
        terminal.leave();
        Ok(Self {
            hostname,
            running,
            shows,
        })
    }

    /// What a command showed; nothing if it wasn't recorded.
    #[must_use]
    pub fn show(&self, command: &str) -> &str {
        let mut shows = self.shows.iter();
        shows
            .find(|(name, _)| name == command)
            .map_or("", |(_, text)| text)
    }
}

/// A device refuses what it doesn't know with a line that begins with `%`, below a caret or alone.
fn refused(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    first.trim() == "^" || first.starts_with("% ") || first.starts_with("%Error")
}

/// The configuration without the lines that stand before it.
fn running(shown: &str) -> Option<String> {
    let body: Vec<&str> = shown
        .lines()
        .skip_while(|line| !line.starts_with('!'))
        .collect();
    let end = body.iter().rposition(|line| line.trim_end() == "end")?;
    let mut text = body[..=end].join("\n");
    text.push('\n');
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_config_is_what_stands_between_its_header_and_end() {
        let shown = "Building configuration...\n\nCurrent configuration : 40 bytes\n!\nhostname R1\n!\nend\n\n";
        assert_eq!(running(shown).as_deref(), Some("!\nhostname R1\n!\nend\n"));
        assert_eq!(running("% Invalid input\n"), None);
    }

    #[test]
    fn what_the_device_does_not_know_is_not_recorded() {
        assert!(refused(
            "                ^\n% Invalid input detected at '^' marker.\n\n"
        ));
        assert!(refused("% LLDP is not enabled\n"));
        assert!(!refused("\nVLAN Name\n"));
        assert!(commands().any(|command| command == "show version"));
    }
}
