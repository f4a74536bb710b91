//! One device and all its sessions.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::pack::Platform;
use crate::{Effect, Facts, Login, Opening, Screen, SessionId, SimTime};

/// A virtual device.
#[derive(Debug)]
pub struct Device {
    platform: Arc<Platform>,
    facts: Facts,
}

/// What the device's configuration asks of whoever answers the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// False: connections are refused (the device is down, SSH is off, every line is in use).
    pub open: bool,
    /// The text of `banner login`, sent before authentication.
    pub banner: Option<String>,
    /// How long a handshake and login may take (`ip ssh time-out`).
    pub grace: Duration,
    /// How many failed logins end a connection (`ip ssh authentication-retries`).
    pub tries: usize,
}

impl Device {
    /// A device that has just booted.
    #[must_use]
    pub fn new(platform: Arc<Platform>, facts: Facts, _now: SimTime) -> Self {
        Self { platform, facts }
    }

    /// The platform that it is.
    #[must_use]
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// What the door must know now.
    #[must_use]
    pub fn door(&self) -> Door {
        Door {
            open: true,
            banner: None,
            grace: Duration::from_secs(120),
            tries: 3,
        }
    }

    /// A user's password.
    pub fn login(&mut self, user: &str, password: &str, _peer: IpAddr, _now: SimTime) -> Login {
        let known = &self.facts.credentials;
        if known.username == user && known.password == password {
            Login::Accepted
        } else {
            Login::Rejected
        }
    }

    /// A user's public key, whose signature the door has checked (or, asked twice, will check).
    /// `blob` is the key in SSH wire format.
    pub fn login_by_key(&mut self, _user: &str, _blob: &[u8], _now: SimTime) -> Login {
        Login::Rejected
    }

    /// Opens a session. If no line is free the session is closed.
    pub fn open(&mut self, id: SessionId, _opening: Opening, _now: SimTime, out: &mut Vec<Effect>) {
        out.push(Effect::Write(id, b"\r\n\r\n\r\nRouter#".to_vec()));
    }

    /// Bytes that a session's client sent.
    pub fn input(&mut self, id: SessionId, bytes: &[u8], _now: SimTime, out: &mut Vec<Effect>) {
        out.push(Effect::Write(id, bytes.to_vec()));
        if bytes.contains(&b'\r') || bytes.contains(&b'\n') {
            out.push(Effect::Write(id, b"\nRouter#".to_vec()));
        }
    }

    /// The client's terminal has another size.
    pub fn resize(&mut self, _id: SessionId, _screen: Screen) {}

    /// The client has gone.
    pub fn closed(&mut self, _id: SessionId, _now: SimTime, _out: &mut Vec<Effect>) {}

    /// Time has passed; a time that an [`Effect::WakeAt`] asked for has come.
    pub fn tick(&mut self, _now: SimTime, _out: &mut Vec<Effect>) {}
}
