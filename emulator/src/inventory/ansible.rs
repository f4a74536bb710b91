//! An Ansible inventory in YAML: one group a role, and the variables of `cisco.ios`.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::{Entry, quoted};

const COMMON: &str = "\
all:
  vars:
    ansible_connection: ansible.netcommon.network_cli
    ansible_network_os: cisco.ios.ios
    ansible_become: true
    ansible_become_method: ansible.netcommon.enable
  hosts:
";

pub(super) fn write(
    entries: impl Iterator<Item = Entry> + Clone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut roles = BTreeSet::new();
    out.write_all(COMMON.as_bytes())?;
    for entry in entries.clone() {
        host(&entry, out)?;
        roles.extend(entry.role.as_deref().map(group));
    }
    if roles.is_empty() {
        return Ok(());
    }
    writeln!(out, "  children:")?;
    for role in roles {
        writeln!(out, "    {role}:\n      hosts:")?;
        let of_role = |entry: &Entry| entry.role.as_deref().map(group).as_ref() == Some(&role);
        // The devices are asked again, so that a million of them need no memory.
        for entry in entries.clone().filter(of_role) {
            writeln!(out, "        {}:", entry.name)?;
        }
    }
    Ok(())
}

fn host(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    {}:", entry.name)?;
    writeln!(out, "      ansible_host: {}", quoted(&entry.host))?;
    writeln!(out, "      ansible_port: {}", entry.port)?;
    writeln!(out, "      ansible_user: {}", quoted(&entry.username))?;
    writeln!(out, "      ansible_password: {}", quoted(&entry.password))?;
    writeln!(
        out,
        "      ansible_become_password: {}",
        quoted(&entry.enable)
    )?;
    // What Ansible has no variable for, and the programmer wants to know.
    writeln!(out, "      pack: {}", quoted(&entry.pack))?;
    for (key, value) in [("role", &entry.role), ("site", &entry.site)] {
        if let Some(value) = value {
            writeln!(out, "      {key}: {}", quoted(value))?;
        }
    }
    Ok(())
}

/// Ansible warns of group names that are not identifiers.
fn group(role: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = role.chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) || name == "all" || name == "ungrouped" {
        format!("role_{name}")
    } else {
        name
    }
}
