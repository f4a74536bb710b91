//! The command line of the user's `ssh`.
//!
//! OpenSSH takes the first value of an option: the user's own `--ssh-option` stand before ours, and ours before those
//! of `ssh_config`. So only what a transport can't do without is said here.

use std::path::Path;
use std::process::Command;

use crate::inventory::{Device, endpoint};
use crate::transport::native::{KEEPALIVES_MAX, TERMINAL};
use crate::transport::{AlgorithmKind, Hop, HostKeyPolicy, TransportOptions};

/// The port that needn't be said, so that `ssh_config` may say another.
const USUAL_PORT: u16 = 22;

pub(super) fn of(device: &Device, options: &TransportOptions, log: &Path) -> Command {
    let mut command = Command::new(&options.ssh_program);
    command.env("TERM", TERMINAL);
    let mut option = |text: String| {
        command.arg("-o").arg(text);
    };
    options.ssh_options.iter().cloned().for_each(&mut option);
    // The log tells when it is in, and what went wrong.
    option("LogLevel=DEBUG1".into());
    option("NumberOfPasswordPrompts=1".into());
    if let Some(every) = options.keepalive {
        option(format!("ServerAliveInterval={}", every.as_secs()));
        option(format!("ServerAliveCountMax={KEEPALIVES_MAX}"));
    }
    host_keys(options).into_iter().for_each(&mut option);
    algorithms(device).into_iter().for_each(&mut option);
    command.arg("-E").arg(log);
    // A tilde at the start of a line belongs to the device. A terminal is always wanted.
    command.args(["-e", "none", "-tt"]);
    for identity in options.identities_of(device) {
        command.arg("-i").arg(identity);
    }
    let hops = device.reach.jump.as_ref().unwrap_or(&options.jump);
    if !hops.is_empty() {
        let hops: Vec<String> = hops.iter().map(hop).collect();
        command.arg("-J").arg(hops.join(","));
    }
    if !device.credentials.username.is_empty() {
        command.arg("-l").arg(&device.credentials.username);
    }
    if device.port != USUAL_PORT {
        command.arg("-p").arg(device.port.to_string());
    }
    command.arg("--").arg(&device.host);
    command
}

/// A jump host as `-J` takes it. The usual port is left to `ssh_config` here too.
fn hop(hop: &Hop) -> String {
    let user = hop.user.as_ref().map(|user| format!("{user}@"));
    let place = match (hop.port, hop.host.contains(':')) {
        (USUAL_PORT, false) => hop.host.clone(),
        (USUAL_PORT, true) => format!("[{}]", hop.host),
        (port, _) => endpoint(&hop.host, port),
    };
    user.unwrap_or_default() + &place
}

/// What is said about host keys; where nothing is said, `ssh` does as it always does.
fn host_keys(options: &TransportOptions) -> Vec<String> {
    let mut said = Vec::new();
    let file = format!(
        "UserKnownHostsFile=\"{}\"",
        options.host_keys.file().display()
    );
    match options.said_host_keys {
        Some(HostKeyPolicy::Off) => {
            return vec![
                "StrictHostKeyChecking=no".into(),
                "UserKnownHostsFile=/dev/null".into(),
            ];
        }
        Some(HostKeyPolicy::Strict) => said.push("StrictHostKeyChecking=yes".to_string()),
        Some(HostKeyPolicy::AcceptNew) => said.push("StrictHostKeyChecking=accept-new".to_string()),
        None => {}
    }
    if options.said_known_hosts {
        said.push(file);
    }
    said
}

/// Old algorithms beside its own, where they are wanted.
fn algorithms(device: &Device) -> Vec<String> {
    let Some(offer) = device
        .reach
        .offer
        .as_ref()
        .filter(|offer| offer.signs_with_sha1())
    else {
        return Vec::new();
    };
    [
        ("KexAlgorithms", AlgorithmKind::Kex),
        ("HostKeyAlgorithms", AlgorithmKind::HostKey),
        ("PubkeyAcceptedAlgorithms", AlgorithmKind::HostKey),
        ("Ciphers", AlgorithmKind::Cipher),
        ("MACs", AlgorithmKind::Mac),
    ]
    .map(|(option, kind)| format!("{option}=+{}", offer.names(kind).join(",")))
    .to_vec()
}
