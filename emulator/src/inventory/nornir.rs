//! `hosts.yaml` of Nornir's `SimpleInventory`, with what netmiko, scrapli and NAPALM each want.

use std::io::{self, Write};

use super::{Entry, quoted};

pub(super) fn write(entries: impl Iterator<Item = Entry>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "---")?;
    for entry in entries {
        host(&entry, out)?;
        connections(&entry, out)?;
    }
    Ok(())
}

fn host(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}:", entry.name)?;
    writeln!(out, "  hostname: {}", quoted(&entry.host))?;
    writeln!(out, "  port: {}", entry.port)?;
    writeln!(out, "  username: {}", quoted(&entry.username))?;
    writeln!(out, "  password: {}", quoted(&entry.password))?;
    writeln!(out, "  platform: {}", quoted(&entry.platform))?;
    writeln!(out, "  data:")?;
    writeln!(out, "    pack: {}", quoted(&entry.pack))?;
    if let Some(role) = &entry.role {
        writeln!(out, "    role: {}", quoted(role))?;
    }
    if let Some(site) = &entry.site {
        writeln!(out, "    site: {}", quoted(site))?;
    }
    Ok(())
}

fn connections(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let secret = quoted(&entry.enable);
    writeln!(out, "  connection_options:")?;
    writeln!(out, "    netmiko:\n      extras: {{secret: {secret}}}")?;
    writeln!(
        out,
        "    scrapli:\n      platform: cisco_iosxe\n      extras: {{auth_secondary: {secret}}}"
    )?;
    writeln!(
        out,
        "    napalm:\n      platform: ios\n      extras: {{optional_args: {{secret: {secret}}}}}"
    )
}
