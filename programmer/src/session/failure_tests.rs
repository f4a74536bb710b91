//! Every failure names the device and has a next step.

use super::*;
use crate::report::field;
use std::path::PathBuf;

fn transport_errors() -> Vec<TransportError> {
    let (address, file) = ("10.10.0.21:22".to_string(), PathBuf::from("known_hosts"));
    let fingerprint = "ssh-ed25519 SHA256:abc".to_string();
    vec![
        TransportError::Connect {
            address: address.clone(),
            error: std::io::ErrorKind::ConnectionRefused.into(),
        },
        TransportError::TimedOut {
            address: address.clone(),
            seconds: 120,
        },
        TransportError::HostKeyUnknown {
            address: address.clone(),
            fingerprint: fingerprint.clone(),
            file: file.clone(),
        },
        TransportError::HostKeyChanged {
            address: address.clone(),
            fingerprint: fingerprint.clone(),
            known: vec![fingerprint],
            file: file.clone(),
        },
        TransportError::KnownHosts {
            file: file.clone(),
            error: "no".into(),
        },
        TransportError::Identity {
            file,
            error: "no".into(),
        },
        TransportError::LoginRefused {
            address,
            username: "netadmin".into(),
            methods: "password".into(),
        },
        TransportError::NoCommonAlgorithm {
            kind: "kex".into(),
            ours: "a".into(),
            theirs: "b".into(),
        },
        TransportError::LoginCut {
            address: "10.10.0.21:22".into(),
            username: "netadmin".into(),
            methods: "password".into(),
            how: "closed".into(),
        },
        TransportError::HungUp {
            address: "10.10.0.21:22".into(),
            how: "closed".into(),
        },
        TransportError::HostKeyAsked {
            address: "10.10.0.21:22".into(),
            said: "Are you sure?".into(),
        },
        TransportError::Asked {
            address: "10.10.0.21:22".into(),
            question: "Code:".into(),
        },
        TransportError::Jump {
            hop: "bastion:22".into(),
            error: Box::new(TransportError::NoShell { what: "shell" }),
        },
        TransportError::Onward {
            hop: "bastion:22".into(),
            address: "10.10.0.21:22".into(),
            error: "no".into(),
        },
        TransportError::Agent { error: "no".into() },
        TransportError::NoShell { what: "shell" },
        TransportError::Ssh(russh::Error::HUP),
    ]
}

fn causes() -> Vec<Cause> {
    let sent = || Sent::Line {
        no: 7,
        text: "switchport acces vlan 20".into(),
    };
    let answer = || "% Invalid input detected at '^' marker.".to_string();
    let text = || "text".to_string();
    let mut causes = vec![
        Cause::LoginRefused {
            username: text(),
            answer: answer(),
        },
        Cause::EnableRefused { answer: answer() },
        Cause::NotPrivileged {
            command: text(),
            answer: answer(),
        },
        Cause::CannotConfigure {
            command: text(),
            answer: answer(),
        },
        Cause::Refused {
            sent: sent(),
            answer: answer(),
            may_be_in: false,
        },
        Cause::Refused {
            sent: sent(),
            answer: answer(),
            may_be_in: true,
        },
        Cause::Denied {
            sent: sent(),
            answer: answer(),
        },
        Cause::EchoMismatch {
            sent: sent(),
            received: text(),
        },
        Cause::EchoMismatch {
            sent: Sent::Line {
                no: 1,
                text: "Kraków".into(),
            },
            received: text(),
        },
        Cause::WrongMode {
            sent: sent(),
            expected: text(),
            found: text(),
        },
        Cause::Question {
            sent: sent(),
            question: text(),
        },
        Cause::NoPrompt {
            sent: sent(),
            waited: Duration::from_secs(30),
            tail: text(),
        },
        Cause::Closed {
            sent: sent(),
            reason: text(),
            tail: text(),
        },
        Cause::Reset {
            sent: sent(),
            reason: text(),
            tail: text(),
        },
        Cause::Flooded {
            sent: sent(),
            bytes_max: 1,
        },
        Cause::NotSaved {
            command: text(),
            answer: answer(),
        },
        Cause::Interrupted,
        Cause::Internal(text()),
    ];
    causes.extend(transport_errors().into_iter().map(Cause::Transport));
    causes.extend(Trouble::one_of_each().into_iter().map(Cause::Trouble));
    causes
}

/// Every kind is in the list above: a new one doesn't compile before it is added here.
fn is_listed(cause: &Cause) -> bool {
    match cause {
        Cause::Transport(_) | Cause::LoginRefused { .. } | Cause::EnableRefused { .. } => true,
        Cause::NotPrivileged { .. } | Cause::CannotConfigure { .. } | Cause::Refused { .. } => true,
        Cause::EchoMismatch { .. } | Cause::WrongMode { .. } | Cause::Question { .. } => true,
        Cause::NoPrompt { .. } | Cause::Closed { .. } | Cause::Reset { .. } => true,
        Cause::Flooded { .. } | Cause::Denied { .. } => true,
        Cause::NotSaved { .. } | Cause::Interrupted | Cause::Internal(_) => true,
        Cause::Trouble(_) => true,
    }
}

/// So a new kind is either given a row or said to have none.
#[test]
fn the_table_of_the_field_speaks_of_every_kind() {
    for cause in causes() {
        let kind = cause.kind();
        let (device, host) = ("edge-1".into(), "10.10.0.21".into());
        let failure = PushFailure {
            device,
            host,
            cause,
        };
        let has_row = field::row(&failure).is_some();
        assert_ne!(
            has_row,
            field::is_unknown(kind),
            "`{kind}` in report/field.yaml"
        );
    }
}

#[test]
fn every_failure_names_the_device_and_has_a_next_step() {
    for cause in causes() {
        assert!(is_listed(&cause) && !cause.kind().is_empty());
        let failure = PushFailure {
            device: "edge-1".into(),
            host: "10.10.0.21".into(),
            cause,
        };
        assert!(
            failure.to_string().contains("edge-1") || failure.to_string().contains("10.10.0.21")
        );
        assert!(!failure.hint().trim().is_empty(), "{failure}");
        assert!(
            !failure.to_string().contains(&failure.hint()),
            "the hint is told twice: {failure}"
        );
    }
}

#[test]
fn failures_read_as_the_field_knows_them() {
    let failure = |cause| PushFailure {
        device: "edge-1".into(),
        host: "10.10.0.21".into(),
        cause,
    };
    let sent = Sent::Line {
        no: 7,
        text: "switchport acces vlan 20".into(),
    };
    let refused = failure(Cause::Refused {
        sent,
        answer: "% Invalid input detected at '^' marker.".into(),
        may_be_in: false,
    });
    assert_eq!(
        refused.to_string(),
        "edge-1 refused line 7 `switchport acces vlan 20`: % Invalid input detected at '^' marker."
    );
    assert_eq!(
        field::text(&refused, None).as_deref(),
        Some(
            "Unable to push CLI 'switchport acces vlan 20' to device 10.10.0.21 using protocol ssh2"
        )
    );
    let enable = failure(Cause::EnableRefused {
        answer: "% Access denied".into(),
    });
    assert_eq!(
        enable.to_string(),
        "Enable password is incorrect for device 10.10.0.21"
    );
}
