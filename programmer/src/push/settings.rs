//! What a run says about how its devices are pushed to.

use std::time::Duration;

use crate::session::Sending;

/// What follows when a device doesn't take a line.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    clap::ValueEnum,
    serde::Serialize,
    serde::Deserialize,
)]
pub enum OnError {
    /// Nothing more is sent to the device; what is in stays in.
    #[default]
    Stop,
    /// The rest is sent all the same.
    Continue,
    /// What is in is taken back.
    Rollback,
}

/// What follows when a device shows another hostname than the inventory has.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    clap::ValueEnum,
    serde::Serialize,
    serde::Deserialize,
)]
pub enum OtherHostname {
    /// Nothing is sent where the inventory says the hostname (`prompt`): it may be another device. A device's name alone
    /// may be nobody's hostname.
    #[default]
    Known,
    /// It is told, and the push goes on.
    Warn,
    /// Nothing is sent, also where the inventory has nothing but the device's name.
    Refuse,
}

impl OtherHostname {
    /// Whether nothing is sent, `said` being whether the inventory says the hostname.
    pub(super) fn refuses(self, said: bool) -> bool {
        match self {
            Self::Known => said,
            Self::Warn => false,
            Self::Refuse => true,
        }
    }
}

/// How lines are sent; each is verified the same.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    clap::ValueEnum,
    serde::Serialize,
    serde::Deserialize,
)]
pub enum SendingKind {
    /// A line is sent when the one before has its prompt.
    #[default]
    Lockstep,
    /// A window of lines is on its way at once.
    Pipelined,
    /// All lines are sent at once.
    Buffer,
}

impl SendingKind {
    /// With so many lines in the window.
    #[must_use]
    pub fn with_window(self, window: usize) -> Sending {
        match self {
            Self::Lockstep => Sending::Lockstep,
            Self::Pipelined => Sending::Pipelined { window },
            Self::Buffer => Sending::Buffer,
        }
    }
}

/// How each device is pushed to.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What follows a failure.
    pub on_error: OnError,
    /// How lines are sent.
    pub sending: Sending,
    /// Whether configurations are saved.
    pub save: bool,
    /// After so many minutes the device takes the change back by itself, unless it can be reached anew.
    pub confirm: Option<u8>,
    /// What another hostname than the inventory's means.
    pub other_hostname: OtherHostname,
    /// How often a connection is tried, before any line was sent.
    pub connect_tries: u32,
    /// How long a device that was lost is waited for, where it isn't the platform's time to boot.
    pub reconnect_within: Option<Duration>,
    /// What the random part of waits follows from.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            on_error: OnError::default(),
            sending: Sending::default(),
            save: true,
            confirm: None,
            other_hostname: OtherHostname::default(),
            connect_tries: 3,
            reconnect_within: None,
            seed: 0,
        }
    }
}
