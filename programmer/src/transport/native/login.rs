//! Logging in: keys of files, keys of an agent, then the password once.
//!
//! A server may want several methods one after another (a key, then a password); each that it accepts is told as a
//! partial success, and the next is tried. What it asks is answered only if it asks for the password or the name:
//! nobody's password belongs into a question for a code.
//!
//! Asking which methods there are takes a round trip, so a password that is all there is to show is shown at once. Its
//! refusal names the methods that are left. If the one that was tried is among them, the password was wrong. If not, it
//! was wrong, or the server never took passwords that way; to tell, the login is begun again, on a new connection, by
//! asking.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use regex::Regex;
use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse, Prompt};
use russh::keys::agent::AgentIdentity;
use russh::keys::{HashAlg, PrivateKeyWithHashAlg};
use russh::{MethodKind, MethodSet};

use super::door::Door;
use super::identity::{Identity, agent};
use crate::secret::Secret;
use crate::transport::TransportError;
use crate::visible::visible_tail;

/// A keyboard-interactive login that asks more often than this is given up.
const ROUNDS_MAX: usize = 4;
/// And so is one that asks more than this at once.
const PROMPTS_MAX: usize = 8;
/// So many keys are offered: OpenSSH hangs up after six refusals, and the password is to have its try.
const KEYS_MAX: usize = 5;
/// The longest question that is told, in bytes.
const QUESTION_BYTES_MAX: usize = 120;

#[expect(clippy::unwrap_used, reason = "a constant pattern, tested below")]
static PASSWORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\bpass(word|code|phrase)?\b[^:?]*[:?]?\s*$").unwrap());
#[expect(clippy::unwrap_used, reason = "a constant pattern, tested below")]
static USERNAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b(user ?name|user|login|name)\s*[:?]?\s*$").unwrap());

/// What a login begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// The password, if that is all there is.
    Shows,
    /// The question which methods there are.
    Asks,
    /// The same, after a refusal that left open what it meant. A server that takes passwords has seen this one.
    AsksAgain,
}

/// What the logins of a run have learned of its devices.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    /// There are some whose refusals don't tell enough.
    asks_first: AtomicBool,
}

impl Learned {
    /// What the next login begins with.
    pub(super) fn begin(&self) -> Begin {
        match self.asks_first.load(Ordering::Relaxed) {
            true => Begin::Asks,
            false => Begin::Shows,
        }
    }

    /// A refusal didn't tell enough.
    pub(super) fn was_unclear(&self) {
        self.asks_first.store(true, Ordering::Relaxed);
    }
}

/// Who logs in where, and with what.
pub(super) struct Login<'a> {
    pub(super) address: String,
    pub(super) user: &'a str,
    pub(super) password: &'a Secret,
    pub(super) begin: Begin,
    pub(super) identities: &'a [PathBuf],
    /// The agent whose keys are offered.
    pub(super) agent: Option<&'a Path>,
    /// Whether RSA keys may sign with SHA-1.
    pub(super) sha1: bool,
}

/// How far it is.
pub(super) struct Progress {
    offered: MethodSet,
    /// The server has said so; else it is what is hoped for.
    is_said: bool,
    /// It was refused, and why may be asked.
    is_unclear: bool,
    /// The methods that something was shown by.
    tried: Vec<&'static str>,
    keys: usize,
    /// The last method was accepted, and another is wanted.
    partial: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            offered: MethodSet::from(&[MethodKind::Password][..]),
            is_said: false,
            is_unclear: false,
            tried: Vec::new(),
            keys: 0,
            partial: false,
        }
    }
}

impl Progress {
    /// What was shown, in words; nothing if it hasn't come to that.
    pub(super) fn shown(&self) -> Option<String> {
        (!self.tried.is_empty()).then(|| self.tried.join(" and "))
    }

    /// Whether it was refused for a reason that is found out by asking.
    pub(super) fn is_unclear(&self) -> bool {
        self.is_unclear
    }

    /// Notes that something is shown now: if the connection ends here, that is the answer.
    fn shows(&mut self, method: &'static str) {
        if self.tried.last() != Some(&method) {
            self.tried.push(method);
        }
    }

    fn can(&self, method: MethodKind) -> bool {
        self.offered.contains(&method)
    }

    /// Notes an answer. True if we are in.
    fn note(&mut self, answer: AuthResult) -> bool {
        match answer {
            AuthResult::Success => true,
            AuthResult::Failure {
                remaining_methods,
                partial_success,
            } => {
                self.offered = remaining_methods;
                self.is_said = true;
                self.partial = partial_success;
                false
            }
        }
    }
}

impl Login<'_> {
    /// Logs in.
    pub(super) async fn log_in(
        &self,
        handle: &mut Handle<Door>,
        progress: &mut Progress,
    ) -> Result<(), TransportError> {
        let has_more = !self.identities.is_empty() || self.agent.is_some();
        let shows = self.begin == Begin::Shows && !has_more && !self.password.reveal().is_empty();
        // Asking counts as no attempt.
        if !shows && progress.note(handle.authenticate_none(self.user).await?) {
            return Ok(());
        }
        if self.by_files(handle, progress).await?
            || self.by_agent(handle, progress).await?
            || self.by_password(handle, progress).await?
        {
            return Ok(());
        }
        Err(TransportError::LoginRefused {
            address: self.address.clone(),
            username: self.user.to_string(),
            methods: progress.shown().unwrap_or_else(|| {
                let offered = progress.offered.iter().map(<&str>::from);
                format!(
                    "any method it offers: {}",
                    offered.collect::<Vec<_>>().join(", ")
                )
            }),
        })
    }

    async fn by_files(
        &self,
        handle: &mut Handle<Door>,
        progress: &mut Progress,
    ) -> Result<bool, TransportError> {
        for file in self.identities {
            if !progress.can(MethodKind::PublicKey) || progress.keys >= KEYS_MAX {
                break;
            }
            let identity = Identity::read(file)?;
            if let Some(certificate) = identity.certificate {
                progress.keys += 1;
                progress.shows("certificate");
                let key = identity.key.clone();
                let answer = handle
                    .authenticate_openssh_cert(self.user, key, certificate)
                    .await?;
                if progress.note(answer) {
                    return Ok(true);
                }
            }
            progress.keys += 1;
            progress.shows("public key");
            let hash = self.hash(handle, identity.key.algorithm().is_rsa()).await?;
            let key = PrivateKeyWithHashAlg::new(identity.key, hash);
            let answer = handle.authenticate_publickey(self.user, key).await?;
            if progress.note(answer) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn by_agent(
        &self,
        handle: &mut Handle<Door>,
        progress: &mut Progress,
    ) -> Result<bool, TransportError> {
        let Some(socket) = self.agent else {
            return Ok(false);
        };
        if !progress.can(MethodKind::PublicKey) {
            return Ok(false);
        }
        let (mut agent, held) = agent(socket).await?;
        let bad = |error: russh::AgentAuthError| TransportError::Agent {
            error: error.to_string(),
        };
        for identity in held {
            if !progress.can(MethodKind::PublicKey) || progress.keys >= KEYS_MAX {
                break;
            }
            progress.keys += 1;
            progress.shows("agent");
            let hash = self
                .hash(handle, identity.public_key().algorithm().is_rsa())
                .await?;
            let answer = match identity {
                AgentIdentity::PublicKey { key, .. } => {
                    let answer =
                        handle.authenticate_publickey_with(self.user, key, hash, &mut agent);
                    answer.await.map_err(bad)?
                }
                AgentIdentity::Certificate { certificate, .. } => {
                    let answer = handle.authenticate_certificate_with(
                        self.user,
                        certificate,
                        hash,
                        &mut agent,
                    );
                    answer.await.map_err(bad)?
                }
            };
            if progress.note(answer) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn by_password(
        &self,
        handle: &mut Handle<Door>,
        progress: &mut Progress,
    ) -> Result<bool, TransportError> {
        if self.password.reveal().is_empty() {
            return Ok(false);
        }
        if progress.can(MethodKind::Password) {
            let was_offered = progress.is_said;
            progress.shows("password");
            if self.begin == Begin::AsksAgain {
                return Ok(false);
            }
            let answer = handle
                .authenticate_password(self.user, self.password.reveal())
                .await?;
            // A password that is right may not be enough; a wrong one isn't tried by another method.
            if progress.note(answer) {
                return Ok(true);
            }
            if !progress.partial {
                progress.is_unclear = !was_offered
                    && !progress.can(MethodKind::Password)
                    && progress.can(MethodKind::KeyboardInteractive);
                return Ok(false);
            }
        }
        if progress.can(MethodKind::KeyboardInteractive) {
            progress.shows("keyboard-interactive");
            let answer = self.by_keyboard(handle).await?;
            return Ok(progress.note(answer));
        }
        Ok(false)
    }

    /// Several rounds may come: a question, a word of the server without one, a second question.
    async fn by_keyboard(&self, handle: &mut Handle<Door>) -> Result<AuthResult, TransportError> {
        let mut response = handle
            .authenticate_keyboard_interactive_start(self.user, None)
            .await?;
        let mut given = false;
        for _ in 0..ROUNDS_MAX {
            let prompts = match response {
                KeyboardInteractiveAuthResponse::Success => return Ok(AuthResult::Success),
                KeyboardInteractiveAuthResponse::Failure {
                    remaining_methods,
                    partial_success,
                } => {
                    return Ok(AuthResult::Failure {
                        remaining_methods,
                        partial_success,
                    });
                }
                KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts,
            };
            let Some(answers) = self.answers(&prompts, &mut given)? else {
                break;
            };
            response = handle
                .authenticate_keyboard_interactive_respond(answers)
                .await?;
        }
        Ok(AuthResult::Failure {
            remaining_methods: MethodSet::empty(),
            partial_success: false,
        })
    }

    /// The answers, or none if the password is asked for a second time: the first one was wrong.
    fn answers(
        &self,
        prompts: &[Prompt],
        given: &mut bool,
    ) -> Result<Option<Vec<String>>, TransportError> {
        let mut answers = Vec::new();
        for prompt in prompts {
            let answer = match (prompt.echo, PASSWORD.is_match(&prompt.prompt)) {
                (false, true) if *given => return Ok(None),
                (false, true) => {
                    *given = true;
                    self.password.reveal()
                }
                (true, _) if USERNAME.is_match(&prompt.prompt) => self.user,
                _ => return Err(self.asked(prompt)),
            };
            if answers.len() == PROMPTS_MAX {
                return Err(self.asked(prompt));
            }
            answers.push(answer.to_string());
        }
        Ok(Some(answers))
    }

    fn asked(&self, prompt: &Prompt) -> TransportError {
        TransportError::Asked {
            address: self.address.clone(),
            question: visible_tail(prompt.prompt.trim().as_bytes(), QUESTION_BYTES_MAX),
        }
    }

    /// What an RSA key signs with: the best that the server names. One that names nothing is old, or modest.
    async fn hash(
        &self,
        handle: &Handle<Door>,
        is_rsa: bool,
    ) -> Result<Option<HashAlg>, TransportError> {
        if !is_rsa {
            return Ok(None);
        }
        Ok(match handle.best_supported_rsa_hash().await? {
            Some(best) => best,
            None if self.sha1 => None,
            None => Some(HashAlg::Sha256),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(prompts: &[(&str, bool)], given: &mut bool) -> Result<Option<Vec<String>>, String> {
        let login = Login {
            address: "a:22".into(),
            user: "u",
            password: &Secret::new("p"),
            begin: Begin::Asks,
            identities: &[],
            agent: None,
            sha1: false,
        };
        let prompts: Vec<Prompt> = prompts
            .iter()
            .map(|(prompt, echo)| Prompt {
                prompt: (*prompt).to_string(),
                echo: *echo,
            })
            .collect();
        login
            .answers(&prompts, given)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn names_and_passwords_are_answered_and_nothing_else() {
        for prompt in [
            "Password: ",
            "password for u@edge-1:",
            "Enter PASSCODE:",
            "PIN+Passcode: ",
        ] {
            assert_eq!(
                answers(&[(prompt, false)], &mut false),
                Ok(Some(vec!["p".into()])),
                "{prompt}"
            );
        }
        let both = answers(&[("Username: ", true), ("Password: ", false)], &mut false);
        assert_eq!(both, Ok(Some(vec!["u".into(), "p".into()])));
        assert_eq!(answers(&[], &mut false), Ok(Some(Vec::new())));
        for prompt in [
            ("Verification code: ", false),
            ("Password: ", true),
            ("Your OTP? ", true),
        ] {
            let error = answers(&[prompt], &mut false).unwrap_err();
            assert_eq!(
                error,
                format!("a:22 asked `{}`, which has no answer", prompt.0.trim())
            );
        }
    }

    #[test]
    fn a_password_that_is_asked_for_again_was_wrong() {
        let mut given = false;
        assert!(
            answers(&[("Password: ", false)], &mut given)
                .unwrap()
                .is_some()
        );
        assert_eq!(answers(&[("Password: ", false)], &mut given), Ok(None));
    }
}
