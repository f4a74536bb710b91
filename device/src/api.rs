//! What crosses the wall between a device and whoever drives it.

use std::net::IpAddr;

/// One session on one device; the driver gives the numbers and never uses one twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// The size of a terminal in characters; zero means that there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub length: u16,
}

/// How a session opens, after its user has logged in.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Who logged in.
    pub user: String,
    /// Where from.
    pub peer: IpAddr,
    /// The terminal that was asked for, if any.
    pub screen: Option<Screen>,
    /// Its type, as the client named it.
    pub terminal: Option<String>,
    /// One command to run instead of a shell (the SSH exec channel).
    pub command: Option<Vec<u8>>,
}

/// What the driver must now do, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send these bytes to the session's client.
    Write(SessionId, Vec<u8>),
    /// Send these bytes, which are a file's: who carries them need not copy them.
    WriteShared(SessionId, std::sync::Arc<[u8]>),
    /// The session's one command has come to this, zero if all is well; a `Close` follows.
    Exit(SessionId, u32),
    /// Close the session once what was written is sent.
    Close(SessionId),
    /// Call [`Device::tick`](crate::Device::tick) at this time, or earlier. Only the earliest such time counts: after
    /// each tick the device asks again.
    WakeAt(crate::SimTime),
    /// The device goes away: every session is closed, and nobody gets in until [`Effect::Up`].
    Down,
    /// The device is back.
    Up,
    /// The device shows others something else than before: take [`Device::node`](crate::Device::node), and call
    /// [`Device::neighbours_changed`](crate::Device::neighbours_changed) of the devices that cables lead to from it,
    /// near and far. Nobody has to be told at once, and nobody more than once.
    Changed,
}

/// The answer to a user's name and password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// They are right.
    Accepted,
    /// They are not, or logins are not possible on this line.
    Rejected,
}

/// A user and the two passwords of a device that was just unpacked. `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// User name.
    pub username: String,
    /// Login password.
    pub password: String,
    /// Enable secret.
    pub enable: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Credentials {{ username: {:?}, .. }}", self.username)
    }
}

/// A cable: which port of this device leads to which port of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cable {
    /// Full name of the port on this device, as `Platform::interface` gives it.
    pub port: String,
    /// The device at the other end.
    pub device: String,
    /// Its port.
    pub far_port: String,
    /// Its model, as its CDP announces it (`C9300-48P`).
    pub far_model: String,
    /// Its management address.
    pub far_address: IpAddr,
    /// Its software version text, as its CDP announces it.
    pub far_version: String,
    /// Its CDP capabilities (`Router Switch IGMP`).
    pub far_capabilities: String,
}

/// An access point that a wireless controller serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPoint {
    /// Its name.
    pub name: String,
    /// Model (`C9120AXI-B`).
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// Ethernet MAC address, `0011.2233.4455`.
    pub mac: String,
    /// Base radio MAC address, `0011.2233.4455`.
    pub radio_mac: String,
    /// Address.
    pub address: IpAddr,
}

/// The wireless controller that an access point has joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    /// Its name.
    pub name: String,
    /// Its management address.
    pub address: IpAddr,
}

/// What a topology says of one device, and what follows from its seed.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The device's name in the topology; its first hostname.
    pub name: String,
    /// The address it is managed at.
    pub address: IpAddr,
    /// The device's own seed: serial numbers, MAC addresses and salts follow from it.
    pub seed: u64,
    /// Who may log in at first.
    pub credentials: Credentials,
    /// A startup-config to boot from.
    pub startup: Option<String>,
    /// Its cables.
    pub cables: Vec<Cable>,
    /// The access points it serves, if it is a controller.
    pub access_points: Vec<AccessPoint>,
    /// The controller that it has joined, if it is an access point.
    pub controller: Option<Controller>,
}
