//! OpenSSH at the door: passwords, keys, banners, and how a session ends.

use std::process::Command;
use std::time::Instant;

use crate::person::{NO_KEYS, Person, by_key, ssh};
use crate::served::{ENABLE, PASSWORD, Served, UNPRIVILEGED};

const BANNERS: &str = "hostname edge-1\nbanner login ^C\nKeep out, this is #1 >\n^C\nbanner motd ^C\nToday: soup\n^C\n\
     banner exec ^C\nWelcome to $(hostname)\n^C\nusername netadmin privilege 15 secret C1sco12345\n\
     line vty 0 15\n login local\nend\n";

#[test]
fn a_password_opens_a_session_and_exit_ends_it() {
    let served = Served::plain_edge();
    let mut person = Person::logs_in(&served, "edge-1", PASSWORD);
    person.sees("\r\n\r\n\r\nedge-1#");
    person.types("exit");
    let end = person.sees_the_end();
    assert!(end.contains("closed"), "{end:?}");
}

#[test]
fn keyboard_interactive_asks_password_once_and_lets_in() {
    let served = Served::plain_edge();
    let options = [
        NO_KEYS,
        &["-o", "PreferredAuthentications=keyboard-interactive"],
    ]
    .concat();
    let mut person = Person::starts(ssh(&served, "edge-1", &options));
    person.sees("(netadmin@127.0.0.1) Password: ");
    person.types(PASSWORD);
    person.sees("edge-1#");
}

#[test]
fn the_password_method_lets_in_too() {
    let served = Served::plain_edge();
    let options = [NO_KEYS, &["-o", "PreferredAuthentications=password"]].concat();
    let mut person = Person::starts(ssh(&served, "edge-1", &options));
    person.sees("netadmin@127.0.0.1's password: ");
    person.types(PASSWORD);
    person.sees("edge-1#");
}

#[test]
fn after_three_wrong_passwords_the_door_is_closed() {
    let served = Served::plain_edge();
    let started = Instant::now();
    let eager = [
        "-o",
        "PreferredAuthentications=keyboard-interactive",
        "-o",
        "NumberOfPasswordPrompts=9",
    ];
    let mut person = Person::starts(ssh(&served, "edge-1", &eager));
    for _ in 0..3 {
        person.sees("Password: ");
        person.types("wrong");
    }
    let end = person.sees_the_end();
    assert!(
        !end.contains("Password: ") && end.contains("closed"),
        "{end:?}"
    );
    // A device takes its time, about two seconds a failure; nobody waits for more than three.
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn the_login_banner_comes_before_the_password_and_the_others_after_it() {
    let served = Served::edge(BANNERS);
    let mut person = Person::starts(ssh(&served, "edge-1", NO_KEYS));
    person.sees("Keep out, this is #1 >");
    person.sees("Password: ");
    person.types(PASSWORD);
    person.sees("Today: soup");
    person.sees("Welcome to edge-1");
    person.sees("\nedge-1#");
}

#[test]
fn a_user_of_level_1_lands_at_the_angle_and_enables() {
    let served = Served::edge(UNPRIVILEGED);
    let mut person = Person::logs_in(&served, "edge-1", PASSWORD);
    person.sees("edge-1>");
    person.types("enable");
    person.sees("enable\r\nPassword: ");
    person.types("wrong");
    person.sees("\r\nPassword: ");
    person.types(ENABLE);
    assert_eq!(person.sees("edge-1#"), "\r\n", "a password isn't echoed");
    person.types("show privilege");
    person.sees("Current privilege level is 15\r\nedge-1#");
    person.types("disable");
    person.sees("edge-1>");
}

#[test]
fn three_wrong_enable_passwords_are_bad_secrets() {
    let served = Served::edge(UNPRIVILEGED);
    let mut person = Person::logs_in(&served, "edge-1", PASSWORD);
    person.sees("edge-1>");
    person.types("enable");
    for _ in 0..3 {
        person.sees("Password: ");
        person.types("wrong");
    }
    person.sees("% Bad secrets\r\n\r\nedge-1>");
}

#[test]
fn a_key_that_was_typed_in_lets_its_owner_in_without_a_password() {
    let served = Served::plain_edge();
    let key = served.file("key");
    let made = Command::new("ssh-keygen")
        .args([
            "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "netadmin", "-f",
        ])
        .arg(&key)
        .status();
    assert!(made.expect("ssh-keygen starts").success());
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let body = public.split(' ').nth(1).expect("a public key has a body");

    let mut person = Person::logs_in(&served, "edge-1", PASSWORD);
    person.sees("edge-1#");
    person.types("configure terminal");
    person.sees("(config)#");
    person.types("ip ssh pubkey-chain");
    person.sees("(conf-ssh-pubkey)#");
    person.types("username netadmin");
    person.sees("(conf-ssh-pubkey-user)#");
    person.types("key-string");
    person.sees("(conf-ssh-pubkey-data)#");
    // Lines of a key are cut so that they fit.
    for start in (0..body.len()).step_by(72) {
        person.types(&body[start..body.len().min(start + 72)]);
        person.sees("(conf-ssh-pubkey-data)#");
    }
    person.types("exit");
    person.sees("(conf-ssh-pubkey-user)#");
    person.types("end");
    person.sees("edge-1#");

    let options = by_key(&key);
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    let mut owner = Person::starts(ssh(&served, "edge-1", &options));
    owner.sees("\r\nedge-1#");
}
