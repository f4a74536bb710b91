//! Users' public keys, which IOS keeps by their MD5 hash (`key-hash ssh-rsa 0123…`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

/// The algorithm and hash of a key in base64, as it was pasted: with or without `ssh-rsa` before and a comment behind.
#[must_use]
pub(crate) fn fingerprint(pasted: &str) -> Option<(String, String)> {
    let mut words = pasted.split_whitespace();
    let first = words.next()?;
    let body = if first.starts_with("ssh-") || first.starts_with("ecdsa-") {
        words.next()?
    } else {
        first
    };
    let blob = STANDARD.decode(body).ok()?;
    Some((algorithm(&blob)?, hash(&blob)))
}

/// The hash of a key in SSH's wire format.
#[must_use]
pub(crate) fn hash(blob: &[u8]) -> String {
    Md5::digest(blob)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect()
}

/// The name that a key in wire format begins with.
fn algorithm(blob: &[u8]) -> Option<String> {
    let length = u32::from_be_bytes(blob.get(..4)?.try_into().ok()?);
    let name = blob.get(4..4 + usize::try_from(length).ok()?)?;
    String::from_utf8(name.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_key_is_known_by_its_hash() {
        let blob = b"\x00\x00\x00\x07ssh-rsa\x00\x00\x00\x01\x03";
        let body = STANDARD.encode(blob);
        let (algorithm, hash) = fingerprint(&body).unwrap();
        assert_eq!((algorithm.as_str(), hash.len()), ("ssh-rsa", 32));
        assert_eq!(
            fingerprint(&format!("ssh-rsa {body} me@here")),
            Some((algorithm, hash))
        );
        assert_eq!(fingerprint("not a key"), None);
    }
}
