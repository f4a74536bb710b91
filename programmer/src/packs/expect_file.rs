//! The shape of `expect.yaml`: what the programmer expects of a platform, as it stands in the file.
//!
//! A file that `extends` another gives only what differs. A key replaces the other file's key; only
//! `more_errors` and `more_harmless` add to its lists.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ssh::SshFile;

/// One `expect.yaml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectFile {
    /// The platform whose file this one completes.
    pub extends: Option<String>,
    /// What the platform is, for people.
    pub about: Option<String>,
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
    /// Messages of the system log, which may come at any time.
    pub noise: Option<Vec<String>>,
    /// What a question looks like at the end of the last line.
    pub questions: Option<Vec<String>>,
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
            noise: self.noise.or(base.noise),
            questions: self.questions.or(base.questions),
            dialogues: self.dialogues.or(base.dialogues),
            modes: self.modes.or(base.modes),
            known_as: self.known_as.or(base.known_as),
        }
    }
}
