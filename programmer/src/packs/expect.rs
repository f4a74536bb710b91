//! What the programmer expects of a platform, ready to use: patterns compiled, times as durations.
//!
//! Patterns match bytes, and only ever the last line that a device has written, or one finished line.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use regex::bytes::{Regex, RegexSet};
use serde::Deserialize;
use yaml::{Mistake, Positions};

use super::checkpoint::Checkpoint;
use crate::secret::Places;

use super::expect_file::{ExpectFile, LaterFile, TimeoutsFile};
use super::pattern::Pattern;
use super::ssh::SshAlgorithms;

/// When `enable` is sent (palError: `CLI_ENABLE_CONDITION`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnableCondition {
    /// Also at a prompt that is privileged already, as Catalyst Center does.
    Always,
    /// Only at a prompt that is not privileged.
    WhenNeeded,
    /// Never: the platform has no such command.
    Never,
}

/// Everything the session engine knows of a platform.
#[derive(Debug, Clone)]
pub struct Expect {
    /// Ends every line that is sent.
    pub newline: String,
    /// Aborts a line or a question.
    pub interrupt: String,
    /// The longest line that the platform reads.
    pub line_bytes_max: usize,
    /// `Username:` in the session itself (palError: `CLI_USERNAME_EXPECT`).
    pub username: RegexSet,
    /// `Password:` (palError: `CLI_PASSWORD_EXPECT`).
    pub password: RegexSet,
    /// Lines that refuse a login in the session itself.
    pub login_refused: RegexSet,
    /// A question that looks like that for the password, and wants a new one: nobody answers it.
    pub login_changes: RegexSet,
    /// Any EXEC prompt; group `host` is the hostname (palError: `CLI_PROMPT_EXPECT`).
    pub exec: Pattern,
    /// An EXEC prompt that may configure.
    pub privileged: Regex,
    /// A configuration prompt; groups `host` and `mode` (palError: `CLI_CONFIG_PROMPT_SEARCH_EXPRESION`).
    pub config: Pattern,
    /// Configuration prompts show so many letters of the hostname.
    pub config_host_chars: usize,
    /// When `enable` is sent.
    pub enable_condition: EnableCondition,
    /// `enable`.
    pub enable: String,
    /// Lines that refuse the enable password.
    pub enable_refused: RegexSet,
    /// Sent after login.
    pub setup: Vec<String>,
    /// `configure terminal`.
    pub configure: String,
    /// The mode it leads to.
    pub configure_mode: String,
    /// Somebody else configures.
    pub locked: Later,
    /// `end`.
    pub unconfigure: String,
    /// `write memory`.
    pub save: String,
    /// The line that says it is saved.
    pub saved: Regex,
    /// `exit`.
    pub leave: String,
    /// The archive that some devices of the platform have.
    pub checkpoint: Option<Checkpoint>,
    /// The deadlines.
    pub timeouts: Timeouts,
    /// The SSH algorithms that it is offered.
    pub ssh: SshAlgorithms,
    /// Lines that refuse a command.
    pub errors: RegexSet,
    /// Lines that refuse a command, and say nothing of whether it is in.
    pub doubts: RegexSet,
    /// Lines that begin with `%` and do no harm.
    pub harmless: RegexSet,
    /// Refusals that mean: this user may not.
    pub denied: RegexSet,
    /// Refusals that pass.
    pub later: Later,
    /// What is said when text is read.
    pub texts: RegexSet,
    /// Modes in which the lines of one command are read.
    pub text_modes: Vec<String>,
    /// Lines that may ask, or read text.
    pub asks: RegexSet,
    /// Questions that are answered by one key.
    pub keys: RegexSet,
    /// Lines of configuration that run a command.
    pub runs: RegexSet,
    /// Commands whose output are messages of the system log.
    pub logs: RegexSet,
    /// Commands that take longer than a line may.
    pub slow: Vec<(Regex, Duration)>,
    /// What shows that a device waits for nothing, and the keys that end it.
    pub stalls: Vec<(Regex, String)>,
    /// The line that changes the hostname.
    pub hostname: Regex,
    /// Any of `asks`, `runs`, `slow` and `hostname`: most lines are none of them.
    special: RegexSet,
    /// Whether what is typed is echoed.
    pub echo: bool,
    /// Whether a line is sent in one write, and not letter by letter (palError: `CLI_SINGLE_BUFFER_SENDING`).
    pub single_buffer: bool,
    /// Whether what comes is looked at after each byte (palError: `CLI_SINGLE_BYTE_READING`).
    pub single_byte: bool,
    /// Where secrets stand in a line of configuration.
    pub secrets: Arc<Places>,
    /// Messages of the system log, from their beginning on.
    pub noise: Pattern,
    /// What a question looks like at the end of the last line.
    pub questions: RegexSet,
    /// What is a question if nothing follows for longer.
    pub perhaps: RegexSet,
    /// Questions that are answered, each with its answer.
    pub dialogues: Vec<(Regex, String)>,
    /// The prompts that a writer's mode name stands for.
    pub modes: BTreeMap<String, Vec<String>>,
    /// What reports in the field's form call the platform: `software`, `variant`, `version`.
    pub known_as: BTreeMap<String, String>,
}

/// What passes by itself, and how long it is waited for.
#[derive(Debug, Clone)]
pub struct Later {
    /// What the device says.
    pub says: RegexSet,
    /// How often it is tried again.
    pub tries: u32,
    /// The wait before each.
    pub wait: Duration,
}

/// How long each wait may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Connect and log in (palError: `CLI_CONNECTION_TIME`).
    pub connect: Duration,
    /// The echo and the prompt of one line (palError: `DEVICE_TIMEOUT`).
    pub line: Duration,
    /// The command that saves.
    pub save: Duration,
    /// The whole session (palError: `DEVICE_FAILSAFE_TIMEOUT`).
    pub session: Duration,
    /// Leaving a device clean after a failure.
    pub cleanup: Duration,
    /// A wrong echo that nothing corrects for so long is wrong.
    pub settle: Duration,
    /// A device that was lost after a line was sent is waited for so long: it may boot.
    pub boot: Duration,
}

impl Expect {
    /// Whether a prompt's mode is the one that a writer's line leads to.
    #[must_use]
    pub fn is_mode(&self, named: &str, shown: &str) -> bool {
        self.modes
            .get(named)
            .map_or(named == shown, |prompts| prompts.iter().any(|p| p == shown))
    }

    /// Whether a line of output is one that the platform lists among its refusals.
    #[must_use]
    pub fn refuses(&self, line: &[u8]) -> bool {
        self.errors.is_match(line) || self.denied.is_match(line) || self.later.says.is_match(line)
    }

    /// Whether nothing special is known of a line that is sent: none of `asks`, `runs`, `slow` and `hostname` matches
    /// it. That is one look at it, and true of most.
    #[must_use]
    pub fn is_plain(&self, line: &[u8]) -> bool {
        !self.special.is_match(line)
    }

    /// How long a command may take: its echo, its output and its prompt.
    #[must_use]
    pub fn within(&self, command: &[u8]) -> Duration {
        let slow = self
            .slow
            .iter()
            .find(|(pattern, _)| pattern.is_match(command));
        slow.map_or(self.timeouts.line, |(_, within)| {
            self.timeouts.line.max(*within)
        })
    }

    /// Compiles a file that nothing is missing from.
    pub(super) fn compile(file: ExpectFile, place: &Place<'_>) -> Result<Self, Mistake> {
        let login = place.required(file.login, "login")?;
        let prompts = place.required(file.prompts, "prompts")?;
        let enable = place.required(file.enable, "enable")?;
        let configure = place.required(file.configure, "configure")?;
        let save = place.required(file.save, "save")?;
        let errors = [file.errors.unwrap_or_default(), file.more_errors].concat();
        let asks = file.asks.unwrap_or_default();
        let runs = file.runs.unwrap_or_default();
        let slow = file.slow.unwrap_or_default();
        let commands = slow.iter().map(|slow| slow.command.clone());
        let special: Vec<String> = asks
            .iter()
            .chain(&runs)
            .chain(&file.hostname)
            .cloned()
            .chain(commands)
            .collect();
        let harmless = [file.harmless.unwrap_or_default(), file.more_harmless].concat();
        Ok(Self {
            newline: place.required(file.newline, "newline")?,
            interrupt: place.required(file.interrupt, "interrupt")?,
            line_bytes_max: place.required(file.line_bytes_max, "line_bytes_max")?,
            username: place.set(&login.username, "login.username")?,
            password: place.set(&login.password, "login.password")?,
            login_refused: place.set(&login.refused, "login.refused")?,
            login_changes: place.set(&login.changes, "login.changes")?,
            exec: Pattern::of(place.pattern(&prompts.exec, "prompts.exec", &["host"])?),
            privileged: place.pattern(&prompts.privileged, "prompts.privileged", &[])?,
            config: Pattern::of(place.pattern(
                &prompts.config,
                "prompts.config",
                &["host", "mode"],
            )?),
            config_host_chars: prompts.config_host_chars,
            enable_condition: enable.condition,
            enable: enable.command,
            enable_refused: place.set(&enable.refused, "enable.refused")?,
            setup: file.setup.unwrap_or_default(),
            configure: configure.enter,
            configure_mode: configure.mode,
            locked: place.later(configure.locked, "configure.locked")?,
            unconfigure: configure.leave,
            saved: place.pattern(&save.saved, "save.saved", &[])?,
            save: save.command,
            leave: place.required(file.leave, "leave")?,
            checkpoint: match file.checkpoint {
                Some(checkpoint) => Some(Checkpoint::compile(checkpoint, place)?),
                None => None,
            },
            timeouts: place.required(file.timeouts, "timeouts")?.into(),
            ssh: SshAlgorithms::compile(file.ssh, place)?,
            errors: place.set(&errors, "errors")?,
            doubts: place.set(&file.doubts.unwrap_or_default(), "doubts")?,
            harmless: place.set(&harmless, "harmless")?,
            denied: place.set(&file.denied.unwrap_or_default(), "denied")?,
            later: place.later(file.later, "later")?,
            texts: place.set(&file.texts.unwrap_or_default(), "texts")?,
            text_modes: file.text_modes.unwrap_or_default(),
            asks: place.set(&asks, "asks")?,
            keys: place.set(&file.keys.unwrap_or_default(), "keys")?,
            runs: place.set(&runs, "runs")?,
            logs: place.set(&file.logs.unwrap_or_default(), "logs")?,
            slow: slow
                .iter()
                .map(|slow| {
                    let within = Duration::from_secs(slow.within_s);
                    Ok((place.pattern(&slow.command, "slow", &[])?, within))
                })
                .collect::<Result<_, Mistake>>()?,
            stalls: file
                .stalls
                .unwrap_or_default()
                .into_iter()
                .map(|stall| Ok((place.pattern(&stall.shows, "stalls", &[])?, stall.keys)))
                .collect::<Result<_, Mistake>>()?,
            hostname: place.any_of(file.hostname.as_slice(), "hostname")?,
            special: place.set(&special, "asks")?,
            echo: file.echo.unwrap_or(true),
            single_buffer: true,
            single_byte: false,
            secrets: Arc::new(place.places(&file.secrets.unwrap_or_default(), "secrets")?),
            noise: Pattern::of(place.any_of(&file.noise.unwrap_or_default(), "noise")?),
            questions: place.set(&file.questions.unwrap_or_default(), "questions")?,
            perhaps: place.set(&file.perhaps.unwrap_or_default(), "perhaps")?,
            dialogues: file
                .dialogues
                .unwrap_or_default()
                .into_iter()
                .map(|d| Ok((place.pattern(&d.question, "dialogues", &[])?, d.answer)))
                .collect::<Result<_, Mistake>>()?,
            modes: file.modes.unwrap_or_default(),
            known_as: file.known_as.unwrap_or_default(),
        })
    }
}

impl From<TimeoutsFile> for Timeouts {
    fn from(file: TimeoutsFile) -> Self {
        Self {
            connect: Duration::from_secs(file.connect_s),
            line: Duration::from_secs(file.line_s),
            save: Duration::from_secs(file.save_s),
            session: Duration::from_secs(file.session_s),
            cleanup: Duration::from_secs(file.cleanup_s),
            settle: Duration::from_millis(file.settle_ms),
            boot: Duration::from_secs(file.boot_s),
        }
    }
}

/// The file that is compiled, for mistakes in it.
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) positions: &'a Positions,
}

impl Place<'_> {
    fn required<T>(&self, value: Option<T>, key: &str) -> Result<T, Mistake> {
        value.ok_or_else(|| {
            Mistake::new(self.file, format!("`{key}` is missing"))
                .hint("add it, or extend a platform that has it")
        })
    }

    fn pattern(&self, pattern: &str, path: &str, groups: &[&str]) -> Result<Regex, Mistake> {
        let regex = Regex::new(pattern).map_err(|error| self.bad(path, &error.to_string()))?;
        match groups
            .iter()
            .find(|group| !regex.capture_names().flatten().any(|g| g == **group))
        {
            None => Ok(regex),
            Some(group) => Err(self.bad(path, &format!("the pattern has no group `{group}`"))),
        }
    }

    fn set(&self, patterns: &[String], path: &str) -> Result<RegexSet, Mistake> {
        for (index, pattern) in patterns.iter().enumerate() {
            self.pattern(pattern, &format!("{path}[{index}]"), &[])?;
        }
        RegexSet::new(patterns).map_err(|error| self.bad(path, &error.to_string()))
    }

    /// One pattern that matches where any of these does. Without any, nothing matches.
    fn any_of(&self, patterns: &[String], path: &str) -> Result<Regex, Mistake> {
        self.set(patterns, path)?;
        if patterns.is_empty() {
            return self.pattern(r"[^\s\S]", path, &[]);
        }
        let grouped: Vec<String> = patterns
            .iter()
            .map(|pattern| format!("(?:{pattern})"))
            .collect();
        self.pattern(&grouped.join("|"), path, &[])
    }

    fn places(&self, patterns: &[String], path: &str) -> Result<Places, Mistake> {
        let each = patterns.iter().enumerate().map(|(index, pattern)| {
            self.pattern(pattern, &format!("{path}[{index}]"), &["secret"])
        });
        let each = each.collect::<Result<_, Mistake>>()?;
        Ok(Places::new(self.set(patterns, path)?, each))
    }

    fn later(&self, file: Option<LaterFile>, path: &str) -> Result<Later, Mistake> {
        let file = file.unwrap_or_default();
        Ok(Later {
            says: self.set(&file.says, &format!("{path}.says"))?,
            tries: file.tries,
            wait: Duration::from_secs(file.wait_s),
        })
    }

    pub(super) fn bad(&self, path: &str, what: &str) -> Mistake {
        Mistake::new(self.file, format!("{path}: {what}"))
            .at(self.positions.get(path))
            .hint("patterns are regular expressions over bytes; https://docs.rs/regex has their syntax")
    }
}
