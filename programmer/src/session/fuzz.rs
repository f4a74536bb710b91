//! Devices that do anything: whatever comes back, a session ends, and what it says of each line is so.

use std::path::Path;
use std::time::Duration;

use super::replay::{Replay, Script, Step};
use super::{Input, LineFate};
use crate::packs::{PackSource, Packs};
use crate::push::EndState;
use crate::visible::visible;

/// Whatever a device does, a session ends, claims nothing that isn't so, and shows no secret.
#[test]
fn no_device_makes_a_session_claim_what_is_not_so() {
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let script = Script::parse(
        "@line config-vlan vlan 20\n@line config-vlan name users\n@line config exit\n",
    );
    let pieces: [&[u8]; 14] = [
        b"\r\n",
        b"edge-1#",
        b"edge-1>",
        b"edge-1(config)#",
        b"edge-1(config-vlan)#",
        b"Password: ",
        b"Username: ",
        b"% Access denied\r\n",
        b"% Invalid input\r\n",
        b"[OK]\r\n",
        b"[confirm]",
        b"\x1b[2J\xff\x00",
        b" --More-- ",
        b"C1sco54321",
    ];
    for seed in 1..2_000_u64 {
        let mut dice = Dice(seed);
        let mut replay = Replay::new(&script, &packs);
        let mut all_sent = String::new();
        let mut prompt: &[u8] = b"edge-1#";
        for _ in 0..120 {
            let echo: Vec<u8> = replay.sent.drain(..).collect();
            all_sent.push_str(&visible(&echo));
            prompt = prompt_after(&echo).unwrap_or(prompt);
            // Mostly a device that does as it should: it echoes, answers, and shows its prompt.
            let answer: &[u8] = if echo == b"write memory\n" {
                b"\r\n[OK]\r\n"
            } else {
                b"\r\n"
            };
            let wrote = match dice.roll(60) {
                0 => pieces[dice.roll(pieces.len())].to_vec(),
                1 => [&echo, pieces[dice.roll(pieces.len())]].concat(),
                _ => [&echo[..echo.len().saturating_sub(1)], answer, prompt].concat(),
            };
            match dice.roll(100) {
                0 => replay.input(Input::Interrupt),
                1 => replay.step(&Step::Tick(Duration::from_secs(2)), 1, Path::new("")),
                _ => replay.input(Input::Bytes(&wrote)),
            }
        }
        replay.input(Input::Closed("the test is over"));
        let line_was_sent = all_sent.contains("vlan 20") || !replay.sent.is_empty();
        let (outcome, transcript) = (replay.course.outcome(), replay.session.finish());
        match outcome.state {
            EndState::NotStarted => assert_eq!(outcome.accepted, 0, "seed {seed}"),
            EndState::Applied { .. } => assert_eq!(outcome.accepted, 3, "seed {seed}"),
            EndState::RolledBack => panic!("seed {seed}"),
            EndState::Partial | EndState::Unknown => assert!(line_was_sent, "seed {seed}"),
        }
        assert!(
            outcome.state == (EndState::Applied { saved: true }) || outcome.cause.is_some(),
            "seed {seed}"
        );
        assert!(!transcript.text().contains("C1sco"), "seed {seed}");
    }
}

/// The prompt that a line leads to.
fn prompt_after(line: &[u8]) -> Option<&'static [u8]> {
    match line {
        b"configure terminal\n" => Some(b"edge-1(config)#"),
        b"vlan 20\n" => Some(b"edge-1(config-vlan)#"),
        b"exit\n" => Some(b"edge-1(config)#"),
        b"end\n" | b"\x03" => Some(b"edge-1#"),
        _ => None,
    }
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % 1_000_003).unwrap() % sides
    }
}

/// A device that knows what it has, and errs as the dice say.
#[derive(Default)]
struct Oracle {
    typed: Vec<u8>,
    is_configuring: bool,
    /// The line that a question holds up.
    asks: Option<String>,
    applied: Vec<String>,
    /// Whether something typed was taken for a yes.
    confirmed: bool,
    is_silent: bool,
    is_closed: bool,
}

impl Oracle {
    fn input(&mut self, bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
        let mut out = Vec::new();
        for byte in bytes {
            if self.is_silent || self.is_closed {
                return out;
            }
            if let Some(line) = self.asks.take() {
                if matches!(byte, b'\n' | b'y') {
                    self.confirmed = true;
                    self.applied.push(line);
                }
                out.extend(b"\r\n");
                out.extend(self.prompt());
            } else if *byte == 3 {
                self.typed.clear();
                self.is_configuring = false;
                out.extend(b"^C\r\nedge-1#");
            } else if *byte == b'\n' {
                let line = String::from_utf8(std::mem::take(&mut self.typed)).unwrap();
                self.line(&line, dice, &mut out);
            } else {
                self.typed.push(*byte);
            }
        }
        out
    }

    fn prompt(&self) -> &'static [u8] {
        if self.is_configuring {
            b"edge-1(config)#"
        } else {
            b"edge-1#"
        }
    }

    fn line(&mut self, line: &str, dice: &mut Dice, out: &mut Vec<u8>) {
        const LOG: &str =
            "\r\n*Sep 13 09:18:37.101: %LINK-3-UPDOWN: Interface Vlan20, changed state to up\r\n";
        let is_planned = line.starts_with("ip host");
        match (line, if is_planned { dice.roll(60) } else { 99 }) {
            ("configure terminal", _) => self.is_configuring = true,
            ("end", _) => self.is_configuring = false,
            ("exit", _) if !self.is_configuring => self.is_closed = true,
            ("", _) => {}
            (_, 0 | 1) => {
                out.extend(
                    format!("{line}\r\n   ^\r\n% Invalid input detected at '^' marker.\r\n\r\n")
                        .bytes(),
                );
                return out.extend(self.prompt());
            }
            (_, 2) => {
                out.extend(format!("{}X\r\n", &line[..line.len() - 1]).bytes());
                return out.extend(self.prompt());
            }
            (_, 3) => {
                self.applied.push(line.to_string());
                out.extend(format!("{line}\r\nOops: a process has died\r\n").bytes());
                return out.extend(self.prompt());
            }
            (_, 4..=8) => {
                self.applied.push(line.to_string());
                let cut = dice.roll(line.len());
                let redrawn = if dice.roll(2) == 0 {
                    String::new()
                } else {
                    format!("edge-1(config)#{}", &line[..cut])
                };
                out.extend(format!("{}{LOG}{redrawn}{}\r\n", &line[..cut], &line[cut..]).bytes());
                return out.extend(self.prompt());
            }
            (_, 9) => {
                self.applied.push(line.to_string());
                return out.extend(format!("{line}\r\n").bytes());
            }
            (_, 10) => {
                self.asks = Some(line.to_string());
                return out.extend(format!("{line}\r\nAre you sure? [confirm]").bytes());
            }
            (_, 11) => {
                self.is_closed = true;
                return;
            }
            (_, 12) => {
                self.is_silent = true;
                return;
            }
            (_, 13) => {
                self.applied.push(line.to_string());
                out.extend(format!("{line}\r\n").bytes());
                out.extend(self.prompt());
                return out.extend(LOG.bytes());
            }
            (line, _) if is_planned => self.applied.push(line.to_string()),
            _ => {}
        }
        out.extend(format!("{line}\r\n").bytes());
        out.extend(self.prompt());
    }
}

#[test]
fn whatever_a_device_does_each_line_is_told_truly_in_every_way_of_sending() {
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let lines: Vec<String> = (0..10)
        .map(|n| format!("ip host h{n} 10.0.0.{n}"))
        .collect();
    let plan: String = lines
        .iter()
        .map(|line| format!("@line config {line}\n"))
        .collect();
    for sending in ["", "@pipelined 3\n", "@pipelined 16\n", "@buffer\n"] {
        for rest in ["", "@continue\n"] {
            let script = Script::parse(&format!("{sending}{rest}@no-save\n{plan}"));
            let mut applied = 0;
            for seed in 1..=250_u64 {
                let (fates, oracle, outcome, transcript) = play(&script, &packs, seed * 104_729);
                let what = format!("seed {seed} {sending}{rest}: {transcript}");
                for (line, fate) in lines.iter().zip(&fates) {
                    let is_in = oracle.applied.contains(line);
                    match fate {
                        LineFate::Accepted => assert!(is_in, "{what}: {line} is not in"),
                        LineFate::Refused | LineFate::NotSent => {
                            assert!(!is_in, "{what}: {line} is in")
                        }
                        LineFate::InFlight => {}
                    }
                }
                let is_applied = matches!(outcome, EndState::Applied { .. });
                applied += usize::from(is_applied);
                assert!(
                    !is_applied || lines.iter().all(|line| oracle.applied.contains(line)),
                    "{what}"
                );
                assert!(
                    !oracle.confirmed || !sending.is_empty(),
                    "{what}: a question was answered"
                );
            }
            assert!(
                applied > 20,
                "{sending}{rest}: {applied} of 250 were applied"
            );
        }
    }
}

fn play(script: &Script, packs: &Packs, seed: u64) -> (Vec<LineFate>, Oracle, EndState, String) {
    let mut dice = Dice(seed);
    let mut replay = Replay::new(script, packs);
    let mut oracle = Oracle::default();
    let mut coming: Vec<u8> = b"\r\nedge-1#".to_vec();
    for _ in 0..4_000 {
        let sent: Vec<u8> = replay.sent.drain(..).collect();
        coming.extend(oracle.input(&sent, &mut dice));
        if !coming.is_empty() {
            let piece = (1 + dice.roll(40)).min(coming.len());
            let piece: Vec<u8> = coming.drain(..piece).collect();
            replay.input(Input::Bytes(&piece));
        } else if oracle.is_closed {
            replay.input(Input::Closed("the device ended it"));
            break;
        } else {
            replay.step(
                &Step::Tick(Duration::from_secs(1 + dice.roll(60) as u64)),
                1,
                Path::new(""),
            );
        }
        if replay.over {
            break;
        }
    }
    assert!(replay.over, "seed {seed}: it hangs");
    let transcript = replay.session.transcript().text();
    (
        replay.fates,
        oracle,
        replay.course.outcome().state,
        transcript,
    )
}

#[test]
fn a_configuration_of_any_length_is_no_flood_and_costs_no_more_a_line() {
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let plan: String = (0..20_000)
        .map(|n| format!("@line config logging host 10.0.0.1 port {n}\n"))
        .collect();
    for sending in ["@pipelined 32\n", "@buffer\n"] {
        let script = Script::parse(&format!("{sending}@no-save\n{plan}"));
        let mut replay = Replay::new(&script, &packs);
        let (mut oracle, mut dice) = (Oracle::default(), Dice(1));
        replay.input(Input::Bytes(b"\r\nedge-1#"));
        while !replay.over {
            let sent: Vec<u8> = replay.sent.drain(..).collect();
            let coming = oracle.input(&sent, &mut dice);
            for piece in coming.chunks(4096) {
                replay.input(Input::Bytes(piece));
            }
            if oracle.is_closed {
                replay.input(Input::Closed("the device ended it"));
            }
        }
        assert_eq!(replay.course.outcome().accepted, 20_000, "{sending}");
    }
}
