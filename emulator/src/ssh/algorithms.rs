//! What a platform's SSH server offers, in the words of the SSH library.
//!
//! Known limits: what the library hasn't (`aes128-gcm` without its suffix, `hmac-sha1-96`, `x509v3-*`) is left
//! out. A host key algorithm is offered only if the device has a key for it, and it has one key.

use std::borrow::Cow;
use std::str::FromStr;

use device::pack::SshOffer;
use russh::keys::{Algorithm, EcdsaCurve, HashAlg, PrivateKey};
use russh::server::Config;
use russh::{MethodKind, MethodSet, Preferred, SshId, cipher, compression, kex, mac};

/// Host key algorithms that a device can have a key for.
pub(crate) const HOST_KEYS: &[&str] = &[
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-rsa",
];

/// The login methods, in the order that IOS-XE lists them. All of them stand in every refusal: a client
/// whose method vanished from the list would try another way, and paramiko would wait 30 s for it.
pub(crate) fn methods(keyboard_only: bool) -> MethodSet {
    let all = [
        MethodKind::PublicKey,
        MethodKind::KeyboardInteractive,
        MethodKind::Password,
    ];
    let kept = all
        .into_iter()
        .filter(|kind| !keyboard_only || *kind == MethodKind::KeyboardInteractive);
    MethodSet::from(&kept.collect::<Vec<_>>()[..])
}

/// The configuration of a device's SSH server.
pub(crate) fn config(offer: &SshOffer, key: PrivateKey) -> Config {
    Config {
        server_id: SshId::Standard(ident(offer)),
        methods: methods(false),
        // The door itself delays a failed login, and counts them: a public key that was merely offered
        // is neither slow nor a failure.
        auth_rejection_time: std::time::Duration::ZERO,
        auth_rejection_time_initial: None,
        max_auth_attempts: 0,
        // The device has its own exec-timeout, and the door its own deadline for the login.
        inactivity_timeout: None,
        nodelay: true,
        keys: vec![key],
        preferred: preferred(offer),
        ..Config::default()
    }
}

/// The identification string of IOS-XE, for a pack that says nothing.
const IDENT: &str = "SSH-2.0-Cisco-1.25";

fn ident(offer: &SshOffer) -> Cow<'static, str> {
    if offer.ident.is_empty() {
        IDENT.into()
    } else {
        offer.ident.clone().into()
    }
}

/// Lists that a pack leaves empty are the library's own.
fn preferred(offer: &SshOffer) -> Preferred {
    let kex = known("key exchange", &offer.kex, |name| {
        kex::Name::try_from(name).ok()
    });
    let cipher = known("cipher", &offer.cipher, |name| {
        cipher::Name::try_from(name).ok()
    });
    let mac = known("MAC", &offer.mac, |name| mac::Name::try_from(name).ok());
    Preferred {
        kex: or_else(kex, Preferred::DEFAULT.kex),
        key: keys(offer).into(),
        host_key_certificates: Cow::Borrowed(&[]),
        cipher: or_else(cipher, Preferred::DEFAULT.cipher),
        mac: or_else(mac, Preferred::DEFAULT.mac),
        compression: vec![compression::NONE].into(),
    }
}

fn or_else<T: Clone>(found: Vec<T>, default: Cow<'static, [T]>) -> Cow<'static, [T]> {
    if found.is_empty() {
        default
    } else {
        found.into()
    }
}

/// The host key algorithms, and after them what users may sign with: the library has one list for both.
fn keys(offer: &SshOffer) -> Vec<Algorithm> {
    let mut list = known("host key", &offer.host_key, |name| {
        Algorithm::from_str(name).ok()
    });
    let of_users = [
        Algorithm::Ed25519,
        Algorithm::Ecdsa {
            curve: EcdsaCurve::NistP256,
        },
        Algorithm::Ecdsa {
            curve: EcdsaCurve::NistP384,
        },
        Algorithm::Ecdsa {
            curve: EcdsaCurve::NistP521,
        },
        Algorithm::Rsa {
            hash: Some(HashAlg::Sha512),
        },
        Algorithm::Rsa {
            hash: Some(HashAlg::Sha256),
        },
    ];
    for algorithm in of_users {
        if !list.contains(&algorithm) {
            list.push(algorithm);
        }
    }
    list
}

/// The names that the library knows; the others are no use to anybody.
fn known<T>(kind: &str, names: &[String], parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let one = |name: &String| {
        let found = parse(name);
        if found.is_none() {
            tracing::debug!(
                kind,
                name,
                "algorithm left out: the SSH library hasn't got it"
            );
        }
        found
    };
    names.iter().filter_map(one).collect()
}

/// Every key exchange that the library has.
pub(crate) fn kex_names() -> Vec<&'static str> {
    kex::ALL_KEX_ALGORITHMS
        .iter()
        .map(|name| (**name).as_ref())
        .filter(|n| *n != "none")
        .collect()
}

/// Every cipher that encrypts.
pub(crate) fn cipher_names() -> Vec<&'static str> {
    let all = cipher::ALL_CIPHERS.iter().map(|name| (**name).as_ref());
    all.filter(|name| !["none", "clear"].contains(name))
        .collect()
}

/// Every MAC that the library has.
pub(crate) fn mac_names() -> Vec<&'static str> {
    mac::ALL_MAC_ALGORITHMS
        .iter()
        .map(|name| (**name).as_ref())
        .filter(|n| *n != "none")
        .collect()
}
