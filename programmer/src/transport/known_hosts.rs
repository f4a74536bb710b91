//! OpenSSH's `known_hosts`: which keys a file has for a host.
//!
//! Reads plain names, patterns (`*`, `?`, `!`), hashed names, `[address]:port`, and the markers `@revoked` and
//! `@cert-authority` (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). A line that can't be read is passed over, as OpenSSH does.

use std::collections::HashMap;

use russh::keys::PublicKey;
use russh::keys::ssh_key::public::KeyData;

/// What a file has for one host.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Keys of the host itself.
    pub(super) keys: Vec<PublicKey>,
    /// Keys of those who sign its keys.
    pub(super) authorities: Vec<PublicKey>,
    /// Keys that must never be accepted.
    pub(super) revoked: Vec<PublicKey>,
}

impl Known {
    /// Whether this key must never be accepted.
    pub(super) fn is_revoked(&self, key: &KeyData) -> bool {
        self.revoked.iter().any(|one| one.key_data() == key)
    }

    fn add(&mut self, line: &Line) {
        let Ok(key) = PublicKey::from_openssh(&line.key) else {
            return;
        };
        match line.marker.as_str() {
            "" => self.keys.push(key),
            "@revoked" => self.revoked.push(key),
            "@cert-authority" => self.authorities.push(key),
            _ => {}
        }
    }
}

/// A whole file. Lines of plain names are found by them: a fleet of thousands has as many lines.
#[derive(Debug, Default)]
pub(super) struct KnownHosts {
    plain: HashMap<String, Vec<Line>>,
    /// Lines with patterns, hashes or markers, each with what says its hosts.
    others: Vec<(String, Line)>,
}

#[derive(Debug, Clone)]
struct Line {
    marker: String,
    /// Kind and key, as they stand in the file.
    key: String,
}

impl KnownHosts {
    /// Reads the text of a file.
    pub(super) fn of(text: &str) -> Self {
        let mut file = Self::default();
        text.lines().for_each(|line| file.add(line));
        file
    }

    /// Adds a line.
    pub(super) fn add(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace().peekable();
        let marker = words
            .next_if(|word| word.starts_with('@'))
            .unwrap_or_default();
        let (Some(hosts), Some(kind), Some(key)) = (words.next(), words.next(), words.next())
        else {
            return;
        };
        if hosts.starts_with('#') {
            return;
        }
        let line = Line {
            marker: marker.to_string(),
            key: format!("{kind} {key}"),
        };
        if !marker.is_empty() || hosts.contains(['*', '?', '!', '|']) {
            self.others.push((hosts.to_string(), line));
            return;
        }
        for host in hosts.split(',') {
            self.plain
                .entry(host.to_ascii_lowercase())
                .or_default()
                .push(line.clone());
        }
    }

    /// What it has for a host.
    pub(super) fn host(&self, host: &str, port: u16) -> Known {
        let name = name(host, port);
        let mut known = Known::default();
        self.plain
            .get(&name)
            .into_iter()
            .flatten()
            .for_each(|line| known.add(line));
        for (patterns, line) in &self.others {
            if matches(patterns, &name) {
                known.add(line);
            }
        }
        known
    }
}

/// How the file names a host.
pub(super) fn name(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    if port == 22 {
        host
    } else {
        format!("[{host}]:{port}")
    }
}

/// Whether a list of patterns names the host: one of them, and none that begins with `!`.
fn matches(patterns: &str, name: &str) -> bool {
    let mut found = false;
    for pattern in patterns.split(',') {
        if let Some(not) = pattern.strip_prefix('!') {
            if is_like(&not.to_ascii_lowercase(), name) {
                return false;
            }
        } else if let Some(hashed) = pattern.strip_prefix("|1|") {
            found |= is_hash_of(hashed, name);
        } else {
            found |= is_like(&pattern.to_ascii_lowercase(), name);
        }
    }
    found
}

/// `salt|hash`: HMAC-SHA1 of the name under the salt, both in base64.
fn is_hash_of(hashed: &str, name: &str) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let decode = |text: &str| STANDARD.decode(text).ok();
    let Some((salt, hash)) = hashed.split_once('|') else {
        return false;
    };
    let (Some(salt), Some(hash)) = (decode(salt), decode(hash)) else {
        return false;
    };
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &salt);
    ring::hmac::verify(&key, name.as_bytes(), &hash).is_ok()
}

/// Whether a text is like a pattern of `*` and `?`. Linear: only the last `*` is tried again.
fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(one) if *one == b'?' || text.get(t) == Some(one) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                None => return false,
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|one| *one == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

    #[track_caller]
    fn check(line: &str, host: &str, port: u16, expected: [usize; 3]) {
        let known = KnownHosts::of(line).host(host, port);
        let told = [
            known.keys.len(),
            known.authorities.len(),
            known.revoked.len(),
        ];
        assert_eq!(told, expected, "{line} for {host}:{port}");
    }

    #[test]
    fn names_patterns_and_ports_are_told_apart() {
        check(&format!("edge-1,10.0.0.1 {A}"), "10.0.0.1", 22, [1, 0, 0]);
        check(&format!("edge-1,10.0.0.1 {A}"), "10.0.0.1", 2201, [0, 0, 0]);
        check(
            &format!("[127.0.0.1]:2201 {A} a comment"),
            "127.0.0.1",
            2201,
            [1, 0, 0],
        );
        check(&format!("[fe80::1]:2201\t{A}"), "FE80::1", 2201, [1, 0, 0]);
        check(&format!("*.lab,!core.lab {A}"), "edge.lab", 22, [1, 0, 0]);
        check(&format!("*.lab,!core.lab {A}"), "core.lab", 22, [0, 0, 0]);
        check(&format!("10.0.?.1 {A}"), "10.0.12.1", 22, [0, 0, 0]);
        check(&format!("#edge-1 {A}"), "edge-1", 22, [0, 0, 0]);
        check("edge-1 ssh-ed25519 nonsense", "edge-1", 22, [0, 0, 0]);
    }

    #[test]
    fn a_hashed_name_is_found_by_its_hash() {
        let line = format!("|1|O33ESRMWPVkMYIwJ1Uw+n877jTo=|nuuC5vEqXlEZ/8BXQR7m619W6Ak= {A}");
        check(&line, "example.com", 22, [1, 0, 0]);
        check(&line, "example.org", 22, [0, 0, 0]);
    }

    #[test]
    fn markers_say_what_a_key_is_for() {
        check(&format!("@revoked * {A}"), "edge-1", 22, [0, 0, 1]);
        check(
            &format!("@cert-authority *.lab {A}"),
            "edge.lab",
            22,
            [0, 1, 0],
        );
        check(&format!("@unknown edge-1 {A}"), "edge-1", 22, [0, 0, 0]);
    }
}
