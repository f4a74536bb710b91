//! `ssh device COMMAND`: one command, its output, the end.

use crate::person::{NO_KEYS, Person, ssh};
use crate::served::{PASSWORD, Served};

/// What a person reads who logs in for one command.
pub(crate) fn answer(served: &Served, device: &str, command: &str) -> String {
    let mut ssh = ssh(served, device, NO_KEYS);
    ssh.arg(command);
    let mut person = Person::starts(ssh);
    person.sees("Password: ");
    person.types(PASSWORD);
    person.sees_the_end()
}

#[test]
fn one_command_is_answered_without_echo_prompt_or_paging() {
    let served = Served::plain_edge();
    let version = answer(&served, "edge-1", "show version");
    assert!(version.contains("Cisco IOS XE Software"), "{version}");
    assert!(
        version.contains("Configuration register is 0x"),
        "{version}"
    );
    for never in ["edge-1#", "show version", "--More--"] {
        assert!(!version.contains(never), "{never}: {version}");
    }
}

#[test]
fn a_command_that_there_is_not_is_an_invalid_autocommand() {
    let served = Served::plain_edge();
    let told = answer(&served, "edge-1", "show run-my-config");
    assert!(
        told.contains("Line has invalid autocommand \"show run-my-config\""),
        "{told}"
    );
}
