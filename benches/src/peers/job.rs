//! What a peer is asked for, and what it says: JSON, so that a peer can be written in anything.

use serde::{Deserialize, Serialize};

/// Lines for devices. A peer reads it from a file that its last argument names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Where the lines go, one push each.
    pub devices: Vec<Target>,
    /// The lines, as they are typed in configuration mode.
    pub lines: Vec<String>,
    /// How many pushes at once.
    pub at_once: usize,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name in the topology.
    pub name: String,
    /// Its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who logs in.
    pub username: String,
    /// The password of the login.
    pub password: String,
    /// The password of `enable`.
    pub secret: String,
}

/// What a peer prints when it is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The devices that have all lines, as far as the peer knows.
    pub pushes: usize,
    /// The others.
    pub failures: usize,
    /// What went wrong first.
    pub first_failure: Option<String>,
    /// From the first connect to the last close.
    pub seconds: f64,
    /// The processor time of the peer in that time.
    pub cpu_seconds: f64,
    /// What it is made of.
    pub version: String,
}

/// The lines of a run: loopback interfaces, each with a description that names the run. A device that has had one run
/// is as long after every other, and shows whose lines it has.
#[must_use]
pub fn lines(count: usize, run: &str) -> Vec<String> {
    let line = |at: usize| match at % 2 {
        0 => format!("interface Loopback{}", at / 2),
        _ => format!("description {run} line {}", at / 2),
    };
    (0..count).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_many_as_asked_for_and_name_the_run() {
        let expected = [
            "interface Loopback0",
            "description r1 line 0",
            "interface Loopback1",
        ];
        assert_eq!(lines(3, "r1"), expected);
    }

    #[test]
    fn what_a_peer_prints_is_read() {
        let said = r#"{"pushes": 2, "failures": 1, "first_failure": "ReadTimeout", "seconds": 1.5,
            "cpu_seconds": 0.5, "version": "netmiko 4.8.0"}"#;
        let outcome: Outcome = serde_json::from_str(said).unwrap();
        assert_eq!((outcome.pushes, outcome.failures), (2, 1));
        assert_eq!(outcome.first_failure.as_deref(), Some("ReadTimeout"));
    }
}
