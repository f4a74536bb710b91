//! Why the journal can't be used.

/// What is wrong with the journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// It can't be opened.
    #[error("can't open the journal {journal}: {error}")]
    Open {
        /// Its name, without a password.
        journal: String,
        /// What the database says.
        error: String,
    },
    /// A newer program made it.
    #[error("the journal {journal} has version {found}, this program knows {known}")]
    Version {
        /// Its name, without a password.
        journal: String,
        /// The version that it has.
        found: String,
        /// The version that this program writes.
        known: String,
    },
    /// It doesn't take what is written.
    #[error("can't write the journal: {0}")]
    Write(String),
    /// It doesn't give what is read.
    #[error("can't read the journal: {0}")]
    Read(String),
    /// The device's lock belongs to another run now.
    #[error("another run has taken over {device}; nothing more is sent to it")]
    Fenced {
        /// The device.
        device: String,
    },
    /// There is no such run.
    #[error("the journal has no run `{0}`")]
    NoRun(String),
    /// There is no such device in the run.
    #[error("the run {run} has no device `{device}`")]
    NoDevice {
        /// The run.
        run: String,
        /// The device.
        device: String,
    },
}

impl LedgerError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Open { .. } => {
                "name another one: --journal sqlite:PATH or --journal postgres://USER@HOST/DATABASE; without a journal no line is sent"
            }
            Self::Version { .. } => "use the newer program, or another journal with --journal",
            Self::Write(_) => {
                "nothing is sent that the journal doesn't have: make room on its disk, or name another one with --journal"
            }
            Self::Read(_) => "is it a journal of the programmer? Name another one with --journal",
            Self::Fenced { .. } => "`programmer runs` shows who pushes to it",
            Self::NoRun(_) => "`programmer runs` lists the runs",
            Self::NoDevice { .. } => "`programmer show RUN` lists its devices",
        }
    }
}
