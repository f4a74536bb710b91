//! Which devices there are, where, and how to log in to them.
//!
//! An inventory is read from what there is already: a topology of the fleet, a plain file (YAML, JSON, CSV), an Ansible
//! inventory or a Nornir one. Each [`Format`] is reduced to rows of the same keys ([`row`]), and one place makes devices
//! of them, so that a key means the same everywhere.

mod ansible;
mod format;
mod nornir;
mod plain;
mod row;
mod source;
mod table;
mod topology;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yaml::Mistake;

pub use format::Format;

use crate::packs::Settings;
use crate::secret::Secret;
use crate::transport::{Hop, SshOffer, TransportKind};
use row::Row;
use source::Source;

/// More devices than this are taken for a slip of the pen, in a `count` or a range.
const DEVICES_MAX: usize = 100_000;

/// Devices, in the order of their file.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The inventory's name: the topology's, or that of the file.
    pub name: String,
    /// Its devices.
    pub devices: Vec<Device>,
}

/// One device, and how to reach it.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its name, by which documents call it.
    pub name: String,
    /// Its platform's pack, or another name of it.
    pub pack: String,
    /// Its role in the fabric.
    pub role: Option<String>,
    /// Its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How to log in.
    pub credentials: Credentials,
    /// Where it stands.
    pub site: Option<String>,
    /// The groups that it belongs to, the innermost first.
    pub groups: Vec<String>,
    /// The way to it.
    pub reach: Reach,
    /// What it wants to be expected differently than its platform, as it was written.
    pub expect: Settings,
    /// The hostname that its prompt shows, if that isn't its name.
    pub hostname: Option<String>,
}

impl Device {
    /// A device of which only this is known.
    pub fn new(
        name: impl Into<String>,
        pack: impl Into<String>,
        host: impl Into<String>,
        port: u16,
    ) -> Self {
        Self {
            name: name.into(),
            pack: pack.into(),
            role: None,
            host: host.into(),
            port,
            credentials: Credentials::default(),
            site: None,
            groups: Vec::new(),
            reach: Reach::default(),
            expect: Settings::default(),
            hostname: None,
        }
    }

    /// Its address and port.
    #[must_use]
    pub fn endpoint(&self) -> String {
        endpoint(&self.host, self.port)
    }
}

/// What is special about the way to a device; what isn't said is as the run says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The transport.
    pub transport: Option<TransportKind>,
    /// It is a console, which says nothing before Enter is typed.
    pub console: bool,
    /// Whether old SSH algorithms are offered too.
    pub legacy: Option<bool>,
    /// The SSH algorithms that are offered: of its platform, by `legacy`.
    pub offer: Option<Arc<SshOffer>>,
    /// The jump hosts that lead to it, the nearest first; an empty list leads straight to it.
    pub jump: Option<Vec<Hop>>,
    /// Private keys that are tried before the password.
    pub identities: Vec<PathBuf>,
}

/// Address and port as one word; an IPv6 address stands in brackets.
pub(crate) fn endpoint(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// A user's name and passwords.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub username: String,
    /// The login password.
    pub password: Secret,
    /// The enable password; without one, the login password is tried.
    pub enable: Option<Secret>,
}

impl Credentials {
    /// The password that `enable` asks for.
    #[must_use]
    pub fn enable_password(&self) -> &Secret {
        self.enable.as_ref().unwrap_or(&self.password)
    }

    /// Puts what stands above in the place of what the inventory says.
    pub fn override_by(&mut self, over: &PasswordOverride) {
        if let Some(username) = &over.username {
            self.username.clone_from(username);
        }
        if let Some(password) = &over.password {
            self.password = password.clone();
        }
        if let Some(enable) = &over.enable {
            self.enable = Some(enable.clone());
        }
    }
}

/// A user and passwords that stand above those of the inventory.
#[derive(Debug, Clone, Default)]
pub struct PasswordOverride {
    /// Instead of every user.
    pub username: Option<String>,
    /// Instead of every login password.
    pub password: Option<Secret>,
    /// Instead of every enable password.
    pub enable: Option<Secret>,
    /// Login passwords come later, from a command for each device.
    pub password_follows: bool,
}

impl Inventory {
    /// Reads an inventory from a file or a folder, of the format that its content shows.
    ///
    /// # Errors
    ///
    /// Every mistake that keeps the programmer from reaching the devices.
    pub fn read_file(path: &Path, over: &PasswordOverride) -> Result<Self, Vec<Mistake>> {
        Self::read_file_as(path, None, over)
    }

    /// Reads an inventory of a format.
    ///
    /// # Errors
    ///
    /// As [`Inventory::read_file`].
    pub fn read_file_as(
        path: &Path,
        format: Option<Format>,
        over: &PasswordOverride,
    ) -> Result<Self, Vec<Mistake>> {
        let source = Source::open(path).map_err(|mistake| vec![mistake])?;
        Self::of(&source, format, over)
    }

    /// Reads an inventory that stands in a text; there are no files beside it.
    ///
    /// # Errors
    ///
    /// As [`Inventory::read_file`].
    pub fn read(file: &str, text: &str, over: &PasswordOverride) -> Result<Self, Vec<Mistake>> {
        Self::of(&Source::of_text(file, text), None, over)
    }

    fn of(
        source: &Source,
        format: Option<Format>,
        over: &PasswordOverride,
    ) -> Result<Self, Vec<Mistake>> {
        let format = match format {
            Some(format) => format,
            None => Format::recognise(source).map_err(|mistake| vec![mistake])?,
        };
        let read = match format {
            Format::Topology => topology::read(source),
            Format::Plain => plain::read(source),
            Format::Csv => table::read(source),
            Format::Ansible => ansible::read(source),
            Format::Nornir => nornir::read(source),
        };
        let (name, rows) = read?;
        Ok(Self {
            name: name.unwrap_or_else(|| source.name()),
            devices: devices(rows, over)?,
        })
    }

    /// The device of that name.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<&Device> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// The devices with that role, in order; where none has it, those of a group of that name.
    #[must_use]
    pub fn with_role(&self, role: &str) -> Vec<&Device> {
        let such = |is: &dyn Fn(&Device) -> bool| -> Vec<&Device> {
            self.devices.iter().filter(|device| is(device)).collect()
        };
        let devices = such(&|device| device.role.as_deref() == Some(role));
        if devices.is_empty() {
            return such(&|device| device.groups.iter().any(|group| group == role));
        }
        devices
    }
}

/// What a file's reader gives: the inventory's name, and its rows.
type Rows = Result<(Option<String>, Vec<Row>), Vec<Mistake>>;

fn devices(rows: Vec<Row>, over: &PasswordOverride) -> Result<Vec<Device>, Vec<Mistake>> {
    let mut names = BTreeSet::new();
    let (mut devices, mut mistakes) = (Vec::new(), Vec::new());
    for row in rows {
        if !names.insert(row.name.clone()) {
            let what = format!("the name `{}` is taken", row.name);
            mistakes.push(row.mistake(what).hint("give every device its own name"));
        }
        match row.into_device(over) {
            Ok(mut device) => {
                device.credentials.override_by(over);
                devices.push(device);
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() {
        Ok(devices)
    } else {
        Err(mistakes)
    }
}

#[cfg(test)]
mod tests;
