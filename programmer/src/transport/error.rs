//! Why a device can't be reached.

use std::path::PathBuf;

/// What keeps a session from coming about, or ends it.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Nobody listens there, or no way leads there.
    #[error("can't connect to {address}: {error}")]
    Connect {
        /// Host and port.
        address: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// Connecting and logging in took too long.
    #[error("{address} didn't let us in within {seconds}s")]
    TimedOut {
        /// Host and port.
        address: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The host key isn't in the file of known hosts.
    #[error("the host key of {address} is unknown: it shows {fingerprint}, and {file} has no key for it", file = .file.display())]
    HostKeyUnknown {
        /// Host and port.
        address: String,
        /// The key that the device shows.
        fingerprint: String,
        /// The file of known hosts.
        file: PathBuf,
    },
    /// The host key is another one than the file of known hosts has.
    #[error("the host key of {address} has changed: it shows {fingerprint}, and {file} has {known}", file = .file.display(), known = .known.join(", "))]
    HostKeyChanged {
        /// Host and port.
        address: String,
        /// The key that the device shows.
        fingerprint: String,
        /// The keys that are known for it.
        known: Vec<String>,
        /// The file of known hosts.
        file: PathBuf,
    },
    /// The host key has been revoked in the file of known hosts.
    #[error("the host key of {address} is revoked: {file} forbids {fingerprint}", file = .file.display())]
    HostKeyRevoked {
        /// Host and port.
        address: String,
        /// The key that the device shows.
        fingerprint: String,
        /// The file of known hosts.
        file: PathBuf,
    },
    /// The host shows a certificate that can't be accepted.
    #[error("the host certificate of {address} is not accepted: {what} (authorities: {file})", file = .file.display())]
    HostCertificate {
        /// Host and port.
        address: String,
        /// What is wrong with it.
        what: String,
        /// The file of known hosts.
        file: PathBuf,
    },
    /// The file of known hosts can't be read or written.
    #[error("can't use {file}: {error}", file = .file.display())]
    KnownHosts {
        /// The file of known hosts.
        file: PathBuf,
        /// What is wrong with it.
        error: String,
    },
    /// The private key can't be used.
    #[error("can't use the private key {file}: {error}", file = .file.display())]
    Identity {
        /// The key's file.
        file: PathBuf,
        /// What is wrong with it.
        error: String,
    },
    /// The agent can't be used.
    #[error("can't use the SSH agent: {error}")]
    Agent {
        /// What is wrong with it.
        error: String,
    },
    /// The user's `ssh` asks whether a host key is right, or knows that it isn't.
    #[error("ssh doesn't trust the host key of {address}: {said}")]
    HostKeyAsked {
        /// Host and port.
        address: String,
        /// What it said.
        said: String,
    },
    /// The user's `ssh` can't be started.
    #[error("can't start `{program}`: {error}")]
    Spawn {
        /// The program.
        program: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The user's `ssh` failed.
    #[error("ssh to {address} failed: {said}")]
    System {
        /// Host and port.
        address: String,
        /// What it said.
        said: String,
    },
    /// The login asked what nobody may answer for the user.
    #[error("{address} asked `{question}`, which has no answer")]
    Asked {
        /// Host and port.
        address: String,
        /// What it asked.
        question: String,
    },
    /// The connection ended before there was a session.
    #[error("{address} hung up before there was a session ({how})")]
    HungUp {
        /// Host and port.
        address: String,
        /// Closed or reset.
        how: String,
    },
    /// A jump host can't be used.
    #[error("the jump host {hop}: {error}")]
    Jump {
        /// The jump host.
        hop: String,
        /// What is wrong with it.
        error: Box<TransportError>,
    },
    /// A jump host doesn't lead on.
    #[error("the jump host {hop} has no way to {address}: {error}")]
    Onward {
        /// The jump host.
        hop: String,
        /// Where it was to lead.
        address: String,
        /// What it said.
        error: String,
    },
    /// The device refused user and password.
    #[error("{address} refused the login of `{username}` by {methods}")]
    LoginRefused {
        /// Host and port.
        address: String,
        /// Who wanted to log in.
        username: String,
        /// The ways that were tried.
        methods: String,
    },
    /// The connection ended when a password or a key had been shown: that is a refusal, too.
    #[error("{address} hung up on the login of `{username}` by {methods} ({how})")]
    LoginCut {
        /// Host and port.
        address: String,
        /// Who wanted to log in.
        username: String,
        /// The ways that were tried.
        methods: String,
        /// How the connection ended.
        how: String,
    },
    /// The two ends have no algorithm in common.
    #[error("no {kind} algorithm in common; ours: {ours}; the device's: {theirs}")]
    NoCommonAlgorithm {
        /// What the algorithm is for.
        kind: String,
        /// What we offer.
        ours: String,
        /// What the device offers.
        theirs: String,
    },
    /// The device gave no shell.
    #[error("the device gave no {what}")]
    NoShell {
        /// What it refused.
        what: &'static str,
    },
    /// The connection broke: nobody said goodbye, and what was on its way may be lost.
    #[error("the connection was reset: {error}")]
    Reset {
        /// What the system says.
        error: String,
    },
    /// The device gave no sign of life, so the connection is taken for dead.
    #[error("the device gave no sign of life for {seconds}s")]
    Silent {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The device ended the connection, and said why.
    #[error("the device ended the connection: {reason}")]
    Disconnected {
        /// What it said.
        reason: String,
    },
    /// The run's hold on its devices has run out: another one may have them.
    #[error("nothing more is sent: this run has lost its hold on the device")]
    LeaseLapsed,
    /// The SSH connection failed.
    #[error("the SSH connection failed: {0}")]
    Ssh(#[source] russh::Error),
}

impl From<russh::Error> for TransportError {
    fn from(error: russh::Error) -> Self {
        match error {
            russh::Error::NoCommonAlgo { kind, ours, theirs } => Self::NoCommonAlgorithm {
                kind: format!("{kind:?}").to_lowercase(),
                ours: ours.join(", "),
                theirs: theirs.join(", "),
            },
            other => Self::Ssh(other),
        }
    }
}

impl TransportError {
    /// One word for programs that read a report.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::TimedOut { .. } => "connect_timeout",
            Self::HostKeyUnknown { .. } => "host_key_unknown",
            Self::HostKeyChanged { .. } => "host_key_changed",
            Self::HostKeyRevoked { .. } => "host_key_revoked",
            Self::HostCertificate { .. } => "host_certificate",
            Self::Agent { .. } => "agent",
            Self::Asked { .. } => "asked",
            Self::HostKeyAsked { said, .. } if said.contains("HAS CHANGED") => "host_key_changed",
            Self::HostKeyAsked { .. } => "host_key_asked",
            Self::Spawn { .. } => "spawn",
            Self::System { .. } => "ssh",
            Self::HungUp { .. } => "hung_up",
            Self::Jump { .. } | Self::Onward { .. } => "jump_host",
            Self::KnownHosts { .. } => "known_hosts",
            Self::Identity { .. } => "identity",
            Self::LoginRefused { .. } => "login_refused",
            Self::LoginCut { .. } => "login_cut",
            Self::NoCommonAlgorithm { .. } => "no_common_algorithm",
            Self::NoShell { .. } => "no_shell",
            Self::Reset { .. } => "reset",
            Self::Silent { .. } => "silent",
            Self::Disconnected { .. } => "disconnected",
            Self::LeaseLapsed => "lease_lapsed",
            Self::Ssh(_) => "ssh",
        }
    }

    /// Whether an open connection broke, other than by the device's own end of it: reset, or dead.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(
            self,
            Self::Reset { .. } | Self::Silent { .. } | Self::Ssh(_)
        )
    }

    /// Whether it may pass by itself, so that trying again is worth it and harms nothing: never a refused password,
    /// never a key that isn't trusted.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Jump { error, .. } => error.may_pass(),
            Self::Connect { .. }
            | Self::TimedOut { .. }
            | Self::HungUp { .. }
            | Self::Onward { .. }
            | Self::NoShell { .. }
            | Self::Reset { .. }
            | Self::Silent { .. }
            | Self::Disconnected { .. }
            | Self::Ssh(_) => true,
            _ => false,
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> String {
        let text = match self {
            Self::Connect { .. } => {
                "is the device up? For a topology: start `fleet TOPOLOGY` and wait for its line `ready`"
            }
            Self::TimedOut { .. } => {
                "is it an SSH server that listens there? A slow one needs a longer `timeouts.connect_s` in the platform's expect.yaml"
            }
            Self::HostKeyUnknown { file, .. } => {
                return format!(
                    "for a topology: `fleet inventory TOPOLOGY --format known-hosts > known_hosts`, then push with `--known-hosts known_hosts`; \
                     for a device whose key you have compared: `--host-keys accept-new` adds it to {}",
                    file.display()
                );
            }
            Self::HostKeyChanged { file, .. } => {
                return format!(
                    "somebody may stand between you and the device. If it was replaced, or the topology's seed changed, correct its line in {}",
                    file.display()
                );
            }
            Self::HostKeyRevoked { .. } => "the key was withdrawn; find out who still shows it",
            Self::HostCertificate { .. } => {
                "compare it with `ssh-keygen -L`; an authority stands in the file as `@cert-authority HOSTS KEY`"
            }
            Self::KnownHosts { .. } => "name another file with --known-hosts",
            Self::Identity { .. } => {
                "name an OpenSSH private key with --identity; one with a passphrase belongs into ssh-agent: `ssh-add FILE`, then --agent"
            }
            Self::Agent { .. } => "start it and add keys: `eval $(ssh-agent)`, `ssh-add`",
            Self::Asked { .. } => {
                "only names and passwords are answered; a login that asks for more needs a key, or `--transport system` and a connection that is open already"
            }
            Self::HostKeyAsked { .. } => {
                "log in once with `ssh` by hand and compare the key; or --known-hosts, or --host-keys accept-new"
            }
            Self::Spawn { .. } => "install OpenSSH's client, or name it with --ssh-program",
            Self::System { .. } => "try the same `ssh` by hand",
            Self::HungUp { .. } => {
                "are all its vty lines taken? `show users` on the device tells. Or does an access list keep us out?"
            }
            Self::Jump { error, .. } => return error.hint(),
            Self::Onward { .. } => {
                "does the jump host allow TCP forwarding, and can it reach the device?"
            }
            Self::LoginRefused { .. } | Self::LoginCut { .. } => {
                "check username and password under `credentials`, or set PROGRAMMER_PASSWORD; it was tried once, so that no account is locked"
            }
            Self::NoCommonAlgorithm { .. } => {
                "an old device: write `transport: {legacy: true}` for it in the inventory, or `--legacy-ssh` for a run. A strict one: see its `ip ssh server algorithm` settings"
            }
            Self::NoShell { .. } => "are all its vty lines taken? `show users` on the device tells",
            Self::Reset { .. } | Self::Silent { .. } => {
                "did the device, or something on the way to it, restart? Push again: what is in is not sent twice"
            }
            Self::Disconnected { .. } => "its log may tell more: `show logging`",
            Self::LeaseLapsed => {
                "the program or the journal was away for too long; `programmer resume RUN` goes on"
            }
            Self::Ssh(_) => "try `ssh` by hand; if that works, run again with -vv and report it",
        };
        text.to_string()
    }
}
