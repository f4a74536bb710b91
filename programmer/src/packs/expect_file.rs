//! The shape of `expect.yaml`: what the programmer expects of a platform, as it stands in the file.
//!
//! A file that `extends` another gives only what differs. A key replaces the other file's key; only
//! `more_errors` and `more_harmless` add to its lists.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::checkpoint::CheckpointFile;
use super::ssh::SshFile;

/// One `expect.yaml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectFile {
    /// The platform whose file this one completes.
    pub extends: Option<String>,
    /// What the platform is, for people.
    pub about: Option<String>,
    /// What other programs call it, in their inventories.
    #[serde(default)]
    pub also_called: Vec<String>,
    /// The writers that the platform takes.
    pub takes: Option<Vec<String>>,
    /// What ends a line that is sent.
    pub newline: Option<String>,
    /// What aborts a line or a question.
    pub interrupt: Option<String>,
    /// The longest line that the platform reads.
    pub line_bytes_max: Option<usize>,
    pub login: Option<LoginFile>,
    pub prompts: Option<PromptsFile>,
    pub enable: Option<EnableFile>,
    /// Sent after login; a refusal is noted and does no harm.
    pub setup: Option<Vec<String>>,
    pub configure: Option<ConfigureFile>,
    pub save: Option<SaveFile>,
    /// What ends the session.
    pub leave: Option<String>,
    /// The archive that some devices of the platform have.
    pub checkpoint: Option<CheckpointFile>,
    pub timeouts: Option<TimeoutsFile>,
    /// The algorithms that it is offered.
    pub ssh: Option<SshFile>,
    pub errors: Option<Vec<String>>,
    #[serde(default)]
    pub more_errors: Vec<String>,
    /// Lines after which it isn't known whether the line is in.
    pub doubts: Option<Vec<String>>,
    pub harmless: Option<Vec<String>>,
    #[serde(default)]
    pub more_harmless: Vec<String>,
    /// Refusals that mean: this user may not.
    pub denied: Option<Vec<String>>,
    /// Refusals that pass: the line is sent again.
    pub later: Option<LaterFile>,
    /// What a device says when it begins to read text, as of a banner.
    pub texts: Option<Vec<String>>,
    /// Modes in which the lines of one command are read, as of a certificate.
    pub text_modes: Option<Vec<String>>,
    /// Lines behind which nothing is sent before they are answered: they may ask, or read text.
    pub asks: Option<Vec<String>>,
    /// Questions that are answered by one key, without Enter.
    pub keys: Option<Vec<String>>,
    /// Lines of configuration that run a command: what they print is not judged.
    pub runs: Option<Vec<String>>,
    /// Commands whose output are messages of the system log.
    pub logs: Option<Vec<String>>,
    /// Commands that take longer than a line may.
    pub slow: Option<Vec<SlowFile>>,
    /// What a device shows while it waits for something that won't come, and the keys that end it.
    pub stalls: Option<Vec<StallFile>>,
    /// The line that changes the hostname; group `host` is the new one.
    pub hostname: Option<String>,
    /// Whether what is typed is echoed.
    pub echo: Option<bool>,
    /// Where secrets stand in a line of configuration: group `secret`.
    pub secrets: Option<Vec<String>>,
    /// Messages of the system log, which may come at any time.
    pub noise: Option<Vec<String>>,
    /// What a question looks like at the end of the last line.
    pub questions: Option<Vec<String>>,
    /// What is a question if nothing follows for longer.
    pub perhaps: Option<Vec<String>>,
    /// Questions that are answered.
    pub dialogues: Option<Vec<DialogueFile>>,
    /// Names that writers use for modes whose prompt differs between releases.
    pub modes: Option<BTreeMap<String, Vec<String>>>,
    /// What reports in the field's form call the platform: `software`, `variant`, `version`.
    pub known_as: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginFile {
    pub username: Vec<String>,
    pub password: Vec<String>,
    pub refused: Vec<String>,
    #[serde(default)]
    pub changes: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PromptsFile {
    pub exec: String,
    pub privileged: String,
    pub config: String,
    /// Configuration prompts show so many letters of the hostname.
    pub config_host_chars: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnableFile {
    pub condition: super::EnableCondition,
    pub command: String,
    pub refused: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigureFile {
    pub enter: String,
    pub leave: String,
    /// The mode that `enter` leads to.
    pub mode: String,
    /// Answers that mean: somebody else configures. It is tried again.
    pub locked: Option<LaterFile>,
}

/// What passes by itself, and how long it is waited for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LaterFile {
    pub says: Vec<String>,
    /// How often it is tried again.
    pub tries: u32,
    /// The wait before each.
    pub wait_s: u64,
}

/// Commands that may take longer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SlowFile {
    pub command: String,
    pub within_s: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StallFile {
    pub shows: String,
    pub keys: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaveFile {
    pub command: String,
    /// One line of the answer that says it is saved.
    pub saved: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeoutsFile {
    pub connect_s: u64,
    pub line_s: u64,
    pub save_s: u64,
    pub session_s: u64,
    pub cleanup_s: u64,
    pub settle_ms: u64,
    pub boot_s: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DialogueFile {
    pub question: String,
    pub answer: String,
}

impl ExpectFile {
    /// This file, completed by the one that it extends.
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            extends: base.extends,
            about: self.about.or(base.about),
            also_called: self.also_called,
            takes: self.takes.or(base.takes),
            newline: self.newline.or(base.newline),
            interrupt: self.interrupt.or(base.interrupt),
            line_bytes_max: self.line_bytes_max.or(base.line_bytes_max),
            login: self.login.or(base.login),
            prompts: self.prompts.or(base.prompts),
            enable: self.enable.or(base.enable),
            setup: self.setup.or(base.setup),
            configure: self.configure.or(base.configure),
            save: self.save.or(base.save),
            leave: self.leave.or(base.leave),
            checkpoint: self.checkpoint.or(base.checkpoint),
            timeouts: self.timeouts.or(base.timeouts),
            ssh: match (self.ssh, base.ssh) {
                (Some(ssh), Some(base)) => Some(ssh.over(base)),
                (ssh, base) => ssh.or(base),
            },
            errors: self.errors.or(base.errors),
            more_errors: [base.more_errors, self.more_errors].concat(),
            doubts: self.doubts.or(base.doubts),
            harmless: self.harmless.or(base.harmless),
            more_harmless: [base.more_harmless, self.more_harmless].concat(),
            denied: self.denied.or(base.denied),
            later: self.later.or(base.later),
            texts: self.texts.or(base.texts),
            text_modes: self.text_modes.or(base.text_modes),
            asks: self.asks.or(base.asks),
            keys: self.keys.or(base.keys),
            runs: self.runs.or(base.runs),
            logs: self.logs.or(base.logs),
            slow: self.slow.or(base.slow),
            stalls: self.stalls.or(base.stalls),
            hostname: self.hostname.or(base.hostname),
            echo: self.echo.or(base.echo),
            secrets: self.secrets.or(base.secrets),
            noise: self.noise.or(base.noise),
            questions: self.questions.or(base.questions),
            perhaps: self.perhaps.or(base.perhaps),
            dialogues: self.dialogues.or(base.dialogues),
            modes: self.modes.or(base.modes),
            known_as: self.known_as.or(base.known_as),
        }
    }
}
