//! What the user's `ssh` says: in its log, which tells how far it is and what went wrong, and on its terminal, where it
//! asks.
//!
//! The log is OpenSSH's at `LogLevel=DEBUG1`; the texts are those of its sources (`ssh.c`, `sshconnect2.c`, `packet.c`,
//! `clientloop.c`) of versions 8 to 10.

use std::io;
use std::sync::LazyLock;

use regex::Regex;

use crate::transport::TransportError;
use crate::visible::visible_tail;

/// The most that is told of what `ssh` said, in bytes.
const SAID_BYTES_MAX: usize = 1_200;

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        #[allow(clippy::unwrap_used, reason = "a constant pattern, used by a test")]
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).unwrap());
    };
}

pattern!(
    IS_IN,
    r"(?m)^(Authenticated to |debug1: mux_client_request_session: master session id)"
);
pattern!(
    METHOD,
    r"(?m)^debug1: Next authentication method: (\S+?)\r?$"
);
pattern!(HOST_KEY, r"\(yes/no(/\[fingerprint\])?\)\? ?$");
pattern!(PASSWORD, r"(?i)pass(word|code)\b[^:\r\n]*: ?$");
pattern!(
    QUESTION,
    r"(?i)((passphrase|pin|password|passcode|code|otp|response|token)[^:?\r\n]*[:?] ?|\? ?)$"
);
pattern!(REFUSED, r"(?m)(\S+): Permission denied \(([^)]*)\)\.");
pattern!(
    NEGOTIATE,
    r"(?m)no matching (.+) found\. Their offer: (\S+)"
);
pattern!(
    CONNECT,
    r"(?m)^ssh: (connect to host \S+ port \d+|Could not resolve hostname [^:]+): (.+?)\r?$"
);
pattern!(
    DISCONNECT,
    r"(?m)^Received disconnect from \S+ port \d+:(\d+): (.*?)\r?$"
);
pattern!(
    RESET,
    r"(?m)^(.*(Connection reset|Broken pipe|Connection timed out|No route to host).*?)\r?$"
);
pattern!(
    HUNG_UP,
    r"(?m)^((?:kex_exchange_identification|ssh_exchange_identification): .*?|Connection (?:closed|reset) by \d.*?)\r?$"
);
pattern!(SILENT, r"(?m)^Timeout, server .* not responding");
pattern!(NOISE, r"(?m)^debug\d: .*(\r?\n|$)");

#[expect(clippy::unwrap_used, reason = "a constant pattern, used by a test")]
static FAREWELL: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
    regex::bytes::Regex::new(r"(?-u)(\r*\n)?(Connection to \S+ closed( by remote host)?\.\r*\n)+$")
        .unwrap()
});

/// What is to be done at what stands on the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Login {
    /// It is in: what comes now is the device's.
    In,
    /// It asks for the password of the device.
    Password,
    /// It asks whether a host key is right.
    HostKey(String),
    /// It asks something else.
    Asks(String),
    /// It is at work.
    Wait,
}

/// How far a login is, by the log and by what stands on the terminal.
///
/// A password is given only while our own `ssh` is at a method that asks for one. Until then, who asks is a jump host's
/// `ssh`, and the device's password is none of its business.
pub(super) fn login(log: &str, screen: &str) -> Login {
    if IS_IN.is_match(log) {
        return Login::In;
    }
    if HOST_KEY.is_match(screen) {
        return Login::HostKey(last_words(screen));
    }
    let method = METHOD
        .captures_iter(log)
        .last()
        .and_then(|found| found.get(1));
    let asks_passwords = matches!(
        method.map(|it| it.as_str()),
        Some("password" | "keyboard-interactive")
    );
    if asks_passwords && PASSWORD.is_match(screen) {
        return Login::Password;
    }
    if QUESTION.is_match(screen) {
        let line = screen.lines().last().unwrap_or_default();
        return Login::Asks(visible_tail(line.trim().as_bytes(), SAID_BYTES_MAX));
    }
    Login::Wait
}

/// Why `ssh` ended before it was in.
pub(super) fn refusal(log: &str, screen: &str, address: &str, user: &str) -> TransportError {
    let address = || address.to_string();
    let text = |found: &regex::Captures<'_>, group: usize| {
        found
            .get(group)
            .map(|it| it.as_str().to_string())
            .unwrap_or_default()
    };
    if let Some(found) = REFUSED.captures(log) {
        return TransportError::LoginRefused {
            address: address(),
            username: if user.is_empty() {
                text(&found, 1)
            } else {
                user.to_string()
            },
            methods: text(&found, 2).replace(',', ", "),
        };
    }
    if log.contains("Host key verification failed") {
        return TransportError::HostKeyAsked {
            address: address(),
            said: last_words(&NOISE.replace_all(log, "")),
        };
    }
    if let Some(found) = NEGOTIATE.captures(log) {
        return TransportError::NoCommonAlgorithm {
            kind: text(&found, 1),
            ours: "what ssh has (`ssh -Q`)".to_string(),
            theirs: text(&found, 2).replace(',', ", "),
        };
    }
    if let Some(found) = CONNECT.captures(log) {
        return TransportError::Connect {
            address: address(),
            error: io::Error::new(kind(&text(&found, 2)), text(&found, 2)),
        };
    }
    let how = DISCONNECT.captures(log).map(|found| text(&found, 2));
    let how = how.or_else(|| HUNG_UP.captures(log).map(|found| text(&found, 1)));
    if let Some(how) = how {
        let shown = METHOD
            .captures_iter(log)
            .last()
            .map(|found| text(&found, 1));
        return match shown {
            None => TransportError::HungUp {
                address: address(),
                how,
            },
            Some(methods) => TransportError::LoginCut {
                address: address(),
                username: user.to_string(),
                methods,
                how,
            },
        };
    }
    TransportError::System {
        address: address(),
        said: last_words(&format!("{}\n{}", NOISE.replace_all(log, ""), screen)),
    }
}

/// Why `ssh` ended once it was in; nothing if the device closed the session.
pub(super) fn ending(log: &str, keepalive_seconds: u64) -> Option<TransportError> {
    if SILENT.is_match(log) {
        return Some(TransportError::Silent {
            seconds: keepalive_seconds,
        });
    }
    let text = |found: &regex::Captures<'_>, group: usize| {
        found
            .get(group)
            .map(|it| it.as_str().to_string())
            .unwrap_or_default()
    };
    if let Some(found) = DISCONNECT.captures(log) {
        // 11 is "by application": somebody logged out.
        return (text(&found, 1) != "11").then(|| TransportError::Disconnected {
            reason: text(&found, 2),
        });
    }
    let reset = NOISE.replace_all(log, "");
    RESET.captures(&reset).map(|found| TransportError::Reset {
        error: text(&found, 1),
    })
}

/// Where the last words of `ssh` begin, which it says on the terminal when a session has ended; the end, if they don't
/// stand there.
pub(super) fn farewell(bytes: &[u8]) -> usize {
    FAREWELL
        .find(bytes)
        .map_or(bytes.len(), |found| found.start())
}

fn kind(said: &str) -> io::ErrorKind {
    match said {
        said if said.contains("refused") => io::ErrorKind::ConnectionRefused,
        said if said.contains("timed out") => io::ErrorKind::TimedOut,
        said if said.contains("No route") || said.contains("unreachable") => {
            io::ErrorKind::HostUnreachable
        }
        _ => io::ErrorKind::Other,
    }
}

/// The end of a text as one line.
fn last_words(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.chars().all(|letter| letter == '@'))
        .collect();
    visible_tail(lines.join("; ").as_bytes(), SAID_BYTES_MAX)
}

#[cfg(test)]
mod tests;
