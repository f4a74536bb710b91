//! What `ssh` says, as OpenSSH 9.2 says it.

use super::*;

const PASSWORD_LOG: &str = "debug1: Connecting to 127.0.0.1 [127.0.0.1] port 2201.\r\n\
    debug1: Next authentication method: publickey\r\ndebug1: Next authentication method: password\r\n";

#[test]
fn only_our_own_sshs_password_prompt_is_answered() {
    assert_eq!(
        login(PASSWORD_LOG, "netadmin@127.0.0.1's password: "),
        Login::Password
    );
    let keyboard = "debug1: Next authentication method: keyboard-interactive\r\n";
    assert_eq!(
        login(keyboard, "(netadmin@127.0.0.1) Password: "),
        Login::Password
    );
    let asks = |text: &str| Login::Asks(text.to_string());
    // A jump host's: our ssh isn't at any method yet.
    let early = "debug1: Executing proxy command: exec ssh -W '[edge]:22' bastion\r\n";
    assert_eq!(
        login(early, "ops@bastion's password: "),
        asks("ops@bastion's password:")
    );
    assert_eq!(
        login("", "Enter passphrase for key '/k': "),
        asks("Enter passphrase for key '/k':")
    );
    assert_eq!(
        login(keyboard, "(u@h) Verification code: "),
        asks("(u@h) Verification code:")
    );
    assert_eq!(
        login(PASSWORD_LOG, "*** Authorized use: only ***\r\n"),
        Login::Wait
    );
}

#[test]
fn a_question_for_a_host_key_is_told_whole() {
    let asked = "The authenticity of host 'edge-1 (10.0.0.1)' can't be established.\r\n\
        ED25519 key fingerprint is SHA256:x.\r\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ";
    let Login::HostKey(said) = login("", asked) else {
        panic!("it is no question for a host key");
    };
    assert!(
        said.starts_with(
            "The authenticity of host 'edge-1 (10.0.0.1)' can't be established.; ED25519"
        ),
        "{said}"
    );
}

#[test]
fn it_is_in_when_the_log_says_so_whatever_stands_on_the_terminal() {
    let log = format!(
        "{PASSWORD_LOG}Authenticated to 127.0.0.1 ([127.0.0.1]:2201) using \"password\".\r\n"
    );
    assert_eq!(login(&log, "Password: "), Login::In);
    assert_eq!(
        login(
            "debug1: mux_client_request_session: master session id: 2\r\n",
            ""
        ),
        Login::In
    );
}

#[test]
fn every_refusal_has_its_kind() {
    let check = |log: &str, screen: &str, kind: &str, text: &str| {
        let error = refusal(log, screen, "10.0.0.1:22", "u");
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, text));
    };
    check(
        "debug1: x\r\nu@10.0.0.1: Permission denied (publickey,password).\r\n",
        "",
        "login_refused",
        "10.0.0.1:22 refused the login of `u` by publickey, password",
    );
    check(
        "ssh: connect to host 10.0.0.1 port 22: Connection refused\r\n",
        "",
        "connect",
        "can't connect to 10.0.0.1:22: Connection refused",
    );
    check(
        "ssh: Could not resolve hostname edge: Name or service not known\r\n",
        "",
        "connect",
        "can't connect to 10.0.0.1:22: Name or service not known",
    );
    check(
        "Unable to negotiate with 10.0.0.1 port 22: no matching key exchange method found. Their offer: a,b\r\n",
        "",
        "no_common_algorithm",
        "no key exchange method algorithm in common; ours: what ssh has (`ssh -Q`); the device's: a, b",
    );
    check(
        "debug1: y\r\nNo ED25519 host key is known for edge and you have requested strict checking.\r\nHost key verification failed.\r\n",
        "",
        "host_key_asked",
        "ssh doesn't trust the host key of 10.0.0.1:22: No ED25519 host key is known for edge and you have requested strict checking.; Host key verification failed.",
    );
    check(
        "debug1: Next authentication method: password\r\nReceived disconnect from 10.0.0.1 port 22:2: Too many authentication failures\r\n",
        "",
        "login_cut",
        "10.0.0.1:22 hung up on the login of `u` by password (Too many authentication failures)",
    );
    check(
        "kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.1 port 22\r\n",
        "",
        "hung_up",
        "10.0.0.1:22 hung up before there was a session (kex_exchange_identification: Connection closed by remote host)",
    );
    check(
        "Connection closed by UNKNOWN port 65535\r\n",
        "stdio forwarding failed\r\n",
        "ssh",
        "ssh to 10.0.0.1:22 failed: Connection closed by UNKNOWN port 65535; stdio forwarding failed",
    );
}

#[test]
fn a_session_that_broke_is_told_from_one_that_was_closed() {
    let check = |log: &str, kind: Option<&str>| {
        assert_eq!(
            ending(log, 80).as_ref().map(TransportError::kind),
            kind,
            "{log}"
        );
    };
    check(
        "Connection to 10.0.0.1 closed by remote host.\r\nConnection to 10.0.0.1 closed.\r\n",
        None,
    );
    check(
        "Read from remote host 10.0.0.1: Connection reset by peer\r\n",
        Some("reset"),
    );
    check(
        "client_loop: send disconnect: Broken pipe\r\n",
        Some("reset"),
    );
    check(
        "Timeout, server 10.0.0.1 not responding.\r\n",
        Some("silent"),
    );
    check(
        "Received disconnect from 10.0.0.1 port 22:11: bye\r\n",
        None,
    );
    check(
        "Received disconnect from 10.0.0.1 port 22:2: corrupt\r\n",
        Some("disconnected"),
    );
    check("debug1: Connection reset is only spoken of\r\n", None);
}

#[test]
fn the_last_words_of_ssh_are_known_where_they_stand_last() {
    let check = |text: &str, kept: &str| assert_eq!(&text[..farewell(text.as_bytes())], kept);
    check(
        "R1#exit\r\nConnection to 10.0.0.1 closed by remote host.\r\n",
        "R1#exit",
    );
    check("Connection to edge-1 closed.\r\n", "");
    check(
        "Connection to edge-1 closed.\r\nR1#",
        "Connection to edge-1 closed.\r\nR1#",
    );
    check(
        "[Connection to 10.0.0.2 closed by foreign host]\r\n",
        "[Connection to 10.0.0.2 closed by foreign host]\r\n",
    );
}
