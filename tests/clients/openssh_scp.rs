//! `scp -O`: files to a device's flash and back, with OpenSSH's own client of the old protocol.

use std::process::Command;

use crate::person::Person;
use crate::served::{PASSWORD, Served, USER};

/// A device that takes files.
const TAKES_FILES: &str = "hostname edge-1\nenable secret C1sco54321\n\
     username netadmin privilege 15 secret C1sco12345\nip scp server enable\nline vty 0 15\n login local\nend\n";

/// Copies with `scp`; what it said besides the question for the password. `remote:` in a name is the device.
#[track_caller]
fn copies(served: &Served, options: &[&str], from: &str, to: &str) -> String {
    let address = served.address("edge-1");
    let known_hosts = format!("UserKnownHostsFile={}", served.known_hosts.display());
    let there = |name: &str| name.replace("remote:", &format!("{USER}@{}:", address.ip()));
    let mut scp = Command::new("scp");
    scp.args([
        "-O",
        "-F",
        "none",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        &known_hosts,
    ])
    .args([
        "-o",
        "IdentityAgent=none",
        "-o",
        "PubkeyAuthentication=no",
        "-o",
        "ConnectTimeout=10",
    ])
    .args(["-P", &address.port().to_string()])
    .args(options)
    .args([there(from), there(to)]);
    let mut person = Person::starts(scp);
    person.sees("Password: ");
    person.types(PASSWORD);
    person.sees_the_end()
}

#[test]
fn a_file_goes_to_flash_and_back() {
    let served = Served::edge(TAKES_FILES);
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let (here, back) = (served.file("here.bin"), served.file("back.bin"));
    std::fs::write(&here, &bytes).unwrap();
    for options in [&["-q"][..], &["-q", "-p"]] {
        let said = copies(
            &served,
            options,
            &here.display().to_string(),
            "remote:flash:/there.bin",
        );
        assert_eq!(said.trim(), "", "{options:?}");
        let said = copies(
            &served,
            options,
            "remote:flash:/there.bin",
            &back.display().to_string(),
        );
        assert_eq!(said.trim(), "", "{options:?}");
        assert!(std::fs::read(&back).unwrap() == bytes, "{options:?}");
        std::fs::remove_file(&back).unwrap();
    }
}

#[test]
fn a_configuration_is_copied_as_a_file() {
    let served = Served::edge(TAKES_FILES);
    let (here, back) = (served.file("here.cfg"), served.file("back.cfg"));
    std::fs::write(&here, "interface Loopback7\n description copied\nend\n").unwrap();
    copies(
        &served,
        &["-q"],
        &here.display().to_string(),
        "remote:running-config",
    );
    copies(
        &served,
        &["-q"],
        "remote:running-config",
        &back.display().to_string(),
    );
    let running = std::fs::read_to_string(&back).unwrap();
    assert!(running.starts_with("\n!\n"), "{running}");
    assert!(
        running.contains("interface Loopback7\n description copied\n"),
        "{running}"
    );
}

#[test]
fn what_the_device_refuses_is_told_by_scp() {
    let served = Served::edge(TAKES_FILES);
    let (here, back) = (served.file("here.txt"), served.file("back.txt"));
    std::fs::write(&here, "x").unwrap();
    let here = here.display().to_string();
    let said = copies(
        &served,
        &["-q"],
        "remote:flash:none",
        &back.display().to_string(),
    );
    assert!(
        said.contains("%Error opening flash:none (No such file or directory)"),
        "{said}"
    );
    assert!(!back.exists());
    let said = copies(&served, &["-q"], &here, "remote:flash:/nowhere/x");
    assert!(
        said.contains("%Error opening flash:/nowhere/x (No such file or directory)"),
        "{said}"
    );
}

#[test]
fn a_device_without_an_scp_server_says_so() {
    let served = Served::plain_edge();
    let here = served.file("here.txt");
    std::fs::write(&here, "x").unwrap();
    let said = copies(
        &served,
        &["-q"],
        &here.display().to_string(),
        "remote:flash:/x",
    );
    assert!(said.contains("Administratively disabled."), "{said}");
}
