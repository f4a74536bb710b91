//! The faults of the catalogue as cells: the rule, where it can stand, and how a push may end.

use End::{Done, Finds, Lost, Nothing, Stuck, Unsafe};

/// How a push with this fault may end, besides being told truly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It does no harm: every line is in.
    Done,
    /// Nothing was sent.
    Nothing,
    /// Nothing was sent where a way back is wanted, because there would be none; else it does no harm.
    Unsafe,
    /// The device can be read afterwards, so what it has is known; a policy of rollback leaves nothing half.
    Finds,
    /// The same, but what is in can't be taken back as long as the fault is there.
    Stuck,
    /// Nobody can read it as long as the fault is there.
    Lost,
}

/// One fault, as a rule; `AT` stands for the condition of the position, `{session: 1, line: N`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) kind: &'static str,
    pub(crate) rules: &'static [&'static str],
    pub(crate) end: End,
}

const fn case(kind: &'static str, rules: &'static [&'static str], end: End) -> Case {
    Case { kind, rules, end }
}

impl Case {
    /// Whether the fault stands at a line.
    pub(crate) fn has_position(&self) -> bool {
        self.rules.iter().any(|rule| rule.contains("AT"))
    }

    /// The rules for a position.
    pub(crate) fn rules(&self, line: usize) -> Vec<String> {
        let at = format!("when: {{session: 1, line: {line}");
        let rules = self.rules.iter().enumerate();
        rules
            .map(|(number, rule)| format!("{{id: f{number}, {}}}", rule.replace("AT", &at)))
            .collect()
    }
}

pub(crate) const CASES: &[Case] = &[
    // transport
    case("refuse", &["kind: refuse"], Nothing),
    case("refuse", &["kind: refuse, when: {session: 1}"], Done),
    case("black-hole", &["kind: black-hole"], Nothing),
    case("reset", &["kind: reset, AT}"], Finds),
    case("reset", &["kind: reset, applied: true, AT}"], Finds),
    case("reset", &["kind: reset, AT, after_bytes: 3}"], Finds),
    case("half-open", &["kind: half-open, AT}"], Finds),
    case("half-open", &["kind: half-open, applied: true, AT}"], Finds),
    case("close", &["kind: close, AT}"], Finds),
    case("close", &["kind: close, applied: true, AT}"], Finds),
    case("half-close", &["kind: half-close, AT}"], Finds),
    case(
        "half-close",
        &["kind: half-close, applied: true, AT}"],
        Finds,
    ),
    case("dribble", &["kind: dribble, every: 10ms, AT}"], Done),
    case(
        "latency",
        &["kind: latency, delay: 800ms, jitter: 200ms"],
        Done,
    ),
    case(
        "network",
        &["kind: network, profile: satellite-600ms"],
        Done,
    ),
    case("bandwidth", &["kind: bandwidth, rate: 1000"], Done),
    case("stall", &["kind: stall, pause: 20s, AT}"], Done),
    case("idle-drop", &["kind: idle-drop, idle: 60s"], Done),
    case("split-writes", &["kind: split-writes, bytes: 3"], Done),
    case(
        "merged-writes",
        &["kind: merged-writes, window: 200ms"],
        Done,
    ),
    // SSH
    case(
        "algorithms",
        &["kind: algorithms, kex: [diffie-hellman-group1-sha1]"],
        Nothing,
    ),
    case("host-key-changed", &["kind: host-key-changed"], Nothing),
    case("late-ident", &["kind: late-ident, delay: 5s"], Done),
    case("pre-banner", &["kind: pre-banner, text: [Hello]"], Done),
    case("rekey", &["kind: rekey, bytes: 1000"], Done),
    case("disconnect", &["kind: disconnect, AT}"], Finds),
    // logins
    case("login-refused", &["kind: login-refused"], Nothing),
    case(
        "keyboard-interactive-only",
        &["kind: keyboard-interactive-only"],
        Done,
    ),
    case("slow-login", &["kind: slow-login, delay: 5s"], Done),
    case(
        "account-locked",
        &["kind: account-locked, failures: 0"],
        Nothing,
    ),
    case(
        "quiet-mode",
        &[
            "kind: login-refused, when: {session: 1}",
            "kind: quiet-mode, failures: 1",
        ],
        Nothing,
    ),
    case("vty-exhausted", &["kind: vty-exhausted, lines: 0"], Nothing),
    case("login-dialog", &["kind: login-dialog"], Nothing),
    case("low-privilege", &["kind: low-privilege"], Done),
    case(
        "starts-in-configuration",
        &["kind: starts-in-configuration"],
        Done,
    ),
    case(
        "prompt-like-banner",
        &["kind: prompt-like-banner, text: \"switch#\""],
        Done,
    ),
    case(
        "enable-wrong",
        &["kind: low-privilege", "kind: enable-wrong"],
        Nothing,
    ),
    case(
        "enable-asks-again",
        &["kind: low-privilege", "kind: enable-asks-again"],
        Nothing,
    ),
    case(
        "enable-refused",
        &["kind: low-privilege", "kind: enable-refused"],
        Nothing,
    ),
    case(
        "authorization-denied",
        &["kind: authorization-denied, AT}"],
        Finds,
    ),
    case("aaa-dies", &["kind: aaa-dies, AT, times: 1}"], Lost),
    // the terminal
    case("seven-bit-echo", &["kind: seven-bit-echo"], Done),
    case(
        "echo-wrapped",
        &["kind: echo-wrapped, width: 24, AT}"],
        Done,
    ),
    case("echo-wrapped", &["kind: echo-wrapped, width: 24"], Done),
    // No terminal is so narrow: the echo is torn.
    case(
        "echo-wrapped",
        &["kind: echo-wrapped, width: 10, AT}"],
        Finds,
    ),
    case("echo-doubled", &["kind: echo-doubled, AT}"], Finds),
    case("echo-missing", &["kind: echo-missing, AT}"], Finds),
    case(
        "echo-truncated",
        &["kind: echo-truncated, bytes: 2, AT}"],
        Finds,
    ),
    case(
        "echo-corrupted",
        &["kind: echo-corrupted, byte: 2, AT}"],
        Finds,
    ),
    case("input-lost", &["kind: input-lost, byte: 1, AT}"], Finds),
    case(
        "syslog-in-echo",
        &["kind: syslog-in-echo, byte: 2, AT}"],
        Finds,
    ),
    case("syslog-after-echo", &["kind: syslog-after-echo, AT}"], Done),
    case(
        "syslog-after-prompt",
        &["kind: syslog-after-prompt, AT}"],
        Finds,
    ),
    case("slow-reply", &["kind: slow-reply, delay: 20s, AT}"], Done),
    case("slow-prompt", &["kind: slow-prompt, delay: 20s, AT}"], Done),
    case("no-prompt", &["kind: no-prompt, AT}"], Finds),
    case("prompt-doubled", &["kind: prompt-doubled, AT}"], Finds),
    case("prompt-glued", &["kind: prompt-glued, AT}"], Finds),
    case("prompt-changed", &["kind: prompt-changed, AT}"], Finds),
    case(
        "prompt-like-output",
        &["kind: prompt-like-output, AT}"],
        Finds,
    ),
    case(
        "output-truncated",
        &[
            "kind: output-truncated, when: {session: 1, line_matches: ^show running-config, after_bytes: 300, times: 1}",
        ],
        Finds,
    ),
    case(
        "more-prompt",
        &["kind: more-prompt, lines: 10, when: {line_matches: ^show}"],
        Done,
    ),
    case("flood", &["kind: flood, bytes: 100000, AT}"], Finds),
    case("ansi-noise", &["kind: ansi-noise"], Done),
    case("nul-noise", &["kind: nul-noise"], Done),
    case("non-utf8", &["kind: non-utf8, AT}"], Finds),
    case("odd-line-ends", &["kind: odd-line-ends"], Done),
    // commands
    case("command-refused", &["kind: command-refused, AT}"], Finds),
    case(
        "command-refused",
        &["kind: command-refused, answer: \"% VLAN [1021] already in use\\n\", AT}"],
        Finds,
    ),
    case("width-refused", &["kind: width-refused"], Done),
    case("warning", &["kind: warning, AT}"], Finds),
    case(
        "silently-discarded",
        &["kind: silently-discarded, AT}"],
        Finds,
    ),
    case(
        "accepted-not-applied",
        &["kind: accepted-not-applied, AT}"],
        Finds,
    ),
    // It takes effect before the second look; what comes after the last one nobody can tell.
    case(
        "applied-late",
        &["kind: applied-late, delay: 400ms, AT}"],
        Finds,
    ),
    case(
        "removed-later",
        // It is gone before it is read back: what vanishes after the last look nobody can tell.
        &[
            "kind: removed-later, delay: 1s, AT}",
            "kind: slow-reply, delay: 2s, when: {line_matches: ^end}",
        ],
        Finds,
    ),
    case(
        "unexpected-confirm",
        &["kind: unexpected-confirm, AT}"],
        Finds,
    ),
    case(
        "unexpected-confirm",
        &["kind: unexpected-confirm, text: \"Are you sure? [yes/no]: \", AT}"],
        Finds,
    ),
    case("dns-stall", &["kind: dns-stall, AT}"], Finds),
    case("low-memory", &["kind: low-memory, AT, times: 1}"], Stuck),
    // the device
    case(
        "foreign-change",
        &["kind: foreign-change, lines: [vlan 999, name NOT-OURS], AT, times: 1}"],
        Done,
    ),
    case(
        "hostname-changed",
        &["kind: hostname-changed, AT, times: 1}"],
        Done,
    ),
    case(
        "configuration-locked",
        &["kind: configuration-locked"],
        Nothing,
    ),
    case(
        "startup-write-failure",
        &["kind: startup-write-failure"],
        Done,
    ),
    case("nvram-full", &["kind: nvram-full"], Done),
    case("reload", &["kind: reload, AT, times: 1}"], Finds),
    case(
        "reload",
        &["kind: reload, applied: true, AT, times: 1}"],
        Finds,
    ),
    case("path-cut", &["kind: path-cut, AT, times: 1}"], Lost),
    case("syslog", &["kind: syslog, AT}"], Done),
    case(
        "flash-full",
        &[
            "kind: flash-full",
            "kind: foreign-change, lines: [archive, 'path flash:kept'], when: {at: 0s}",
        ],
        Unsafe,
    ),
    case("clock-skew", &["kind: clock-skew"], Done),
    case(
        "clock-skew",
        &["kind: clock-skew, days: 3650, ahead: true, AT, times: 1}"],
        Done,
    ),
    case("other-device", &["kind: other-device"], Nothing),
    // The right device has the lines; another one answers whoever wants to read them.
    case(
        "other-device",
        &[
            "kind: reset, applied: true, AT}",
            "kind: other-device, when: {session: 2+}",
        ],
        Lost,
    ),
    case(
        "other-device",
        &[
            "kind: reset, applied: true, AT}",
            "kind: other-device, when: {session: 2}",
        ],
        Finds,
    ),
];
