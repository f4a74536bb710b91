//! Why a push failed: one cause, with its line and its bytes, and the next step.

use std::fmt;
use std::time::Duration;

use crate::inventory::Device;
use crate::push::Trouble;
use crate::transport::TransportError;

/// A push that failed on one device.
#[derive(Debug, thiserror::Error)]
pub struct PushFailure {
    /// The device's name.
    pub device: String,
    /// Its address, as error texts of the field name it.
    pub host: String,
    /// What went wrong.
    #[source]
    pub cause: Cause,
}

/// What a failure is about, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The login.
    Login,
    /// A command around the plan, e.g. `write memory`.
    Command(String),
    /// A line of the plan.
    Line {
        /// Its number in the plan, from 1.
        no: usize,
        /// The line.
        text: String,
    },
}

impl Sent {
    /// What was sent.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Login => "",
            Self::Command(text) | Self::Line { text, .. } => text,
        }
    }

    /// The line's number in the plan, from 1.
    #[must_use]
    pub fn line_no(&self) -> Option<usize> {
        if let Self::Line { no, .. } = self {
            Some(*no)
        } else {
            None
        }
    }

    /// The line's number, or the command: what is sent is told beside it.
    fn name(&self) -> String {
        match self {
            Self::Line { no, .. } => format!("line {no}"),
            other => other.to_string(),
        }
    }
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// No session came about.
    #[error(transparent)]
    Transport(TransportError),
    /// The device asked for a login in the session and refused it.
    #[error("refused the login of `{username}`: {answer}")]
    LoginRefused {
        /// Who wanted to log in.
        username: String,
        /// What the device said.
        answer: String,
    },
    /// The enable password is wrong.
    #[error("refused the enable password: {answer}")]
    EnableRefused {
        /// What the device said.
        answer: String,
    },
    /// `enable` led to no privilege.
    #[error("stays unprivileged after `{command}`: {answer}")]
    NotPrivileged {
        /// The command.
        command: String,
        /// What the device said.
        answer: String,
    },
    /// The device doesn't enter configuration mode.
    #[error("refused `{command}`: {answer}")]
    CannotConfigure {
        /// The command.
        command: String,
        /// What the device said.
        answer: String,
    },
    /// The device refused a line.
    #[error("refused {sent}: {answer}")]
    Refused {
        /// The line.
        sent: Sent,
        /// What the device said.
        answer: String,
        /// Whether the line may be in all the same: nobody has listed what the device said, or it went
        /// to another mode.
        may_be_in: bool,
    },
    /// The user may not send this line.
    #[error("denied its user {sent}: {answer}")]
    Denied {
        /// The line.
        sent: Sent,
        /// What the device said.
        answer: String,
    },
    /// The device echoed something else than what was sent.
    #[error("echoed {} wrong: sent `{}`, came back `{received}`", sent.name(), sent.text())]
    EchoMismatch {
        /// The line.
        sent: Sent,
        /// What came back in its place.
        received: String,
    },
    /// The device answered, but in another mode than the line leads to.
    #[error("is in the mode `{found}` after {sent}, which leads to `{expected}`")]
    WrongMode {
        /// The line.
        sent: Sent,
        /// The mode it leads to.
        expected: String,
        /// The mode the device is in.
        found: String,
    },
    /// The device asks something that nobody is to answer.
    #[error("asked `{question}` after {sent}")]
    Question {
        /// The line.
        sent: Sent,
        /// What it asked.
        question: String,
    },
    /// The device gave no prompt in time.
    #[error("gave no prompt within {}s after {sent}: the last bytes were `{tail}`", waited.as_secs_f64())]
    NoPrompt {
        /// The line.
        sent: Sent,
        /// How long it was waited for.
        waited: Duration,
        /// The last bytes received, escaped.
        tail: String,
    },
    /// The session ended by itself.
    #[error("closed the session after {sent}: {reason}; the last bytes were `{tail}`")]
    Closed {
        /// The line.
        sent: Sent,
        /// What the transport says of it.
        reason: String,
        /// The last bytes received, escaped.
        tail: String,
    },
    /// The connection broke.
    #[error("reset the connection after {sent}: {reason}; the last bytes were `{tail}`")]
    Reset {
        /// The line.
        sent: Sent,
        /// What the transport says of it.
        reason: String,
        /// The last bytes received, escaped.
        tail: String,
    },
    /// The device wrote without end.
    #[error("wrote more than {bytes_max} bytes after {sent}")]
    Flooded {
        /// The line.
        sent: Sent,
        /// The most that is read for one line.
        bytes_max: usize,
    },
    /// The configuration is in, and not saved.
    #[error("did not save its configuration: `{command}` answered `{answer}`")]
    NotSaved {
        /// The command.
        command: String,
        /// What the device said.
        answer: String,
    },
    /// Something around the session.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// The user stopped the push.
    #[error("was not pushed to the end: the push was interrupted")]
    Interrupted,
    /// The program itself failed.
    #[error("could not be pushed: {0}")]
    Internal(String),
}

impl fmt::Display for Sent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login => out.write_str("the login"),
            Self::Command(text) => write!(out, "`{text}`"),
            Self::Line { no, text } => write!(out, "line {no} `{text}`"),
        }
    }
}

impl fmt::Display for PushFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::EnableRefused { .. } => {
                write!(out, "Enable password is incorrect for device {}", self.host)
            }
            Cause::Transport(error) => write!(out, "{}: {error}", self.device),
            cause => write!(out, "{} {cause}", self.device),
        }
    }
}

impl PushFailure {
    /// The failure of this device.
    #[must_use]
    pub fn of(device: &Device, cause: Cause) -> Self {
        let (device, host) = (device.name.clone(), device.host.clone());
        Self {
            device,
            host,
            cause,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        self.cause.hint(&self.device)
    }
}

impl Cause {
    /// One word for programs that read a report.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Transport(error) => error.kind(),
            Self::LoginRefused { .. } => "login_refused",
            Self::EnableRefused { .. } => "enable_refused",
            Self::NotPrivileged { .. } => "not_privileged",
            Self::CannotConfigure { .. } => "cannot_configure",
            Self::Refused { .. } => "refused",
            Self::Denied { .. } => "denied",
            Self::EchoMismatch { .. } => "echo_mismatch",
            Self::WrongMode { .. } => "wrong_mode",
            Self::Question { .. } => "question",
            Self::NoPrompt { .. } => "no_prompt",
            Self::Closed { .. } => "closed",
            Self::Reset { .. } => "reset",
            Self::Flooded { .. } => "flooded",
            Self::NotSaved { .. } => "not_saved",
            Self::Trouble(trouble) => trouble.kind(),
            Self::Interrupted => "interrupted",
            Self::Internal(_) => "internal",
        }
    }

    /// The line that the failure is about.
    #[must_use]
    pub fn sent(&self) -> Option<&Sent> {
        match self {
            Self::Refused { sent, .. }
            | Self::Denied { sent, .. }
            | Self::EchoMismatch { sent, .. }
            | Self::WrongMode { sent, .. }
            | Self::Question { sent, .. }
            | Self::NoPrompt { sent, .. }
            | Self::Closed { sent, .. }
            | Self::Reset { sent, .. }
            | Self::Flooded { sent, .. } => Some(sent),
            _ => None,
        }
    }

    /// Whether the device can't be asked any more what it has.
    #[must_use]
    pub fn loses_sight(&self) -> bool {
        matches!(
            self,
            Self::NoPrompt { .. }
                | Self::Closed { .. }
                | Self::Reset { .. }
                | Self::Flooded { .. }
                | Self::Internal(_)
        )
    }

    /// Whether it may pass by itself, so that a new session is worth it. A password that was refused is never
    /// tried again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Transport(error) => error.may_pass(),
            Self::Closed { .. } | Self::Reset { .. } | Self::NoPrompt { .. } => true,
            // Two devices with one address answer by turns.
            Self::Trouble(Trouble::OtherDevice { .. }) => true,
            _ => false,
        }
    }

    /// Whether no session came about because nobody answered there.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Transport(error) if error.may_pass())
    }

    /// Whether the line in flight is known not to be in.
    #[must_use]
    pub fn leaves_nothing(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                may_be_in: false,
                ..
            } | Self::Denied { .. }
        )
    }

    fn hint(&self, device: &str) -> String {
        let text = match self {
            Self::Transport(error) => return error.hint(),
            Self::Trouble(trouble) => return trouble.hint(),
            Self::LoginRefused { .. } => {
                "check username and password under `credentials`, or set PROGRAMMER_PASSWORD; it was tried once, so that no account is locked"
            }
            Self::EnableRefused { .. } => {
                "check `enable` under `credentials`, or set PROGRAMMER_ENABLE; it was tried once, so that no account is locked"
            }
            Self::NotPrivileged { .. } => "give the user privilege 15, or an enable password",
            Self::CannotConfigure { .. } => {
                "nothing was sent; if another user holds the configuration, `show configuration lock` names them"
            }
            Self::Refused {
                may_be_in: true, ..
            } => {
                "the line may be in: read the device's configuration; then list the text under `errors` or `harmless` in the platform's expect.yaml"
            }
            Self::Refused {
                sent: Sent::Command(_),
                ..
            } => "the programmer needs this command: may its user run it, and can the device now?",
            Self::Refused { .. } => {
                "correct the document or the writer; `programmer render` shows the lines, the report which of them are in"
            }
            Self::Denied { .. } => {
                "let the AAA server permit the command to this user, or push as another"
            }
            Self::EchoMismatch { sent, .. } if !sent.text().is_ascii() => {
                "the device reads 7 bits a letter: write the text in ASCII, or set `default-value exec-character-bits 8` on the device and log in anew"
            }
            Self::EchoMismatch { .. } => {
                "the device may have run the changed line: see what it has there now; then `programmer resume` sends what is missing, `programmer undo` takes back what is in"
            }
            Self::WrongMode { .. } => {
                "if the prompt is right for this release, add it under `modes` in the platform's expect.yaml"
            }
            Self::Question { .. } => {
                "it was not answered; if it may be, add the answer under `dialogues` in the platform's expect.yaml"
            }
            Self::NoPrompt { .. } => {
                "see the transcript; a slow device needs a longer `timeouts.line_s` in the platform's expect.yaml"
            }
            Self::Closed {
                sent: Sent::Line { .. },
                ..
            }
            | Self::Reset {
                sent: Sent::Line { .. },
                ..
            } => {
                return format!(
                    "when {device} can be reached, `programmer resume` reads what it has and sends what is missing, `programmer undo` takes back what is in"
                );
            }
            Self::Closed { .. } | Self::Reset { .. } => {
                return format!(
                    "no line was on its way: try again when {device} keeps its sessions"
                );
            }
            Self::Flooded { .. } => "see the transcript for what the device wrote",
            Self::NotSaved { .. } => {
                "the configuration is in, but a reload loses it: save it by hand"
            }
            Self::Interrupted => {
                "start it again when you are ready: a device is read first, and only what is missing is sent; `programmer undo` takes back what is in"
            }
            Self::Internal(_) => {
                "this is a mistake in the programmer; please report it with the transcript"
            }
        };
        text.to_string()
    }
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
