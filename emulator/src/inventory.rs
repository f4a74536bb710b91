//! Tells other programs how to reach the devices of a topology.
//!
//! Passwords stand in every format that has a place for them: an inventory is asked for by name, and its
//! reader can't log in without. The tables have none.

mod ansible;
mod csv;
mod json;
mod known_hosts;
mod nornir;
mod ssh_config;
mod table;

use std::io::{self, Write};

use serde::Serialize;

use crate::topology::{Listen, Row, Topology};

pub use known_hosts::HostKeyUnknown;
pub use table::{columns, group_table, table};

/// How an inventory is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Columns for people, without passwords
    Table,
    /// An array of objects
    Json,
    /// One line a device, with a header
    Csv,
    /// For `ssh -F FILE edge-1`
    SshConfig,
    /// An Ansible inventory in YAML
    Ansible,
    /// hosts.yaml of Nornir's SimpleInventory
    Nornir,
    /// Host keys as OpenSSH keeps them
    KnownHosts,
}

/// One device of an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Entry {
    name: String,
    host: String,
    port: u16,
    username: String,
    password: String,
    enable: String,
    pack: String,
    platform: String,
    role: Option<String>,
    site: Option<String>,
}

/// Why an inventory can't be written.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// The topology leaves the ports to the system.
    #[error("the topology has port 0: its ports are known only while it is served")]
    NoPorts,
    /// One host is to stand for many addresses.
    #[error("the devices have an address each, and can't all be at one host")]
    NoHost,
    /// A host key can't be told.
    #[error("the host keys can't be written")]
    HostKey(#[source] HostKeyUnknown),
    /// The output can't be written.
    #[error("the inventory can't be written")]
    Output(#[source] io::Error),
}

impl InventoryError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoPorts => "give `listen` a port, or one address a device with `network`",
            Self::NoHost => "leave --host out, or give `listen` an `address` and a `port`",
            Self::HostKey(_) => "name another algorithm in `ssh: {host_key: [...]}`",
            Self::Output(_) => "look at the disk or the program that reads the output",
        }
    }
}

/// Writes the inventory of a topology.
///
/// # Errors
///
/// See [`InventoryError`].
pub fn write(
    topology: &Topology,
    format: Format,
    out: &mut dyn Write,
) -> Result<(), InventoryError> {
    write_at(topology, None, format, out)
}

/// As [`write()`], for those who reach the fleet by another name than the address that it listens at.
///
/// # Errors
///
/// See [`InventoryError`].
pub fn write_at(
    topology: &Topology,
    host: Option<&str>,
    format: Format,
    out: &mut dyn Write,
) -> Result<(), InventoryError> {
    if host.is_some() && matches!(topology.listen(), Listen::Network { .. }) {
        return Err(InventoryError::NoHost);
    }
    if topology
        .rows()
        .next()
        .is_some_and(|row| row.address.port() == 0)
    {
        return Err(InventoryError::NoPorts);
    }
    let entries = topology.rows().map(|row| Entry::of(&row, host));
    let address = |row: &Row<'_>| match host {
        Some(host) => format!("{host}:{}", row.address.port()),
        None => row.address.to_string(),
    };
    match format {
        Format::Table => table(topology, usize::MAX, address, out),
        Format::Json => json::write(entries, out),
        Format::Csv => csv::write(entries, out),
        Format::SshConfig => ssh_config::write(topology.name(), entries, out),
        Format::Ansible => ansible::write(entries, out),
        Format::Nornir => nornir::write(entries, out),
        Format::KnownHosts => return known_hosts::write(topology, host, out),
    }
    .map_err(InventoryError::Output)
}

impl Entry {
    fn of(row: &Row<'_>, host: Option<&str>) -> Self {
        let group = row.group;
        let own = || row.address.ip().to_string();
        Self {
            name: row.name.clone(),
            host: host.map_or_else(own, str::to_string),
            port: row.address.port(),
            username: group.credentials.username.clone(),
            password: group.credentials.password.clone(),
            enable: group.credentials.enable.clone(),
            pack: group.platform.pack().to_string(),
            platform: netmiko_name(row),
            role: group.role.clone(),
            site: group.site.clone(),
        }
    }
}

/// What netmiko calls the platform: `identity.netmiko` of the pack, or the name of all that is IOS-XE.
fn netmiko_name(row: &Row<'_>) -> String {
    let told = row.group.platform.identity("netmiko");
    told.unwrap_or_else(|| "cisco_xe".to_string())
}

/// A text in quotes; JSON's rules are also YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// How OpenSSH names a host that doesn't listen at port 22.
fn host_pattern(host: &str, port: u16) -> String {
    match port {
        22 => host.to_string(),
        port => format!("[{host}]:{port}"),
    }
}
