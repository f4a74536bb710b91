//! The user's own `ssh` as a transport, against OpenSSH's server and a device that wants a password.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use programmer::inventory::Device;
use programmer::secret::Secret;
use programmer::transport::{
    AnyTransport, Connect as _, Connector, Hop, HostKeyPolicy, HostKeys, Transport as _,
    TransportError, TransportKind, TransportOptions,
};
use russh::MethodKind;

use crate::cisco::{Behaviour, Cisco};
use crate::openssh::{GREETING, Sshd, keygen, own_name};
use crate::relay::{Break, Relay};

/// Nothing on loopback takes so long.
const WITHIN: Duration = Duration::from_secs(60);

/// Nobody's own configuration, and any host key.
fn options() -> TransportOptions {
    TransportOptions {
        transport: TransportKind::System,
        said_host_keys: Some(HostKeyPolicy::Off),
        ssh_options: vec!["IdentitiesOnly=yes".into(), "HashKnownHosts=no".into()],
        ..TransportOptions::new(HostKeys::new(HostKeyPolicy::Off, ""))
    }
}

fn device(port: u16) -> Device {
    let mut device = Device::new("d", "ios-xe", "127.0.0.1", port);
    device.credentials.username = "netadmin".into();
    device.credentials.password = Secret::new("C1sco12345");
    device
}

async fn connect(
    options: TransportOptions,
    device: &Device,
) -> Result<AnyTransport, TransportError> {
    Connector::new(options).connect(device, WITHIN).await
}

async fn refusal(options: TransportOptions, device: &Device) -> TransportError {
    match connect(options, device).await {
        Ok(_) => panic!("it was let in"),
        Err(error) => error,
    }
}

/// Reads until the text has come, and gives all that has.
async fn hear(transport: &mut AnyTransport, text: &str) -> String {
    let mut heard = String::new();
    while !heard.contains(text) {
        let bytes = transport.read().await.unwrap();
        heard.push_str(&String::from_utf8_lossy(&bytes.expect(&heard)));
    }
    heard
}

#[tokio::test]
async fn the_password_is_given_by_either_method_and_bytes_pass_as_they_are() {
    for method in [&[MethodKind::Password], &[MethodKind::KeyboardInteractive]] {
        let cisco = Cisco::start(Behaviour {
            methods: method,
            ..Behaviour::default()
        })
        .await;
        let mut transport = connect(options(), &device(cisco.port)).await.unwrap();
        hear(&mut transport, "R1#").await;
        // The device echoes, and nobody else does; a tilde at the start of a line is the device's too.
        transport.write(b"~.\n".to_vec()).await.unwrap();
        assert_eq!(hear(&mut transport, "R1#").await.matches("~.").count(), 1);
        transport.write(b"enable\n".to_vec()).await.unwrap();
        hear(&mut transport, "enable\r\n").await;
        transport.close().await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let cisco = Cisco::start(Behaviour {
        password: "another",
        ..Behaviour::default()
    })
    .await;
    let error = refusal(options(), &device(cisco.port)).await;
    assert_eq!(error.kind(), "login_refused", "{error}");
    let tried = cisco.heard();
    assert_eq!(tried.len(), 1, "{tried:?}");
}

#[tokio::test]
async fn keys_and_jump_hosts_are_sshs_own_business() {
    let bastion = Sshd::start("system-jump", "AllowTcpForwarding yes");
    let sshd = Sshd::start("system-key", "");
    let key = keygen(&sshd.folder, "key", &[]);
    sshd.authorize(&key);
    bastion.authorize(&key);
    let config = sshd.folder.join("ssh_config");
    let text = format!(
        "Host bastion\n HostName 127.0.0.1\n Port {}\n User {}\n IdentityFile {}\n StrictHostKeyChecking no\n \
         UserKnownHostsFile /dev/null\nHost edge-1\n HostName 127.0.0.1\n Port {}\n User {}\n IdentityFile {}\n",
        bastion.port,
        own_name(),
        key.display(),
        sshd.port,
        own_name(),
        key.display()
    );
    std::fs::write(&config, text).unwrap();
    // A wrapper stands for the user's own ~/.ssh/config.
    let program = sshd.folder.join("my-ssh");
    std::fs::write(
        &program,
        format!("#!/bin/sh\nexec ssh -F {} \"$@\"\n", config.display()),
    )
    .unwrap();
    crate::openssh::run(Command::new("chmod").arg("+x").arg(&program));
    let options = || TransportOptions {
        ssh_program: program.clone(),
        ..options()
    };
    let mut edge = Device::new("edge-1", "ios-xe", "edge-1", 22);
    let mut transport = connect(options(), &edge).await.unwrap();
    hear(&mut transport, GREETING).await;

    edge.reach.jump = Some(Hop::list("bastion").unwrap());
    let mut transport = connect(options(), &edge).await.unwrap();
    hear(&mut transport, GREETING).await;
    assert_eq!(bastion.connections(), 1);
}

#[tokio::test]
async fn a_devices_password_is_not_for_a_jump_host() {
    let bastion = Cisco::start(Behaviour::default()).await;
    let mut device = device(2201);
    device.reach.jump = Some(Hop::list(&format!("netadmin@127.0.0.1:{}", bastion.port)).unwrap());
    // The jump host's own ssh asks for its host key first, unless it is told not to.
    let home = crate::directory("system-bastion");
    let config = home.join("ssh_config");
    std::fs::write(
        &config,
        "Host *\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n",
    )
    .unwrap();
    let program = wrapper(&home, &config);
    let options = TransportOptions {
        ssh_program: program,
        ..options()
    };
    let error = refusal(options, &device).await;
    assert_eq!(error.kind(), "asked", "{error}");
    assert!(bastion.heard().is_empty(), "{:?}", bastion.heard());
}

fn wrapper(folder: &Path, config: &Path) -> std::path::PathBuf {
    let program = folder.join("my-ssh");
    std::fs::write(
        &program,
        format!("#!/bin/sh\nexec ssh -F {} \"$@\"\n", config.display()),
    )
    .unwrap();
    crate::openssh::run(Command::new("chmod").arg("+x").arg(&program));
    program
}

#[tokio::test]
async fn a_question_for_a_host_key_ends_it_with_its_text() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let folder = crate::directory("system-hosts");
    let known_hosts = folder.join("known_hosts");
    let with = |said| TransportOptions {
        said_host_keys: said,
        said_known_hosts: true,
        host_keys: HostKeys::new(HostKeyPolicy::Strict, &known_hosts),
        ..options()
    };
    let asked = refusal(with(None), &device(cisco.port)).await;
    assert_eq!(asked.kind(), "host_key_asked");
    assert!(
        asked
            .to_string()
            .contains("Are you sure you want to continue connecting"),
        "{asked}"
    );
    let strict = refusal(with(Some(HostKeyPolicy::Strict)), &device(cisco.port)).await;
    assert!(
        strict.to_string().contains("Host key verification failed"),
        "{strict}"
    );
    connect(with(Some(HostKeyPolicy::AcceptNew)), &device(cisco.port))
        .await
        .unwrap();
    connect(with(Some(HostKeyPolicy::Strict)), &device(cisco.port))
        .await
        .unwrap();

    let other = Behaviour {
        key_seed: 2,
        ..Behaviour::default()
    };
    let other = Cisco::start(other).await;
    let old = std::fs::read_to_string(&known_hosts).unwrap();
    std::fs::write(
        &known_hosts,
        old.replace(&cisco.port.to_string(), &other.port.to_string()),
    )
    .unwrap();
    let changed = refusal(with(Some(HostKeyPolicy::AcceptNew)), &device(other.port)).await;
    assert!(
        changed
            .to_string()
            .contains("REMOTE HOST IDENTIFICATION HAS CHANGED"),
        "{changed}"
    );
    assert_eq!(changed.kind(), "host_key_changed");
    assert!(other.heard().is_empty());
}

#[tokio::test]
async fn nobody_listening_and_old_algorithms_have_their_kinds() {
    let error = refusal(options(), &device(1)).await;
    assert_eq!(
        error.to_string(),
        "can't connect to 127.0.0.1:1: Connection refused"
    );
    let old = "KexAlgorithms diffie-hellman-group14-sha1";
    let sshd = Sshd::start("system-legacy", old);
    let error = refusal(options(), &device(sshd.port)).await;
    assert_eq!(error.kind(), "no_common_algorithm");
    assert!(
        error
            .to_string()
            .contains("device's: diffie-hellman-group14-sha1"),
        "{error}"
    );

    let missing = TransportOptions {
        ssh_program: "/no/such/ssh".into(),
        ..options()
    };
    assert_eq!(refusal(missing, &device(1)).await.kind(), "spawn");
}

#[tokio::test]
async fn a_reset_is_an_error_and_a_close_is_an_end() {
    for how in [Break::Reset, Break::Close] {
        let cisco = Cisco::start(Behaviour::default()).await;
        let relay = Relay::start(cisco.port).await;
        let mut transport = connect(options(), &device(relay.port)).await.unwrap();
        hear(&mut transport, "R1#").await;
        relay.breaks(how).await;
        let read = transport.read().await;
        match how {
            Break::Reset => assert_eq!(read.unwrap_err().kind(), "reset"),
            _ => assert_eq!(
                read.unwrap()
                    .map(|it| String::from_utf8_lossy(&it).into_owned()),
                None
            ),
        }
    }
}
