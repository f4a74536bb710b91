//! What else OpenSSH's programs ask of a device: its key, commands without a terminal; and what it doesn't give.

use std::process::Command;

use crate::person::{NO_KEYS, Person, ssh};
use crate::served::{PASSWORD, Served, USER};

/// What a program says that is given the password; `sftp` and `ssh` ask for it alike.
fn told(command: Command) -> String {
    let mut person = Person::starts(command);
    person.sees("Password: ");
    person.types(PASSWORD);
    person.sees_the_end()
}

#[test]
fn ssh_keyscan_finds_the_key_of_the_inventory() {
    let served = Served::plain_edge();
    let address = served.address("edge-1");
    let mut keyscan = Command::new("ssh-keyscan");
    keyscan.args(["-T", "10", "-p", &address.port().to_string()]);
    let output = keyscan.arg(address.ip().to_string()).output().unwrap();
    let found = String::from_utf8(output.stdout).unwrap();
    let known = std::fs::read_to_string(&served.known_hosts).unwrap();
    assert_eq!(found.trim(), known.trim());
}

#[test]
fn there_is_no_sftp_server() {
    let served = Served::plain_edge();
    let address = served.address("edge-1");
    let known_hosts = format!("UserKnownHostsFile={}", served.known_hosts.display());
    let mut sftp = Command::new("sftp");
    sftp.args(["-F", "none", "-o", &known_hosts])
        .args(NO_KEYS)
        .args(["-P", &address.port().to_string()])
        .arg(format!("{USER}@{}", address.ip()));
    let said = told(sftp);
    assert!(said.contains("subsystem request failed"), "{said}");
}

#[test]
fn no_connection_is_passed_on() {
    let served = Served::plain_edge();
    let to = [NO_KEYS, &["-W", "127.0.0.1:22"]].concat();
    let said = told(ssh(&served, "edge-1", &to));
    assert!(
        said.contains("open failed: administratively prohibited"),
        "{said}"
    );
    // A listener that is asked for isn't there.
    let remote = [
        "-o",
        "ExitOnForwardFailure=yes",
        "-N",
        "-R",
        "0:127.0.0.1:22",
    ];
    let said = told(ssh(&served, "edge-1", &[NO_KEYS, &remote].concat()));
    assert!(said.contains("remote port forwarding failed"), "{said}");
}

#[test]
fn who_wants_no_terminal_is_served_all_the_same() {
    let served = Served::plain_edge();
    let mut person = Person::starts(ssh(&served, "edge-1", &[NO_KEYS, &["-T"]].concat()));
    person.sees("Password: ");
    person.types(PASSWORD);
    person.sees("edge-1#");
    person.presses("show privilege\n");
    person.sees("Current privilege level is 15");
    person.sees("edge-1#");
    person.presses("exit\n");
    person.sees_the_end();
}
