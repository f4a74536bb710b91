//! Secrets as IOS stores them: the hashes of types 5, 8 and 9, and type 7 (a well-known key, no secrecy), and how a
//! given one is checked against a stored line.
//!
//! Salts follow from the secret, because the device has no randomness; a device is no place for a real password.
//! A hash takes milliseconds, so what was hashed once is remembered by the platform ([`Vault`]).
//!
//! Known limit: type 6 is stored and shown, but no password can be checked against it.

mod hashes;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Hasher;
use crate::pack::Filter;
use hashes::DIGITS;

/// How many hashes a vault remembers; a fleet has a handful of secrets.
const REMEMBERED_MAX: usize = 1024;

/// Remembers what was hashed. Shared by the devices of a platform; a handle is cheap.
#[derive(Clone, Default)]
pub struct Vault {
    known: Arc<Mutex<BTreeMap<(String, String), String>>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Vault")
    }
}

impl Vault {
    /// The type-9 hash of a secret: `$9$salt$hash`.
    #[must_use]
    pub fn hash(&self, secret: &str) -> String {
        let salt = salt(secret);
        self.remembered(secret, &format!("$9${salt}$"), || {
            hashes::type9(secret, &salt).unwrap_or_default()
        })
    }

    /// Whether a secret is the one of a stored line: `enable secret 9 $9$…`, `username x password 7 …`.
    #[must_use]
    pub fn opens(&self, line: &str, given: &str) -> bool {
        let words: Vec<&str> = line.split(' ').collect();
        let Some(at) = words
            .iter()
            .rposition(|word| matches!(*word, "secret" | "password"))
        else {
            return false;
        };
        match words.get(at + 1..) {
            Some(["5" | "8" | "9", hash]) => self.hashes_to(given, hash),
            Some(["7", hidden]) => reveal(hidden).is_some_and(|shown| shown == given),
            // Its key is the device's own master key.
            Some(["6", _]) => false,
            Some(["0", rest @ ..]) | Some(rest) => rest.join(" ") == given,
            None => false,
        }
    }

    /// Whether a secret has this hash, whatever type it is of.
    fn hashes_to(&self, secret: &str, hash: &str) -> bool {
        let mut parts = hash.split('$').skip(1);
        let (Some(kind), Some(salt)) = (parts.next(), parts.next()) else {
            return false;
        };
        let begin = format!("${kind}${salt}$");
        self.remembered(secret, &begin, || match kind {
            "1" => hashes::type5(secret, salt),
            "8" => hashes::type8(secret, salt),
            _ => hashes::type9(secret, salt).unwrap_or_default(),
        }) == hash
    }

    /// A hash that is costly is made once.
    fn remembered(&self, secret: &str, begin: &str, make: impl FnOnce() -> String) -> String {
        let key = (secret.to_string(), begin.to_string());
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hash) = known().get(&key) {
            return hash.clone();
        }
        let hash = make();
        let mut known = known();
        if known.len() < REMEMBERED_MAX {
            known.insert(key, hash.clone());
        }
        hash
    }
}

impl Hasher for Vault {
    fn hash(&mut self, filter: Filter, secret: &str) -> String {
        match filter {
            Filter::Scrypt9 => Self::hash(self, secret),
            Filter::Type7 | Filter::Md57 => hide(secret),
        }
    }
}

/// Fourteen characters that follow from the secret (FNV-1a, twice).
fn salt(secret: &str) -> String {
    let fnv = |seed: u64| {
        secret.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let (mut low, mut high) = (fnv(0xcbf2_9ce4_8422_2325), fnv(0x9e37_79b9_7f4a_7c15));
    let mut text = String::new();
    for at in 0..14 {
        let from = if at < 7 { &mut low } else { &mut high };
        text.push(char::from(DIGITS[(*from & 63) as usize]));
        *from = from.rotate_right(6);
    }
    text
}

/// The key of type 7, known since 1995.
const KEY7: &[u8] = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

/// Hides a password as type 7: two digits that say where in the key to start, then hexadecimal.
#[must_use]
pub fn hide(password: &str) -> String {
    let start = password
        .bytes()
        .fold(password.len(), |sum, byte| sum + usize::from(byte))
        % 16;
    let mut text = format!("{start:02}");
    for (at, byte) in password.bytes().enumerate() {
        let key = KEY7[(start + at) % KEY7.len()];
        text.push_str(&format!("{:02X}", byte ^ key));
    }
    text
}

/// The password that a type-7 text hides.
#[must_use]
pub fn reveal(hidden: &str) -> Option<String> {
    let start: usize = hidden.get(..2)?.parse().ok()?;
    let digits = hidden.get(2..)?;
    let mut bytes = Vec::new();
    for at in 0..digits.len() / 2 {
        let byte = u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok()?;
        bytes.push(byte ^ KEY7[(start + at) % KEY7.len()]);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_7_of_a_fabric_key_is_the_one_that_was_seen_in_the_field() {
        // sda-provisioning.md §1.1: `authentication-key 7 08344F47` is `uci`.
        assert_eq!(reveal("08344F47").as_deref(), Some("uci"));
        assert_eq!(reveal(&hide("C1sco12345")).as_deref(), Some("C1sco12345"));
        assert_eq!(reveal("0"), None);
    }

    #[test]
    fn a_stored_line_is_opened_by_its_secret_only() {
        let vault = Vault::default();
        let stored = format!("enable secret 9 {}", vault.hash("C1sco54321"));
        assert_eq!(stored.len(), "enable secret 9 ".len() + 3 + 14 + 1 + 43);
        assert!(vault.opens(&stored, "C1sco54321"));
        assert!(!vault.opens(&stored, "C1sco12345"));
        assert!(vault.opens("username a privilege 15 password 0 two words", "two words"));
        assert!(vault.opens("username a password 7 08344F47", "uci"));
        assert!(!vault.opens("enable secret 5 $1$a$b", "$1$a$b"));
    }
}
